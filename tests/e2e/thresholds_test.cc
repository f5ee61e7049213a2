// Thresholds as their user meets them: exit codes, files, several runs, and an early end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/e2e/cluster.h"

namespace wsload::e2e {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

constexpr auto kPatience = std::chrono::seconds(90);

std::vector<std::string> Short(const Gateway& gateway, std::vector<std::string> more) {
  std::vector<std::string> flags = {"-clients=10", "-mps=100", "-duration=2s", "-ramp-up=100ms",
                                    "-server=" + gateway.url()};
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

std::string TextOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// 103 where the machine was busy: then the run says nothing of the server, and neither does the test.
void ExpectCode(const Outcome& run, int code, const std::string& outcome) {
  ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
  EXPECT_EQ(run.result.at("exit_code"), run.exit_code);
  if (run.result.at("verdict").at("code") == "GENERATOR_LIMITED") {
    EXPECT_EQ(run.exit_code, 103) << run.out;
    return;
  }
  EXPECT_EQ(run.exit_code, code) << run.out << run.err;
  EXPECT_EQ(run.result.at("outcome").at("code"), outcome);
}

TEST(Thresholds, KeptBrokenAndNotMeasured) {
  Gateway gateway({"-ack-delay=100ms"});
  const Outcome kept = RunController(Short(gateway, {"-threshold=p(99)<900ms", "-threshold=success_rate>=99%"}));
  ExpectCode(kept, 0, "passed");
  EXPECT_THAT(kept.out, AnyOf(HasSubstr("\nThresholds: passed (2 of 2 kept)\n"), HasSubstr("inconclusive")));

  const Outcome broken = RunController(Short(gateway, {"-threshold=p(99)<20ms,rate>=90/s"}));
  ExpectCode(broken, 99, "failed");
  EXPECT_THAT(broken.out, HasSubstr("\nMeasurement: "));
  EXPECT_THAT(broken.out, HasSubstr("  BROKEN   p(99)<20ms   1"));
  const nlohmann::json& threshold = broken.result.at("thresholds").at(0);
  EXPECT_EQ(threshold.at("expression"), "p(99)<20ms");
  EXPECT_EQ(threshold.at("metric"), "p(99)");
  EXPECT_EQ(threshold.at("bound"), 20'000);
  EXPECT_EQ(threshold.at("value"), broken.result.at("latency_us").at("response").at("p99"));
  EXPECT_EQ(threshold.at("passed"), false);
  EXPECT_EQ(threshold.at("first_broken_s"), 1.0);
  EXPECT_EQ(broken.result.at("thresholds").at(1).at("passed"), true);

  const Outcome unmeasured = RunController(Short(gateway, {"-threshold=push_p(99)<1s"}));
  ExpectCode(unmeasured, 99, "failed");
  EXPECT_THAT(unmeasured.out, HasSubstr("  BROKEN   push_p(99)<1s   not measured\n"));
}

TEST(Thresholds, WhatCannotBeJudgedIsRefusedBeforeAnyLoad) {
  Gateway gateway;
  for (const char* threshold : {"p99<1s", "p(99)<1", "p(99.99)<1s", "rate>=101/s", "failed:no<1", "p(99)@x<1s"}) {
    const Outcome run = RunController(Short(gateway, {std::string("-threshold=") + threshold}));
    EXPECT_EQ(run.exit_code, 104) << threshold;
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    EXPECT_THAT(run.err, HasSubstr(std::string("wsload: -threshold=") + threshold + ": "));
    EXPECT_TRUE(run.result.is_null());
  }
  const nlohmann::json truth = gateway.Stop();
  EXPECT_EQ(Int(truth, "/handshakes/accepted"), 0);
  EXPECT_EQ(Int(truth, "/handshakes/checks"), 0);
}

TEST(Thresholds, ComeFromAFlagFileWithoutANotice) {
  Gateway gateway;
  const TempDir dir;
  const std::string file = dir.Write("load.flags", "threshold = p(99)<900ms\n-threshold='failed<=0'\n");
  const Outcome run = RunController(Short(gateway, {"-flagfile=" + file}));
  ExpectCode(run, 0, "passed");
  EXPECT_EQ(run.result.at("thresholds").size(), 2u);
  EXPECT_THAT(run.err, Not(HasSubstr("given twice")));
}

TEST(Thresholds, ABrokenOneEndsTheRun) {
  Gateway gateway({"-ack-delay=100ms"});
  const auto agents = StartAgents(2);
  const Outcome run = RunController(
      Short(gateway, {AgentsFlag(agents), "-duration=5m", "-threshold=p(99)<20ms,failed<=1000", "-abort-on-fail=2s"}));
  ExpectCode(run, 99, "failed");
  ExpectConserved(run.result);
  EXPECT_EQ(run.result.at("interrupted"), true);
  EXPECT_THAT(run.out, HasSubstr("! p(99)<20ms was broken for 2.0 s, in the end by 1"));
  EXPECT_EQ(run.result.at("thresholds").at(0).at("aborted_run"), true);
  EXPECT_LT(Int(run.result, "/measured_ns"), 60'000'000'000);
  for (const nlohmann::json& agent : run.result.at("agents")) EXPECT_EQ(agent.at("state"), "done");
  ExpectFreeAgain(gateway, agents);
}

TEST(Thresholds, ALateGeneratorBlamesNoServer) {
  Gateway gateway;
  // More than any one worker can.
  const auto run = [&](const char* threshold, const char* accept) {
    return RunController({"-clients=10", "-mps=2m", "-workers=1", "-duration=1s", "-ramp-up=100ms",
                          std::string("-threshold=") + threshold, std::string("-accept=") + accept,
                          "-server=" + gateway.url()});
  };
  const auto expect = [](const Outcome& outcome, int code, const char* name) {
    ASSERT_FALSE(outcome.result.is_null()) << outcome.out << outcome.err;
    ASSERT_EQ(outcome.result.at("verdict").at("code"), "GENERATOR_LIMITED") << outcome.out;
    EXPECT_EQ(outcome.exit_code, code) << outcome.out;
    EXPECT_EQ(outcome.result.at("outcome").at("code"), name);
  };
  expect(run("p(99)<1us", "nothing"), 103, "inconclusive");
  expect(run("p(99)<1us", "generator-limited"), 103, "inconclusive");
  expect(run("max<=1h", "nothing"), 103, "passed");
  expect(run("max<=1h", "generator-limited"), 0, "passed");
  expect(run("service_max<=1h", "generator-limited"), 103, "inconclusive");
}

TEST(Thresholds, NoConnectionIsKnownLongBeforeTheRampUpEnds) {
  const Outcome run = RunController(
      {"-clients=1000", "-ramp-up=10m", "-check-server=false", "-threshold=max<1s", "-server=ws://127.0.0.1:1/ws"});
  EXPECT_EQ(run.exit_code, 1) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("\nOutcome: FAILED\n  - none of 1000 connections was opened: refused "));
}

TEST(Quiet, IsOneLine) {
  Gateway gateway;
  const Outcome run = RunController(Short(gateway, {"-quiet", "-threshold=p(99)<900ms,failed<=0"}));
  EXPECT_THAT(run.exit_code, AnyOf(0, 103)) << run.err;
  EXPECT_THAT(run.out, testing::MatchesRegex("[A-Z_]+ 100\\.0/s ok 100\\.00 % p50 [0-9.]+ ms p99 [0-9.]+ ms [|] "
                                             "thresholds 2/2 [|] [0-9a-f]+\n"));
}

TEST(Github, HasItsLinesAndItsSummary) {
  Gateway gateway({"-ack-delay=100ms"});
  const TempDir dir;
  std::vector<std::string> command = {Binary("wsload"), "-out=none", "-threshold=p(99)<20ms"};
  for (const std::string& flag : Short(gateway, {})) command.push_back(flag);
  Process run(command, {"GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY=" + dir.path() + "/step.md"});
  EXPECT_THAT(run.Wait(kPatience).value_or(-1), AnyOf(99, 103)) << run.err();
  EXPECT_THAT(run.out(),
              AnyOf(HasSubstr("\n::error title=wsload::p(99) 1"), HasSubstr("\n::warning title=wsload::p(99) 1")));
  EXPECT_THAT(TextOf(dir.path() + "/step.md"), HasSubstr("| **BROKEN** | `p(99)<20ms` | 1"));
}

TEST(Repeat, RunsFollowOneAnotherOverTheSameAgents) {
  Gateway gateway;
  const auto agents = StartAgents(2);
  const TempDir dir;
  const std::string out = dir.path() + "/out";
  std::vector<std::string> command = {Binary("wsload"), AgentsFlag(agents), "-repeat=3", "-out=" + out};
  for (const std::string& flag : Short(gateway, {"-duration=1s"})) command.push_back(flag);
  Process run(command);
  EXPECT_THAT(run.Wait(kPatience).value_or(-1), AnyOf(0, 103)) << run.out() << run.err();
  std::vector<std::string> ids;
  for (const char* number : {"1", "2", "3"}) {
    const std::string text = TextOf(out + "/run-" + number + "/result.json");
    ASSERT_FALSE(text.empty()) << number << run.out() << run.err();
    const nlohmann::json result = nlohmann::json::parse(text);
    ExpectConserved(result);
    EXPECT_EQ(Int(result, "/totals/success"), 100);
    EXPECT_THAT(ids, Not(testing::Contains(result.at("run_id"))));
    ids.push_back(result.at("run_id"));
  }
  EXPECT_THAT(run.out(), HasSubstr("\nOver 3 runs\n"));
  EXPECT_THAT(TextOf(out + "/junit.xml"), HasSubstr("<testsuite name=\"wsload run 3\""));
  EXPECT_THAT(TextOf(out + "/summary.md"), HasSubstr("**Over 3 runs**"));
  EXPECT_EQ(Int(gateway.Stop(), "/messages/upstream"), 300);
  for (const auto& agent : agents) {
    agent->process().Signal(SIGTERM);
    EXPECT_EQ(agent->process().Wait(kPatience), 0) << "nothing is left behind that it would wait for";
  }
}

TEST(Repeat, EndsWhenMoreThanHalfAgree) {
  Gateway gateway;
  const TempDir dir;
  const auto runs = [&](const std::string& name, const std::vector<std::string>& more) {
    std::vector<std::string> command = {Binary("wsload"), "-repeat=3", "-quiet", "-out=" + dir.path() + "/" + name};
    for (const std::string& flag : Short(gateway, {"-duration=500ms", "-threshold=max<=1h"})) command.push_back(flag);
    command.insert(command.end(), more.begin(), more.end());
    Process run(command);
    EXPECT_THAT(run.Wait(kPatience).value_or(-1), AnyOf(0, 103)) << run.out() << run.err();
    return std::count(run.out().begin(), run.out().end(), '\n');
  };
  EXPECT_EQ(runs("all", {"-repeat-all"}), 3);
  // The generator's verdicts may differ; accepted, they do not.
  EXPECT_EQ(runs("agreed", {"-accept=generator-limited"}), 2);
  EXPECT_FALSE(std::filesystem::exists(dir.path() + "/agreed/run-3"));
}

TEST(Repeat, CtrlCEndsAll) {
  Gateway gateway;
  const TempDir dir;
  const std::string out = dir.path() + "/out";
  std::vector<std::string> command = {Binary("wsload"), "-repeat=5", "-out=" + out};
  for (const std::string& flag : Short(gateway, {"-duration=5m"})) command.push_back(flag);
  Process run(command);
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < until && run.out().find(" measuring ") == std::string::npos) {
    run.ReadLine(std::chrono::milliseconds(50));
  }
  run.Signal(SIGINT);
  EXPECT_EQ(run.Wait(kPatience), 105) << run.out() << run.err();
  EXPECT_THAT(TextOf(out + "/run-1/result.json"), HasSubstr("\"interrupted\": true"));
  EXPECT_FALSE(std::filesystem::exists(out + "/run-2"));
  EXPECT_THAT(run.out(), HasSubstr("1 of 5 runs were carried out: the last one ended all\n"));
}

TEST(Repeat, ARunThatCannotBeCarriedOutEndsAll) {
  const TempDir dir;
  Process run({Binary("wsload"), "-repeat=5", "-out=" + dir.path() + "/out", "-server=ws://127.0.0.1:1/ws"});
  EXPECT_EQ(run.Wait(kPatience), 1) << run.out() << run.err();
  EXPECT_EQ(std::count(run.err().begin(), run.err().end(), '\n'), 1) << run.err();
}

}  // namespace
}  // namespace wsload::e2e
