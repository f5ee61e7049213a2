// What port scanners, browsers and broken programs do to an agent: nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/cluster.h"
#include "tests/e2e/stranger.h"

namespace wsload::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr int kRepeats = 30;

std::string RandomBytes(size_t size) {
  std::mt19937 random(42);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

/// A frame's header as RFC 9113, section 4.1 has it, and its payload.
std::string Http2Frame(uint32_t length, uint8_t type, uint8_t flags, uint32_t stream, const std::string& payload = {}) {
  std::string frame;
  for (const int shift : {16, 8, 0}) frame += static_cast<char>(length >> shift);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>(stream >> shift);
  return frame + payload;
}

std::vector<std::string> Garbage() {
  const std::string begun = std::string(kHttp2Preface) + Http2Frame(0, 4, 0, 0);
  std::string settings_flood = begun;
  for (int i = 0; i < 2'000; ++i) settings_flood += Http2Frame(0, 4, 0, 0);
  std::string resets = begun;
  for (uint32_t stream = 1; stream < 2'000; stream += 2) {
    // ":method: GET" and no more, then RST_STREAM.
    resets += Http2Frame(1, 1, 4, stream, "\x82") + Http2Frame(4, 3, 0, stream, std::string(4, '\0'));
  }
  return {
      ClientHello(),
      "GET / HTTP/1.1\r\nHost: agent\r\nUser-Agent: scanner\r\n\r\n",
      "POST /wsload.v1.Agent/Run HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n" + std::string(100'000, 'x'),
      std::string(kHttp2Preface) + RandomBytes(10'000),
      begun + Http2Frame(0xFFFFFF, 0, 0, 1, RandomBytes(10'000)),
      begun + Http2Frame(10'000, 1, 4, 1, RandomBytes(10'000)),
      begun + Http2Frame(8, 6, 0, 0, "pingping") + Http2Frame(4, 8, 0, 0, std::string(4, '\xFF')),
      settings_flood,
      resets,
      RandomBytes(100'000),
      std::string(100'000, '\0'),
      std::string("\x16\x03\x01\xFF\xFF", 5) + RandomBytes(70'000),
      "SSH-2.0-scanner\r\n",
      "\n",
      "",
  };
}

/// An agent that everybody reaches, with or without TLS, and the flags that open it to a controller.
class StrangersTest : public testing::TestWithParam<Stranger::Transport> {
 protected:
  bool tls() const { return GetParam() == Stranger::Transport::kTls; }

  void SetUp() override {
    const std::string token = "-token-file=" + dir_.Write("token", "strangers-token-0123456789");
    std::vector<std::string> flags = {token};
    access_ = {token};
    if (tls()) {
      Process certs({Binary("wsload"), "certs", dir_.path() + "/tls"});
      ASSERT_EQ(certs.Wait(seconds(30)), 0) << certs.err();
      flags.push_back("-tls-cert=" + dir_.path() + "/tls/agent.pem");
      flags.push_back("-tls-key=" + dir_.path() + "/tls/agent-key.pem");
      access_.push_back("-tls-ca=" + dir_.path() + "/tls/ca.pem");
    }
    agent_flags_ = flags;
    StartAgent({});
  }

  void StartAgent(const Host& host) {
    agent_ = std::make_unique<Agent>(agent_flags_, host);
    port_ = static_cast<uint16_t>(std::stoi(agent_->address().substr(agent_->address().rfind(':') + 1)));
  }

  std::optional<int> Doctor(std::string* said = nullptr) const {
    std::vector<std::string> doctor = {Binary("wsload"), "doctor", "-agents=" + agent_->address()};
    doctor.insert(doctor.end(), access_.begin(), access_.end());
    Process process(doctor);
    const std::optional<int> exit_code = process.Wait(seconds(60));
    if (said != nullptr) *said = process.out() + process.err();
    return exit_code;
  }

  void ExpectServing() const {
    std::string said;
    EXPECT_EQ(Doctor(&said), 0) << said;
    Gateway gateway;
    std::vector<std::string> flags = access_;
    flags.push_back("-agents=" + agent_->address());
    flags.insert(flags.end(), {"-clients=4", "-mps=20", "-duration=1s", "-ramp-up=100ms", "-server=" + gateway.url()});
    const Outcome run = RunController(flags);
    EXPECT_THAT(run.exit_code, testing::AnyOf(0, 103)) << run.out << run.err;
    EXPECT_EQ(run.result.at("totals").at("success"), 20);
    gateway.Stop();
  }

  /// Ends the agent: in order, and without having filled a log.
  void ExpectQuietEnd() {
    agent_->process().Signal(SIGTERM);
    EXPECT_EQ(agent_->process().Wait(seconds(30)), 0) << agent_->process().err();
    const std::string& log = agent_->process().err();
    EXPECT_LE(std::count(log.begin(), log.end(), '\n'), 20) << log;
  }

  const TempDir dir_;
  std::vector<std::string> agent_flags_;
  std::vector<std::string> access_;
  std::unique_ptr<Agent> agent_;
  uint16_t port_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Agents, StrangersTest, testing::Values(Stranger::Transport::kPlain, Stranger::Transport::kTls),
                         [](const auto& transport) {
                           return transport.param == Stranger::Transport::kTls ? "WithTls" : "Plain";
                         });

TEST_P(StrangersTest, GarbageIsDropped) {
  for (const std::string& garbage : Garbage()) {
    for (int i = 0; i < kRepeats; ++i) {
      Stranger stranger(port_);
      ASSERT_TRUE(stranger.connected());
      stranger.Send(garbage);
    }
    for (int i = 0; tls() && i < kRepeats; ++i) {
      Stranger stranger(port_, Stranger::Transport::kTls);
      ASSERT_TRUE(stranger.connected());
      stranger.Send(garbage);
    }
  }
  ExpectServing();
  ExpectQuietEnd();
}

TEST_P(StrangersTest, WhoDoesNotBeginIsNotWaitedForForever) {
  const std::string begin = tls() ? ClientHello() : std::string(kHttp2Preface);
  std::vector<std::unique_ptr<Stranger>> strangers;
  for (int i = 0; i < 200; ++i) {
    strangers.push_back(std::make_unique<Stranger>(port_));
    ASSERT_TRUE(strangers.back()->connected());
    if (i % 4 == 1) strangers.back()->Send(begin.substr(0, begin.size() / 2));
    if (i % 4 == 2) strangers.back()->EndSending();
  }
  ExpectServing();
  const size_t idle = strangers.size();
  for (int i = 0; i < 20; ++i) strangers.push_back(std::make_unique<Stranger>(port_));
  const auto deadline = SteadyClock::now() + seconds(60);
  // These send a byte now and then, but never the last one.
  for (size_t sent = 0; sent + 1 < begin.size() && SteadyClock::now() < deadline; ++sent) {
    bool all_closed = true;
    for (size_t i = idle; i < strangers.size(); ++i) {
      all_closed = !strangers[i]->Send({&begin[sent], 1}) && all_closed;
    }
    if (all_closed) break;
    std::this_thread::sleep_for(milliseconds(600));
  }
  for (size_t i = 0; i < strangers.size(); ++i) EXPECT_TRUE(strangers[i]->AwaitClose(deadline)) << i;
  ExpectServing();
  ExpectQuietEnd();
}

TEST_P(StrangersTest, ACrowdThatTakesAllDescriptorsIsOutlived) {
  agent_flags_.push_back("-workers=1");
  StartAgent({.command = {"/bin/sh", "-c", "ulimit -n 200; exec \"$0\" \"$@\""}});
  std::vector<std::unique_ptr<Stranger>> crowd;
  for (int i = 0; i < 400; ++i) crowd.push_back(std::make_unique<Stranger>(port_));
  // It may be some moments before the agent has met with the last of them, and its last descriptor is gone.
  std::this_thread::sleep_for(seconds(1));
  crowd.clear();
  // It takes leave of them one by one, and says meanwhile that it has no room for a run.
  const auto deadline = SteadyClock::now() + seconds(60);
  while (Doctor() != 0 && SteadyClock::now() < deadline) {
  }
  ExpectServing();
  ExpectQuietEnd();
}

TEST_P(StrangersTest, ConnectionsThatStayDoNotKeepTheAgentFromLeaving) {
  // Fewer than there may be of them.
  std::vector<std::unique_ptr<Stranger>> idle;
  for (int i = 0; i < 20; ++i) idle.push_back(std::make_unique<Stranger>(port_, GetParam()));
  for (const auto& stranger : idle) {
    EXPECT_TRUE(stranger->Send(std::string(kHttp2Preface) + Http2Frame(0, 4, 0, 0)));
  }
  ExpectServing();
  ExpectQuietEnd();
}

}  // namespace
}  // namespace wsload::e2e
