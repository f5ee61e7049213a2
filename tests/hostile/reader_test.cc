// Output that nobody reads: full pipes, stopped terminals. The load, the counts and the files know nothing of it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/e2e/cluster.h"
#include "tests/hostile/bounds.h"

namespace wsload::hostile {
namespace {

using e2e::Int;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

// Fills the pipe of the stream to the brim, so that the program behind it is the first to find no room.
constexpr char kFillStdout[] = "head -c 65536 /dev/zero; exec \"$0\" \"$@\"";
constexpr char kFillStderr[] = "head -c 65536 /dev/zero >&2; exec \"$0\" \"$@\"";

constexpr int64_t kMostBytes = 200 << 20;

/// A program in a shell that runs `script` before it.
std::vector<std::string> Behind(const std::string& script, const std::string& program,
                                const std::vector<std::string>& flags) {
  std::vector<std::string> command = {"/bin/sh", "-c", script, e2e::Binary(program)};
  command.insert(command.end(), flags.begin(), flags.end());
  return command;
}

class ReaderTest : public testing::Test {
 protected:
  std::vector<std::string> Flags(const std::string& duration) const {
    return {e2e::AgentsFlag(agents_), "-clients=10",        "-mps=100",        "-duration=" + duration,
            "-ramp-up=200ms",         "-stats-interval=1s", "-agent-lease=1s", "-server=" + gateway_.url(),
            "-out=" + out_.path()};
  }

  /// The result, once it stands there; null after the deadline. `process` is not read meanwhile.
  nlohmann::json AwaitResult(const Process& process, seconds deadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (std::chrono::steady_clock::now() < end) {
      // It goes when the result is written.
      const bool over = !std::filesystem::exists(out_.path() + "/run.json");
      if (std::ifstream file(out_.path() + "/result.json"); over && file) return nlohmann::json::parse(file);
      peak_rss_bytes_ = std::max(peak_rss_bytes_, UseOf(process.pid()).peak_rss_bytes);
      poll(nullptr, 0, 50);
    }
    return nullptr;
  }

  void ExpectWholeRun(const nlohmann::json& result, int64_t messages) {
    ASSERT_FALSE(result.is_null()) << "the run did not end";
    e2e::ExpectConserved(result);
    EXPECT_EQ(Int(result, "/totals/scheduled"), messages);
    EXPECT_EQ(Int(result, "/totals/success"), messages);
    for (const auto& agent : result.at("agents")) {
      EXPECT_EQ(agent.at("state"), "done");
      EXPECT_EQ(agent.at("stopped_early"), "") << "its lease was renewed";
    }
    EXPECT_TRUE(result.at("gaps").empty());
    EXPECT_LT(peak_rss_bytes_, kMostBytes);
    EXPECT_EQ(Int(gateway_.Stop(), "/messages/upstream"), messages);
  }

