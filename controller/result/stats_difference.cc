#include "controller/result/stats_difference.h"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

namespace wsload {
namespace {

// From this many distinct causes on "other" takes the rest, and which those
// are depends on the order of arrival: then only the sums are comparable.
constexpr size_t kCausesComparable = 64;

std::string Differ(std::string_view field, int64_t told, int64_t summed) {
  return fmt::format("{} is {}, the reports add up to {}", field, told, summed);
}

std::string CausesDiffer(std::string_view field, const CauseCounts& told, const CauseCounts& summed) {
  if (told == summed || told.size() >= kCausesComparable || summed.size() >= kCausesComparable) return {};
  for (const auto& [cause, count] : told) {
    const auto it = summed.find(cause);
    const int64_t other = it == summed.end() ? 0 : it->second;
    if (other != count) return Differ(fmt::format("{} {}", field, cause), count, other);
  }
  for (const auto& [cause, count] : summed) {
    if (!told.contains(cause)) return Differ(fmt::format("{} {}", field, cause), 0, count);
  }
  return {};
}

std::string HistogramsDiffer(std::string_view field, const Histogram& told, const Histogram& summed) {
  if (told == summed) return {};
  if (told.count() != summed.count())
    return Differ(fmt::format("{} sample count", field), told.count(), summed.count());
  if (told.sum_us() != summed.sum_us()) {
    return Differ(fmt::format("{} sample sum in us", field), told.sum_us(), summed.sum_us());
  }
  return fmt::format("{} histogram differs from the sum of the reports", field);
}

std::string ConnectionsDiffer(const ConnectionCounters& told, const ConnectionCounters& summed) {
  if (told.attempted != summed.attempted) return Differ("connections attempted", told.attempted, summed.attempted);
  if (told.opened != summed.opened) return Differ("connections opened", told.opened, summed.opened);
  if (told.failed != summed.failed) return Differ("connections failed", told.failed, summed.failed);
  if (told.lost != summed.lost) return Differ("connections lost", told.lost, summed.lost);
  if (told.closed != summed.closed) return Differ("connections closed", told.closed, summed.closed);
  if (std::string text = CausesDiffer("connection failure", told.failures, summed.failures); !text.empty()) return text;
  return CausesDiffer("connection loss", told.losses, summed.losses);
}

}  // namespace

std::string FirstDifference(const Stats& told, const Stats& summed) {
  std::string text;
  ForEachCounter([&](std::string_view name, int64_t Counters::*field) {
    if (text.empty() && told.counters.*field != summed.counters.*field) {
      text = Differ(name, told.counters.*field, summed.counters.*field);
    }
  });
  if (text.empty()) text = ConnectionsDiffer(told.counters.connections, summed.counters.connections);
  if (text.empty()) text = HistogramsDiffer("response", told.response, summed.response);
  if (text.empty()) text = HistogramsDiffer("service", told.service, summed.service);
  if (text.empty()) text = HistogramsDiffer("connect", told.connect, summed.connect);
  if (text.empty()) text = HistogramsDiffer("send lag", told.send_lag, summed.send_lag);
  if (text.empty()) text = HistogramsDiffer("push", told.push, summed.push);
  if (text.empty()) text = HistogramsDiffer("loop stall", told.loop_stall, summed.loop_stall);
  return text;
}

}  // namespace wsload
