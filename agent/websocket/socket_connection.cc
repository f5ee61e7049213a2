#include "agent/websocket/socket_connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>

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
// What a message costs besides its bytes, as bytes: see FdPoller::Spend().
constexpr size_t kMessageWork = 1 << 10;
// One that reads slowly: a piece every so often, from a socket that takes as little as the kernel allows.
constexpr int64_t kSlowReadNs = 100'000'000;
constexpr int64_t kNsPerS = 1'000'000'000;
constexpr int kSlowSocketBytes = 1 << 10;
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
  if (!received.empty()) {
    transport_->traffic.bytes_received += static_cast<int64_t>(received.size());
    kept_ = std::make_unique<Kept>(transport_->frames.memory());
    kept_->bytes.reserve(received.size() + kReadPadding);
    kept_->bytes.assign(received);
    kept_->held.ForceTo(received.size());
    read_at_ns_ = transport_->loop.MonoNs();
  }
}

SocketConnection::~SocketConnection() { DetachSocket(true); }

void SocketConnection::SetObserver(ConnectionObserver* observer) {
  observer_ = observer;
  if (kept_ != nullptr || write_broken_ || state_ != State::kOpen) {
    WakeAt(0);
  } else {
    UpdateWatch();
  }
}

bool SocketConnection::TakesFrames() const {
  return state_ == State::kOpen && !write_broken_ && (queue_ == nullptr || queue_->frames.waiting() <= kMaxQueuedBytes);
}

SendResult SocketConnection::SendFrame(std::string_view frame, bool may_expire) {
  switch (Write(frame, may_expire)) {
    case WriteResult::kWritten:
      return SendResult::kSent;
    case WriteResult::kQueued:
      return SendResult::kQueued;
    case WriteResult::kNoMemory:
    case WriteResult::kBroken:
      break;
  }
  return SendResult::kRefused;
}

SendResult SocketConnection::SendData(std::string_view payload, Opcode opcode) {
  if (!TakesFrames()) return SendResult::kRefused;
  if (!frames_.keeps_context()) return SendDataFrame(frames_.DataFrame(payload, opcode), true);
  // What was compressed has to be sent, so that memory is asked for before it is.
  if (queue_ != nullptr && !transport_->frames.memory().Has(static_cast<int64_t>(payload.size()))) {
    return SendResult::kRefused;
  }
  return SendDataFrame(frames_.DataFrame(payload, opcode), false);
}

SendResult SocketConnection::SendDataFrame(std::string_view frame, bool may_expire) {
  if (awkward_ == nullptr || awkward_->pause_ns == 0 || queue_ != nullptr) return SendFrame(frame, may_expire);
  const std::string_view first = frame.substr(0, frame.size() / 2);
  const WriteResult written = Write(first);
  if (written == WriteResult::kBroken) return SendResult::kRefused;
  frame.remove_prefix(first.size());
  if (written == WriteResult::kWritten) {
    queue_ = std::make_unique<Queue>(transport_->frames.memory(), frame);
    awkward_->writes_wait = true;
    awkward_->timer->ArmAt(transport_->loop.MonoNs() + awkward_->pause_ns);
  } else {
    // The server does not even take the first piece.
    Append(frame, false);
  }
  return SendResult::kQueued;
}

SendResult SocketConnection::Send(std::string_view payload) { return SendData(payload, Opcode::kBinary); }

SendResult SocketConnection::SendText(std::string_view payload) { return SendData(payload, Opcode::kText); }

SendResult SocketConnection::Ping(std::string_view payload) {
  return TakesFrames() ? SendFrame(frames_.ControlFrame(Opcode::kPing, payload), false) : SendResult::kRefused;
}

void SocketConnection::Close(uint16_t code, std::string_view reason, int64_t timeout_ns) {
  if (state_ != State::kOpen) return;
  state_ = State::kClosing;
  deadline_ns_ = transport_->loop.MonoNs() + std::max<int64_t>(timeout_ns, 0);
  if (Write(frames_.ControlFrame(Opcode::kClose, MakeClosePayload(code, reason))) != WriteResult::kBroken) {
    WakeAt(deadline_ns_);
  }
}

SocketConnection::Awkwardness& SocketConnection::BehaveBadly() {
  if (awkward_ == nullptr) {
    awkward_ = std::make_unique<Awkwardness>();
    awkward_->timer = transport_->loop.NewTimer([this] { GoOn(); });
  }
  return *awkward_;
}

void SocketConnection::ReadSlowly(int64_t bytes_per_s) {
  BehaveBadly().bytes_per_s = bytes_per_s;
  // Where the kernel refuses, more waits on this side.
  setsockopt(stream_.fd(), SOL_SOCKET, SO_RCVBUF, &kSlowSocketBytes, sizeof kSlowSocketBytes);
}

