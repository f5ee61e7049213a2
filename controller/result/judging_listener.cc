#include "controller/result/judging_listener.h"

#include <algorithm>
#include <utility>

namespace wsload {

JudgingListener::JudgingListener(const JudgeOptions& options, RunListener& next,
                                 absl::AnyInvocable<void(const Statement& why)> abort,
                                 const std::vector<TimelineStage>& timeline)
    : watch_(options.thresholds, options.abort_on_fail.after_ns(), timeline), next_(next), abort_(std::move(abort)) {}

void JudgingListener::OnInterval(const SeriesPoint& point, const Stats& delta, const Stats& totals_so_far,
                                 const std::vector<AgentResult>& agents) {
  if (point.phase != std::exchange(phase_, point.phase)) last_s_ = 0;
  const auto lost = std::count_if(agents.begin(), agents.end(),
                                  [](const AgentResult& agent) { return agent.state != AgentResult::State::kDone; });
  const double from_s = std::exchange(last_s_, point.elapsed_s);
  const bool broken_for_good = watch_.Add(
      {.phase = point.phase, .from_s = from_s, .to_s = point.elapsed_s, .agents_lost = lost}, delta, stages_);
  stages_.clear();
  // Who shows the interval shows how the thresholds stand after it.
  next_.OnInterval(point, delta, totals_so_far, agents);
  if (!broken_for_good) return;
  next_.OnNotice(*watch_.abort_reason());
  abort_(*watch_.abort_reason());
}

}  // namespace wsload
