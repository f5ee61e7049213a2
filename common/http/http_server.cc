#include "common/http/http_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

#include "common/http/connection_listener.h"
#include "common/http/http_request.h"
#include "common/loop/asio_event_loop.h"
#include "common/util/local_error.h"
#include "common/util/thread.h"

namespace wsload {
namespace {

// One scraper has one; few load hosts have more than two scrapers.
constexpr size_t kMaxConnections = 16;
// A scraper asks and reads at once; who reads a large answer over a slow line gets more time.
constexpr int64_t kRequestTimeoutNs = 5 * kNsPerSecond;
constexpr int64_t kAnswerTimeoutNs = 60 * kNsPerSecond;
constexpr int kUserTimeoutMs = 10'000;

using SharedText = std::shared_ptr<const std::string>;

}  // namespace

class HttpServer::Impl {
 public:
  explicit Impl(Answerer answer) : answer_to_(std::move(answer)) {}

  ~Impl() {
    if (!thread_.joinable()) return;
    loop_.Post([this] {
      listener_.reset();
      connections_.clear();
      loop_.Stop();
    });
    thread_.join();
  }

  absl::Status Listen(const HostPort& asked) {
    address = asked;
    listener_ =
        std::make_unique<ConnectionListener>(loop_, kUserTimeoutMs, [this](int fd, const SocketAddress&) { Take(fd); });
    if (const absl::Status open = listener_->Open(address); !open.ok()) {
      return LocalStatus(absl::StatusCode::kUnavailable,
                         FillLocal({"cannot listen on {}: {}", "无法监听 {}：{}"}, asked.ToString(), open));
    }
    expiry_ = loop_.NewTimer([this] { CloseExpired(); });
    const absl::Status started = StartThread(thread_, [this] { loop_.Run(); });
    return started.ok() ? started : LocalStatus(absl::StatusCode::kUnavailable, ErrorLines(started));
  }

  void Post(std::function<void()> work) { loop_.Post(std::move(work)); }

  void Broadcast(const SharedText& text) {
    for (auto it = connections_.begin(); it != connections_.end();) {
      const auto each = it++;
      if (each->is_stream() && !each->Add(text)) connections_.erase(each);
    }
  }

  void EndStreams() {
    for (auto it = connections_.begin(); it != connections_.end();) {
      const auto each = it++;
      if (each->is_stream() && !each->EndWhenWritten()) connections_.erase(each);
    }
    TellIdle();
  }

  size_t streams() const {
    return static_cast<size_t>(std::count_if(connections_.begin(), connections_.end(),
                                             [](const Connection& connection) { return connection.is_stream(); }));
  }

  void AwaitIdle(int64_t timeout_ns) {
    std::unique_lock lock(idle_mutex_);
    is_idle_ = false;
    loop_.Post([this] {
      asked_for_idle_ = true;
      TellIdle();
    });
    idle_.wait_for(lock, std::chrono::nanoseconds(timeout_ns), [this] { return is_idle_; });
  }

  HostPort address;

