#include "agent/load/interval_merger.h"

#include <algorithm>
#include <limits>

#include "common/plan/phase.h"
#include "common/util/check.h"

namespace wsload {
namespace {

constexpr std::pair<Phase, int64_t> kNothingYet{Phase::kConnect, -1};
constexpr std::pair<Phase, int64_t> kFinished{Phase::kClose, std::numeric_limits<int64_t>::max()};

}  // namespace

IntervalMerger::IntervalMerger(int sources, std::function<void(IntervalReport)> emit)
    : emit_(std::move(emit)), reached_(static_cast<size_t>(sources), kNothingYet) {}

void IntervalMerger::Add(int source, Phase phase, int64_t interval_index, const Stats& delta,
                         const StatsByStage& stages, const WorkerLoad& load) {
  const Key key{phase, interval_index};
  const Key& before = reached_[static_cast<size_t>(source)];
  WSLOAD_CHECK(key > before, "worker {} reports interval {} of phase {} after interval {} of phase {}", source,
               interval_index, NameOf(phase), before.second, NameOf(before.first));
  Open& open = open_[key];
  open.delta.Merge(delta);
  MergeStages(open.stages, stages);
  // One that reports nothing in this interval has spent nothing in it.
  open.workers.resize(reached_.size());
  open.workers[static_cast<size_t>(source)] = load;
  reached_[static_cast<size_t>(source)] = key;
  EmitComplete();
}

void IntervalMerger::Finish(int source) {
  reached_[static_cast<size_t>(source)] = kFinished;
  EmitComplete();
}

void IntervalMerger::EmitComplete() {
  const Key slowest = *std::min_element(reached_.begin(), reached_.end());
  while (!open_.empty() && open_.begin()->first <= slowest) {
    auto node = open_.extract(open_.begin());
    Open& open = node.mapped();
    emit_({.phase = node.key().first,
           .interval_index = node.key().second,
           .delta = std::move(open.delta),
           .stages = std::move(open.stages),
           .workers = std::move(open.workers)});
  }
}

}  // namespace wsload
