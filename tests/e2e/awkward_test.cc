// Clients that behave badly, beside others who must not notice; each time against what the gateway saw.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/e2e/cluster.h"

namespace wsload::e2e {
namespace {

using Json = nlohmann::json;

/// The good ones' figures are whole, and their run is sound. A machine that does much else may be slow on top of it.
void ExpectUntouched(const Outcome& run, int64_t clients, int64_t scheduled) {
  ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
  EXPECT_THAT(run.exit_code, testing::AnyOf(0, 103)) << run.out << run.err;
  ExpectConserved(run.result);
  EXPECT_EQ(Int(run.result, "/totals/connections/attempted"), clients);
  EXPECT_EQ(Int(run.result, "/totals/connections/opened"), clients);
  EXPECT_EQ(Int(run.result, "/totals/connections/lost"), 0);
  EXPECT_EQ(Int(run.result, "/totals/success"), Int(run.result, "/totals/scheduled"));
  const Json& theirs = run.result.at("awkward").at("totals");
  EXPECT_EQ(Int(run.result, "/totals/scheduled") + Int(theirs, "/scheduled"), scheduled);
  EXPECT_EQ(Int(theirs, "/scheduled"), Int(theirs, "/success") + Int(theirs, "/failed") + Int(theirs, "/unsent"));
  EXPECT_THAT(run.out, testing::HasSubstr("awkward clients (in no other figure)"));
}

TEST(Awkward, BadTokensAreRefusedAndTheRunIsValid) {
  Gateway gateway;
  const auto agents = StartAgents(2);
  const Outcome run = RunController({AgentsFlag(agents), "-server=" + gateway.url(), "-clients=200", "-mps=300",
                                     "-duration=2s", "-ramp-up=500ms", "-awkward=bad-token:5%,expired-token:2.5%"});
  ExpectUntouched(run, 185, 600);
  EXPECT_EQ(Int(run.result, "/awkward/clients"), 15);
  EXPECT_EQ(Int(run.result, "/awkward/totals/connections/failed"), 15);
  EXPECT_EQ(Int(run.result, "/awkward/totals/scheduled"), 0);
  int64_t by_agent = 0;
  for (const Json& agent : run.result.at("agents")) by_agent += Int(agent, "/awkward/connections/failed");
  EXPECT_EQ(by_agent, 15);
  const Json truth = gateway.Stop();
  EXPECT_EQ(Int(truth, "/handshakes/accepted"), 185);
  EXPECT_EQ(Int(truth, "/distinct_user_ids"), 185);
}

TEST(Awkward, WhoeverDoesNotAcknowledgeGetsItAgain) {
  Gateway gateway({"-push-rate=50", "-push-repeat-every=300ms", "-push-repeats=3"});
  const Outcome run = RunController(
      {"-server=" + gateway.url(), "-clients=50", "-mps=100", "-duration=3s", "-ramp-up=200ms", "-awkward=no-ack:20%"});
  ExpectUntouched(run, 40, 300);
  EXPECT_EQ(Int(run.result, "/totals/pushes_repeated"), 0);
  EXPECT_GT(Int(run.result, "/totals/pushes"), 0);
  EXPECT_GT(Int(run.result, "/awkward/totals/pushes_repeated"), 0);
}

TEST(Awkward, CutClientsSayNoFarewell) {
  Gateway gateway;
  const Outcome run = RunController(
      {"-server=" + gateway.url(), "-clients=50", "-mps=100", "-duration=1s", "-ramp-up=200ms", "-awkward=cut:20%"});
  ExpectUntouched(run, 40, 100);
  EXPECT_EQ(Int(run.result, "/awkward/totals/connections/closed"), 10);
  EXPECT_EQ(Int(run.result, "/awkward/totals/success"), 20);
  const Json truth = gateway.Stop();
  EXPECT_EQ(Int(truth, "/connections/closed_by_client"), 40);
  EXPECT_EQ(Int(truth, "/connections/broken"), 10);
}

TEST(Awkward, HalvesOfFramesHoldUpNobodyElse) {
  Gateway gateway;
  const Outcome run = RunController({"-server=" + gateway.url(), "-clients=20", "-mps=100", "-duration=2s",
                                     "-ramp-up=200ms", "-awkward=split-frame:20%:400ms"});
  ExpectUntouched(run, 16, 200);
  EXPECT_EQ(Int(run.result, "/awkward/totals/success"), 40);
  EXPECT_GE(Int(run.result, "/awkward/latency_us/response/max"), 400'000);
  EXPECT_GE(Int(run.result, "/awkward/latency_us/response/p50"), 50'000);
  EXPECT_LT(Int(run.result, "/latency_us/response/p50"), 200'000) << "they do not wait";
}

TEST(Awkward, SlowReadersAreBehind) {
  Gateway gateway;
  const Outcome run =
      RunController({"-server=" + gateway.url(), "-clients=20", "-mps=200", "-duration=2s", "-ramp-up=200ms",
                     "-resp-timeout=500ms", "-msg-size=1000", "-awkward=slow-read:20%:200/s"});
  ExpectUntouched(run, 16, 400);
  EXPECT_GT(Int(run.result, "/awkward/totals/failures/timeout"), 20) << "their answers wait to be read";
}

}  // namespace
}  // namespace wsload::e2e
