#include "tests/bench/engine_client.h"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/client/client_group.h"
#include "agent/client/user_token.h"
#include "agent/client/websocket_client.h"
#include "agent/load/client_pool.h"
#include "agent/load/message_text.h"
#include "agent/load/recorder.h"
#include "agent/websocket/asio_dialer.h"
#include "common/loop/asio_event_loop.h"
#include "common/util/status.h"

namespace wsload::bench {

class EngineClient::Impl final : private ClientObserver {
 public:
  Impl(const RunPlan& plan, int connections) : plan_(plan), token_(plan.jwt_key, plan.jwt_issuer) {
    auto dialer = NewDialer(loop_, {.url = plan.server.url(),
                                    .compress = plan.compress,
                                    .context_window_bits = ContextWindowBits(plan.msg_size_bytes),
                                    .insecure_skip_verify = plan.insecure_skip_verify,
                                    .timeout_ns = plan.conn_timeout_ns});
    if (!dialer.ok()) throw std::runtime_error(std::string(Text(dialer.status())));
    dialer_ = *std::move(dialer);
    const GroupName name = {.run_id = "bench" + std::to_string(SystemClock().UnixNs())};
    auto group = ClientGroup::New({.protocol = plan.protocol,
                                   .serializer = plan.serializer,
                                   .cipher = plan.cipher,
                                   .cipher_key = plan.cipher_key,
                                   .echo_bytes = plan.msg_size_bytes,
                                   .resp_timeout_ns = 5 * kNsPerSecond,
                                   .name = name},
                                  *this);
    if (!group.ok()) throw std::runtime_error(std::string(Text(group.status())));
    group_ = *std::move(group);
    text_.emplace(plan, group_->codec(), name);
    text_->Reserve(connections);
    text_->Start(loop_.MonoNs());
    timer_ = loop_.NewTimer([this] {
      group_->OnTimer(loop_.MonoNs());
      timer_->ArmAt(loop_.MonoNs() + kNsPerSecond);
    });
    timer_->ArmAt(loop_.MonoNs() + kNsPerSecond);
    wanted_ = connections;
    const auto wall_start = std::chrono::steady_clock::now();
    const ThreadCpu start = ReadThreadCpu();
    for (int i = 0; i < 32 && i < connections; ++i) DialNext();
    loop_.Run();
    if (!error_.empty()) throw std::runtime_error(error_);
    const ThreadCpu end = ReadThreadCpu();
    const auto wall = std::chrono::steady_clock::now() - wall_start;
    dialling_ = {connections, end.user_us - start.user_us, end.system_us - start.system_us,
                 std::chrono::duration_cast<std::chrono::microseconds>(wall).count()};
  }

  const Cost& dialling() const { return dialling_; }

  Cost Run(int64_t round_trips) {
    round_trips_ = round_trips;
    sent_ = done_ = 0;
    const auto wall_start = std::chrono::steady_clock::now();
    const ThreadCpu start = ReadThreadCpu();
    for (size_t slot = 0; slot < pool_.size(); ++slot) Send(pool_.At(slot));
    loop_.Run();
    const ThreadCpu end = ReadThreadCpu();
    const auto wall = std::chrono::steady_clock::now() - wall_start;
    if (!error_.empty()) throw std::runtime_error(error_);
    return {done_, end.user_us - start.user_us, end.system_us - start.system_us,
            std::chrono::duration_cast<std::chrono::microseconds>(wall).count()};
  }

 private:
  void DialNext() {
    if (dialled_ == wanted_) return;
    const int64_t now_s = SystemClock().UnixNs() / kNsPerSecond;
    const int64_t user_id = plan_.first_user_id + dialled_++;
    const std::string token = token_.Encode({.user_id = user_id,
                                             .biz_id = plan_.biz_id,
                                             .issued_at_unix_s = now_s,
                                             .expires_unix_s = now_s + plan_.token_ttl_s});
    dialer_->Dial(0, plan_.token_param, token, [this, user_id](DialResult result) {
      if (result.connection == nullptr) return Fail(result.cause + ": " + result.detail.english());
      pool_.Add(std::make_unique<WebSocketClient>(std::move(result.connection), *group_, plan_.biz_id, user_id), Seat{})
          .Start(result.finished_ns);
      DialNext();
      if (static_cast<int>(pool_.size()) == wanted_) loop_.Stop();
    });
  }

  void Fail(std::string error) {
    error_ = std::move(error);
    loop_.Stop();
  }

  void Send(WebSocketClient& client) {
    const int64_t now_ns = loop_.MonoNs();
    const std::string_view text = text_->Of({.due_ns = now_ns}, client.user_id());
    if (client.SendUpstream(text, now_ns, now_ns) != WebSocketClient::SendOutcome::kSent) {
      return Fail("a connection takes no message");
    }
    text_->Left();
    recorder_.Sent(now_ns, now_ns);
    ++sent_;
  }

  void OnUpstreamResult(WebSocketClient& client, const UpstreamResult& result) override {
    recorder_.Ended(result);
    if (result.outcome != UpstreamOutcome::kAcknowledged) return Fail("a message was not acknowledged");
    ++done_;
    if (sent_ < round_trips_) {
      Send(client);
    } else if (done_ == sent_) {
      loop_.Stop();
    }
  }
  void OnLateAck(WebSocketClient&) override {}
  void OnDuplicateAck(WebSocketClient&) override {}
  void OnHeartbeatSent(WebSocketClient&) override {}
  void OnHeartbeatAck(WebSocketClient&, int64_t) override {}
  void OnPush(WebSocketClient&, std::string_view, bool, int64_t) override {}
  void OnRedirect(WebSocketClient&, std::string_view) override {}
  void OnUnsolicited(WebSocketClient&) override { Fail("an answer names no message"); }
  void OnBroadcast(WebSocketClient&) override { Fail("an answer names another connection's message"); }
  void OnUndecodable(WebSocketClient&) override { Fail("an answer could not be read"); }
  void OnClientClosed(WebSocketClient&, const CloseInfo& info) override {
    Fail("a connection was lost: " + info.cause);
  }

  const RunPlan plan_;
  const UserToken token_;
  AsioEventLoop loop_;
  std::unique_ptr<Dialer> dialer_;
  std::unique_ptr<ClientGroup> group_;
  ClientPool pool_;
  std::unique_ptr<Timer> timer_;
  Recorder recorder_{SystemClock()};
  std::optional<MessageText> text_;
  std::string error_;
  Cost dialling_;
  int wanted_ = 0;
  int dialled_ = 0;
  int64_t round_trips_ = 0;
  int64_t sent_ = 0;
  int64_t done_ = 0;
};

EngineClient::EngineClient(const RunPlan& plan, int connections) : impl_(std::make_unique<Impl>(plan, connections)) {}

EngineClient::~EngineClient() = default;

Cost EngineClient::Run(int64_t round_trips) { return impl_->Run(round_trips); }

const Cost& EngineClient::dialling() const { return impl_->dialling(); }

Cost EngineConnects(const RunPlan& plan, int connections) { return EngineClient(plan, connections).dialling(); }

}  // namespace wsload::bench
