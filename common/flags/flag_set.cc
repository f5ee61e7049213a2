#include "common/flags/flag_set.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "common/flags/flag_file.h"
#include "common/flags/flag_guide.h"
#include "common/flags/flag_values.h"
#include "common/flags/nearest_name.h"
#include "common/lang/environment_language.h"
#include "common/time/duration.h"
#include "common/util/language.h"
#include "common/util/local_error.h"
#include "common/util/size_text.h"
#include "common/util/status.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr std::string_view kFlagFile = "flagfile";
constexpr std::string_view kLanguage = "lang";

// One way to write names inside: conn_timeout is conn-timeout.
std::string Normalized(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
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

std::string DurationText(int64_t ns) { return ns == 0 ? "0" : FormatDuration(ns); }

/// What an error line about a value begins with.
std::string Where(std::string name, std::string_view value, const FlagOptions& options) {
  return options.repeat_value ? fmt::format("{}={}", name, Shown(value)) : name;
}

FlagOptions WithExample(FlagOptions options, const char* example) {
  if (options.example.empty()) options.example = example;
  return options;
}

bool IsHelp(std::string_view name) {
  return name == "help" || name == "h" || name == "helpfull" || name == "version" || GuideOf(name) != GuideForm::kNone;
}

/// Files that Docker and systemd read variables from keep quotes and ends of lines that a shell would take away.
std::string_view AsWritten(std::string_view variable) {
  std::string_view value = Trimmed(variable, " \t\r\n");
  const bool quoted =
      value.size() > 1 && (value.front() == '"' || value.front() == '\'') && value.front() == value.back();
  return quoted ? value.substr(1, value.size() - 2) : value;
}

/// A line that begins like this one may be anything, also a token from another file: only what was meant as a flag is
/// repeated.
bool MayRepeatName(std::string_view name) {
  constexpr size_t kLongestName = 40;
  return name.size() <= kLongestName &&
         std::all_of(name.begin(), name.end(), [](char c) { return IsUrlUnreserved(c) && c != '~' && c != '.'; });
}

bool AskForHelp(const std::vector<std::string>& args) {
  return std::any_of(args.begin(), args.end(), [](const std::string& argument) {
    const auto written = SplitFlag(argument);
    return written.has_value() && IsHelp(written->name);
  });
}

}  // namespace

// One "name=value" of a source, still unread.
struct FlagSet::Setting {
  std::shared_ptr<Flag> flag;
  std::string value;
  std::string where;  ///< what an error line begins with: "-clients=x", "WSLOAD_CLIENTS=x", "FILE:3: -clients=x"
  std::string place;  ///< "FILE:3"; empty: the command line, or the environment
};

Language WantedLanguage(const std::vector<std::string>& args, const Environment& environment,
                        std::string_view env_prefix) {
  std::string wanted = ValueOf(environment, EnvironmentName(env_prefix, kLanguage));
  for (size_t i = 0; i < args.size() && args[i] != "--"; ++i) {
    const auto written = SplitFlag(args[i]);
    if (!written.has_value() || written->name != kLanguage) continue;
    if (written->value.has_value()) {
      wanted = *written->value;
    } else if (i + 1 < args.size()) {
      wanted = args[i + 1];
    }
  }
  return wanted.empty() ? EnvironmentLanguage(environment) : ParseChoice<Language>(wanted).value_or(Language::kEnglish);
}

FlagSet::FlagSet(std::string program, std::string env_prefix)
    : program_(std::move(program)), env_prefix_(std::move(env_prefix)) {}

void FlagSet::AddVariable(std::string name) { variables_.push_back(Normalized(name)); }

void FlagSet::Add(FlagSpec spec) {
  spec.name = Normalized(spec.name);
  flags_.push_back(std::make_shared<Flag>(Flag{.spec = std::move(spec)}));
}

void FlagSet::Add(std::string name, int64_t* value, FlagOptions options) {
  Add({.name = std::move(name),
       .default_text = fmt::format("{}", *value),
       .parse = Into(value, &ParseIntegerOf<int64_t>),
       .options = WithExample(std::move(options), "10")});
}

