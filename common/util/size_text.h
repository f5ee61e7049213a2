// Bytes as people write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload {

/// "100", "1k", "64K", "2M", "1g" (powers of 1024). kInvalidArgument with a line about the value alone, with the mend.
absl::StatusOr<int64_t> ParseSize(std::string_view text);

/// The shortest text that ParseSize() reads back: "100", "1k", "2m".
std::string FormatSize(int64_t bytes);

}  // namespace wsload
