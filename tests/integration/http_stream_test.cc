#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/http/http_request.h"
#include "common/http/http_server.h"
#include "common/util/status.h"
#include "tests/support/raw_ws_client.h"

namespace wsload {
namespace {

constexpr int64_t kLongNs = 30'000'000'000;
constexpr char kRequest[] = "GET / HTTP/1.1\r\n\r\n";

/// Every request begins a stream.
class HttpStreams : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = HttpServer::Listen({"127.0.0.1", 0}, [](std::string_view received) {
      HttpReply reply(received.ends_with("\r\n\r\n") ? "HTTP/1.1 200 OK\r\nX: y\r\n\r\nbegin;" : "");
      reply.is_stream = true;
      return reply;
    });
    ASSERT_TRUE(server.ok()) << Text(server.status());
    server_ = *std::move(server);
  }

  std::unique_ptr<RawWsClient> Watch() const {
    auto client = std::make_unique<RawWsClient>(server_->address().port);
    client->SendRaw(kRequest);
    return client;
  }

  /// What `work` answers on the server's thread.
  template <typename Work>
  auto OnServer(Work work) {
    std::promise<decltype(work())> promise;
    auto future = promise.get_future();
    server_->Post([&] { promise.set_value(work()); });
    return future.get();
  }

  void Broadcast(const std::string& text) {
    OnServer([&] {
      server_->Broadcast(std::make_shared<const std::string>(text));
      return true;
    });
  }

  void AwaitStreams(size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::nanoseconds(kLongNs);
    while (OnServer([&] { return server_->streams(); }) != count) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "never came to " << count << " streams";
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  static std::string Received(RawWsClient& client, size_t size) {
    std::string text(size, '\0');
    const ssize_t got = recv(client.fd(), text.data(), size, MSG_WAITALL);
    return text.substr(0, static_cast<size_t>(std::max<ssize_t>(got, 0)));
  }

  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpStreams, TellEveryoneInOrderAndEndWhenAllIsThere) {
  std::vector<std::unique_ptr<RawWsClient>> watchers;
  for (int i = 0; i < 3; ++i) watchers.push_back(Watch());
  AwaitStreams(3);
  Broadcast("one;");
  Broadcast("two;");
  OnServer([&] {
    server_->EndStreams();
    return true;
  });
  server_->AwaitIdle(kLongNs);
  const std::string all = "HTTP/1.1 200 OK\r\nX: y\r\n\r\nbegin;one;two;";
  for (const auto& watcher : watchers) EXPECT_EQ(Received(*watcher, all.size() + 1), all);
}

TEST_F(HttpStreams, NoMoreThanThereIsRoomFor) {
  std::vector<std::unique_ptr<RawWsClient>> watchers;
  for (size_t i = 0; i < HttpServer::kMaxStreams; ++i) watchers.push_back(Watch());
  AwaitStreams(HttpServer::kMaxStreams);
  RawWsClient another(server_->address().port);
  another.SendRaw(kRequest);
  EXPECT_EQ(another.ReadHttpResponse(), 503);
  watchers.pop_back();
  AwaitStreams(HttpServer::kMaxStreams - 1);
  watchers.push_back(Watch());
  AwaitStreams(HttpServer::kMaxStreams);
}

TEST_F(HttpStreams, OneThatReadsNothingIsClosedAndHoldsNobodyUp) {
  const auto asleep = Watch();
  const auto awake = Watch();
  AwaitStreams(2);
  Received(*awake, std::string("HTTP/1.1 200 OK\r\nX: y\r\n\r\nbegin;").size());
  const std::string text(256 * 1024, 'x');
  // More than the buffers of both ends and the server's own bound take.
  for (size_t sent = 0; sent < 8 * HttpServer::kMaxWaitingBytes && OnServer([&] { return server_->streams(); }) == 2;
       sent += text.size()) {
    Broadcast(text);
    ASSERT_EQ(Received(*awake, text.size()).size(), text.size());
  }
  AwaitStreams(1);
}

TEST_F(HttpStreams, WaitingForWatchersHasAnEnd) {
  const auto asleep = Watch();
  AwaitStreams(1);
  // Less than it is closed for, more than it can have got.
  Broadcast(std::string(HttpServer::kMaxWaitingBytes - 1024, 'x'));
  server_->AwaitIdle(10'000'000);
  SUCCEED();
}

}  // namespace
}  // namespace wsload