void FlagSet::Add(std::string name, int32_t* value, FlagOptions options) {
  Add({.name = std::move(name),
       .default_text = fmt::format("{}", *value),
       .parse = Into(value, &ParseIntegerOf<int32_t>),
       .options = WithExample(std::move(options), "10")});
}

void FlagSet::Add(std::string name, bool* value, FlagOptions options) {
  Add({.name = std::move(name),
       .form = FlagSpec::Form::kSwitch,
       .default_text = *value ? "true" : "",
       .parse = Into(value, &ParseBool),
       .options = std::move(options)});
}

void FlagSet::Add(std::string name, double* value, FlagOptions options) {
  Add({.name = std::move(name),
       .default_text = fmt::format("{}", *value),
       .parse = Into(value, &ParseDouble),
       .options = WithExample(std::move(options), "0.5")});
}

void FlagSet::Add(std::string name, std::string* value, FlagOptions options) {
  Add({.name = std::move(name),
       .default_text = *value,
       .parse =
           [value](std::string_view text) {
             *value = text;
             return absl::OkStatus();
           },
       .options = WithExample(std::move(options), "TEXT")});
}

void FlagSet::Add(std::string name, std::vector<std::string>* values, FlagOptions options) {
  Add({.name = std::move(name),
       .form = FlagSpec::Form::kList,
       .parse =
           [values](std::string_view text) {
             values->emplace_back(text);
             return absl::OkStatus();
           },
       .options = WithExample(std::move(options), "TEXT")});
}

void FlagSet::Add(std::string name, DurationNs value, FlagOptions options) {
  Add({.name = std::move(name),
       .default_text = DurationText(*value.ns),
       .parse = Into(value.ns, &ParseDuration),
       .options = WithExample(std::move(options), "30s")});
}

void FlagSet::Add(std::string name, SizeBytes value, FlagOptions options) {
  Add({.name = std::move(name),
       .default_text = FormatSize(*value.bytes),
       .parse = Into(value.bytes, &ParseSize),
       .options = WithExample(std::move(options), "64k")});
}

std::shared_ptr<FlagSet::Flag> FlagSet::Find(std::string_view name) const {
  const std::string wanted = Normalized(name);
  for (const auto& flag : flags_) {
    if (flag->spec.name == wanted) return flag;
  }
  return nullptr;
}

absl::Status FlagSet::UnknownFlag(std::string_view name) const {
  std::vector<std::string> names = {std::string(kFlagFile)};
  for (const auto& flag : flags_) names.push_back(flag->spec.name);
  const std::string nearest = NearestName(Normalized(name), names);
  if (nearest.empty()) {
    return LocalInvalidArgument({"unknown flag -{} (-help lists them)", "没有参数 -{}（-help 列出所有参数）"},
                                Shown(name));
  }
  return LocalInvalidArgument(
      {"unknown flag -{}; did you mean -{}? (-help lists them)", "没有参数 -{}；是否想写 -{}？（-help 列出所有参数）"},
      Shown(name), nearest);
}

absl::StatusOr<FlagSet::Setting> FlagSet::Read(std::string_view name, std::optional<std::string_view> value,
                                               std::optional<std::string_view> next, bool* took_next) const {
  auto flag = Find(name);
  if (flag == nullptr && name.starts_with("no")) {
    const std::string_view positive = name.substr(name.starts_with("no-") ? 3 : 2);
    if (flag = Find(positive); flag != nullptr && flag->spec.form == FlagSpec::Form::kSwitch) {
      if (value.has_value()) {
        return LocalInvalidArgument({"-{}: takes no value; write -{}=false", "-{}：不带值；请写 -{}=false"}, name,
                                    flag->spec.name);
      }
      return Setting{flag, "false", fmt::format("-{}", name), {}};
    }
    flag = nullptr;
  }
  if (flag == nullptr) return UnknownFlag(name);
  const FlagSpec& spec = flag->spec;
  if (!value.has_value() && spec.form == FlagSpec::Form::kSwitch) value = "true";
  // The next argument is the value, a negative number too; but not another flag, nor the end of flags.
  if (!value.has_value() && next.has_value() && *next != "--") {
    const auto other = SplitFlag(*next);
    if (!other.has_value() || Find(other->name) == nullptr) {
      value = next;
      *took_next = true;
    }
  }
  if (!value.has_value()) {
    return LocalInvalidArgument({"-{}: needs a value, for example -{}={}", "-{}：需要一个值，例如 -{}={}"}, spec.name,
                                spec.name, spec.default_text.empty() ? spec.options.example : spec.default_text);
  }
  return Setting{flag, std::string(*value), Where("-" + spec.name, *value, spec.options), {}};
}

