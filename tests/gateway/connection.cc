#include "tests/gateway/connection.h"

#include <cstring>

#include "common/plan/phase.h"

namespace wsload::gateway {
namespace {

/// A buffer that a burst has grown is given back.
constexpr size_t kKeepBufferBytes = 64 * 1024;

}  // namespace

Connection::Connection(uint64_t id, int fd, SSL_CTX* tls, ConnectionContext& context)
    : id_(id), context_(context), stream_(fd, tls), reader_(ConnectionContext::kMaxMessageBytes, false) {
  session.last_receipt_ns = context.clock.MonoNs();
}

void Connection::Leave(Ending ending, Phase next) {
  phase_ = next;
  if (ending_ != Ending::kNone) return;
  ending_ = ending;
  context_.handler.OnLeaving(*this);
}

void Connection::Abort() {
  // Between two requests is where an HTTP client leaves.
  Leave(served_http_ && phase_ == Phase::kHandshake ? Ending::kNotUpgraded : Ending::kBroken, Phase::kDone);
}

void Connection::Cut() {
  stream_.ResetAtClose();
  Leave(Ending::kCut, Phase::kDone);
}

void Connection::OnReady(bool hang_up) {
  Flush();
  if (backlog_bytes() <= kPauseReadingBytes) reading_paused_ = false;
  if (!reading_paused_) ReadAll(hang_up);
  Flush();
}

void Connection::ReadAll(bool hang_up) {
  std::vector<char>& buffer = context_.read_buffer;
  while (phase_ != Phase::kDone) {
    if (backlog_bytes() > kPauseReadingBytes) {
      Flush();
      if (backlog_bytes() > kPauseReadingBytes) {
        reading_paused_ = true;  // the peer does not read: neither do we
        return;
      }
    }
    const size_t before = pending_in_.size();
    const size_t room = buffer.size() - FrameReader::kReadPadding - before;
    size_t got = 0;
    const SocketStream::Result result = stream_.Read(buffer.data() + before, room, got);
    if (result == SocketStream::Result::kBlocked) return;
    if (result != SocketStream::Result::kDone) {
      Abort();
      return;
    }
    context_.traffic.bytes_in += static_cast<int64_t>(got);
    std::memcpy(buffer.data(), pending_in_.data(), before);
    const size_t size = before + got;
    const size_t consumed = Consume(buffer.data(), size, context_.clock.MonoNs());
    pending_in_.assign(buffer.data() + consumed, size - consumed);
    if (pending_in_.empty() && pending_in_.capacity() > kKeepBufferBytes) std::string().swap(pending_in_);
    // A short read has emptied the socket; the next edge tells of more.
    if (!stream_.secure() && !hang_up && got < room) return;
  }
}

size_t Connection::Consume(char* data, size_t size, int64_t now_ns) {
  size_t consumed = 0;
  while (phase_ == Phase::kHandshake && consumed < size) {
    const size_t used = ConsumeRequest({data + consumed, size - consumed}, now_ns);
    if (used == 0) break;
    consumed += used;
  }
  if (phase_ == Phase::kOpen || phase_ == Phase::kClosing) {
    consumed += ConsumeFrames(data + consumed, size - consumed, now_ns);
  }
  switch (phase_) {
    case Phase::kHandshake:
    case Phase::kOpen:
    case Phase::kClosing:
      return consumed;
    case Phase::kAwaitUpgrade:
      // A client may not speak before its answer; what comes all the same is for later.
      if (size - consumed <= kMostBeforeUpgradeBytes) return consumed;
      Abort();
      return size;
    default:
      return size;  // what comes after the last word is read and forgotten
  }
}

size_t Connection::ConsumeRequest(std::string_view data, int64_t now_ns) {
  HttpRequest request;
  size_t consumed = 0;
  switch (ParseHttpRequest(data, request, consumed)) {
    case HttpParse::kNeedMore:
      return 0;
    case HttpParse::kBad:
      context_.handler.OnBadRequest(*this, 400);
      AnswerHttp(HttpAnswer(400, "text/plain", "this is no HTTP/1.1 request\n"));
      return data.size();
    case HttpParse::kTooLarge:
      context_.handler.OnBadRequest(*this, 431);
      AnswerHttp(HttpAnswer(431, "text/plain", "a request header of at most 16 KiB is served here\n"));
      return data.size();
    case HttpParse::kRequest:
      break;
  }
  int body_status = 0;
  const size_t with_body = consumed + ReadBody(data.substr(consumed), request, body_status);
  if (with_body > data.size()) return 0;
  phase_ = Phase::kAwaitAnswer;
  const HandshakeReply reply = context_.handler.OnRequest(*this, request, body_status, now_ns);
  if (reply.upgrade) {
    if (reply.later) {
      phase_ = Phase::kAwaitUpgrade;
    } else {
      Open(reply, now_ns);
    }
    return with_body;
  }
  if (reply.later) return data.size();
  if (!reply.keep_alive || body_status != 0 || request.HeaderHasToken("Connection", "close")) {
    AnswerHttp(reply.answer);
    return data.size();
  }
  pending_out_.append(reply.answer);
  phase_ = Phase::kHandshake;
  served_http_ = true;
  continue_said_ = false;
  session.last_receipt_ns = now_ns;
  return with_body;
}

size_t Connection::ReadBody(std::string_view data, HttpRequest& request, int& status) {
  const HttpBody body = BodyOf(request);
  status = body.status;
  if (body.size > data.size()) {
    if (request.HeaderHasToken("Expect", "100-continue") && !continue_said_) {
      continue_said_ = true;
      pending_out_.append("HTTP/1.1 100 Continue\r\n\r\n");
    }
    return body.size;
  }
  request.body = data.substr(0, body.size);
  return body.size;
}

void Connection::Upgrade(const HandshakeReply& reply, int64_t now_ns) {
  if (phase_ != Phase::kAwaitUpgrade) return;
  Open(reply, now_ns);
  if (pending_in_.empty()) return;
  std::vector<char>& buffer = context_.read_buffer;
  const size_t size = pending_in_.size();
  std::memcpy(buffer.data(), pending_in_.data(), size);
  const size_t consumed = Consume(buffer.data(), size, now_ns);
  pending_in_.assign(buffer.data() + consumed, size - consumed);
}

void Connection::Open(const HandshakeReply& reply, int64_t now_ns) {
  phase_ = Phase::kOpen;
  session.last_receipt_ns = now_ns;
  if (reply.deflate) {
    inflater_ = std::make_unique<MessageInflater>();
    inflater_forgets_ = reply.deflate->client_no_context_takeover;
    reader_ = FrameReader(ConnectionContext::kMaxMessageBytes, true);
  }
  pending_out_.append(reply.answer);
}

void Connection::AnswerHttp(std::string_view answer) {
  pending_out_.append(answer);
  Leave(Ending::kNotUpgraded, Phase::kLinger);
  Flush();
}

size_t Connection::ConsumeFrames(char* data, size_t size, int64_t now_ns) {
  size_t total = 0;
  while (phase_ == Phase::kOpen || phase_ == Phase::kClosing) {
    Incoming incoming;
    size_t consumed = 0;
    const FrameReader::Result result = reader_.Next(data + total, size - total, incoming, consumed);
    if (result == FrameReader::Result::kNeedMore) break;
    if (result == FrameReader::Result::kError) {
      Fail(reader_.error_code(), reader_.error_reason());
      break;
    }
    total += consumed;
    ++context_.traffic.frames_in;
    if (result == FrameReader::Result::kIncoming) HandleFrame(incoming, now_ns);
  }
  return total;
}

void Connection::HandleFrame(const Incoming& incoming, int64_t now_ns) {
  session.last_receipt_ns = now_ns;
  switch (incoming.opcode) {
    case Opcode::kClose:
      HandleClose(incoming.payload);
      break;
    case Opcode::kPing:
      if (phase_ == Phase::kOpen) SendControl(Opcode::kPong, incoming.payload);
      break;
    case Opcode::kPong:
      break;
    default:
      if (phase_ == Phase::kOpen) HandleData(incoming, now_ns);
  }
}

void Connection::HandleData(const Incoming& incoming, int64_t now_ns) {
  if (!incoming.compressed) {
    context_.handler.OnMessage(*this, incoming.opcode, incoming.payload, now_ns);
    return;
  }
  std::string& inflated = context_.inflated;
  // What then refers to earlier messages is damaged.
  if (inflater_forgets_) inflater_->Forget();
  switch (inflater_->Decompress(incoming.payload, ConnectionContext::kMaxMessageBytes, inflated)) {
    case MessageInflater::Result::kBad:
      Fail(CloseCode::kInvalidPayload, "the compressed message is damaged");
      return;
    case MessageInflater::Result::kTooBig:
      Fail(CloseCode::kTooBig, "message is too big");
      return;
    case MessageInflater::Result::kOk:
      break;
  }
  const size_t size = inflated.size();
  inflated.append(FrameReader::kReadPadding, '\0');
  context_.handler.OnMessage(*this, incoming.opcode, std::string_view(inflated).substr(0, size), now_ns);
}

void Connection::HandleClose(std::string_view payload) {
  if (!IsValidClosePayload(payload)) {
    Fail(CloseCode::kProtocolError, "the close frame's payload is malformed");
    return;
  }
  if (phase_ == Phase::kOpen) SendControl(Opcode::kClose, payload.substr(0, 2));
  Leave(Ending::kByClient, Phase::kLinger);
}

void Connection::Fail(CloseCode code, std::string_view reason) {
  Close(code, reason);
  // The rest of the stream means nothing any more: no answer is awaited.
  phase_ = phase_ == Phase::kDone ? Phase::kDone : Phase::kLinger;
}

void Connection::Close(CloseCode code, std::string_view reason) {
  if (phase_ != Phase::kOpen) return;
  AppendCloseFrame(pending_out_, code, reason);
  ++context_.traffic.frames_out;
  Leave(Ending::kByServer, Phase::kClosing);
  Flush();
}

void Connection::SendControl(Opcode opcode, std::string_view payload) {
  AppendFrameHeader(pending_out_, opcode, false, payload.size());
  pending_out_.append(payload);
  ++context_.traffic.frames_out;
}

void Connection::Send(Opcode opcode, std::string_view message) {
  if (phase_ != Phase::kOpen) return;
  const bool compressed = inflater_ != nullptr;
  if (compressed) {
    context_.deflater.Compress(message, context_.deflated);
    message = context_.deflated;
  }
  AppendFrameHeader(pending_out_, opcode, compressed, message.size());
  pending_out_.append(message);
  ++context_.traffic.frames_out;
}

void Connection::Flush() {
  while (phase_ != Phase::kDone && written_ < pending_out_.size()) {
    size_t done = 0;
    const auto result = stream_.Write(pending_out_.data() + written_, pending_out_.size() - written_, done);
    if (result == SocketStream::Result::kBlocked) return;
    if (result != SocketStream::Result::kDone) {
      Abort();
      return;
    }
    written_ += done;
    context_.traffic.bytes_out += static_cast<int64_t>(done);
  }
  pending_out_.clear();
  written_ = 0;
  if (pending_out_.capacity() > kKeepBufferBytes) std::string().swap(pending_out_);
  if (phase_ == Phase::kLinger && !writing_finished_) {
    writing_finished_ = true;
    stream_.FinishWriting();
  }
}

}  // namespace wsload::gateway
