// Whether a run knows that its generator, and not the server, was the limit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/e2e/cluster.h"

namespace wsload::e2e {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;

std::vector<std::string> Reasons(const nlohmann::json& result) {
  std::vector<std::string> texts;
  for (const nlohmann::json& reason : result.at("verdict").at("reasons")) texts.push_back(reason.at("text"));
  return texts;
}

TEST(Limits, ARateFarAboveOneWorkerIsTheGenerators) {
  Gateway gateway({"-echo"});
  const Outcome run = RunController({"-protocol=echo", "-workers=1", "-clients=20", "-mps=2000000", "-duration=500ms",
                                     "-ramp-up=100ms", "-resp-timeout=10s", "-server=" + gateway.url()});
  ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
  EXPECT_EQ(run.exit_code, 103) << run.out;
  EXPECT_EQ(run.result.at("verdict").at("code"), "GENERATOR_LIMITED");
  EXPECT_THAT(Reasons(run.result), Contains(HasSubstr("send lag p99")));
  EXPECT_THAT(Reasons(run.result), Contains(HasSubstr("agent embedded: worker 0 sent")));
  // On a busy machine others may have had the core.
  EXPECT_THAT(Reasons(run.result), Contains(AnyOf(HasSubstr("of a core"), HasSubstr("waited for a core"))));
  const nlohmann::json& generator = run.result.at("generator");
  EXPECT_GT(generator.at("sent_late"), 1'000);
  EXPECT_GT(
      generator.at("worker_cpu_share_max").get<double>() + generator.at("worker_cpu_waited_share_max").get<double>(),
      0.3);
  const nlohmann::json& worker = run.result.at("agents").at(0).at("worker_loads").at(0);
  EXPECT_EQ(worker.at("sent"), run.result.at("latency_us").at("send_lag").at("count"));
  EXPECT_GT(worker.at("cpu_system_us"), 0);

  // What it did not come to is not sent afterwards as if the rate had been kept.
  const nlohmann::json& totals = run.result.at("totals");
  EXPECT_THAT(Reasons(run.result), Contains(HasSubstr("worker 0 was so far behind at the end that it never sent")));
  EXPECT_GT(generator.at("given_up"), 0);
  EXPECT_EQ(totals.at("unsent"), generator.at("given_up"));
  EXPECT_EQ(totals.at("scheduled"), 1'000'000);
  EXPECT_EQ(totals.at("success").get<int64_t>() + totals.at("unsent").get<int64_t>(), 1'000'000) << totals;
  EXPECT_LT(run.result.at("latency_us").at("send_lag").at("max"), 1'000'000);
  EXPECT_EQ(run.result.at("agents").at(0).at("state"), "done");
}

TEST(Limits, AnAgentThatIsStoppedForAMomentKnowsIt) {
  Gateway gateway;
  const auto agents = StartAgents(2);
  RunningController controller({AgentsFlag(agents), "-clients=20", "-mps=400", "-duration=5s", "-ramp-up=200ms",
                                "-workers=1", "-server=" + gateway.url()});
  agents[1]->process().Signal(SIGSTOP);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  agents[1]->process().Signal(SIGCONT);
  const Outcome run = controller.Wait();
  ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
  EXPECT_EQ(run.exit_code, 103) << run.out;
  EXPECT_THAT(Reasons(run.result),
              Contains(HasSubstr("agent " + agents[1]->address() + ": the loop of worker 0 stalled")));
  const nlohmann::json& worker = run.result.at("agents").at(1).at("worker_loads").at(0);
  EXPECT_GE(worker.at("loop_stall_us_max"), 250'000);
  EXPECT_GE(worker.at("sent_late"), 40) << "of the 60 that were due meanwhile";
  int64_t in_series = 0;
  for (const auto& point : run.result.at("series")) {
    in_series = std::max(in_series, point.at("loop_stall_us_max").get<int64_t>());
  }
  EXPECT_GE(in_series, 250'000);
}

TEST(Limits, AServerThatStallsIsNotTheGeneratorsFault) {
  Gateway gateway({"-stall-every=1s", "-stall-for=400ms"});
  // On a busy machine the generator may be slow beside it, and then rightly says so.
  Outcome run;
  for (int attempt = 0; attempt < 5; ++attempt) {
    run = RunController({"-workers=1", "-clients=20", "-mps=500", "-duration=3s", "-ramp-up=100ms", "-resp-timeout=2s",
                         "-server=" + gateway.url()});
    ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
    EXPECT_GT(run.result.at("latency_us").at("response").at("p99"), 200'000) << "the stall is seen";
    EXPECT_GT(run.result.at("latency_us").at("service").at("p99"), 200'000) << "and is the server's";
    if (run.exit_code == 0) break;
    ASSERT_EQ(run.exit_code, 103) << run.out;
  }
  EXPECT_EQ(run.result.at("verdict").at("code"), "VALID") << run.out;
}

TEST(Limits, AServerThatReadsNothingIsNotTheGeneratorsFault) {
  // Longer than the run: every queue on the way fills.
  Gateway gateway({"-echo", "-stall-every=4s", "-stall-for=3900ms"});
  Outcome run;
  for (int attempt = 0; attempt < 5; ++attempt) {
    run = RunController({"-protocol=echo", "-workers=1", "-clients=1", "-mps=400", "-msg-size=64k", "-duration=2s",
                         "-ramp-up=100ms", "-resp-timeout=500ms", "-server=" + gateway.url()});
    ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
    EXPECT_GT(run.result.at("totals").at("failures").at("timeout"), 0) << run.out;
    if (run.exit_code != 103) break;
  }
  EXPECT_NE(run.exit_code, 103) << run.out;
}

}  // namespace
}  // namespace wsload::e2e