/// False: `name` is not one of the flags that ask for help.
bool FlagSet::ReadHelp(std::string_view name) {
  if (!IsHelp(name)) return false;
  if (guide_ = GuideOf(name); guide_ != GuideForm::kNone) return true;
  (name == "helpfull" ? helpfull_wanted_ : name == "version" ? version_wanted_ : help_wanted_) = true;
  return true;
}

absl::Status FlagSet::ReadArguments(const std::vector<std::string>& args, std::vector<Setting>* settings,
                                    std::vector<std::string>* flag_files) {
  bool after_flag = false;
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "--") {
      positional_.insert(positional_.end(), args.begin() + static_cast<std::ptrdiff_t>(i) + 1, args.end());
      return absl::OkStatus();
    }
    const auto written = SplitFlag(args[i]);
    if (!written.has_value()) {
      if (positional_.empty() && !settings->empty() && after_flag) before_positional_ = settings->back().flag;
      after_flag = false;
      positional_.push_back(args[i]);
      continue;
    }
    const std::optional<std::string_view> next =
        i + 1 < args.size() ? std::optional<std::string_view>(args[i + 1]) : std::nullopt;
    if (Find(written->name) == nullptr) {
      if (ReadHelp(written->name)) return absl::OkStatus();
      // Every program takes the language of its help.
      if (written->name == kLanguage && AskForHelp(args)) continue;
      if (written->name == kFlagFile) {
        const auto file = written->value.has_value() ? written->value : next;
        if (!file.has_value()) {
          return LocalInvalidArgument({"-flagfile: needs a value, for example -flagfile=load.flags",
                                       "-flagfile：需要一个值，例如 -flagfile=load.flags"});
        }
        if (!written->value.has_value()) ++i;
        if (std::find(flag_files->begin(), flag_files->end(), *file) != flag_files->end()) {
          return LocalInvalidArgument(
              {"-flagfile={}: is named twice; leave one out", "-flagfile={}：写了两次；请去掉一个"}, Shown(*file));
        }
        flag_files->emplace_back(*file);
        continue;
      }
    }
    bool took_next = false;
    auto setting = Read(written->name, written->value, next, &took_next);
    if (!setting.ok()) return setting.status();
    if (took_next) ++i;
    after_flag = true;
    settings->push_back(*std::move(setting));
  }
  return absl::OkStatus();
}

absl::StatusOr<FlagSet::Setting> FlagSet::ReadLine(const FlagLine& line) const {
  if (line.name == kFlagFile) {
    return LocalInvalidArgument(
        {"-flagfile does not nest; name each file in the command", "-flagfile 不能嵌套；请在命令行中逐个列出文件"});
  }
  if (Find(line.name) == nullptr) {
    std::vector<std::string> names;
    for (const auto& flag : flags_) names.push_back(flag->spec.name);
    const bool meant = line.dashed || (line.name.starts_with("no") && Find(line.name.substr(2)) != nullptr) ||
                       !NearestName(Normalized(line.name), names).empty();
    if (!meant || !MayRepeatName(line.name)) {
      return LocalInvalidArgument({"does not begin with a flag's name; write one flag a line, for example -{}={}",
                                   "开头不是参数名；请每行写一个参数，例如 -{}={}"},
                                  flags_.empty() ? "name" : flags_.front()->spec.name,
                                  flags_.empty() ? "value" : flags_.front()->spec.options.example);
    }
  }
  std::string_view rest;
  if (line.value.has_value() && !line.quoted) rest = *line.value;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
    const auto other = SplitFlag(word);
    if (other.has_value() && Find(other->name) != nullptr) {
      return LocalInvalidArgument({"-{} stands on the line of -{}; write one flag a line, or put the value in quotes",
                                   "-{} 与 -{} 写在同一行；请每行写一个参数，或给值加上引号"},
                                  Normalized(other->name), Normalized(line.name));
    }
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
  bool took_next = false;
  auto setting = Read(line.name, line.value, std::nullopt, &took_next);
  // A header may well hold a " #".
  if (setting.ok() && setting->flag->spec.form == FlagSpec::Form::kList && line.commented) {
    return LocalInvalidArgument({"-{}: is the end of the line a comment, or part of the value? Put the value in quotes",
                                 "-{}：行尾是注释还是值的一部分？请给值加上引号"},
                                setting->flag->spec.name);
  }
  return setting;
}