void SocketConnection::SplitFrames(int64_t pause_ns) { BehaveBadly().pause_ns = pause_ns; }

size_t SocketConnection::ReadBytes() {
  if (awkward_ == nullptr || awkward_->bytes_per_s == 0) return Transport::kReadBytes;
  const int64_t now_ns = transport_->loop.MonoNs();
  if (now_ns >= awkward_->window_end_ns) {
    const int64_t window_ns = std::max(kSlowReadNs, kNsPerS / awkward_->bytes_per_s);
    awkward_->window_end_ns = now_ns + window_ns;
    awkward_->window_bytes = std::max<int64_t>(1, awkward_->bytes_per_s * (window_ns / 1000) / (kNsPerS / 1000));
  }
  if (awkward_->window_bytes == 0) {
    awkward_->reads_wait = true;
    awkward_->timer->ArmAt(awkward_->window_end_ns);
    UpdateWatch();
  }
  return std::min(Transport::kReadBytes, static_cast<size_t>(awkward_->window_bytes));
}

void SocketConnection::GoOn() {
  if (!stream_.is_open()) return;
  if (std::exchange(awkward_->writes_wait, false)) FlushQueue();
  const bool reads = std::exchange(awkward_->reads_wait, false);
  UpdateWatch();
  // What TLS has decrypted the socket does not know of.
  if (reads && stream_.is_open() && stream_.HasPending() && !awaits_turn_) ReadAll();
}

void SocketConnection::Abort(std::string_view cause) {
  if (state_ != State::kClosed) Finish(BrokenInfo(cause, "ended by this side"), true);
}

