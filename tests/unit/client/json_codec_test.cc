// What the JSON reader takes and refuses, one reason a line.
#include <gtest/gtest.h>

#include "agent/client/message_codec.h"
#include "tests/unit/client/wire_vectors.h"

namespace wsload {
namespace {

class JsonCodecTest : public testing::Test {
 protected:
  bool Decode(std::string_view json) {
    wire_ = std::make_unique<PaddedWire>(json);
    return codec_->Decode(wire_->view(), message_);
  }

  const std::unique_ptr<MessageCodec> codec_ = NewMessageCodec(Serializer::kJson);
  std::unique_ptr<PaddedWire> wire_;
  MessageView message_;
};

TEST_F(JsonCodecTest, ReadsCommandsByNameAndNumber) {
  const std::pair<const char*, int32_t> kCases[] = {
      {R"("COMMAND_TYPE_INVALID_UNSPECIFIED")", 0},
      {R"("COMMAND_TYPE_RATE_LIMIT_EXCEEDED")", 7},
      {R"("COMMAND_TYPE_UPSTREAM\u005FACK")", 3},
      {"3", 3},
      {"3.0", 3},
      {"30e-1", 3},
      {"99", 99},
      {"-1", -1},
      {"-0", 0},
      {"2147483647", 2147483647},
      {"-2147483648.0", -2147483647 - 1},
      {"null", 0},
  };
  for (const auto& [value, number] : kCases) {
    ASSERT_TRUE(Decode(std::string(R"({"cmd":)") + value + "}")) << value;
    EXPECT_EQ(static_cast<int32_t>(message_.cmd), number) << value;
  }
}

TEST_F(JsonCodecTest, RefusesWhatIsNoCommand) {
  for (const char* value : {R"("COMMAND_TYPE_NOPE")", R"("command_type_heartbeat")", R"("")", R"("3")", "3.5", "true",
                            "[1]", "{}", "2147483648", "-2147483649", "2147483648.0", "1e300", "18446744073709551615",
                            R"("COMMAND_TYPE_HEARTBEAT\u0000")"}) {
    EXPECT_FALSE(Decode(std::string(R"({"cmd":)") + value + "}")) << value;
  }
}

TEST_F(JsonCodecTest, ReadsEitherBase64WithOrWithoutPadding) {
  const std::pair<const char*, std::string> kCases[] = {
      {"", ""},
      {"QQ==", "A"},
      {"QQ", "A"},
      {"QUI=", "AB"},
      {"QUI", "AB"},
      {"QUJD", "ABC"},
      {"+/+/", "\xfb\xff\xbf"},
      {"-_-_", "\xfb\xff\xbf"},
      {R"(\u0051\u0051=\u003d)", "A"},
      {R"(+\/+\/)", "\xfb\xff\xbf"},
  };
  for (const auto& [text, body] : kCases) {
    ASSERT_TRUE(Decode(std::string(R"({"body":")") + text + R"("})")) << text;
    EXPECT_EQ(message_.body, body) << text;
  }
}

TEST_F(JsonCodecTest, RefusesWhatIsNoBase64) {
  for (const char* text : {"Q", "QQ=", "QQ===", "QR==", "QUJ", "QUJD=", "QUJD====", "QQ==QQ==", "=", "====", "=QQ",
                           "+_+_", "Q Q=", R"(QQ==\n)", "QQ..", "QUJ\xc3\xa4"}) {
    EXPECT_FALSE(Decode(std::string(R"({"body":")") + text + R"("})")) << text;
  }
  EXPECT_FALSE(Decode(R"({"body":1})"));
  EXPECT_FALSE(Decode(R"({"body":["QQ=="]})"));
}

TEST_F(JsonCodecTest, OfEqualNamesTheLastValueCountsAndNullIsNone) {
  ASSERT_TRUE(Decode(R"({"key":"a","cmd":1,"body":"QQ==","key":"b","cmd":2,"body":"QUI="})"));
  EXPECT_EQ(message_.cmd, Command::kUpstreamMessage);
  EXPECT_EQ(message_.key, "b");
  EXPECT_EQ(message_.body, "AB");
  ASSERT_TRUE(Decode(R"({"key":"a","cmd":1,"body":"QQ==","key":null,"cmd":null,"body":null})"));
  EXPECT_EQ(message_.cmd, Command::kHeartbeat);
  EXPECT_EQ(message_.key, "a");
  EXPECT_EQ(message_.body, "A");
}

TEST_F(JsonCodecTest, IgnoresUnknownFieldsButReadsThemThrough) {
  ASSERT_TRUE(
      Decode("\t{ \"x\" : [ 1 , { \"key\" : [ null , true ] , \"\\u00e4\":-1.5e3 } ] ,\r\n\"key\" : \"a\" } \n"));
  EXPECT_EQ(message_.key, "a");
  for (const char* json : {R"({"x":tru})", R"({"x":01})", R"({"x":[1,]})", R"({"x":"\x"})", R"({"x":"\ud800"})",
                           R"({"x":{"a"}})", R"({"x":1e400})", "{\"x\":\"\xff\"}", "{\"\xff\":1}", "{\"x\":\"\n\"}"}) {
    EXPECT_FALSE(Decode(json)) << json;
  }
}

TEST_F(JsonCodecTest, RefusesWhatIsNoSingleJsonObject) {
  for (const char* json : {"",
                           " ",
                           "null",
                           "1",
                           "\"a\"",
                           "[]",
                           "{",
                           "}",
                           "{}{}",
                           "{} x",
                           "{},",
                           "{}\v",
                           "{'key':'a'}",
                           "{key:\"a\"}",
                           R"({"key":"a",})",
                           R"({"key":"a" "cmd":1})",
                           R"({"key":"a"/**/})",
                           R"({"key":"\u12"})",
                           R"({"key":1})",
                           "\xef\xbb\xbf{}"}) {
    EXPECT_FALSE(Decode(json)) << json;
  }
  EXPECT_FALSE(Decode(std::string_view("{}\0", 3)));
}

TEST_F(JsonCodecTest, NestingHasALimit) {
  const auto nested = [](size_t depth, const char* open, const char* close) {
    std::string json = "1";
    for (size_t i = 0; i < depth; ++i) json = open + json + close;
    return R"({"x":)" + json + "}";
  };
  EXPECT_TRUE(Decode(nested(100, R"({"x":)", "}")));
  EXPECT_TRUE(Decode(nested(100, "[", "]")));
  EXPECT_FALSE(Decode(nested(101, R"({"x":)", "}")));
  EXPECT_FALSE(Decode(nested(101, "[", "]")));
  EXPECT_FALSE(Decode(std::string(1000000, '[')));
  // The limit outlives the growth that a long document causes.
  ASSERT_TRUE(Decode(R"({"key":")" + std::string(100000, 'a') + R"("})"));
  EXPECT_FALSE(Decode(nested(101, "[", "]")));
}

TEST_F(JsonCodecTest, RefusalLeavesTheCodecUsable) {
  ASSERT_FALSE(Decode(R"({"key":"a","cmd":"COMMAND)"));
  ASSERT_TRUE(Decode(R"({"cmd":"COMMAND_TYPE_HEARTBEAT"})"));
  EXPECT_EQ(message_.cmd, Command::kHeartbeat);
  EXPECT_EQ(message_.key, "");
}

TEST_F(JsonCodecTest, WritesEscapesAndLeavesDefaultsOut) {
  std::string json = "something longer that was in the buffer before";
  codec_->Encode({}, json);
  EXPECT_EQ(json, "{}");
  codec_->Encode({.key = "\"\\/\b\f\n\r\t\x01\x1f\x7f <\xc3\xa4>"}, json);
  EXPECT_EQ(json, "{\"key\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f <\xc3\xa4>\"}");
  codec_->Encode({.body = "A"}, json);
  EXPECT_EQ(json, R"({"body":"QQ=="})");
  codec_->Encode({.cmd = static_cast<Command>(-2147483647 - 1), .body = "AB"}, json);
  EXPECT_EQ(json, R"({"cmd":-2147483648,"body":"QUI="})");
}

TEST_F(JsonCodecTest, PlaintextsThatAreNoneNameTheirType) {
  EXPECT_EQ(codec_->DecodeText("[").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(codec_->DecodeResponse(R"({"msgId":"x"})").status().message(),
            "body is not a gatewayapi.v1.OnReceiveResponse in JSON");
  EXPECT_FALSE(codec_->DecodeNodes("").ok());
}

}  // namespace
}  // namespace wsload
