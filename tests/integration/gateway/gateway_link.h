// A client's side of the gateway protocol over RawWsClient, for looking at the mock gateway.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "agent/client/body_cipher.h"
#include "agent/client/message_codec.h"
#include "tests/gateway/mock_gateway.h"
#include "tests/support/raw_ws_client.h"

namespace wsload::gateway {

/// The gateway with these options, on a free port; fails the test when it does not start.
std::unique_ptr<MockGateway> StartGateway(GatewayOptions options = {});

/// What the gateway saw, once `done(truth)`; fails the test after 10 s.
template <typename Done>
GroundTruth AwaitTruth(const MockGateway& gateway, Done done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (true) {
    const GroundTruth truth = gateway.truth();
    if (done(truth)) return truth;
    if (std::chrono::steady_clock::now() > deadline) {
      ADD_FAILURE() << "not seen within 10 s: " << truth.ToJson();
      return truth;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

/// A valid token of that user.
std::string Token(int64_t user_id, std::string_view key = kDemoJwtKey);

struct Received {
  Command cmd = Command::kInvalid;
  std::string key;
  std::string body;  ///< decrypted where the protocol encrypts
};

class GatewayLink {
 public:
  /// Connects and upgrades; status() tells the answer.
  explicit GatewayLink(const MockGateway& gateway, int64_t user_id = 10000, const GatewayOptions& options = {},
                       std::string_view extra_headers = {});

  int status() const { return status_; }
  RawWsClient& raw() { return raw_; }

  /// The bytes of a message; an upstream message's `text` becomes its sealed body.
  std::string Encode(Command cmd, std::string_view key, std::string_view text = {});
  bool Send(Command cmd, std::string_view key, std::string_view text = {}) {
    return raw_.SendBinary(Encode(cmd, key, text));
  }
  bool SendUpstream(std::string_view key) { return Send(Command::kUpstreamMessage, key, "hello"); }

  /// The next application message; nothing when something else comes, which is then in last_frame().
  std::optional<Received> Read();
  const std::optional<RawWsClient::Frame>& last_frame() const { return last_frame_; }

  const MessageCodec& codec() const { return *codec_; }

 private:
  RawWsClient raw_;
  std::unique_ptr<MessageCodec> codec_;
  std::unique_ptr<BodyCipher> cipher_;
  int status_ = 0;
  std::optional<RawWsClient::Frame> last_frame_;
};

}  // namespace wsload::gateway
