// Hosts without means: no threads, no descriptors, no memory, nothing to print to. Every program says so in one line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/e2e/cluster.h"
#include "tests/hostile/sanitized.h"
#include "tests/support/process.h"

namespace wsload::hostile {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using testing::HasSubstr;

struct Program {
  const char* name;
  std::vector<std::string> flags;
};

std::vector<Program> Programs() {
  return {{"wsload-agent", {"-listen=127.0.0.1:0"}},
          {"wsload-gateway", {"-listen=127.0.0.1:0", "-threads=8"}},
          {"wsload", {"-clients=2", "-duration=1s", "-out=none", "-server=ws://127.0.0.1:1/"}},
          {"wsload", {"-agents=127.0.0.1:1", "-clients=2", "-duration=1s", "-out=none"}}};
}

/// `program` behind `shell`, a piece of sh that ends with "; " or "&& ".
std::vector<std::string> Behind(const std::string& shell, const Program& program) {
  std::vector<std::string> command = {"/bin/sh", "-c", shell + "exec \"$0\" \"$@\"", e2e::Binary(program.name)};
  command.insert(command.end(), program.flags.begin(), program.flags.end());
  return command;
}

/// It ends by itself with exit code 1, and its last line names the program and the mend.
void ExpectOneLine(const std::string& shell, const Program& program, const std::string& mend) {
  SCOPED_TRACE(shell + program.name);
  Process process(Behind(shell, program));
  EXPECT_EQ(process.Wait(seconds(20)), 1) << process.out() << process.err();
  const std::string& err = process.err();
  EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 1) << err;
  EXPECT_TRUE(err.starts_with(std::string(program.name) + ": ")) << err;
  EXPECT_THAT(err, HasSubstr(mend));
}

/// A control group that bounds the number of threads; where none can be made, made() is false.
class ThreadLimit {
 public:
  explicit ThreadLimit(int threads) {
    for (const char* root : {"/sys/fs/cgroup/pids", "/sys/fs/cgroup"}) {
      if (!fs::exists(fs::path(root) / "cgroup.procs")) continue;
      const fs::path group = fs::path(root) / ("wsload-luck-" + std::to_string(getpid()));
      std::error_code error;
      if (!fs::create_directory(group, error)) continue;
      group_ = group;
      std::ofstream limit(group / "pids.max");
      limit << threads << std::flush;
      if (limit.good()) return;
      fs::remove(group, error);
      group_.clear();
    }
  }
  ~ThreadLimit() {
    std::error_code ignored;
    if (made()) fs::remove(group_, ignored);
  }
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;

  bool made() const { return !group_.empty(); }
  std::string shell() const { return "echo $$ > " + group_ + "/cgroup.procs && "; }

 private:
  std::string group_;
};

TEST(Luck, FewDescriptorsAreOneLine) {
  for (const Program& program : Programs()) ExpectOneLine("ulimit -n 8; ", program, "(ulimit -n)");
}

TEST(Luck, LittleAddressSpaceIsOneLine) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer's shadow needs more";
  for (const Program& program : Programs()) ExpectOneLine("ulimit -v 60000; ", program, "(ulimit -v)");
}

TEST(Luck, NoThreadsAreOneLine) {
  for (const int threads : {1, 2, 4}) {
    const ThreadLimit limit(threads);
    if (!limit.made()) GTEST_SKIP() << "no control group can be made here";
    for (const Program& program : Programs()) {
      ExpectOneLine(limit.shell(), program, "pids limit");
    }
  }
}

TEST(Luck, ARunThatNeedsMoreThreadsThanThereAreIsRefused) {
  const ThreadLimit limit(40);
  if (!limit.made()) GTEST_SKIP() << "no control group can be made here";
  e2e::Host host;
  host.command = {"/bin/sh", "-c", limit.shell() + "exec \"$0\" \"$@\""};
  e2e::Agent agent({}, host);
  e2e::Gateway gateway;
  const std::vector<std::string> run = {
      "-agents=" + agent.address(), "-clients=100", "-mps=20", "-duration=1s", "-ramp-up=100ms",
      "-server=" + gateway.url()};
  std::vector<std::string> many = run;
  many.push_back("-workers=64");
  const e2e::Outcome refused = e2e::RunController(many);
  EXPECT_EQ(refused.exit_code, 1) << refused.out;
  EXPECT_THAT(refused.err, testing::ContainsRegex("64 workers need [0-9]+ more threads and [0-9]+ can be made"));
  std::vector<std::string> few = run;
  few.push_back("-workers=2");
  const e2e::Outcome counted = e2e::RunController(few);
  ASSERT_FALSE(counted.result.is_null()) << counted.out << counted.err;
  EXPECT_EQ(counted.result.at("totals").at("success"), 20) << counted.out;
  e2e::ExpectConserved(counted.result);
  gateway.Stop();
}

TEST(Luck, NobodysStandardStreamsAreTakenForSockets) {
  e2e::Gateway gateway;
  const e2e::TempDir dir;
  const std::string closed = "exec 0<&- 1>&- 2>&-; ";
  // A line that goes to a socket by mistake would break the run.
  Process run(Behind(closed, {"wsload",
                              {"-clients=3", "-mps=20", "-duration=1s", "-ramp-up=100ms", "-out=" + dir.path() + "/out",
                               "-server=" + gateway.url()}}));
  EXPECT_EQ(run.Wait(seconds(30)), 1) << "what should have been printed is lost";
  std::ifstream file(dir.path() + "/out/result.json");
  ASSERT_TRUE(file.good());
  EXPECT_EQ(nlohmann::json::parse(file).at("totals").at("success"), 20);
  const nlohmann::json truth = gateway.Stop();
  EXPECT_EQ(truth.at("messages").at("upstream"), 20) << truth;
  for (const Program& program : {Programs()[0], Programs()[1]}) {
    SCOPED_TRACE(program.name);
    Process daemon(Behind(closed, program));
    EXPECT_EQ(daemon.Wait(std::chrono::milliseconds(500)), std::nullopt) << "it serves";
    for (const char* fd : {"0", "1", "2"}) {
      std::error_code error;
      const fs::path link = fs::path("/proc") / std::to_string(daemon.pid()) / "fd" / fd;
      const fs::path target = fs::read_symlink(link, error);
      if (!error) {
        EXPECT_FALSE(target.string().starts_with("socket:")) << fd << " " << target;
      }
    }
    daemon.Signal(SIGTERM);
    EXPECT_EQ(daemon.Wait(seconds(20)), 1);
  }
}

TEST(Luck, WhoCrashesLeavesNoKeysBehind) {
  const e2e::TempDir dir;
  const auto cores = [&dir] {
    return std::count_if(fs::directory_iterator(dir.path()), fs::directory_iterator(),
                         [](const auto& entry) { return entry.path().filename().string().starts_with("core"); });
  };
  const std::string shell = "cd " + dir.path() + " && ulimit -c unlimited && ";
  Process usual({"/bin/sh", "-c", shell + "kill -SEGV $$"});
  usual.Wait(seconds(10));
  if (cores() == 0) GTEST_SKIP() << "this host writes core dumps elsewhere, or none";
  for (const auto& entry : fs::directory_iterator(dir.path())) fs::remove(entry.path());
  Process agent(Behind(shell, Programs()[0]));
  ASSERT_TRUE(agent.ReadLine(seconds(20)).has_value()) << agent.err();
  agent.Signal(SIGSEGV);
  EXPECT_EQ(agent.Wait(seconds(20)), -SIGSEGV);
  EXPECT_EQ(cores(), 0);
}

}  // namespace
}  // namespace wsload::hostile