 private:
  /// Reads a request, writes the answer, and ends; or goes on as a stream.
  class Connection final : public FdHandler {
   public:
    Connection(Impl& server, int fd)
        : deadline_ns(server.loop_.MonoNs() + kRequestTimeoutNs), server_(server), fd_(fd) {
      polled_ = server_.loop_.poller().Add(fd_, EPOLLIN, this);
    }
    ~Connection() {
      if (polled_) server_.loop_.poller().Remove(fd_, this);
      close(fd_);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    bool polled() const { return polled_; }
    bool is_stream() const { return is_stream_; }
    bool has_waiting() const { return !waiting_.empty(); }

    void OnReady(uint32_t events) override {
      const bool goes_on = waiting_.empty() || (is_stream_ && (events & EPOLLIN) != 0)
                               ? Read() && (waiting_.empty() || Write())
                               : Write();
      if (!goes_on) server_.Close(this);
    }

    // All three: false when the connection is over.

    bool Add(const SharedText& text) {
      if (ends_) return true;
      waiting_bytes_ += text->size();
      if (waiting_bytes_ > kMaxWaitingBytes) return false;
      waiting_.push_back(text);
      return waiting_.size() > 1 || Write();
    }
    bool EndWhenWritten() {
      ends_ = true;
      return !waiting_.empty();
    }

    int64_t deadline_ns;  ///< of no meaning for a stream

   private:
    bool Read() {
      std::array<char, 2048> chunk;
      const ssize_t size = recv(fd_, chunk.data(), chunk.size(), 0);
      if (size < 0) return errno == EAGAIN || errno == EINTR;
      if (size == 0) return false;
      // Who listens has nothing more to say.
      if (is_stream_) return true;
      request_.append(chunk.data(), static_cast<size_t>(size));
      HttpReply reply = server_.answer_to_(request_);
      if (reply.bytes.empty()) return true;
      is_stream_ = reply.is_stream && server_.streams() < kMaxStreams;
      if (reply.is_stream && !is_stream_) {
        reply.bytes = HttpError("503 Service Unavailable", "too many watch already", "Retry-After: 30\r\n");
      }
      ends_ = !is_stream_;
      deadline_ns = server_.loop_.MonoNs() + kAnswerTimeoutNs;
      waiting_bytes_ += reply.bytes.size();
      waiting_.push_back(std::make_shared<const std::string>(std::move(reply.bytes)));
      return Write();
    }

    bool Write() {
      while (!waiting_.empty()) {
        const std::string& text = *waiting_.front();
        const ssize_t size = send(fd_, text.data() + written_, text.size() - written_, MSG_NOSIGNAL);
        if (size < 0 && errno != EAGAIN && errno != EINTR) return false;
        if (size < 0) break;
        written_ += static_cast<size_t>(size);
        if (written_ < text.size()) continue;
        waiting_bytes_ -= text.size();
        waiting_.pop_front();
        written_ = 0;
      }
      if (waiting_.empty() && ends_) return false;
      const uint32_t wanted = waiting_.empty() ? EPOLLIN : is_stream_ ? EPOLLIN | EPOLLOUT : EPOLLOUT;
      server_.loop_.poller().Modify(fd_, wanted, this);
      return true;
    }

    Impl& server_;
    const int fd_;
    bool polled_ = false;
    bool is_stream_ = false;
    bool ends_ = false;  ///< once all is written
    std::string request_;
    std::deque<SharedText> waiting_;
    size_t waiting_bytes_ = 0;
    size_t written_ = 0;  ///< of the first that waits
  };

  void Take(int fd) {
    MakeRoom();
    connections_.emplace_back(*this, fd);
    if (!connections_.back().polled()) connections_.pop_back();
    ArmExpiry();
  }

  /// For one more short connection.
  void MakeRoom() {
    if (connections_.size() - streams() < kMaxConnections) return;
    const auto oldest = std::find_if(connections_.begin(), connections_.end(),
                                     [](const Connection& connection) { return !connection.is_stream(); });
    connections_.erase(oldest);
  }

  void Close(const Connection* connection) {
    connections_.remove_if([connection](const Connection& each) { return &each == connection; });
    TellIdle();
  }

  void CloseExpired() {
    const int64_t now_ns = loop_.MonoNs();
    connections_.remove_if(
        [now_ns](const Connection& each) { return !each.is_stream() && each.deadline_ns <= now_ns; });
    ArmExpiry();
  }

  void ArmExpiry() {
    int64_t first_ns = INT64_MAX;
    for (const Connection& each : connections_) {
      if (!each.is_stream()) first_ns = std::min(first_ns, each.deadline_ns);
    }
    if (first_ns != INT64_MAX) expiry_->ArmAt(first_ns);
  }

  void TellIdle() {
    const auto waits = [](const Connection& each) { return each.has_waiting(); };
    if (!asked_for_idle_ || std::any_of(connections_.begin(), connections_.end(), waits)) return;
    const std::lock_guard lock(idle_mutex_);
    is_idle_ = true;
    idle_.notify_all();
  }

  const Answerer answer_to_;
  AsioEventLoop loop_;
  // The loop's, once that runs.
  std::unique_ptr<ConnectionListener> listener_;
  std::unique_ptr<Timer> expiry_;
  std::list<Connection> connections_;
  bool asked_for_idle_ = false;
  std::mutex idle_mutex_;
  std::condition_variable idle_;
  bool is_idle_ = false;
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
void HttpServer::Post(std::function<void()> work) { impl_->Post(std::move(work)); }
void HttpServer::Broadcast(std::shared_ptr<const std::string> text) { impl_->Broadcast(text); }
void HttpServer::EndStreams() { impl_->EndStreams(); }
size_t HttpServer::streams() const { return impl_->streams(); }
void HttpServer::AwaitIdle(int64_t timeout_ns) { impl_->AwaitIdle(timeout_ns); }

}  // namespace wsload
