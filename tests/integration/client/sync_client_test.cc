// The client as a library, against the mock gateway on real sockets.
#include "agent/client/sync_client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "agent/client/user_token.h"
#include "tests/gateway/mock_gateway.h"

namespace wsload {
namespace {

using gateway::GatewayOptions;
using gateway::MockGateway;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A signal from the message loop's thread to the test's.
class Event {
 public:
  void Set() {
    std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  bool Wait(int count = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, seconds(10), [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

class SyncClientTest : public testing::Test {
 protected:
  void StartGateway(GatewayOptions options = {}) {
    auto started = MockGateway::Start(std::move(options));
    ASSERT_TRUE(started.ok()) << started.status();
    gateway_ = *std::move(started);
  }

  std::string Token() const {
    const int64_t now_s = SystemClock().UnixNs() / kNsPerSecond;
    return UserToken(kDemoJwtKey, "mock")
        .Encode({.user_id = 12345, .biz_id = 9999, .issued_at_unix_s = now_s, .expires_unix_s = now_s + 60});
  }

  /// Dials, creates and starts; the message loop runs on a thread of the test's.
  void StartClient(SyncClientOptions options = {}, std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max()) {
    auto connection = DialWebSocket(gateway_->url(), Token());
    ASSERT_TRUE(connection.ok()) << connection.status();
    auto client = NewWebSocketClient(*std::move(connection), 9999, 12345, std::move(options));
    ASSERT_TRUE(client.ok()) << client.status();
    client_ = *std::move(client);
    loop_ = std::jthread([this, timeout](std::stop_token stop) { loop_status_ = client_->Start(stop, timeout); });
  }

  absl::Status LoopStatus() {
    loop_.join();
    return loop_status_;
  }

  std::unique_ptr<MockGateway> gateway_;
  std::unique_ptr<SyncWebSocketClient> client_;
  absl::Status loop_status_;
  std::jthread loop_;
};

TEST_F(SyncClientTest, SendsWaitsForTheAcknowledgementAndStopsProperly) {
  StartGateway();
  StartClient();
  const auto response = client_->SendUpstreamMessage("Hello from client!");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->biz_id, 9999);
  EXPECT_GT(response->msg_id, 0);
  client_->Stop();
  EXPECT_TRUE(LoopStatus().ok()) << loop_status_;
  gateway_->Stop();
  EXPECT_EQ(gateway_->truth().connections.closed_by_client, 1);
  EXPECT_EQ(gateway_->truth().messages.upstream, 1);
}

TEST_F(SyncClientTest, SeveralThreadsMayWaitAtOnce) {
  GatewayOptions options;
  options.ack_delay = {.kind = gateway::DelaySpec::Kind::kUniform, .low_ns = 0, .high_ns = 20 * kNsPerMs};
  StartGateway(options);
  StartClient();
  std::atomic<int> acknowledged = 0;
  {
    std::vector<std::jthread> senders;
    for (int sender = 0; sender < 8; ++sender) {
      senders.emplace_back([&] {
        for (int i = 0; i < 25; ++i) acknowledged += client_->SendUpstreamMessage("hi").ok();
      });
    }
  }
  EXPECT_EQ(acknowledged, 200);
  client_->Stop();
}

TEST_F(SyncClientTest, NoAcknowledgementIsDeadlineExceeded) {
  GatewayOptions options;
  options.ack_drop_share = 1;
  StartGateway(options);
  StartClient({.response_timeout = milliseconds(100)});
  EXPECT_EQ(client_->SendUpstreamMessage("x").status().code(), absl::StatusCode::kDeadlineExceeded);
  client_->Stop();
  EXPECT_TRUE(LoopStatus().ok());
}

TEST_F(SyncClientTest, TheServersRateLimitIsTold) {
  GatewayOptions options;
  options.rate_limit_per_s = 1;
  options.rate_limit_burst = 1;
  StartGateway(options);
  StartClient();
  EXPECT_TRUE(client_->SendUpstreamMessage("within").ok());
  EXPECT_EQ(client_->SendUpstreamMessage("over").status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(SyncClientTest, AWrongCipherKeyIsRefused) {
  StartGateway();
  StartClient({.cipher_key = "another-key-of-32-bytes-another-"});
  EXPECT_EQ(client_->SendUpstreamMessage("x").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(LoopStatus().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(std::string(loop_status_.message()).find("1008"), std::string::npos) << loop_status_;
}

TEST_F(SyncClientTest, HeartbeatsPushesAndRedirectsReachTheirCallbacks) {
  GatewayOptions options;
  options.push_per_s = 50;
  options.redirect_to = {{"127.0.0.1", 9003}};
  options.redirect_after_ns = 300 * kNsPerMs;
  StartGateway(options);
  Event pushed, beaten, redirected;
  std::string text;
  std::vector<RedirectNode> nodes;
  StartClient({.heartbeat = milliseconds(20),
               .on_push =
                   [&](std::string_view push) {
                     text = push;
                     pushed.Set();
                   },
               .on_redirect =
                   [&](const std::vector<RedirectNode>& seen) {
                     nodes = seen;
                     redirected.Set();
                   },
               .on_heartbeat_ack = [&] { beaten.Set(); }});
  EXPECT_TRUE(pushed.Wait(2));
  EXPECT_TRUE(beaten.Wait(2));
  EXPECT_TRUE(redirected.Wait());
  client_->Stop();
  LoopStatus().IgnoreError();
  EXPECT_NE(text.find("sent_unix_ns="), std::string::npos) << text;
  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(nodes[0].ip, "127.0.0.1");
  EXPECT_EQ(nodes[0].port, 9003);
}

TEST_F(SyncClientTest, TheServerLeavingEndsTheMessageLoop) {
  StartGateway();
  StartClient();
  ASSERT_TRUE(client_->SendUpstreamMessage("x").ok());
  gateway_->Stop();
  EXPECT_EQ(LoopStatus().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(client_->SendUpstreamMessage("y").status().code(), absl::StatusCode::kUnavailable);
  client_->Stop();
}

TEST_F(SyncClientTest, ItsContextEndsIt) {
  StartGateway();
  StartClient({}, milliseconds(50));
  EXPECT_EQ(LoopStatus().code(), absl::StatusCode::kDeadlineExceeded);
  StartClient();
  ASSERT_TRUE(client_->SendUpstreamMessage("x").ok());
  loop_.request_stop();
  EXPECT_EQ(LoopStatus().code(), absl::StatusCode::kCancelled);
}

TEST_F(SyncClientTest, StopWaitsForWhatIsOpen) {
  GatewayOptions options;
  options.ack_delay = {.kind = gateway::DelaySpec::Kind::kConstant, .low_ns = 150 * kNsPerMs};
  StartGateway(options);
  StartClient();
  absl::Status sent = absl::UnknownError("not sent");
  std::jthread sender([&] { sent = client_->SendUpstreamMessage("slow").status(); });
  while (gateway_->truth().messages.upstream == 0) std::this_thread::yield();
  client_->Stop();
  sender.join();
  EXPECT_TRUE(sent.ok()) << sent;
}

TEST_F(SyncClientTest, MisuseIsAnErrorNotAHang) {
  StartGateway();
  auto connection = DialWebSocket(gateway_->url(), Token());
  ASSERT_TRUE(connection.ok());
  auto client = NewWebSocketClient(*std::move(connection), 9999, 1, {.response_timeout = milliseconds(50)});
  ASSERT_TRUE(client.ok());
  EXPECT_EQ((*client)->SendUpstreamMessage("not started").status().code(), absl::StatusCode::kFailedPrecondition);
  (*client)->Stop();
  EXPECT_EQ((*client)->Start().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(SyncClientTest, DiallingTellsWhatWentWrong) {
  StartGateway();
  EXPECT_EQ(DialWebSocket("http://x", "").status().code(), absl::StatusCode::kInvalidArgument);
  const absl::Status twice = DialWebSocket(gateway_->url() + "?token=s3cret", Token()).status();
  EXPECT_EQ(twice.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(twice.message(), "the URL already has a parameter token=; leave it out, or give no token");
  const auto unauthorized = DialWebSocket(gateway_->url(), "no token of this server");
  EXPECT_EQ(unauthorized.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(std::string(unauthorized.status().message()).rfind("http_401", 0), 0u) << unauthorized.status();
  const std::string url = gateway_->url();
  gateway_->Stop();
  EXPECT_EQ(std::string(DialWebSocket(url, Token()).status().message()).rfind("refused", 0), 0u);
}

}  // namespace
}  // namespace wsload
