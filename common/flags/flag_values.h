// What flag values look like: text to value and back.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload {

// All answer kInvalidArgument with a line about the value alone, with the mend.

absl::StatusOr<int64_t> ParseInteger(std::string_view text, int64_t least, int64_t most);
absl::StatusOr<bool> ParseBool(std::string_view text);
/// Finite numbers only.
absl::StatusOr<double> ParseDouble(std::string_view text);
/// "100", "2k", "1.5M", "1g" (powers of 1000), as rates and numbers of clients are written.
absl::StatusOr<int64_t> ParseCount(std::string_view text);

}  // namespace wsload
