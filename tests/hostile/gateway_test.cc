// Servers that mean harm, or are broken in ways that come to the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdio>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "common/util/base64.h"
#include "tests/e2e/cluster.h"
#include "tests/hostile/bounds.h"
#include "tests/hostile/sanitized.h"
#include "tests/support/scripted_server.h"
#include "tests/support/ws_frames.h"

namespace wsload::hostile {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr char kDeflateHeader[] = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
constexpr int64_t kMemoryBytes = int64_t{kSanitized ? 4096 : 512} << 20;
// With it, and half of what a control group of kMemoryBytes leaves for messages on their way.
constexpr int64_t kMostPeakBytes = int64_t{420} << 20;

/// One agent under a memory limit, one server that means it harm, and runs against it.
class HostileGateway : public ::testing::Test {
 protected:
  explicit HostileGateway() : limit_(kMemoryBytes), agent_({"-workers=2"}, limit_.host()) {}

  /// Plays `script` with every connection; the first one is the check's and is just closed.
  void Serve(ScriptedServer::Script script) { server_ = std::make_unique<ScriptedServer>(std::move(script)); }

  std::vector<std::string> Flags(std::vector<std::string> more) const {
    more.push_back("-agents=" + agent_.address());
    more.push_back("-server=ws://127.0.0.1:" + std::to_string(server_->port()) + "/ws");
    return more;
  }

  /// Runs it, and asks the agent meanwhile whether it still answers.
  e2e::Outcome Run(std::vector<std::string> flags) {
    const auto began = steady_clock::now();
    e2e::RunningController controller(Flags(std::move(flags)));
    for (int i = 0; i < 3; ++i) {
      const auto answered = TimeToAnswer({"-agents=" + agent_.address()});
      EXPECT_TRUE(answered.has_value()) << "the agent is deaf";
      if (!answered) break;
      if (answered) slowest_answer_ = std::max(slowest_answer_, *answered);
    }
    e2e::Outcome outcome = controller.Wait();
    took_ = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
    return outcome;
  }

  /// The agent lives, was never deaf, kept to its memory, and is free for the next run.
  void ExpectUnharmed(seconds most_time) {
    const Use use = UseOf(agent_.process().pid());
    RecordProperty("peak_mib", static_cast<int>(use.peak_rss_bytes >> 20));
    RecordProperty("rss_mib", static_cast<int>(use.rss_bytes >> 20));
    RecordProperty("slowest_answer_ms", static_cast<int>(slowest_answer_.count()));
    RecordProperty("run_ms", static_cast<int>(took_.count()));
    if (Long()) {
      printf("peak %d MiB, afterwards %d MiB, slowest answer %d ms, run %d ms\n",
             static_cast<int>(use.peak_rss_bytes >> 20), static_cast<int>(use.rss_bytes >> 20),
             static_cast<int>(slowest_answer_.count()), static_cast<int>(took_.count()));
    }
    ASSERT_GT(use.peak_rss_bytes, 0) << "the agent is gone: " << agent_.process().err();
    if (!kSanitized) {
      EXPECT_LT(use.peak_rss_bytes, kMostPeakBytes);
      EXPECT_LT(use.rss_bytes, int64_t{128} << 20) << "memory goes back";
    }
    EXPECT_LT(slowest_answer_, seconds(3));
    EXPECT_LT(took_, most_time);
    const e2e::Gateway gateway;
    const e2e::Outcome next = e2e::RunController({"-agents=" + agent_.address(), "-clients=4", "-mps=20",
                                                  "-duration=1s", "-ramp-up=100ms", "-server=" + gateway.url()});
    EXPECT_EQ(next.result.at("totals").at("success"), 20) << next.out << next.err;
  }

  /// A server that sends `frame` without end does no harm, and none of it is taken for a message.
  void ExpectRefused(const std::string& frame);

