#include "controller/precheck/agent_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "common/time/clock.h"
#include "common/util/status.h"
#include "common/version.h"
#include "tests/support/print_statement.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = StatementKind;
using Reach = v1::TargetReport;

v1::DescribeResponse GoodAgent() {
  v1::DescribeResponse response;
  response.set_agent_name("a");
  response.set_agent_version("1.2.3");
  response.set_protocol_version(kControlProtocolVersion);
  response.set_cores(2);
  response.mutable_means()->set_descriptors_soft(1024);
  response.mutable_means()->set_descriptors_in_use(20);
  response.mutable_means()->set_ports(500);
  return response;
}

std::vector<Kind> Kinds(const AgentCheck& check) {
  std::vector<Kind> kinds;
  for (const Statement& problem : check.problems) kinds.push_back(problem.kind);
  return kinds;
}

AgentCheck Check(const v1::DescribeResponse& response, int64_t clients, const std::string& server) {
  RunPlan plan;
  plan.server = *ServerUrl::Parse(server);
  return CheckAgent("a:1", absl::OkStatus(), response, plan, clients);
}

constexpr char kServer[] = "ws://10.0.0.1:9002/ws";

TEST(AgentCheck, AnAgentThatCanHasNoProblem) {
  const AgentCheck check = Check(GoodAgent(), 500, kServer);
  EXPECT_THAT(check.problems, IsEmpty());
  EXPECT_EQ(check.most_clients, 500);
  EXPECT_EQ(check.address, "a:1");
}

