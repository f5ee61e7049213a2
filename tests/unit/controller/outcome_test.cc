#include "controller/result/outcome.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "controller/result/run_exit_code.h"
#include "tests/support/print_statement.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

void NothingSucceeds(RunResult& result) {
  Counters& totals = result.totals.counters;
  totals.timeout = totals.success - 50;
  totals.unsent = 50;
  totals.success = 0;
}

void NothingOpens(RunResult& result) {
  Counters& totals = result.totals.counters;
  totals.connections.opened = 0;
  totals.connections.failed = 10;
  totals.connections.failures = {{"refused", 10}};
  totals.scheduled = totals.success = 0;
}

struct Case {
  std::string name;
  std::function<void(RunResult&)> change;
  std::string reason;  ///< empty: not judged
  int exit_code;
};

class OutcomeTable : public ::testing::TestWithParam<Case> {};

TEST_P(OutcomeTable, SaysWhatNeedsNoThreshold) {
  RunResult result = PerfectResult();
  GetParam().change(result);
  std::vector<std::string> lines;
  for (const Statement& reason : ReasonsOfFailure(result)) {
    lines.push_back(StatementText(Language::kEnglish, reason));
  }
  if (GetParam().reason.empty()) {
    EXPECT_THAT(lines, IsEmpty());
  } else {
    EXPECT_THAT(lines, ElementsAre(GetParam().reason));
    result.outcome = RunOutcome::kFailed;
  }
  EXPECT_EQ(static_cast<int>(ExitCodeOf(result)), GetParam().exit_code);
}

INSTANTIATE_TEST_SUITE_P(
    All, OutcomeTable,
    ::testing::Values(
        Case{"perfect", [](RunResult&) {}, "", 0},
        Case{"one_of_many_succeeded",
             [](RunResult& result) {
               NothingSucceeds(result);
               result.totals.counters.success = 1;
               --result.totals.counters.timeout;
             },
             "", 0},
        Case{"nothing_succeeded", NothingSucceeds, "none of 200 messages succeeded: timeout 150, unsent 50", 1},
        Case{"nothing_succeeded_outranks_the_measurement",
             [](RunResult& result) {
               NothingSucceeds(result);
               result.verdict = Verdict::kGeneratorLimited;
             },
             "none of 200 messages succeeded: timeout 150, unsent 50", 1},
        Case{"nothing_succeeded_and_interrupted",
             [](RunResult& result) {
               NothingSucceeds(result);
               result.interrupted = true;
             },
             "none of 200 messages succeeded: timeout 150, unsent 50", 1},
        Case{"interrupted",
             [](RunResult& result) {
               result.interrupted = true;
               result.verdict = Verdict::kDegraded;
             },
             "", 105},
        Case{"interrupted_before_anything_ended",
             [](RunResult& result) {
               result.totals.counters.success = 0;
               result.interrupted = true;
             },
             "", 105},
        Case{"interrupted_while_dialling",
             [](RunResult& result) {
               NothingOpens(result);
               result.totals.counters.connections.failures = {{"canceled", 10}};
               result.interrupted = true;
             },
             "", 105},
        Case{"its_agents_were_lost_with_all_they_sent",
             [](RunResult& result) {
               result.totals.counters.success = 0;
               result.verdict = Verdict::kDegraded;
             },
             "none of 200 messages succeeded: unaccounted 200", 1},
        Case{"no_connection", NothingOpens, "none of 10 connections was opened: refused 10", 1},
        Case{"no_connection_and_interrupted",
             [](RunResult& result) {
               NothingOpens(result);
               result.interrupted = true;
             },
             "none of 10 connections was opened: refused 10", 1},
        Case{"nobody_dialled",
             [](RunResult& result) {
               NothingOpens(result);
               result.totals.counters.connections = {};
             },
             "none of 10 connections was opened: not dialled", 1},
        Case{"not_carried_out", [](RunResult& result) { result.error = absl::UnavailableError("no agent answered"); },
             "it could not be carried out: no agent answered", 1}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace wsload
