// Turns a real event loop in the test's own thread until something is true.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/websocket/asio_dialer.h"
#include "common/loop/asio_event_loop.h"

namespace wsload {

inline constexpr int64_t kMs = 1'000'000;

/// False: `done` was not true within ten seconds.
inline bool RunUntil(AsioEventLoop& loop, const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    loop.io_context().run_one_for(std::chrono::milliseconds(100));
  }
  return true;
}

/// Keeps what a connection says.
class RecordingObserver final : public ConnectionObserver {
 public:
  void OnMessage(Connection& connection, std::string_view payload, bool binary, int64_t now_ns) override {
    messages.emplace_back(payload);
    last_binary = binary;
    last_message_ns = now_ns;
    if (on_message) on_message(connection);
  }
  void OnClosed(Connection& connection, const CloseInfo& info) override {
    EXPECT_FALSE(closed.has_value()) << "OnClosed comes once";
    closed = info;
    if (on_closed) on_closed(connection);
  }

  std::vector<std::string> messages;
  bool last_binary = false;
  int64_t last_message_ns = 0;
  std::optional<CloseInfo> closed;
  std::function<void(Connection&)> on_message;
  std::function<void(Connection&)> on_closed;
};

inline DialOptions LoopbackOptions(uint16_t port, bool secure = false) {
  DialOptions options;
  options.url.secure = secure;
  options.url.host = "127.0.0.1";
  options.url.port = port;
  options.url.path = "/ws";
  options.timeout_ns = 5'000 * kMs;
  return options;
}

/// One dial, to its end.
inline DialResult DialOnce(AsioEventLoop& loop, Dialer& dialer, const std::string& token = {}, int64_t client = 0) {
  std::optional<DialResult> result;
  dialer.Dial(client, token.empty() ? "" : "token", token, [&result](DialResult got) { result = std::move(got); });
  EXPECT_FALSE(result.has_value()) << "never inside the call";
  EXPECT_TRUE(RunUntil(loop, [&result] { return result.has_value(); }));
  return result ? std::move(*result) : DialResult{};
}

inline DialResult DialOnce(AsioEventLoop& loop, const DialOptions& options) {
  auto dialer = NewDialer(loop, options);
  if (!dialer.ok()) {
    ADD_FAILURE() << dialer.status();
    return {};
  }
  return DialOnce(loop, **dialer);
}

}  // namespace wsload
