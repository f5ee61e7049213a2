// A share of a whole as people read it, and never better or worse than it is at its two ends.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace wsload {

/// `share` (of 1) in percent, without the sign: "99.87". Cut off after `digits` decimals and not rounded, so that it
/// never flatters; near both ends with as many more as it takes: "100" is all of it, "0" is nothing, 39,999 of 40,000
/// are "99.997".
inline std::string SharePercent(double share, int digits) {
  constexpr int kMostDigits = 9;
  // What 0.1 + 0.2 gets wrong is no digit to cut off.
  constexpr double kNoise = 1e-6;
  const double percent = share * 100;
  if (!(share > 0) || share == 1) return fmt::format("{:.{}f}", share == 1 ? 100.0 : 0.0, digits);
  const double to_an_end = std::min(percent, std::fabs(100 - percent));
  double scale = std::pow(10.0, digits);
  while (digits < kMostDigits && to_an_end * scale < 1 - kNoise) {
    ++digits;
    scale *= 10;
  }
  return fmt::format("{:.{}f}", std::max(1.0, std::floor(percent * scale + kNoise)) / scale, digits);
}

}  // namespace wsload
