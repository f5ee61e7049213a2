#include "tests/gateway/application.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "common/util/print.h"
#include "common/util/status.h"
#include "tests/gateway/push_endpoint.h"

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
    case Ending::kCut:
      return "cut by the restart";
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
      pushes_(state, channel_),
      forwarder_(state, channel_) {}

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

HandshakeReply Application::OnRequest(Connection& connection, const HttpRequest& request, int body_status,
                                      int64_t now_ns) {
  if (request.path == kPushPath) return AnswerPushRequest(request, body_status, channel_.codec(), state_);
  if (body_status != 0) return Refuse(body_status, "the request's body cannot be read");
  if (request.method == "GET" && request.path == "/stats") {
    stats_requests_.push_back(connection.id());
    HandshakeReply reply;
    reply.later = true;
    return reply;
  }
  if (auto refusal = Admit(request, connection.session)) return *std::move(refusal);
  return Accept(connection, request, now_ns);
}

HandshakeReply Application::Accept(Connection& connection, const HttpRequest& request, int64_t now_ns) {
  HandshakeReply reply;
  reply.upgrade = true;
  reply.deflate = NegotiateDeflate(request, state_.options.compress);
  reply.answer = SwitchingProtocols(request, reply.deflate ? std::string_view(reply.deflate->response) : "",
                                    FirstOf(request.Header("Sec-WebSocket-Protocol")));
  if (connection.session.check) {
    ++state_.truth.handshakes.checks;
    return reply;
  }
  const bool auto_close = request.HeaderHasToken("X-AutoClose", "true");
  const std::optional<int64_t> turn_ns = state_.shared.HandshakeTurnNs(now_ns);
  if (!turn_ns) return Refuse(503, "refused by -handshake-rate");
  if (*turn_ns <= now_ns) {
    StartSession(connection, auto_close, now_ns);
    return reply;
  }
  ++state_.truth.handshakes.delayed;
  state_.timers.Add(*turn_ns, TimerKind::kHandshakeTurn, connection.id());
  waiting_handshakes_.emplace(connection.id(), WaitingHandshake{reply, auto_close});
  reply.later = true;
  return reply;
}

void Application::OnHandshakeTurn(const Timer& timer, int64_t now_ns) {
  const auto waiting = waiting_handshakes_.extract(timer.connection);
  Connection* connection = state_.connections.Find(timer.connection);
  if (waiting.empty() || connection == nullptr) return;
  StartSession(*connection, waiting.mapped().auto_close, now_ns);
  connection->Upgrade(waiting.mapped().reply, now_ns);
  state_.MarkDirty(*connection);
}

void Application::StartSession(Connection& connection, bool auto_close, int64_t now_ns) {
  const GatewayOptions& options = state_.options;
  Session& session = connection.session;
  state_.truth.Accepted(connection.PeerAddress());
  const int64_t id = options.echo ? state_.shared.NextAnonymousId() : session.user_id;
  session.user = state_.shared.Connected(id, now_ns);
  // Anonymous ones are users in the order in which they came.
  if (options.echo) session.user_id = options.first_user_id - id - 1;
  if (options.verbose) Print(stderr, fmt::format("user {} connected\n", session.user_id));
  if (options.close_after.age_ns > 0) {
    state_.timers.Add(now_ns + options.close_after.age_ns, TimerKind::kCloseAfter, connection.id());
  }
  if (auto_close) state_.timers.Add(now_ns + options.auto_close_idle_ns, TimerKind::kIdle, connection.id());
  ArmOnce(now_ns);
  pushes_.OnConnected(now_ns);
  forwarder_.OnConnected(connection);
}

void Application::ArmOnce(int64_t now_ns) {
  const GatewayOptions& options = state_.options;
  if (options.restart_at_ns > 0 && state_.shared.ClaimRestart()) {
    state_.timers.Add(now_ns + options.restart_at_ns, TimerKind::kRestart);
  }
  if (options.redirect_to.empty() || redirect_armed_) return;
  redirect_armed_ = true;
  const int64_t redirect_ns = state_.shared.first_accepted_ns() + options.redirect_after_ns;
  // A thread whose first connection comes later has nobody to redirect.
  if (redirect_ns >= now_ns) state_.timers.Add(redirect_ns, TimerKind::kRedirect);
}

void Application::OnLeaving(Connection& connection) {
  const Session& session = connection.session;
  if (!connection.done()) {
    state_.timers.Add(state_.clock.MonoNs() + kFarewellNs, TimerKind::kCloseTimeout, connection.id());
  }
  if (session.user == nullptr) {
    waiting_handshakes_.erase(connection.id());
    const bool cut = connection.ending() == Ending::kCut;
    if (connection.ending() != Ending::kNotUpgraded && !cut && !session.check) ++state_.truth.handshakes.abandoned;
    return;
  }
  state_.shared.Disconnected(*session.user);
  forwarder_.OnLeaving(connection);
  GroundTruth::Connections& connections = state_.truth.connections;
  if (connection.ending() == Ending::kByClient) {
    ++connections.closed_by_client;
    if (session.redirected) ++messages_.redirects_followed;
  }
  if (connection.ending() == Ending::kByServer) ++connections.closed_by_server;
  if (connection.ending() == Ending::kBroken) ++connections.broken;
  if (connection.ending() == Ending::kCut) ++connections.cut;
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
    const int64_t number = connection.session.user->upstream.fetch_add(1, std::memory_order_relaxed);
    state_.shared.StartStallClock(receipt_ns);
    connection.Send(opcode, wire);
    forwarder_.OnUpstream(connection, number, opcode, wire);
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
      if (forwarder_.OnAcknowledged(message.key)) break;
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
  const int64_t number = session.user->upstream.fetch_add(1, std::memory_order_relaxed);
  const SharedState::Judgement judgement = state_.shared.Judge(session.biz_id, message.key, receipt_ns);
  if (judgement.verdict == SharedState::Verdict::kAcknowledge || judgement.verdict == SharedState::Verdict::kDropAck) {
    forwarder_.OnUpstream(connection, number, Opcode::kBinary, plaintext);
  }
  Answer(connection, message.key, judgement, receipt_ns);
  const int64_t limit = state_.options.close_after.messages;
  if (limit > 0 && session.upstream >= limit) connection.Close(CloseCode::kGoingAway, "closed by -close-after");
}

