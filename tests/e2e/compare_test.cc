// Kept runs, compared: real ones, however busy the machine is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>

#include "tests/e2e/cluster.h"

namespace wsload::e2e {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::chrono::seconds kDeadline{60};

std::string FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The measurement as VALID, which on a machine with other work it may not be.
void CallValid(const std::string& dir) {
  nlohmann::ordered_json result = nlohmann::ordered_json::parse(FileText(dir + "/result.json"));
  result["verdict"] = {{"code", "VALID"}, {"reasons", nlohmann::json::array()}};
  std::ofstream(dir + "/result.json") << result.dump(1);
}

void KeepRun(const Gateway& gateway, const std::string& out, const std::string& duration = "1s") {
  Process run({Binary("wsload"), "-server=" + gateway.url(), "-clients=2", "-mps=40", "-ramp-up=10ms", "-workers=1",
               "-duration=" + duration, "-quiet", "-out=" + out});
  EXPECT_THAT(run.Wait(kDeadline).value_or(-1), AnyOf(0, 102, 103)) << run.err();
  CallValid(out);
}

Process StartCompare(std::vector<std::string> words) {
  words.insert(words.begin(), {Binary("wsload"), "compare"});
  return Process(words);
}

TEST(Compare, ASlowerServerIsWorseAndFailsOnlyWhereAsked) {
  const TempDir dir;
  Gateway fast({"-ack-delay=5ms"});
  Gateway slow({"-ack-delay=150ms"});
  std::vector<std::string> words;
  for (int i = 1; i <= 4; ++i) {
    KeepRun(fast, dir.path() + "/fast/run-" + std::to_string(i));
    KeepRun(slow, dir.path() + "/slow" + std::to_string(i));
    words.push_back(dir.path() + "/slow" + std::to_string(i));
  }
  words.insert(words.begin(), {dir.path() + "/fast", "--"});
  Process told = StartCompare(words);
  EXPECT_EQ(told.Wait(kDeadline), 0) << told.err();
  EXPECT_THAT(told.out(), StartsWith("A: 4 run(s), B: 4 run(s); a change of 5 % matters; seed 1\n"));
  EXPECT_THAT(told.out(), HasSubstr("server is ws://")) << "said, and no reason to refuse";
  words.insert(words.begin(), {"-fail-on=worse", "-out=" + dir.path() + "/out", "-lang=zh"});
  Process failed = StartCompare(words);
  EXPECT_EQ(failed.Wait(kDeadline), 99) << failed.out() << failed.err();
  EXPECT_THAT(failed.out(), HasSubstr("变差"));
  const auto json = nlohmann::json::parse(FileText(dir.path() + "/out/compare.json"));
  EXPECT_EQ(json["metrics"][0]["answer"], "worse");
  EXPECT_GT(json["metrics"][0]["ratio"].get<double>(), 3);
  EXPECT_THAT(FileText(dir.path() + "/out/compare.md"), HasSubstr("| 响应时间 p50 |"));
  EXPECT_THAT(FileText(dir.path() + "/out/compare.html"), HasSubstr("<polyline"));
}

TEST(Compare, WhatCannotBeComparedIsOneLine) {
  const TempDir dir;
  Gateway gateway;
  KeepRun(gateway, dir.path() + "/one");
  KeepRun(gateway, dir.path() + "/other", "500ms");
  const auto refuses = [&](const std::vector<std::string>& words, int code, const std::string& line) {
    Process process = StartCompare(words);
    EXPECT_EQ(process.Wait(kDeadline), code);
    EXPECT_THAT(process.err(), HasSubstr(line));
    EXPECT_EQ(std::count(process.err().begin(), process.err().end(), '\n'), 1) << process.err();
  };
  const std::string one = dir.path() + "/one";
  const std::string other = dir.path() + "/other";
  refuses({one, "--", other}, 104, "compare: the runs had different loads; duration_ns is 1s in ");
  refuses({one, "--", one}, 104, "are the same run");
  refuses({one}, 104, "want directories of runs on both sides of --");
  refuses({one, "--", dir.path() + "/none"}, 104, "none: is no directory");
  refuses({one, other, "-min-change=5"}, 104, "-min-change=5: want a share with its sign");
  Process forced = StartCompare({one, other, "-force", "-fail-on=worse"});
  EXPECT_EQ(forced.Wait(kDeadline), 0) << "one run a side never fails";
  EXPECT_THAT(forced.out(), HasSubstr("within these two runs; how much runs differ anyway is not known"));
  std::ofstream(other + "/result.json") << "{}";
  refuses({one, "--", other}, 104, "other/result.json: there is no member \"schema\"");
}

TEST(ResultSchema, RealResultsAreAsItSays) {
  const TempDir dir;
  Gateway gateway({"-ack-drop=0.2", "-push-rate=20"});
  KeepRun(gateway, dir.path() + "/one");
  std::vector<std::string> flags = {"-server=" + gateway.url(), "-duration=500ms", "-ramp-up=10ms", "-mps=50"};
  const auto agents = StartAgents(2);
  flags.push_back(AgentsFlag(agents));
  flags.push_back("-compress");
  const Outcome outcome = RunController(flags);
  ASSERT_FALSE(outcome.result.is_null()) << outcome.err;
  dir.Write("two.json", outcome.result.dump());
  Process failed({Binary("wsload"), "-server=ws://127.0.0.1:1/ws", "-check-server=false", "-duration=100ms",
                  "-ramp-up=10ms", "-clients=2", "-quiet", "-out=" + dir.path() + "/three"});
  EXPECT_EQ(failed.Wait(kDeadline), 1) << failed.err();
  for (const char* file : {"/one/result.json", "/two.json", "/three/result.json"}) {
    Process check(
        {"/usr/bin/python3", "-B", WSLOAD_SCHEMA_DIR "/result_schema.py", WSLOAD_SCHEMA, "result", dir.path() + file});
    EXPECT_EQ(check.Wait(kDeadline), 0) << file << "\n" << check.out() << check.err();
  }
}

}  // namespace
}  // namespace wsload::e2e
