#include "controller/result/push_outcome.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

RunResult Stamped() {
  RunResult result = PerfectResult(2);
  result.plan.push = PushMode::kStamp;
  result.plan.push_to = *PushAudience::Parse("group:50");
  return result;
}

std::string LinesOf(const RunResult& result) {
  std::string lines;
  for (const Statement& line : PushStatements(result)) lines += StatementText(Language::kEnglish, line) + "\n";
  return lines;
}

TEST(PushOutcome, NothingIsSaidWithoutStamps) {
  EXPECT_FALSE(PushOutcomeOf(PerfectResult(2)).has_value());
  EXPECT_EQ(LinesOf(PerfectResult(2)), "");
}

TEST(PushOutcome, LossIsWhatWasExpectedAndDidNotCome) {
  RunResult result = Stamped();
  Counters& totals = result.totals.counters;
  totals.push_expected = 1000;
  totals.push_received = 960;
  totals.push_unconfirmed = 25;
  const PushOutcome outcome = PushOutcomeOf(result).value();
  EXPECT_EQ(outcome.lost, 40);
  EXPECT_EQ(outcome.lost_unconfirmed, 25);
  EXPECT_EQ(outcome.surplus, 0);
  EXPECT_DOUBLE_EQ(outcome.loss_ratio, 0.04);
  EXPECT_DOUBLE_EQ(outcome.reach_ratio, 0.96);
}

TEST(PushOutcome, MoreThanExpectedIsNoLoss) {
  RunResult result = Stamped();
  result.totals.counters.push_expected = 10;
  result.totals.counters.push_received = 12;
  const PushOutcome outcome = PushOutcomeOf(result).value();
  EXPECT_EQ(outcome.lost, 0);
  EXPECT_EQ(outcome.surplus, 2);
  EXPECT_DOUBLE_EQ(outcome.reach_ratio, 1);
}

TEST(PushOutcome, TheErrorIsThatOfTheTwoWorstClocks) {
  RunResult result = Stamped();
  result.agents.resize(2);
  result.agents.push_back(result.agents[0]);
  for (AgentResult& agent : result.agents) {
    agent.clock_offset_us = 1000;
    agent.clock_error_us = 50;
    agent.clock_after.reset();
  }
  result.agents[1].clock_error_us = 300;
  // It went 400 us apart over the run.
  result.agents[2].clock_after = AgentResult::Clock{.offset_us = 1400, .error_us = 60};
  result.totals.push_delivery.RecordUs(700, 3);
  result.totals.push_delivery.RecordUs(900, 5);
  const PushOutcome outcome = PushOutcomeOf(result).value();
  EXPECT_EQ(outcome.delivery_error_us, 460 + 300);
  EXPECT_EQ(outcome.delivery_within_error, 3);
  result.agents.resize(1);
  EXPECT_EQ(PushOutcomeOf(result)->delivery_error_us, 0) << "one clock";
}

TEST(PushOutcome, IsSaidInWords) {
  RunResult result = Stamped();
  result.agents.resize(1);
  EXPECT_EQ(LinesOf(result), "no message was sent of which anybody ought to have got a push\n");
  Counters& totals = result.totals.counters;
  totals.push_expected = 1000;
  totals.push_received = 990;
  totals.push_unconfirmed = 4;
  totals.push_out_of_order = 3;
  totals.push_untracked = 2;
  totals.posts = 20;
  totals.posts_accepted = 19;
  totals.posts_refused = 1;
  EXPECT_EQ(LinesOf(result),
            "990 of 1000 pushes arrived (99 %); 10 were lost (1 %)\n"
            "of 20 posts 19 were accepted, 1 refused, 0 not answered in time and 0 not sent\n"
            "up to 4 of the lost may be of messages or posts without an answer, which the server may not have had\n"
            "0 came twice, 3 behind a later one of the same sender; 0 were repeated under the same key\n"
            "of 2 is not known whether they came before: too many pairs of sender and receiver, or far behind; the "
            "loss may be larger by as many\n");
}

}  // namespace
}  // namespace wsload
