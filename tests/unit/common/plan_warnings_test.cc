#include "common/plan/plan_warnings.h"

#include <gtest/gtest.h>

namespace wsload {
namespace {

std::vector<Statement> WarningsOf(Protocol protocol, int64_t msg_size_bytes) {
  RunPlan plan;
  plan.protocol = protocol;
  plan.msg_size_bytes = msg_size_bytes;
  return PlanWarnings(plan);
}

TEST(PlanWarnings, SayWhatSmallEchoesCanProve) {
  EXPECT_TRUE(WarningsOf(Protocol::kGateway, 0).empty()) << "the protocol has a field for the key";
  EXPECT_TRUE(WarningsOf(Protocol::kEcho, 16).empty());
  ASSERT_EQ(WarningsOf(Protocol::kEcho, 15).size(), 1u);
  EXPECT_EQ(StatementText(Language::kEnglish, WarningsOf(Protocol::kEcho, 15)[0]),
            "-msg-size=15 is less than a key (16 bytes): only an echo that is its message byte for byte counts");
  ASSERT_EQ(WarningsOf(Protocol::kEcho, 9).size(), 1u);
  EXPECT_EQ(WarningsOf(Protocol::kEcho, 9)[0].kind, StatementKind::kEchoByOrder);
  EXPECT_EQ(WarningsOf(Protocol::kEcho, 10)[0].kind, StatementKind::kEchoWithoutRun);
}

TEST(PlanWarnings, SayWhatAClosedLoopHides) {
  RunPlan plan;
  plan.model = LoadModel::kClosed;
  plan.in_flight = 3;
  ASSERT_EQ(PlanWarnings(plan).size(), 1u);
  EXPECT_EQ(
      StatementText(Language::kEnglish, PlanWarnings(plan)[0]),
      "a closed loop hides waiting: with 3 messages in flight on every connection a slow server is sent less, and "
      "there is no response time");
}

}  // namespace
}  // namespace wsload
