// host, host:port, [v6], [v6]:port: what URLs and listen addresses share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload {

struct Authority {
  std::string host;  ///< without brackets
  std::optional<uint16_t> port;
};

/// kInvalidArgument with a line about the text alone, without an example: the caller knows which form to show.
absl::StatusOr<Authority> ParseAuthority(std::string_view text);

/// The host as it stands in front of ":port": an IPv6 address gets its brackets.
std::string BracketedHost(std::string_view host);

}  // namespace wsload
