// Clients that come back, come and go, are cut off and sent elsewhere: a worker on a loop that is turned by hand.
#include "agent/load/connector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "agent/load/node_choice.h"
#include "common/lives/lot.h"
#include "tests/unit/load/worker_rig.h"

namespace wsload {
namespace {

const CloseInfo kReset{CloseInfo::Kind::kBroken, 1006, "", "reset"};

class ConnectorTest : public WorkerTest {
 protected:
  static RunPlan LivelyPlan() {
    RunPlan plan = SmallPlan();
    plan.duration_ns = 20 * kNsPerSecond;
    plan.seed = 3;
    return plan;
  }

  void Begin(const RunPlan& plan, TargetGate may_load = {}) {
    plan_ = plan;
    rig_ = std::make_unique<Rig>(
        loop_, gateway_, plan, WholeRun(plan), "run-0-0", [] { return ThreadCpu{}; }, nullptr, 0, std::move(may_load));
    RampUpAndStart(*rig_, plan);
  }

  const Counters& End() {
    loop_.AdvanceBy(plan_.duration_ns + plan_.resp_timeout_ns + 10 * kNsPerSecond);
    EXPECT_EQ(rig_->log.done, 1);
    const Counters& counters = rig_->log.totals.counters;
    ExpectConserved(counters);
    EXPECT_EQ(counters.scheduled, plan_.mps.units() / Rate::kUnitsPerSecond * plan_.duration_ns / kNsPerSecond);
    return counters;
  }

  const ConnectionCounters& connections() const { return rig_->log.totals.counters.connections; }
  const Stats& totals() const { return rig_->log.totals; }

