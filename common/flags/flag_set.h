// Command-line flags without globals: a program binds names to its own
// variables. Go and Abseil style alike: -name=value, --name=value, -name value, -bool.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace wsload {

/// A duration flag's variable holds nanoseconds; this wrapper picks the parser ("1m30s", "500ms", "0").
struct DurationNs {
  int64_t* ns;
};
/// A size flag's variable holds bytes; "100", "1k", "64K", "2M" (powers of 1024).
struct SizeBytes {
  int64_t* bytes;
};

class FlagSet {
 public:
  /// `program` for messages ("wsload"); every flag may also come from PREFIX_<NAME> ("WSLOAD_CONN_TIMEOUT").
  FlagSet(std::string program, std::string env_prefix);

  // Binds. The variable's value at this time is the default that the help shows. `in_short_help`:
  // listed by -help, not only by -helpfull. `help` is one line.
  void Add(std::string name, int64_t* value, std::string help, bool in_short_help = false);
  void Add(std::string name, int32_t* value, std::string help, bool in_short_help = false);
  void Add(std::string name, bool* value, std::string help, bool in_short_help = false);
  void Add(std::string name, double* value, std::string help, bool in_short_help = false);
  void Add(std::string name, std::string* value, std::string help, bool in_short_help = false);
  /// Repeatable: every occurrence appends.
  void Add(std::string name, std::vector<std::string>* values, std::string help, bool in_short_help = false);
  void Add(std::string name, DurationNs value, std::string help, bool in_short_help = false);
  void Add(std::string name, SizeBytes value, std::string help, bool in_short_help = false);
  /// Anything else: `parse` answers OK or a line about the value alone ("want json or proto").
  void AddParsed(std::string name, std::string default_text, std::function<absl::Status(std::string_view)> parse,
                 std::string help, bool in_short_help = false);

  /// Reads `args` (without the program's name), then -flagfile=FILE (one flag a line, # comments), then
  /// `environment` (an empty variable counts as not set); an earlier source wins, within one the last.
  /// kInvalidArgument: one line that names the flag, the value, and the mend (with the nearest known name for an
  /// unknown flag). "--" ends the flags.
  absl::Status Parse(const std::vector<std::string>& args, const std::map<std::string, std::string>& environment);

  const std::vector<std::string>& positional() const { return positional_; }
  bool IsSet(std::string_view name) const;
  /// -help, -h or --help was given; -helpfull likewise.
  bool help_wanted() const { return help_wanted_; }
  bool helpfull_wanted() const { return helpfull_wanted_; }

  /// `intro`, then the flags; `full`: all of them.
  std::string Usage(std::string_view intro, bool full) const;

 private:
  struct Flag;
  struct Setting;

  void AddFlag(Flag flag);
  std::shared_ptr<Flag> Find(std::string_view name) const;
  std::string EnvironmentName(std::string_view flag_name) const;
  absl::Status UnknownFlag(std::string_view name) const;
  absl::StatusOr<Setting> Read(std::string_view name, std::optional<std::string_view> value,
                               std::optional<std::string_view> next, bool* took_next) const;
  absl::Status ReadArguments(const std::vector<std::string>& args, std::vector<Setting>* settings,
                             std::vector<std::string>* flag_files);
  absl::Status ReadFlagFile(const std::string& path, std::vector<Setting>* settings) const;
  std::vector<Setting> ReadEnvironment(const std::map<std::string, std::string>& environment) const;
  absl::Status Apply(const std::vector<Setting>& settings);

  std::string program_;
  std::string env_prefix_;
  std::vector<std::shared_ptr<Flag>> flags_;
  std::vector<std::string> positional_;
  bool help_wanted_ = false;
  bool helpfull_wanted_ = false;
};

/// The process environment as a map.
std::map<std::string, std::string> ProcessEnvironment();

}  // namespace wsload
