// The client as a library, in five steps: connect, create, start, send, stop.
//
//   wsload-client-example [ws://localhost:9002/ws]
#include <cstdio>
#include <ctime>
#include <string>
#include <thread>

#include "agent/client/sync_client.h"
#include "agent/client/user_token.h"

namespace {

constexpr int64_t kBizId = 9999;
constexpr int64_t kUserId = 12345;

int Fail(const char* what, const absl::Status& status) {
  std::fprintf(stderr, "%s: %s\n", what, std::string(status.message()).c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string server = argc > 1 ? argv[1] : "ws://localhost:9002/ws";

  // 1. Connect: a token for the user, then the WebSocket upgrade.
  const int64_t now_s = std::time(nullptr);
  const wsload::UserToken token_generator(wsload::kDemoJwtKey, "mock");
  const std::string token = token_generator.Encode(
      {.user_id = kUserId, .biz_id = kBizId, .issued_at_unix_s = now_s, .expires_unix_s = now_s + 24 * 3600});
  auto connection = wsload::DialWebSocket(server, token);
  if (!connection.ok()) return Fail("cannot connect", connection.status());

  // 2. Create the client on the established connection.
  auto client = wsload::NewWebSocketClient(*std::move(connection), kBizId, kUserId);
  if (!client.ok()) return Fail("cannot create the client", client.status());

  // 3. Start its message loop on a thread of its own.
  absl::Status loop_status;
  std::thread message_loop([&] { loop_status = (*client)->Start(); });

  // 4. Send a message and wait for its acknowledgement.
  const auto response = (*client)->SendUpstreamMessage("Hello from client!");
  if (response.ok()) {
    std::printf("acknowledged: msg_id=%lld biz_id=%lld\n", static_cast<long long>(response->msg_id),
                static_cast<long long>(response->biz_id));
  }

  // 5. Stop: waits for what is open, then closes the connection properly.
  (*client)->Stop();
  message_loop.join();
  if (!response.ok()) return Fail("not acknowledged", response.status());
  if (!loop_status.ok()) return Fail("message loop", loop_status);
  std::printf("closed\n");
  return 0;
}
