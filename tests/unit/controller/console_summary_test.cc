#include "controller/output/console_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/stats/figure_list.h"
#include "controller/output/figures.h"
#include "controller/result/verdict.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunResult TroubledResult() {
  RunResult result = PerfectResult(2);
  Counters& totals = result.totals.counters;
  totals.success -= 7;
  totals.timeout = 5;
  totals.unsent = 2;
  totals.late_acks = 1;
  totals.connections.opened = 8;
  totals.connections.failed = 2;
  totals.connections.failures = {{"http_401", 2}};
  totals.connections.lost = 1;
  totals.connections.losses = {{"closed_1008", 1}};
  result.agents[1].state = AgentResult::State::kLost;
  result.agents[1].state_detail = "connection reset";
  const Judgement judgement = Judge(result);
  result.verdict = judgement.verdict;
  result.verdict_reasons = judgement.reasons;
  return result;
}

TEST(ConsoleSummary, AwkwardClientsHaveATableOfTheirOwn) {
  RunResult result = PerfectResult();
  EXPECT_THAT(ConsoleSummary(Language::kEnglish, result), Not(HasSubstr("awkward")));
  result.plan.awkward = *AwkwardList::Parse("bad-token:20%,no-ack:20%");
  result.awkward = PerfectMeasure(40);
  result.awkward.counters.connections.failed = 2;
  result.awkward.counters.connections.failures = {{"http_401", 2}};
  const std::string text = ConsoleSummary(Language::kEnglish, result);
  EXPECT_THAT(text, HasSubstr("awkward clients (in no other figure)"));
  EXPECT_THAT(text, HasSubstr("  4 of 10 "));
  EXPECT_THAT(text, HasSubstr("\n    bad-token:20%,no-ack:20%\n"));
  EXPECT_THAT(text, HasSubstr("not opened: http_401 2"));
  EXPECT_THAT(text, Not(HasSubstr("  lost: ")));
  EXPECT_THAT(ConsoleSummary(Language::kChinese, result), HasSubstr("异常客户端（不计入其他指标）"));
}

