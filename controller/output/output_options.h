// What a run leaves behind and prints.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "common/plan/field.h"
#include "common/time/clock.h"
#include "common/util/choice.h"
#include "common/util/language.h"
#include "controller/output/tag_list.h"

namespace wsload {

/// Where a run is carried out, as far as its output is concerned.
enum class CiSystem {
  kAuto,    ///< as the environment says
  kGithub,  ///< lines that its runner makes annotations of, and its step summary
  kNone,    ///< nothing beside the files, which all systems read
};

template <>
inline constexpr std::array kChoices<CiSystem> = {Choice{CiSystem::kAuto, "auto"}, Choice{CiSystem::kGithub, "github"},
                                                  Choice{CiSystem::kNone, "none"}};

/// How a run is shown while it goes on.
enum class ScreenMode {
  kAuto,   ///< a screen of its own on a terminal that can, else plain
  kPlain,  ///< a line every so often
  kOff,    ///< notices alone
};

template <>
inline constexpr std::array kChoices<ScreenMode> = {
    Choice{ScreenMode::kAuto, "auto"}, Choice{ScreenMode::kPlain, "plain"}, Choice{ScreenMode::kOff, "off"}};

/// Neither agents nor the run itself see it.
struct OutputOptions {
  std::string out_dir;    ///< as -out has it: empty, a directory of the run's own; none: no files
  std::string dashboard;  ///< host:port of the live page; empty: none
  std::string dashboard_token_file;  ///< with the token that it asks for; empty: the agents' one
  int64_t linger_ns = 0;  ///< how long that stays after the run
  bool json = false;      ///< result.json on stdout
  bool quiet = false;     ///< one line at the end
  std::string title;      ///< of the result and its report; empty: none
  TagList tags;           ///< as -tag has them
  ScreenMode screen = ScreenMode::kAuto;
  int64_t stats_interval_ns = 5 * kNsPerSecond;
  Language language = Language::kEnglish;
  CiSystem ci = CiSystem::kAuto;
};

/// Of -lang, in every command that prints for people.
inline constexpr FieldInfo kLanguageInfo{
    .name = "language", .flag = "lang", .help = {"en or zh", "en 或 zh"}, .in_short_help = true, .example = "zh"};

/// Flag, range and help of every member.
Fields<OutputOptions> OutputFields();

}  // namespace wsload
