// What a run says of its measurement and of the server, and that every view of it says the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>

#include "tests/e2e/cluster.h"
#include "tests/support/scripted_server.h"

namespace wsload::e2e {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> Texts(const nlohmann::json& statements) {
  std::vector<std::string> texts;
  for (const nlohmann::json& statement : statements) texts.push_back(statement.at("text"));
  return texts;
}

void ExpectFailed(const Outcome& run, const std::string& reason) {
  ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
  EXPECT_EQ(run.exit_code, 1) << run.out << run.err;
  EXPECT_EQ(run.result.at("exit_code"), 1);
  EXPECT_EQ(run.result.at("outcome").at("code"), "failed");
  EXPECT_THAT(Texts(run.result.at("outcome").at("reasons")), Contains(HasSubstr(reason)));
  EXPECT_THAT(run.out, HasSubstr("\nMeasurement: "));
  EXPECT_THAT(run.out, HasSubstr("\nOutcome: FAILED\n  - " + reason));
}

TEST(Judgement, NothingThatSucceedsIsAFailure) {
  Gateway gateway({"-ack-drop=1"});
  const Outcome run = RunController(
      {"-clients=5", "-mps=50", "-duration=1s", "-ramp-up=100ms", "-resp-timeout=300ms", "-server=" + gateway.url()});
  ExpectFailed(run, "none of 50 messages succeeded: timeout 50");
  EXPECT_THAT(run.result.at("verdict").at("code"), AnyOf("VALID", "GENERATOR_LIMITED"))
      << "what was measured is worth as much as ever";
  EXPECT_THAT(run.out, HasSubstr("success rate (%)       0.00\n"));
}

TEST(Judgement, NoConnectionIsAFailure) {
  ExpectFailed(RunController({"-clients=5", "-mps=50", "-duration=1s", "-ramp-up=0s", "-check-server=false",
                              "-server=ws://127.0.0.1:1/ws"}),
               "none of 5 connections was opened: refused 5");
}

TEST(Judgement, ARunThatWentWellIsNotJudgedWithoutThresholds) {
  Gateway gateway;
  const Outcome run =
      RunController({"-clients=5", "-mps=50", "-duration=1s", "-ramp-up=0s", "-server=" + gateway.url()});
  EXPECT_THAT(run.exit_code, AnyOf(0, 103)) << run.out << run.err;
  EXPECT_EQ(run.result.at("outcome").at("code"), "not_judged");
  EXPECT_THAT(run.out, HasSubstr("\nThresholds: none given: nothing was judged\n"));
}

TEST(Hints, AServerSlowerThanTheTimeoutIsCalledSlow) {
  Gateway gateway({"-ack-delay=600ms"});
  const Outcome run = RunController(
      {"-clients=5", "-mps=50", "-duration=2s", "-ramp-up=100ms", "-resp-timeout=300ms", "-server=" + gateway.url()});
  ExpectFailed(run, "none of 100 messages succeeded");
  EXPECT_GT(Int(run.result, "/totals/late_acks"), 0);
  EXPECT_THAT(run.out, HasSubstr("raise -resp-timeout"));
  EXPECT_THAT(run.out, Not(HasSubstr("-cipher")));
}

TEST(Hints, ATextOnlyServerIsCalledThat) {
  ScriptedServer server([](ScriptedServer::Peer& peer) {
    peer.Upgrade();
    if (peer.ReadFrame().has_value()) peer.Send(ServerFrame(8, ClosePayloadBytes(1003, "text, please")));
    peer.WaitForEnd();
  });
  const Outcome run = RunController({"-protocol=echo", "-clients=3", "-mps=10", "-duration=1s", "-ramp-up=0s",
                                     "-server=ws://127.0.0.1:" + std::to_string(server.port()) + "/"});
  ExpectFailed(run, "none of 10 messages succeeded");
  EXPECT_THAT(run.out, HasSubstr("wsload sends binary frames, and the server wants text"));
  EXPECT_THAT(run.out, Not(HasSubstr("-serializer")));
}

std::vector<double> NumbersBehind(const std::string& text, const std::string& label) {
  std::vector<double> numbers;
  const std::regex pattern(label + " +([0-9.]+)");
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    numbers.push_back(std::stod((*it)[1]));
  }
  return numbers;
}

/// By docs/measurement.md, whatever the server did.
void ExpectHonestFigures(const Outcome& run) {
  ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
  ExpectConserved(run.result);
  const double measured_s = static_cast<double>(Int(run.result, "/measured_ns")) / 1e9;
  const int64_t sent = Int(run.result, "/latency_us/send_lag/count");
  EXPECT_EQ(sent, Int(run.result, "/totals/scheduled") - Int(run.result, "/totals/unsent") -
                      Int(run.result, "/totals/failures/send_error"));
  const nlohmann::json& rates = run.result.at("rates");
  const double scheduled = static_cast<double>(Int(run.result, "/totals/scheduled"));
  const double success = static_cast<double>(Int(run.result, "/totals/success"));
  EXPECT_NEAR(rates.at("sent_per_s"), static_cast<double>(sent) / measured_s, 1e-6);
  EXPECT_NEAR(rates.at("success_ratio"), scheduled > 0 ? success / scheduled : 0, 1e-9);
  nlohmann::json sums = {{"scheduled", 0}, {"success", 0}, {"failed", 0}, {"unsent", 0}};
  int64_t active = 0;
  for (const nlohmann::json& point : run.result.at("series")) {
    for (auto& [name, sum] : sums.items()) sum = sum.get<int64_t>() + point.at(name).get<int64_t>();
    active = std::max(active, point.at("active_connections").get<int64_t>());
  }
  for (const auto& [name, sum] : sums.items()) EXPECT_EQ(sum, run.result.at("totals").at(name)) << name;
  EXPECT_EQ(active, Int(run.result, "/totals/connections/active_peak"));

  // The lines while it went on, and the summary.
  const std::vector<double> rates_shown = NumbersBehind(run.out, "[0-9]:[0-9]{2} measuring");
  ASSERT_GE(rates_shown.size(), 2u) << run.out;
  EXPECT_EQ(NumbersBehind(run.out, "elapsed").size(), 1u) << run.out;
  EXPECT_NEAR(NumbersBehind(run.out, "message rate \\(msg/s\\)").back(), rates.at("sent_per_s").get<double>(), 0.0051);
  EXPECT_EQ(NumbersBehind(run.out, "active connections").back(), static_cast<double>(active));
  EXPECT_THAT(run.out, HasSubstr(" (peak)\n"));
}

