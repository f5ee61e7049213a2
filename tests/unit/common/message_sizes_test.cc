#include "common/plan/message_sizes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "common/util/status.h"
#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

using testing::HasSubstr;

TEST(MessageSizes, ReadsWhatPeopleWrite) {
  struct Case {
    const char* text;
    const char* read;
    int64_t smallest, largest, mean;
  };
  for (const Case& wanted : {Case{"100", "100", 100, 100, 100}, Case{" 1024 ", "1k", 1024, 1024, 1024},
                             Case{"0", "0", 0, 0, 0}, Case{"1m", "1m", 1 << 20, 1 << 20, 1 << 20},
                             Case{"mix:90%100,9%1k,1%64k", "mix:90%100,9%1k,1%64k", 100, 65'536, 838},
                             Case{"mix: 99.5% 10 , 0.5000% 2000", "mix:99.5%10,0.5%2000", 10, 2000, 20},
                             Case{"mix:100%7", "mix:100%7", 7, 7, 7}, Case{"exp:2k", "exp:2k", 0, 32'768, 2048},
                             Case{"exp:64K", "exp:64k", 0, 1 << 20, 65'536}, Case{"exp:1", "exp:1", 0, 16, 1}}) {
    const auto sizes = MessageSizes::Parse(wanted.text);
    ASSERT_TRUE(sizes.ok()) << wanted.text << ": " << sizes.status();
    EXPECT_EQ(sizes->text(), wanted.read);
    EXPECT_EQ(sizes->smallest(), wanted.smallest) << wanted.text;
    EXPECT_EQ(sizes->largest(), wanted.largest) << wanted.text;
    EXPECT_EQ(sizes->mean(), wanted.mean) << wanted.text;
    EXPECT_EQ(*MessageSizes::Parse(sizes->text()), *sizes);
  }
  EXPECT_TRUE(MessageSizes::Parse(" ")->empty());
  EXPECT_EQ(MessageSizes::Constant(2048), *MessageSizes::Parse("2k"));
}

TEST(MessageSizes, RefusesTheRest) {
  const std::pair<const char*, const char*> kWrong[] = {
      {"x", "x: not a size; write bytes, for example 100, 64k or 2m"},
      {"-1", "-1: not a size"},
      {"2m", "2m: a message has at most 1048576 bytes of text"},
      {"norm:5", "norm:5: want a size, mix: or exp:; for example 100, mix:90%100,10%1k or exp:2k"},
      {"90%100,10%1k", "want a size, mix: or exp:"},
      {"mix:", ": want a share of the messages and their size; for example 90%100 or 0.5%64k"},
      {"mix:90%100,", "want a share of the messages and their size"},
      {"mix:100", "100: want a share"},
      {"mix:0%1,100%2", "0%1: want a share"},
      {"mix:100.00001%1", "100.00001%1: want a share"},
      {"mix:5.%1,95%2", "5.%1: want a share"},
      {"mix:.5%1,99.5%2", ".5%1: want a share"},
      {"mix:-1%1", "-1%1: want a share"},
      {"mix:101%1", "101%1: want a share"},
      {"mix:50%1,50%2x", "2x: not a size"},
      {"mix:50%1,50%2m", "2m: a message has at most"},
      {"mix:90%100,9%1k", "the shares make 99%, and must make 100%; for example mix:90%100,9%1k,1%64k"},
      {"mix:90%100,10.0001%1k", "the shares make 100.0001%"},
      {"exp:", ": not a size"},
      {"exp:0", "exp:0: a mean is from 1 to 65536 bytes; for example exp:2k"},
      {"exp:65k", "exp:65k: a mean is from 1 to 65536 bytes"},
  };
  for (const auto& [text, line] : kWrong) {
    const auto sizes = MessageSizes::Parse(text);
    ASSERT_FALSE(sizes.ok()) << text;
    EXPECT_THAT(TextInBoth(sizes.status()), HasSubstr(line)) << text;
  }
  std::string many = "mix:84%1";
  for (int i = 0; i < 16; ++i) many += ",1%1";
  EXPECT_THAT(TextInBoth(MessageSizes::Parse(many).status()), HasSubstr("at most 16 sizes in a mix"));
}

TEST(MessageSizes, DrawsEachSizeAsOftenAsWasSaid) {
  constexpr int64_t kMessages = 1'000'000;
  const MessageSizes sizes = *MessageSizes::Parse("mix:90%100,9%1k,1%64k");
  for (const uint64_t seed : {uint64_t{0}, uint64_t{1}, uint64_t{9'007'199'254'740'991}}) {
    std::map<int64_t, int64_t> counts;
    for (int64_t i = 0; i < kMessages; ++i) ++counts[sizes.Draw(seed, i)];
    ASSERT_EQ(counts.size(), 3u);
    // Five standard deviations.
    EXPECT_NEAR(static_cast<double>(counts[100]), 0.90 * kMessages, 5 * 300);
    EXPECT_NEAR(static_cast<double>(counts[1024]), 0.09 * kMessages, 5 * 287);
    EXPECT_NEAR(static_cast<double>(counts[65'536]), 0.01 * kMessages, 5 * 100);
  }
}

TEST(MessageSizes, DrawsAnExponentialDistribution) {
  constexpr int64_t kMessages = 1'000'000;
  const MessageSizes sizes = *MessageSizes::Parse("exp:2k");
  int64_t sum = 0, above_mean = 0, above_4_means = 0, largest = 0;
  for (int64_t i = 0; i < kMessages; ++i) {
    const int64_t bytes = sizes.Draw(7, i);
    sum += bytes;
    above_mean += bytes > 2048 ? 1 : 0;
    above_4_means += bytes > 4 * 2048 ? 1 : 0;
    largest = std::max(largest, bytes);
  }
  EXPECT_NEAR(static_cast<double>(sum) / kMessages, 2048, 5 * 2.048);
  EXPECT_NEAR(static_cast<double>(above_mean) / kMessages, 0.36788, 5 * 0.00048);
  EXPECT_NEAR(static_cast<double>(above_4_means) / kMessages, 0.018316, 5 * 0.000134);
  EXPECT_LE(largest, sizes.largest());
}

TEST(MessageSizes, ADrawKnowsSeedAndNumberAlone) {
  const MessageSizes sizes = *MessageSizes::Parse("exp:1k");
  int same = 0;
  for (int64_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(sizes.Draw(1, i), MessageSizes::Parse("exp:1k")->Draw(1, i));
    same += sizes.Draw(1, i) == sizes.Draw(2, i) ? 1 : 0;
  }
  EXPECT_LT(same, 10) << "another seed, other sizes";
}

TEST(MessageSizes, WhatIsDrawnFromARangeMayHaveALeast) {
  const MessageSizes sizes = MessageSizes::Parse("exp:20")->DrawnFrom(16);
  EXPECT_EQ(sizes.smallest(), 16);
  int64_t sum = 0;
  for (int64_t i = 0; i < 100'000; ++i) {
    ASSERT_GE(sizes.Draw(3, i), 16);
    sum += sizes.Draw(3, i);
  }
  EXPECT_NEAR(static_cast<double>(sum) / 100'000, static_cast<double>(sizes.mean()), 0.5);
  EXPECT_EQ(MessageSizes::Parse("mix:100%5")->DrawnFrom(16).smallest(), 5);
}

}  // namespace
}  // namespace wsload
