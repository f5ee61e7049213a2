// Reading and writing small files whole.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace wsload {

/// The content; pipes work too. kInvalidArgument with a line about the file alone ("cannot be read: No such file or
/// directory", "is over 65536 bytes"), without its name or content.
absl::StatusOr<std::string> ReadSmallFile(const std::string& path, size_t max_bytes);

/// A new file of `mode` less the umask, to write to. What has its name is removed first, and a link never followed:
/// others may have put it there. A descriptor; below 0: errno says why there is none.
int CreateNewFile(const std::string& path, mode_t mode = 0644);

/// Replaces `path` by a file with this content, of `mode` less the umask. Writes beside it (path.PID.tmp), to the disk,
/// and renames: a reader, also after a crash, sees the old file or the whole new one, and never one with other rights.
/// kUnavailable: the reason alone ("No space left on device"); `path` is then as it was.
absl::Status WriteFile(const std::string& path, std::string_view content, mode_t mode = 0644);

}  // namespace wsload
