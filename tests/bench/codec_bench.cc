// The message path's pure computations: codecs, ciphers, tokens; beside the JSON
// codec, Protobuf's own.
#include <benchmark/benchmark.h>
#include <google/protobuf/util/json_util.h>

#include <string>

#include "agent/client/body_cipher.h"
#include "agent/client/message_codec.h"
#include "agent/client/user_token.h"
#include "gatewayapi/v1/gateway.pb.h"

namespace wsload {
namespace {

constexpr char kKey[] = "0123456789abcdef0123456789abcdef";

/// The body of an upstream message: nonce and tag around `bytes`, of which two are quotes.
std::string SampleBody(int64_t bytes = 102) {
  std::string body(BodyCipher::kNonceBytes + static_cast<size_t>(bytes) + BodyCipher::kTagBytes, '\0');
  for (size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 151 + 7);
  return body;
}

MessageView SampleMessage(const std::string& body) {
  return {.cmd = Command::kUpstreamMessage, .key = kKey, .body = body};
}

void BM_Encode(benchmark::State& state, Serializer serializer) {
  const auto codec = NewMessageCodec(serializer);
  const std::string body = SampleBody(state.range(0));
  std::string wire;
  for (auto _ : state) {
    codec->Encode(SampleMessage(body), wire);
    benchmark::DoNotOptimize(wire.data());
  }
}
BENCHMARK_CAPTURE(BM_Encode, json, Serializer::kJson)->Arg(102)->Arg(4096)->Arg(65536);
BENCHMARK_CAPTURE(BM_Encode, proto, Serializer::kProto)->Arg(102)->Arg(4096)->Arg(65536);

void BM_Decode(benchmark::State& state, Serializer serializer) {
  const auto codec = NewMessageCodec(serializer);
  const std::string body = SampleBody();
  std::string wire;
  codec->Encode(SampleMessage(body), wire);
  const size_t size = wire.size();
  wire.resize(size + MessageCodec::kPadding);
  MessageView message;
  for (auto _ : state) {
    if (!codec->Decode({wire.data(), size}, message)) state.SkipWithError("refused");
    benchmark::DoNotOptimize(message);
  }
}
BENCHMARK_CAPTURE(BM_Decode, json, Serializer::kJson);
BENCHMARK_CAPTURE(BM_Decode, proto, Serializer::kProto);

gatewayapi::v1::Message SampleProto() {
  gatewayapi::v1::Message message;
  message.set_cmd(gatewayapi::v1::Message::COMMAND_TYPE_UPSTREAM_MESSAGE);
  message.set_key(kKey);
  message.set_body(SampleBody());
  return message;
}

void BM_EncodeByProtobuf(benchmark::State& state, Serializer serializer) {
  const gatewayapi::v1::Message message = SampleProto();
  std::string wire;
  for (auto _ : state) {
    wire.clear();
    const bool good = serializer == Serializer::kJson ? google::protobuf::util::MessageToJsonString(message, &wire).ok()
                                                      : message.SerializeToString(&wire);
    if (!good) state.SkipWithError("not encoded");
    benchmark::DoNotOptimize(wire.data());
  }
}
BENCHMARK_CAPTURE(BM_EncodeByProtobuf, json, Serializer::kJson);
BENCHMARK_CAPTURE(BM_EncodeByProtobuf, proto, Serializer::kProto);

void BM_DecodeByProtobuf(benchmark::State& state, Serializer serializer) {
  std::string wire;
  NewMessageCodec(serializer)->Encode(SampleMessage(SampleBody()), wire);
  gatewayapi::v1::Message message;
  for (auto _ : state) {
    message.Clear();
    const bool good = serializer == Serializer::kJson ? google::protobuf::util::JsonStringToMessage(wire, &message).ok()
                                                      : message.ParseFromString(wire);
    if (!good) state.SkipWithError("refused");
    benchmark::DoNotOptimize(message);
  }
}
BENCHMARK_CAPTURE(BM_DecodeByProtobuf, json, Serializer::kJson);
BENCHMARK_CAPTURE(BM_DecodeByProtobuf, proto, Serializer::kProto);

void BM_Seal(benchmark::State& state, CipherKind kind) {
  const auto cipher = NewBodyCipher(kind, kKey).value();
  const std::string plaintext(static_cast<size_t>(state.range(0)), 'x');
  std::string sealed;
  for (auto _ : state) {
    if (!cipher->Seal(plaintext, sealed)) state.SkipWithError("not sealed");
    benchmark::DoNotOptimize(sealed.data());
  }
}
BENCHMARK_CAPTURE(BM_Seal, aes, CipherKind::kAesGcm)->Arg(102)->Arg(4096);
BENCHMARK_CAPTURE(BM_Seal, chacha20, CipherKind::kChaCha20Poly1305)->Arg(102)->Arg(4096);

void BM_Open(benchmark::State& state, CipherKind kind) {
  const auto cipher = NewBodyCipher(kind, kKey).value();
  std::string sealed;
  std::string plaintext(static_cast<size_t>(state.range(0)), 'x');
  if (!cipher->Seal(plaintext, sealed)) state.SkipWithError("not sealed");
  for (auto _ : state) {
    if (!cipher->Open(sealed, plaintext)) state.SkipWithError("not opened");
    benchmark::DoNotOptimize(plaintext.data());
  }
}
BENCHMARK_CAPTURE(BM_Open, aes, CipherKind::kAesGcm)->Arg(102)->Arg(4096);
BENCHMARK_CAPTURE(BM_Open, chacha20, CipherKind::kChaCha20Poly1305)->Arg(102)->Arg(4096);

void BM_EncodeToken(benchmark::State& state) {
  const UserToken token(kKey, "mock");
  UserClaims claims{.biz_id = 9999, .issued_at_unix_s = 1700000000, .expires_unix_s = 1700086400};
  for (auto _ : state) {
    ++claims.user_id;
    benchmark::DoNotOptimize(token.Encode(claims));
  }
}
BENCHMARK(BM_EncodeToken);

void BM_DecodeToken(benchmark::State& state) {
  const UserToken token(kKey, "mock");
  const std::string encoded =
      token.Encode({.user_id = 10000, .biz_id = 9999, .issued_at_unix_s = 1700000000, .expires_unix_s = 1700086400});
  for (auto _ : state) {
    if (!token.Decode(encoded, 1700000000).ok()) state.SkipWithError("refused");
  }
}
BENCHMARK(BM_DecodeToken);

}  // namespace
}  // namespace wsload
