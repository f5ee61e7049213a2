#include "agent/websocket/asio_poster.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <limits>
#include <list>
#include <utility>

#include "agent/websocket/byte_stream.h"
#include "agent/websocket/http_reply.h"
#include "agent/websocket/known_secrets.h"
#include "agent/websocket/resolver.h"
#include "common/loop/callback_scope.h"
#include "common/version.h"

namespace wsload {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

class Poster;

struct Request {
  std::string bytes;
  HttpPoster::Done done;
  int64_t deadline_ns = 0;
};

/// One socket: with a request on it, or kept for the next.
class PostConnection final : private FdHandler {
 public:
  explicit PostConnection(Poster& poster) : poster_(poster) {}
  ~PostConnection() { Close(); }

  /// False: no connection to be had; the request is where it was.
  bool Open(const SocketAddress& address);
  /// Open, and without a request.
  bool idle() const { return stream_.is_open() && !request_.done; }
  bool busy() const { return request_.done != nullptr; }
  int64_t deadline_ns() const { return request_.deadline_ns; }
  void Take(Request request);
  /// The deadline has passed.
  void Expire() { End({left_ ? PostResult::End::kNoAnswer : PostResult::End::kNotSent}, false); }

 private:
  void OnReady(uint32_t events) override;
  void Write();
  void Read();
  void Watch(uint32_t events);
  void Broken() { End({left_ ? PostResult::End::kNoAnswer : PostResult::End::kNotSent}, false); }
  void End(const PostResult& result, bool keep);
  void Close();

  Poster& poster_;
  ByteStream stream_;
  Request request_;
  size_t written_ = 0;
  bool connecting_ = false;
  bool left_ = false;  ///< some of the request
  HttpReply reply_;
  uint32_t watched_ = 0;
};

class Poster final : public HttpPoster {
 public:
  Poster(AsioEventLoop& loop, const PostOptions& options)
      : loop_(loop),
        options_(options),
        resolver_(loop, options.url.host, options.url.port),
        timer_(loop.NewTimer([this] { OnTimer(); })) {
    head_ = fmt::format("POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: wsload/{}\r\nContent-Type: application/json\r\n",
                        options.url.Target(), options.url.HostHeader(), kVersion);
    if (!options.url.user_info.empty()) {
      head_ += fmt::format("Authorization: Basic {}\r\n", BasicCredentials(options.url.user_info));
    }
  }

  void Post(std::string body, Done done) override {
    Request request{fmt::format("{}Content-Length: {}\r\n\r\n{}", head_, body.size(), body), std::move(done),
                    loop_.MonoNs() + options_.timeout_ns};
    if (waiting_.size() >= options_.most_waiting) return Tell(std::move(request.done), {PostResult::End::kNotSent});
    waiting_.push_back(std::move(request));
    // From the loop: what it comes to is not told inside of this call.
    if (!std::exchange(woken_, true)) scope_.Post(loop_, [this] { Serve(); });
  }

  AsioEventLoop& loop() { return loop_; }

  void Tell(Done done, PostResult result) {
    scope_.Post(loop_, [done = std::move(done), result] { done(result); });
  }

  /// A connection has ended its request: the next one may begin.
  void OnFree() {
    if (!std::exchange(woken_, true)) scope_.Post(loop_, [this] { Serve(); });
  }

 private:
  void Serve() {
    woken_ = false;
    if (!waiting_.empty()) {
      switch (resolver_.Resolve([this] { Serve(); })) {
        case Resolver::State::kWaiting:
          break;
        case Resolver::State::kFailed:
          FailWaiting();
          break;
        case Resolver::State::kReady:
          ServeWaiting();
          break;
      }
    }
    ArmTimer();
  }

  void ServeWaiting() {
    if (resolver_.addresses().empty()) return FailWaiting();
    while (!waiting_.empty()) {
      PostConnection* connection = FreeConnection();
      if (connection == nullptr) return;
      Request request = std::move(waiting_.front());
      waiting_.pop_front();
      const std::vector<SocketAddress>& addresses = resolver_.addresses();
      if (!connection->idle() && !connection->Open(addresses[next_address_++ % addresses.size()])) {
        Tell(std::move(request.done), {PostResult::End::kNotSent});
        continue;
      }
      connection->Take(std::move(request));
    }
  }

  /// One that is kept, else one that may be opened; null: all are taken.
  PostConnection* FreeConnection() {
    PostConnection* closed = nullptr;
    for (PostConnection& connection : connections_) {
      if (connection.idle()) return &connection;
      if (!connection.busy()) closed = &connection;
    }
    if (closed != nullptr) return closed;
    if (static_cast<int>(connections_.size()) == options_.most_connections) return nullptr;
    return &connections_.emplace_back(*this);
  }

