#include "agent/load/interval_merger.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "common/plan/phase.h"

namespace wsload {
namespace {

Stats Scheduled(int64_t messages) {
  Stats stats;
  stats.counters.scheduled = messages;
  return stats;
}

TEST(IntervalMerger, WaitsForEverySourceAndKeepsTheOrder) {
  std::vector<IntervalReport> out;
  IntervalMerger merger(2, [&](IntervalReport report) { out.push_back(std::move(report)); });
  merger.Add(0, Phase::kConnect, 0, Scheduled(1), {}, {.sent = 1});
  merger.Add(0, Phase::kMeasure, 0, Scheduled(2), {}, {.sent = 2});
  EXPECT_TRUE(out.empty());
  merger.Add(1, Phase::kConnect, 0, Scheduled(10), {}, {.sent = 10});
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].delta.counters.scheduled, 11);
  EXPECT_EQ(out[0].workers, (std::vector<WorkerLoad>{{.sent = 1}, {.sent = 10}})) << "worker by worker";
  merger.Finish(1);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[1].phase, Phase::kMeasure);
  EXPECT_EQ(out[1].delta.counters.scheduled, 2);
  EXPECT_EQ(out[1].workers, (std::vector<WorkerLoad>{{.sent = 2}, {}}));
}

TEST(IntervalMerger, LosesNothingWhateverTheInterleaving) {
  for (uint32_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const int sources = 1 + static_cast<int>(random() % 5);
    std::vector<IntervalReport> out;
    IntervalMerger merger(sources, [&](IntervalReport report) { out.push_back(std::move(report)); });
    // Each source: a few intervals in each phase, not equally many.
    std::vector<std::vector<std::pair<Phase, int64_t>>> todo(static_cast<size_t>(sources));
    for (auto& list : todo) {
      for (const Phase phase : {Phase::kConnect, Phase::kMeasure, Phase::kDrain, Phase::kClose}) {
        const int64_t count = 1 + random() % 4;
        for (int64_t index = 0; index < count; ++index) list.emplace_back(phase, index);
      }
    }
    std::vector<size_t> next(todo.size(), 0);
    int64_t fed = 0;
    size_t unfinished = todo.size();
    while (unfinished > 0) {
      const size_t source = random() % todo.size();
      if (next[source] > todo[source].size()) continue;
      if (next[source] == todo[source].size()) {
        merger.Finish(static_cast<int>(source));
        --unfinished;
      } else {
        const auto [phase, index] = todo[source][next[source]];
        const int64_t messages = random() % 100;
        fed += messages;
        merger.Add(static_cast<int>(source), phase, index, Scheduled(messages), {}, {.sent = messages});
      }
      ++next[source];
    }
    int64_t emitted = 0, sent = 0;
    for (size_t i = 0; i < out.size(); ++i) {
      emitted += out[i].delta.counters.scheduled;
      for (const WorkerLoad& worker : out[i].workers) sent += worker.sent;
      if (i > 0) {
        EXPECT_LT(std::pair(out[i - 1].phase, out[i - 1].interval_index),
                  std::pair(out[i].phase, out[i].interval_index));
      }
    }
    EXPECT_EQ(emitted, fed);
    EXPECT_EQ(sent, fed);
  }
}

TEST(IntervalMergerDeathTest, ASourceThatGoesBack) {
  IntervalMerger merger(2, [](IntervalReport) {});
  merger.Add(1, Phase::kMeasure, 3, Scheduled(1), {}, {});
  EXPECT_DEATH(merger.Add(1, Phase::kMeasure, 3, Scheduled(1), {}, {}),
               "worker 1 reports interval 3 of phase measure after interval 3 of phase measure");
  EXPECT_DEATH(merger.Add(1, Phase::kConnect, 4, Scheduled(1), {}, {}), "interval 4 of phase connect after interval 3");
  merger.Finish(0);
  EXPECT_DEATH(merger.Add(0, Phase::kClose, 0, Scheduled(1), {}, {}), "worker 0 reports interval 0 of phase close");
}

}  // namespace
}  // namespace wsload
