#include "agent/websocket/dial_attempt.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "agent/websocket/deflate_offer.h"
#include "agent/websocket/socket_connection.h"
#include "common/util/local_error.h"
#include "common/util/status.h"
#include "common/util/system_error.h"

namespace wsload {
namespace {

std::string_view ConnectCause(int error) {
  switch (error) {
    case ECONNREFUSED:
      return "refused";
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EACCES:
    case EPERM:
      return "unreachable";
    case ETIMEDOUT:
      return "timeout";
    case ECONNRESET:
    case EPIPE:
      return "reset";
    case EADDRNOTAVAIL:
      return "no_ports";
    case EMFILE:
    case ENFILE:
      return "no_descriptors";
    default:
      return "other";
  }
}

LocalText ConnectHint(int error) {
  switch (error) {
    case ECONNREFUSED:
      return {"; is the server running and listening there?", "；服务器是否已启动并在那里监听？"};
    case ENETUNREACH:
    case EHOSTUNREACH:
      return {"; is there a route to it?", "；是否有到它的路由？"};
    case EACCES:
    case EPERM:
      return {"; does a firewall forbid it?", "；是否被防火墙禁止？"};
    case EADDRNOTAVAIL:
      return {"; no source port is left for this address (sysctl net.ipv4.ip_local_port_range)",
              "；该地址已没有可用的源端口 (sysctl net.ipv4.ip_local_port_range)"};
    case EMFILE:
    case ENFILE:
      return {"; no descriptors are left: raise ulimit -n", "；文件描述符已用尽：请提高 ulimit -n"};
    default:
      return {};
  }
}

// A server that refuses says why at once, or never.
constexpr int64_t kRefusalBodyNs = 250 * kNsPerMs;

}  // namespace

DialAttempt::DialAttempt(DialShared& shared, int64_t client, std::string target, Done done)
    : shared_(shared),
      done_(std::move(done)),
      timer_(shared.transport->loop.NewTimer([this] { OnTimer(); })),
      target_(std::move(target)),
      client_(client) {}

DialAttempt::~DialAttempt() { CloseSocket(); }

void DialAttempt::Start() {
  deadline_ns_ = shared_.transport->loop.MonoNs() + shared_.options.timeout_ns;
  timer_->ArmAt(deadline_ns_);
}

void DialAttempt::OnResolved() {
  if (state_ != State::kResolving) return;
  if (shared_.resolver.addresses().empty()) {
    Fail("resolve", shared_.resolver.error());
    return;
  }
  if (shared_.routes.empty()) shared_.routes.SetServers(shared_.resolver.addresses());
  if (shared_.routes.empty()) {
    Fail("source_address",
         FillLocal({"{} has no address that the source addresses (-local-addrs) can reach: IPv4 and "
                    "IPv6 do not mix; add one of the other kind",
                    "{} 没有源地址 (-local-addrs) 能到达的地址：IPv4 与 IPv6 不能混用；请添加另一种地址"},
                   shared_.options.url.host));
    return;
  }
  result_.started_ns = shared_.transport->loop.MonoNs();
  routes_ = shared_.routes.For(client_);
  TryNextRoute();
}

void DialAttempt::TryNextRoute() {
  state_ = State::kConnecting;
  const auto& [address, source] = routes_[next_route_];
  // An address that swallows packets must not use up the time of the one behind it.
  const int64_t now_ns = shared_.transport->loop.MonoNs();
  const auto routes_left = static_cast<int64_t>(routes_.size() - next_route_);
  timer_->ArmAt(now_ns + std::max<int64_t>(deadline_ns_ - now_ns, 0) / routes_left);

  const int fd = socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd < 0) {
    if (errno == EAFNOSUPPORT) return OnConnectFailed(errno);
    Fail(std::string(ConnectCause(errno)),
         FillLocal({"socket: {}{}", "套接字：{}{}"}, SystemErrorLines(errno), ConnectHint(errno)));
    return;
  }
  stream_ = ByteStream(fd);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (source != nullptr) {
    if (const int error = BindTo(*source); error != 0) {
      return OnRouteFailed("source_address", FillLocal({"bind {}: {}; is it an address of this host (-local-addrs)?",
                                                        "绑定 {}：{}；它是否为本机的地址 (-local-addrs)？"},
                                                       source->Literal(), SystemErrorLines(error)));
    }
  }
  if (connect(fd, address.get(), address.size) == 0) {
    OnConnected();
  } else if (errno == EINPROGRESS) {
    Watch(EPOLLOUT);
  } else {
    OnConnectFailed(errno);
  }
}

