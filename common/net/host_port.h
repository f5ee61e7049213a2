// host:port, [v6]:port
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload {

struct HostPort {
  std::string host;  ///< without brackets
  uint16_t port = 0;

  std::string ToString() const;
  /// A literal loopback address or "localhost".
  bool IsLoopback() const;
};

/// kInvalidArgument with one line. The port may be 0 ("any free one") when `allow_port_zero`.
absl::StatusOr<HostPort> ParseHostPort(std::string_view text, bool allow_port_zero = false);

}  // namespace wsload