  e2e::Gateway gateway_;
  std::vector<std::unique_ptr<e2e::Agent>> agents_ = e2e::StartAgents(2);
  const e2e::TempDir out_;
  int64_t peak_rss_bytes_ = 0;
};

TEST_F(ReaderTest, AFullPipeHoldsNothingUp) {
  Process controller(Behind(kFillStdout, "wsload", Flags("14s")));
  const nlohmann::json result = AwaitResult(controller, seconds(60));
  ExpectWholeRun(result, 1400);
  ASSERT_FALSE(result.at("warnings").empty()) << "what was not shown is said";
  EXPECT_EQ(result.at("warnings").back().at("kind"), "intervals_not_shown");
  EXPECT_GE(Int(result.at("warnings").back(), "/args/intervals"), 4);
  std::ifstream series(out_.path() + "/timeseries.csv");
  int64_t measured = 0;
  for (std::string line; std::getline(series, line);) measured += line.starts_with("measure,") ? 1 : 0;
  EXPECT_EQ(measured, 14) << "files miss nothing";
  // A reader who comes back finds the end.
  const auto exit_code = controller.Wait(seconds(20));
  EXPECT_THAT(exit_code, testing::AnyOf(0, 103)) << controller.err();
  EXPECT_THAT(controller.out(), HasSubstr("intervals were not shown"));
  EXPECT_THAT(controller.out(), HasSubstr("Measurement: "));
  EXPECT_THAT(controller.out(), HasSubstr("result.json, report.html and timeseries.csv are in"));
}

TEST_F(ReaderTest, AStoppedTerminalHoldsNothingUp) {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(terminal, 0);
  ASSERT_EQ(grantpt(terminal), 0);
  ASSERT_EQ(unlockpt(terminal), 0);
  char name[128];
  ASSERT_EQ(ptsname_r(terminal, name, sizeof name), 0);
  // Ctrl-S, before the program has begun.
  const int kept_open = open(name, O_RDWR | O_NOCTTY);
  ASSERT_EQ(write(terminal, "\x13", 1), 1);
  Process controller(
      Behind(std::string("TERM=xterm; export TERM; exec \"$0\" \"$@\" >") + name + " 2>&1", "wsload", Flags("4s")));
  ExpectWholeRun(AwaitResult(controller, seconds(40)), 400);
  // Ctrl-Q.
  ASSERT_EQ(write(terminal, "\x11", 1), 1);
  std::string shown;
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (shown.find("Measurement: ") == std::string::npos && std::chrono::steady_clock::now() < deadline) {
    pollfd input = {terminal, POLLIN, 0};
    char buffer[4096];
    if (poll(&input, 1, 100) != 1) continue;
    const ssize_t got = read(terminal, buffer, sizeof buffer);
    if (got > 0) shown.append(buffer, static_cast<size_t>(got));
  }
  EXPECT_THAT(shown, HasSubstr("Measurement: ")) << "whoever lets the terminal go on sees the summary";
  EXPECT_THAT(controller.Wait(seconds(20)), testing::AnyOf(0, 103));
  close(kept_open);
  close(terminal);
}

TEST_F(ReaderTest, CtrlCBeforeAFullPipeLeavesAPartialResult) {
  Process controller(Behind(kFillStdout, "wsload", Flags("60s")));
  const auto deadline = std::chrono::steady_clock::now() + seconds(30);
  while (!std::filesystem::exists(out_.path() + "/timeseries.csv") && std::chrono::steady_clock::now() < deadline) {
    poll(nullptr, 0, 50);
  }
  poll(nullptr, 0, 3'000);
  controller.Signal(SIGINT);
  const nlohmann::json result = AwaitResult(controller, seconds(30));
  ASSERT_FALSE(result.is_null());
  EXPECT_EQ(result.at("interrupted"), true);
  EXPECT_GT(Int(result, "/totals/success"), 0);
  EXPECT_EQ(Int(gateway_.Stop(), "/messages/upstream"), Int(result, "/totals/scheduled"));
  // The files are there: nothing keeps whoever does not want to wait for a reader.
  controller.Signal(SIGINT);
  EXPECT_THAT(controller.Wait(seconds(20)), testing::AnyOf(-SIGINT, 105));
}

TEST_F(ReaderTest, NobodyIsWaitedForForEver) {
  if (!Long()) GTEST_SKIP() << "takes a minute; see run-long.sh";
  Process controller(Behind(kFillStdout, "wsload", Flags("2s")));
  ExpectWholeRun(AwaitResult(controller, seconds(40)), 200);
  const auto deadline = std::chrono::steady_clock::now() + seconds(90);
  // Not Wait(), which reads; a process that has ended and was not waited for has no memory.
  while (UseOf(controller.pid()).rss_bytes > 0 && std::chrono::steady_clock::now() < deadline) poll(nullptr, 0, 100);
  EXPECT_EQ(UseOf(controller.pid()).rss_bytes, 0);
  EXPECT_EQ(controller.Wait(seconds(5)), 1);
  EXPECT_THAT(controller.err(), HasSubstr("nobody read the output"));
}

TEST(AgentLog, ThatNobodyReadsMakesNoAgentDeaf) {
  e2e::Gateway gateway;
  std::vector<std::unique_ptr<e2e::Agent>> agents;
  e2e::Host unread;
  unread.command = {"/bin/sh", "-c", kFillStderr};
  agents.push_back(std::make_unique<e2e::Agent>(std::vector<std::string>{"-log-level=debug"}, unread));
  for (int run = 0; run < 3; ++run) {
    const e2e::Outcome outcome = e2e::RunController({e2e::AgentsFlag(agents), "-clients=20", "-mps=100", "-duration=1s",
                                                     "-ramp-up=100ms", "-server=" + gateway.url()});
    EXPECT_THAT(outcome.exit_code, testing::AnyOf(0, 103)) << outcome.out << outcome.err;
    ASSERT_FALSE(outcome.result.is_null());
    EXPECT_EQ(Int(outcome.result, "/totals/success"), 100);
  }
  EXPECT_TRUE(TimeToAnswer({e2e::AgentsFlag(agents)}).has_value());
  agents[0]->process().Signal(SIGTERM);
  const auto exit_code = agents[0]->process().Wait(seconds(20));
  EXPECT_THAT(exit_code, testing::AnyOf(0, 1)) << "it left, with its log or without";
}

}  // namespace
}  // namespace wsload::hostile
