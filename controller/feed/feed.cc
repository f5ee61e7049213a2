#include "controller/feed/feed.h"

#include <algorithm>
#include <utility>

namespace wsload {
namespace {

// What waits for an output's thread.
enum Work : size_t { kOrder, kInterval, kNotice };

std::vector<SideThread::Bound> BoundsOf(OutputKind kind) {
  const SideThread::Bound intervals = kind == OutputKind::kFile ? SideThread::Bound{.bytes = Feed::kFileBytes}
                                                                : SideThread::Bound{.items = Feed::kShownIntervals};
  // A run has one beginning and one end.
  return {{}, intervals, {.items = Feed::kNotices}};
}

}  // namespace

Feed::Feed(int64_t report_interval_ns) : report_interval_ns_(report_interval_ns) {}

Feed::~Feed() = default;

void Feed::Add(OutputKind kind, std::shared_ptr<RunOutput> output) {
  places_.push_back({kind, std::move(output), std::make_unique<SideThread>(BoundsOf(kind))});
}

void Feed::OnPhase(Phase) {
  // Later phases are told by the intervals; those of the one before may still be on their way.
  if (std::exchange(begun_, true)) return;
  for (const Place& place : places_) {
    place.thread->Post(kOrder, 0, [output = place.output] { output->OnBegin(); });
  }
}

void Feed::OnInterval(const SeriesPoint& point, const Stats& delta, const Stats& totals_so_far,
                      const std::vector<AgentResult>& agents) {
  if (places_.empty()) return;
  IntervalSnapshot taken = TakeSnapshot(intervals_++, report_interval_ns_, point, delta, totals_so_far, agents);
  stages_.Complete(taken);
  if (standing_) taken.thresholds = standing_();
  const auto snapshot = std::make_shared<const IntervalSnapshot>(std::move(taken));
  for (const Place& place : places_) {
    place.thread->Post(kInterval, snapshot->bytes(),
                       [output = place.output, snapshot] { output->OnInterval(snapshot); });
  }
}

void Feed::OnNotice(const Statement& notice) {
  for (const Place& place : places_) {
    place.thread->Post(kNotice, 0, [output = place.output, notice] { output->OnNotice(notice); });
  }
}

int64_t Feed::Missed(OutputKind kind) const {
  int64_t missed = 0;
  for (const Place& place : places_) {
    if (place.kind == kind) missed = std::max(missed, place.thread->dropped(kInterval));
  }
  return missed;
}

bool Feed::End(OutputKind kind, const std::shared_ptr<const RunResult>& result, int64_t patience_ns,
               const std::function<int64_t()>& progress) {
  for (const Place& place : places_) {
    if (place.kind != kind) continue;
    place.thread->Post(kOrder, 0, [output = place.output, result] { output->OnEnd(*result); });
    if (!place.thread->End(patience_ns, progress)) return false;
  }
  return true;
}

}  // namespace wsload
