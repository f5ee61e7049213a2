#include "controller/commands/command_line.h"

#include <algorithm>
#include <string_view>
#include <variant>

#include "common/plan/plan_fields.h"
#include "common/util/redact.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr std::string_view kOwnPlace = "out";

std::string ForShell(const std::string& text) {
  constexpr std::string_view kPlain = "-._~/:=,@%+";
  const bool is_plain = !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return IsUrlUnreserved(c) || kPlain.find(c) != std::string_view::npos;
  });
  return is_plain ? text : ShellQuoted(text);
}

/// Stages jump with '@': before it stands a duration, and no user with a password.
bool HasStages(const FieldInfo& info) {
  const std::string_view flag = info.flag;
  return flag == "stages" || flag == "clients-stages";
}

void AddFlag(std::string& line, const FieldInfo& info, const std::string& value) {
  line += fmt::format(" -{}={}", info.flag, ForShell(ReplaceInvalidUtf8(value)));
}

void AddValue(std::string& line, const FieldInfo& info, const FieldValue& value) {
  if (const HeaderList* headers = std::get_if<HeaderList>(&value)) {
    for (const auto& [name, content] : *headers) AddFlag(line, info, fmt::format("{}: {}", name, kRedacted));
  } else if (info.exposure == Exposure::kUrl) {
    AddFlag(line, info, RedactUrl(std::get<std::string>(value)));
  } else if (HasStages(info)) {
    AddFlag(line, info, FormatValue(info, value));
  } else {
    AddFlag(line, info, RedactText(FormatValue(info, value)));
  }
}

template <typename Owner>
void AddFields(std::string& line, const FlagSet& flags, Fields<Owner> fields, const Owner& owner,
               const FilePaths& files = {}) {
  for (const Field<Owner>& field : fields) {
    const FieldInfo& info = field.info;
    if (!info.has_flag || info.flag == kOwnPlace || !flags.IsSet(info.flag)) continue;
    if (info.from_file) {
      AddFlag(line, info, files.at(info.name));
    } else {
      AddValue(line, info, field.member.get(owner));
    }
  }
}

}  // namespace

std::string CommandLineOf(const FlagSet& flags, const SetByFlags& set) {
  std::string line = set.find.has_value() ? "wsload find-max" : "wsload";
  AddFields(line, flags, PlanFields(), set.plan, set.plan_files);
  AddFields(line, flags, AccessFields(), set.access);
  AddFields(line, flags, PolicyFields(), set.policy);
  AddFields(line, flags, JudgeFields(), set.judge);
  AddFields(line, flags, OutputFields(), set.output);
  if (set.find.has_value()) AddFields(line, flags, FindMaxFields(), *set.find);
  return line;
}

}  // namespace wsload
