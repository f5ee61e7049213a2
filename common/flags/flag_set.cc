#include "common/flags/flag_set.h"

#include <unistd.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "common/flags/flag_values.h"
#include "common/flags/nearest_name.h"
#include "common/time/duration.h"
#include "common/util/file.h"
#include "common/util/status.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr std::string_view kFlagFile = "flagfile";
constexpr size_t kMaxFlagFileBytes = 1 << 20;

// One way to write names inside: conn_timeout is conn-timeout.
std::string Normalized(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// "-name", "--name=value": the name, and the value if there is one. Nothing for an argument that is no flag.
struct Written {
  std::string_view name;
  std::optional<std::string_view> value;
};
std::optional<Written> SplitFlag(std::string_view argument) {
  if (argument.size() < 2 || argument[0] != '-') return std::nullopt;
  argument.remove_prefix(argument[1] == '-' ? 2 : 1);
  const size_t equals = argument.find('=');
  if (equals == std::string_view::npos) return Written{argument, std::nullopt};
  return Written{argument.substr(0, equals), argument.substr(equals + 1)};
}

// Breaks `text` into lines of at most `width` bytes at blanks.
std::vector<std::string> Wrapped(std::string_view text, size_t width) {
  std::vector<std::string> lines;
  while (text.size() > width) {
    size_t cut = text.rfind(' ', width);
    if (cut == std::string_view::npos || cut == 0) cut = text.find(' ', width);
    if (cut == std::string_view::npos) break;
    lines.emplace_back(text.substr(0, cut));
    text.remove_prefix(cut + 1);
  }
  lines.emplace_back(text);
  return lines;
}

template <typename Integer>
absl::StatusOr<Integer> ParseIntegerOf(std::string_view text) {
  const auto parsed = ParseInteger(text, std::numeric_limits<Integer>::min(), std::numeric_limits<Integer>::max());
  if (!parsed.ok()) return parsed.status();
  return static_cast<Integer>(*parsed);
}

/// A flag's parser that leaves what `parse` makes of the text in `*value`.
template <typename Value>
std::function<absl::Status(std::string_view)> Into(Value* value, absl::StatusOr<Value> (*parse)(std::string_view)) {
  return [value, parse](std::string_view text) {
    auto parsed = parse(text);
    if (parsed.ok()) *value = *std::move(parsed);
    return parsed.status();
  };
}

}  // namespace

struct FlagSet::Flag {
  std::string name;
  std::string help;
  std::string default_text;  ///< as a value is written; empty: nothing worth showing
  std::string example;       ///< a value that works
  bool in_short_help = false;
  bool is_bool = false;
  bool is_repeatable = false;
  bool is_set = false;
  std::function<absl::Status(std::string_view)> parse;
};

// One "name=value" of a source, still unread.
struct FlagSet::Setting {
  std::shared_ptr<Flag> flag;
  std::string value;
  std::string where;  ///< what an error line begins with: "-clients=x", "WSLOAD_CLIENTS=x", "FILE:3: -clients=x"
};

FlagSet::FlagSet(std::string program, std::string env_prefix)
    : program_(std::move(program)), env_prefix_(std::move(env_prefix)) {}

void FlagSet::AddFlag(Flag flag) {
  flag.name = Normalized(flag.name);
  flags_.push_back(std::make_shared<Flag>(std::move(flag)));
}

void FlagSet::Add(std::string name, int64_t* value, std::string help, bool in_short_help) {
  AddFlag({.name = std::move(name),
           .help = std::move(help),
           .default_text = fmt::format("{}", *value),
           .example = "10",
           .in_short_help = in_short_help,
           .parse = Into(value, &ParseIntegerOf<int64_t>)});
}

void FlagSet::Add(std::string name, int32_t* value, std::string help, bool in_short_help) {
  AddFlag({.name = std::move(name),
           .help = std::move(help),
           .default_text = fmt::format("{}", *value),
           .example = "10",
           .in_short_help = in_short_help,
           .parse = Into(value, &ParseIntegerOf<int32_t>)});
}

void FlagSet::Add(std::string name, bool* value, std::string help, bool in_short_help) {
  AddFlag({.name = std::move(name),
           .help = std::move(help),
           .default_text = *value ? "true" : "",
           .example = "true",
           .in_short_help = in_short_help,
           .is_bool = true,
           .parse = Into(value, &ParseBool)});
}

void FlagSet::Add(std::string name, double* value, std::string help, bool in_short_help) {
  AddFlag({.name = std::move(name),
           .help = std::move(help),
           .default_text = fmt::format("{}", *value),
           .example = "0.5",
           .in_short_help = in_short_help,
           .parse = Into(value, &ParseDouble)});
}

void FlagSet::Add(std::string name, std::string* value, std::string help, bool in_short_help) {
  AddFlag({.name = std::move(name),
           .help = std::move(help),
           .default_text = *value,
           .example = "TEXT",
           .in_short_help = in_short_help,
           .parse = [value](std::string_view text) {
             *value = text;
             return absl::OkStatus();
           }});
}

