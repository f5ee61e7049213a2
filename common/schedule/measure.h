// How messages are counted where fractions of one matter, in whole numbers.
#pragma once

#include <cstdint>

#include "common/util/int128.h"

namespace wsload {

/// A number of messages, in units of which kMeasurePerMessage make one: so fine that a rate's grid (Rate) times whole
/// nanoseconds is a whole number of them, also in the middle of a line that a rate goes along.
using Measure = Uint128;

/// 2 * (Rate's units in a message a nanosecond): 2 * 10^6 * 3600 * 10^9.
inline constexpr uint64_t kMeasurePerMessage = 7'200'000'000'000'000'000;

}  // namespace wsload
