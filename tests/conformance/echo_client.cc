// Echoes every message, each as text or binary as it came: the client under test of conformance.py. Reads a line for
// every connection, "<URL> <off|context|no-context>", and writes one about its end: how, the code, the cause, what was
// agreed of compression or "-", and the reason.
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "agent/websocket/asio_dialer.h"
#include "common/loop/asio_event_loop.h"
#include "common/plan/compression.h"
#include "common/util/choice.h"

namespace wsload {
namespace {

constexpr int64_t kDialTimeoutNs = 10'000'000'000;

class Echo final : public ConnectionObserver {
 public:
  explicit Echo(AsioEventLoop& loop) : loop_(loop) {}

  void OnMessage(Connection& connection, std::string_view payload, bool binary, int64_t) override {
    const SendResult sent = binary ? connection.Send(payload) : connection.SendText(payload);
    if (sent == SendResult::kRefused) connection.Abort("echo_refused");
  }

  void OnClosed(Connection&, const CloseInfo& info) override {
    end_ = info;
    loop_.Stop();
  }

  const CloseInfo& end() const { return end_; }

 private:
  AsioEventLoop& loop_;
  CloseInfo end_;
};

const char* NameOf(CloseInfo::Kind kind) {
  switch (kind) {
    case CloseInfo::Kind::kCleanByUs:
      return "clean_by_us";
    case CloseInfo::Kind::kCleanByPeer:
      return "clean_by_peer";
    case CloseInfo::Kind::kBroken:
      break;
  }
  return "broken";
}

/// One connection, to its end; the line about it.
std::string Run(AsioEventLoop& loop, const std::string& url, const std::string& compress) {
  DialOptions options;
  const absl::StatusOr<WsUrl> parsed = ParseWsUrl(url);
  if (!parsed.ok()) return fmt::format("not_dialled 0 url - {}", Text(parsed.status()));
  options.url = *parsed;
  const absl::StatusOr<Compression> wanted = ParseChoice<Compression>(compress);
  if (!wanted.ok()) return fmt::format("not_dialled 0 compression - {}", Text(wanted.status()));
  options.compress = *wanted;
  options.timeout_ns = kDialTimeoutNs;
  auto dialer = NewDialer(loop, options);
  if (!dialer.ok()) return fmt::format("not_dialled 0 options - {}", Text(dialer.status()));

  DialResult dialled;
  Echo echo(loop);
  (*dialer)->Dial(0, "", "", [&](DialResult result) {
    dialled = std::move(result);
    if (dialled.connection == nullptr) {
      loop.Stop();
    } else {
      dialled.connection->SetObserver(&echo);
    }
  });
  loop.Run();
  if (dialled.connection == nullptr)
    return fmt::format("not_dialled 0 {} - {}", dialled.cause, dialled.detail.english());
  const CloseInfo& end = echo.end();
  const std::string& agreed = dialled.compression;
  return fmt::format("{} {} {} {} {}", NameOf(end.kind), end.code, end.cause, agreed.empty() ? "-" : agreed,
                     end.reason);
}

}  // namespace
}  // namespace wsload

int main() {
  wsload::AsioEventLoop loop;
  std::string url;
  std::string compress;
  while (std::cin >> url >> compress) std::cout << wsload::Run(loop, url, compress) << std::endl;
  return 0;
}