  RunPlan plan_;
  std::unique_ptr<Rig> rig_;
  int64_t refuse_until_ns_ = 0;
};

TEST_F(ConnectorTest, WhoeverIsLostComesBackAsTheSameUser) {
  RunPlan plan = LivelyPlan();
  plan.reconnect = *Backoff::Parse("500ms..4s");
  Begin(plan);
  loop_.AdvanceBy(kNsPerSecond);
  for (int index = 0; index < 5; ++index) gateway_.Break(index, kReset);
  loop_.AdvanceBy(600 * kNsPerMs);
  EXPECT_EQ(gateway_.open(), 10) << "the first wait is at most 500 ms";
  EXPECT_EQ(std::set<std::string>(gateway_.tokens.begin(), gateway_.tokens.end()).size(), 10u + 5u)
      << "new tokens: they are issued when they are needed";
  const Counters& counters = End();
  EXPECT_EQ(counters.connections.lost, 5);
  EXPECT_EQ(counters.connections.reconnected, 5);
  EXPECT_EQ(counters.connections.redialled, 5);
  EXPECT_EQ(counters.connections.clients_opened(), 10);
  EXPECT_EQ(totals().reconnect.count(), 5);
  EXPECT_LE(totals().reconnect.max_us(), 500'000);
  EXPECT_EQ(counters.unsent, 0);
}

TEST_F(ConnectorTest, WaitsGrowAsLongAsTheServerRefuses) {
  RunPlan plan = LivelyPlan();
  plan.reconnect = *Backoff::Parse("100ms..1s");
  Begin(plan);
  loop_.AdvanceBy(kNsPerSecond);
  const int64_t gone_ns = loop_.MonoNs();
  gateway_.refuse_dial = [&](int) { return std::string(loop_.MonoNs() < gone_ns + 5 * kNsPerSecond ? "refused" : ""); };
  for (int index = 0; index < 10; ++index) gateway_.Break(index, kReset);
  const Counters& counters = End();
  EXPECT_EQ(counters.connections.lost, 10);
  EXPECT_EQ(counters.connections.reconnected, 10);
  EXPECT_EQ(counters.connections.failed, counters.connections.redialled - 10);
  // Full jitter: half of the bounds on average, 50 + 100 + 200 + 400 ms, and then half a second each.
  EXPECT_GT(counters.connections.failed, 10 * 6);
  EXPECT_LT(counters.connections.failed, 10 * 25);
  EXPECT_GE(totals().reconnect.min_us(), 5'000'000);
  EXPECT_LE(totals().reconnect.max_us(), 6'000'000);
  EXPECT_EQ(rig_->log.starved, 1) << "after two seconds";
  EXPECT_NEAR(static_cast<double>(counters.unsent), 500, 110) << "until the first one is back";
}

TEST_F(ConnectorTest, WhereNobodyComesBackForLongOthersMayHaveTheMessages) {
  RunPlan plan = LivelyPlan();
  plan.reconnect = *Backoff::Parse("100ms..3s");
  Begin(plan);
  gateway_.refuse_dial = [](int) { return std::string("refused"); };
  for (int index = 0; index < 10; ++index) gateway_.Break(index, kReset);
  loop_.AdvanceBy(3 * kNsPerSecond - kNsPerMs);
  EXPECT_EQ(rig_->log.starved, 0);
  loop_.AdvanceBy(kNsPerMs);
  EXPECT_EQ(rig_->log.starved, 1);
  End();
}

TEST_F(ConnectorTest, WhoDidNotGetInAtFirstTriesAgain) {
  RunPlan plan = LivelyPlan();
  plan.reconnect = *Backoff::Parse("100ms..1s");
  const int64_t begin_ns = loop_.MonoNs();
  gateway_.refuse_dial = [&](int) { return std::string(loop_.MonoNs() < begin_ns + kNsPerSecond ? "http_503" : ""); };
  Begin(plan);
  EXPECT_EQ(rig_->log.ready, 1) << "nobody waits for them";
  EXPECT_EQ(rig_->log.failed, 5);
  const Counters& counters = End();
  EXPECT_EQ(counters.connections.opened, 10);
  EXPECT_EQ(counters.connections.redialled, counters.connections.failed);
  EXPECT_EQ(counters.connections.reconnected, 0) << "they had lost nothing";
  EXPECT_EQ(counters.connections.clients_opened(), 10);
}

TEST_F(ConnectorTest, AStormCutsItsShareAndTheyComeBack) {
  RunPlan plan = LivelyPlan();
  plan.clients = 100;
  plan.storm = *StormList::Parse("2s:50%,8s:30%:close");
  plan.reconnect = *Backoff::Parse("200ms..1s");
  gateway_.ack_delay_ns = 50 * kNsPerMs;
  Begin(plan);
  loop_.AdvanceBy(2 * kNsPerSecond);
  EXPECT_EQ(gateway_.open(), 50);
  EXPECT_EQ(gateway_.closes_seen, 0) << "it breaks off";
  loop_.AdvanceBy(3 * kNsPerSecond);
  EXPECT_EQ(gateway_.open(), 100);
  loop_.AdvanceBy(3 * kNsPerSecond + 100 * kNsPerMs);
  EXPECT_EQ(gateway_.closes_seen, 30) << "in order";
  const Counters& counters = End();
  EXPECT_EQ(counters.connections.losses.at("storm"), 80);
  EXPECT_EQ(counters.connections.lost, 80);
  EXPECT_EQ(counters.connections.reconnected, 80);
  EXPECT_GT(counters.connection_lost, 0) << "what was open on the half that was cut";
  EXPECT_LE(counters.connection_lost, 6);
  EXPECT_EQ(counters.unsent, 0);
}

TEST_F(ConnectorTest, SessionsEndInOrderAndNewUsersCome) {
  RunPlan plan = LivelyPlan();
  plan.clients = 50;
  plan.session = *Lifetime::Parse("exp:2s");
  gateway_.ack_delay_ns = 20 * kNsPerMs;
  Begin(plan);
  loop_.AdvanceBy(10 * kNsPerSecond);
  const int before = gateway_.open();
  EXPECT_GE(before, 50);
  EXPECT_LE(before, 55) << "some are still closing";
  const Counters& counters = End();
  EXPECT_NEAR(static_cast<double>(counters.connections.replaced), 500, 70) << "50 clients for 20 s, 2 s each";
  EXPECT_EQ(counters.connections.lost, 0);
  EXPECT_EQ(counters.connections.clients_opened(), 50);
  EXPECT_EQ(counters.success, counters.scheduled) << "who leaves takes its answers along";
}

TEST_F(ConnectorTest, ChurnReplacesExactlySoManyASecondOverAnySplit) {
  RunPlan plan = LivelyPlan();
  plan.clients = 60;
  plan.churn = *Rate::Parse("7/s");
  for (const int parts : {1, 3, 7}) {
    int64_t replaced = 0;
    for (const Slice& slice : SplitOverAgents(plan, parts)) {
      Rig rig(loop_, gateway_, plan, slice, "run-0-" + std::to_string(slice.agent_index));
      RunAll(rig, plan);
      replaced += rig.log.totals.counters.connections.replaced;
      ExpectConserved(rig.log.totals.counters);
    }
    EXPECT_EQ(replaced, 140) << parts;
  }
}

TEST_F(ConnectorTest, ACrowdComesAndGoes) {
  RunPlan plan = LivelyPlan();
  plan.clients_stages = *StageList::Parse("4s:40,6s:40,4s:10,2s:@20,4s:20");
  plan.clients = 40;
  Begin(plan);
  EXPECT_EQ(rig_->log.ready, 1) << "nobody is to be there at the start";
  loop_.AdvanceBy(2 * kNsPerSecond);
  EXPECT_EQ(gateway_.open(), 20);
  loop_.AdvanceBy(4 * kNsPerSecond);
  EXPECT_EQ(gateway_.open(), 40);
  loop_.AdvanceBy(7 * kNsPerSecond + 900 * kNsPerMs);
  EXPECT_EQ(gateway_.open(), 10);
  loop_.AdvanceBy(kNsPerSecond);
  EXPECT_EQ(gateway_.open(), 20);
  const Counters& counters = End();
  EXPECT_EQ(counters.connections.opened, 50);
  EXPECT_EQ(counters.connections.replaced, 10);
  EXPECT_EQ(counters.connections.clients_opened(), 40);
  EXPECT_EQ(counters.unsent, 11) << "until the first of the crowd was there, after a tenth of a second";
}

std::vector<RedirectNode> NodesAt(int port) {
  RedirectNode node;
  node.ip = "10.0.0.7";
  node.port = port;
  node.weight = 1;
  return {node};
}

TEST_F(ConnectorTest, ARedirectIsFollowedBeforeTheOldConnectionIsLeft) {
  RunPlan plan = LivelyPlan();
  plan.redirect = Redirect::kFollow;
  gateway_.dial_delay_ns = 30 * kNsPerMs;
  gateway_.ack_delay_ns = 50 * kNsPerMs;
  Begin(plan);
  loop_.AdvanceBy(kNsPerSecond);
  for (int index = 0; index < 4; ++index) gateway_.Redirect(index, NodesAt(9003));
  gateway_.Redirect(0, NodesAt(9004));
  loop_.AdvanceBy(29 * kNsPerMs);
  EXPECT_EQ(gateway_.open(), 10) << "the old ones are still used";
  const Counters& counters = End();
  EXPECT_EQ(counters.redirects, 5);
  EXPECT_EQ(counters.connections.moved, 4) << "one that moves is not sent on";
  EXPECT_EQ(counters.connections.closed, 14);
  EXPECT_EQ(totals().move.count(), 4);
  EXPECT_EQ(totals().move.max_us(), 30'000);
  EXPECT_EQ(counters.success, counters.scheduled) << "nothing is lost on the way";
  ASSERT_EQ(gateway_.dialled_at.size(), 4u);
  EXPECT_EQ(gateway_.dialled_at[0].ToString(), "10.0.0.7:9003");
}

TEST_F(ConnectorTest, ARedirectIsCountedAloneUnlessItIsToBeFollowed) {
  Begin(LivelyPlan());
  loop_.AdvanceBy(kNsPerSecond);
  gateway_.Redirect(0, NodesAt(9003));
  EXPECT_EQ(End().redirects, 1);
  EXPECT_TRUE(gateway_.dialled_at.empty());
}

TEST_F(ConnectorTest, ARedirectLeadsNowhereElseThanTheAgentMayGo) {
  RunPlan plan = LivelyPlan();
  plan.redirect = Redirect::kFollow;
  Begin(plan, [](const HostPort& server) { return server.port == 9003; });
  loop_.AdvanceBy(kNsPerSecond);
  gateway_.Redirect(0, NodesAt(9003));
  gateway_.Redirect(1, NodesAt(22));
  gateway_.Redirect(2, {});
  const Counters& counters = End();
  EXPECT_EQ(counters.connections.moved, 1);
  EXPECT_EQ(counters.connections.failures.at("not_allowed"), 1);
  EXPECT_EQ(counters.undecodable, 1);
  EXPECT_EQ(gateway_.dialled_at.size(), 1u);
}

TEST_F(ConnectorTest, WhoLosesItsConnectionOnTheWayIsBackWhenItArrives) {
  RunPlan plan = LivelyPlan();
  plan.redirect = Redirect::kFollow;
  gateway_.dial_delay_ns = 100 * kNsPerMs;
  Begin(plan);
  loop_.AdvanceBy(kNsPerSecond);
  gateway_.Redirect(0, NodesAt(9003));
  loop_.AdvanceBy(40 * kNsPerMs);
  gateway_.Break(0, kReset);
  const Counters& counters = End();
  EXPECT_EQ(counters.connections.lost, 1);
  EXPECT_EQ(counters.connections.reconnected, 1);
  EXPECT_EQ(counters.connections.moved, 0);
  EXPECT_EQ(totals().move.max_us(), 100'000);
  EXPECT_EQ(totals().reconnect.max_us(), 60'000);
}

TEST_F(ConnectorTest, WhereTheNodeRefusesTheClientStaysAndComesBackToTheServerLater) {
  RunPlan plan = LivelyPlan();
  plan.redirect = Redirect::kFollow;
  plan.reconnect = *Backoff::Parse("100ms..1s");
  gateway_.refuse_dial = [this](int) {
    return std::string(!gateway_.dialled_at.empty() && loop_.MonoNs() < refuse_until_ns_ ? "refused" : "");
  };
  Begin(plan);
  loop_.AdvanceBy(kNsPerSecond);
  refuse_until_ns_ = loop_.MonoNs() + kNsPerSecond;
  gateway_.Redirect(0, NodesAt(9003));
  loop_.AdvanceBy(500 * kNsPerMs);
  EXPECT_EQ(gateway_.open(), 10);
  gateway_.Break(0, kReset);
  const Counters& counters = End();
  EXPECT_EQ(counters.connections.reconnected, 1);
  EXPECT_EQ(gateway_.dialled_at.size(), 1u) << "it comes back where it came from";
}

TEST_F(ConnectorTest, EverythingAtOnceIsConserved) {
  for (int64_t seed = 1; seed <= 200; ++seed) {
    RunPlan plan = LivelyPlan();
    plan.seed = seed;
    plan.clients = 30;
    plan.duration_ns = 8 * kNsPerSecond;
    plan.redirect = Redirect::kFollow;
    plan.reconnect = *Backoff::Parse("50ms..1s");
    if (seed % 2 == 0) plan.session = *Lifetime::Parse("exp:1s");
    if (seed % 3 == 0) plan.churn = *Rate::Parse("20/s");
    if (seed % 5 == 0) plan.clients_stages = *StageList::Parse("2s:30,1s:3,2s:30,3s:@11");
    plan.storm = *StormList::Parse("1s:50%,2500ms:100%,5s:30%:close");
    gateway_.ack_delay_ns = 30 * kNsPerMs;
    gateway_.dial_delay_ns = seed % 50 * kNsPerMs;
    gateway_.refuse_dial = [seed](int dial) { return std::string((dial + seed) % 7 == 0 ? "refused" : ""); };
    Begin(plan);
    for (int step = 0; step < 40; ++step) {
      loop_.AdvanceBy(200 * kNsPerMs);
      const uint64_t lot = DrawLot(seed, LotFor::kAwkward, step, 0);
      for (int index = 0; index < 500; ++index) {
        if ((lot + static_cast<uint64_t>(index)) % 11 == 0) gateway_.Redirect(index, NodesAt(9003 + index % 3));
        if ((lot + static_cast<uint64_t>(index)) % 29 == 0) gateway_.Break(index, kReset);
      }
    }
    const Counters& counters = End();
    const ConnectionCounters& all = counters.connections;
    ASSERT_LE(all.clients_opened(), 30) << "seed " << seed;
    ASSERT_LE(all.attempted - all.redialled, 30) << "seed " << seed;
    ASSERT_LE(all.reconnected, all.lost) << "seed " << seed;
    ASSERT_EQ(totals().reconnect.count(), all.reconnected) << "seed " << seed;
    rig_.reset();
  }
}

TEST(ChooseNode, GoesByWeightAndLeavesOutWhatIsNoPlace) {
  std::vector<RedirectNode> nodes(4);
  nodes[0] = {.id = "a", .ip = "10.0.0.1", .port = 9002, .weight = 1};
  nodes[1] = {.id = "b", .ip = "10.0.0.2", .port = 9002, .weight = 3};
  nodes[2] = {.id = "c", .ip = "", .port = 9002, .weight = 100};
  nodes[3] = {.id = "d", .ip = "10.0.0.3", .port = 70'000, .weight = 100};
  std::map<std::string, int> chosen;
  for (uint64_t lot = 0; lot < 4'000; ++lot) ++chosen[ChooseNode(nodes, lot)->id];
  EXPECT_EQ(chosen, (std::map<std::string, int>{{"a", 1'000}, {"b", 3'000}}));
  nodes[0].weight = nodes[1].weight = 0;
  chosen.clear();
  for (uint64_t lot = 0; lot < 4'000; ++lot) ++chosen[ChooseNode(nodes, lot)->id];
  EXPECT_EQ(chosen, (std::map<std::string, int>{{"a", 2'000}, {"b", 2'000}})) << "evenly, where none has a weight";
  nodes[0].ip = nodes[1].ip = "";
  EXPECT_EQ(ChooseNode(nodes, 1), nullptr);
  EXPECT_EQ(ChooseNode({}, 1), nullptr);
}

}  // namespace
}  // namespace wsload