  MemoryLimit limit_;
  e2e::Agent agent_;
  std::unique_ptr<ScriptedServer> server_;
  milliseconds slowest_answer_{0};
  milliseconds took_{0};
};

/// Until the client is gone.
void SendForEver(ScriptedServer::Peer& peer, const std::string& bytes) {
  while (peer.Send(bytes)) {
  }
}

void HostileGateway::ExpectRefused(const std::string& frame) {
  Serve([&](ScriptedServer::Peer& peer) {
    peer.Upgrade(kDeflateHeader);
    SendForEver(peer, frame);
  });
  const e2e::Outcome run =
      Run({"-compress", "-clients=4", "-mps=10", "-duration=2s", "-resp-timeout=1s", "-ramp-up=100ms"});
  ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
  e2e::ExpectConserved(run.result);
  EXPECT_EQ(run.result.at("totals").at("redirects"), 0);
  EXPECT_GT(run.result.at("totals").at("undecodable"), 0);
  ExpectUnharmed(seconds(20));
}

TEST_F(HostileGateway, MessagesThatInflateAThousandfold) {
  const std::string bomb = ServerFrame(2, DeflateMessage(std::string((16 << 20) - 1, ' ')), {.rsv1 = true});
  Serve([&](ScriptedServer::Peer& peer) {
    peer.Upgrade(kDeflateHeader);
    SendForEver(peer, bomb);
  });
  const e2e::Outcome run = Run({"-compress", "-clients=64", "-mps=10", Long() ? "-duration=30s" : "-duration=2s",
                                "-resp-timeout=1s", "-ramp-up=100ms"});
  ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
  e2e::ExpectConserved(run.result);
  EXPECT_GT(run.result.at("totals").at("undecodable"), 0);
  ExpectUnharmed(seconds(Long() ? 48 : 20));
}

TEST_F(HostileGateway, RedirectsToAMillionGateways) {
  std::string nodes = "{\"nodes\":[{}";
  while (nodes.size() < (11 << 20)) nodes += ",{}";
  nodes += "]}";
  std::string body(Base64Size(nodes.size()), '\0');
  EncodeBase64(nodes, body.data());
  const std::string redirect = "{\"cmd\":\"COMMAND_TYPE_REDIRECT\",\"body\":\"" + body + "\"}";
  const std::string frame = ServerFrame(1, DeflateMessage(redirect), {.rsv1 = true});
  ExpectRefused(frame);
}

TEST_F(HostileGateway, JsonOfNothingButBrackets) {
  std::string brackets = "{\"a\":[[]";
  while (brackets.size() < (15 << 20)) brackets += ",[]";
  brackets += "]}";
  const std::string frame = ServerFrame(1, DeflateMessage(brackets), {.rsv1 = true});
  ExpectRefused(frame);
}

TEST_F(HostileGateway, MillionsOfTheSmallestMessages) {
  std::string frames;
  while (frames.size() < (256 << 10)) frames += ServerFrame(2, "");
  Serve([&](ScriptedServer::Peer& peer) {
    peer.Upgrade();
    SendForEver(peer, frames);
  });
  const e2e::Outcome run = Run({"-clients=64", "-mps=10", "-duration=2s", "-resp-timeout=1s", "-ramp-up=100ms"});
  ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
  e2e::ExpectConserved(run.result);
  ExpectUnharmed(seconds(20));
}

TEST_F(HostileGateway, MessagesThatNeverEnd) {
  // 15 MiB each, for 15 KiB on the wire.
  const std::string begun = ServerFrame(2, DeflateMessage(std::string(15 << 20, 'x')), {.fin = false, .rsv1 = true});
  Serve([&](ScriptedServer::Peer& peer) {
    peer.Upgrade(kDeflateHeader);
    peer.Send(begun);
    peer.WaitForEnd();
  });
  const e2e::Outcome run =
      Run({"-compress", "-clients=100", "-mps=10", "-duration=3s", "-resp-timeout=1s", "-ramp-up=1s"});
  ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
  e2e::ExpectConserved(run.result);
  if (limit_.made()) {
    EXPECT_GT(run.result.at("totals").at("connections").at("lost"), 10) << run.result.at("totals").at("connections");
  }
  ExpectUnharmed(seconds(20));
}

TEST_F(HostileGateway, StopsReading) {
  std::promise<void> over;
  const std::shared_future<void> ended = over.get_future().share();
  Serve([ended](ScriptedServer::Peer& peer) {
    peer.Upgrade();
    ended.wait_for(seconds(60));
  });
  // Seven gigabytes wait in the kernel before any do in the agent, where there are so many connections.
  const e2e::Outcome run =
      Run({"-protocol=echo", Long() ? "-clients=2000" : "-clients=150", "-mps=4000", "-msg-size=102400",
           Long() ? "-duration=30s" : "-duration=4s", "-resp-timeout=4s", "-ramp-up=500ms"});
  over.set_value();
  ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
  e2e::ExpectConserved(run.result);
  EXPECT_EQ(run.result.at("totals").at("success"), 0);
  EXPECT_GT(run.result.at("totals").at("failures").at("timeout"), 1'000) << run.result.at("totals");
  ExpectUnharmed(seconds(Long() ? 55 : 25));
}

}  // namespace
}  // namespace wsload::hostile
