// What the Protobuf reader takes and refuses, one reason a line.
#include <gtest/gtest.h>

#include "agent/client/message_codec.h"
#include "tests/unit/client/wire_vectors.h"

namespace wsload {
namespace {

class ProtoCodecTest : public testing::Test {
 protected:
  bool Decode(std::string_view bytes) {
    wire_ = std::make_unique<PaddedWire>(bytes);
    return codec_->Decode(wire_->view(), message_);
  }
  bool DecodeHex(std::string_view hex) { return Decode(FromHex(hex)); }

  const std::unique_ptr<MessageCodec> codec_ = NewMessageCodec(Serializer::kProto);
  std::unique_ptr<PaddedWire> wire_;
  MessageView message_;
};

std::string Repeated(std::string_view text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST_F(ProtoCodecTest, TheLastValueCounts) {
  ASSERT_TRUE(
      DecodeHex("0801"
                "120161"
                "1a0142"
                "0802"
                "120162"
                "1a00"));
  EXPECT_EQ(message_.cmd, Command::kUpstreamMessage);
  EXPECT_EQ(message_.key, "b");
  EXPECT_EQ(message_.body, "");
}

TEST_F(ProtoCodecTest, EnumsAreTheLow32BitsOfAVarint) {
  ASSERT_TRUE(DecodeHex("08ffffffffffffffffff01"));
  EXPECT_EQ(static_cast<int32_t>(message_.cmd), -1);
  ASSERT_TRUE(DecodeHex("0883808080f0ffffffff7f"));
  EXPECT_EQ(message_.cmd, Command::kUpstreamAck);
  EXPECT_FALSE(DecodeHex("08ffffffffffffffffffff01"));  // eleven bytes
}

TEST_F(ProtoCodecTest, SkipsUnknownFieldsOfEveryWireType) {
  for (const char* unknown : {"2001", "210000000000000000", "2203616263", "250000000a", "2324", "232b2c24",
                              "23"
                              "2001"
                              "2203616263"
                              "0801"
                              "24",
                              "0a00", "0d00000000", "1001", "1801",  // a known number, another wire type
                              "f8ffffff0f01"}) {                     // the largest field number
    ASSERT_TRUE(DecodeHex(std::string(unknown) + "120161")) << unknown;
    EXPECT_EQ(message_.key, "a") << unknown;
    EXPECT_EQ(message_.cmd, Command::kInvalid) << unknown;
  }
}

TEST_F(ProtoCodecTest, RefusesDamage) {
  for (const char* hex : {
           "00",
           "0001",
           "0200",
           "07",  // field number 0
           "08",
           "0880",
           "12",
           "1201",
           "120261",  // cut off
           "21000000",
           "2500",
           "2203",  //
           "26",
           "27",  // no such wire type
           "0c",
           "24",
           "04",  // the end of no group
           "23",
           "232c",
           "2324"
           "24",  // groups that do not match
           "23"
           "00"
           "24",
           "23"
           "2c",
           "23"
           "2b"
           "24",
           "808080808001",  // a tag of six bytes
           "12ffffffffffffffffff01",
           "12ffffffff0f",
           "12ffffffff07",
           "12818080808000"
           "61",  // lengths
           "1201ff",
           "1203eda080",
           "1202c080",  // keys that are not UTF-8
           "1201ff"
           "120161",  // not even when the last one is
       }) {
    EXPECT_FALSE(DecodeHex(hex)) << hex;
  }
}

TEST_F(ProtoCodecTest, GroupsNestUpToALimit) {
  EXPECT_TRUE(DecodeHex(Repeated("23", 100) + Repeated("24", 100)));
  EXPECT_FALSE(DecodeHex(Repeated("23", 101) + Repeated("24", 101)));
  EXPECT_FALSE(DecodeHex(Repeated("23", 1000000)));
}

TEST_F(ProtoCodecTest, ABodyMayBeAnyBytes) {
  ASSERT_TRUE(DecodeHex("1a02ff00"));
  EXPECT_EQ(message_.body, std::string_view("\xff\0", 2));
}

TEST_F(ProtoCodecTest, ViewsPointIntoTheWire) {
  ASSERT_TRUE(
      DecodeHex("120161"
                "1a0162"));
  EXPECT_EQ(message_.key.data(), wire_->view().data() + 2);
  EXPECT_EQ(message_.body.data(), wire_->view().data() + 5);
}

TEST_F(ProtoCodecTest, PlaintextsAreProtobuf) {
  EXPECT_EQ(codec_->EncodeText("x"), "\x0a\x01x");
  EXPECT_EQ(codec_->DecodeText("\x0a\x01x").value(), "x");
  const std::string response = codec_->EncodeResponse({.msg_id = 1, .biz_id = 2});
  EXPECT_EQ(response, "\x08\x01\x10\x02");
  EXPECT_EQ(codec_->DecodeResponse(response)->biz_id, 2);
  EXPECT_EQ(codec_->DecodeText("\x0a").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(codec_->DecodeNodes("\x0a").status().message(), "body is not a gatewayapi.v1.NodeList in Protobuf");
}

}  // namespace
}  // namespace wsload