absl::Status FlagSet::ReadFile(const std::string& path, std::vector<Setting>* settings) const {
  const absl::StatusOr<std::vector<FlagLine>> lines = ReadFlagFile(path);
  if (!lines.ok()) return lines.status();
  for (const FlagLine& line : *lines) {
    auto setting = ReadLine(line);
    if (!setting.ok()) return LocalInvalidArgument({"{}: {}", "{}：{}"}, line.where, setting.status());
    setting->where = fmt::format("{}: {}", line.where, setting->where);
    setting->place = line.where;
    settings->push_back(*std::move(setting));
  }
  return absl::OkStatus();
}

std::vector<FlagSet::Setting> FlagSet::ReadEnvironment(const Environment& environment) const {
  std::vector<Setting> settings;
  for (const auto& flag : flags_) {
    const std::string name = EnvironmentName(env_prefix_, flag->spec.name);
    const std::string value(AsWritten(ValueOf(environment, name)));
    if (!value.empty()) settings.push_back({flag, value, Where(name, value, flag->spec.options), name});
  }
  return settings;
}

/// Where a setting stands, for a line that must not show what may be a secret.
std::string FlagSet::PlaceOf(const Setting& setting) {
  if (!setting.place.empty()) return setting.place;
  const bool may_show =
      setting.flag->spec.options.repeat_value && setting.value.find_first_of("@?") == std::string::npos;
  return may_show ? setting.where : std::string();
}

void FlagSet::NoticeRepeated(const std::vector<Setting>& settings) {
  for (const auto& flag : flags_) {
    if (flag->is_set || flag->spec.form == FlagSpec::Form::kList) continue;
    std::vector<const Setting*> given;
    for (const Setting& setting : settings) {
      if (setting.flag == flag) given.push_back(&setting);
    }
    const auto as_the_last = [&](const Setting* setting) { return setting->value == given.back()->value; };
    if (std::all_of(given.begin(), given.end(), as_the_last)) continue;
    std::string others;
    for (size_t i = 0; i + 1 < given.size(); ++i) others += (i == 0 ? "" : ", ") + PlaceOf(*given[i]);
    const std::string last = PlaceOf(*given.back());
    const bool shown = !last.empty() && !PlaceOf(*given.front()).empty();
    const LocalString times =
        given.size() == 2 ? LocalString("twice", "两次") : FillLocal({"{} times", "{} 次"}, given.size());
    const LocalString which = shown ? FillLocal({", {}, not {}", "：{}，而不是 {}"}, last, others)
                                    : LocalString("; leave the others out", "；请去掉其余的");
    notices_.push_back(FillLocal({"-{} is given {}: only the last one counts{}", "-{} 给出了{}，只有最后一个有效{}"},
                                 flag->spec.name, times, which));
  }
}

void FlagSet::NoticeReplacedLists(const std::vector<Setting>& settings) {
  std::vector<std::shared_ptr<Flag>> noticed;
  for (const Setting& setting : settings) {
    const bool replaced = setting.flag->is_set && setting.flag->spec.form == FlagSpec::Form::kList;
    if (!replaced || std::find(noticed.begin(), noticed.end(), setting.flag) != noticed.end()) continue;
    noticed.push_back(setting.flag);
    notices_.push_back(
        FillLocal({"{}: -{} of the command line or a flag file stands in its place; give all of them there",
                   "{}：已由命令行或参数文件中的 -{} 取代；请在那里全部给出"},
                  setting.place, setting.flag->spec.name));
  }
}

