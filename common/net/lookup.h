// From a host's name to its addresses, as the system's resolver knows them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/net/socket_address.h"
#include "common/util/local_text.h"

namespace wsload {

/// The addresses of `host` (a name, or a literal without brackets) for TCP, with `port`, in the order in which to try
/// them (getaddrinfo()'s, RFC 6724). At least one.
/// kUnavailable: the reason alone, without the name ("Name or service not known"): the caller says what it was for.
/// Blocks for as long as the system's resolver takes, which may be many seconds. Any thread.
absl::StatusOr<std::vector<SocketAddress>> LookUp(const std::string& host, uint16_t port);

/// As LookUp(), but waits for `timeout_ns` at most. kDeadlineExceeded: the time is up; the lookup itself cannot be
/// interrupted and ends on a thread of its own.
absl::StatusOr<std::vector<SocketAddress>> LookUpWithin(const std::string& host, uint16_t port, int64_t timeout_ns);

/// getaddrinfo()'s error in words.
LocalString LookupErrorLines(int error);

}  // namespace wsload
