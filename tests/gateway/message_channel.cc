#include "tests/gateway/message_channel.h"

#include <fmt/format.h>

#include <iterator>

namespace wsload::gateway {
namespace {

void AppendVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

/// The body of an acknowledgement, written here because Protobuf's JSON costs more than the rest of the message.
void WriteResponse(Serializer serializer, int64_t msg_id, int64_t biz_id, std::string& out) {
  out.clear();
  if (serializer == Serializer::kJson) {
    // As protojson prints it: int64 as strings, defaults left out, a space behind the comma.
    out.push_back('{');
    if (msg_id != 0) fmt::format_to(std::back_inserter(out), R"("msgId":"{}")", msg_id);
    if (msg_id != 0 && biz_id != 0) out.append(", ");
    if (biz_id != 0) fmt::format_to(std::back_inserter(out), R"("bizId":"{}")", biz_id);
    out.push_back('}');
    return;
  }
  constexpr char kMsgIdTag = 1 << 3, kBizIdTag = 2 << 3;
  if (msg_id != 0) {
    out.push_back(kMsgIdTag);
    AppendVarint(out, static_cast<uint64_t>(msg_id));
  }
  if (biz_id != 0) {
    out.push_back(kBizIdTag);
    AppendVarint(out, static_cast<uint64_t>(biz_id));
  }
}

}  // namespace

absl::StatusOr<MessageChannel> MessageChannel::New(const GatewayOptions& options) {
  MessageChannel channel;
  channel.serializer_ = options.serializer;
  channel.decoder_ = NewMessageCodec(options.serializer);
  channel.encoder_ = NewMessageCodec(options.serializer);
  auto cipher = NewBodyCipher(options.cipher, options.cipher_key);
  if (!cipher.ok()) return cipher.status();
  channel.cipher_ = *std::move(cipher);
  return channel;
}

bool MessageChannel::Open(std::string_view body, std::string_view& plaintext) {
  if (!cipher_->Open(body, opened_)) return false;
  plaintext = opened_;
  return true;
}

bool MessageChannel::LooksLikeText(std::string_view plaintext) const {
  if (serializer_ == Serializer::kJson) {
    return plaintext.size() >= 2 && plaintext.front() == '"' && plaintext.back() == '"';
  }
  if (plaintext.empty()) return true;
  constexpr char kValueTag = 1 << 3 | 2;
  if (plaintext.front() != kValueTag) return false;
  uint64_t length = 0;
  for (size_t i = 1; i < plaintext.size() && i <= 10; ++i) {
    const auto byte = static_cast<unsigned char>(plaintext[i]);
    length |= static_cast<uint64_t>(byte & 0x7F) << (7 * (i - 1) < 63 ? 7 * (i - 1) : 63);
    if ((byte & 0x80) == 0) return length == plaintext.size() - i - 1;
  }
  return false;
}

void MessageChannel::Send(Connection& connection, const MessageView& message) {
  encoder_->Encode(message, encoded_);
  connection.Send(Opcode::kBinary, encoded_);
}

bool MessageChannel::Seal(Command cmd, std::string_view key, std::string_view plaintext, std::string& wire) {
  if (!cipher_->Seal(plaintext, sealed_)) return false;
  encoder_->Encode({cmd, key, sealed_}, wire);
  return true;
}

void MessageChannel::SendSealed(Connection& connection, Command cmd, std::string_view key, std::string_view plaintext) {
  if (!cipher_->Seal(plaintext, sealed_)) {
    connection.Close(CloseCode::kPolicyViolation, "OpenSSL failed to encrypt the body");
    return;
  }
  Send(connection, {cmd, key, sealed_});
}

void MessageChannel::SendAck(Connection& connection, std::string_view key, int64_t msg_id, int64_t biz_id) {
  WriteResponse(serializer_, msg_id, biz_id, plaintext_);
  SendSealed(connection, Command::kUpstreamAck, key, plaintext_);
}

}  // namespace wsload::gateway
