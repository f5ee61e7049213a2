// What -help and -helpfull print.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "common/flags/flag_guide.h"
#include "common/flags/flag_set.h"
#include "common/util/language.h"
#include "common/util/status.h"
#include "common/util/wrap_text.h"
#include "common/version.h"

namespace wsload {

// Of programs that no commit is linked into, as tests are.
[[gnu::weak]] extern const char kCommit[] = "unknown";

namespace {

constexpr size_t kWidth = 80;
constexpr size_t kMaxNameWidth = 24;

// Formats.
constexpr LocalText kDefault = {" (default {})", "（默认 {}）"};
constexpr LocalText kRepeatable = {" (repeatable)", "（可重复）"};
constexpr LocalText kAllFlags = {"\nAll flags: {} -helpfull. ", "\n全部参数：{} -helpfull。"};
constexpr LocalText kOtherSources = {"Also from {}_<NAME> and -flagfile=FILE.\n",
                                     "也可来自环境变量 {}_<名称> 和 -flagfile=文件。\n"};

template <typename... Args>
std::string Fill(const LocalText& format, Language language, const Args&... args) {
  const std::string_view text = format.In(language);
  return fmt::format(fmt::runtime(fmt::string_view(text.data(), text.size())), args...);
}

}  // namespace

std::string HelpLine(const FlagSpec& spec, Language language) {
  std::string help(spec.options.help.In(language));
  if (!spec.default_text.empty()) help += Fill(kDefault, language, spec.default_text);
  if (spec.form == FlagSpec::Form::kList) help += Fill(kRepeatable, language);
  return help;
}

std::string FlagSet::Guide(const LocalText& intro) const {
  std::string out = GuideHead(guide_, intro, help_language_);
  const std::string program = program_.substr(0, program_.find(' '));
  for (const auto& flag : flags_) out += GuideOfFlag(flag->spec, guide_, program, help_language_);
  return out + GuideTail(guide_);
}

std::optional<std::string> FlagSet::Answer(const LocalText& intro, bool always_full) const {
  // A command's version is its program's.
  if (version_wanted_) {
    return fmt::format("{} {} ({})\n", program_.substr(0, program_.find(' ')), kVersion, kCommit);
  }
  if (guide_ != GuideForm::kNone) return Guide(intro);
  if (!help_wanted_ && !helpfull_wanted_) return std::nullopt;
  return Usage(intro, always_full || helpfull_wanted_);
}

std::string FlagSet::Usage(const LocalText& intro, bool full) const {
  const auto listed = [full](const Flag& flag) { return full || flag.spec.options.in_short_help; };
  size_t name_width = 0;
  for (const auto& flag : flags_) {
    if (listed(*flag)) name_width = std::max(name_width, std::min(flag->spec.name.size(), kMaxNameWidth));
  }
  const size_t indent = 2 + 1 + name_width + 2;
  std::string out = fmt::format("{}\n\n", intro.In(help_language_));
  for (const auto& flag : flags_) {
    if (!listed(*flag)) continue;
    std::string lead = fmt::format("  -{:<{}}  ", flag->spec.name, name_width);
    for (const std::string& line : WrapText(HelpLine(flag->spec, help_language_), static_cast<int>(kWidth - indent))) {
      out += lead + line + '\n';
      lead.assign(indent, ' ');
    }
  }
  out += full ? "\n" : Fill(kAllFlags, help_language_, program_);
  out += Fill(kOtherSources, help_language_, env_prefix_);
  return out;
}

}  // namespace wsload
