#include "controller/compare/block_bootstrap.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace wsload {
namespace {

/// Of lags 0 to `most`.
std::vector<double> Autocovariances(std::span<const double> series, size_t most) {
  const auto n = static_cast<double>(series.size());
  const double mean = std::accumulate(series.begin(), series.end(), 0.0) / n;
  std::vector<double> covariances(most + 1);
  for (size_t lag = 0; lag <= most; ++lag) {
    for (size_t i = lag; i < series.size(); ++i) covariances[lag] += (series[i] - mean) * (series[i - lag] - mean);
    covariances[lag] /= n;
  }
  return covariances;
}

/// The lag beyond which the correlogram looks like nothing: the next `quiet` lags are all within the band.
size_t LastLagThatMatters(std::span<const double> covariances, size_t quiet, double band) {
  const size_t most = covariances.size() - 1;
  const auto matters = [&](size_t lag) { return std::fabs(covariances[lag]) >= band * covariances[0]; };
  for (size_t lag = 0; lag + quiet <= most; ++lag) {
    bool any = false;
    for (size_t k = 1; k <= quiet; ++k) any = any || matters(lag + k);
    if (!any) return lag;
  }
  for (size_t lag = most; lag > 0; --lag) {
    if (matters(lag)) return lag;
  }
  return 0;
}

double FlatTop(double t) { return t <= 0.5 ? 1 : std::max(0.0, 2 * (1 - t)); }

}  // namespace

double BlockLength(std::span<const double> series) {
  constexpr size_t kLeast = 8;
  if (series.size() < kLeast) return 1;
  const auto n = static_cast<double>(series.size());
  const auto quiet = static_cast<size_t>(std::max(5.0, std::ceil(std::sqrt(std::log10(n)))));
  const size_t most = std::min(static_cast<size_t>(std::ceil(std::sqrt(n))) + quiet, series.size() - 1);
  const std::vector<double> covariances = Autocovariances(series, most);
  if (!(covariances[0] > 0)) return 1;
  const double band = 2 * std::sqrt(std::log10(n) / n);
  const size_t bandwidth =
      std::min(2 * std::max<size_t>(1, LastLagThatMatters(covariances, std::min(quiet, most), band)), most);
  double weighted = 0;
  double density = covariances[0];
  for (size_t lag = 1; lag <= bandwidth; ++lag) {
    const double term = 2 * FlatTop(static_cast<double>(lag) / static_cast<double>(bandwidth)) * covariances[lag];
    weighted += static_cast<double>(lag) * term;
    density += term;
  }
  const double longest = std::max(1.0, std::ceil(std::min(3 * std::sqrt(n), n / 3)));
  if (!(density > 0)) return longest;
  const double length = std::cbrt(weighted * weighted / (density * density)) * std::cbrt(n);
  return std::clamp(length, 1.0, longest);
}

void DrawBlocks(double mean_length, RandomNumbers& random, std::vector<uint32_t>& times) {
  std::fill(times.begin(), times.end(), 0);
  const double end = 1 / std::max(1.0, mean_length);
  size_t place = 0;
  for (size_t drawn = 0; drawn < times.size(); ++drawn) {
    const bool anew = drawn == 0 || random.Unit() < end;
    place = anew ? random.Below(times.size()) : place + 1;
    if (place == times.size()) place = 0;
    ++times[place];
  }
}

}  // namespace wsload
