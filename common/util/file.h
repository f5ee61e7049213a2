// Files read whole and written whole.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload {

/// The content; pipes work too. kInvalidArgument with a line about the file alone ("cannot be read: No such file or
/// directory", "is over 65536 bytes"), without its name or content.
absl::StatusOr<std::string> ReadSmallFile(const std::string& path, size_t max_bytes);

/// Writes all of `content`, however many calls it takes. 0, or the errno of the call that failed.
int WriteFully(int descriptor, std::string_view content);

}  // namespace wsload