TEST(Figures, UnderServersThatDropLateAndNever) {
  Gateway gateway({"-ack-drop=0.3", "-ack-delay=exp:50ms"});
  ExpectHonestFigures(RunController({"-clients=10", "-mps=100", "-duration=2s", "-ramp-up=300ms", "-resp-timeout=100ms",
                                     "-stats-interval=1s", "-server=" + gateway.url()}));
}

TEST(Figures, UnderServersThatReadNothing) {
  Gateway gateway({"-echo", "-stall-every=5s", "-stall-for=4900ms"});
  const Outcome run =
      RunController({"-protocol=echo", "-clients=1", "-mps=400", "-msg-size=64k", "-duration=2s", "-ramp-up=0s",
                     "-resp-timeout=300ms", "-stats-interval=1s", "-server=" + gateway.url()});
  ExpectHonestFigures(run);
  EXPECT_GT(Int(run.result, "/totals/failures/send_error"), 0) << "every queue on the way was full";
}

TEST(Figures, UnderServersThatVanish) {
  auto server = std::make_unique<ScriptedServer>([](ScriptedServer::Peer& peer) {
    peer.Upgrade();
    for (int frames = 0; frames < 20 && peer.ReadFrame().has_value(); ++frames) {
    }
    peer.Reset();
  });
  const Outcome run =
      RunController({"-protocol=echo", "-clients=4", "-mps=100", "-duration=2s", "-ramp-up=0s", "-resp-timeout=300ms",
                     "-stats-interval=1s", "-server=ws://127.0.0.1:" + std::to_string(server->port()) + "/"});
  ExpectHonestFigures(run);
  EXPECT_GT(Int(run.result, "/totals/unsent"), 0);
}

TEST(Figures, UnderServersThatRefuseMost) {
  std::atomic<int> opened = 0;
  ScriptedServer server([&opened](ScriptedServer::Peer& peer) {
    if (++opened <= 2) {
      peer.Upgrade();
      peer.Echo();
    } else {
      peer.ReadRequest();
      peer.Send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    }
  });
  ExpectHonestFigures(
      RunController({"-protocol=echo", "-clients=10", "-mps=50", "-duration=2s", "-ramp-up=200ms", "-stats-interval=1s",
                     "-server=ws://127.0.0.1:" + std::to_string(server.port()) + "/"}));
}

/// A control group with a processor quota of a tenth of a core; empty path: none can be made here.
class TightGroup {
 public:
  TightGroup() {
    const std::string name = "wsload-e2e-" + std::to_string(getpid());
    for (const char* hierarchy : {"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup"}) {
      const std::string path = std::string(hierarchy) + "/" + name;
      std::error_code error;
      if (!std::filesystem::is_directory(hierarchy, error) || !std::filesystem::create_directory(path, error)) continue;
      if (Write(path + "/cpu.cfs_quota_us", "10000") || Write(path + "/cpu.max", "10000 100000")) {
        path_ = path;
        return;
      }
      std::filesystem::remove(path, error);
    }
  }
  ~TightGroup() {
    // A group is removed as an empty directory, its files notwithstanding.
    if (!path_.empty()) rmdir(path_.c_str());
  }
  const std::string& path() const { return path_; }
  Host Inside() const {
    return {.command = {"/bin/sh", "-c", "echo $$ >" + path_ + "/cgroup.procs && exec \"$@\"", "sh"}};
  }

 private:
  /// Only what is there: nobody wants an ordinary file in an ordinary directory.
  static bool Write(const std::string& path, const std::string& content) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return false;
    std::ofstream file(path);
    file << content << std::flush;
    return file.good();
  }

  std::string path_;
};

TEST(Limits, AContainersQuotaIsKnownAndBlamed) {
  const TightGroup group;
  if (group.path().empty()) GTEST_SKIP() << "no control group with a processor quota can be made here";
  Gateway gateway;
  const Outcome run = RunController(
      {"-clients=20", "-mps=12000", "-duration=2s", "-ramp-up=100ms", "-server=" + gateway.url()}, group.Inside());
  ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
  EXPECT_EQ(run.exit_code, 103) << run.out;
  EXPECT_THAT(Texts(run.result.at("verdict").at("reasons")),
              Contains(HasSubstr("agent embedded: throttled by its CPU quota of 0.1 cores for ")));
  EXPECT_THAT(run.out, Not(HasSubstr("other programs")));
  const nlohmann::json& agent = run.result.at("agents").at(0);
  EXPECT_EQ(agent.at("workers"), 1);
  EXPECT_EQ(agent.at("cpu").at("quota_cores"), 0.1);
  EXPECT_GT(Int(agent, "/cpu/throttled_us"), 0);
}

}  // namespace
}  // namespace wsload::e2e
