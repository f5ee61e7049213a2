// Whether a server can be reached from here, without putting any load on it.
#pragma once

#include <cstdint>
#include <string>

#include "wsload/v1/describe.pb.h"

namespace wsload {

/// Looks the host up; `connect`: also opens one TCP connection (to the first of its
/// addresses that answers) and closes it at once. Blocks up to `timeout_ns` in all, whatever the DNS does.
v1::TargetReport ProbeTarget(const std::string& host, uint16_t port, bool connect, int64_t timeout_ns);

}  // namespace wsload
