#include "controller/hdr/interval_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "common/time/clock.h"
#include "common/time/utc.h"
#include "common/util/local_error.h"
#include "common/util/saturating.h"
#include "common/util/text.h"
#include "controller/hdr/hdr_codec.h"

namespace wsload {
namespace {

constexpr std::string_view kBaseTime = "#[BaseTime: ";
constexpr std::string_view kResponseTag = "response";
constexpr std::string_view kServiceTag = "service";
constexpr double kUsPerMs = 1'000;

std::string Line(std::string_view tag, const IntervalSpan& span, const Histogram& histogram) {
  if (histogram.count() == 0) return {};
  return fmt::format("Tag={},{:.3f},{:.3f},{:.3f},{}\n", tag, span.start_s, span.length_s,
                     static_cast<double>(histogram.max_us()) / kUsPerMs, EncodeHdr(histogram));
}

/// The buckets in which `whole` has more than `part`.
Histogram Missing(const Histogram& whole, const Histogram& part) {
  std::map<int, uint64_t> counts;
  whole.ForEachBucket([&](int index, int64_t, uint64_t count) { counts[index] = count; });
  part.ForEachBucket([&](int index, int64_t, uint64_t count) {
    uint64_t& left = counts[index];
    left -= std::min(left, count);
  });
  Histogram missing;
  for (const auto& [index, count] : counts) {
    missing.RecordUs(std::min(Histogram::HighestInBucketUs(index), whole.max_us()), static_cast<int64_t>(count));
  }
  return missing;
}

std::optional<double> Number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// What stands before the comma, and takes both away.
std::string_view TakeCell(std::string_view& line) {
  const size_t comma = std::min(line.find(','), line.size());
  const std::string_view cell = line.substr(0, comma);
  line.remove_prefix(std::min(comma + 1, line.size()));
  return cell;
}

/// `histogram` with the largest sample as the line tells it, where that is in the last bucket.
absl::StatusOr<Histogram> WithMax(const Histogram& histogram, double max_ms) {
  std::vector<std::pair<int, uint64_t>> buckets;
  histogram.ForEachBucket([&](int index, int64_t, uint64_t count) { buckets.emplace_back(index, count); });
  const auto max_us = static_cast<int64_t>(std::llround(std::clamp(max_ms * kUsPerMs, 0.0, 1e10)));
  const bool fits = !buckets.empty() && max_us >= Histogram::LowestInBucketUs(buckets.back().first) &&
                    max_us <= histogram.max_us() && max_us >= histogram.min_us();
  if (!fits) return histogram;
  // The middle of the last bucket may lie above it.
  const int64_t sum_us = std::min(histogram.sum_us(), SaturatingMultiply(histogram.count(), max_us));
  Histogram exact;
  absl::Status assigned = exact.Assign(buckets, {.sum_us = sum_us, .min_us = histogram.min_us(), .max_us = max_us});
  if (!assigned.ok()) return assigned;
  return exact;
}

class Reader {
 public:
  absl::Status Take(std::string_view line) {
    if (line.starts_with(kBaseTime)) {
      const std::string_view rest = line.substr(kBaseTime.size());
      const auto seconds = Number(rest.substr(0, rest.find(' ')));
      // As nanoseconds, a time of day has to fit.
      if (seconds.has_value() && std::fabs(*seconds) <= kMostUnixSeconds) {
        log_.base_unix_ns = std::llround(*seconds * 1'000) * kNsPerMs;
      }
    }
    if (line.empty() || line.front() == '#' || line.front() == '"') return absl::OkStatus();
    std::string_view tag;
    if (line.starts_with("Tag=")) tag = TakeCell(line).substr(4);
    if (tag != kResponseTag && tag != kServiceTag) return absl::OkStatus();
    std::array<double, 3> numbers;
    for (double& number : numbers) {
      const std::string_view cell = TakeCell(line);
      const std::optional<double> value = Number(cell);
      if (!value.has_value()) return LocalInvalidArgument({"\"{}\" is no number", "\"{}\" 不是数字"}, Shown(cell));
      number = *value;
    }
    const auto [start_s, length_s, max_ms] = numbers;
    if (std::fabs(start_s) > kMostSeconds)
      return LocalInvalidArgument({"it begins at {} s", "它从 {} 秒开始"}, start_s);
    const absl::StatusOr<Histogram> coarse = DecodeHdr(line);
    if (!coarse.ok()) return coarse.status();
    const absl::StatusOr<Histogram> histogram = WithMax(*coarse, max_ms);
    if (!histogram.ok()) return histogram.status();
    LoggedInterval& interval = by_start_ms_[std::llround(start_s * 1'000)];
    interval.span = {.start_s = start_s, .length_s = std::max(interval.span.length_s, length_s)};
    (tag == kResponseTag ? interval.response : interval.service).Merge(*histogram);
    return absl::OkStatus();
  }

  IntervalLog Finish() {
    for (auto& [start, interval] : by_start_ms_) log_.intervals.push_back(std::move(interval));
    return std::move(log_);
  }

 private:
  static constexpr double kMostSeconds = 1e12;
  static constexpr double kMostUnixSeconds = 9e9;

  IntervalLog log_;
  std::map<int64_t, LoggedInterval> by_start_ms_;
};

}  // namespace

std::string IntervalLogWriter::Head() const {
  const double base_s = static_cast<double>(base_unix_ns_) / kNsPerSecond;
  const std::string date = UtcText(base_unix_ns_);
  return fmt::format(
      "#[Histogram log format version 1.3]\n"
      "#[StartTime: {0:.3f} (seconds since epoch), {1}]\n"
      "#[BaseTime: {0:.3f} (seconds since epoch)]\n"
      "#[Values are microseconds, Interval_Max is milliseconds]\n"
      "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n",
      base_s, date);
}

std::string IntervalLogWriter::Lines(const IntervalSpan& span, const Histogram& response, const Histogram& service) {
  last_ = span;
  response_.Merge(response);
  service_.Merge(service);
  return Line(kResponseTag, span, response) + Line(kServiceTag, span, service);
}

std::string IntervalLogWriter::Rest(const Histogram& response, const Histogram& service) {
  return Lines(last_, Missing(response, response_), Missing(service, service_));
}

absl::StatusOr<IntervalLog> ReadIntervalLog(std::string_view text) {
  Reader reader;
  for (int number = 1;; ++number) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return reader.Finish();
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (absl::Status taken = reader.Take(line); !taken.ok())
      return LocalInvalidArgument({"line {}: {}", "第 {} 行：{}"}, number, taken);
    text.remove_prefix(end + 1);
  }
}

}  // namespace wsload
