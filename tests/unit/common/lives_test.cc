#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>

#include "common/lives/backoff.h"
#include "common/lives/lifetime.h"
#include "common/lives/lot.h"
#include "common/lives/share.h"
#include "common/lives/storm_list.h"
#include "common/time/clock.h"

namespace wsload {
namespace {

TEST(Backoff, GrowsToItsBoundAndIsDrawnFromAllOfIt) {
  const Backoff backoff = *Backoff::Parse("500ms..30s");
  EXPECT_EQ(backoff.text(), "500ms..30s");
  for (const auto& [attempt, bound_ns] :
       {std::pair(0, 500 * kNsPerMs), std::pair(1, kNsPerSecond), std::pair(5, 16 * kNsPerSecond),
        std::pair(6, 30 * kNsPerSecond), std::pair(1'000'000, 30 * kNsPerSecond)}) {
    double sum = 0;
    for (uint64_t i = 0; i < 1'000; ++i) {
      const int64_t wait_ns = backoff.WaitNs(attempt, DrawLot(1, LotFor::kBackoff, 7, i));
      ASSERT_GE(wait_ns, 0);
      ASSERT_LT(wait_ns, bound_ns);
      sum += static_cast<double>(wait_ns);
    }
    EXPECT_NEAR(sum / 1'000, static_cast<double>(bound_ns) / 2, static_cast<double>(bound_ns) / 20) << attempt;
  }
}

TEST(Backoff, IsOffOrOneBoundOrWrong) {
  EXPECT_TRUE(Backoff::Parse("")->off());
  EXPECT_TRUE(Backoff::Parse("off")->off());
  EXPECT_EQ(Backoff::Parse(" 1s ")->text(), "1s");
  EXPECT_EQ(Backoff::Parse("1s..1s")->text(), "1s");
  for (const char* text : {"0s", "1s..", "..1s", "2s..1s", "-1s..1s", "1s..2h", "soon", "1s..2s..3s"}) {
    EXPECT_FALSE(Backoff::Parse(text).ok()) << text;
  }
}

double MeanSeconds(const Lifetime& lifetime, bool rest) {
  constexpr int kDraws = 20'000;
  double sum = 0;
  for (int64_t client = 0; client < kDraws; ++client) {
    const uint64_t lot = DrawLot(5, LotFor::kLifetime, client, 0);
    sum += static_cast<double>(rest ? lifetime.DrawRestNs(lot, DrawLot(5, LotFor::kRestOfLife, client, 0))
                                    : lifetime.DrawNs(lot));
  }
  return sum / kDraws / kNsPerSecond;
}

TEST(Lifetime, HasItsMeanAndWhatIsLeftOfIt) {
  const Lifetime constant = *Lifetime::Parse("10s");
  EXPECT_DOUBLE_EQ(MeanSeconds(constant, false), 10);
  EXPECT_NEAR(MeanSeconds(constant, true), 5, 0.1) << "half of it is over";
  const Lifetime exponential = *Lifetime::Parse("exp:10s");
  EXPECT_NEAR(MeanSeconds(exponential, false), 10, 0.2);
  EXPECT_NEAR(MeanSeconds(exponential, true), 10, 0.2) << "it has no memory";
  // E[X^2] / (2 E[X]) of 2 to 10 s.
  const Lifetime uniform = *Lifetime::Parse("uniform:2s-10s");
  EXPECT_NEAR(MeanSeconds(uniform, false), 6, 0.1);
  EXPECT_NEAR(MeanSeconds(uniform, true), (36 + 64.0 / 12) / 12, 0.1);
}

TEST(Lifetime, IsReadAsItIsWrittenOrRefused) {
  for (const char* text : {"5m", "exp:5m", "uniform:1m-9m"}) EXPECT_EQ(Lifetime::Parse(text)->text(), text);
  EXPECT_TRUE(Lifetime::Parse("")->endless());
  EXPECT_TRUE(Lifetime::Parse("off")->endless());
  for (const char* text : {"0s", "exp:", "exp:0s", "uniform:5s", "uniform:9m-1m", "uniform:-1m", "1000h", "gamma:1s"}) {
    EXPECT_FALSE(Lifetime::Parse(text).ok()) << text;
  }
}

TEST(Share, TakesItsPartOfEveryStretchToOne) {
  for (const char* text : {"50%", "33.3%", "0.1%", "100%", "0%", "0.25"}) {
    const Share share = *Share::Parse(text);
    for (const int64_t begin : {0, 1, 7919, 1'000'001}) {
      int64_t taken = 0;
      for (int64_t i = 0; i < 10'000; ++i) taken += share.Takes(begin + i) ? 1 : 0;
      EXPECT_NEAR(static_cast<double>(taken), 1e4 * static_cast<double>(share.millionths()) / Share::kWhole, 1)
          << text << " from " << begin;
    }
  }
  EXPECT_EQ(Share::Parse("0.25")->text(), "25%");
  EXPECT_EQ(Share::Parse("0.1%")->text(), "0.1%");
  for (const char* text : {"", "%", "101%", "1.1", "-1%", "nan", "half"}) EXPECT_FALSE(Share::Parse(text).ok()) << text;
}

TEST(StormList, IsReadAsItIsWrittenOrRefused) {
  const StormList list = *StormList::Parse("60s:50%, 5m:1:close");
  EXPECT_EQ(list.text(), "1m:50%,5m:100%:close");
  ASSERT_EQ(list.storms().size(), 2u);
  EXPECT_FALSE(list.storms()[0].in_order);
  EXPECT_TRUE(list.storms()[1].in_order);
  EXPECT_EQ(list.storms()[1].offset_ns, 300 * kNsPerSecond);
  EXPECT_TRUE(StormList::Parse("")->empty());
  for (const char* text :
       {"60s", "60s:", "60s:0%", "60s:50%:reset", ":50%", "5m:10%,1m:10%", "1m:10%,1m:10%", "1m:10%,", "-1s:10%"}) {
    EXPECT_FALSE(StormList::Parse(text).ok()) << text;
  }
}

TEST(DrawLot, TellsPurposesClientsAndTurnsApart) {
  std::set<uint64_t> lots;
  for (const LotFor purpose : {LotFor::kBackoff, LotFor::kLifetime, LotFor::kNode}) {
    for (int64_t client = 0; client < 10; ++client) {
      for (uint64_t turn = 0; turn < 10; ++turn) lots.insert(DrawLot(1, purpose, client, turn));
    }
  }
  EXPECT_EQ(lots.size(), 300u);
  EXPECT_NE(DrawLot(1, LotFor::kNode, 0, 0), DrawLot(2, LotFor::kNode, 0, 0));
}

}  // namespace
}  // namespace wsload
