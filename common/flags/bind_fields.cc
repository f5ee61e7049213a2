#include "common/flags/bind_fields.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/flags/flag_values.h"
#include "common/time/duration.h"
#include "common/util/local_error.h"
#include "common/util/size_text.h"

namespace wsload {
namespace {

absl::StatusOr<int64_t> ParseNumber(Unit unit, std::string_view text) {
  switch (unit) {
    case Unit::kNone:
      return ParseInteger(text, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max());
    case Unit::kCount:
      return ParseCount(text);
    case Unit::kNanoseconds:
      return ParseDuration(text);
    case Unit::kBytes:
      return ParseSize(text);
    case Unit::kRate:
      break;  // no number outside
  }
  return LocalInvalidArgument({"unknown unit", "未知的单位"});
}

std::string FormatNumber(Unit unit, int64_t value) {
  switch (unit) {
    case Unit::kNone:
    case Unit::kCount:
    case Unit::kRate:
      return fmt::format("{}", value);
    case Unit::kNanoseconds:
      return value == 0 ? "0" : FormatDuration(value);
    case Unit::kBytes:
      return FormatSize(value);
  }
  return {};
}

/// "Name: value".
absl::StatusOr<HeaderList::value_type> ParseHeader(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    return LocalInvalidArgument({"want \"Name: value\"; for example -header='X-AutoClose: true'",
                                 "应为 \"Name: value\"；例如 -header='X-AutoClose: true'"});
  }
  constexpr std::string_view kBlanks = " \t";
  std::string_view value = text.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(kBlanks), value.size()));
  value = value.substr(0, value.find_last_not_of(kBlanks) + 1);
  return HeaderList::value_type(text.substr(0, colon), value);
}

/// What `text` makes of a value that is a text outside.
std::string NewText(const FieldInfo& info, const std::string& before, std::string_view text) {
  if (info.if_true != nullptr) {
    if (const absl::StatusOr<bool> truth = ParseBool(text); truth.ok()) return *truth ? info.if_true : info.if_false;
  }
  if (info.is_list && !before.empty()) return fmt::format("{},{}", before, text);
  return std::string(text);
}

FlagOptions OptionsOf(const FieldInfo& info, const char* example) {
  return {.help = info.help,
          .in_short_help = info.in_short_help,
          .example = *info.example != '\0' ? info.example : example,
          .repeat_value = info.repeat_value};
}

}  // namespace

std::string FormatValue(const FieldInfo& info, const FieldValue& value) {
  if (const bool* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const int64_t* number = std::get_if<int64_t>(&value)) return FormatNumber(info.unit, *number);
  if (const double* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  if (const std::string* text = std::get_if<std::string>(&value)) return *text;
  std::string lines;
  for (const auto& [name, content] : std::get<HeaderList>(value)) {
    lines += fmt::format("{}{}: {}", lines.empty() ? "" : ", ", name, content);
  }
  return lines;
}

absl::StatusOr<FieldValue> ParseValue(const FieldInfo& info, FieldValue current, std::string_view text) {
  const auto as_field = [](auto parsed) -> absl::StatusOr<FieldValue> {
    if (!parsed.ok()) return parsed.status();
    return FieldValue(*std::move(parsed));
  };
  if (std::holds_alternative<bool>(current)) return as_field(ParseBool(text));
  if (std::holds_alternative<int64_t>(current)) return as_field(ParseNumber(info.unit, text));
  if (std::holds_alternative<double>(current)) return as_field(ParseDouble(text));
  if (const std::string* before = std::get_if<std::string>(&current)) return FieldValue(NewText(info, *before, text));
  absl::StatusOr<HeaderList::value_type> header = ParseHeader(text);
  if (!header.ok()) return header.status();
  std::get<HeaderList>(current).push_back(*std::move(header));
  return current;
}

FlagSpec FlagOf(const FieldInfo& info, std::function<FieldValue()> get, std::function<absl::Status(FieldValue)> set) {
  const FieldValue initial = get();
  FlagSpec spec{.name = info.flag, .default_text = FormatValue(info, initial), .options = OptionsOf(info, "VALUE")};
  if (const bool* on = std::get_if<bool>(&initial)) {
    spec.form = FlagSpec::Form::kSwitch;
    if (!*on) spec.default_text.clear();
  }
  if (info.if_true != nullptr) {
    spec.form = FlagSpec::Form::kSwitch;
    if (spec.default_text == info.if_false) spec.default_text.clear();
  }
  if (std::holds_alternative<HeaderList>(initial) || info.is_list) spec.form = FlagSpec::Form::kList;
  spec.parse = [&info, get = std::move(get), set = std::move(set)](std::string_view text) {
    absl::StatusOr<FieldValue> value = ParseValue(info, get(), text);
    return value.ok() ? set(*std::move(value)) : value.status();
  };
  return spec;
}

FlagSpec FileFlagOf(const FieldInfo& info, FilePaths& paths) {
  return {.name = info.flag,
          .parse =
              [&path = paths[info.name]](std::string_view text) {
                path = text;
                return absl::OkStatus();
              },
          .options = OptionsOf(info, "FILE")};
}

}  // namespace wsload
