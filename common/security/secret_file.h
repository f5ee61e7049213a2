// Secrets come from files or the environment, never from a flag's value.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload {

/// The file's content without one trailing newline. kInvalidArgument names the flag, the file and the mend (missing,
/// unreadable, empty, over 64 KiB); never the content.
absl::StatusOr<std::string> ReadSecretFile(std::string_view flag_name, const std::string& path);

}  // namespace wsload
