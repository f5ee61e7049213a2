#include "agent/client/sync_client.h"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <limits>
#include <map>
#include <mutex>
#include <random>
#include <utility>

#include "agent/client/client_group.h"
#include "agent/client/websocket_client.h"
#include "agent/websocket/asio_dialer.h"
#include "common/loop/asio_event_loop.h"
#include "common/net/ws_url.h"
#include "common/time/clock.h"
#include "common/util/status.h"

namespace wsload {
namespace {

constexpr int64_t kDefaultDialTimeoutNs = 10 * kNsPerSecond;
constexpr int64_t kCloseTimeoutNs = 2 * kNsPerSecond;

/// Different for every client that ever talks to the server, which forgets keys only after minutes.
std::string RandomRunId() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

}  // namespace

class EstablishedConnection {
 public:
  AsioEventLoop loop;
  std::unique_ptr<Dialer> dialer;
  std::unique_ptr<Connection> connection;
};

void EstablishedConnectionDeleter::operator()(EstablishedConnection* connection) const { delete connection; }

absl::StatusOr<EstablishedConnectionPtr> DialWebSocket(std::string_view server, const std::string& token,
                                                       DialOptions options, const std::string& token_param) {
  auto url = ParseWsUrl(server);
  if (!url.ok()) return url.status();
  if (!token.empty() && url->HasParameter(token_param)) {
    return InvalidArgument("the URL already has a parameter {}=; leave it out, or give no token", token_param);
  }
  options.url = *url;
  if (options.timeout_ns <= 0) options.timeout_ns = kDefaultDialTimeoutNs;

  EstablishedConnectionPtr established(new EstablishedConnection);
  auto dialer = NewDialer(established->loop, options);
  if (!dialer.ok()) return dialer.status();
  established->dialer = *std::move(dialer);

  DialResult result;
  established->dialer->Dial(0, token.empty() ? std::string() : token_param, token, [&](DialResult dialled) {
    result = std::move(dialled);
    established->loop.Stop();
  });
  established->loop.Run();
  if (result.connection == nullptr) {
    return MakeStatus(absl::StatusCode::kUnavailable, "{}: {}", result.cause, result.detail.english());
  }
  established->connection = std::move(result.connection);
  return established;
}

class SyncWebSocketClient::Impl final : private ClientObserver {
 public:
  Impl(EstablishedConnectionPtr established, SyncClientOptions options)
      : options_(std::move(options)), established_(std::move(established)) {}

  absl::Status Prepare(int64_t biz_id, int64_t user_id) {
    auto group = ClientGroup::New({.serializer = options_.serializer,
                                   .cipher = options_.cipher,
                                   .cipher_key = options_.cipher_key,
                                   .heartbeat_ns = options_.heartbeat.count(),
                                   .resp_timeout_ns = options_.response_timeout.count(),
                                   .name = {.run_id = RandomRunId()}},
                                  *this);
    if (!group.ok()) return group.status();
    group_ = *std::move(group);
    client_ = std::make_unique<WebSocketClient>(std::move(established_->connection), *group_, biz_id, user_id);
    deadline_timer_ = loop().NewTimer([this] {
      group_->OnTimer(loop().MonoNs());
      ArmDeadline();
    });
    context_timer_ = loop().NewTimer([this] { EndBy(absl::DeadlineExceededError("the given time is over")); });
    return absl::OkStatus();
  }

  absl::Status Start(std::stop_token stop, std::chrono::nanoseconds timeout) {
    {
      std::lock_guard lock(mutex_);
      if (phase_ != RunPhase::kNew) return absl::FailedPreconditionError("Start() works once for each client");
      phase_ = RunPhase::kRunning;
      changed_.notify_all();
    }
    const int64_t now_ns = loop().MonoNs();
    client_->Start(now_ns);
    ArmDeadline();
    if (timeout != std::chrono::nanoseconds::max()) context_timer_->ArmAt(now_ns + timeout.count());
    {
      std::stop_callback on_stop(
          stop, [this] { loop().Post([this] { EndBy(absl::CancelledError("the message loop was cancelled")); }); });
      loop().Run();
    }
    std::lock_guard lock(mutex_);
    phase_ = RunPhase::kEnded;
    changed_.notify_all();
    return result_;
  }