TEST(AgentCheck, WhatNoHostCanHaveReachesNobodysEyes) {
  using Change = std::function<void(v1::DescribeResponse&)>;
  const Change changes[] = {
      [](auto& r) { r.set_cores(-5); },
      [](auto& r) { r.set_host_cores(1'000'000); },
      [](auto& r) { r.set_workers(-1); },
      [](auto& r) { r.set_throttled_us(std::numeric_limits<int64_t>::max()); },
      [](auto& r) { r.set_quota_cores(std::numeric_limits<double>::quiet_NaN()); },
      [](auto& r) { r.set_quota_cores(std::numeric_limits<double>::infinity()); },
      [](auto& r) { r.set_quota_cores(-0.1); },
      [](auto& r) { r.set_busy_since_unix_ns(-1); },
      [](auto& r) { r.set_agent_unix_ns(std::numeric_limits<int64_t>::min()); },
      [](auto& r) { r.mutable_means()->set_descriptors_in_use(-20); },
      [](auto& r) { r.mutable_means()->set_ports(70'000); },
      [](auto& r) { r.mutable_means()->set_addresses(-7); },
      [](auto& r) { r.mutable_means()->set_memory_available_bytes(std::numeric_limits<int64_t>::max()); },
      [](auto& r) { r.mutable_target()->set_connect_us(-1); },
  };
  for (const Change& change : changes) {
    v1::DescribeResponse response = GoodAgent();
    change(response);
    const AgentCheck check = Check(response, 5, kServer);
    EXPECT_THAT(Kinds(check), ElementsAre(Kind::kAgentUnusable)) << response.ShortDebugString();
    EXPECT_FALSE(check.response.has_value());
  }
}

TEST(AgentCheck, AQuotaBelowTheCoresIsShownByTheDoctor) {
  v1::DescribeResponse response = GoodAgent();
  response.set_host_cores(2);
  response.set_cores(1);
  response.set_quota_cores(0.3);
  response.set_throttled_us(2'100'000);
  AgentCheck check = Check(response, 5, kServer);
  EXPECT_THAT(check.warnings, IsEmpty());
  CheckSurroundings(RunPlan(), check);
  EXPECT_THAT(check.problems, IsEmpty());
  EXPECT_THAT(check.warnings, ElementsAre(Statement{Kind::kCpuQuota, {0.3, 2, 2'100 * kNsPerMs}, "a:1"}));
  EXPECT_THAT(StatementText(Language::kEnglish, check.warnings[0]),
              HasSubstr("CPU quota lets it use 0.3 of 2 cores, and has held it up for 2.1 s so far"));
  response.set_quota_cores(4);
  EXPECT_FALSE(HasTightQuota(response)) << "more than there are";
  response.set_quota_cores(0);
  EXPECT_FALSE(HasTightQuota(response));
}

TEST(AgentCheck, ALostAgentsClientsAreDividedOverTheOthers) {
  RunPlan plan;
  plan.clients = 100;
  EXPECT_EQ(ClientsAfterLoss(plan, 50, 2), 100);
  EXPECT_EQ(ClientsAfterLoss(plan, 25, 4), 25 + 9);
  plan.clients = 10;
  // Shares of 4, 3 and 3: the largest is what may have to be taken over, half of it each.
  EXPECT_EQ(ClientsAfterLoss(plan, 3, 3), 5);
  EXPECT_EQ(ClientsAfterLoss(plan, 4, 3), 6);
  EXPECT_EQ(ClientsAfterLoss(plan, 10, 1), 10) << "nobody would be left";
}

TEST(AgentCheck, WarnsWhenATakeOverWouldNotFit) {
  AgentCheck check = Check(GoodAgent(), 400, kServer);
  CheckHeadroom(400, 500, check);
  EXPECT_THAT(check.warnings, IsEmpty()) << "just as many as it can carry";
  CheckHeadroom(400, 501, check);
  EXPECT_THAT(check.warnings, ElementsAre(Statement{Kind::kNoHeadroom, {501, 400, 500}, "a:1"}));
  EXPECT_THAT(check.problems, IsEmpty()) << "its own share fits";
  EXPECT_THAT(StatementText(Language::kEnglish, check.warnings[0]),
              HasSubstr("agent a:1: it would have 501 clients after the loss"));
}

TEST(AgentCheck, HeadroomIsNoMatterWhereTheShareDoesNotFitOrNothingIsKnown) {
  AgentCheck too_many = Check(GoodAgent(), 501, kServer);
  CheckHeadroom(501, 600, too_many);
  EXPECT_THAT(too_many.warnings, IsEmpty());
  v1::DescribeResponse unknown = GoodAgent();
  unknown.clear_means();
  AgentCheck unbounded = Check(unknown, 501, kServer);
  CheckHeadroom(501, 1'000'000, unbounded);
  EXPECT_THAT(unbounded.warnings, IsEmpty());
}

TEST(AgentCheck, OneThatDidNotAnswerSaysWhy) {
  const AgentCheck check =
      CheckAgent("a:1", MakeStatus(absl::StatusCode::kUnavailable, "connection refused"), {}, RunPlan{}, 1);
  EXPECT_THAT(check.problems, ElementsAre(Statement{Kind::kAgentUnusable, {"connection refused"}, "a:1"}));
  EXPECT_FALSE(check.response.has_value());
}

TEST(AgentCheck, AnotherControlProtocolIsNamedFirstAndAlone) {
  v1::DescribeResponse response = GoodAgent();
  response.set_protocol_version(kControlProtocolVersion + 1);
  response.set_agent_version("9\n9");
  response.set_busy_run_id("run-1");
  const AgentCheck check = Check(response, 5000, kServer);
  ASSERT_THAT(Kinds(check), ElementsAre(Kind::kVersionMismatch));
  const std::string line = StatementText(Language::kEnglish, check.problems[0]);
  EXPECT_THAT(line, HasSubstr("wsload 9\\n9"));
  EXPECT_THAT(line, HasSubstr("install the same wsload version"));
}

TEST(AgentCheck, ABusyOneNamesRunAndTime) {
  v1::DescribeResponse response = GoodAgent();
  response.set_busy_run_id("run-1");
  response.set_busy_since_unix_ns(1'700'000'000 * kNsPerSecond);
  EXPECT_THAT(Check(response, 5000, kServer).problems,
              ElementsAre(Statement{Kind::kAgentBusy, {"run-1", 1'700'000'000 * kNsPerSecond}, "a:1"}));
}

TEST(AgentCheck, EveryShortageIsAProblem) {
  v1::DescribeResponse response = GoodAgent();
  response.mutable_means()->set_max_clients(10);
  response.mutable_means()->set_memory_available_bytes(1);
  const AgentCheck check = Check(response, 5000, kServer);
  for (const Statement& problem : check.problems) EXPECT_EQ(problem.agent, "a:1");
  EXPECT_THAT(Kinds(check),
              ElementsAre(Kind::kTooManyClients, Kind::kTooFewDescriptors, Kind::kTooFewPorts, Kind::kTooLittleMemory));
}

TEST(AgentCheck, EveryAddressOfTheNameIsADestination) {
  v1::DescribeResponse response = GoodAgent();
  RunPlan plan;
  plan.server = *ServerUrl::Parse("ws://gateway.example/ws");
  EXPECT_FALSE(NeedsDestinations(response, plan, 500));
  EXPECT_TRUE(NeedsDestinations(response, plan, 501));
  EXPECT_THAT(Check(response, 501, plan.server.text()).problems, IsEmpty());
  response.mutable_target()->add_addresses("10.0.0.1");
  EXPECT_THAT(Kinds(Check(response, 501, plan.server.text())), ElementsAre(Kind::kTooFewPorts));
  response.mutable_target()->add_addresses("10.0.0.2");
  EXPECT_THAT(Check(response, 501, plan.server.text()).problems, IsEmpty());
  response.mutable_means()->set_descriptors_soft(4096);
  EXPECT_THAT(Check(response, 1000, plan.server.text()).problems, IsEmpty());
  EXPECT_THAT(Kinds(Check(response, 1001, plan.server.text())), ElementsAre(Kind::kTooFewPorts));
  response.mutable_means()->set_addresses(3);
  EXPECT_THAT(Check(response, 3000, plan.server.text()).problems, IsEmpty());
  EXPECT_THAT(Kinds(Check(response, 3001, plan.server.text())), ElementsAre(Kind::kTooFewPorts));
  plan.server = *ServerUrl::Parse(kServer);
  EXPECT_FALSE(NeedsDestinations(GoodAgent(), plan, 501)) << "known without a lookup";
}

TEST(AgentCheck, SourceAddressesOfAnotherHostAreAProblem) {
  v1::DescribeResponse response = GoodAgent();
  response.set_foreign_addresses("10.0.0.5, 10.0.0.6\n");
  const AgentCheck check = Check(response, 1, kServer);
  EXPECT_THAT(check.problems, ElementsAre(Statement{Kind::kForeignAddresses, {"10.0.0.5, 10.0.0.6\\n"}, "a:1"}));
  EXPECT_THAT(StatementText(Language::kEnglish, check.problems[0]), HasSubstr("ip addr add"));
}

TEST(AgentCheck, TheWayToTheServerCounts) {
  const std::pair<Reach::Reach, Kind> ways[] = {{Reach::REACH_NOT_RESOLVED, Kind::kTargetNotResolved},
                                                {Reach::REACH_REFUSED, Kind::kTargetRefused},
                                                {Reach::REACH_UNREACHABLE, Kind::kTargetUnreachable},
                                                {Reach::REACH_TIMEOUT, Kind::kTargetTimeout},
                                                {Reach::REACH_NOT_ALLOWED, Kind::kTargetNotAllowed}};
  RunPlan plan;
  plan.server = *ServerUrl::Parse(kServer);
  for (const auto& [reach, kind] : ways) {
    v1::DescribeResponse response = GoodAgent();
    response.mutable_target()->set_reach(reach);
    AgentCheck check = Check(response, 1, kServer);
    CheckSurroundings(plan, check);
    EXPECT_THAT(check.problems, ElementsAre(Statement{kind, {"10.0.0.1:9002"}, "a:1"}));
  }
  v1::DescribeResponse refused = GoodAgent();
  refused.mutable_target()->set_reach(Reach::REACH_NOT_UPGRADED);
  refused.mutable_target()->set_cause("http_404");
  refused.mutable_target()->set_detail("HTTP 404\n");
  refused.mutable_target()->mutable_detail_lines()->set_chinese("应答 404\n");
  AgentCheck found = Check(refused, 1, kServer);
  CheckTarget(plan, found);
  EXPECT_THAT(found.problems,
              ElementsAre(Statement{
                  Kind::kTargetNotUpgraded, {"10.0.0.1:9002", LocalString("HTTP 404\\n", "应答 404\\n")}, "a:1"}));
  for (const auto reach :
       {Reach::REACH_UNSPECIFIED, Reach::REACH_RESOLVED, Reach::REACH_CONNECTED, Reach::REACH_UPGRADED}) {
    v1::DescribeResponse response = GoodAgent();
    response.mutable_target()->set_reach(reach);
    AgentCheck check = Check(response, 1, kServer);
    CheckSurroundings(plan, check);
    EXPECT_THAT(check.problems, IsEmpty());
  }
}

TEST(AgentCheck, AClockFarOffIsAProblem) {
  AgentCheck check = Check(GoodAgent(), 1, kServer);
  check.clock_offset_ns = -30 * kNsPerSecond;
  CheckSurroundings(RunPlan{}, check);
  EXPECT_THAT(check.problems, IsEmpty());
  check.clock_offset_ns = -90 * kNsPerSecond;
  CheckSurroundings(RunPlan{}, check);
  EXPECT_THAT(check.problems, ElementsAre(Statement{Kind::kClockOff, {-90 * kNsPerSecond}, "a:1"}));
}

}  // namespace
}  // namespace wsload
