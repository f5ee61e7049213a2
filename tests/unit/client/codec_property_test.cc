// The codecs against Protobuf's own serializers and parsers, on random messages
// and damaged ones; every failure names its seed.
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "agent/client/message_codec.h"
#include "tests/support/wire_oracle.h"
#include "tests/unit/client/wire_samples.h"
#include "tests/unit/client/wire_vectors.h"

namespace wsload {
namespace {

using gatewayapi::v1::Message;

constexpr uint64_t kSeeds = 3000;

MessageView ToView(const Message& message) {
  return {.cmd = static_cast<Command>(message.cmd()), .key = message.key(), .body = message.body()};
}

void ExpectDecodes(MessageCodec& codec, std::string_view bytes, const Message& expected) {
  const PaddedWire wire(bytes);
  MessageView message;
  ASSERT_TRUE(codec.Decode(wire.view(), message)) << testing::PrintToString(bytes);
  EXPECT_EQ(static_cast<int>(message.cmd), static_cast<int>(expected.cmd()));
  EXPECT_EQ(message.key, expected.key());
  EXPECT_EQ(message.body, expected.body());
}

TEST(CodecPropertyTest, ProtobufReadsOurJson) {
  const auto codec = NewMessageCodec(Serializer::kJson);
  std::string wire;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    const Message message = WireSamples(seed).RandomMessage();
    codec->Encode(ToView(message), wire);
    Message parsed;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(wire, &parsed).ok()) << wire;
    ASSERT_EQ(parsed.SerializeAsString(), message.SerializeAsString()) << wire;
    // Protobuf's parser takes more than JSON; ours must be JSON for the strict ones too.
    ASSERT_TRUE(nlohmann::json::accept(wire)) << wire;
    ExpectDecodes(*codec, wire, message);
  }
}

TEST(CodecPropertyTest, OurProtobufIsProtobufs) {
  const auto codec = NewMessageCodec(Serializer::kProto);
  std::string wire;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    const Message message = WireSamples(seed).RandomMessage();
    codec->Encode(ToView(message), wire);
    ASSERT_EQ(wire, message.SerializeAsString());
    ExpectDecodes(*codec, wire, message);
  }
}

TEST(CodecPropertyTest, WeReadEverySpellingOfJson) {
  const auto codec = NewMessageCodec(Serializer::kJson);
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    WireSamples samples(seed);
    const Message message = samples.RandomMessage();
    std::string printed;
    ASSERT_TRUE(google::protobuf::util::MessageToJsonString(message, &printed).ok());
    ExpectDecodes(*codec, printed, message);
    const std::string json = samples.RandomJson(message);
    ExpectDecodes(*codec, json, message);
    ASSERT_EQ(WireDisagreement(Serializer::kJson, *codec, json), "") << json;
    if (HasFailure()) return;
  }
}

TEST(CodecPropertyTest, WeReadEverySpellingOfProtobuf) {
  const auto codec = NewMessageCodec(Serializer::kProto);
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    WireSamples samples(seed);
    const Message message = samples.RandomMessage();
    const std::string wire = samples.RandomWire(message);
    ExpectDecodes(*codec, wire, message);
    ASSERT_EQ(WireDisagreement(Serializer::kProto, *codec, wire), "") << testing::PrintToString(wire);
    if (HasFailure()) return;
  }
}

TEST(CodecPropertyTest, WeRefuseWhatProtobufRefuses) {
  for (const Serializer serializer : {Serializer::kJson, Serializer::kProto}) {
    const auto codec = NewMessageCodec(serializer);
    uint64_t accepted = 0;
    for (uint64_t seed = 0; seed < kSeeds; ++seed) {
      WireSamples samples(seed);
      Message message = samples.RandomMessage();
      if (message.body().size() > 40) message.mutable_body()->resize(40);  // damage to the structure, not to base64
      const std::string wire =
          serializer == Serializer::kJson ? samples.RandomJson(message) : samples.RandomWire(message);
      for (int i = 0; i < 10; ++i) {
        const std::string damaged = samples.Mutate(wire);
        ASSERT_EQ(WireDisagreement(serializer, *codec, damaged), "")
            << "seed " << seed << ": " << testing::PrintToString(damaged);
        MessageView view;
        accepted += codec->Decode(PaddedWire(damaged).view(), view) ? 1 : 0;
      }
    }
    // Damage of both kinds was judged: what makes no difference to a reader, and what does.
    EXPECT_GT(accepted, kSeeds);
    EXPECT_LT(accepted, kSeeds * 9);
  }
}

TEST(CodecPropertyTest, EveryTruncationIsJudgedAsProtobufJudgesIt) {
  for (const Serializer serializer : {Serializer::kJson, Serializer::kProto}) {
    const auto codec = NewMessageCodec(serializer);
    for (uint64_t seed = 0; seed < 30; ++seed) {
      WireSamples samples(seed);
      const Message message = samples.RandomMessage();
      const std::string wire =
          serializer == Serializer::kJson ? samples.RandomJson(message) : samples.RandomWire(message);
      for (size_t size = 0; size <= wire.size(); ++size) {
        ASSERT_EQ(WireDisagreement(serializer, *codec, std::string_view(wire).substr(0, size)), "")
            << "seed " << seed << ", " << size << " of " << wire.size() << " bytes";
      }
    }
  }
}

}  // namespace
}  // namespace wsload
