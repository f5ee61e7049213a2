#include "common/http/connection_listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "common/util/status.h"

namespace wsload {
namespace {

// Between two attempts while there are no descriptors.
constexpr int64_t kPauseNs = 100 * kNsPerMs;
// Then the loop looks at its other work.
constexpr int kMaxAcceptsAtOnce = 32;
constexpr char kAnyIpv4[] = "0.0.0.0";
constexpr char kAnyIpv6[] = "::";

using AddressList = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

AddressList Resolve(const std::string& host, uint16_t port, int& error) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  return AddressList(error == 0 ? found : nullptr, [](addrinfo* list) {
    if (list != nullptr) freeaddrinfo(list);
  });
}

void SetOption(int fd, int level, int option, int value) { setsockopt(fd, level, option, &value, sizeof value); }

uint16_t PortOf(const sockaddr_storage& address) {
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

void SetPort(sockaddr_storage& address, uint16_t port) {
  if (address.ss_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6&>(address).sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in&>(address).sin_port = htons(port);
  }
}

}  // namespace

/// One listening socket in the loop's poller.
class ConnectionListener::Socket final : public FdHandler {
 public:
  Socket(ConnectionListener& listener, int fd) : listener_(listener), fd_(fd) { Resume(); }
  ~Socket() {
    Pause();
    close(fd_);
  }

  int fd() const { return fd_; }
  void Resume() {
    if (!polled_) polled_ = listener_.loop_.poller().Add(fd_, EPOLLIN, this);
  }
  void Pause() {
    if (std::exchange(polled_, false)) listener_.loop_.poller().Remove(fd_, this);
  }
  void OnReady(uint32_t) override { listener_.AcceptAll(*this); }

 private:
  ConnectionListener& listener_;
  const int fd_;
  bool polled_ = false;
};

ConnectionListener::ConnectionListener(AsioEventLoop& loop, int user_timeout_ms, Taker take)
    : loop_(loop), user_timeout_ms_(user_timeout_ms), take_(std::move(take)), resume_(loop.NewTimer([this] {
        for (const auto& socket : sockets_) socket->Resume();
      })) {}

ConnectionListener::~ConnectionListener() = default;

absl::Status ConnectionListener::Open(HostPort& address) {
  int error = 0;
  if (address.host == kAnyIpv4) {
    if (const AddressList any = Resolve(kAnyIpv6, address.port, error); any != nullptr && Listen(*any, address).ok()) {
      return absl::OkStatus();
    }
  }
  const AddressList found = Resolve(address.host, address.port, error);
  if (found == nullptr) return MakeStatus(absl::StatusCode::kUnavailable, "{}", gai_strerror(error));
  absl::Status failed;
  for (const addrinfo* entry = found.get(); entry != nullptr; entry = entry->ai_next) {
    const absl::Status listening = Listen(*entry, address);
    if (!listening.ok() && failed.ok()) failed = listening;
  }
  // "localhost" may have an address of a family that the host does not have.
  return sockets_.empty() ? failed : absl::OkStatus();
}

absl::Status ConnectionListener::Listen(const addrinfo& entry, HostPort& address) {
  sockaddr_storage bound{};
  socklen_t size = entry.ai_addrlen;
  std::memcpy(&bound, entry.ai_addr, size);
  SetPort(bound, address.port);
  const int fd = socket(entry.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= 0) {
    // Another agent on this port is a mistake, one that has just ended is none.
    SetOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (entry.ai_family == AF_INET6) SetOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    SetOption(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, user_timeout_ms_);
  }
  if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&bound), size) != 0 || listen(fd, SOMAXCONN) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    const int error = errno;
    if (fd >= 0) close(fd);
    return MakeStatus(absl::StatusCode::kUnavailable, "{}", std::strerror(error));
  }
  address.port = PortOf(bound);
  sockets_.push_back(std::make_unique<Socket>(*this, fd));
  return absl::OkStatus();
}

void ConnectionListener::AcceptAll(Socket& socket) {
  for (int i = 0; i < kMaxAcceptsAtOnce; ++i) {
    const int fd = accept4(socket.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
      take_(fd);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      return Pause(errno);
    } else if (errno != EINTR && errno != ECONNABORTED) {
      // Nobody waits any more, or what was wrong with that one connection went with it.
      return;
    }
  }
}

void ConnectionListener::Pause(int error) {
  for (const auto& socket : sockets_) socket->Pause();
  resume_->ArmAt(loop_.MonoNs() + kPauseNs);
  if (!log_lines_.Free(loop_.MonoNs())) return;
  log_lines_.Take(loop_.MonoNs());
  spdlog::warn("cannot accept connections for the moment: {}; close some, or raise the limit (ulimit -n)",
               std::strerror(error));
}

}  // namespace wsload
