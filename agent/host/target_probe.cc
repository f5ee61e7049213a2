#include "agent/host/target_probe.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "common/time/clock.h"

namespace wsload {
namespace {

using Report = v1::TargetReport;

constexpr size_t kMaxAddresses = 64;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// getaddrinfo() cannot be interrupted: a lookup outlives the one who asked.
struct Lookup {
  std::mutex mutex;
  std::condition_variable finished;
  bool done = false;
  std::vector<Address> addresses;
};

std::vector<Address> LookUp(const std::string& host, uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, &freeaddrinfo);
  std::vector<Address> addresses;
  for (const addrinfo* entry = found; entry != nullptr && addresses.size() < kMaxAddresses; entry = entry->ai_next) {
    Address& address = addresses.emplace_back();
    address.size = entry->ai_addrlen;
    std::copy_n(reinterpret_cast<const char*>(entry->ai_addr), entry->ai_addrlen,
                reinterpret_cast<char*>(&address.storage));
  }
  return addresses;
}

/// Nothing when the time is up.
std::optional<std::vector<Address>> LookUpWithin(const std::string& host, uint16_t port, int64_t timeout_ns) {
  const auto lookup = std::make_shared<Lookup>();
  std::thread([lookup, host, port] {
    std::vector<Address> addresses = LookUp(host, port);
    const std::lock_guard lock(lookup->mutex);
    lookup->addresses = std::move(addresses);
    lookup->done = true;
    lookup->finished.notify_all();
  }).detach();
  std::unique_lock lock(lookup->mutex);
  if (!lookup->finished.wait_for(lock, std::chrono::nanoseconds(timeout_ns), [&] { return lookup->done; })) {
    return std::nullopt;
  }
  return std::move(lookup->addresses);
}

std::string Literal(const Address& address) {
  char text[NI_MAXHOST] = "";
  getnameinfo(address.get(), address.size, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
  return text;
}

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
int Connect(const Address& address, int64_t deadline_ns) {
  const int fd = socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
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
  const auto addresses = LookUpWithin(host, port, timeout_ns);
  if (!addresses || addresses->empty()) {
    report.set_reach(Report::REACH_NOT_RESOLVED);
    return report;
  }
  for (const Address& address : *addresses) report.add_addresses(Literal(address));
  report.set_reach(Report::REACH_RESOLVED);
  if (!connect) return report;
  for (const Address& address : *addresses) {
    const int64_t dialled_ns = SystemClock().MonoNs();
    report.set_reach(ReachOf(Connect(address, begin_ns + timeout_ns)));
    report.set_connect_us((SystemClock().MonoNs() - dialled_ns) / kNsPerUs);
    if (report.reach() == Report::REACH_CONNECTED) break;
  }
  return report;
}

}  // namespace wsload
