#include "agent/load/worker.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "agent/load/dial_plan.h"
#include "agent/load/pacer.h"
#include "common/plan/phase.h"
#include "common/plan/timeline.h"
#include "common/stats/conservation.h"
#include "common/util/check.h"

namespace wsload {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

/// Work done in one turn of the loop before it looks at its sockets again.
constexpr int kDialsPerTurn = 64;
constexpr int kMessagesPerTurn = 256;
constexpr int kClosesPerTurn = 64;

/// Connections tried for one message before it counts as a send error.
constexpr int kSendTries = 16;

/// How often a worker that is through looks whether its siblings are.
constexpr int64_t kSiblingsPollNs = kNsPerMs;

std::string UpstreamText(int64_t size_bytes) {
  std::string text(static_cast<size_t>(size_bytes), ' ');
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 26);
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Worker>> Worker::New(Dependencies dependencies, const RunPlan& plan, const Slice& slice,
                                                    const GroupName& name, WorkerObserver& observer) {
  std::unique_ptr<Worker> worker(new Worker(std::move(dependencies), plan, slice, observer));
  auto group = ClientGroup::New({.protocol = plan.protocol,
                                 .serializer = plan.serializer,
                                 .cipher = plan.cipher,
                                 .cipher_key = plan.cipher_key,
                                 .echo_bytes = plan.msg_size_bytes,
                                 .heartbeat_ns = plan.heartbeat_ns,
                                 .resp_timeout_ns = plan.resp_timeout_ns,
                                 .name = name,
                                 .close_code = CloseCodeOf(plan)},
                                *worker);
  if (!group.ok()) return group.status();
  worker->group_ = *std::move(group);
  const std::string text = UpstreamText(plan.msg_size_bytes);
  worker->plaintext_ = plan.protocol == Protocol::kEcho ? text : worker->group_->codec().EncodeText(text);
  return worker;
}

Worker::Worker(Dependencies dependencies, const RunPlan& plan, const Slice& slice, WorkerObserver& observer)
    : loop_(dependencies.loop),
      clock_(dependencies.clock),
      thread_cpu_(std::move(dependencies.thread_cpu)),
      plan_(plan),
      slice_(slice),
      observer_(observer),
      messages_(ScheduleOf(plan), slice.messages),
      token_(plan.jwt_key, plan.jwt_issuer),
      siblings_(dependencies.siblings),
      index_(dependencies.index),
      recorder_(dependencies.clock),
      dialer_(std::move(dependencies.dialer)),
      deadline_armed_ns_(kNever),
      send_timer_(loop_.NewTimer([this] { OnSendTimer(); })),
      dial_timer_(loop_.NewTimer([this] { OnDialTimer(); })),
      lease_timer_(loop_.NewTimer([this] { LeaseHolds(loop_.MonoNs()); })),
      deadline_timer_(loop_.NewTimer([this] { OnDeadlineTimer(); })),
      interval_timer_(loop_.NewTimer([this] { OnIntervalTimer(); })),
      watch_timer_(loop_.NewTimer([this] { OnWatchTimer(); })) {
  pool_.Reserve(slice_.clients.count);
  if (siblings_ != nullptr) siblings_->Join(index_, loop_, *this);
}

Worker::~Worker() = default;

// --- phases ---------------------------------------------------------------------------------------------------------

void Worker::CheckThread() const {
  WSLOAD_DCHECK(loop_.IsLoopThread(), "a worker is used on another thread than its loop's");
}

void Worker::Connect(int64_t ramp_start_ns) {
  CheckThread();
  if (state_ != State::kIdle) return;
  state_.Enter(State::kConnecting);
  phase_ = Phase::kConnect;
  phase_start_ns_ = ramp_start_ns;
  cpu_counted_ = thread_cpu_();
  cpu_counted_ns_ = loop_.MonoNs();
  ArmInterval();
  dial_lists_.emplace_back(slice_.clients, 0, ramp_start_ns, plan_.ramp_up_ns, plan_.clients);
  dial_timer_->ArmAt(ramp_start_ns);
}

void Worker::Start(int64_t start_ns) {
  CheckThread();
  if (state_ != State::kReady) return;
  start_ns_ = start_ns;
  messages_.Start(start_ns);
  recorder_.SetStages(StageBegins(plan_, start_ns));
  end_ns_ = start_ns + plan_.duration_ns;
  if (siblings_ != nullptr) siblings_->SetSending(index_, true);
  ArmSend(start_ns);
}

void Worker::Stop() {
  CheckThread();
  stop_wanted_ = true;
  switch (state_) {
    case State::kIdle:
      state_.Enter(State::kDone);
      if (siblings_ != nullptr) siblings_->StopReceiving(index_);
      observer_.OnWorkerDone(totals_);
      return;
    case State::kConnecting:
      GiveUpDials();
      dial_timer_->ArmAt(loop_.MonoNs());
      return;
    case State::kReady:
      EnterClose(loop_.MonoNs());
      return;
    case State::kMeasuring:
      EnterDrain(loop_.MonoNs());
      return;
    case State::kDraining:
    case State::kClosing:
    case State::kDone:
      return;
  }
}

void Worker::SetLease(int64_t until_ns) {
  CheckThread();
  lease_until_ns_ = until_ns;
  if (until_ns == kNever) return lease_timer_->Cancel();
  // The lease holds at its last instant.
  lease_timer_->ArmAt(until_ns + 1);
}

bool Worker::LeaseHolds(int64_t now_ns) {
  if (now_ns <= lease_until_ns_) return true;
  lease_until_ns_ = kNever;
  if (!stop_wanted_) {
    observer_.OnWorkerLeaseExpired();
    Stop();
  }
  return false;
}

void Worker::TakeOver(const Slice& slice, int64_t from_ns) {
  CheckThread();
  const bool starts = state_ == State::kReady && end_ns_ > 0;
  if ((state_ != State::kMeasuring && !starts) || stop_wanted_) return;
  dial_lists_.emplace_back(slice.clients, slice.clients.first, from_ns, plan_.ramp_up_ns, plan_.clients);
  messages_.Add(slice.messages, from_ns);
  dial_timer_->ArmAt(loop_.MonoNs());
  // The start's own timer is armed for later.
  if (!starts) ArmSend(loop_.MonoNs());
}

void Worker::EnterPhase(Phase phase, int64_t start_ns) {
  EmitInterval();
  phase_ = phase;
  phase_start_ns_ = start_ns;
  interval_index_ = 0;
  ArmInterval();
}

void Worker::EnterMeasure(int64_t now_ns) {
  state_.Enter(State::kMeasuring);
  EnterPhase(Phase::kMeasure, start_ns_);
  observer_.OnWorkerStarted(now_ns);
  ArmWatch(now_ns);
  SendForSibling(std::exchange(early_, {}), 1, now_ns);
  TellIfStarved();
}

void Worker::EnterDrain(int64_t now_ns) {
  state_.Enter(State::kDraining);
  if (siblings_ != nullptr) siblings_->SetSending(index_, false);
  GiveUpDials();
  watch_timer_->Cancel();
  EnterPhase(Phase::kDrain, std::min(now_ns, end_ns_));
  if (group_->open_messages() == 0) ArmSend(now_ns);
}

void Worker::EnterClose(int64_t now_ns) {
  state_.Enter(State::kClosing);
  if (siblings_ != nullptr) siblings_->StopReceiving(index_);
  SendForSibling(std::exchange(early_, {}), 1, now_ns);
  EnterPhase(Phase::kClose, now_ns);
  not_closing_ = pool_.size();
  close_wave_ns_ = now_ns;
  CloseSome();
  DoneIfClosed();
}

void Worker::CloseSome() {
  // From the back: the pool fills the gap of a client that is gone with its last one.
  for (int closes = 0; closes < kClosesPerTurn && not_closing_ > 0; ++closes) {
    pool_.At(--not_closing_).Stop(kCloseTimeoutNs);
  }
  const int64_t now_ns = loop_.MonoNs();
  if (not_closing_ > 0 && now_ns - close_wave_ns_ < kCloseWaveNs) ArmSend(now_ns);
}

void Worker::DoneIfClosed() {
  if (state_ != State::kClosing || !pool_.empty() || dials_resolved_ < dials_started_) return;
  if (siblings_ != nullptr && !siblings_->AllArrived(index_)) return;
  state_.Enter(State::kDone);
  send_timer_->Cancel();
  dial_timer_->Cancel();
  lease_timer_->Cancel();
  deadline_timer_->Cancel();
  interval_timer_->Cancel();
  EmitInterval();
  CheckFigures();
  observer_.OnWorkerDone(totals_);
}

void Worker::CheckFigures() const {
  CheckAllEnded(totals_);
  WSLOAD_CHECK(group_->open_messages() == 0, "{} messages wait for an answer at a worker's end",
               group_->open_messages());
  const int64_t taken = messages_.taken();
  WSLOAD_CHECK(taken - handed_over_ + handed_in_ == totals_.scheduled,
               "a worker took {} messages from the schedule, handed {} over, was handed {} and counted {}", taken,
               handed_over_, handed_in_, totals_.scheduled);
}

// --- timers ---------------------------------------------------------------------------------------------------------

void Worker::ArmSend(int64_t when_ns) {
  send_armed_ns_ = when_ns;
  send_timer_->ArmAt(when_ns);
}

void Worker::OnSendTimer() {
  const int64_t now_ns = loop_.MonoNs();
  if (state_ == State::kClosing) return CloseSome();
  if (!LeaseHolds(now_ns)) return;
  switch (state_) {
    case State::kReady:
      EnterMeasure(now_ns);
      LoopIsBack(send_armed_ns_, now_ns);
      SendDue(now_ns);
      return;
    case State::kMeasuring:
      LoopIsBack(send_armed_ns_, now_ns);
      SendDue(now_ns);
      return;
    case State::kDraining:
      if (group_->open_messages() == 0) EnterClose(now_ns);
      return;
    case State::kIdle:
    case State::kConnecting:
    case State::kClosing:
    case State::kDone:
      return;
  }
}

void Worker::OnDialTimer() {
  const int64_t now_ns = loop_.MonoNs();
  if (LeaseHolds(now_ns)) DialDue(now_ns);
}

void Worker::ArmDeadline() {
  // Deadlines mostly move away as answers come in; the timer is moved only when one comes nearer, and looks again when
  // it fires.
  const int64_t deadline_ns = group_->NextDeadlineNs();
  if (deadline_ns >= deadline_armed_ns_) return;
  deadline_armed_ns_ = deadline_ns;
  deadline_timer_->ArmAt(deadline_ns);
}

void Worker::OnDeadlineTimer() {
  deadline_armed_ns_ = kNever;
  const int64_t now_ns = loop_.MonoNs();
  LeaseHolds(now_ns);
  group_->OnTimer(now_ns);
  ArmDeadline();
}

void Worker::ArmInterval() {
  const int64_t end_ns = phase_start_ns_ + (interval_index_ + 1) * plan_.report_interval_ns;
  // The last interval of the measure phase is emitted with the phase's end, so that both see the same messages.
  if (phase_ == Phase::kMeasure && end_ns >= end_ns_) return interval_timer_->Cancel();
  interval_timer_->ArmAt(end_ns);
}

void Worker::OnIntervalTimer() {
  EmitInterval();
  ArmInterval();
}

void Worker::OnWatchTimer() {
  const int64_t now_ns = loop_.MonoNs();
  LoopIsBack(watch_due_ns_, now_ns);
  ArmWatch(now_ns);
}

void Worker::ArmWatch(int64_t now_ns) {
  watch_due_ns_ = now_ns + kWatchNs;
  watch_timer_->ArmAt(watch_due_ns_);
}

void Worker::LoopIsBack(int64_t due_ns, int64_t now_ns) {
  // After a stall several timers are late, for one reason: each counts from the one before.
  recorder_.LoopLate(now_ns - std::max(due_ns, loop_back_ns_));
  loop_back_ns_ = now_ns;
}

void Worker::EmitInterval() {
  CountBytes();
  WorkerLoad load;
  StatsByStage stages = recorder_.TakeStages();
  std::unique_ptr<Stats> delta = recorder_.TakeInterval(load);
  CountCpu(load);
  totals_.Merge(delta->counters);
  observer_.OnWorkerInterval(phase_, interval_index_++, std::move(delta), std::move(stages), load);
}

void Worker::CountCpu(WorkerLoad& load) {
  const ThreadCpu now = thread_cpu_();
  const int64_t now_ns = loop_.MonoNs();
  load.user_us = std::max<int64_t>(0, now.user_us - cpu_counted_.user_us);
  load.system_us = std::max<int64_t>(0, now.system_us - cpu_counted_.system_us);
  load.waited_us = std::max<int64_t>(0, now.waited_us - cpu_counted_.waited_us);
  load.wall_us = (now_ns - cpu_counted_ns_) / kNsPerUs;
  cpu_counted_ = now;
  cpu_counted_ns_ = now_ns;
}

void Worker::CountBytes() {
  const Traffic traffic = dialer_->traffic();
  const Traffic before = std::exchange(counted_, traffic);
  recorder_.counters().bytes_sent += traffic.bytes_sent - before.bytes_sent;
  recorder_.counters().bytes_received += traffic.bytes_received - before.bytes_received;
}

// --- connecting -----------------------------------------------------------------------------------------------------

DialList* Worker::NextDial() {
  DialList* first = nullptr;
  for (DialList& list : dial_lists_) {
    if (list.done()) continue;
    if (first == nullptr || list.DueNs() < first->DueNs()) first = &list;
  }
  return first;
}

void Worker::GiveUpDials() {
  dial_lists_.clear();
  dialer_->CancelAll();
}

void Worker::DialDue(int64_t now_ns) {
  for (int dials = 0;; ++dials) {
    DialList* list = NextDial();
    if (list == nullptr) return ReadyIfAllResolved();
    const int64_t due_ns = list->DueNs();
    if (due_ns > now_ns || dials == kDialsPerTurn) return dial_timer_->ArmAt(std::max(due_ns, now_ns));
    DialOne(list->Take());
  }
}

void Worker::DialOne(int64_t client) {
  const int64_t user_id = plan_.first_user_id + client;
  const std::string token = TokenOf(token_, plan_, client, clock_.UnixNs());
  ++dials_started_;
  recorder_.DialStarted();
  dialer_->Dial(client, token.empty() ? std::string() : plan_.token_param, token,
                [this, user_id](DialResult result) { OnDialled(user_id, std::move(result)); });
}

void Worker::OnDialled(int64_t user_id, DialResult result) {
  ++dials_resolved_;
  recorder_.Dialled(result);
  if (result.connection != nullptr) {
    ++opened_;
    WebSocketClient& client =
        pool_.Add(std::make_unique<WebSocketClient>(std::move(result.connection), *group_, plan_.biz_id, user_id));
    client.Start(result.finished_ns);
    PublishOpen();
    if (state_ == State::kClosing) client.Stop(kCloseTimeoutNs);
    ArmDeadline();
  }
  ReadyIfAllResolved();
  DoneIfClosed();
}

void Worker::ReadyIfAllResolved() {
  if (state_ != State::kConnecting || dials_resolved_ < dials_started_ || NextDial() != nullptr) return;
  state_.Enter(State::kReady);
  if (stop_wanted_) return EnterClose(loop_.MonoNs());
  observer_.OnWorkerReady(opened_, dials_resolved_ - opened_);
}

// --- sending --------------------------------------------------------------------------------------------------------

void Worker::SendDue(int64_t now_ns) {
  woke_ns_ = now_ns;
  if (now_ns > end_ns_ + kOverrunNs && !messages_.holding()) GiveUpMessages();
  for (int sent = 0;; ++sent) {
    const int64_t due_ns = messages_.NextDueNs();
    if (due_ns == DueMessages::kNone) break;
    if (due_ns > now_ns || messages_.Holds(due_ns)) {
      if (!stranded_.empty()) HandOver(std::exchange(stranded_, {}), 1);
      ArmDeadline();
      // One that is held waits for YieldFrom().
      if (due_ns > now_ns) ArmSend(Pacer::NextWakeNs(due_ns, woke_ns_, messages_.PerSecond()));
      return;
    }
    if (sent == kMessagesPerTurn) {
      if (!stranded_.empty()) HandOver(std::exchange(stranded_, {}), 1);
      return ArmSend(now_ns);
    }
    SendOne(due_ns);
    messages_.Take();
  }
  if (!stranded_.empty()) HandOver(std::exchange(stranded_, {}), 1);
  ArmDeadline();
  if (now_ns < end_ns_) return ArmSend(end_ns_);
  if (AwaitsSiblings(now_ns)) return ArmSend(now_ns + kSiblingsPollNs);
  EnterDrain(now_ns);
}

void Worker::GiveUpMessages() {
  for (int64_t due_ns = messages_.NextDueNs(); due_ns != DueMessages::kNone; due_ns = messages_.NextDueNs()) {
    messages_.Take();
    recorder_.GivenUp(due_ns);
  }
}

void Worker::SendOne(int64_t due_ns) {
  if (pool_.empty()) return Strand(due_ns);
  for (int tries = 0; tries < kSendTries; ++tries) {
    const int64_t sent_ns = loop_.MonoNs();
    if (pool_.Next().SendUpstream(plaintext_, due_ns, sent_ns) == WebSocketClient::SendOutcome::kSent) {
      return recorder_.Sent(due_ns, sent_ns);
    }
  }
  recorder_.SendFailed(due_ns);
}

// --- what comes back ------------------------------------------------------------------------------------------------

void Worker::OnUpstreamResult(WebSocketClient&, const UpstreamResult& result) {
  recorder_.Ended(result);
  // Not from inside a client's upcall: closing ends clients.
  if (state_ == State::kDraining && group_->open_messages() == 0) ArmSend(loop_.MonoNs());
}

void Worker::OnLateAck(WebSocketClient&) { ++recorder_.counters().late_acks; }
void Worker::OnDuplicateAck(WebSocketClient&) { ++recorder_.counters().duplicate_acks; }
void Worker::OnHeartbeatSent(WebSocketClient&) { ++recorder_.counters().heartbeats_sent; }
void Worker::OnHeartbeatAck(WebSocketClient&, int64_t round_trip_ns) { recorder_.HeartbeatAnswered(round_trip_ns); }
void Worker::OnPush(WebSocketClient&, std::string_view plaintext, bool repeated) {
  recorder_.Push(plaintext, repeated);
}
void Worker::OnRedirect(WebSocketClient&, std::string_view) { ++recorder_.counters().redirects; }
void Worker::OnUnsolicited(WebSocketClient&) { ++recorder_.counters().unsolicited; }
void Worker::OnBroadcast(WebSocketClient&) { ++recorder_.counters().broadcasts; }
void Worker::OnUndecodable(WebSocketClient&) { ++recorder_.counters().undecodable; }

void Worker::OnClientClosed(WebSocketClient& client, const CloseInfo& info) {
  recorder_.ClientClosed(info, state_ == State::kClosing);
  pool_.Remove(client);
  PublishOpen();
  TellIfStarved();
  not_closing_ = std::min(not_closing_, pool_.size());
  if (not_closing_ > 0 && not_closing_ == pool_.size()) {
    close_wave_ns_ = loop_.MonoNs();
    ArmSend(close_wave_ns_);
  }
  DoneIfClosed();
}

}  // namespace wsload
