#include "agent/load/sized_text.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace wsload {
namespace {

std::string Letters(int64_t bytes) {
  std::string text;
  for (int64_t i = 0; i < bytes; ++i) text += static_cast<char>('a' + i % 26);
  return text;
}

/// Numbers of messages with `bytes` bytes of text are drawn until one is found.
int64_t NumberWith(const MessageSizes& sizes, int64_t bytes) {
  int64_t number = 0;
  while (sizes.Draw(5, number) != bytes) ++number;
  return number;
}

TEST(SizedText, IsWhatTheCodecMakesOfTheText) {
  // Where the length of a length changes, and around it; smaller after larger and the other way.
  const MessageSizes sizes =
      *MessageSizes::Parse("mix:10%0,10%1,10%127,10%128,10%129,10%16383,10%16384,10%26,10%1m,10%27");
  const int64_t kBytes[] = {0, 1, 1 << 20, 127, 128, 129, 0, 16'384, 16'383, 26, 27, 26, 1, 1 << 20, 16'384};
  for (const Serializer serializer : {Serializer::kJson, Serializer::kProto}) {
    const auto codec = NewMessageCodec(serializer);
    SizedText text(sizes, 5, codec.get());
    for (const int64_t bytes : kBytes) {
      EXPECT_EQ(text.Of(NumberWith(sizes, bytes)), codec->EncodeText(Letters(bytes))) << bytes;
    }
  }
  SizedText echo(sizes, 5, nullptr);
  for (const int64_t bytes : kBytes) EXPECT_EQ(echo.Of(NumberWith(sizes, bytes)), Letters(bytes)) << bytes;
}

TEST(SizedText, OfOneSizeIsTheSameForAll) {
  const auto codec = NewMessageCodec(Serializer::kJson);
  SizedText text(MessageSizes::Constant(30), 0, codec.get());
  for (const int64_t number : {0, 1, 1'000'000}) {
    EXPECT_EQ(text.Of(number), "\"abcdefghijklmnopqrstuvwxyzabcd\"");
  }
}

}  // namespace
}  // namespace wsload