void SocketConnection::OnReady(uint32_t events) {
  if (observer_ == nullptr) {
    UpdateWatch();
    return;
  }
  const bool again = events == FdPoller::kAgain;
  if (again) awaits_turn_ = false;
  if (!again && (events & EPOLLOUT) != 0) FlushQueue();
  if (!stream_.is_open() || awaits_turn_) return;
  if (again || (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) ReadAll();
}

void SocketConnection::ReadAll() {
  const FdPoller& poller = transport_->loop.poller();
  if (kept_ != nullptr) FeedKept();
  if (kept_ != nullptr) return;
  uint8_t* buffer = transport_->read_buffer.data();
  const size_t short_read = stream_.ssl() != nullptr ? kTlsRecordBytes : Transport::kReadBytes;
  for (int reads = 0; stream_.is_open() && (reads < kMaxReads || stream_.HasPending()); ++reads) {
    if (reads > 0 && poller.spent()) {
      if (stream_.HasPending()) ReadAgain();
      return;
    }
    const size_t most = ReadBytes();
    if (most == 0) return;
    const ByteStream::Result result = stream_.Read(buffer, most);
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
    if (awkward_ != nullptr) awkward_->window_bytes -= static_cast<int64_t>(result.size);
    Feed({buffer, result.size});
    if (kept_ != nullptr || (result.size < short_read && !stream_.HasPending())) return;
  }
}

void SocketConnection::Feed(std::span<const uint8_t> bytes) {
  // 5.5.1: after a close frame nothing counts.
  while (!bytes.empty() && hears()) {
    if (const std::optional<FrameError> error = frames_.Feed(bytes, *this)) return FailProtocol(*error);
    if (!bytes.empty() && hears() && Keep(bytes)) return ReadAgain();
  }
}

bool SocketConnection::Keep(std::span<const uint8_t> bytes) {
  auto kept = std::make_unique<Kept>(transport_->frames.memory());
  if (!kept->held.Resize(bytes.size() + kReadPadding)) return false;
  kept->bytes.reserve(bytes.size() + kReadPadding);
  kept->bytes.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  kept_ = std::move(kept);
  return true;
}

void SocketConnection::FeedKept() {
  // Upcalls may end the connection, and what they were given has to outlive that.
  std::unique_ptr<Kept> kept = std::move(kept_);
  if (!hears()) return;
  std::span<const uint8_t> rest(reinterpret_cast<const uint8_t*>(kept->bytes.data()) + kept->at,
                                kept->bytes.size() - kept->at);
  if (const std::optional<FrameError> error = frames_.Feed(rest, *this)) return FailProtocol(*error);
  if (rest.empty() || !hears()) return;
  kept->at = kept->bytes.size() - rest.size();
  kept_ = std::move(kept);
  ReadAgain();
}

void SocketConnection::ReadAgain() {
  if (!stream_.is_open() || std::exchange(awaits_turn_, true)) return;
  transport_->loop.poller().Again(this);
}

Feeding SocketConnection::Next(size_t work) {
  if (!hears()) return Feeding::kEnd;
  FdPoller& poller = transport_->loop.poller();
  poller.Spend(work);
  return poller.spent() ? Feeding::kLater : Feeding::kGoOn;
}

Feeding SocketConnection::OnData(std::string_view payload, bool binary) {
  observer_->OnMessage(*this, payload, binary, read_at_ns_);
  return Next(kMessageWork + payload.size());
}

Feeding SocketConnection::OnPart(size_t bytes) { return Next(bytes); }

Feeding SocketConnection::OnControl(Opcode opcode, std::string_view payload) {
  if (opcode == Opcode::kClose) {
    OnCloseFrame(payload);
    return Feeding::kEnd;
  }
  if (opcode == Opcode::kPong) {
    observer_->OnPong(*this, payload, read_at_ns_);
  } else if (opcode == Opcode::kPing && state_ == State::kOpen &&
             (queue_ == nullptr || queue_->frames.waiting() <= kMaxQueuedForPong)) {
    Write(frames_.ControlFrame(Opcode::kPong, payload));
  }
  return Next(kMessageWork);
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

SocketConnection::WriteResult SocketConnection::Write(std::string_view frame, bool may_expire) {
  if (write_broken_) return WriteResult::kBroken;
  if (queue_ != nullptr) return Append(frame, may_expire);
  const ByteStream::Result result = stream_.Write(frame.data(), frame.size());
  if (result.status == ByteStream::Status::kError || result.status == ByteStream::Status::kEof) {
    // This may be a call from above, and the peer's last words may wait to be read: both are the timer's business.
    write_broken_ = true;
    WakeAt(0);
    return WriteResult::kBroken;
  }
  if (result.status == ByteStream::Status::kOk) {
    transport_->traffic.bytes_sent += static_cast<int64_t>(result.size);
    if (result.size == frame.size()) return WriteResult::kWritten;
    frame.remove_prefix(result.size);
  }
  queue_ = std::make_unique<Queue>(transport_->frames.memory(), frame);
  UpdateWatch();
  return WriteResult::kQueued;
}

SocketConnection::WriteResult SocketConnection::Append(std::string_view frame, bool may_expire) {
  const int64_t timeout_ns = transport_->queue_timeout_ns;
  const bool expires = may_expire && timeout_ns > 0;
  const int64_t expires_ns = expires ? transport_->loop.MonoNs() + timeout_ns : WriteQueue::kNever;
  if (!queue_->frames.Append(frame, expires_ns)) return WriteResult::kNoMemory;
  if (expires && queue_->expiry == nullptr) {
    queue_->expiry = transport_->loop.NewTimer([this] { OnExpiry(); });
    queue_->expiry->ArmAt(expires_ns);
  }
  return WriteResult::kQueued;
}

void SocketConnection::OnExpiry() {
  queue_->frames.DropExpired(transport_->loop.MonoNs());
  const int64_t next_ns = queue_->frames.next_expiry_ns();
  // Several at once: each time costs a look at what stays.
  const int64_t pause_ns = transport_->queue_timeout_ns / 8;
  queue_->expiry->ArmAt(std::max(transport_->loop.MonoNs(), next_ns == WriteQueue::kNever ? 0 : next_ns) + pause_ns);
}

void SocketConnection::FlushQueue() {
  if (awkward_ != nullptr && awkward_->writes_wait) return;
  while (queue_ != nullptr) {
    const std::string_view front = queue_->frames.front();
    const ByteStream::Result result = stream_.Write(front.data(), front.size());
    if (result.status == ByteStream::Status::kWouldBlock) return;
    if (result.status != ByteStream::Status::kOk) {
      write_broken_ = true;
      queue_.reset();
      WakeAt(0);
    } else {
      transport_->traffic.bytes_sent += static_cast<int64_t>(result.size);
      queue_->frames.Written(result.size);
      if (queue_->frames.waiting() == 0) queue_.reset();
    }
  }
  UpdateWatch();
}

void SocketConnection::UpdateWatch() {
  if (!stream_.is_open()) return;
  const bool reads = observer_ != nullptr && (awkward_ == nullptr || !awkward_->reads_wait);
  const bool writes = queue_ != nullptr && (awkward_ == nullptr || !awkward_->writes_wait);
  const uint32_t wanted = (reads ? EPOLLIN : 0u) | (writes ? EPOLLOUT : 0u);
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
  kept_.reset();
  awaits_turn_ = false;
}

void SocketConnection::WakeAt(int64_t when_ns) {
  if (timer_ == nullptr) timer_ = transport_->loop.NewTimer([this] { OnTimer(); });
  timer_->ArmAt(when_ns);
}

void SocketConnection::OnTimer() {
  if (observer_ == nullptr) return;  // SetObserver() comes back to it
  if (kept_ != nullptr && stream_.is_open()) FeedKept();
  UpdateWatch();
  if (write_broken_ && hears()) {
    ReadAll();
    if (hears()) {
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
