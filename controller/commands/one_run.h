// One run of a command line, carried out and published; `wsload run` does it once, or with -repeat several times.
#pragma once

#include <cstdint>
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
#include "controller/dashboard/dashboard.h"
#include "controller/feed/feed.h"
#include "controller/feed/stop_request.h"
#include "controller/output/run_files.h"
#include "controller/result/run_result.h"
#include "controller/run/coordinator.h"
#include "controller/screen/live_screen.h"

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

  /// Until Leave() they are for this run.
  void Enter(RunCoordinator& coordinator, Feed& feed);
  void Leave();

  /// As a signal would, on the loop's thread.
  void Ask();

  /// Between runs: whether one came.
  bool Came();

 private:
  void OnSignal(int signal);

  AsioEventLoop& loop_;
  RunCoordinator* coordinator_ = nullptr;
  Feed* feed_ = nullptr;
  int signals_ = 0;
  SignalWatch watch_;
};

/// What people see while the run goes on, and how they stop it.
struct Watching {
  std::shared_ptr<RunOutput> output;   ///< null: nothing
  std::shared_ptr<LiveScreen> screen;  ///< null: it is none
  std::shared_ptr<StopRequest> stop = std::make_shared<StopRequest>();
};

/// What carrying out a run left.
struct Kept {
  std::shared_ptr<const RunResult> result;
  absl::Status written;
  std::string dir;  ///< empty: nothing is kept
};

class OneRun {
 public:
  /// The environment outlives it. Where the plan has no seed, the run gets one of its own.
  OneRun(const RunCommandLine& line, const Environment& environment);

  /// Looks at the agents. False: there is a reason not to begin, which was printed; `code()` says of which kind.
  bool Check();
  ExitCode code() const { return code_; }

  /// After Check(). Where `place` cannot be made, nothing is kept and a warning says so, when nobody asked for it; else
  /// the run is not carried out, and the status says why. Signals that come while the result is written do not end the
  /// process: it is what they ask for.
  absl::StatusOr<Kept> CarryOut(const RunId& id, RunFiles::Place place, AsioEventLoop& loop,
                                Interruption& interruption);

  /// What people see at the end of a run, for as long as somebody reads it; answers the run's exit code. A signal ends
  /// the process meanwhile: the files are written.
  ExitCode Publish(const Kept& kept) const;

 private:
  RunResult Play(const RunId& id, AsioEventLoop& loop, Interruption& interruption);

  const RunCommandLine line_;
  const Environment& environment_;
  Agents agents_;
  std::vector<AgentCheck> checks_;
  ExitCode code_ = ExitCode::kPassed;
  // Once it is carried out.
  std::shared_ptr<Dashboard> dashboard_;  ///< null without -dashboard
  std::shared_ptr<Feed> feed_;
  Watching watching_;
};

}  // namespace wsload
