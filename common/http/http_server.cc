#include "common/http/http_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <list>
#include <thread>
#include <utility>

#include "common/http/connection_listener.h"
#include "common/loop/asio_event_loop.h"
#include "common/util/status.h"
#include "common/util/thread.h"

namespace wsload {
namespace {

// One scraper has one; few load hosts have more than two scrapers.
constexpr size_t kMaxConnections = 16;
// A scraper asks and reads at once.
constexpr int64_t kTimeoutNs = 5 * kNsPerSecond;
constexpr int kUserTimeoutMs = 10'000;

}  // namespace

class HttpServer::Impl {
 public:
  explicit Impl(Answerer answer) : answer_to_(std::move(answer)) {}

  ~Impl() {
    if (!thread_.joinable()) return;
    loop_.Post([this] {
      listener_.reset();
      exchanges_.clear();
      loop_.Stop();
    });
    thread_.join();
  }

  absl::Status Listen(const HostPort& asked) {
    address = asked;
    listener_ =
        std::make_unique<ConnectionListener>(loop_, kUserTimeoutMs, [this](int fd, const SocketAddress&) { Take(fd); });
    if (const absl::Status open = listener_->Open(address); !open.ok()) {
      return MakeStatus(absl::StatusCode::kUnavailable, "cannot listen on {}: {}", asked.ToString(), Text(open));
    }
    expiry_ = loop_.NewTimer([this] { CloseExpired(); });
    const absl::Status started = StartThread(thread_, [this] { loop_.Run(); });
    return started.ok() ? started : MakeStatus(absl::StatusCode::kUnavailable, "{}", Text(started));
  }

  HostPort address;

 private:
  /// A connection: reads a request, writes the answer, ends.
  class Exchange final : public FdHandler {
   public:
    Exchange(Impl& server, int fd) : deadline_ns(server.loop_.MonoNs() + kTimeoutNs), server_(server), fd_(fd) {
      polled_ = server_.loop_.poller().Add(fd_, EPOLLIN, this);
    }
    ~Exchange() {
      if (polled_) server_.loop_.poller().Remove(fd_, this);
      close(fd_);
    }
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    bool polled() const { return polled_; }

    void OnReady(uint32_t) override {
      if (answer_.empty() ? Read() : Write()) return;
      server_.exchanges_.remove_if([this](const Exchange& exchange) { return &exchange == this; });
    }

    const int64_t deadline_ns;

   private:
    /// Both: whether there is more to do.
    bool Read() {
      std::array<char, 2048> chunk;
      const ssize_t size = recv(fd_, chunk.data(), chunk.size(), 0);
      if (size < 0) return errno == EAGAIN || errno == EINTR;
      if (size == 0) return false;
      request_.append(chunk.data(), static_cast<size_t>(size));
      answer_ = server_.answer_to_(request_);
      if (answer_.empty()) return true;
      server_.loop_.poller().Modify(fd_, EPOLLOUT, this);
      return Write();
    }

    bool Write() {
      const ssize_t size = send(fd_, answer_.data() + written_, answer_.size() - written_, MSG_NOSIGNAL);
      if (size < 0) return errno == EAGAIN || errno == EINTR;
      written_ += static_cast<size_t>(size);
      return written_ < answer_.size();
    }

    Impl& server_;
    const int fd_;
    bool polled_ = false;
    std::string request_;
    std::string answer_;
    size_t written_ = 0;
  };

  void Take(int fd) {
    if (exchanges_.size() == kMaxConnections) exchanges_.pop_front();
    exchanges_.emplace_back(*this, fd);
    if (!exchanges_.back().polled()) exchanges_.pop_back();
    ArmExpiry();
  }

  void CloseExpired() {
    // All have the same time: the oldest is the first.
    while (!exchanges_.empty() && exchanges_.front().deadline_ns <= loop_.MonoNs()) exchanges_.pop_front();
    ArmExpiry();
  }

  void ArmExpiry() {
    if (!exchanges_.empty()) expiry_->ArmAt(exchanges_.front().deadline_ns);
  }

  const Answerer answer_to_;
  AsioEventLoop loop_;
  // The loop's, once that runs.
  std::unique_ptr<ConnectionListener> listener_;
  std::unique_ptr<Timer> expiry_;
  std::list<Exchange> exchanges_;
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Listen(const HostPort& address, Answerer answer) {
  auto impl = std::make_unique<Impl>(std::move(answer));
  const absl::Status listening = impl->Listen(address);
  if (!listening.ok()) return listening;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

const HostPort& HttpServer::address() const { return impl_->address; }

}  // namespace wsload
