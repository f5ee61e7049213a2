// POST /push: where a back end gives the gateway a message for its users.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/gateway/http_handshake.h"
#include "tests/gateway/message_channel.h"
#include "tests/gateway/thread_state.h"

namespace wsload::gateway {

inline constexpr std::string_view kPushPath = "/push";

/// {"to": 10001, "text": "..."}, {"to": [10001, 10002], ...} or {"to": "all", ...}
struct PushRequest {
  bool all = false;
  std::vector<int64_t> users;  ///< each once
  std::string text;
};

/// Members of other names do not matter. kInvalidArgument says what is wanted.
absl::StatusOr<PushRequest> ParsePushRequest(std::string_view body);

/// Posts what it is asked for to all threads, and answers with JSON: 202 with the number of connections that it is for;
/// 404 when none of the users has one; 400, 405, 411 or 413 for what is no such request; 503 when the gateway is too
/// far behind.
HandshakeReply AnswerPushRequest(const HttpRequest& request, int body_status, const MessageCodec& codec,
                                 ThreadState& state);

}  // namespace wsload::gateway