void FlagSet::Add(std::string name, std::vector<std::string>* values, std::string help, bool in_short_help) {
  AddFlag({.name = std::move(name),
           .help = std::move(help),
           .default_text = "",
           .example = "TEXT",
           .in_short_help = in_short_help,
           .is_repeatable = true,
           .parse = [values](std::string_view text) {
             values->emplace_back(text);
             return absl::OkStatus();
           }});
}

void FlagSet::Add(std::string name, DurationNs value, std::string help, bool in_short_help) {
  AddFlag({.name = std::move(name),
           .help = std::move(help),
           .default_text = *value.ns == 0 ? "0" : FormatDuration(*value.ns),
           .example = "30s",
           .in_short_help = in_short_help,
           .parse = Into(value.ns, &ParseDuration)});
}

void FlagSet::Add(std::string name, SizeBytes value, std::string help, bool in_short_help) {
  AddFlag({.name = std::move(name),
           .help = std::move(help),
           .default_text = FormatSize(*value.bytes),
           .example = "64k",
           .in_short_help = in_short_help,
           .parse = Into(value.bytes, &ParseSize)});
}

void FlagSet::AddParsed(std::string name, std::string default_text, std::function<absl::Status(std::string_view)> parse,
                        std::string help, bool in_short_help) {
  AddFlag({.name = std::move(name),
           .help = std::move(help),
           .default_text = std::move(default_text),
           .example = "VALUE",
           .in_short_help = in_short_help,
           .parse = std::move(parse)});
}

std::shared_ptr<FlagSet::Flag> FlagSet::Find(std::string_view name) const {
  const std::string wanted = Normalized(name);
  for (const auto& flag : flags_) {
    if (flag->name == wanted) return flag;
  }
  return nullptr;
}

absl::Status FlagSet::UnknownFlag(std::string_view name) const {
  std::vector<std::string> names = {std::string(kFlagFile)};
  for (const auto& flag : flags_) names.push_back(flag->name);
  const std::string nearest = NearestName(Normalized(name), names);
  const std::string hint = nearest.empty() ? "" : fmt::format("; did you mean -{}?", nearest);
  return InvalidArgument("unknown flag -{}{} (-help lists them)", Shown(name), hint);
}

absl::StatusOr<FlagSet::Setting> FlagSet::Read(std::string_view name, std::optional<std::string_view> value,
                                               std::optional<std::string_view> next, bool* took_next) const {
  auto flag = Find(name);
  if (flag == nullptr && name.starts_with("no")) {
    const std::string_view positive = name.substr(name.starts_with("no-") ? 3 : 2);
    if (flag = Find(positive); flag != nullptr && flag->is_bool) {
      if (value.has_value()) return InvalidArgument("-{}: takes no value; write -{}=false", name, flag->name);
      return Setting{flag, "false", fmt::format("-{}", name)};
    }
    flag = nullptr;
  }
  if (flag == nullptr) return UnknownFlag(name);
  if (!value.has_value() && flag->is_bool) value = "true";
  // The next argument is the value, a negative number too; but not another flag, nor the end of flags.
  if (!value.has_value() && next.has_value() && *next != "--") {
    const auto other = SplitFlag(*next);
    if (!other.has_value() || Find(other->name) == nullptr) {
      value = next;
      *took_next = true;
    }
  }
  if (!value.has_value()) {
    return InvalidArgument("-{}: needs a value, for example -{}={}", flag->name, flag->name,
                           flag->default_text.empty() ? flag->example : flag->default_text);
  }
  return Setting{flag, std::string(*value), fmt::format("-{}={}", flag->name, Shown(*value))};
}

absl::Status FlagSet::ReadArguments(const std::vector<std::string>& args, std::vector<Setting>* settings,
                                    std::vector<std::string>* flag_files) {
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "--") {
      positional_.insert(positional_.end(), args.begin() + static_cast<std::ptrdiff_t>(i) + 1, args.end());
      return absl::OkStatus();
    }
    const auto written = SplitFlag(args[i]);
    if (!written.has_value()) {
      positional_.push_back(args[i]);
      continue;
    }
    const std::optional<std::string_view> next =
        i + 1 < args.size() ? std::optional<std::string_view>(args[i + 1]) : std::nullopt;
    if (Find(written->name) == nullptr) {
      if (written->name == "help" || written->name == "h") {
        help_wanted_ = true;
        return absl::OkStatus();
      }
      if (written->name == "helpfull") {
        helpfull_wanted_ = true;
        return absl::OkStatus();
      }
      if (written->name == kFlagFile) {
        const auto file = written->value.has_value() ? written->value : next;
        if (!file.has_value()) return InvalidArgument("-flagfile: needs a value, for example -flagfile=load.flags");
        if (!written->value.has_value()) ++i;
        flag_files->emplace_back(*file);
        continue;
      }
    }
    bool took_next = false;
    auto setting = Read(written->name, written->value, next, &took_next);
    if (!setting.ok()) return setting.status();
    if (took_next) ++i;
    settings->push_back(*std::move(setting));
  }
  return absl::OkStatus();
}