absl::Status FlagSet::Apply(const std::vector<Setting>& settings) {
  NoticeRepeated(settings);
  NoticeReplacedLists(settings);
  std::vector<std::shared_ptr<Flag>> newly_set;
  for (const Setting& setting : settings) {
    if (setting.flag->is_set) continue;  // by an earlier source
    if (auto status = setting.flag->spec.parse(setting.value); !status.ok()) {
      return LocalInvalidArgument({"{}: {}", "{}：{}"}, setting.where, status);
    }
    newly_set.push_back(setting.flag);
  }
  for (const auto& flag : newly_set) flag->is_set = true;
  return absl::OkStatus();
}

absl::Status FlagSet::Parse(const std::vector<std::string>& args, const Environment& environment) {
  std::vector<Setting> from_arguments;
  std::vector<std::string> flag_files;
  if (auto status = ReadArguments(args, &from_arguments, &flag_files); !status.ok()) return status;
  if (help_wanted_ || helpfull_wanted_ || version_wanted_ || guide_ != GuideForm::kNone) {
    help_language_ = WantedLanguage(args, environment, env_prefix_);
    return absl::OkStatus();
  }
  if (auto status = Apply(from_arguments); !status.ok()) return status;

  if (std::string file = ValueOf(environment, EnvironmentName(env_prefix_, kFlagFile));
      flag_files.empty() && !file.empty()) {
    flag_files.push_back(std::move(file));
  }
  std::vector<Setting> from_files;
  for (const std::string& path : flag_files) {
    if (auto status = ReadFile(path, &from_files); !status.ok()) return status;
  }
  if (auto status = Apply(from_files); !status.ok()) return status;
  if (auto status = Apply(ReadEnvironment(environment)); !status.ok()) return status;

  std::vector<std::string> names = {std::string(kFlagFile), std::string(kLanguage)};
  names.insert(names.end(), variables_.begin(), variables_.end());
  for (const auto& flag : flags_) names.push_back(flag->spec.name);
  const std::vector<LocalString> stray = StrayVariables(environment, env_prefix_, names);
  notices_.insert(notices_.end(), stray.begin(), stray.end());
  return absl::OkStatus();
}

absl::Status FlagSet::CheckNoArguments() const {
  if (positional_.empty()) return absl::OkStatus();
  const std::string& first = positional_.front();
  if (before_positional_ != nullptr) {
    const FlagSpec& spec = before_positional_->spec;
    if (!spec.options.repeat_value) {
      return LocalInvalidArgument({"-{}: something follows its value; put all of it in quotes, for example -{}={}",
                                   "-{}：值的后面还有内容；请给整个值加上引号，例如 -{}={}"},
                                  spec.name, spec.name, spec.options.example);
    }
    if (spec.form == FlagSpec::Form::kSwitch && ParseBool(first).ok()) {
      return LocalInvalidArgument({"unexpected argument \"{}\"; write -{}={}", "多余的参数 \"{}\"；请写 -{}={}"},
                                  Shown(first), spec.name, Shown(first));
    }
  }
  // It may have a password in it.
  if (first.find(':') != std::string::npos && Find("server") != nullptr) {
    return LocalInvalidArgument({"a server stands alone; write -server= before it, for example -server={}",
                                 "单独写了服务器；请在前面加上 -server=，例如 -server={}"},
                                Find("server")->spec.options.example);
  }
  return LocalInvalidArgument({"unexpected argument \"{}\"; flags are written -name=value (-help lists them)",
                               "多余的参数 \"{}\"；参数写作 -名称=值（-help 列出所有参数）"},
                              Shown(first));
}

bool FlagSet::IsSet(std::string_view name) const {
  const auto flag = Find(name);
  return flag != nullptr && flag->is_set;
}

}  // namespace wsload