  absl::StatusOr<OnReceiveResponse> SendUpstreamMessage(std::string_view text) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, options_.response_timeout, [this] { return phase_ != RunPhase::kNew; });
      if (phase_ == RunPhase::kNew) return absl::FailedPreconditionError("Start() was not called");
      if (phase_ == RunPhase::kEnded) return absl::UnavailableError("the connection has ended");
    }
    auto answer = std::make_shared<Answer>();
    auto future = answer->get_future();
    loop().Post([this, answer, plaintext = group_->codec().EncodeText(text)] { Send(plaintext, answer); });
    // The loop answers within the response timeout; should it end between the check above and the post, nobody would.
    if (future.wait_for(options_.response_timeout + std::chrono::seconds(5)) != std::future_status::ready) {
      return absl::UnavailableError("the connection has ended");
    }
    return future.get();
  }

  void Stop() {
    std::unique_lock lock(mutex_);
    if (phase_ == RunPhase::kNew) {
      phase_ = RunPhase::kEnded;
      changed_.notify_all();
      return;
    }
    loop().Post([this] { EndBy(absl::OkStatus()); });
    changed_.wait(lock, [this] { return phase_ == RunPhase::kEnded; });
  }

 private:
  using Answer = std::promise<absl::StatusOr<OnReceiveResponse>>;
  enum class RunPhase { kNew, kRunning, kEnded };

  AsioEventLoop& loop() { return established_->loop; }

  void ArmDeadline() {
    const int64_t deadline_ns = group_->NextDeadlineNs();
    if (deadline_ns != std::numeric_limits<int64_t>::max()) deadline_timer_->ArmAt(deadline_ns);
  }

  void Send(const std::string& plaintext, const std::shared_ptr<Answer>& answer) {
    if (client_ == nullptr) return answer->set_value(absl::UnavailableError("the connection has ended"));
    const int64_t now_ns = loop().MonoNs();
    uint64_t sequence = 0;
    if (client_->SendUpstream(plaintext, now_ns, now_ns, &sequence) != WebSocketClient::SendOutcome::kSent) {
      return answer->set_value(absl::UnavailableError("the connection is closing"));
    }
    waiting_.emplace(sequence, answer);
    ArmDeadline();
  }

  /// Stops gracefully; Start() will return `result` unless the connection breaks first.
  void EndBy(absl::Status result) {
    if (client_ == nullptr || client_->stopping()) return;
    wanted_end_ = true;
    result_ = std::move(result);
    client_->Stop(kCloseTimeoutNs);
  }

  absl::StatusOr<OnReceiveResponse> AnswerOf(const UpstreamResult& result) const {
    switch (result.outcome) {
      case UpstreamOutcome::kAcknowledged:
        if (result.body.empty()) return OnReceiveResponse{};
        return group_->codec().DecodeResponse(result.body);
      case UpstreamOutcome::kTimeout:
        return absl::DeadlineExceededError("no acknowledgement within the response timeout");
      case UpstreamOutcome::kRateLimited:
        return absl::ResourceExhaustedError("the server is over its rate limit");
      case UpstreamOutcome::kConnectionLost:
        return absl::UnavailableError("the connection ended before the acknowledgement");
      case UpstreamOutcome::kRefused:
        break;
    }
    return absl::FailedPreconditionError("refused: do both sides have the same serializer, cipher and key?");
  }

  void OnUpstreamResult(WebSocketClient&, const UpstreamResult& result) override {
    const auto waiting = waiting_.find(result.sequence);
    if (waiting == waiting_.end()) return;
    waiting->second->set_value(AnswerOf(result));
    waiting_.erase(waiting);
  }
  void OnLateAck(WebSocketClient&) override {}
  void OnDuplicateAck(WebSocketClient&) override {}
  void OnHeartbeatSent(WebSocketClient&) override {}
  void OnHeartbeatAck(WebSocketClient&, int64_t) override {
    if (options_.on_heartbeat_ack) options_.on_heartbeat_ack();
  }
  void OnPush(WebSocketClient&, std::string_view plaintext, bool, int64_t) override {
    if (!options_.on_push) return;
    const auto text = group_->codec().DecodeText(plaintext);
    // A push need not be a StringValue; then the plaintext is what there is to show.
    options_.on_push(text.ok() ? std::string_view(*text) : plaintext);
  }
  void OnRedirect(WebSocketClient&, std::string_view body) override {
    if (!options_.on_redirect) return;
    if (const auto nodes = group_->codec().DecodeNodes(body); nodes.ok()) options_.on_redirect(*nodes);
  }
  void OnUnsolicited(WebSocketClient&) override {}
  void OnBroadcast(WebSocketClient&) override {}
  void OnUndecodable(WebSocketClient&) override {}
  void OnClientClosed(WebSocketClient&, const CloseInfo& info) override {
    if (!wanted_end_) {
      result_ = MakeStatus(absl::StatusCode::kUnavailable, "the connection ended: {}{}{}", info.cause,
                           info.reason.empty() ? "" : ": ", info.reason);
    }
    client_.reset();
    loop().Stop();
  }

  SyncClientOptions options_;
  EstablishedConnectionPtr established_;
  std::unique_ptr<ClientGroup> group_;
  std::unique_ptr<WebSocketClient> client_;
  std::unique_ptr<Timer> deadline_timer_;
  std::unique_ptr<Timer> context_timer_;
  // The message loop's own.
  std::map<uint64_t, std::shared_ptr<Answer>> waiting_;
  absl::Status result_;
  bool wanted_end_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  RunPhase phase_ = RunPhase::kNew;
};

SyncWebSocketClient::SyncWebSocketClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SyncWebSocketClient::~SyncWebSocketClient() { impl_->Stop(); }

absl::Status SyncWebSocketClient::Start(std::stop_token stop, std::chrono::nanoseconds timeout) {
  return impl_->Start(std::move(stop), timeout);
}

absl::StatusOr<OnReceiveResponse> SyncWebSocketClient::SendUpstreamMessage(std::string_view text) {
  return impl_->SendUpstreamMessage(text);
}

void SyncWebSocketClient::Stop() { impl_->Stop(); }

absl::StatusOr<std::unique_ptr<SyncWebSocketClient>> NewWebSocketClient(EstablishedConnectionPtr connection,
                                                                        int64_t biz_id, int64_t user_id,
                                                                        SyncClientOptions options) {
  auto impl = std::make_unique<SyncWebSocketClient::Impl>(std::move(connection), std::move(options));
  absl::Status prepared = impl->Prepare(biz_id, user_id);
  if (!prepared.ok()) return prepared;
  return std::unique_ptr<SyncWebSocketClient>(new SyncWebSocketClient(std::move(impl)));
}

}  // namespace wsload
