#include "tests/gateway/push_endpoint.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/util/status.h"
#include "tests/gateway/forwarder.h"

namespace wsload::gateway {
namespace {

using Json = nlohmann::json;

/// All that is posted comes from one sender, in the order in which it was taken in.
constexpr int64_t kBackEnd = std::numeric_limits<int64_t>::min();

bool IsUserId(const Json& value) {
  if (value.is_number_unsigned()) {
    return value.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  }
  return value.is_number_integer();
}

HandshakeReply Reply(int status, const Json& body, ThreadState& state) {
  ++state.truth.push_requests[status];
  HandshakeReply reply;
  reply.keep_alive = true;
  reply.answer =
      HttpAnswer(status, "application/json", body.dump() + "\n", /*keep_alive=*/status != 411 && status != 413);
  return reply;
}

std::string_view WhyNotRead(int body_status) {
  switch (body_status) {
    case 411:
      return "want a body with a Content-Length";
    case 413:
      return "the body is larger than 256 KiB";
    default:
      return "the Content-Length is no number";
  }
}

}  // namespace

absl::StatusOr<PushRequest> ParsePushRequest(std::string_view body) {
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return InvalidArgument(R"(want a JSON object such as {{"to": 10001, "text": "hello"}})");
  const auto to = json.find("to"), text = json.find("text");
  if (text == json.end() || !text->is_string()) return InvalidArgument("want a \"text\" that is a string");
  PushRequest request;
  request.text = text->get<std::string>();
  const auto wrong = [] { return InvalidArgument("want \"to\": a user id, a list of them, or \"all\""); };
  if (to == json.end()) return wrong();
  if (to->is_string()) {
    if (*to != "all") return wrong();
    request.all = true;
    return request;
  }
  if (to->is_array()) {
    for (const Json& user : *to) {
      if (!IsUserId(user)) return wrong();
      request.users.push_back(user.get<int64_t>());
    }
    if (request.users.empty()) return wrong();
  } else {
    if (!IsUserId(*to)) return wrong();
    request.users.push_back(to->get<int64_t>());
  }
  std::sort(request.users.begin(), request.users.end());
  request.users.erase(std::unique(request.users.begin(), request.users.end()), request.users.end());
  return request;
}

HandshakeReply AnswerPushRequest(const HttpRequest& request, int body_status, const MessageCodec& codec,
                                 ThreadState& state) {
  if (request.method != "POST") return Reply(405, {{"error", "only POST is served here"}}, state);
  if (body_status != 0) return Reply(body_status, {{"error", WhyNotRead(body_status)}}, state);
  auto wanted = ParsePushRequest(request.body);
  if (!wanted.ok()) return Reply(400, {{"error", Text(wanted.status())}}, state);
  const int64_t connections =
      wanted->all ? state.shared.OpenConnections() : state.shared.OpenConnections(wanted->users);
  if (connections == 0) return Reply(404, {{"error", "none of these users is connected"}}, state);
  Push push;
  push.origin = SealedPush::Origin::kPosted;
  push.to = wanted->all ? Push::To::kAll : Push::To::kUsers;
  push.users = std::move(wanted->users);
  push.sender = kBackEnd;
  push.number = state.shared.NextPushNumber();
  push.opcode = state.options.echo ? Opcode::kText : Opcode::kBinary;
  push.content = state.options.echo ? std::move(wanted->text) : codec.EncodeText(wanted->text);
  if (!PostPush(state.shared, state.truth.posted, std::move(push))) {
    return Reply(503, {{"error", "the gateway is too far behind"}}, state);
  }
  return Reply(202, {{"connections", connections}}, state);
}

}  // namespace wsload::gateway