void Application::Answer(Connection& connection, std::string_view key, const SharedState::Judgement& judgement,
                         int64_t receipt_ns) {
  switch (judgement.verdict) {
    case SharedState::Verdict::kRateLimited:
      ++messages_.rate_limited;
      channel_.Send(connection, {Command::kRateLimitExceeded, key, {}});
      break;
    case SharedState::Verdict::kQueueDropped:
      ++messages_.queue_dropped;
      break;
    case SharedState::Verdict::kDuplicate:
      ++messages_.duplicates;
      break;
    case SharedState::Verdict::kDuplicateDropAck:
      ++messages_.duplicates;
      ++messages_.duplicate_acks_dropped;
      break;
    case SharedState::Verdict::kDuplicateAcknowledge:
      ++messages_.duplicates;
      Acknowledge(connection, key, /*repeated=*/true, judgement.done_ns, receipt_ns);
      break;
    case SharedState::Verdict::kDropAck:
      ++messages_.acks_dropped;
      break;
    case SharedState::Verdict::kAcknowledge:
      Acknowledge(connection, key, /*repeated=*/false, judgement.done_ns, receipt_ns);
      break;
  }
}

void Application::Acknowledge(Connection& connection, std::string_view key, bool repeated, int64_t done_ns,
                              int64_t receipt_ns) {
  const int64_t due_ns = done_ns + delay_.NextNs();
  if (due_ns <= receipt_ns) {
    SendAck(connection, key, repeated);
    return;
  }
  if (free_acks_.empty()) {
    free_acks_.push_back(static_cast<uint32_t>(pending_acks_.size()));
    pending_acks_.emplace_back();
  }
  const uint32_t slot = free_acks_.back();
  free_acks_.pop_back();
  pending_acks_[slot].key.assign(key);
  pending_acks_[slot].repeated = repeated;
  if (!repeated) ++messages_.acks_pending;
  state_.timers.Add(due_ns, TimerKind::kAck, connection.id(), slot);
}

void Application::SendAck(Connection& connection, std::string_view key, bool repeated) {
  channel_.SendAck(connection, key, state_.shared.NextMessageId(), connection.session.biz_id);
  ++(repeated ? messages_.duplicate_acks_sent : messages_.acks_sent);
}

void Application::GiveUpPending() { messages_.acks_unsent += std::exchange(messages_.acks_pending, 0); }

// --- timers

void Application::OnTimer(const Timer& timer, int64_t now_ns) {
  if (timer.kind == TimerKind::kAck) return OnAckDue(timer);
  if (timer.kind == TimerKind::kPush) return pushes_.OnPushDue(now_ns);
  if (timer.kind == TimerKind::kPushRepeat) {
    return pushes_.OnRepeatDue(static_cast<int64_t>(timer.connection), now_ns);
  }
  if (timer.kind == TimerKind::kPushHold) return forwarder_.OnHoldDue(now_ns);
  if (timer.kind == TimerKind::kHandshakeTurn) return OnHandshakeTurn(timer, now_ns);
  if (timer.kind == TimerKind::kRestart) return state_.shared.RequestRestart();
  if (timer.kind == TimerKind::kRedirect) return RedirectAll(now_ns);

  Connection* connection = state_.connections.Find(timer.connection);
  if (connection == nullptr || !connection->open()) return;
  if (timer.kind == TimerKind::kIdle) return OnIdleCheck(*connection, now_ns);
  connection->Close(CloseCode::kGoingAway,
                    timer.kind == TimerKind::kRedirectClose ? "redirected" : "closed by -close-after");
  state_.MarkDirty(*connection);
}

void Application::OnAckDue(const Timer& timer) {
  const PendingAck& ack = pending_acks_[timer.slot];
  if (!ack.repeated) --messages_.acks_pending;
  free_acks_.push_back(timer.slot);
  Connection* connection = state_.connections.Find(timer.connection);
  if (connection == nullptr || !connection->open()) {
    if (!ack.repeated) ++messages_.acks_unsent;
    return;
  }
  SendAck(*connection, ack.key, ack.repeated);
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
  for (const RedirectTarget& target : state_.options.redirect_to) {
    RedirectNode& node = nodes.emplace_back();
    node.id = fmt::format("gw-{}", nodes.size());
    node.ip = target.address.host;
    node.port = target.address.port;
    node.weight = target.weight;
  }
  const std::string body = channel_.codec().EncodeNodes(nodes);
  for (const uint64_t id : state_.connections.Ids()) {
    Connection& connection = *state_.connections.Find(id);
    if (!connection.open() || connection.session.check) continue;
    const std::string key = fmt::format("redirect-{:x}", id);
    channel_.Send(connection, {Command::kRedirect, key, body});
    connection.session.redirected = true;
    ++messages_.redirects;
    state_.MarkDirty(connection);
    state_.timers.Add(now_ns + state_.options.redirect_grace_ns, TimerKind::kRedirectClose, id);
  }
}

}  // namespace wsload::gateway
