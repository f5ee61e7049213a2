// Command-line flags without globals: a program binds names to its own
// variables. Go and Abseil style alike: -name=value, --name=value, -name value, -bool.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/flags/stray_variables.h"
#include "common/util/environment.h"
#include "common/util/local_text.h"

namespace wsload {

struct FlagLine;

/// A duration flag's variable holds nanoseconds; this wrapper picks the parser ("1m30s", "500ms", "0").
struct DurationNs {
  int64_t* ns;
};
/// A size flag's variable holds bytes; "100", "1k", "64K", "2M" (powers of 1024).
struct SizeBytes {
  int64_t* bytes;
};

/// What is said of a flag, and how it is read.
struct FlagOptions {
  LocalText help;              ///< one line; literals, as the set keeps no copy
  bool in_short_help = false;  ///< listed by -help, not only by -helpfull
  std::string example = {};    ///< a value that works; empty: one of the type's
  bool repeat_value = true;    ///< error lines repeat what was written; not where that may be a credential
};

/// Which shell's completion, or man's page, Answer() is to be a part of; program_guide.h asks.
enum class GuideForm { kNone, kBash, kZsh, kFish, kMan };

/// A flag with a parser of its own.
struct FlagSpec {
  /// kSwitch: -name alone is true, -noname false. kList: every occurrence appends.
  enum class Form { kValue, kSwitch, kList };

  std::string name;
  Form form = Form::kValue;
  std::string default_text;  ///< as a value is written; empty: nothing worth showing
  /// OK, or a line about the value alone ("want json or proto").
  std::function<absl::Status(std::string_view)> parse;
  FlagOptions options;
  std::string values = {};  ///< of an enumeration, with blanks between; empty: any
};

/// What people are spoken to in, also of a command line that is wrong: as -lang=zh asks for, wherever it stands, or
/// else `env_prefix`_LANG or EnvironmentLanguage(). Languages that there are none of are English.
Language WantedLanguage(const std::vector<std::string>& args, const Environment& environment,
                        std::string_view env_prefix);

class FlagSet {
 public:
  /// `program` for messages ("wsload"); every flag may also come from PREFIX_<NAME> ("WSLOAD_CONN_TIMEOUT").
  FlagSet(std::string program, std::string env_prefix);

  // Binds. The variable's value at this time is the default that the help shows.
  void Add(std::string name, int64_t* value, FlagOptions options);
  void Add(std::string name, int32_t* value, FlagOptions options);
  void Add(std::string name, bool* value, FlagOptions options);
  void Add(std::string name, double* value, FlagOptions options);
  void Add(std::string name, std::string* value, FlagOptions options);
  /// Repeatable: every occurrence appends.
  void Add(std::string name, std::vector<std::string>* values, FlagOptions options);
  void Add(std::string name, DurationNs value, FlagOptions options);
  void Add(std::string name, SizeBytes value, FlagOptions options);
  /// Anything else.
  void Add(FlagSpec spec);

  /// A variable that the program reads by itself, and which is then no mistyped flag: "token" for PREFIX_TOKEN.
  void AddVariable(std::string name);

  /// Reads `args` (without the program's name), then -flagfile=FILE (flag_file.h), then `environment` (an empty
  /// variable counts as not set, and quotes around a value count for nothing); an earlier source wins, within one the
  /// last. kInvalidArgument: one line that names the flag, the value, and the mend (with the nearest known name for an
  /// unknown flag). "--" ends the flags.
  absl::Status Parse(const std::vector<std::string>& args, const Environment& environment);

  /// After Parse(): one line for each thing that was written and has no effect, without secrets: a value that a later
  /// one replaced, a variable that is no flag's.
  const std::vector<LocalString>& notices() const { return notices_; }

  const std::vector<std::string>& positional() const { return positional_; }
  /// For a program without arguments: OK, or kInvalidArgument with a line about the first that is no flag.
  absl::Status CheckNoArguments() const;
  bool IsSet(std::string_view name) const;
  /// -help, -h or --help was given; -helpfull and -version likewise.
  bool help_wanted() const { return help_wanted_; }
  bool helpfull_wanted() const { return helpfull_wanted_; }
  bool version_wanted() const { return version_wanted_; }
  /// What the help is written in.
  Language help_language() const { return help_language_; }

  /// What to print when one of these was given, and to do nothing else. `always_full`: -help lists all flags too.
  std::optional<std::string> Answer(const LocalText& intro, bool always_full = false) const;

  /// `intro`, then the flags; `full`: all of them. In WantedLanguage(), whether or not the program has such a flag.
  std::string Usage(const LocalText& intro, bool full) const;

 private:
  struct Flag {
    FlagSpec spec;
    bool is_set = false;
  };
  struct Setting;

  std::shared_ptr<Flag> Find(std::string_view name) const;
  absl::Status UnknownFlag(std::string_view name) const;
  absl::StatusOr<Setting> Read(std::string_view name, std::optional<std::string_view> value,
                               std::optional<std::string_view> next, bool* took_next) const;
  bool ReadHelp(std::string_view name);
  absl::Status ReadArguments(const std::vector<std::string>& args, std::vector<Setting>* settings,
                             std::vector<std::string>* flag_files);
  /// Appends what the file says.
  absl::Status ReadFile(const std::string& path, std::vector<Setting>* settings) const;
  absl::StatusOr<Setting> ReadLine(const FlagLine& line) const;
  std::vector<Setting> ReadEnvironment(const Environment& environment) const;
  /// One source's settings.
  absl::Status Apply(const std::vector<Setting>& settings);
  std::string Guide(const LocalText& intro) const;
  static std::string PlaceOf(const Setting& setting);
  void NoticeRepeated(const std::vector<Setting>& settings);
  void NoticeReplacedLists(const std::vector<Setting>& settings);

  std::string program_;
  std::string env_prefix_;
  std::vector<std::shared_ptr<Flag>> flags_;
  std::vector<std::string> variables_;
  std::vector<std::string> positional_;
  std::shared_ptr<Flag> before_positional_;  ///< the flag right before the first of them; null: none
  std::vector<LocalString> notices_;
  bool help_wanted_ = false;
  bool helpfull_wanted_ = false;
  bool version_wanted_ = false;
  GuideForm guide_ = GuideForm::kNone;
  Language help_language_ = Language::kEnglish;
};

}  // namespace wsload
