#include "controller/result/outage_finder.h"

#include <algorithm>

namespace wsload {
namespace {

std::optional<int64_t> P99Of(const Histogram& response) {
  if (response.count() == 0) return std::nullopt;
  return response.PercentileUs(99);
}

/// Of `lost` clients, when `percent` of a hundred were back.
std::optional<int64_t> BackUs(const Histogram& back, int64_t lost, int64_t percent) {
  const int64_t wanted = (lost * percent + 99) / 100;
  if (wanted == 0 || back.count() < wanted) return std::nullopt;
  if (wanted == back.count()) return back.max_us();
  return back.PercentileUs(100.0 * static_cast<double>(wanted) / static_cast<double>(back.count()));
}

}  // namespace

void OutageFinder::Count(Found& outage, const Stats& delta) {
  outage.counters.Merge(delta.counters);
  outage.back.Merge(delta.reconnect);
  outage.response.Merge(delta.response);
}

void OutageFinder::Add(int64_t index, int64_t active, const Stats& delta) {
  const ConnectionCounters& connections = delta.counters.connections;
  const bool many = connections.lost > 0 && connections.lost * kLeastPart >= active;
  if (!UnderWay()) {
    if (!many) {
      calm_.back().Merge(delta.response);
      return;
    }
    found_.push_back({.first = index});
    calm_.emplace_back();
  }
  Found& outage = found_.back();
  Count(outage, delta);
  if (many) outage.last_loss = index;
  if (found_.size() == kMost) return;
  const int64_t lost = outage.counters.connections.lost;
  const int64_t back = outage.counters.connections.reconnected;
  const bool nearly_all = back * 100 >= lost * kNearlyAll && index - outage.last_loss >= kCalmIntervals;
  if (back >= lost || nearly_all) outage.last = index;
}

void OutageFinder::AddLate(int64_t index, const Stats& delta) {
  for (size_t i = found_.size(); i-- > 0;) {
    Found& outage = found_[i];
    if (index < outage.first) continue;
    if (outage.last < 0 || index <= outage.last) return Count(outage, delta);
    return calm_[i + 1].Merge(delta.response);
  }
  calm_.front().Merge(delta.response);
}

std::vector<Outage> OutageFinder::Outages() const {
  std::vector<Outage> outages;
  for (size_t i = 0; i < found_.size(); ++i) {
    const Found& found = found_[i];
    const ConnectionCounters& connections = found.counters.connections;
    Outage outage;
    outage.from_ns = found.first * interval_ns_;
    if (found.last >= 0) outage.to_ns = (found.last + 1) * interval_ns_;
    outage.lost = connections.lost;
    outage.reconnected = connections.reconnected;
    outage.redialled = connections.redialled;
    outage.losses = connections.losses;
    outage.failures = connections.failures;
    outage.back_us_p50 = BackUs(found.back, connections.lost, 50);
    outage.back_us_p90 = BackUs(found.back, connections.lost, 90);
    outage.back_us_p99 = BackUs(found.back, connections.lost, 99);
    outage.back_us_p100 = BackUs(found.back, connections.lost, 100);
    outage.scheduled = found.counters.scheduled;
    outage.failed = found.counters.failed();
    outage.unsent = found.counters.unsent;
    outage.response_us_p99_before = P99Of(calm_[i]);
    outage.response_us_p99_during = P99Of(found.response);
    outage.response_us_p99_after = P99Of(calm_[i + 1]);
    outages.push_back(std::move(outage));
  }
  return outages;
}

}  // namespace wsload
