// What the reference implementation printed: read by us, and printed by us.
#include <gtest/gtest.h>

#include "agent/client/body_cipher.h"
#include "agent/client/message_codec.h"
#include "agent/client/user_token.h"
#include "tests/unit/client/wire_vectors.h"

namespace wsload {
namespace {

constexpr char kAesKey[] = "1234567890abcdef1234567890abcdef";

MessageView Expected(const nlohmann::json& vector, const std::string& body) {
  return {.cmd = static_cast<Command>(vector["cmd"].get<int32_t>()),
          .key = vector["key"].get_ref<const std::string&>(),
          .body = body};
}

void ExpectEqual(const MessageView& actual, const MessageView& expected) {
  EXPECT_EQ(actual.cmd, expected.cmd);
  EXPECT_EQ(actual.key, expected.key);
  EXPECT_EQ(actual.body, expected.body);
}

/// The reference puts spaces between fields, and they vary from build to build; we print none.
std::string WithoutSpaces(std::string json) {
  for (size_t at = 0; (at = json.find(", \"", at)) != std::string::npos;) json.erase(at + 1, 1);
  return json;
}

TEST(VectorsTest, JsonMessages) {
  const auto codec = NewMessageCodec(Serializer::kJson);
  for (const auto& vector : WireVectors()["messages"]) {
    SCOPED_TRACE(vector["json"]);
    const std::string body = FromBase64(vector["body_base64"]);
    const PaddedWire wire(vector["json"].get<std::string>());
    MessageView message;
    ASSERT_TRUE(codec->Decode(wire.view(), message));
    ExpectEqual(message, Expected(vector, body));

    std::string ours;
    codec->Encode(Expected(vector, body), ours);
    EXPECT_EQ(ours, WithoutSpaces(vector["json"]));
  }
}

TEST(VectorsTest, ProtoMessages) {
  const auto codec = NewMessageCodec(Serializer::kProto);
  for (const auto& vector : WireVectors()["messages"]) {
    SCOPED_TRACE(vector["json"]);
    const std::string body = FromBase64(vector["body_base64"]);
    const std::string bytes = FromHex(vector["proto_hex"].get<std::string>());
    const PaddedWire wire(bytes);
    MessageView message;
    ASSERT_TRUE(codec->Decode(wire.view(), message));
    ExpectEqual(message, Expected(vector, body));

    std::string ours;
    codec->Encode(Expected(vector, body), ours);
    EXPECT_EQ(ours, bytes);
  }
}

TEST(VectorsTest, Bodies) {
  for (const auto& vector : WireVectors()["bodies"]) {
    const CipherKind kind = vector["algorithm"] == "aes" ? CipherKind::kAesGcm : CipherKind::kChaCha20Poly1305;
    const auto cipher = NewBodyCipher(kind, vector["key"].get<std::string>());
    ASSERT_TRUE(cipher.ok()) << cipher.status();
    std::string plaintext;
    ASSERT_TRUE((*cipher)->Open(FromBase64(vector["body_base64"]), plaintext));
    EXPECT_EQ(plaintext, FromBase64(vector["plaintext_base64"]));
  }
}

TEST(VectorsTest, EncryptedMessageBodiesHoldThePlaintexts) {
  const auto cipher = NewBodyCipher(CipherKind::kAesGcm, kAesKey);
  ASSERT_TRUE(cipher.ok());
  const auto& plaintexts = WireVectors()["plaintexts"];
  std::string plaintext;
  for (const auto& vector : WireVectors()["messages"]) {
    const auto cmd = static_cast<Command>(vector["cmd"].get<int32_t>());
    if (cmd != Command::kUpstreamMessage && cmd != Command::kUpstreamAck) continue;
    ASSERT_TRUE((*cipher)->Open(FromBase64(vector["body_base64"]), plaintext));
    EXPECT_EQ(plaintext, cmd == Command::kUpstreamMessage ? plaintexts["string_value_json"]
                                                          : plaintexts["on_receive_response_json"]);
  }
}

TEST(VectorsTest, JsonPlaintexts) {
  const auto codec = NewMessageCodec(Serializer::kJson);
  const auto& plaintexts = WireVectors()["plaintexts"];
  const auto text = codec->DecodeText(plaintexts["string_value_json"].get<std::string>());
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, "abc \"quoted\" <tag> & \u2028 \n tab\t 你好");
  EXPECT_EQ(codec->DecodeText(codec->EncodeText(*text)).value(), *text);

  const auto response = codec->DecodeResponse(plaintexts["on_receive_response_json"].get<std::string>());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->msg_id, 1234567890123);
  EXPECT_EQ(response->biz_id, 9999);
  EXPECT_EQ(codec->EncodeResponse(*response), WithoutSpaces(plaintexts["on_receive_response_json"]));
  EXPECT_EQ(codec->EncodeText("x"), "\"x\"");
}

TEST(VectorsTest, Nodes) {
  const auto& plaintexts = WireVectors()["plaintexts"];
  for (const Serializer serializer : {Serializer::kJson, Serializer::kProto}) {
    const auto codec = NewMessageCodec(serializer);
    const std::string body = serializer == Serializer::kJson
                                 ? plaintexts["node_list_json"].get<std::string>()
                                 : FromHex(plaintexts["node_list_proto_hex"].get<std::string>());
    const auto nodes = codec->DecodeNodes(body);
    ASSERT_TRUE(nodes.ok()) << nodes.status();
    ASSERT_EQ(nodes->size(), 2u);
    const RedirectNode& first = nodes->front();
    EXPECT_EQ(first.id, "gw-2");
    EXPECT_EQ(first.ip, "127.0.0.1");
    EXPECT_EQ(first.port, 9002);
    EXPECT_EQ(first.weight, 1);
    EXPECT_EQ(first.location, "beijing");
    EXPECT_EQ(first.labels, (std::vector<std::string>{"core", "x"}));
    EXPECT_EQ(first.capacity, 10000);
    EXPECT_EQ(first.load, 7);
    EXPECT_EQ(nodes->back().id, "gw-3");
    EXPECT_EQ(nodes->back().ip, "10.0.0.9");
    EXPECT_EQ(nodes->back().port, 9102);

    const auto again = codec->DecodeNodes(codec->EncodeNodes(*nodes));
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(codec->EncodeNodes(*again), codec->EncodeNodes(*nodes));
    if (serializer == Serializer::kProto) {
      EXPECT_EQ(codec->EncodeNodes(*nodes), body);
    }
  }
}

TEST(VectorsTest, UserTokens) {
  for (const auto& vector : WireVectors()["user_tokens"]) {
    const UserClaims claims{.user_id = vector["user_id"],
                            .biz_id = vector["biz_id"],
                            .issuer = vector["iss"],
                            .issued_at_unix_s = vector["iat"],
                            .expires_unix_s = vector["exp"]};
    const UserToken token(vector["key"].get<std::string>(), claims.issuer);
    EXPECT_EQ(token.Encode(claims), vector["token"]);
    const auto decoded = token.Decode(vector["token"].get<std::string>(), claims.expires_unix_s - 1);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(*decoded, claims);
  }
}

}  // namespace
}  // namespace wsload
