#include "agent/websocket/socket_connection.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "common/util/status.h"
#include "common/util/text.h"

namespace wsload {
namespace {

// Reads per readiness: beyond them other sockets come first. The poller is level-triggered, nothing is missed.
constexpr int kMaxReads = 4;
// A TLS record's payload; SSL_read() never gives more at once.
constexpr size_t kTlsRecordBytes = 16 << 10;
// Pings of a peer that does not read its pongs go unanswered beyond this.
constexpr size_t kMaxQueuedForPong = 64 << 10;
// Of a close frame: all that there can be.
constexpr size_t kMaxReason = 123;

std::string SystemErrorText(int error) {
  return error == EPROTO ? "TLS error" : std::generic_category().message(error);
}

CloseInfo PeerCloseInfo(CloseInfo::Kind kind, const ClosePayload& payload, const KnownSecrets& secrets) {
  return {kind, payload.code, secrets.Quoted(payload.reason, kMaxReason), fmt::format("closed_{}", payload.code)};
}

CloseInfo BrokenInfo(std::string_view cause, std::string_view reason) {
  return {CloseInfo::Kind::kBroken, 1006, std::string(reason), std::string(cause)};
}

}  // namespace

SocketConnection::SocketConnection(std::shared_ptr<Transport> transport, ByteStream stream, size_t max_message_bytes,
                                   const DeflateParams& deflate, std::string_view received)
    : transport_(std::move(transport)),
      stream_(std::move(stream)),
      frames_(transport_->frames, max_message_bytes, deflate) {
  // Reads may come before there is an observer to take them: OnReady() then stops watching until there is one.
  watched_events_ = EPOLLIN;
  transport_->loop.poller().Modify(stream_.fd(), watched_events_, this);
  if (!received.empty()) early_ = std::make_unique<std::string>(received);
}

SocketConnection::~SocketConnection() { DetachSocket(true); }

void SocketConnection::SetObserver(ConnectionObserver* observer) {
  observer_ = observer;
  if (early_ != nullptr || write_broken_ || state_ != State::kOpen) {
    WakeAt(0);
  } else {
    UpdateWatch();
  }
}

bool SocketConnection::TakesFrames() const {
  return state_ == State::kOpen && !write_broken_ && (queue_ == nullptr || queue_->waiting() <= kMaxQueuedBytes);
}

SendResult SocketConnection::SendFrame(std::string_view frame) {
  switch (Write(frame)) {
    case WriteResult::kWritten:
      return SendResult::kSent;
    case WriteResult::kQueued:
      return SendResult::kQueued;
    case WriteResult::kBroken:
      break;
  }
  return SendResult::kRefused;
}

SendResult SocketConnection::Send(std::string_view payload) {
  return TakesFrames() ? SendFrame(frames_.DataFrame(payload)) : SendResult::kRefused;
}

SendResult SocketConnection::SendText(std::string_view payload) {
  return TakesFrames() ? SendFrame(frames_.DataFrame(payload, Opcode::kText)) : SendResult::kRefused;
}

SendResult SocketConnection::Ping(std::string_view payload) {
  return TakesFrames() ? SendFrame(frames_.ControlFrame(Opcode::kPing, payload)) : SendResult::kRefused;
}

void SocketConnection::Close(uint16_t code, std::string_view reason, int64_t timeout_ns) {
  if (state_ != State::kOpen) return;
  state_ = State::kClosing;
  deadline_ns_ = transport_->loop.MonoNs() + std::max<int64_t>(timeout_ns, 0);
  if (Write(frames_.ControlFrame(Opcode::kClose, MakeClosePayload(code, reason))) != WriteResult::kBroken) {
    WakeAt(deadline_ns_);
  }
}

void SocketConnection::Abort(std::string_view cause) {
  if (state_ != State::kClosed) Finish(BrokenInfo(cause, "ended by this side"), true);
}

void SocketConnection::OnReady(uint32_t events) {
  if (observer_ == nullptr) {
    UpdateWatch();
    return;
  }
  if ((events & EPOLLOUT) != 0) FlushQueue();
  if (stream_.is_open() && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) ReadAll();
}

void SocketConnection::ReadAll() {
  if (early_ != nullptr) FeedEarlyBytes();
  uint8_t* buffer = transport_->read_buffer.data();
  const size_t short_read = stream_.ssl() != nullptr ? kTlsRecordBytes : Transport::kReadBytes;
  for (int reads = 0; stream_.is_open() && (reads < kMaxReads || stream_.HasPending()); ++reads) {
    const ByteStream::Result result = stream_.Read(buffer, Transport::kReadBytes);
    switch (result.status) {
      case ByteStream::Status::kWouldBlock:
        return;
      case ByteStream::Status::kEof:
        EndOfStream("eof", "the server closed the TCP connection without a close frame");
        return;
      case ByteStream::Status::kError:
        EndOfStream(result.error == EPROTO ? "tls" : "reset", SystemErrorText(result.error));
        return;
      case ByteStream::Status::kOk:
        break;
    }
    read_at_ns_ = transport_->loop.MonoNs();
    transport_->traffic.bytes_received += static_cast<int64_t>(result.size);
    Feed({buffer, result.size});
    if (result.size < short_read && !stream_.HasPending()) return;
  }
}

void SocketConnection::Feed(std::span<const uint8_t> bytes) {
  if (state_ != State::kOpen && state_ != State::kClosing) return;  // 5.5.1: after a close frame nothing counts
  if (const std::optional<FrameError> error = frames_.Feed(bytes, *this)) FailProtocol(*error);
}

void SocketConnection::FeedEarlyBytes() {
  const std::unique_ptr<std::string> early = std::move(early_);
  const size_t size = early->size();
  early->reserve(size + kReadPadding);
  read_at_ns_ = transport_->loop.MonoNs();
  transport_->traffic.bytes_received += static_cast<int64_t>(size);
  Feed({reinterpret_cast<const uint8_t*>(early->data()), size});
}

bool SocketConnection::OnData(std::string_view payload, bool binary) {
  observer_->OnMessage(*this, payload, binary, read_at_ns_);
  return state_ == State::kOpen || state_ == State::kClosing;
}

bool SocketConnection::OnControl(Opcode opcode, std::string_view payload) {
  if (opcode == Opcode::kClose) {
    OnCloseFrame(payload);
    return false;
  }
  if (opcode == Opcode::kPong) {
    observer_->OnPong(*this, payload, read_at_ns_);
    return state_ == State::kOpen || state_ == State::kClosing;
  }
  if (opcode == Opcode::kPing && state_ == State::kOpen &&
      (queue_ == nullptr || queue_->waiting() <= kMaxQueuedForPong)) {
    Write(frames_.ControlFrame(Opcode::kPong, payload));
  }
  return true;
}

void SocketConnection::OnCloseFrame(std::string_view payload) {
  const std::optional<ClosePayload> close = ParseClosePayload(payload);
  if (!close) {
    FailProtocol({1002, "protocol_error", "close frame with a payload that none may have"});
  } else if (state_ == State::kClosing) {
    StartDraining(PeerCloseInfo(CloseInfo::Kind::kCleanByUs, *close, transport_->secrets));
  } else {
    CloseInfo info = PeerCloseInfo(CloseInfo::Kind::kCleanByPeer, *close, transport_->secrets);
    Write(frames_.ControlFrame(Opcode::kClose, MakeClosePayload(close->code, {})));
    StartDraining(std::move(info));
  }
}

SocketConnection::WriteResult SocketConnection::Write(std::string_view frame) {
  if (write_broken_) return WriteResult::kBroken;
  if (queue_ == nullptr) {
    const ByteStream::Result result = stream_.Write(frame.data(), frame.size());
    if (result.status == ByteStream::Status::kError || result.status == ByteStream::Status::kEof) {
      // This may be a call from above, and the peer's last words may wait to be read: both are the timer's business.
      write_broken_ = true;
      WakeAt(0);
      return WriteResult::kBroken;
    }
    transport_->traffic.bytes_sent += static_cast<int64_t>(frame.size());
    if (result.status == ByteStream::Status::kOk) {
      if (result.size == frame.size()) return WriteResult::kWritten;
      frame.remove_prefix(result.size);
    }
    queue_ = std::make_unique<Queue>();
    queue_->bytes.assign(frame);
    UpdateWatch();
    return WriteResult::kQueued;
  }
  transport_->traffic.bytes_sent += static_cast<int64_t>(frame.size());
  if (queue_->written > queue_->bytes.size() / 2) {
    queue_->bytes.erase(0, queue_->written);
    queue_->written = 0;
  }
  queue_->bytes.append(frame);
  return WriteResult::kQueued;
}

void SocketConnection::FlushQueue() {
  while (queue_ != nullptr) {
    const ByteStream::Result result = stream_.Write(queue_->bytes.data() + queue_->written, queue_->waiting());
    if (result.status == ByteStream::Status::kWouldBlock) return;
    if (result.status != ByteStream::Status::kOk) {
      write_broken_ = true;
      queue_.reset();
      WakeAt(0);
    } else {
      queue_->written += result.size;
      if (queue_->waiting() == 0) queue_.reset();
    }
  }
  UpdateWatch();
}

void SocketConnection::UpdateWatch() {
  if (!stream_.is_open()) return;
  const uint32_t wanted = (observer_ != nullptr ? EPOLLIN : 0u) | (queue_ != nullptr ? EPOLLOUT : 0u);
  if (wanted == watched_events_) return;
  FdPoller& poller = transport_->loop.poller();
  if (wanted == 0) {
    poller.Remove(stream_.fd(), this);
  } else if (watched_events_ != 0) {
    poller.Modify(stream_.fd(), wanted, this);
  } else if (!poller.Add(stream_.fd(), wanted, this)) {
    Finish(BrokenInfo("other", fmt::format("epoll: {}", std::generic_category().message(errno))), true);
    return;
  }
  watched_events_ = wanted;
}

void SocketConnection::FailProtocol(const FrameError& error) {
  if (state_ == State::kOpen) {
    Write(frames_.ControlFrame(Opcode::kClose, MakeClosePayload(error.close_code, error.reason)));
  }
  StartDraining(BrokenInfo(error.cause, error.reason));
}

void SocketConnection::StartDraining(CloseInfo info) {
  const int64_t drain_until_ns = transport_->loop.MonoNs() + kDrainNs;
  deadline_ns_ = state_ == State::kClosing ? std::min(deadline_ns_, drain_until_ns) : drain_until_ns;
  state_ = State::kDraining;
  close_info_ = std::make_unique<CloseInfo>(std::move(info));
  WakeAt(deadline_ns_);
}

void SocketConnection::EndOfStream(std::string_view cause, std::string_view reason) {
  Finish(BrokenInfo(cause, reason), false);
}

void SocketConnection::Finish(CloseInfo info, bool reset) {
  // Once the close handshake is done, how TCP ends is of no interest.
  if (close_info_ == nullptr) close_info_ = std::make_unique<CloseInfo>(std::move(info));
  DetachSocket(reset);
  state_ = State::kClosed;
  WakeAt(0);
}

void SocketConnection::DetachSocket(bool reset) {
  if (!stream_.is_open()) return;
  if (watched_events_ != 0) transport_->loop.poller().Remove(stream_.fd(), this);
  watched_events_ = 0;
  if (reset) {
    stream_.Reset();
  } else {
    stream_.Close();
  }
  queue_.reset();
}

void SocketConnection::WakeAt(int64_t when_ns) {
  if (timer_ == nullptr) timer_ = transport_->loop.NewTimer([this] { OnTimer(); });
  timer_->ArmAt(when_ns);
}

void SocketConnection::OnTimer() {
  if (observer_ == nullptr) return;  // SetObserver() comes back to it
  if (early_ != nullptr && stream_.is_open()) FeedEarlyBytes();
  UpdateWatch();
  if (write_broken_ && (state_ == State::kOpen || state_ == State::kClosing)) {
    ReadAll();
    if (state_ == State::kOpen || state_ == State::kClosing) {
      EndOfStream("reset", "the server closed the TCP connection while it was written to");
    }
  }
  // Of a loop that was itself held up: the answer may wait to be read.
  if (state_ == State::kClosing && transport_->loop.MonoNs() >= deadline_ns_) ReadAll();
  if ((state_ == State::kClosing || state_ == State::kDraining) && transport_->loop.MonoNs() >= deadline_ns_) {
    Finish(BrokenInfo("close_timeout", "no answer to the close frame in time"), state_ == State::kClosing);
  }
  if (state_ == State::kClosing || state_ == State::kDraining) {
    WakeAt(deadline_ns_);
  } else if (state_ == State::kClosed && !closed_told_) {
    closed_told_ = true;
    timer_->Cancel();
    const std::unique_ptr<CloseInfo> info = std::move(close_info_);
    observer_->OnClosed(*this, *info);  // may delete this
  }
}

}  // namespace wsload
