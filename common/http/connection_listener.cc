#include "common/http/connection_listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "common/net/lookup.h"
#include "common/util/local_error.h"
#include "common/util/status.h"
#include "common/util/system_error.h"

namespace wsload {
namespace {

// Between two attempts while there are no descriptors.
constexpr int64_t kPauseNs = 100 * kNsPerMs;
// Then the loop looks at its other work.
constexpr int kMaxAcceptsAtOnce = 32;
// Who connects here says little; what he says beyond that waits with him and not in the kernel.
constexpr int kReceiveBufferBytes = 32 << 10;
constexpr char kAnyIpv4[] = "0.0.0.0";
constexpr char kAnyIpv6[] = "::";

void SetOption(int fd, int level, int option, int value) { setsockopt(fd, level, option, &value, sizeof value); }

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

ConnectionListener::ConnectionListener(AsioEventLoop& loop, int user_timeout_ms, Taker take,
                                       std::function<void()> make_room)
    : loop_(loop),
      user_timeout_ms_(user_timeout_ms),
      take_(std::move(take)),
      make_room_(std::move(make_room)),
      resume_(loop.NewTimer([this] {
        for (const auto& socket : sockets_) socket->Resume();
      })) {}

ConnectionListener::~ConnectionListener() = default;

absl::Status ConnectionListener::Open(HostPort& address) {
  if (address.host == kAnyIpv4) {
    const auto any = LookUp(kAnyIpv6, address.port);
    if (any.ok() && Listen(any->front(), address).ok()) return absl::OkStatus();
  }
  const auto found = LookUp(address.host, address.port);
  if (!found.ok()) return found.status();
  absl::Status failed;
  for (const SocketAddress& each : *found) {
    const absl::Status listening = Listen(each, address);
    if (!listening.ok() && failed.ok()) failed = listening;
  }
  // "localhost" may have an address of a family that the host does not have.
  return sockets_.empty() ? failed : absl::OkStatus();
}

absl::Status ConnectionListener::Listen(SocketAddress bound, HostPort& address) {
  bound.set_port(address.port);
  const int fd = socket(bound.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= 0) {
    // Another agent on this port is a mistake, one that has just ended is none.
    SetOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (bound.family() == AF_INET6) SetOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    SetOption(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, user_timeout_ms_);
    SetOption(fd, SOL_SOCKET, SO_RCVBUF, kReceiveBufferBytes);
  }
  if (fd < 0 || bind(fd, bound.get(), bound.size) != 0 || listen(fd, SOMAXCONN) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&bound.storage), &bound.size) != 0) {
    const int error = errno;
    if (fd >= 0) close(fd);
    return LocalStatus(absl::StatusCode::kUnavailable, SystemErrorLines(error));
  }
  address.port = bound.port();
  sockets_.push_back(std::make_unique<Socket>(*this, fd));
  return absl::OkStatus();
}

void ConnectionListener::AcceptAll(Socket& socket) {
  for (int i = 0; i < kMaxAcceptsAtOnce; ++i) {
    SocketAddress peer;
    peer.size = sizeof peer.storage;
    const int fd =
        accept4(socket.fd(), reinterpret_cast<sockaddr*>(&peer.storage), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
      take_(fd, peer);
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
  if (make_room_) make_room_();
  if (!log_lines_.Free(loop_.MonoNs())) return;
  log_lines_.Take(loop_.MonoNs());
  spdlog::warn("cannot accept connections for the moment: {}; close some, or raise the limit (ulimit -n)",
               std::strerror(error));
}

}  // namespace wsload
