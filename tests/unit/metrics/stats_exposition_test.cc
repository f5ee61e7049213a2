#include "common/metrics/stats_exposition.h"

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <set>
#include <string>

#include "common/stats/figure_list.h"

namespace wsload {
namespace {

const prometheus::MetricFamily* Find(const MetricFamilies& families, const std::string& name) {
  const auto found =
      std::find_if(families.begin(), families.end(), [&](const auto& family) { return family.name == name; });
  return found == families.end() ? nullptr : &*found;
}

TEST(StatsExposition, EveryRowHasItsFamily) {
  MetricFamilies families;
  ExposeCounters(families, Counters{});
  ExposeDurations(families, HistogramDurations{});
  std::set<std::string> names;
  const auto expect = [&](const MetricName& metric, const char* help, prometheus::MetricType type) {
    const auto* family = Find(families, metric.family);
    ASSERT_NE(family, nullptr) << metric.family;
    EXPECT_EQ(family->type, type) << metric.family;
    EXPECT_FALSE(family->metric.empty()) << metric.family << " has no sample";
    if (!names.insert(metric.family).second) return;
    EXPECT_EQ(family->help, help) << metric.family;
  };
  for (const auto& row : kCounters) expect(row.metric, row.help, prometheus::MetricType::Counter);
  for (const auto& row : kConnectionCounters) expect(row.metric, row.help, prometheus::MetricType::Counter);
  for (const auto& row : kHistograms) expect(row.metric, row.help, prometheus::MetricType::Histogram);
  EXPECT_EQ(names.size(), families.size()) << "a family that no row asks for, or one twice";
}

TEST(StatsExposition, SeveralLabelledSourcesShareTheFamilies) {
  Counters first;
  first.timeout = 3;
  first.connections = {.failed = 2, .failures = {{"http_403", 2}}};
  Counters second;
  second.success = 5;
  Stats stats;
  stats.loop_stall.RecordUs(30'000);
  HistogramDurations durations;
  durations.Add(stats);
  MetricFamilies families;
  ExposeCounters(families, first, {{"run", "1"}});
  ExposeDurations(families, durations, {{"run", "1"}});
  const size_t count = families.size();
  ExposeCounters(families, second, {{"run", "2"}});
  ExposeDurations(families, HistogramDurations{}, {{"run", "2"}});
  EXPECT_EQ(families.size(), count);

  const std::string text = prometheus::TextSerializer().Serialize(families);
  for (const char* sample : {
           "wsload_messages_failed_total{run=\"1\",cause=\"timeout\"} 3\n",
           "wsload_messages_failed_total{run=\"2\",cause=\"timeout\"} 0\n",
           "wsload_messages_succeeded_total{run=\"1\"} 0\n",
           "wsload_messages_succeeded_total{run=\"2\"} 5\n",
           "wsload_connections_failed_total{run=\"1\",cause=\"http_403\"} 2\n",
           "wsload_connections_failed_total{run=\"2\",cause=\"other\"} 0\n",
           "wsload_loop_stall_seconds_count{run=\"1\"} 1\n",
           "wsload_loop_stall_seconds_count{run=\"2\"} 0\n",
       }) {
    EXPECT_NE(text.find(sample), std::string::npos) << sample;
  }
}

TEST(HistogramDurations, HasWhatEachHistogramHad) {
  Stats stats;
  int64_t us = 0;
  for (const HistogramInfo& row : kHistograms) (stats.*row.field).RecordUs(us += 1'000);
  HistogramDurations durations;
  durations.Add(stats);
  durations.Add(stats);
  us = 0;
  for (const HistogramInfo& row : kHistograms) {
    EXPECT_EQ(durations.Of(row.field).count(), 2) << row.name.shown;
    EXPECT_EQ(durations.Of(row.field).sum_us(), 2 * (us += 1'000)) << row.name.shown;
  }
}

}  // namespace
}  // namespace wsload
