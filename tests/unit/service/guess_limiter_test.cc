#include "agent/service/guess_limiter.h"

#include <gtest/gtest.h>

#include <string>

#include "agent/service/peer_address.h"

namespace wsload {
namespace {

constexpr int64_t kNow = 1'000 * kNsPerSecond;

/// As an agent does: a wrong token is counted when it was looked at. The looks that `calls` of them got.
int Guess(GuessLimiter& limiter, const std::string& network, int calls, int64_t now_ns) {
  int looks = 0;
  for (int i = 0; i < calls; ++i) {
    if (!limiter.MayTry(network, now_ns)) continue;
    limiter.CountWrong(network, now_ns);
    ++looks;
  }
  return looks;
}

TEST(GuessLimiterTest, OneNetworkGetsABurstAndThenOneLookASecond) {
  GuessLimiter limiter;
  EXPECT_EQ(Guess(limiter, "10.0.0.1", 1000, kNow), GuessLimiter::kBurst);
  EXPECT_EQ(Guess(limiter, "10.0.0.1", 1000, kNow + kNsPerSecond - 1), 0);
  EXPECT_EQ(Guess(limiter, "10.0.0.1", 1000, kNow + kNsPerSecond), 1);
  int looks = 0;
  for (int ms = 1'010; ms <= 60'000; ms += 10) looks += Guess(limiter, "10.0.0.1", 5, kNow + ms * kNsPerMs);
  EXPECT_EQ(looks, 59);
}

TEST(GuessLimiterTest, CallsThatWereNotLookedAtCostNothing) {
  GuessLimiter limiter;
  Guess(limiter, "10.0.0.1", GuessLimiter::kBurst, kNow);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(limiter.MayTry("10.0.0.1", kNow));
  EXPECT_TRUE(limiter.MayTry("10.0.0.1", kNow + kNsPerSecond));
}

TEST(GuessLimiterTest, TheBurstComesBackWithTime) {
  GuessLimiter limiter;
  Guess(limiter, "10.0.0.1", 1000, kNow);
  EXPECT_EQ(Guess(limiter, "10.0.0.1", 1000, kNow + 4 * kNsPerSecond), 4);
  EXPECT_EQ(Guess(limiter, "10.0.0.1", 1000, kNow + 3600 * kNsPerSecond), GuessLimiter::kBurst);
}

TEST(GuessLimiterTest, StrangersElsewhereHoldNobodyUp) {
  GuessLimiter limiter;
  for (int i = 0; i < 5'000; ++i) Guess(limiter, "10.1." + std::to_string(i), 20, kNow);
  EXPECT_TRUE(limiter.MayTry("10.0.0.1", kNow));
}

TEST(GuessLimiterTest, AllThatGuessShareABound) {
  GuessLimiter limiter;
  int looks = 0;
  for (int i = 0; i < 100; ++i) looks += Guess(limiter, "10.1." + std::to_string(i), 20, kNow);
  // Ten use their bursts; every further one has its first look, as it may be somebody with the right token.
  EXPECT_EQ(looks, GuessLimiter::kTotalBurst + 90);
  looks = 0;
  // A second later each of them could have one of its own.
  for (int i = 0; i < 10; ++i) looks += Guess(limiter, "10.1." + std::to_string(i), 20, kNow + kNsPerSecond / 2);
  EXPECT_EQ(looks, 0);
  for (int i = 0; i < 100; ++i) {
    looks += Guess(limiter, "10.1." + std::to_string(i), 20, kNow + kNsPerSecond - 1);
  }
  EXPECT_LE(looks, 10);
}

TEST(GuessLimiterTest, TheTableIsBoundedAndKeepsTheWorst) {
  GuessLimiter limiter;
  Guess(limiter, "worst", 20, kNow);
  for (int i = 0; i < 10'000; ++i) {
    limiter.CountWrong(std::to_string(i), kNow);
    ASSERT_LE(limiter.size(), GuessLimiter::kMaxNetworks);
  }
  EXPECT_FALSE(limiter.MayTry("worst", kNow));
}

TEST(GuessLimiterTest, ForgetsWhoHasRecovered) {
  GuessLimiter limiter;
  for (size_t i = 0; i < GuessLimiter::kMaxNetworks; ++i) limiter.CountWrong(std::to_string(i), kNow);
  limiter.CountWrong("late", kNow + 3600 * kNsPerSecond);
  EXPECT_EQ(limiter.size(), 1u);
}

TEST(NetworkOfTest, LeavesPortsAndHostPartsOut) {
  EXPECT_EQ(NetworkOf("ipv4:10.0.0.7:52011"), "10.0.0.7");
  EXPECT_EQ(NetworkOf("ipv4:10.0.0.7:1"), "10.0.0.7");
  EXPECT_EQ(NetworkOf("ipv6:%5B2001:db8:1:2:3:4:5:6%5D:52011"), "2001:db8:1:2::/64");
  EXPECT_EQ(NetworkOf("ipv6:[2001:db8:1:2::9]:1"), "2001:db8:1:2::/64");
  EXPECT_EQ(NetworkOf("ipv6:%5Bfe80::1%25eth0%5D:4"), "fe80::/64");
  EXPECT_EQ(NetworkOf("ipv6:%5B::ffff:10.0.0.7%5D:4"), "10.0.0.7");
  for (const char* other : {"", "unix:/run/agent", "ipv4:", "ipv6:", "ipv4:10.0.0:1", "ipv6:%5B%5D:1"}) {
    EXPECT_EQ(NetworkOf(other), "elsewhere") << other;
  }
}

}  // namespace
}  // namespace wsload