absl::Status FlagSet::ReadFlagFile(const std::string& path, std::vector<Setting>* settings) const {
  const auto content = ReadSmallFile(path, kMaxFlagFileBytes);
  if (!content.ok()) {
    return InvalidArgument("-flagfile={}: {}; give a readable file with one flag a line", Shown(path),
                           Text(content.status()));
  }
  std::string_view rest = *content;
  for (int number = 1; !rest.empty(); ++number) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = Trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line[0] == '#') continue;
    line.remove_prefix(std::min<size_t>({line.find_first_not_of('-'), 2, line.size()}));
    // name=value, name value, or a name alone.
    const size_t separator = std::min(line.find_first_of("= \t"), line.size());
    std::optional<std::string_view> value;
    if (separator < line.size()) {
      value = line[separator] == '=' ? line.substr(separator + 1) : Trimmed(line.substr(separator + 1));
    }
    const std::string_view name = line.substr(0, separator);
    if (name == kFlagFile)
      return InvalidArgument("{}:{}: -flagfile does not nest; name each file in the command", Shown(path), number);
    bool took_next = false;
    auto setting = Read(name, value, std::nullopt, &took_next);
    if (!setting.ok()) return InvalidArgument("{}:{}: {}", Shown(path), number, Text(setting.status()));
    setting->where = fmt::format("{}:{}: {}", Shown(path), number, setting->where);
    settings->push_back(*std::move(setting));
  }
  return absl::OkStatus();
}

std::string FlagSet::EnvironmentName(std::string_view flag_name) const {
  std::string name = env_prefix_ + '_';
  for (const char c : flag_name) {
    name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return name;
}

std::vector<FlagSet::Setting> FlagSet::ReadEnvironment(const std::map<std::string, std::string>& environment) const {
  std::vector<Setting> settings;
  for (const auto& flag : flags_) {
    const auto found = environment.find(EnvironmentName(flag->name));
    // Compose files and units write NAME= for "not set".
    if (found == environment.end() || found->second.empty()) continue;
    settings.push_back({flag, found->second, fmt::format("{}={}", found->first, Shown(found->second))});
  }
  return settings;
}

absl::Status FlagSet::Apply(const std::vector<Setting>& settings) {
  std::vector<std::shared_ptr<Flag>> newly_set;
  for (const Setting& setting : settings) {
    if (setting.flag->is_set) continue;  // by an earlier source
    if (auto status = setting.flag->parse(setting.value); !status.ok()) {
      return InvalidArgument("{}: {}", setting.where, Text(status));
    }
    newly_set.push_back(setting.flag);
  }
  for (const auto& flag : newly_set) flag->is_set = true;
  return absl::OkStatus();
}

absl::Status FlagSet::Parse(const std::vector<std::string>& args,
                            const std::map<std::string, std::string>& environment) {
  std::vector<Setting> from_arguments;
  std::vector<std::string> flag_files;
  if (auto status = ReadArguments(args, &from_arguments, &flag_files); !status.ok()) return status;
  if (help_wanted_ || helpfull_wanted_) return absl::OkStatus();
  if (auto status = Apply(from_arguments); !status.ok()) return status;

  if (const auto found = environment.find(EnvironmentName(kFlagFile));
      flag_files.empty() && found != environment.end() && !found->second.empty()) {
    flag_files.push_back(found->second);
  }
  std::vector<Setting> from_files;
  for (const std::string& path : flag_files) {
    if (auto status = ReadFlagFile(path, &from_files); !status.ok()) return status;
  }
  if (auto status = Apply(from_files); !status.ok()) return status;
  return Apply(ReadEnvironment(environment));
}

bool FlagSet::IsSet(std::string_view name) const {
  const auto flag = Find(name);
  return flag != nullptr && flag->is_set;
}

std::string FlagSet::Usage(std::string_view intro, bool full) const {
  constexpr size_t kWidth = 80;
  constexpr size_t kMaxNameWidth = 24;
  size_t name_width = 0;
  for (const auto& flag : flags_) {
    if (full || flag->in_short_help) name_width = std::max(name_width, std::min(flag->name.size(), kMaxNameWidth));
  }
  const size_t indent = 2 + 1 + name_width + 2;
  std::string out = fmt::format("{}\n\n", intro);
  for (const auto& flag : flags_) {
    if (!full && !flag->in_short_help) continue;
    std::string help = flag->help;
    if (!flag->default_text.empty()) help += fmt::format(" (default {})", flag->default_text);
    if (flag->is_repeatable) help += " (repeatable)";
    std::string lead = fmt::format("  -{:<{}}  ", flag->name, name_width);
    for (const std::string& line : Wrapped(help, kWidth - indent)) {
      out += lead + line + '\n';
      lead.assign(indent, ' ');
    }
  }
  if (!full) out += fmt::format("\nAll flags: {} -helpfull. ", program_);
  if (full) out += '\n';
  out += fmt::format("Also from {}_<NAME> and -flagfile=FILE.\n", env_prefix_);
  return out;
}

std::map<std::string, std::string> ProcessEnvironment() {
  std::map<std::string, std::string> result;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string_view::npos) result.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

}  // namespace wsload
