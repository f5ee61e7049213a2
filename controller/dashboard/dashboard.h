// The live page of a run: a server that shows what it is told, and can do one thing, stop the run.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/net/host_port.h"
#include "common/util/language.h"
#include "controller/dashboard/run_exposition.h"
#include "controller/result/agent_series.h"
#include "controller/result/run_result.h"

namespace wsload {

/// What does not change while the run goes on.
struct DashboardRun {
  std::string run_id;
  RunLabels labels;
  std::string run_json;  ///< of RunJson(), on one line
  int64_t report_interval_ns = kNsPerSecond;  ///< the plan's
  Language language = Language::kEnglish;
};

/// Has a thread of its own and works on what it was handed: nobody who looks on, however slowly, costs the run
/// anything.
class Dashboard {
 public:
  struct Interval {
    std::string json;   ///< of LiveJson()
    std::string point;  ///< of LivePointJson()
    RunFigures figures;
    /// Of the measure phase: what each agent did, by its label; and the interval's number in it.
    std::vector<std::pair<std::string, AgentPoint>> agents;
    int64_t index = 0;
  };

  /// `token`: empty, anyone who reaches `address` may look on. `stop_secret`: that nobody can guess. kUnavailable: why
  /// it cannot be listened on, without the mend.
  static absl::StatusOr<std::unique_ptr<Dashboard>> Listen(const HostPort& address, std::string token,
                                                           std::string stop_secret, DashboardRun run);
  ~Dashboard();

  /// With the port that was chosen for port 0.
  const HostPort& address() const;

  /// `stop` runs on the server's thread, once, when somebody stops the run; empty: there is nothing to stop any more,
  /// and no earlier one runs after this call. Any thread but the server's.
  void SetStop(std::function<void()> stop);

  // All three: any thread; they hand over and return.

  void Publish(Interval interval);
  /// One object, as WriteStatement() has it.
  void Notice(std::string statement_json);
  /// `result_json`: the whole result. From now on the page is the report.
  void End(std::string result_json);

  /// Waits until everyone who looks on has what is for them, `timeout_ns` at most. Not the server's thread.
  void AwaitViewers(int64_t timeout_ns);

 private:
  class Impl;
  explicit Dashboard(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wsload
