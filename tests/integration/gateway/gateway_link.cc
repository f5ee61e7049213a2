#include "tests/integration/gateway/gateway_link.h"

#include <cstring>

#include "agent/client/user_token.h"
#include "common/util/status.h"

namespace wsload::gateway {

std::unique_ptr<MockGateway> StartGateway(GatewayOptions options) {
  auto gateway = MockGateway::Start(std::move(options));
  EXPECT_TRUE(gateway.ok()) << Text(gateway.status());
  return gateway.ok() ? *std::move(gateway) : nullptr;
}

std::string Token(int64_t user_id, std::string_view key) {
  const int64_t now_s = SystemClock().UnixNs() / kNsPerSecond;
  return UserToken(std::string(key), "mock")
      .Encode({.user_id = user_id, .biz_id = 9999, .issued_at_unix_s = now_s, .expires_unix_s = now_s + 3600});
}

GatewayLink::GatewayLink(const MockGateway& gateway, int64_t user_id, const GatewayOptions& options,
                         std::string_view extra_headers)
    : raw_(gateway.port()),
      codec_(NewMessageCodec(options.serializer)),
      cipher_(*NewBodyCipher(options.cipher, options.cipher_key)),
      status_(raw_.Upgrade("/ws?token=" + Token(user_id, options.jwt_key), extra_headers)) {}

std::string GatewayLink::Encode(Command cmd, std::string_view key, std::string_view text) {
  std::string body, wire;
  const bool sealed = cmd != Command::kUpstreamMessage || cipher_->Seal(codec_->EncodeText(text), body);
  EXPECT_TRUE(sealed);
  codec_->Encode({cmd, key, body}, wire);
  return wire;
}

std::optional<Received> GatewayLink::Read() {
  last_frame_ = raw_.ReadFrame();
  if (!last_frame_ || last_frame_->opcode != 0x2) return std::nullopt;
  const std::string padded = last_frame_->payload + std::string(MessageCodec::kPadding, '\0');
  MessageView view;
  if (!codec_->Decode(std::string_view(padded).substr(0, last_frame_->payload.size()), view)) return std::nullopt;
  Received received{view.cmd, std::string(view.key), std::string(view.body)};
  if (view.cmd == Command::kUpstreamAck || view.cmd == Command::kDownstreamMessage) {
    EXPECT_TRUE(cipher_->Open(view.body, received.body));
  }
  return received;
}

}  // namespace wsload::gateway
