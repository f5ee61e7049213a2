#include "agent/metrics/agent_metrics.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "common/plan/phase.h"

namespace wsload {
namespace {

IntervalReport Measured(int64_t messages) {
  IntervalReport report{.phase = Phase::kMeasure};
  report.delta.counters.scheduled = messages;
  report.delta.counters.success = messages;
  report.delta.response.RecordUs(1'500, messages);
  return report;
}

IntervalReport Connected(int64_t connections) {
  IntervalReport report{.phase = Phase::kConnect};
  report.delta.counters.connections.attempted = connections;
  report.delta.counters.connections.opened = connections;
  return report;
}

TEST(AgentMetrics, TotalsOutliveTheRunAndItsStateDoesNot) {
  AgentMetrics metrics;
  EXPECT_FALSE(metrics.Read().run.has_value());
  metrics.RunBegan("86270a2a", 10);
  EXPECT_FALSE(metrics.Read().run->phase.has_value());
  metrics.LeaseUntil(77);
  metrics.Add(Connected(10));
  metrics.ClientsTakenOver(5);
  metrics.Add(Measured(100));
  AgentFigures figures = metrics.Read();
  EXPECT_EQ(figures.run->clients, 15);
  EXPECT_EQ(figures.run->phase, Phase::kMeasure);
  EXPECT_EQ(figures.run->lease_until_mono_ns, 77);
  EXPECT_EQ(figures.run->counters.connections.active(), 10);
  // Its ten connections go down with it, unreported.
  metrics.RunEnded(RunEnd::kBroken);
  EXPECT_FALSE(metrics.Read().run.has_value());

  metrics.RunBegan("86270a2a", 3);
  metrics.Add(Connected(3));
  metrics.Add(Measured(50));
  figures = metrics.Read();
  EXPECT_EQ(figures.run->clients, 3);
  EXPECT_EQ(figures.run->lease_until_mono_ns, 0);
  EXPECT_EQ(figures.run->counters.connections.active(), 3);
  EXPECT_EQ(figures.run->counters.scheduled, 50);
  EXPECT_EQ(figures.totals.scheduled, 150);
  EXPECT_EQ(figures.totals.connections.opened, 13);
  EXPECT_EQ(figures.durations.Of(&Stats::response).count(), 150);
  EXPECT_EQ(figures.durations.Of(&Stats::response).sum_us(), 150 * 1'500);
  EXPECT_EQ(figures.runs, (std::array<int64_t, kRunEnds>{0, 0, 0, 1}));
}

TEST(AgentMetrics, CausesStayBoundedOverAnyNumberOfRuns) {
  AgentMetrics metrics;
  for (int i = 0; i < 500; ++i) {
    IntervalReport report;
    report.delta.counters.connections.failed = 1;
    report.delta.counters.connections.failures["http_" + std::to_string(i)] = 1;
    metrics.Add(report);
  }
  const AgentFigures figures = metrics.Read();
  EXPECT_EQ(figures.totals.connections.failed, 500);
  EXPECT_EQ(figures.totals.connections.failures.size(), kMaxNamedCauses + 1);
  EXPECT_EQ(figures.totals.connections.failures.at(kOtherCause), 500 - static_cast<int64_t>(kMaxNamedCauses));
}

TEST(AgentMetrics, ReadersSeeWholeReportsWhileRunsComeAndGo) {
  constexpr int kRuns = 50;
  constexpr int kReports = 20;
  AgentMetrics metrics;
  std::thread agent([&metrics] {
    for (int run = 0; run < kRuns; ++run) {
      metrics.RunBegan("86270a2a", 1);
      for (int report = 0; report < kReports; ++report) {
        metrics.LeaseUntil(report);
        metrics.Add(Measured(3));
      }
      metrics.RunEnded(RunEnd::kCompleted);
    }
  });
  int64_t seen = 0;
  while (seen < kRuns * kReports * 3) {
    const AgentFigures figures = metrics.Read();
    EXPECT_GE(figures.totals.scheduled, seen);
    EXPECT_EQ(figures.totals.scheduled % 3, 0);
    EXPECT_EQ(figures.totals.scheduled, figures.durations.Of(&Stats::response).count());
    seen = figures.totals.scheduled;
  }
  agent.join();
  EXPECT_EQ(metrics.Read().runs[0], kRuns);
}

}  // namespace
}  // namespace wsload
