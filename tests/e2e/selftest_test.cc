// `wsload selftest` with its gateway, as real processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "tests/e2e/cluster.h"

namespace wsload::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

constexpr seconds kTimeout{60};

/// Until `holds`, at most 20 s.
bool Eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

bool IsThere(pid_t pid) { return kill(pid, 0) == 0 || errno != ESRCH; }

/// The gateway that `process` started; 0: none came.
pid_t GatewayOf(const Process& process) {
  const std::string id = std::to_string(process.pid());
  pid_t child = 0;
  Eventually([&] { return std::ifstream("/proc/" + id + "/task/" + id + "/children") >> child && child > 0; });
  return child;
}

/// Under way, and past the latency floor.
void WaitForProgress(Process& process) {
  EXPECT_TRUE(Eventually([&] {
    process.ReadLine(milliseconds(20));
    return process.err().find("msg/s") != std::string::npos;
  })) << process.err();
}

TEST(Selftest, PrintsFiguresAndLeavesNothingBehind) {
  Process selftest({Binary("wsload"), "selftest", "-duration=6s", "-json"});
  const pid_t gateway = GatewayOf(selftest);
  ASSERT_GT(gateway, 0) << selftest.err();
  // On a busy machine no rate may be honest; the figures are there all the same.
  EXPECT_THAT(selftest.Wait(kTimeout), AnyOf(0, 103)) << selftest.err();
  EXPECT_FALSE(IsThere(gateway));
  const auto json = nlohmann::json::parse(selftest.out());
  EXPECT_EQ(json.at("schema"), "wsload.selftest/1");
  EXPECT_GT(json.at("cores"), 0);
  EXPECT_GT(json.at("floor").at("response_us").at("p50"), 0);
  EXPECT_GE(json.at("floor").at("response_us").at("max"), json.at("floor").at("response_us").at("p50"));
  EXPECT_GT(json.at("floor").at("service_us").at("p99"), 0);
  ASSERT_FALSE(json.at("runs").empty());
  for (const auto& run : json.at("runs")) {
    EXPECT_GT(run.at("rate_per_s"), 0);
    EXPECT_GT(run.at("cpu_user_us_per_message").get<double>() + run.at("cpu_system_us_per_message").get<double>(), 0);
    EXPECT_GT(run.at("gateway_cpu_share"), 0);
  }
  if (const auto& best = json.at("highest_honest_rate").at("best"); !best.is_null()) {
    EXPECT_GT(json.at("highest_honest_rate").at("per_worker_per_s"), 0);
    EXPECT_GT(json.at("sizing").at("workers"), 0);
    EXPECT_LT(best.at("send_lag_us_p99"), 1'000);
  }
}

TEST(Selftest, SpeaksChinese) {
  Process selftest({Binary("wsload"), "selftest", "-duration=2s", "-lang=zh"});
  EXPECT_THAT(selftest.Wait(kTimeout), AnyOf(0, 103)) << selftest.err();
  EXPECT_THAT(selftest.out(), AllOf(HasSubstr("延迟下限"), HasSubstr("可信")));
}

TEST(Selftest, AnInterruptGivesWhatIsKnown) {
  for (const int signal : {SIGINT, SIGTERM}) {
    Process selftest({Binary("wsload"), "selftest", "-json"});
    const pid_t gateway = GatewayOf(selftest);
    ASSERT_GT(gateway, 0) << selftest.err();
    WaitForProgress(selftest);
    selftest.Signal(signal);
    EXPECT_EQ(selftest.Wait(kTimeout), 105) << selftest.err();
    EXPECT_FALSE(IsThere(gateway));
    const auto json = nlohmann::json::parse(selftest.out());
    EXPECT_EQ(json.at("interrupted"), true);
    EXPECT_GT(json.at("floor").at("response_us").at("p50"), 0);
  }
}

TEST(Selftest, TheGatewayDoesNotOutliveAKilledSelftest) {
  Process selftest({Binary("wsload"), "selftest"});
  const pid_t gateway = GatewayOf(selftest);
  ASSERT_GT(gateway, 0) << selftest.err();
  selftest.Signal(SIGKILL);
  EXPECT_EQ(selftest.Wait(kTimeout), -SIGKILL);
  EXPECT_TRUE(Eventually([&] {
    // Where nobody reaps orphans it stays as a zombie.
    std::string word;
    std::ifstream stat("/proc/" + std::to_string(gateway) + "/stat");
    return !(stat >> word >> word >> word) || word == "Z";
  }));
}

TEST(Selftest, WithoutAGatewayItSaysSo) {
  const TempDir dir;
  std::filesystem::copy(Binary("wsload"), dir.path() + "/wsload");
  Process selftest({dir.path() + "/wsload", "selftest"});
  EXPECT_EQ(selftest.Wait(kTimeout), 1);
  EXPECT_EQ(selftest.out(), "");
  EXPECT_EQ(selftest.err(), "wsload: selftest needs the mock gateway, and there is no program " + dir.path() +
                                "/wsload-gateway; install wsload-gateway beside wsload\n");
}

TEST(Selftest, BadFlagsAreOneLine) {
  for (const char* flag : {"-duration=1s", "-workers=0", "-lang=de", "-clients=5", "more"}) {
    Process selftest({Binary("wsload"), "selftest", flag});
    EXPECT_EQ(selftest.Wait(kTimeout), 104) << flag;
    EXPECT_EQ(std::count(selftest.err().begin(), selftest.err().end(), '\n'), 1) << selftest.err();
  }
}

}  // namespace
}  // namespace wsload::e2e
