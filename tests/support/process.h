// A child process of a test or benchmark: its output line by line, its exit
// code, always with a deadline.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace wsload {

/// One thread. Kills the process when it is still running at the end.
class Process {
 public:
  /// Starts `arguments[0]` (a path) with stdout and stderr kept apart; `environment` entries ("NAME=value") are added
  /// to this process' own. Throws std::system_error when it cannot be started.
  explicit Process(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int signal) const;

  /// The next whole line of stdout without its end; nothing when the output ends or the time is up.
  std::optional<std::string> ReadLine(std::chrono::milliseconds timeout);

  /// The exit code, or -signal when one ended it; nothing when the time is up. Reads all output meanwhile.
  std::optional<int> Wait(std::chrono::milliseconds timeout);

  /// All that was written so far and read by the calls above.
  const std::string& out() const { return out_.text; }
  const std::string& err() const { return err_.text; }

  /// Processor time and peak memory; after Wait() only.
  double cpu_seconds() const { return cpu_seconds_; }

 private:
  struct Stream {
    int fd = -1;
    std::string text;
  };
  /// Reads what is there within `timeout`; false when both streams have ended.
  bool Pump(std::chrono::milliseconds timeout);
  bool Reap(bool block);

  pid_t pid_ = -1;
  Stream out_;
  Stream err_;
  size_t line_start_ = 0;
  std::optional<int> exit_code_;
  double cpu_seconds_ = 0;
};

}  // namespace wsload
