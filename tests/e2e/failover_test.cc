// Two gateways behind a balancer, and one of them dies in mid-run: the other one carries the whole rate, whichever
// workers and agents the lost connections were.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/cluster.h"
#include "tests/e2e/haproxy.h"
#include "tests/support/relay.h"

namespace wsload::e2e {
namespace {

constexpr int64_t kPerSecond = 400;
constexpr int64_t kMessages = 7 * kPerSecond;

struct Failover {
  std::string name;
  bool haproxy = false;
  bool by_source = false;  ///< every agent has a server of its own; else they come in turn
  int agents = 0;          ///< 0: embedded
  int workers = 1;
  int64_t clients = 30;
};

class FailoverTest : public testing::TestWithParam<Failover> {
 protected:
  void SetUp() override {
    if (GetParam().haproxy && !Haproxy::Installed()) GTEST_SKIP() << "haproxy is not installed";
    const std::vector<uint16_t> servers = {PortOf(survivor_.url()), PortOf(victim_.url())};
    if (GetParam().haproxy) {
      haproxy_ = std::make_unique<Haproxy>(servers, GetParam().by_source);
    } else {
      relay_ = std::make_unique<Relay>("127.0.0.1", servers,
                                       GetParam().by_source ? Relay::Choice::kBySource : Relay::Choice::kInTurn);
    }
  }

  std::vector<std::string> Flags() {
    const uint16_t port = haproxy_ != nullptr ? haproxy_->port() : relay_->port();
    std::vector<std::string> flags = {"-clients=" + std::to_string(GetParam().clients),
                                      "-mps=" + std::to_string(kPerSecond),
                                      "-duration=7s",
                                      "-ramp-up=1500ms",
                                      "-resp-timeout=2s",
                                      "-server=ws://127.0.0.1:" + std::to_string(port) + "/ws",
                                      "-workers=" + std::to_string(GetParam().workers)};
    if (GetParam().agents > 0) {
      for (int i = 0; i < GetParam().agents; ++i) {
        agents_.push_back(std::make_unique<Agent>(std::vector<std::string>{
            "-name=agent-" + std::to_string(i), "-local-addrs=127.0.0." + std::to_string(2 + i)}));
      }
      flags.push_back(AgentsFlag(agents_));
    }
    return flags;
  }

  Gateway survivor_;
  Gateway victim_;
  std::unique_ptr<Haproxy> haproxy_;
  std::unique_ptr<Relay> relay_;
  std::vector<std::unique_ptr<Agent>> agents_;
};

TEST_P(FailoverTest, TheSurvivorCarriesTheWholeRate) {
  RunningController controller(Flags());
  victim_.process().Signal(SIGKILL);
  const Outcome run = controller.Wait();
  ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
  EXPECT_THAT(run.exit_code, testing::AnyOf(102, 103)) << run.out << run.err;
  ExpectConserved(run.result);
  EXPECT_EQ(Int(run.result, "/totals/scheduled"), kMessages);
  EXPECT_EQ(Int(run.result, "/totals/connections/lost"), GetParam().clients / 2);
  int64_t yielded = 0;
  int64_t taken_over = 0;
  for (const auto& agent : run.result.at("agents")) {
    yielded += Int(agent, "/messages_yielded");
    taken_over += Int(agent, "/messages_taken_over");
  }
  EXPECT_EQ(yielded, taken_over);
  if (GetParam().by_source) {
    EXPECT_GT(yielded, kMessages / 4);
    // The moment of the hand-over: of half the rate, 50 ms and what a busy machine adds.
    EXPECT_LT(Int(run.result, "/totals/unsent"), kPerSecond / 4);
    EXPECT_THAT(run.out, testing::HasSubstr("has no connection left"));
  } else {
    EXPECT_EQ(yielded, 0);
    EXPECT_EQ(Int(run.result, "/totals/unsent"), 0);
  }
  EXPECT_TRUE(run.result.at("gaps").empty());
  // What the survivor got itself: half until the kill, in the second second at the latest, and everything from then on.
  // By lot the halves are not quite even.
  const int64_t upstream = Int(survivor_.Stop(), "/messages/upstream");
  EXPECT_GT(upstream, kMessages - 2 * kPerSecond);
  EXPECT_LT(upstream, kMessages - kPerSecond / 4);
}

// With two clients, each worker has one connection.
INSTANTIATE_TEST_SUITE_P(
    Balancers, FailoverTest,
    testing::Values(
        Failover{.name = "RelayOneWorker"}, Failover{.name = "RelayTwoWorkers", .workers = 2},
        Failover{.name = "RelayTwoWorkersOfOneConnection", .workers = 2, .clients = 2},
        Failover{.name = "RelayTwoAgents", .agents = 2},
        Failover{.name = "RelayTwoAgentsBySource", .by_source = true, .agents = 2},
        Failover{.name = "HaproxyTwoWorkers", .haproxy = true, .workers = 2},
        Failover{.name = "HaproxyTwoAgents", .haproxy = true, .agents = 2},
        Failover{.name = "HaproxyTwoAgentsBySource", .haproxy = true, .by_source = true, .agents = 2, .workers = 2}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace wsload::e2e
