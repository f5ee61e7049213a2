#include "controller/search/local_runs.h"

#include <optional>
#include <utility>

#include "common/lang/statement.h"
#include "common/plan/phase.h"
#include "common/util/status.h"
#include "controller/link/embedded_agent_link.h"
#include "controller/result/result_builder.h"

namespace wsload {
namespace {

/// What the gateway spends in the measure phase.
class GatewayMeter final : public RunListener {
 public:
  explicit GatewayMeter(const GatewayProcess& gateway) : gateway_(gateway) {}

  void OnPhase(Phase phase) override {
    const int64_t cpu_us = gateway_.CpuUs();
    const int64_t now_ns = SystemClock().MonoNs();
    if (phase == Phase::kMeasure) {
      cpu_at_start_us_ = cpu_us;
      started_ns_ = now_ns;
    } else if (started_ns_ > 0 && wall_us_ == 0) {
      cpu_us_ = cpu_us - cpu_at_start_us_;
      wall_us_ = (now_ns - started_ns_) / kNsPerUs;
    }
  }
  void OnInterval(const SeriesPoint&, const Stats&, const Stats&, const std::vector<AgentResult>&) override {}
  void OnNotice(const Statement&) override {}

  int64_t cpu_us() const { return cpu_us_; }
  int64_t wall_us() const { return wall_us_; }

 private:
  const GatewayProcess& gateway_;
  int64_t cpu_at_start_us_ = 0;
  int64_t started_ns_ = 0;
  int64_t cpu_us_ = 0;
  int64_t wall_us_ = 0;
};

}  // namespace

LocalRuns::LocalRuns(AgentConfig agent, const GatewayProcess& gateway, int gateway_threads)
    : agent_(std::move(agent)),
      gateway_(gateway),
      gateway_threads_(gateway_threads),
      signals_(loop_, EndingSignals(), [this](int) {
        interrupted_ = true;
        if (coordinator_ != nullptr) coordinator_->Interrupt();
      }) {}

absl::StatusOr<SelftestRun> LocalRuns::Run(const RunPlan& plan) {
  std::vector<std::unique_ptr<AgentLink>> links;
  links.push_back(NewEmbeddedAgentLink(agent_));
  GatewayMeter meter(gateway_);
  RunCoordinator coordinator(loop_, SystemClock(), fmt::format("selftest-{}", ++runs_), plan, std::move(links),
                             RunCoordinator::Limits{}, &meter);
  coordinator_ = &coordinator;
  std::optional<RunResult> result;
  coordinator.Start([&](RunResult finished) {
    result = std::move(finished);
    loop_.Stop();
  });
  loop_.Run();
  coordinator_ = nullptr;
  if (!result->error.ok()) return result->error;
  return ToSelftestRun(*result, meter.cpu_us(), gateway_threads_, meter.wall_us());
}

}  // namespace wsload
