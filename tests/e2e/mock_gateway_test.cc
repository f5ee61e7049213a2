// The mock gateway's other sides under the load of a real run: what the clients saw is what its ground truth says.
#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "tests/e2e/cluster.h"

namespace wsload::e2e {
namespace {

TEST(MockGateway, ItsQueueRefusesWhatTheClientsSayItRefused) {
  Gateway gateway({"-threads=2", "-servers=2", "-service-time=exp:5ms", "-queue=20", "-queue-full=limit"});
  const auto agents = StartAgents(2);
  const Outcome run = RunController(
      {AgentsFlag(agents), "-server=" + gateway.url(), "-clients=20", "-mps=800", "-duration=2s", "-ramp-up=100ms"});
  const nlohmann::json truth = gateway.Stop();
  ExpectConserved(run.result);
  EXPECT_EQ(Int(truth, "/queue/capacity_per_s"), 400);
  EXPECT_EQ(Int(run.result, "/totals/success"), Int(truth, "/messages/acks_sent"));
  EXPECT_EQ(Int(run.result, "/totals/failures/rate_limited"), Int(truth, "/queue/refused"));
  EXPECT_GT(Int(truth, "/queue/refused"), 0);
  EXPECT_LE(Int(truth, "/queue/longest"), 20);
}

TEST(MockGateway, TheClientsGetThePushesThatItSent) {
  Gateway gateway({"-threads=2", "-forward=group:5", "-push-loss=0.05", "-push-duplicate=0.05"});
  const auto agents = StartAgents(2);
  const Outcome run = RunController(
      {AgentsFlag(agents), "-server=" + gateway.url(), "-clients=20", "-mps=100", "-duration=2s", "-ramp-up=100ms"});
  const nlohmann::json truth = gateway.Stop();
  ExpectConserved(run.result);
  const nlohmann::json& forwards = truth.at("forwards");
  EXPECT_EQ(Int(forwards, "/messages"), 200);
  EXPECT_EQ(Int(forwards, "/due"), 800);
  EXPECT_EQ(Int(run.result, "/totals/pushes"), Int(forwards, "/sent"));
  EXPECT_EQ(Int(run.result, "/totals/pushes_repeated"), Int(forwards, "/duplicated"));
  EXPECT_EQ(Int(forwards, "/sent"),
            800 - Int(forwards, "/lost") - Int(forwards, "/unsent") + Int(forwards, "/duplicated"));
  EXPECT_GT(Int(forwards, "/lost"), 0);
  EXPECT_GT(Int(forwards, "/duplicated"), 0);
}

TEST(MockGateway, ASignalRestartsItUnderALoad) {
  Gateway gateway({"-restart-for=100ms"});
  RunningController run({"-server=" + gateway.url(), "-clients=20", "-mps=100", "-duration=2s", "-ramp-up=100ms"});
  gateway.process().Signal(SIGUSR2);
  const Outcome outcome = run.Wait();
  const nlohmann::json truth = gateway.Stop();
  ExpectConserved(outcome.result);
  EXPECT_EQ(Int(truth, "/restarts/count"), 1);
  EXPECT_EQ(Int(truth, "/connections/cut"), 20);
  EXPECT_EQ(Int(outcome.result, "/totals/connections/losses/reset"), 20);
}

}  // namespace
}  // namespace wsload::e2e
