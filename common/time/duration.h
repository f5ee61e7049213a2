// Durations as people write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload {

/// "1m30s", "500ms", "1.5us", "720h", "0s": Go's notation without its zero tails. ParseDuration() gives `ns` back.
std::string FormatDuration(int64_t ns);

/// Nanoseconds of "30s", "1m30s", "500ms", "1.5h", "-2s", "0". kInvalidArgument with a line about the value alone:
/// no duration, a missing unit, infinite, or more than 292 years.
absl::StatusOr<int64_t> ParseDuration(std::string_view text);

}  // namespace wsload
