// Application messages to and from a thread's connections: the codec and the cipher with their buffers.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "agent/client/body_cipher.h"
#include "agent/client/message_codec.h"
#include "tests/gateway/connection.h"
#include "tests/gateway/gateway_options.h"

namespace wsload::gateway {

class MessageChannel {
 public:
  static absl::StatusOr<MessageChannel> New(const GatewayOptions& options);

  /// False: not a Message.
  bool Decode(std::string_view wire, MessageView& message) { return decoder_->Decode(wire, message); }

  /// The plaintext of an encrypted body, until the next call; false: wrong key or damaged.
  bool Open(std::string_view body, std::string_view& plaintext);

  /// Whether an upstream plaintext has the shape of a StringValue.
  bool LooksLikeText(std::string_view plaintext) const;

  /// Appends the message to the connection's output. `body` as it is.
  void Send(Connection& connection, const MessageView& message);
  /// The message's bytes for many connections; false: OpenSSL failed to encrypt the body.
  bool Seal(Command cmd, std::string_view key, std::string_view plaintext, std::string& wire);
  void SendSealed(Connection& connection, Command cmd, std::string_view key, std::string_view plaintext);
  void SendAck(Connection& connection, std::string_view key, int64_t msg_id, int64_t biz_id);

  /// For bodies off the hot path.
  const MessageCodec& codec() const { return *encoder_; }

 private:
  MessageChannel() = default;

  Serializer serializer_ = Serializer::kJson;
  // Two of them: an acknowledgement is encoded while its message's key is still a view into the decoder.
  std::unique_ptr<MessageCodec> decoder_;
  std::unique_ptr<MessageCodec> encoder_;
  std::unique_ptr<BodyCipher> cipher_;
  std::string opened_;
  std::string plaintext_;
  std::string sealed_;
  std::string encoded_;
};

}  // namespace wsload::gateway
