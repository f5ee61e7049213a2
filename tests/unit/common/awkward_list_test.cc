#include "common/lives/awkward_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "common/plan/run_plan.h"
#include "common/time/clock.h"
#include "tests/unit/common/sample_plan.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;

TEST(AwkwardList, IsReadAndWrittenWithEveryParameter) {
  const auto list = AwkwardList::Parse(
      " bad-token:1%, expired-token:0.5 ,no-ack:5%,cut:10%,slow-read:1%:2KB/s,"
      "split-frame:5%:500ms ");
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->text(), "bad-token:1%,expired-token:50%,no-ack:5%,cut:10%,slow-read:1%:2k/s,split-frame:5%:500ms");
  EXPECT_EQ(*AwkwardList::Parse(list->text()), *list);
  ASSERT_EQ(list->list().size(), 6u);
  EXPECT_EQ(list->list()[4].bytes_per_s, 2048);
  EXPECT_EQ(list->list()[5].pause_ns, 500 * kNsPerMs);
  EXPECT_TRUE(list->Has(AwkwardKind::kCut));
  EXPECT_EQ(AwkwardList::Parse("slow-read:1%,split-frame:1%")->text(), "slow-read:1%:1k/s,split-frame:1%:3s");
  EXPECT_EQ(AwkwardList::Parse("slow-read:1%:100")->text(), "slow-read:1%:100/s");
  EXPECT_TRUE(AwkwardList::Parse(" ")->empty());
  EXPECT_EQ(AwkwardList().At(3, 10), nullptr);
}

TEST(AwkwardList, WhatIsWrongIsSaid) {
  const auto error = [](const char* text) { return std::string(AwkwardList::Parse(text).status().message()); };
  EXPECT_THAT(error("bad-token"), HasSubstr("bad-token: want a kind and a share"));
  EXPECT_THAT(error("rude:1%"), HasSubstr("rude:1%: want a kind and a share"));
  EXPECT_THAT(error("cut:0%"), HasSubstr("want a kind and a share"));
  EXPECT_THAT(error("cut:101%"), HasSubstr("want a kind and a share"));
  EXPECT_THAT(error("cut:1%:3s"), HasSubstr("want a kind and a share"));
  EXPECT_THAT(error("cut:1%,,"), HasSubstr("want a kind and a share"));
  EXPECT_THAT(error("cut:1%,no-ack:1%,cut:2%"), HasSubstr("cut is there twice"));
  EXPECT_THAT(error("cut:60%,no-ack:40.0001%"), HasSubstr("more than 100%"));
  EXPECT_THAT(error("slow-read:1%:0"), HasSubstr("bytes a second"));
  EXPECT_THAT(error("slow-read:1%:2g"), HasSubstr("bytes a second"));
  EXPECT_THAT(error("split-frame:1%:0s"), HasSubstr("a pause of more than 0"));
  EXPECT_THAT(error("split-frame:1%:2h"), HasSubstr("a pause of more than 0"));
}

TEST(AwkwardList, TakesItsSharesToOneAndSpreadsThem) {
  const AwkwardList list = *AwkwardList::Parse("no-ack:5%,cut:10%,bad-token:0.7%");
  for (const int64_t places : {1, 2, 7, 10, 64, 100, 999, 10'000}) {
    std::map<AwkwardKind, int64_t> counts;
    int64_t all = 0;
    int64_t in_first_half = 0;
    for (int64_t place = 0; place < places; ++place) {
      const Awkward* each = list.At(place, places);
      if (each == nullptr) continue;
      ++counts[each->kind];
      ++all;
      if (2 * place < places) ++in_first_half;
    }
    EXPECT_EQ(all, list.Count(places)) << places;
    for (size_t i = 0; i < list.list().size(); ++i) {
      const Awkward& each = list.list()[i];
      EXPECT_EQ(counts[each.kind], list.CountOf(i, places)) << places;
      const double exact = static_cast<double>(places * each.share.millionths()) / Share::kWhole;
      EXPECT_LE(std::abs(static_cast<double>(counts[each.kind]) - exact), 1) << places;
    }
    EXPECT_NEAR(static_cast<double>(in_first_half), static_cast<double>(all) / 2, 3 + static_cast<double>(all) / 20);
  }
  const AwkwardList everybody = *AwkwardList::Parse("no-ack:50%,cut:50%");
  for (int64_t place = 0; place < 101; ++place) EXPECT_NE(everybody.At(place, 101), nullptr);
}

std::string PlanError(const RunPlan& plan) { return std::string(ValidatePlan(plan).message()); }

TEST(AwkwardList, APlanHasRoomForIt) {
  RunPlan plan = ValidPlan();
  plan.clients = 100;
  plan.awkward = *AwkwardList::Parse("bad-token:1%,no-ack:10%");
  EXPECT_EQ(PlanError(plan), "");
  EXPECT_EQ(WellBehavedClients(plan), 89);
  plan.clients = 20;
  EXPECT_THAT(PlanError(plan), HasSubstr("-awkward=bad-token:1%: of 20 clients that is none"));
  plan.awkward = *AwkwardList::Parse("cut:100%");
  EXPECT_THAT(PlanError(plan), HasSubstr("none is left that behaves well"));
  plan.awkward = *AwkwardList::Parse("no-ack:50%");
  plan.protocol = Protocol::kEcho;
  EXPECT_THAT(PlanError(plan), HasSubstr("-awkward=no-ack: -protocol=echo has neither tokens nor"));
  plan.awkward = *AwkwardList::Parse("cut:50%");
  EXPECT_EQ(PlanError(plan), "");
  plan.protocol = Protocol::kGateway;
  plan.push = PushMode::kStamp;
  plan.push_to = *PushAudience::Parse("all");
  EXPECT_THAT(PlanError(plan), HasSubstr("-awkward: -push=stamp needs everybody to be there"));
  plan.push_to = {};
  plan.push_url = *HttpUrl::Parse("http://backend/push");
  EXPECT_THAT(PlanError(plan), HasSubstr("-awkward: -push=stamp needs everybody to be there")) << "nor do posts";
}

}  // namespace
}  // namespace wsload
