#include "controller/output/plan_text.h"

#include <gtest/gtest.h>

#include "controller/output/plan_json.h"

namespace wsload {
namespace {

RunPlan Plan(std::string_view mps, std::string_view stages = "") {
  RunPlan plan;
  plan.mps = *Rate::Parse(mps);
  plan.stages = *StageList::Parse(stages);
  if (!plan.stages.empty()) plan.duration_ns = plan.stages.duration_ns();
  return plan;
}

std::string Json(const RunPlan& plan) {
  std::string text;
  JsonWriter json(text);
  WritePlan(json, plan);
  return text;
}

TEST(PlanText, SaysWhatLoadThereIs) {
  EXPECT_EQ(LoadText(Language::kEnglish, Plan("100")), "100 msg/s for 1m");
  EXPECT_EQ(LoadText(Language::kEnglish, Plan("30/m")), "0.5 msg/s for 1m");
  EXPECT_EQ(LoadText(Language::kEnglish, Plan("1/m")), "1 msg/min for 1m");
  EXPECT_EQ(LoadText(Language::kEnglish, Plan("0")), "no messages for 1m");
  EXPECT_EQ(LoadText(Language::kChinese, Plan("0")), "不发消息，持续 1m");
  RunPlan staged = Plan("0", "30s:1k,peak=1m:@5000");
  EXPECT_EQ(LoadText(Language::kEnglish, staged), "stages 30s:1000,peak=1m:@5000, 1m30s in all");
  staged.arrivals = Arrivals::kPoisson;
  staged.seed = 7;
  EXPECT_EQ(LoadText(Language::kEnglish, staged),
            "stages 30s:1000,peak=1m:@5000, 1m30s in all, Poisson arrivals with -seed=7");
  EXPECT_EQ(LoadText(Language::kChinese, staged), "各阶段 30s:1000,peak=1m:@5000，合计 1m30s，泊松到达，-seed=7");
}

TEST(PlanText, SaysHowLargeMessagesAre) {
  RunPlan plan = Plan("1");
  EXPECT_EQ(PlanText(Language::kEnglish, plan),
            "10 clients, 1 msg/s for 1m, ramp-up 10s, 100-byte messages to ws://localhost:9002/ws");
  plan.size = *MessageSizes::Parse("mix:50%1k,50%3k");
  plan.msg_size_bytes = 2048;
  EXPECT_EQ(PlanText(Language::kEnglish, plan),
            "10 clients, 1 msg/s for 1m, ramp-up 10s, messages of mix:50%1k,50%3k bytes, 2048 on average, to "
            "ws://localhost:9002/ws");
  EXPECT_EQ(PlanText(Language::kChinese, plan),
            "10 个客户端，每秒 1 条消息，持续 1m，建连阶段 10s，消息大小 mix:50%1k,50%3k 字节，平均 2048 字节，服务器 "
            "ws://localhost:9002/ws");
}

TEST(PlanText, SaysThatALoopIsClosed) {
  RunPlan plan = Plan("0");
  plan.model = LoadModel::kClosed;
  plan.in_flight = 4;
  EXPECT_EQ(LoadText(Language::kEnglish, plan), "closed loop with 4 in flight on each for 1m");
  EXPECT_EQ(LoadText(Language::kChinese, plan), "闭环，每个连接 4 条在途，持续 1m");
}

TEST(PlanText, ShowsThePlannedRateBriefly) {
  EXPECT_EQ(PlannedRateText(Plan("20000")), "20,000");
  EXPECT_EQ(PlannedRateText(Plan("1/m")), "1/m");
  EXPECT_EQ(PlannedRateText(Plan("0", "1m:@1000,1m:@3000")), "2,000");
}

TEST(PlanText, RatesAreNumbersInJson) {
  EXPECT_NE(Json(Plan("100")).find("\"mps\": 100,"), std::string::npos);
  EXPECT_NE(Json(Plan("30/m")).find("\"mps\": 0.5,"), std::string::npos);
  const std::string staged = Json(Plan("0", "1m:@1000,1m:@3000"));
  EXPECT_NE(staged.find("\"stages\": \"1m:@1000,1m:@3000\""), std::string::npos);
  EXPECT_NE(staged.find("\"planned_per_s\": 2000"), std::string::npos);
}

}  // namespace
}  // namespace wsload