int DialAttempt::BindTo(const SocketAddress& source) {
  // A port is chosen when the destination is known: it need not be free but for that destination. Kernels before 4.2 do
  // without.
  const int on = 1;
  setsockopt(stream_.fd(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  return bind(stream_.fd(), source.get(), source.size) == 0 ? 0 : errno;
}

void DialAttempt::OnConnectFailed(int error) {
  OnRouteFailed(ConnectCause(error),
                FillLocal({"connect {}: {}{}", "连接 {}：{}{}"}, routes_[next_route_].server.ToString(),
                          SystemErrorLines(error), ConnectHint(error)));
}

void DialAttempt::OnRouteFailed(std::string_view cause, LocalString detail) {
  CloseSocket();
  shared_.routes.Report(routes_[next_route_].server, false);
  // Of two routes, the one where somebody answered tells most.
  if (result_.cause.empty() || cause == "refused") {
    result_.cause = cause;
    result_.detail = std::move(detail);
  }
  if (next_route_ + 1 < routes_.size()) {
    ++next_route_;
    TryNextRoute();
  } else {
    Fail(result_.cause, result_.detail);
  }
}

void DialAttempt::OnConnected() {
  shared_.routes.Report(routes_[next_route_].server, true);
  timer_->ArmAt(deadline_ns_);
  if (shared_.tls == nullptr) {
    SendRequest();
  } else if (stream_.StartTls(shared_.tls->NewSession())) {
    state_ = State::kTlsHandshake;
    ContinueTls();
  } else {
    Fail("tls",
         {"TLS: no session could be made; is the machine out of memory?", "TLS：无法创建会话；本机内存是否已耗尽？"});
  }
}

void DialAttempt::ContinueTls() {
  const ByteStream::Result result = stream_.HandshakeTls();
  switch (result.status) {
    case ByteStream::Status::kOk:
      SendRequest();
      return;
    case ByteStream::Status::kWouldBlock:
      Watch(stream_.wants_write() ? EPOLLOUT : EPOLLIN);
      return;
    case ByteStream::Status::kEof:
      Fail("tls", FillLocal({"TLS: {} closed the connection during the handshake; does it speak TLS on this port?",
                             "TLS：{} 在握手期间关闭了连接；它在该端口上是否使用 TLS？"},
                            Server()));
      return;
    case ByteStream::Status::kError:
      break;
  }
  if (result.error == EPROTO) {
    TlsFailure failure = DescribeTlsFailure(stream_.ssl(), shared_.options.url.host);
    Fail(std::move(failure.cause), std::move(failure.detail));
  } else {
    Fail(std::string(ConnectCause(result.error)),
         FillLocal({"TLS: handshake with {}: {}", "TLS：与 {} 握手：{}"}, Server(), SystemErrorLines(result.error)));
  }
}

void DialAttempt::SendRequest() {
  state_ = State::kUpgrading;
  handshake_ = std::make_unique<ClientHandshake>(shared_.transport->frames, shared_.options);
  request_ = shared_.upgrade.Request(target_, handshake_->key());
  WriteRequest();
}

void DialAttempt::WriteRequest() {
  while (!request_.empty()) {
    const ByteStream::Result result = stream_.Write(request_.data(), request_.size());
    if (result.status == ByteStream::Status::kWouldBlock) {
      Watch(EPOLLIN | EPOLLOUT);
      return;
    }
    if (result.status != ByteStream::Status::kOk) {
      Fail("reset", FillLocal({"{} closed the connection before the WebSocket handshake: {}",
                               "{} 在 WebSocket 握手之前关闭了连接：{}"},
                              Server(), SystemErrorLines(result.error)));
      return;
    }
    request_.erase(0, result.size);
  }
  Watch(EPOLLIN);
}

void DialAttempt::ReadAnswer() {
  uint8_t* buffer = shared_.transport->read_buffer.data();
  do {
    const ByteStream::Result result = stream_.Read(buffer, Transport::kReadBytes);
    switch (result.status) {
      case ByteStream::Status::kWouldBlock:
        return AwaitBody();
      case ByteStream::Status::kEof:
        FailRefused();
        return;
      case ByteStream::Status::kError:
        if (handshake_->refused()) {
          FailRefused();
        } else if (result.error == EPROTO) {
          TlsFailure failure = DescribeTlsFailure(stream_.ssl(), shared_.options.url.host);
          Fail(std::move(failure.cause), std::move(failure.detail));
        } else {
          Fail("reset", FillLocal({"{} broke the connection during the WebSocket handshake: {}",
                                   "{} 在 WebSocket 握手期间中断了连接：{}"},
                                  Server(), SystemErrorLines(result.error)));
        }
        return;
      case ByteStream::Status::kOk:
        break;
    }
    switch (handshake_->Feed({reinterpret_cast<const char*>(buffer), result.size})) {
      case ClientHandshake::State::kNeedMore:
        break;
      case ClientHandshake::State::kFailed:
        Fail(handshake_->cause(), handshake_->detail());
        return;
      case ClientHandshake::State::kDone:
        Succeed();
        return;
    }
  } while (stream_.HasPending());
  AwaitBody();
}

void DialAttempt::AwaitBody() {
  if (!handshake_->refused() || std::exchange(awaits_body_, true)) return;
  timer_->ArmAt(std::min(deadline_ns_, shared_.transport->loop.MonoNs() + kRefusalBodyNs));
}

void DialAttempt::FailRefused() {
  handshake_->EndOfStream();
  Fail(handshake_->cause(), handshake_->detail());
}

void DialAttempt::Succeed() {
  state_ = State::kFinished;
  result_.finished_ns = shared_.transport->loop.MonoNs();
  result_.cause.clear();
  result_.detail = {};
  result_.compression = DeflateName(handshake_->deflate());
  result_.connection = std::make_unique<SocketConnection>(shared_.transport, std::move(stream_),
                                                          static_cast<size_t>(shared_.options.max_message_bytes),
                                                          handshake_->deflate(), handshake_->rest());
  timer_->Cancel();
  done_(this, std::move(result_));  // deletes this
}

void DialAttempt::Fail(std::string cause, LocalString detail) {
  if (state_ == State::kFinished) return;
  state_ = State::kFinished;
  CloseSocket();
  result_.cause = std::move(cause);
  result_.detail = std::move(detail);
  timer_->ArmAt(0);  // this may be a call from above
}

void DialAttempt::OnTimer() {
  switch (state_) {
    case State::kFinished:
      result_.finished_ns = shared_.transport->loop.MonoNs();
      if (result_.started_ns == 0) result_.started_ns = result_.finished_ns;  // it never came to TCP
      done_(this, std::move(result_));                                        // deletes this
      return;
    case State::kConnecting:
      OnConnectFailed(ETIMEDOUT);
      return;
    case State::kResolving:
      Fail("timeout",
           FillLocal({"the name {} was not resolved in time", "名称 {} 未能及时解析"}, shared_.options.url.host));
      return;
    case State::kTlsHandshake:
      Fail("timeout",
           FillLocal({"{} did not complete the TLS handshake in time", "{} 没有及时完成 TLS 握手"}, Server()));
      return;
    case State::kUpgrading:
      if (handshake_->refused()) return FailRefused();
      Fail("timeout", FillLocal({"{} accepted the connection but did not answer the WebSocket handshake in time",
                                 "{} 接受了连接，但没有及时应答 WebSocket 握手"},
                                Server()));
      return;
  }
}

void DialAttempt::OnReady(uint32_t events) {
  switch (state_) {
    case State::kConnecting: {
      int error = 0;
      socklen_t size = sizeof error;
      getsockopt(stream_.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
      if (error != 0) {
        OnConnectFailed(error);
      } else {
        OnConnected();
      }
      return;
    }
    case State::kTlsHandshake:
      ContinueTls();
      return;
    case State::kUpgrading:
      if ((events & EPOLLOUT) != 0 && !request_.empty()) WriteRequest();
      if (state_ == State::kUpgrading && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) ReadAnswer();
      return;
    case State::kResolving:
    case State::kFinished:
      return;
  }
}

void DialAttempt::Watch(uint32_t events) {
  FdPoller& poller = shared_.transport->loop.poller();
  if (events == watched_events_) return;
  if (watched_events_ != 0) {
    poller.Modify(stream_.fd(), events, this);
  } else if (!poller.Add(stream_.fd(), events, this)) {
    Fail("other", FillLocal({"epoll: {}", "epoll 出错：{}"}, SystemErrorLines(errno)));
    return;
  }
  watched_events_ = events;
}

void DialAttempt::CloseSocket() {
  if (!stream_.is_open()) return;
  if (watched_events_ != 0) shared_.transport->loop.poller().Remove(stream_.fd(), this);
  watched_events_ = 0;
  stream_.Close();
}

std::string DialAttempt::Server() const { return routes_[next_route_].server.ToString(); }

}  // namespace wsload
