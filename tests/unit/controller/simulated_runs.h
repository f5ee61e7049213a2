// Runs whose seconds depend on those before, and which differ among themselves, as real ones do.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "controller/compare/run_sample.h"
#include "controller/hdr/interval_log.h"

namespace wsload {

struct SimulatedServer {
  double level_us = 20'000;      ///< of the median
  double autocorrelation = 0.7;  ///< of the seconds' levels
  double second_spread = 0.1;    ///< of the logarithm of a second's level
  double run_spread = 0.05;      ///< of the logarithm of a run's
  int seconds = 60;
  int messages_per_s = 50;
};

struct SimulatedRun {
  RunResult result;
  IntervalLog log;
};

/// As agents report them, which is small.
inline Histogram SparseHistogram(std::vector<int> buckets) {
  std::sort(buckets.begin(), buckets.end());
  std::vector<std::pair<int, uint64_t>> counts;
  int64_t sum_us = 0;
  for (const int bucket : buckets) {
    if (counts.empty() || counts.back().first != bucket) counts.emplace_back(bucket, 0);
    ++counts.back().second;
    sum_us += Histogram::HighestInBucketUs(bucket);
  }
  Histogram histogram;
  (void)histogram.Assign(counts, {.sum_us = sum_us,
                                  .min_us = Histogram::HighestInBucketUs(buckets.front()),
                                  .max_us = Histogram::HighestInBucketUs(buckets.back())});
  return histogram;
}

inline SimulatedRun Simulate(const SimulatedServer& server, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  SimulatedRun run;
  const double run_level = std::log(server.level_us) + server.run_spread * normal(random);
  const double fresh = std::sqrt(1 - server.autocorrelation * server.autocorrelation);
  double second = normal(random);
  for (int i = 0; i < server.seconds; ++i) {
    second = server.autocorrelation * second + fresh * normal(random);
    LoggedInterval interval{.span = {.start_s = static_cast<double>(i), .length_s = 1}};
    std::vector<int> buckets;
    for (int message = 0; message < server.messages_per_s; ++message) {
      const double us = std::exp(run_level + server.second_spread * second + 0.5 * normal(random));
      buckets.push_back(Histogram::BucketIndex(static_cast<int64_t>(us)));
    }
    interval.service = interval.response = SparseHistogram(std::move(buckets));
    SeriesPoint point{.phase = Phase::kMeasure, .interval_index = i};
    point.delta.scheduled = point.delta.success = server.messages_per_s;
    run.result.series.push_back(point);
    run.result.totals.response.Merge(interval.response);
    run.result.totals.service.Merge(interval.service);
    run.result.totals.counters.Merge(point.delta);
    run.log.intervals.push_back(std::move(interval));
  }
  run.result.measured_ns = server.seconds * kNsPerSecond;
  return run;
}

/// `runs` of them, from place `first` on of all runs that take turns.
inline std::vector<RunSample> SimulateSide(const SimulatedServer& server, int runs, int first,
                                           std::mt19937_64& random) {
  std::vector<RunSample> side;
  for (int i = 0; i < runs; ++i) {
    SimulatedRun run = Simulate(server, random);
    run.result.started_unix_ns = (2 * i + first) * kNsPerSecond;
    side.push_back(SampleOf("run " + std::to_string(2 * i + first), run.result, &run.log, 1,
                            static_cast<uint64_t>(2 * i + first)));
  }
  return side;
}

}  // namespace wsload
