#include "common/http/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "agent/metrics/exposition.h"
#include "common/http/metrics_answer.h"
#include "common/util/status.h"
#include "tests/support/raw_ws_client.h"

namespace wsload {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const HostPort kAnyPort{"127.0.0.1", 0};

class HttpServerTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<HttpServer>> Listen(const HostPort& address) const {
    return HttpServer::Listen(address, [this](std::string_view received) {
      return AnswerToScrape(received, [this] { return exposition_.Scrape(); });
    });
  }

  /// The status, and the whole answer in `answer`.
  static int Ask(uint16_t port, const std::string& request, std::string* answer = nullptr) {
    RawWsClient client(port);
    if (!client.SendRaw(request)) return 0;
    const int status = client.ReadHttpResponse();
    if (answer != nullptr) *answer = client.response();
    return status;
  }

  static std::string Scrape(uint16_t port) {
    std::string answer;
    EXPECT_EQ(Ask(port, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", &answer), 200);
    return answer;
  }

  AgentMetrics metrics_;
  const AgentExposition exposition_{metrics_, SystemClock(), {"agent-1", 1}, [] { return ReadProcessUsage(); }};
};

TEST_F(HttpServerTest, AnswersOnThePortThatItNames) {
  const auto server = Listen(kAnyPort);
  ASSERT_TRUE(server.ok()) << Text(server.status());
  const HostPort& address = (*server)->address();
  EXPECT_EQ(address.host, "127.0.0.1");
  ASSERT_NE(address.port, 0);
  EXPECT_THAT(Scrape(address.port), AllOf(HasSubstr("text/plain"), HasSubstr("\nwsload_messages_scheduled_total 0\n")));
  IntervalReport report;
  report.delta.counters.scheduled = 12;
  metrics_.Add(report);
  EXPECT_THAT(Scrape(address.port), HasSubstr("\nwsload_messages_scheduled_total 12\n"));
}

TEST_F(HttpServerTest, ARequestMayComeByteByByte) {
  const auto server = Listen(kAnyPort);
  ASSERT_TRUE(server.ok());
  RawWsClient client((*server)->address().port);
  for (const char byte : std::string("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")) client.SendRaw({&byte, 1});
  EXPECT_EQ(client.ReadHttpResponse(), 200);
  EXPECT_EQ(Ask((*server)->address().port, "GET / HTTP/1.1\r\n\r\n"), 404);
}

TEST_F(HttpServerTest, GarbageAndIdlersLeaveItAnswering) {
  const auto server = Listen(kAnyPort);
  ASSERT_TRUE(server.ok());
  const uint16_t port = (*server)->address().port;
  // More than it serves at a time: the oldest give way.
  std::vector<std::unique_ptr<RawWsClient>> idlers;
  for (int i = 0; i < 40; ++i) idlers.push_back(std::make_unique<RawWsClient>(port));
  EXPECT_TRUE(idlers.front()->AtEnd());
  const std::string noise("\x16\x03\x01\x02\x00\x01\x00\x00\xff\xff\0\0", 12);
  for (const std::string& bytes : {noise, std::string(64 * 1024, 'x'), std::string("GET /metrics"),
                                   "GET /" + std::string(32 * 1024, 'a') + " HTTP/1.1\r\n\r\n"}) {
    RawWsClient stranger(port);
    stranger.SendRaw(bytes);
  }
  EXPECT_THAT(Scrape(port), HasSubstr("wsload_agent_info"));
}

TEST_F(HttpServerTest, ManyReadersWhileReportsComeIn) {
  const auto server = Listen(kAnyPort);
  ASSERT_TRUE(server.ok());
  std::atomic<bool> over = false;
  std::thread agent([&] {
    IntervalReport report{.phase = Phase::kMeasure};
    report.delta.counters.scheduled = 1;
    report.delta.counters.connections.failures["refused"] = 1;
    report.delta.response.RecordUs(1'000);
    while (!over) {
      metrics_.RunBegan("86270a2a", 1);
      metrics_.Add(report);
      metrics_.RunEnded(RunEnd::kCompleted);
    }
  });
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([port = (*server)->address().port] {
      for (int k = 0; k < 10; ++k) EXPECT_THAT(Scrape(port), HasSubstr("wsload_agent_runs_total"));
    });
  }
  for (std::thread& reader : readers) reader.join();
  over = true;
  agent.join();
}

TEST_F(HttpServerTest, AnAddressThatItCannotHaveIsOneLine) {
  const auto server = Listen(kAnyPort);
  ASSERT_TRUE(server.ok());
  const auto second = Listen((*server)->address());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Text(second.status()),
            fmt::format("cannot listen on {}: Address already in use", (*server)->address().ToString()));
}

TEST_F(HttpServerTest, ListensOnIpv6Too) {
  const auto server = Listen({"::1", 0});
  if (!server.ok()) GTEST_SKIP() << "no IPv6 here: " << Text(server.status());
  EXPECT_NE((*server)->address().port, 0);
}

}  // namespace
}  // namespace wsload
