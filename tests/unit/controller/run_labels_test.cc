// -title, -tag, -dashboard, and the command line that a result has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/util/status.h"
#include "controller/commands/run_flags.h"
#include "tests/unit/controller/read_run_flags.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

TEST(RunLabels, TitleAndTagsAreTheRuns) {
  const RunLabels labels =
      Parsed({"-title=nightly, build 512", "-tag=build=512", "-tag", "branch = main, os=a=b"}).labels;
  EXPECT_EQ(labels.title, "nightly, build 512");
  EXPECT_THAT(labels.tags, ElementsAre(Pair("build", "512"), Pair("branch", "main"), Pair("os", "a=b")));
  EXPECT_THAT(Refused({"-tag=512"}), HasSubstr("-tag=512: want name=value; for example -tag=build=512"));
  EXPECT_THAT(Refused({"-tag=a=1,a=2"}), HasSubstr("\"a\" is there twice"));
}

TEST(RunLabels, TheCommandLineStartsTheRunAgain) {
  const std::string line =
      Parsed({"-clients=2k", "-duration=90s", "-server=ws://h:1/ws", "-title=it's", "-quiet", "-out=none"},
             {{"WSLOAD_MPS", "5"}})
          .labels.command_line;
  EXPECT_EQ(line, "wsload -clients=2000 -mps=5 -duration=1m30s -server=ws://h:1/ws -title='it'\\''s' -quiet=true");
  // And it is taken as it stands.
  EXPECT_EQ(Parsed({"-clients=2000", "-mps=5", "-duration=1m30s", "-server=ws://h:1/ws", "-title=it's", "-quiet=true"})
                .labels.command_line,
            line);
}

TEST(RunLabels, TheCommandLineJudgesTheRunAgainAsItWasJudged) {
  const std::string line = Parsed({"-mps=100", "-duration=90s", "-threshold=p(99)<200ms",
                                   "-threshold=success_rate>=99%", "-accept=generator-limited"})
                               .labels.command_line;
  EXPECT_EQ(line,
            "wsload -mps=100 -duration=1m30s -threshold='p(99)<200ms,success_rate>=99%' -accept=generator-limited");
}

TEST(RunLabels, AJumpOfAStageIsNobodysPassword) {
  const std::string line = Parsed({"-stages=2s:@100,peak=3s:@300", "-clients-stages=2s:@5,3s:@10"}).labels.command_line;
  EXPECT_EQ(line, "wsload -stages=2s:@100,peak=3s:@300 -clients-stages=2s:@5,3s:@10");
}

TEST(RunLabels, TheCommandLineHoldsNoSecret) {
  std::string dir = ::testing::TempDir() + "/wsload-labels-XXXXXX";
  ASSERT_NE(mkdtemp(dir.data()), nullptr);
  const std::string key = dir + "/key";
  std::ofstream(key) << "0123456789abcdef0123456789abcdef";
  const std::string line =
      Parsed({"-server=wss://me:secret1@h/ws?api_key=secret2&room=1", "-jwt-key-file=" + key,
              "-header=Authorization: Bearer secret3", "-header=X-Room: a b", "-title=see wss://u:secret4@h/"},
             {{"WSLOAD_CIPHER_KEY", "0123456789abcdef0123456789abcdef"}})
          .labels.command_line;
  EXPECT_THAT(line, Not(HasSubstr("secret")));
  EXPECT_THAT(line, Not(HasSubstr("0123456789abcdef")));
  EXPECT_THAT(line, HasSubstr("room=(redacted)")) << "names stay";
  EXPECT_THAT(line, HasSubstr("-jwt-key-file=" + key));
  EXPECT_THAT(line, HasSubstr("-header='X-Room: (redacted)'"));
  std::filesystem::remove_all(dir);
}

TEST(RunLabels, ADashboardIsOnLoopbackUnlessATokenKeepsStrangersOut) {
  EXPECT_EQ(Parsed({}).output.dashboard, "");
  EXPECT_EQ(Parsed({"-dashboard"}).output.dashboard, "127.0.0.1:8089");
  EXPECT_EQ(Parsed({"-dashboard", "-nodashboard"}).output.dashboard, "");
  EXPECT_EQ(Parsed({"-dashboard=[::1]:0", "-linger=10m"}).output.dashboard, "[::1]:0");
  const std::string token = "0123456789abcdef0123456789abcdef";
  EXPECT_EQ(Parsed({"-dashboard=0.0.0.0:8089"}, {{"WSLOAD_TOKEN", token}}).dashboard_token, token);
  EXPECT_THAT(Refused({"-dashboard=0.0.0.0:8089"}), HasSubstr("add -dashboard-token-file=FILE"));
  EXPECT_EQ(Parsed({"-dashboard"}, {{"WSLOAD_TOKEN", token}}).dashboard_token, "") << "whoever is on the host may look";
  EXPECT_THAT(Refused({"-dashboard=nowhere"}), HasSubstr("-dashboard=nowhere: "));
  EXPECT_THAT(Parsed({"-linger=10m"}).notices, ElementsAre(HasSubstr("-linger")));
}

TEST(RunLabels, ADashboardHasATokenOfItsOwn) {
  std::string dir = ::testing::TempDir() + "/wsload-dashboard-XXXXXX";
  ASSERT_NE(mkdtemp(dir.data()), nullptr);
  const std::string file = dir + "/token";
  const std::string agents_token(32, 'a'), own_token(32, 'd');
  std::ofstream(file) << own_token << "\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  const std::string flag = "-dashboard-token-file=" + file;
  for (const char* address : {"-dashboard=0.0.0.0:8089", "-dashboard"}) {
    const RunCommandLine line = Parsed({address, flag}, {{"WSLOAD_TOKEN", agents_token}});
    EXPECT_EQ(line.dashboard_token, own_token);
    EXPECT_EQ(line.access.token, agents_token);
    EXPECT_THAT(line.labels.command_line, HasSubstr(flag)) << "by its name";
    EXPECT_THAT(line.labels.command_line, Not(HasSubstr(own_token)));
  }
  EXPECT_THAT(Parsed({flag}).notices, ElementsAre(HasSubstr("-dashboard-token-file has no effect without -dashboard")));
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  std::ofstream(file) << "short";
  EXPECT_THAT(Refused({"-dashboard", flag}), HasSubstr(flag + ": is shorter than 16 characters"));
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace wsload