  void FailWaiting() {
    for (Request& request : std::exchange(waiting_, {})) Tell(std::move(request.done), {PostResult::End::kNotSent});
  }

  void ArmTimer() {
    int64_t next_ns = waiting_.empty() ? kNever : waiting_.front().deadline_ns;
    for (const PostConnection& connection : connections_) {
      if (connection.busy()) next_ns = std::min(next_ns, connection.deadline_ns());
    }
    if (next_ns == kNever) return timer_->Cancel();
    timer_->ArmAt(next_ns);
  }

  void OnTimer() {
    const int64_t now_ns = loop_.MonoNs();
    // All have the same time: those that came first are due first.
    while (!waiting_.empty() && waiting_.front().deadline_ns <= now_ns) {
      Tell(std::move(waiting_.front().done), {PostResult::End::kNotSent});
      waiting_.pop_front();
    }
    for (PostConnection& connection : connections_) {
      if (connection.busy() && connection.deadline_ns() <= now_ns) connection.Expire();
    }
    ArmTimer();
  }

  AsioEventLoop& loop_;
  const PostOptions options_;
  Resolver resolver_;
  std::string head_;
  std::deque<Request> waiting_;
  std::list<PostConnection> connections_;
  size_t next_address_ = 0;
  bool woken_ = false;
  std::unique_ptr<Timer> timer_;
  const CallbackScope scope_;
};

bool PostConnection::Open(const SocketAddress& address) {
  const int fd = socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd < 0) return false;
  stream_ = ByteStream(fd);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  connecting_ = connect(fd, address.get(), address.size) != 0;
  if (!connecting_ || errno == EINPROGRESS) return true;
  Close();
  return false;
}

void PostConnection::Take(Request request) {
  request_ = std::move(request);
  written_ = 0;
  left_ = false;
  reply_ = HttpReply();
  if (connecting_) return Watch(EPOLLOUT);
  Write();
}

void PostConnection::OnReady(uint32_t events) {
  if (connecting_) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(stream_.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return Broken();
    connecting_ = false;
    return Write();
  }
  if (!busy()) {
    // Nothing is due on it: the server has closed it, or speaks out of turn.
    Close();
    return;
  }
  if ((events & EPOLLOUT) != 0 && written_ < request_.bytes.size()) {
    Write();
    if (!busy()) return;
  }
  if ((events & ~static_cast<uint32_t>(EPOLLOUT)) != 0) Read();
}

void PostConnection::Write() {
  while (written_ < request_.bytes.size()) {
    const ByteStream::Result result = stream_.Write(request_.bytes.data() + written_, request_.bytes.size() - written_);
    if (result.status == ByteStream::Status::kWouldBlock) return Watch(EPOLLIN | EPOLLOUT);
    if (result.status != ByteStream::Status::kOk) return Broken();
    left_ = true;
    written_ += result.size;
  }
  Watch(EPOLLIN);
}

void PostConnection::Read() {
  std::array<uint8_t, 4096> buffer;
  const ByteStream::Result result = stream_.Read(buffer.data(), buffer.size());
  if (result.status == ByteStream::Status::kWouldBlock) return;
  if (result.status != ByteStream::Status::kOk) return Broken();
  poster_.loop().poller().Spend(result.size);
  switch (reply_.Feed({reinterpret_cast<const char*>(buffer.data()), result.size})) {
    case HttpReply::State::kNeedMore:
      return;
    case HttpReply::State::kBroken:
      return Broken();
    case HttpReply::State::kDone:
      return End({PostResult::End::kAnswered, reply_.status()}, reply_.reusable() && written_ == request_.bytes.size());
  }
}

void PostConnection::Watch(uint32_t events) {
  FdPoller& poller = poster_.loop().poller();
  if (events == watched_) return;
  if (watched_ != 0) {
    poller.Modify(stream_.fd(), events, this);
  } else if (!poller.Add(stream_.fd(), events, this)) {
    return Broken();
  }
  watched_ = events;
}

void PostConnection::End(const PostResult& result, bool keep) {
  if (!keep) Close();
  HttpPoster::Done done = std::exchange(request_.done, nullptr);
  request_ = {};
  poster_.OnFree();
  if (done) poster_.Tell(std::move(done), result);
}

void PostConnection::Close() {
  if (!stream_.is_open()) return;
  if (watched_ != 0) poster_.loop().poller().Remove(stream_.fd(), this);
  watched_ = 0;
  connecting_ = false;
  stream_.Close();
}

}  // namespace

std::unique_ptr<HttpPoster> NewHttpPoster(AsioEventLoop& loop, const PostOptions& options) {
  return std::make_unique<Poster>(loop, options);
}

}  // namespace wsload
