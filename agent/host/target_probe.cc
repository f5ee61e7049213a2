#include "agent/host/target_probe.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "common/net/lookup.h"
#include "common/time/clock.h"

namespace wsload {
namespace {

using Report = v1::TargetReport;

// The rest of a name with more is left out.
constexpr size_t kMaxAddresses = 64;

Report::Reach ReachOf(int error) {
  switch (error) {
    case 0:
      return Report::REACH_CONNECTED;
    case ECONNREFUSED:
    case ECONNRESET:
      return Report::REACH_REFUSED;
    case ETIMEDOUT:
      return Report::REACH_TIMEOUT;
    default:
      return Report::REACH_UNREACHABLE;
  }
}

/// An errno; 0: connected.
int Connect(const SocketAddress& address, int64_t deadline_ns) {
  const int fd = socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  int error = connect(fd, address.get(), address.size) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    pollfd waiting{.fd = fd, .events = POLLOUT, .revents = 0};
    const int64_t left_ms = std::max<int64_t>(0, deadline_ns - SystemClock().MonoNs()) / kNsPerMs;
    socklen_t size = sizeof error;
    if (poll(&waiting, 1, static_cast<int>(left_ms)) <= 0) {
      error = ETIMEDOUT;
    } else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
      error = errno;
    }
  }
  close(fd);
  return error;
}

}  // namespace

Report ProbeTarget(const std::string& host, uint16_t port, bool connect, int64_t timeout_ns) {
  Report report;
  const int64_t begin_ns = SystemClock().MonoNs();
  auto addresses = LookUpWithin(host, port, timeout_ns);
  // Nothing is known of the name then.
  if (addresses.status().code() == absl::StatusCode::kResourceExhausted) return report;
  if (!addresses.ok()) {
    report.set_reach(Report::REACH_NOT_RESOLVED);
    return report;
  }
  if (addresses->size() > kMaxAddresses) addresses->resize(kMaxAddresses);
  for (const SocketAddress& address : *addresses) report.add_addresses(address.Literal());
  report.set_reach(Report::REACH_RESOLVED);
  if (!connect) return report;
  for (const SocketAddress& address : *addresses) {
    const int64_t dialled_ns = SystemClock().MonoNs();
    report.set_reach(ReachOf(Connect(address, begin_ns + timeout_ns)));
    report.set_connect_us((SystemClock().MonoNs() - dialled_ns) / kNsPerUs);
    if (report.reach() == Report::REACH_CONNECTED) break;
  }
  return report;
}

}  // namespace wsload
