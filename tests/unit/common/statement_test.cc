#include "common/lang/statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "common/lang/statement_proto.h"
#include "common/lang/statement_status.h"
#include "common/time/clock.h"
#include "common/util/status.h"
#include "common/util/text.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using Kind = StatementKind;

constexpr Language kLanguages[] = {Language::kEnglish, Language::kChinese};

TEST(Statement, IsSaidInBothLanguages) {
  const Statement late{Kind::kLateWorker, {1, 145, 1'000, 10'000, 80'050}, "h2:7400"};
  EXPECT_EQ(StatementText(Language::kEnglish, late),
            "agent h2:7400: worker 1 sent 145 of its 1000 messages more than 10.0 ms late (send lag p99 of the agent "
            "80.0 ms)");
  EXPECT_EQ(
      StatementText(Language::kChinese, late),
      "压测节点 h2:7400：工作线程 1 有 145 条消息（共 1000 条）迟发超过 10.0 ms（该节点发送滞后 p99 为 80.0 ms）");
}

TEST(Statement, NamesTheAgentOnce) {
  EXPECT_EQ(StatementText(Language::kEnglish, {Kind::kAgentLost, {"connection reset"}, "h1:7400"}),
            "agent h1:7400 lost: connection reset");
  EXPECT_EQ(StatementText(Language::kEnglish, {Kind::kUnaccounted, {2}, "h1:7400"}),
            "agent h1:7400: the end of 2 scheduled messages is not known");
  EXPECT_EQ(StatementText(Language::kChinese, {Kind::kUnaccounted, {2}, "h1:7400"}),
            "压测节点 h1:7400：2 条已调度消息的结果未知");
  EXPECT_EQ(StatementText(Language::kEnglish, {Kind::kTooManyClients, {7, 5}}),
            "7 clients are more than its -max-clients=5; raise that, or add agents")
      << "an agent that speaks of itself";
}

TEST(Statement, ShowsEveryFormOfArgument) {
  const auto shown = [](const Statement& statement) { return StatementText(Language::kEnglish, statement); };
  EXPECT_THAT(shown({Kind::kSendLag, {12'345, 10'000, 0}}), HasSubstr("p99 12.3 ms, bound 10.0 ms (max 0.0 ms)"));
  EXPECT_THAT(shown({Kind::kGap, {15, 1'440'000'000, 2'000'000'000}}), HasSubstr("from 1.4 s to 2.0 s after"));
  EXPECT_THAT(shown({Kind::kClockOff, {-90'000'000'000}}), HasSubstr("off by -90.0 s,"));
  EXPECT_THAT(shown({Kind::kClockOff, {31'000'000'000}}), HasSubstr("off by +31.0 s,"));
  EXPECT_THAT(shown({Kind::kAgentBusy, {"run-1", 1'700'000'000'000'000'000}}),
              HasSubstr("run run-1 since 2023-11-14T22:13:20Z;"));
  EXPECT_THAT(shown({Kind::kWaitingWorker, {0, 0.4}}), HasSubstr("worker 0 waited for a core for 40 % of"));
  EXPECT_THAT(shown({Kind::kWaitingWorker, {0, 0.004}}), HasSubstr(" 0.4 % of")) << "little is not nothing";
  EXPECT_THAT(shown({Kind::kWaitingWorker, {0, 0.0}}), HasSubstr(" 0 % of"));
  EXPECT_THAT(shown({Kind::kWaitingWorker, {0, 0.0115}}), HasSubstr(" 1.1 % of"));
  EXPECT_THAT(shown({Kind::kWaitingWorker, {0, 0.9999}}), HasSubstr(" 99.99 % of")) << "nearly all is not all";
  EXPECT_THAT(shown({Kind::kWaitingWorker, {0, 1.0}}), HasSubstr(" 100 % of"));
  EXPECT_THAT(shown({Kind::kThrottledAgent, {0.3, 2'100 * kNsPerMs}}), HasSubstr("quota of 0.3 cores for 2.1 s:"));
  EXPECT_THAT(shown({Kind::kHeldWorker, {-1, 0.03}}), HasSubstr("worker ? used only 3 %"));
  constexpr int64_t kMiB = 1 << 20;
  EXPECT_THAT(shown({Kind::kTooLittleMemory, {9, 2 * kMiB + 1, 2 * kMiB - 1}}),
              HasSubstr("about 3 MiB of memory and 1 MiB are available"))
      << "never as if it fitted";
}

TEST(Statement, TextsAmongTheArgumentsStandAsTheyAre) {
  EXPECT_EQ(StatementText(Language::kEnglish, {Kind::kToldToStopWhy, {"a {why} {} {agent} b"}}),
            "a {why} {} {agent} b");
}

TEST(Statement, ArgumentsKeepTheirNamesOrderAndTypes) {
  EXPECT_THAT(NamedArgs({Kind::kBusyHost, {1, 0.98, 0.95, 2}, "h2:7400"}),
              ElementsAre(Pair("agent", StatementArg("h2:7400")), Pair("worker", StatementArg(1)),
                          Pair("cpu_share", StatementArg(0.98)), Pair("bound_share", StatementArg(0.95)),
                          Pair("workers", StatementArg(2))));
  EXPECT_THAT(NamedArgs({Kind::kLeaseExpired}), IsEmpty());
}

/// The catalogue is checked by the compiler; here is what a reader gets, whatever the arguments are.
TEST(Statement, EveryKindIsOneLineInEveryLanguage) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  const std::vector<StatementArg> arguments[] = {
      {}, std::vector<StatementArg>(6, kMost), std::vector<StatementArg>(6, 0.5), std::vector<StatementArg>(6, "text")};
  for (int i = 0; i < static_cast<int>(Kind::kEnd); ++i) {
    const auto kind = static_cast<Kind>(i);
    EXPECT_FALSE(StatementName(kind).empty());
    for (const Language language : kLanguages) {
      for (const std::vector<StatementArg>& args : arguments) {
        const std::string text = StatementText(language, {kind, args, "h1:7400"});
        EXPECT_FALSE(text.empty()) << StatementName(kind);
        EXPECT_TRUE(IsUtf8(text) && !HasControlCharacter(text)) << text;
        EXPECT_EQ(text.find_first_of("{}"), std::string::npos) << text;
      }
    }
  }
}

TEST(Statement, NoTextStandsTwice) {
  std::vector<std::string> texts;
  for (int i = 0; i < static_cast<int>(Kind::kEnd); ++i) {
    texts.push_back(StatementText(Language::kChinese, {static_cast<Kind>(i)}));
  }
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(std::adjacent_find(texts.begin(), texts.end()), texts.end());
}

TEST(Statement, TravelsAsItsEnglishLine) {
  const absl::Status status =
      StatementStatus(absl::StatusCode::kPermissionDenied, {Kind::kTargetNotAllowed, {"gw:9002"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Text(status),
            "gw:9002 is no target that this agent may load; add it to the agent's -allow-target, or name another "
            "-server");
  EXPECT_EQ(StatementOf(status), (Statement{Kind::kTargetNotAllowed, {"gw:9002"}}));
  EXPECT_EQ(StatementOf(absl::UnknownError("gw:9002")), std::nullopt);
}

TEST(Statement, ComesBackFromTheWire) {
  const LocalString why{"the quota", "配额"};
  const Statement sent[] = {
      {Kind::kAgentLost, {why}, "h1:7400"}, {Kind::kWaitingWorker, {0, 0.25}, "h2:7400"}, {Kind::kLeaseExpired}};
  for (const Statement& statement : sent) EXPECT_EQ(FromProto(ToProto(statement), 400), statement);
}

TEST(Statement, OfStrangersIsNotTrusted) {
  v1::Statement proto = ToProto({Kind::kAgentLost, {LocalString("a\nb\x1b[2J", "甲\n乙")}});
  const std::optional<Statement> read = FromProto(proto, 400);
  ASSERT_TRUE(read.has_value());
  for (const Language language : kLanguages) EXPECT_FALSE(HasControlCharacter(StatementText(language, *read)));
  proto.mutable_args(0)->mutable_text()->set_chinese(std::string(100'000, 'x'));
  EXPECT_LT(StatementText(Language::kChinese, *FromProto(proto, 400)).size(), 500u);
  EXPECT_EQ(LinesOf("english", proto, 100).In(Language::kEnglish), "english");

  proto.clear_args();
  EXPECT_EQ(FromProto(proto, 400), std::nullopt) << "an argument is missing";
  EXPECT_EQ(LinesOf("english", proto, 400), LocalString("english")) << "then its English line has to do";
  for (int i = 0; i < 1'000; ++i) proto.add_args()->set_name("why");
  EXPECT_EQ(FromProto(proto, 400), std::nullopt);
  proto.Clear();
  proto.set_kind("of_next_year");
  EXPECT_EQ(FromProto(proto, 400), std::nullopt);
}

}  // namespace
}  // namespace wsload
