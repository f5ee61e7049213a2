// One run of a command line, carried out and published; `wsload run` does it once, or with -repeat several times.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/exit_code.h"
#include "common/lang/statement.h"
#include "common/loop/asio_event_loop.h"
#include "common/loop/signal_watch.h"
#include "common/util/environment.h"
#include "controller/commands/run_flags.h"
#include "controller/output/console_reporter.h"
#include "controller/output/run_files.h"
#include "controller/result/run_result.h"
#include "controller/run/coordinator.h"

namespace wsload {

struct RunId {
  std::string text;
  int64_t unix_ns = 0;  ///< when it was given
};

RunId NewRunId();

/// What Ctrl-C and its like do: the first one drains the run under way, the second ends it at once, and none begins
/// after it. From its making to its end they do nothing else. The loop outlives it.
class Interruption {
 public:
  explicit Interruption(AsioEventLoop& loop);

  /// Until Leave() they are for this run. `reporter` may be null.
  void Enter(RunCoordinator& coordinator, ConsoleReporter* reporter);
  void Leave();

  /// Between runs: whether one came.
  bool Came();

 private:
  void OnSignal(int signal);

  AsioEventLoop& loop_;
  RunCoordinator* coordinator_ = nullptr;
  ConsoleReporter* reporter_ = nullptr;
  int signals_ = 0;
  SignalWatch watch_;
};

/// What carrying out a run left.
struct Kept {
  RunResult result;
  absl::Status written;
  std::string dir;  ///< empty: nothing is kept
};

class OneRun {
 public:
  /// All of them outlive it.
  OneRun(const RunCommandLine& line, const Environment& environment) : line_(line), environment_(environment) {}

  /// Looks at the agents. False: there is a reason not to begin, which was printed; `code()` says of which kind.
  bool Check();
  ExitCode code() const { return code_; }

  /// After Check(). Where `place` cannot be made, nothing is kept and a warning says so, when nobody asked for it; else
  /// the run is not carried out, and the status says why. Signals that come while the result is written do not end the
  /// process: it is what they ask for.
  absl::StatusOr<Kept> CarryOut(const RunId& id, RunFiles::Place place, AsioEventLoop& loop,
                                Interruption& interruption);

  /// What is printed at the end of a run; answers its exit code.
  ExitCode Publish(const Kept& kept) const;

 private:
  const RunCommandLine& line_;
  const Environment& environment_;
  Agents agents_;
  std::vector<AgentCheck> checks_;
  ExitCode code_ = ExitCode::kPassed;
};

/// Where text for people goes.
FILE* PeoplesStream(const OutputOptions& options);

}  // namespace wsload
