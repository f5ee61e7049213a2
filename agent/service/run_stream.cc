#include "agent/service/run_stream.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "common/util/redact.h"

namespace wsload {
namespace {

// Half an hour of reports that a stalled controller did not take.
constexpr size_t kMaxOutgoingMessages = 2048;
constexpr size_t kMaxOutgoingBytes = 64 << 20;
// The last messages get this long to leave.
constexpr int64_t kFlushNs = 10 * kNsPerSecond;

}  // namespace

RunStream::RunStream(EventLoop& loop, grpc::CallbackServerContext* context, std::function<void(RunStream*)> ended)
    : loop_(loop), context_(context), peer_(context->peer()), ended_(std::move(ended)) {}

void RunStream::Begin(const AgentConfig& config) {
  spdlog::debug("{}: stream opened", peer_);
  slot_ = config.slot;
  flush_timer_ = loop_.NewTimer([this] { context_->TryCancel(); });
  session_ = std::make_unique<AgentSession>(
      loop_, config, [this](v1::AgentMessage message) { Send(std::move(message)); },
      [this] { HandleSessionFinished(); });
  StartRead(&incoming_);
}

void RunStream::Reject(const grpc::Status& status) {
  finish_called_ = true;
  Finish(status);
}

void RunStream::Drain(const LocalString& reason) {
  if (session_ != nullptr) session_->Drain(reason);
}

void RunStream::Abort() {
  if (finish_called_) return;
  broken_ = true;
  if (writing_) context_->TryCancel();
  HandleSessionFinished();
}

void RunStream::OnReadDone(bool ok) {
  loop_.Post([this, ok] { HandleRead(ok); });
}
void RunStream::OnWriteDone(bool ok) {
  loop_.Post([this, ok] { HandleWritten(ok); });
}
void RunStream::OnCancel() {
  loop_.Post([this] { HandleBroken(); });
}
void RunStream::OnDone() {
  loop_.Post([this, ended = ended_] { ended(this); });
}

void RunStream::HandleRead(bool ok) {
  if (finish_called_ || broken_) return;
  if (!ok) {
    // Closed in order by a controller that has all it wants, or broken; the same for a session that is not through.
    if (session_ != nullptr) session_->OnControllerLost();
    return;
  }
  if (session_ != nullptr) session_->OnControllerMessage(incoming_);
  incoming_.Clear();
  StartRead(&incoming_);
}

void RunStream::HandleWritten(bool ok) {
  writing_ = false;
  if (!ok) return HandleBroken();
  outgoing_bytes_ -= outgoing_.front().ByteSizeLong();
  outgoing_.pop_front();
  WriteNext();
  FinishWhenFlushed();
}

void RunStream::HandleBroken() {
  if (finish_called_) return;
  if (!broken_ && session_ != nullptr) spdlog::info("{}: controller lost", peer_);
  broken_ = true;
  if (session_ != nullptr) session_->OnControllerLost();
  FinishWhenFlushed();
}

void RunStream::Send(v1::AgentMessage message) {
  if (broken_) return;
  LogSent(message);
  outgoing_bytes_ += message.ByteSizeLong();
  outgoing_.push_back(std::move(message));
  if (outgoing_.size() > kMaxOutgoingMessages || outgoing_bytes_ > kMaxOutgoingBytes) {
    spdlog::warn("{}: controller does not take its reports, {} wait; breaking the stream", peer_, outgoing_.size());
    broken_ = true;
    // Arrives as OnCancel.
    context_->TryCancel();
    return;
  }
  WriteNext();
}

void RunStream::LogSent(const v1::AgentMessage& message) {
  if (message.has_accepted()) {
    run_id_ = slot_->run_id();
    spdlog::info("{}: run {} accepted", peer_, run_id_);
  } else if (message.has_refused()) {
    spdlog::warn("{}: refused: {}", peer_, RedactText(message.refused().message()));
  } else if (message.has_done()) {
    const std::string& early = message.done().stopped_early();
    spdlog::info("{}: run {} done{}{}", peer_, run_id_, early.empty() ? "" : ", stopped early: ", early);
  }
}

void RunStream::WriteNext() {
  if (writing_ || broken_ || outgoing_.empty()) return;
  writing_ = true;
  StartWrite(&outgoing_.front());
}

void RunStream::HandleSessionFinished() {
  session_.reset();
  if (flush_timer_ != nullptr) flush_timer_->ArmAt(loop_.MonoNs() + kFlushNs);
  FinishWhenFlushed();
}

void RunStream::FinishWhenFlushed() {
  const bool flushed = !writing_ && (broken_ || outgoing_.empty());
  if (session_ != nullptr || finish_called_ || !flushed) return;
  finish_called_ = true;
  if (flush_timer_ != nullptr) flush_timer_->Cancel();
  Finish(broken_ ? grpc::Status::CANCELLED : grpc::Status::OK);
}

}  // namespace wsload
