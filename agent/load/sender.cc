#include "agent/load/sender.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "agent/load/pacer.h"
#include "common/util/check.h"

namespace wsload {
namespace {

/// Work done in one turn of the loop before it looks at its sockets again.
constexpr int kMessagesPerTurn = 256;

/// Connections tried for one message before it counts as a send error.
constexpr int kSendTries = 16;

/// How often a worker that is through looks whether its siblings are.
constexpr int64_t kSiblingsPollNs = kNsPerMs;

/// A message goes to a sibling, and to one more where that has lost its connections meanwhile.
constexpr int kMostHops = 2;

}  // namespace

Sender::Sender(const Parts& parts, const Schedule& schedule, const Progression& messages, MessageText text,
               SenderObserver& observer)
    : loop_(parts.loop),
      pool_(parts.pool),
      recorder_(parts.recorder),
      watch_(parts.watch),
      siblings_(parts.siblings),
      index_(parts.index),
      observer_(observer),
      text_(std::move(text)),
      messages_(schedule, messages),
      timer_(loop_.NewTimer([this] { OnTimer(); })) {
  if (siblings_ != nullptr) siblings_->Join(index_, loop_, *this);
}

// --- the schedule ---------------------------------------------------------------------------------------------------

void Sender::Prepare(int64_t start_ns, int64_t end_ns) {
  state_.Enter(State::kPrepared);
  messages_.Start(start_ns);
  text_.Start(start_ns);
  end_ns_ = end_ns;
  if (siblings_ != nullptr) siblings_->SetSending(index_, true);
}

void Sender::Begin(int64_t now_ns) {
  state_.Enter(State::kSending);
  SendForSibling(std::exchange(early_, {}), 1, now_ns);
  SendDue(now_ns);
}

void Sender::EndSchedule() {
  state_.Enter(State::kScheduleOver);
  timer_->Cancel();
  if (siblings_ != nullptr) siblings_->SetSending(index_, false);
}

void Sender::Stop(int64_t now_ns) {
  if (state_ == State::kStopped) return;
  state_.Enter(State::kStopped);
  timer_->Cancel();
  if (siblings_ == nullptr) return;
  siblings_->SetSending(index_, false);
  siblings_->StopReceiving(index_);
  SendForSibling(std::exchange(early_, {}), 1, now_ns);
}

void Sender::Add(const Progression& messages, int64_t from_ns) {
  messages_.Add(messages, from_ns);
  if (state_ == State::kSending) Arm(loop_.MonoNs());
}

void Sender::YieldFrom(int64_t from_ns) {
  messages_.YieldFrom(from_ns);
  // What it still owns may be due.
  if (state_ == State::kSending) Arm(loop_.MonoNs());
}

void Sender::CheckFigures(int64_t scheduled) const {
  const int64_t taken = messages_.taken();
  WSLOAD_CHECK(taken - handed_over_ + handed_in_ == scheduled,
               "a worker took {} messages from the schedule, handed {} over, was handed {} and counted {}", taken,
               handed_over_, handed_in_, scheduled);
}

// --- sending --------------------------------------------------------------------------------------------------------

void Sender::Arm(int64_t when_ns) {
  armed_ns_ = when_ns;
  timer_->ArmAt(when_ns);
}

void Sender::OnTimer() {
  const int64_t now_ns = loop_.MonoNs();
  if (!observer_.MaySend(now_ns) || state_ != State::kSending) return;
  watch_.Back(armed_ns_, now_ns);
  SendDue(now_ns);
}

void Sender::SendDue(int64_t now_ns) {
  woke_ns_ = now_ns;
  if (now_ns > end_ns_ + kOverrunNs && !messages_.holding()) {
    messages_.TakeAll([this](const DueMessage& message) { recorder_.GivenUp(message.due_ns); });
  }
  for (int sent = 0;; ++sent) {
    const int64_t due_ns = messages_.NextDueNs();
    if (due_ns == DueMessages::kNone) break;
    if (due_ns > now_ns || messages_.Holds(due_ns)) {
      HandOverStranded();
      observer_.OnSenderTurn();
      // One that is held waits for YieldFrom().
      if (due_ns > now_ns) Arm(Pacer::NextWakeNs(due_ns, woke_ns_, messages_.PerSecond()));
      return;
    }
    if (sent == kMessagesPerTurn) {
      HandOverStranded();
      return Arm(now_ns);
    }
    SendOne(messages_.Take());
  }
  HandOverStranded();
  observer_.OnSenderTurn();
  if (now_ns < end_ns_) return Arm(end_ns_);
  if (AwaitsSiblings(now_ns)) return Arm(now_ns + kSiblingsPollNs);
  observer_.OnScheduleOver(now_ns);
}

void Sender::SendOne(const DueMessage& message) {
  if (pool_.ready() == 0) return Strand(message);
  bool awkward = true;
  for (int tries = 0; tries < kSendTries; ++tries) {
    const int64_t sent_ns = loop_.MonoNs();
    WebSocketClient& client = pool_.Next();
    const std::string_view text = text_.Of(message, client.user_id());
    if (client.SendUpstream(text, message.due_ns, sent_ns, nullptr, message.number) ==
        WebSocketClient::SendOutcome::kSent) {
      text_.Left();
      return recorder_.Sent(message.due_ns, sent_ns, client.awkward());
    }
    awkward = awkward && client.awkward();
  }
  recorder_.SendFailed(message.due_ns, awkward);
}

bool Sender::SendAgain(const Unanswered& message) {
  const int64_t now_ns = loop_.MonoNs();
  if (state_ == State::kStopped || !observer_.MaySend(now_ns)) return false;
  const auto sent = [&](WebSocketClient& client) {
    const std::string_view text = text_.Of({message.intended_ns, message.number}, client.user_id());
    return client.SendAgain(text, now_ns) == WebSocketClient::SendOutcome::kSent;
  };
  bool done = message.client != nullptr && sent(*message.client);
  for (int tries = 0; !done && pool_.ready() > 0 && tries < kSendTries; ++tries) done = sent(pool_.Next());
  if (done) recorder_.SentAgain(message.intended_ns, message.awkward);
  return true;
}

// --- siblings -------------------------------------------------------------------------------------------------------

void Sender::Strand(const DueMessage& message) {
  if (siblings_ == nullptr || siblings_->TotalOpen() == 0) return recorder_.Unsent(message.due_ns);
  stranded_.push_back(message);
}

void Sender::HandOverStranded() {
  if (!stranded_.empty()) HandOver(std::exchange(stranded_, {}), 1);
}

void Sender::HandOver(std::vector<DueMessage> messages, int hops) {
  if (messages.empty()) return;
  const auto count = static_cast<int64_t>(messages.size());
  const std::vector<DueMessage> left = siblings_->HandOver(index_, std::move(messages), hops);
  handed_over_ += count - static_cast<int64_t>(left.size());
  for (const DueMessage& unsent : left) recorder_.Unsent(unsent.due_ns);
}

void Sender::OnHandedOver(std::vector<DueMessage> messages, int hops) {
  handed_in_ += static_cast<int64_t>(messages.size());
  if (state_ == State::kPrepared) {
    // The sibling's thread woke for the start a moment earlier.
    early_.insert(early_.end(), messages.begin(), messages.end());
  } else {
    SendForSibling(std::move(messages), hops, loop_.MonoNs());
  }
  observer_.OnSenderTurn();
}

void Sender::SendForSibling(std::vector<DueMessage> messages, int hops, int64_t now_ns) {
  if (messages.empty()) return;
  const bool sends = observer_.MaySend(now_ns) && (state_ == State::kSending || state_ == State::kScheduleOver);
  if (sends && now_ns > end_ns_ + kOverrunNs) {
    for (const DueMessage& given_up : messages) recorder_.GivenUp(given_up.due_ns);
    return;
  }
  size_t sent = 0;
  while (sends && sent < messages.size() && pool_.ready() > 0) SendOne(messages[sent++]);
  messages.erase(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(sent));
  if (sends && hops < kMostHops) return HandOver(std::move(messages), hops + 1);
  for (const DueMessage& unsent : messages) recorder_.Unsent(unsent.due_ns);
}

bool Sender::AwaitsSiblings(int64_t now_ns) const {
  return siblings_ != nullptr && pool_.ready() > 0 && now_ns <= end_ns_ + kOverrunNs && siblings_->MayHandOver(index_);
}

}  // namespace wsload
