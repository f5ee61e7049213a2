// Clients that come back, come and go, and are sent elsewhere; each time against what the gateways saw.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/cluster.h"
#include "tests/e2e/haproxy.h"

namespace wsload::e2e {
namespace {

using Json = nlohmann::json;

/// A machine that does much else may be slow on top of it.
void ExpectSound(const Outcome& run) {
  ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
  EXPECT_THAT(run.exit_code, testing::AnyOf(0, 103)) << run.out << run.err;
  ExpectConserved(run.result);
}

std::vector<std::string> Flags(const Gateway& gateway, std::vector<std::string> flags) {
  flags.push_back("-server=" + gateway.url());
  return flags;
}

TEST(Lives, AThousandClientsAreBackAfterARestart) {
  Gateway gateway({"-restart-at=4s", "-restart-for=1s"});
  const auto agents = StartAgents(2);
  const Outcome run = RunController(Flags(gateway, {AgentsFlag(agents), "-clients=1000", "-mps=500", "-duration=9s",
                                                    "-ramp-up=1s", "-reconnect=100ms..1s"}));
  ExpectSound(run);
  EXPECT_EQ(Int(run.result, "/totals/scheduled"), 4'500);
  EXPECT_EQ(Int(run.result, "/totals/connections/lost"), 1'000);
  EXPECT_EQ(Int(run.result, "/totals/connections/reconnected"), 1'000);
  ASSERT_EQ(run.result.at("outages").size(), 1u) << run.result.at("outages");
  const Json& outage = run.result.at("outages").at(0);
  EXPECT_EQ(Int(outage, "/lost"), 1'000);
  EXPECT_GT(Int(outage, "/back_us/p99"), 900'000) << "it was gone for a second";
  EXPECT_LE(Int(outage, "/back_us/p99"), Int(outage, "/back_us/p100"));
  EXPECT_EQ(Int(outage, "/unsent"), Int(run.result, "/totals/unsent"));
  EXPECT_GT(Int(outage, "/unsent"), 0);
  EXPECT_GT(Int(outage, "/failures/refused"), 0);
  EXPECT_THAT(run.out, testing::HasSubstr("outage"));
  const Json truth = gateway.Stop();
  EXPECT_EQ(Int(truth, "/restarts/connections"), 1'000);
  EXPECT_EQ(Int(truth, "/handshakes/accepted"), 2'000);
  EXPECT_EQ(Int(truth, "/distinct_user_ids"), 1'000) << "they are the same users";
}

TEST(Lives, AStormIsWhatTheGatewaySees) {
  Gateway gateway;
  const auto agents = StartAgents(2);
  const Outcome run =
      RunController(Flags(gateway, {AgentsFlag(agents), "-clients=200", "-mps=200", "-duration=5s", "-ramp-up=300ms",
                                    "-reconnect=100ms..500ms", "-storm=1s:50%,3s:25%:close"}));
  ExpectSound(run);
  EXPECT_EQ(Int(run.result, "/totals/connections/losses/storm"), 150);
  EXPECT_EQ(Int(run.result, "/totals/connections/reconnected"), 150);
  EXPECT_EQ(Int(run.result, "/totals/unsent"), 0) << "the others carry the rate";
  EXPECT_EQ(run.result.at("outages").size(), 2u);
  const Json truth = gateway.Stop();
  EXPECT_EQ(Int(truth, "/connections/broken"), 100);
  EXPECT_EQ(Int(truth, "/connections/closed_by_client"), 250) << "50 in order, and all at the end";
}

TEST(Lives, NewcomersAreNewUsers) {
  Gateway gateway;
  const Outcome run =
      RunController(Flags(gateway, {"-clients=50", "-mps=100", "-duration=3s", "-ramp-up=200ms", "-churn=20/s"}));
  ExpectSound(run);
  EXPECT_EQ(Int(run.result, "/totals/connections/replaced"), 60);
  EXPECT_EQ(Int(run.result, "/totals/success"), 300) << "nobody leaves before his answer has come";
  const Json truth = gateway.Stop();
  EXPECT_EQ(Int(truth, "/distinct_user_ids"), 110);
  EXPECT_EQ(Int(truth, "/connections/closed_by_client"), 110);
}

TEST(Lives, ACrowdIsThereWhenTheStagesSayIt) {
  Gateway gateway;
  const auto agents = StartAgents(2);
  const Outcome run = RunController(Flags(gateway, {AgentsFlag(agents), "-clients-stages=1s:@20,2s:100,1s:100,1s:0",
                                                    "-mps=50", "-duration=4s", "-ramp-up=200ms"}));
  ExpectSound(run);
  EXPECT_EQ(Int(run.result, "/plan/clients"), 100);
  std::vector<int64_t> active;
  for (const Json& point : run.result.at("series")) {
    if (point.at("phase") == "measure") active.push_back(Int(point, "/active_connections"));
  }
  ASSERT_EQ(active.size(), 4u);
  EXPECT_NEAR(static_cast<double>(active[0]), 20, 1);
  EXPECT_NEAR(static_cast<double>(active[1]), 60, 4);
  EXPECT_NEAR(static_cast<double>(active[2]), 100, 4);
  EXPECT_EQ(active[3], 100);
  EXPECT_EQ(Int(gateway.Stop(), "/connections/peak"), 100);
}

TEST(Lives, TwoDevicesAreOneUser) {
  Gateway gateway;
  const Outcome run =
      RunController(Flags(gateway, {"-clients=20", "-devices=2", "-mps=50", "-duration=1s", "-ramp-up=200ms"}));
  ExpectSound(run);
  const Json truth = gateway.Stop();
  EXPECT_EQ(Int(truth, "/handshakes/accepted"), 20);
  EXPECT_EQ(Int(truth, "/distinct_user_ids"), 10);
}

TEST(Lives, ARedirectionUnderLoadIsFollowedAndNothingIsLost) {
  Gateway target;
  Gateway gateway({"-redirect-to=127.0.0.1:" + std::to_string(PortOf(target.url())), "-redirect-after=3s"});
  const auto agents = StartAgents(2);
  const Outcome run = RunController(Flags(gateway, {AgentsFlag(agents), "-clients=200", "-mps=400", "-duration=6s",
                                                    "-ramp-up=500ms", "-redirect=follow", "-reconnect=100ms..1s"}));
  ExpectSound(run);
  EXPECT_EQ(Int(run.result, "/totals/redirects"), 200);
  EXPECT_EQ(Int(run.result, "/totals/connections/moved"), 200);
  EXPECT_EQ(Int(run.result, "/latency_us/move/count"), 200);
  EXPECT_EQ(Int(run.result, "/totals/success"), 2'400) << run.out;
  const Json truth = gateway.Stop();
  const Json target_truth = target.Stop();
  EXPECT_EQ(Int(truth, "/messages/redirects_followed"), 200);
  EXPECT_EQ(Int(target_truth, "/handshakes/accepted"), 200);
  EXPECT_EQ(Int(truth, "/messages/upstream") + Int(target_truth, "/messages/upstream"), 2'400);
  EXPECT_GT(Int(target_truth, "/messages/upstream"), 400);
}

TEST(Lives, AnAgentGoesNowhereItMayNotGo) {
  Gateway target;
  Gateway gateway({"-redirect-to=127.0.0.1:" + std::to_string(PortOf(target.url())), "-redirect-after=1500ms"});
  std::vector<std::unique_ptr<Agent>> agents;
  agents.push_back(std::make_unique<Agent>(
      std::vector<std::string>{"-allow-target=127.0.0.1:" + std::to_string(PortOf(gateway.url()))}));
  const Outcome run = RunController(Flags(gateway, {AgentsFlag(agents), "-clients=10", "-mps=50", "-duration=4s",
                                                    "-ramp-up=200ms", "-redirect=follow", "-reconnect=100ms..1s"}));
  ExpectSound(run);
  EXPECT_EQ(Int(run.result, "/totals/connections/moved"), 0);
  EXPECT_EQ(Int(run.result, "/totals/connections/failures/not_allowed"), 10);
  EXPECT_EQ(Int(run.result, "/totals/connections/lost"), 10) << "the gateway closes them a second later";
  EXPECT_EQ(Int(run.result, "/totals/connections/reconnected"), 10);
  EXPECT_EQ(Int(target.Stop(), "/handshakes/accepted"), 0);
}

TEST(Lives, TheSurvivorBehindHaproxyHasTheWholeRateWithinTwoSeconds) {
  if (!Haproxy::Installed()) GTEST_SKIP() << "haproxy is not installed";
  Gateway survivor;
  Gateway victim;
  const Haproxy haproxy({PortOf(survivor.url()), PortOf(victim.url())}, false, true);
  const auto agents = StartAgents(2);
  RunningController controller({AgentsFlag(agents), "-clients=200", "-mps=400", "-duration=8s", "-ramp-up=1s",
                                "-reconnect=100ms..500ms",
                                "-server=ws://127.0.0.1:" + std::to_string(haproxy.port()) + "/ws"});
  victim.process().Signal(SIGKILL);
  const Outcome run = controller.Wait();
  ExpectSound(run);
  EXPECT_EQ(Int(run.result, "/totals/connections/lost"), 100);
  EXPECT_EQ(Int(run.result, "/totals/connections/reconnected"), 100) << run.out;
  ASSERT_EQ(run.result.at("outages").size(), 1u);
  const Json& outage = run.result.at("outages").at(0);
  EXPECT_LT(Int(outage, "/back_us/p99"), 2'000'000);
  // In whole intervals: two seconds after the one in which it died nothing fails any more, and all that is due leaves.
  const int64_t from_ns = Int(outage, "/from_ns");
  int64_t seconds = 0;
  for (const Json& point : run.result.at("series")) {
    if (point.at("phase") != "measure" || Int(point, "/interval") * 1'000'000'000 < from_ns + 2'000'000'000) continue;
    ++seconds;
    EXPECT_EQ(Int(point, "/failed") + Int(point, "/unsent"), 0) << point;
    EXPECT_NEAR(static_cast<double>(Int(point, "/success")), 400, 40) << point;
    EXPECT_EQ(Int(point, "/active_connections"), 200);
  }
  EXPECT_GE(seconds, 3);
}

}  // namespace
}  // namespace wsload::e2e
