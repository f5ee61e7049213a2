// Status construction from formatted text. Debian's Abseil is built with its
// own string_view, which std::string_view does not convert to; the seam is here.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace wsload {

/// The status' message as a std::string_view; valid while `status` lives.
inline std::string_view Text(const absl::Status& status) { return {status.message().data(), status.message().size()}; }

/// `std::string_view` as Abseil's.
inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

/// A status of `code` whose message is one line: what, where, how to mend it.
template <typename... Args>
absl::Status MakeStatus(absl::StatusCode code, fmt::format_string<Args...> format, Args&&... args) {
  return absl::Status(code, fmt::format(format, std::forward<Args>(args)...));
}

/// Bad flags, plans and files: exit code 104 at the command line.
template <typename... Args>
absl::Status InvalidArgument(fmt::format_string<Args...> format, Args&&... args) {
  return MakeStatus(absl::StatusCode::kInvalidArgument, format, std::forward<Args>(args)...);
}

}  // namespace wsload
