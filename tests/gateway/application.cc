#include "tests/gateway/application.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "common/util/print.h"
#include "common/util/status.h"

namespace wsload::gateway {
namespace {

constexpr int64_t kFarewellNs = 1 * kNsPerSecond;

std::string_view FirstOf(std::string_view list) {
  const std::string_view first = list.substr(0, list.find(','));
  const size_t begin = first.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return first.substr(begin, first.find_last_not_of(" \t") - begin + 1);
}

/// The check that wsload makes before a run says so in its User-Agent.
bool IsCheck(const HttpRequest& request) {
  const std::string_view agent = request.Header("User-Agent");
  return agent.starts_with("wsload/") && agent.ends_with(" (check)");
}

const char* EndingName(Ending ending) {
  switch (ending) {
    case Ending::kNone:
    case Ending::kNotUpgraded:
      return "not upgraded";
    case Ending::kByClient:
      return "closed by the client";
    case Ending::kByServer:
      return "closed by the server";
    case Ending::kBroken:
      return "broken";
  }
  return "";
}

}  // namespace

Application::Application(ThreadState& state, MessageChannel channel)
    : state_(state),
      messages_(state.truth.messages),
      channel_(std::move(channel)),
      tokens_(state.options.jwt_key, "mock"),
      delay_(state.options.ack_delay, state.options.seed + static_cast<uint64_t>(state.index)),
      pushes_(state, channel_) {}

// --- handshake

HandshakeReply Application::Refuse(int status, std::string_view reason) {
  ++state_.truth.handshakes.rejected[status];
  if (state_.options.verbose) Print(stderr, fmt::format("handshake refused with {}: {}\n", status, reason));
  HandshakeReply reply;
  reply.answer = HttpAnswer(status, "text/plain", fmt::format("{}\n", reason));
  return reply;
}

void Application::OnBadRequest(Connection&, int status) { ++state_.truth.handshakes.rejected[status]; }

std::optional<HandshakeReply> Application::Admit(const HttpRequest& request, Session& session) {
  const GatewayOptions& options = state_.options;
  if (request.path != options.path) return Refuse(404, fmt::format("only {} is served here", options.path));
  if (const HttpRefusal refusal = CheckUpgrade(request); refusal.status != 0) {
    return Refuse(refusal.status, refusal.reason);
  }
  session.check = IsCheck(request);
  // A share of the handshakes is one of the run's.
  const bool reject = session.check ? options.reject_handshake.status != 0 && options.reject_handshake.share >= 1
                                    : state_.shared.RejectHandshake();
  if (reject) return Refuse(options.reject_handshake.status, "refused by -reject-handshake");
  if (options.echo) return std::nullopt;
  const auto token = request.QueryParameter(options.token_param);
  if (!token) return Refuse(401, fmt::format("the query parameter {} with the token is missing", options.token_param));
  const auto claims = tokens_.Decode(*token, state_.clock.UnixNs() / kNsPerSecond);
  if (!claims.ok()) return Refuse(401, fmt::format("bad token: {}", Text(claims.status())));
  session.user_id = claims->user_id;
  session.biz_id = claims->biz_id;
  return std::nullopt;
}

HandshakeReply Application::OnRequest(Connection& connection, const HttpRequest& request, int64_t now_ns) {
  HandshakeReply reply;
  if (request.method == "GET" && request.path == "/stats") {
    stats_requests_.push_back(connection.id());
    reply.later = true;
    return reply;
  }
  if (auto refusal = Admit(request, connection.session)) return *std::move(refusal);
  StartSession(connection, request, now_ns);
  reply.upgrade = true;
  reply.deflate = NegotiateDeflate(request, state_.options.compress);
  reply.answer = SwitchingProtocols(request, reply.deflate ? std::string_view(reply.deflate->response) : "",
                                    FirstOf(request.Header("Sec-WebSocket-Protocol")));
  return reply;
}

void Application::StartSession(Connection& connection, const HttpRequest& request, int64_t now_ns) {
  const GatewayOptions& options = state_.options;
  Session& session = connection.session;
  if (session.check) {
    ++state_.truth.handshakes.checks;
    return;
  }
  state_.truth.Accepted(connection.PeerAddress());
  session.user = state_.shared.Connected(options.echo ? std::nullopt : std::optional(session.user_id), now_ns);
  if (options.verbose) Print(stderr, fmt::format("user {} connected\n", session.user_id));
  if (options.close_after.age_ns > 0) {
    state_.timers.Add(now_ns + options.close_after.age_ns, TimerKind::kCloseAfter, connection.id());
  }
  if (request.HeaderHasToken("X-AutoClose", "true")) {
    state_.timers.Add(now_ns + options.auto_close_idle_ns, TimerKind::kIdle, connection.id());
  }
  if (!options.redirect_to.empty() && !redirect_armed_) {
    redirect_armed_ = true;
    const int64_t redirect_ns = state_.shared.first_accepted_ns() + options.redirect_after_ns;
    // A thread whose first connection comes later has nobody to redirect.
    if (redirect_ns >= now_ns) state_.timers.Add(redirect_ns, TimerKind::kRedirect);
  }
  pushes_.OnConnected(now_ns);
}

void Application::OnLeaving(Connection& connection) {
  const Session& session = connection.session;
  if (!connection.done()) {
    state_.timers.Add(state_.clock.MonoNs() + kFarewellNs, TimerKind::kCloseTimeout, connection.id());
  }
  if (session.user == nullptr) {
    if (connection.ending() != Ending::kNotUpgraded && !session.check) ++state_.truth.handshakes.abandoned;
    return;
  }
  state_.shared.Disconnected();
  GroundTruth::Connections& connections = state_.truth.connections;
  if (connection.ending() == Ending::kByClient) ++connections.closed_by_client;
  if (connection.ending() == Ending::kByServer) ++connections.closed_by_server;
  if (connection.ending() == Ending::kBroken) ++connections.broken;
  if (state_.options.verbose) {
    Print(stderr, fmt::format("user {} left: {}\n", session.user_id, EndingName(connection.ending())));
  }
}

std::vector<uint64_t> Application::TakeStatsRequests() { return std::exchange(stats_requests_, {}); }

// --- messages

void Application::Undecodable(Connection& connection, CloseCode code, std::string_view reason) {
  ++messages_.undecodable;
  connection.Close(code, reason);
}

void Application::OnMessage(Connection& connection, Opcode opcode, std::string_view wire, int64_t receipt_ns) {
  if (connection.session.check) {
    connection.Close(CloseCode::kPolicyViolation, "a check sends no messages");
    return;
  }
  if (state_.options.echo) {
    ++messages_.echoed;
    connection.session.user->upstream.fetch_add(1, std::memory_order_relaxed);
    state_.shared.StartStallClock(receipt_ns);
    connection.Send(opcode, wire);
    return;
  }
  if (opcode != Opcode::kBinary) {
    Undecodable(connection, CloseCode::kUnsupportedData, "messages are binary here");
    return;
  }
  MessageView message;
  if (!channel_.Decode(wire, message)) {
    Undecodable(connection, CloseCode::kInvalidPayload,
                "cannot decode the message: is the serializer the same on both sides?");
    return;
  }
  switch (message.cmd) {
    case Command::kHeartbeat:
      ++messages_.heartbeats;
      connection.Send(opcode, wire);
      break;
    case Command::kUpstreamMessage:
      OnUpstream(connection, message, receipt_ns);
      break;
    case Command::kDownstreamAck:
      if (pushes_.OnAcknowledged(connection, message.key)) ++messages_.downstream_acks;
      break;
    default:
      Undecodable(connection, CloseCode::kInvalidPayload, "a client does not send this command");
  }
}

void Application::OnUpstream(Connection& connection, const MessageView& message, int64_t receipt_ns) {
  std::string_view plaintext;
  if (!channel_.Open(message.body, plaintext)) {
    ++messages_.undecryptable;
    connection.Close(CloseCode::kPolicyViolation, "cannot decrypt the body: is the cipher key the same on both sides?");
    return;
  }
  if (!channel_.LooksLikeText(plaintext)) {
    Undecodable(connection, CloseCode::kInvalidPayload,
                "the body is no StringValue: are serializer and cipher the same on both sides?");
    return;
  }
  Session& session = connection.session;
  ++messages_.upstream;
  ++session.upstream;
  session.user->upstream.fetch_add(1, std::memory_order_relaxed);
  switch (state_.shared.Judge(session.biz_id, message.key, receipt_ns)) {
    case SharedState::Verdict::kRateLimited:
      ++messages_.rate_limited;
      channel_.Send(connection, {Command::kRateLimitExceeded, message.key, {}});
      break;
    case SharedState::Verdict::kDuplicate:
      ++messages_.duplicates;
      break;
    case SharedState::Verdict::kDropAck:
      ++messages_.acks_dropped;
      break;
    case SharedState::Verdict::kAcknowledge:
      Acknowledge(connection, message.key, receipt_ns);
      break;
  }
  const int64_t limit = state_.options.close_after.messages;
  if (limit > 0 && session.upstream >= limit) connection.Close(CloseCode::kGoingAway, "closed by -close-after");
}

void Application::Acknowledge(Connection& connection, std::string_view key, int64_t receipt_ns) {
  const int64_t delay_ns = delay_.NextNs();
  if (delay_ns == 0) {
    SendAck(connection, key);
    return;
  }
  if (free_acks_.empty()) {
    free_acks_.push_back(static_cast<uint32_t>(pending_acks_.size()));
    pending_acks_.emplace_back();
  }
  const uint32_t slot = free_acks_.back();
  free_acks_.pop_back();
  pending_acks_[slot].key.assign(key);
  ++messages_.acks_pending;
  state_.timers.Add(receipt_ns + delay_ns, TimerKind::kAck, connection.id(), slot);
}

void Application::SendAck(Connection& connection, std::string_view key) {
  channel_.SendAck(connection, key, state_.shared.NextMessageId(), connection.session.biz_id);
  ++messages_.acks_sent;
}

void Application::GiveUpPending() { messages_.acks_unsent += std::exchange(messages_.acks_pending, 0); }

// --- timers

void Application::OnTimer(const Timer& timer, int64_t now_ns) {
  if (timer.kind == TimerKind::kAck) return OnAckDue(timer);
  if (timer.kind == TimerKind::kPush) return pushes_.OnPushDue(now_ns);
  if (timer.kind == TimerKind::kPushRepeat) {
    return pushes_.OnRepeatDue(static_cast<int64_t>(timer.connection), now_ns);
  }
  if (timer.kind == TimerKind::kRedirect) return RedirectAll(now_ns);

  Connection* connection = state_.connections.Find(timer.connection);
  if (connection == nullptr || !connection->open()) return;
  if (timer.kind == TimerKind::kIdle) return OnIdleCheck(*connection, now_ns);
  connection->Close(CloseCode::kGoingAway,
                    timer.kind == TimerKind::kRedirectClose ? "redirected" : "closed by -close-after");
  state_.MarkDirty(*connection);
}

void Application::OnAckDue(const Timer& timer) {
  --messages_.acks_pending;
  free_acks_.push_back(timer.slot);
  Connection* connection = state_.connections.Find(timer.connection);
  if (connection == nullptr || !connection->open()) {
    ++messages_.acks_unsent;
    return;
  }
  SendAck(*connection, pending_acks_[timer.slot].key);
  state_.MarkDirty(*connection);
}

void Application::OnIdleCheck(Connection& connection, int64_t now_ns) {
  const int64_t idle_until_ns = connection.session.last_receipt_ns + state_.options.auto_close_idle_ns;
  if (now_ns < idle_until_ns) {
    state_.timers.Add(idle_until_ns, TimerKind::kIdle, connection.id());
    return;
  }
  connection.Close(CloseCode::kGoingAway, "idle, as X-AutoClose asks");
  state_.MarkDirty(connection);
}

void Application::RedirectAll(int64_t now_ns) {
  std::vector<RedirectNode> nodes;
  for (const HostPort& target : state_.options.redirect_to) {
    RedirectNode& node = nodes.emplace_back();
    node.id = fmt::format("gw-{}", nodes.size());
    node.ip = target.host;
    node.port = target.port;
    node.weight = 1;
  }
  const std::string body = channel_.codec().EncodeNodes(nodes);
  for (const uint64_t id : state_.connections.Ids()) {
    Connection& connection = *state_.connections.Find(id);
    if (!connection.open()) continue;
    const std::string key = fmt::format("redirect-{:x}", id);
    channel_.Send(connection, {Command::kRedirect, key, body});
    ++messages_.redirects;
    state_.MarkDirty(connection);
    state_.timers.Add(now_ns + state_.options.redirect_grace_ns, TimerKind::kRedirectClose, id);
  }
}

}  // namespace wsload::gateway
