#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/gateway/message_deflate.h"

namespace wsload::gateway {
namespace {

using Result = MessageInflater::Result;

std::string Compressed(std::string_view message) {
  std::string out;
  MessageDeflater().Compress(message, out);
  return out;
}

TEST(MessageDeflate, GivesBackWhatItTook) {
  std::mt19937 random(1);
  MessageDeflater deflater;
  MessageInflater inflater;
  for (const size_t size : {0u, 1u, 5u, 100u, 1023u, 1024u, 1025u, 70'000u, 1'000'000u}) {
    for (const bool compressible : {true, false}) {
      std::string message(size, 'x');
      if (!compressible) {
        for (char& byte : message) byte = static_cast<char>(random());
      }
      std::string compressed, out;
      deflater.Compress(message, compressed);
      ASSERT_FALSE(compressed.empty());
      ASSERT_EQ(inflater.Decompress(compressed, size, out), Result::kOk) << size;
      ASSERT_EQ(out, message);
    }
  }
}

TEST(MessageDeflate, ReadsTheSamplesOfRfc7692) {
  MessageInflater inflater;
  std::string out;
  // Section 7.2.3.1 and 7.2.3.2: the second one refers to the first one's window.
  ASSERT_EQ(inflater.Decompress("\xf2\x48\xcd\xc9\xc9\x07" + std::string(1, '\0'), 100, out), Result::kOk);
  EXPECT_EQ(out, "Hello");
  ASSERT_EQ(inflater.Decompress(std::string("\xf2\x00\x11\x00\x00", 5), 100, out), Result::kOk);
  EXPECT_EQ(out, "Hello");
  // Section 7.2.3.3, a stored block; 7.2.3.4, a final block; 7.2.3.5, two blocks.
  ASSERT_EQ(inflater.Decompress(std::string("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11), 100, out),
            Result::kOk);
  EXPECT_EQ(out, "Hello");
  ASSERT_EQ(inflater.Decompress(std::string("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8), 100, out), Result::kOk);
  EXPECT_EQ(out, "Hello");
  ASSERT_EQ(inflater.Decompress(std::string("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13), 100, out),
            Result::kOk);
  EXPECT_EQ(out, "Hello");
}

TEST(MessageDeflate, WritesEveryMessageByItself) {
  MessageDeflater deflater;
  std::string first, second;
  deflater.Compress("the same text", first);
  deflater.Compress("the same text", second);
  EXPECT_EQ(first, second);
}

TEST(MessageInflater, IsBounded) {
  const std::string bomb = Compressed(std::string(1'000'000, 'x'));
  std::string out;
  EXPECT_EQ(MessageInflater().Decompress(bomb, 999'999, out), Result::kTooBig);
  EXPECT_EQ(MessageInflater().Decompress(bomb, 1'000'000, out), Result::kOk);
}

TEST(MessageInflater, SurvivesDamage) {
  std::string out;
  EXPECT_EQ(MessageInflater().Decompress("\xff\xff\xff\xff", 100, out), Result::kBad);
  const std::string good = Compressed("a message that is somewhat longer, longer, longer");
  for (size_t at = 0; at < good.size(); ++at) {
    for (int value = 0; value < 256; value += 5) {
      std::string bad = good;
      bad[at] = static_cast<char>(value);
      MessageInflater().Decompress(bad, 1000, out);
      ASSERT_LE(out.size(), 1025u);
    }
  }
}

}  // namespace
}  // namespace wsload::gateway