TEST(ConsoleSummary, StaysShortWithVeryManyAgents) {
  RunResult result = PerfectResult(1'000);
  for (AgentResult& agent : result.agents) agent.state = AgentResult::State::kLost;
  result.verdict_reasons = Judge(result).reasons;
  ASSERT_EQ(result.verdict_reasons.size(), 1'000u);
  const std::string text = ConsoleSummary(Language::kEnglish, result);
  EXPECT_THAT(text, HasSubstr("h8:7400, and 992 more"));
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 80);
}

TEST(ConsoleSummary, English) {
  EXPECT_EQ(ConsoleSummary(Language::kEnglish, PerfectResult()),
            R"(Run 0123456789abcdef
  10 clients, 100 msg/s for 2s, ramp-up 1s, 100-byte messages to ws://gw:9002/ws?api_key=(redacted)&room=(redacted)
  protocol gateway, serializer json, cipher aes, agents: h1:7400

  total connections      10
  active connections     10 (peak)
  total messages         200
  succeeded              200
  failed                 0
  elapsed                3.0 s (measured 2.0 s)
  message rate (msg/s)   100.00
  success rate (%)       100.00

  latency (ms)   count    mean     p50     p90     p95     p99   p99.9     max
  response         200    20.1    20.1    20.1    20.1    20.1    20.1    20.1
  service          200    20.0    20.0    20.0    20.0    20.0    20.0    20.0
  send lag         200   0.100   0.100   0.100   0.100   0.100   0.100   0.100
  connect           10   1.500   1.500   1.500   1.500   1.500   1.500   1.500

Measurement: VALID
Thresholds: none given: nothing was judged
)");
}

TEST(ConsoleSummary, Chinese) {
  const std::string text = ConsoleSummary(Language::kChinese, TroubledResult());
  EXPECT_THAT(text, HasSubstr("  总连接数           8\n"));
  EXPECT_THAT(text, HasSubstr("  运行时间           3.0 秒（其中压测 2.0 秒）\n"));
  EXPECT_THAT(text, HasSubstr("  成功率 (%)         96.50\n"));
  EXPECT_THAT(text, HasSubstr("http_401   2   服务器不接受令牌"));
  EXPECT_THAT(text, HasSubstr("closed_1008   1   服务器拒绝了消息"));
  EXPECT_THAT(text, HasSubstr("h2:7400    失联"));
  EXPECT_THAT(text, HasSubstr("测量：降级 (DEGRADED)：实际负载小于计划\n"
                              "  - 压测节点 h2:7400 失联：connection reset\n"
                              "  - 2 个连接（共 10 个）未能建立：http_401 2\n"
                              "  - 1 个连接（共 8 个）在结束前中断：closed_1008 1\n"));
}

TEST(ConsoleSummary, NamesFailuresAndWhatToDo) {
  const std::string text = ConsoleSummary(Language::kEnglish, TroubledResult());
  EXPECT_THAT(text, HasSubstr("  message rate (msg/s)   99.00\n")) << "of those that were sent";
  EXPECT_THAT(text, HasSubstr("  unsent                 2\n"));
  EXPECT_THAT(text, HasSubstr("  failures by cause\n    timeout   5\n"));
  EXPECT_THAT(text, HasSubstr("not acknowledged within -resp-timeout"));
  EXPECT_THAT(text, HasSubstr("2 messages never left: no connection could take them when they were due"));
  EXPECT_THAT(text, HasSubstr("-resp-timeout=1s, 1 acknowledgements came after it"));
  EXPECT_THAT(text, HasSubstr("http_401   2   the server does not take the token: check -jwt-key-file"));
  EXPECT_THAT(text, HasSubstr("h2:7400    lost"));
  EXPECT_THAT(text, HasSubstr("Measurement: DEGRADED"));
  EXPECT_THAT(text, HasSubstr("  - agent h2:7400 lost: connection reset\n"));
}

TEST(ConsoleSummary, MessagesOfALostAgentAreNoSuccess) {
  RunResult result = PerfectResult();
  result.totals.counters.success = 150;
  EXPECT_THAT(ConsoleSummary(Language::kEnglish, result), HasSubstr("success rate (%)       75.00\n"));
}

TEST(ConsoleSummary, AllButOneAreNotAHundredPercent) {
  RunResult result = PerfectResult();
  Counters& totals = result.totals.counters;
  totals.scheduled = 40'000;
  totals.success = 39'999;
  totals.timeout = 1;
  EXPECT_THAT(ConsoleSummary(Language::kEnglish, result), HasSubstr("success rate (%)       99.997\n"));
  totals.success = 1;
  totals.timeout = 39'999;
  EXPECT_THAT(ConsoleSummary(Language::kEnglish, result), HasSubstr("success rate (%)       0.002\n"));
}

TEST(ConsoleSummary, TheMessageRateIsOfThoseThatLeft) {
  RunResult result = PerfectResult();
  Counters& totals = result.totals.counters;
  totals.success -= 60;
  totals.send_error = 40;
  totals.unsent = 20;
  EXPECT_THAT(ConsoleSummary(Language::kEnglish, result), HasSubstr("message rate (msg/s)   70.00\n"));
  totals = {.scheduled = 0, .connections = totals.connections};
  EXPECT_THAT(ConsoleSummary(Language::kEnglish, result), HasSubstr("success rate (%)       -\n")) << "of nothing";
}

TEST(ConsoleSummary, KeepsSecretsOut) {
  for (const Language language : {Language::kEnglish, Language::kChinese}) {
    const std::string text = ConsoleSummary(language, PerfectResult(2));
    for (const char* secret : {kSampleJwtKey, kSampleCipherKey, kSampleHeaderSecret, "url-secret"}) {
      EXPECT_THAT(text, Not(HasSubstr(secret)));
    }
  }
}

TEST(ConsoleSummary, ARunThatCouldNotBeCarriedOut) {
  RunResult result = PerfectResult();
  result.error = absl::UnavailableError("agent h1:7400: connection refused");
  const std::string text = ConsoleSummary(Language::kEnglish, result);
  EXPECT_THAT(text, HasSubstr("The run could not be carried out: agent h1:7400: connection refused"));
  EXPECT_THAT(text, Not(HasSubstr("Measurement")));
  EXPECT_THAT(text, Not(HasSubstr("latency")));
}

TEST(ConsoleVerdict, ShowsTheReasonsOfTheResultAndJudgesNothing) {
  RunResult result = PerfectResult();
  result.verdict = Verdict::kGeneratorLimited;
  result.verdict_reasons = {{StatementKind::kSendLag, {12'000, 10'000, 80'000}}};
  result.outcome = RunOutcome::kFailed;
  result.outcome_reasons = {{StatementKind::kNothingSucceeded, {200, "timeout 200"}}};
  EXPECT_EQ(ConsoleVerdict(Language::kEnglish, result),
            "Measurement: GENERATOR_LIMITED - these figures describe the generator, not the server\n"
            "  - messages left late: send lag p99 12.0 ms, bound 10.0 ms (max 80.0 ms)\n"
            "Thresholds: none given: nothing was judged\n"
            "Outcome: FAILED\n"
            "  - none of 200 messages succeeded: timeout 200\n");
  EXPECT_EQ(ConsoleVerdict(Language::kChinese, result),
            "测量：受压测端限制 (GENERATOR_LIMITED)：数据反映的是压测端而非服务器\n"
            "  - 消息发送滞后：p99 为 12.0 ms，上限 10.0 ms（最大 80.0 ms）\n"
            "阈值：未设置：未作判定\n"
            "结果：失败 (FAILED)\n"
            "  - 200 条消息均未成功：timeout 200\n");
}

TEST(MessageFailures, ShowsEveryCauseThatHappened) {
  Counters totals;
  std::vector<std::string> values;
  for (const CounterInfo& row : kCounters) {
    if (row.group != CounterInfo::Group::kFailures) continue;
    totals.*row.field = static_cast<int64_t>(values.size()) + 1;
    values.push_back(std::to_string(totals.*row.field));
  }
  for (const Language language : {Language::kEnglish, Language::kChinese}) {
    std::vector<std::string> shown;
    for (const Figure& figure : MessageFailures(language, totals)) shown.push_back(figure.value);
    EXPECT_EQ(shown, values);
    EXPECT_TRUE(MessageFailures(language, Counters{}).empty());
  }
}

TEST(ConsoleVerdict, InterruptedSaysSo) {
  RunResult result = PerfectResult();
  result.interrupted = true;
  EXPECT_EQ(ConsoleVerdict(Language::kEnglish, result),
            "Interrupted: this is the result up to then.\nMeasurement: VALID\n"
            "Thresholds: none given: nothing was judged\n");
}

}  // namespace
}  // namespace wsload
