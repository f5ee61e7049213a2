#include "agent/metrics/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/metric_family.h>

#include <map>
#include <set>
#include <sstream>
#include <string>

#include "common/plan/phase.h"
#include "common/stats/figure_list.h"
#include "common/util/text.h"
#include "tests/support/vector_file.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;

class StoppedClock final : public Clock {
 public:
  int64_t MonoNs() const override { return 100 * kNsPerSecond; }
  int64_t UnixNs() const override { return 1'700'000'000 * kNsPerSecond; }
};

class ExpositionTest : public ::testing::Test {
 protected:
  std::string Scrape(const std::string& name = "agent-1") const {
    const AgentExposition exposition(metrics_, clock_, {name, 8},
                                     [] { return ProcessUsage{.cpu_us = 12'500'000, .resident_bytes = 34'000'000}; });
    return exposition.Scrape();
  }

  /// Sample ("name{labels}") to value.
  std::map<std::string, double> Samples() const {
    std::map<std::string, double> samples;
    std::istringstream lines(Scrape());
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with('#')) continue;
      const size_t space = line.rfind(' ');
      EXPECT_TRUE(samples.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second) << line;
    }
    return samples;
  }

  /// Every plain counter a value of its own, from `first` on.
  static IntervalReport EveryCounter(int64_t first) {
    IntervalReport report{.phase = Phase::kMeasure};
    for (const CounterInfo& row : kCounters) {
      if (row.counted()) report.delta.counters.*row.field = first++;
    }
    return report;
  }

  /// A run with a bit of everything.
  void OneRun() {
    metrics_.RunBegan("86270a2a", 40);
    metrics_.LeaseUntil(clock_.MonoNs() + 4'500 * kNsPerMs);
    IntervalReport connected{.phase = Phase::kConnect};
    connected.delta.counters.connections = {
        .attempted = 40, .opened = 35, .failed = 5, .failures = {{"http_403", 3}, {"refused", 2}}};
    connected.delta.connect.RecordUs(300, 35);
    metrics_.Add(connected);
    IntervalReport measured = EveryCounter(101);
    // Conserved: 1000 messages, of which 7 are still open.
    Counters& counters = measured.delta.counters;
    counters.scheduled = 1'000;
    counters.success = 1'000 - 7 - counters.failed() - counters.unsent;
    counters.connections = {.lost = 4, .losses = {{"closed_1001", 4}}};
    measured.delta.response.RecordUs(4'999, 200);
    measured.delta.response.RecordUs(5'000, 159);
    measured.delta.response.RecordUs(20'000'000);
    measured.delta.service.RecordUs(950, 360);
    measured.delta.send_lag.RecordUs(80, 1'000);
    measured.delta.push.RecordUs(25'000, counters.pushes);
    measured.delta.heartbeat.RecordUs(2'000, counters.heartbeats_acked);
    measured.delta.loop_stall.RecordUs(30'000, counters.loop_stalls);
    metrics_.Add(measured);
  }

  const StoppedClock clock_;
  AgentMetrics metrics_;
};

// The file is also what tests/deploy holds the dashboard and the manifests against.
TEST_F(ExpositionTest, ReadsAsTheVectorSays) {
  OneRun();
  metrics_.RunEnded(RunEnd::kCompleted);
  OneRun();
  ExpectVectorFile("agent_metrics.txt", Scrape());
}

TEST_F(ExpositionTest, AnIdleAgentExposesZeros) {
  const auto samples = Samples();
  for (const auto& [name, value] : samples) {
    if (!name.starts_with("wsload_") || name.starts_with("wsload_agent_info")) continue;
    EXPECT_EQ(value, name == "wsload_agent_cores" ? 8 : 0) << name;
  }
  EXPECT_EQ(samples.at("wsload_connections_failed_total{cause=\"other\"}"), 0);
}

TEST_F(ExpositionTest, EveryCounterIsExposedOnce) {
  metrics_.RunBegan("86270a2a", 1);
  metrics_.Add(EveryCounter(1'000'001));
  std::map<double, int> seen;
  for (const auto& [name, value] : Samples()) {
    if (name.find("_total") != std::string::npos) ++seen[value];
  }
  double expected = 1'000'001;
  for (const CounterInfo& row : kCounters) {
    if (!row.counted()) continue;
    EXPECT_EQ(seen[expected++], 1) << row.name.shown;
  }
}

TEST_F(ExpositionTest, CountersAddUpOverRunsAndGaugesAreTheRunsOwn) {
  OneRun();
  const auto first = Samples();
  EXPECT_EQ(first.at("wsload_agent_busy"), 1);
  EXPECT_EQ(first.at("wsload_agent_clients"), 40);
  EXPECT_EQ(first.at("wsload_agent_lease_remaining_seconds"), 4.5);
  EXPECT_EQ(first.at("wsload_agent_phase{phase=\"measure\"}"), 1);
  EXPECT_EQ(first.at("wsload_connections_active"), 31);
  EXPECT_EQ(first.at("wsload_messages_open"), 7);
  EXPECT_EQ(first.at("wsload_messages_scheduled_total"), 1'000);
  EXPECT_EQ(first.at("wsload_messages_failed_total{cause=\"timeout\"}"),
            static_cast<double>(metrics_.Read().totals.timeout));
  EXPECT_EQ(first.at("wsload_connections_failed_total{cause=\"http_403\"}"), 3);
  EXPECT_EQ(first.at("wsload_connections_lost_total{cause=\"closed_1001\"}"), 4);
  EXPECT_EQ(first.at("wsload_response_time_seconds_bucket{le=\"0.005\"}"), 200);
  EXPECT_EQ(first.at("wsload_response_time_seconds_bucket{le=\"0.0075\"}"), 359);
  EXPECT_EQ(first.at("wsload_response_time_seconds_bucket{le=\"10.24\"}"), 359);
  EXPECT_EQ(first.at("wsload_response_time_seconds_bucket{le=\"+Inf\"}"), 360);
  EXPECT_EQ(first.at("wsload_response_time_seconds_count"), 360);
  EXPECT_DOUBLE_EQ(first.at("wsload_response_time_seconds_sum"), 200 * 0.004999 + 159 * 0.005 + 20);

  metrics_.RunEnded(RunEnd::kLeaseOver);
  const auto idle = Samples();
  OneRun();
  const auto second = Samples();
  EXPECT_EQ(idle.at("wsload_agent_busy"), 0);
  EXPECT_EQ(idle.at("wsload_connections_active"), 0);
  EXPECT_EQ(idle.at("wsload_messages_open"), 0);
  EXPECT_EQ(idle.at("wsload_agent_lease_remaining_seconds"), 0);
  EXPECT_EQ(idle.at("wsload_agent_runs_total{end=\"lease_expired\"}"), 1);
  EXPECT_EQ(second.at("wsload_connections_active"), 31);
  for (const auto& [name, value] : first) {
    if (!name.starts_with("wsload_")) continue;
    if (name.find("_total") != std::string::npos || name.find("_bucket") != std::string::npos ||
        name.find("_count") != std::string::npos) {
      if (name.starts_with("wsload_agent_runs_total")) continue;
      EXPECT_EQ(idle.at(name), value) << name;
      EXPECT_EQ(second.at(name), 2 * value) << name;
    }
  }
}

TEST_F(ExpositionTest, ALeaseThatIsOverHasNothingLeft) {
  metrics_.RunBegan("86270a2a", 1);
  metrics_.LeaseUntil(clock_.MonoNs() - 1);
  EXPECT_EQ(Samples().at("wsload_agent_lease_remaining_seconds"), 0);
}

TEST_F(ExpositionTest, ANameOfAnyBytesIsOneLabelOfUtf8) {
  const std::string text = Scrape("a\"b\\c\n\xff");
  EXPECT_THAT(text, HasSubstr("name=\"a\\\"b\\\\c"));
  EXPECT_TRUE(IsUtf8(text));
}

TEST_F(ExpositionTest, FamiliesHaveHelpAndOneName) {
  const AgentExposition exposition(metrics_, clock_, {"agent-1", 8}, [] { return ProcessUsage{}; });
  std::set<std::string> names;
  for (const prometheus::MetricFamily& family : exposition.Collect()) {
    EXPECT_TRUE(names.insert(family.name).second) << family.name;
    EXPECT_TRUE(family.help.ends_with('.')) << family.name;
    EXPECT_EQ(family.type == prometheus::MetricType::Counter, family.name.ends_with("_total")) << family.name;
  }
}

}  // namespace
}  // namespace wsload
