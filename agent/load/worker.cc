#include "agent/load/worker.h"

#include <algorithm>
#include <utility>

#include "agent/load/dial_plan.h"
#include "common/plan/push_posts.h"
#include "common/plan/timeline.h"
#include "common/stats/conservation.h"
#include "common/util/check.h"

namespace wsload {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

/// Where clients come back, for so long at least none may be there before others are given the messages.
constexpr int64_t kLeastPatienceNs = 2 * kNsPerSecond;

std::optional<int64_t> StampsFrom(const RunPlan& plan) {
  return plan.push == PushMode::kOff ? std::nullopt : std::make_optional(plan.first_user_id);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Worker>> Worker::New(Dependencies dependencies, const RunPlan& plan, const Slice& slice,
                                                    const GroupName& name, WorkerObserver& observer) {
  std::unique_ptr<Worker> worker(new Worker(dependencies, plan, slice, observer));
  auto group = ClientGroup::New({.protocol = plan.protocol,
                                 .serializer = plan.serializer,
                                 .cipher = plan.cipher,
                                 .cipher_key = plan.cipher_key,
                                 .echo_bytes = SizesOf(plan).smallest(),
                                 .heartbeat_ns = plan.heartbeat_ns,
                                 .resp_timeout_ns = plan.resp_timeout_ns,
                                 .retries = plan.retry,
                                 .name = name,
                                 .stamps_from_user = StampsFrom(plan),
                                 .close_code = CloseCodeOf(plan)},
                                *worker);
  if (!group.ok()) return group.status();
  worker->Equip(dependencies, *std::move(group), name);
  return worker;
}

Worker::Worker(Dependencies& dependencies, const RunPlan& plan, const Slice& slice, WorkerObserver& observer)
    : loop_(dependencies.loop),
      clock_(dependencies.clock),
      thread_cpu_(std::move(dependencies.thread_cpu)),
      plan_(plan),
      slice_(slice),
      observer_(observer),
      siblings_(dependencies.siblings),
      index_(dependencies.index),
      recorder_(dependencies.clock, plan.model),
      watch_(loop_, recorder_),
      poster_(std::move(dependencies.poster)),
      phase_timer_(loop_.NewTimer([this] { OnPhaseTimer(); })),
      lease_timer_(loop_.NewTimer([this] { LeaseHolds(loop_.MonoNs()); })),
      deadline_timer_(loop_.NewTimer([this] { OnDeadlineTimer(); })),
      interval_timer_(loop_.NewTimer([this] { OnIntervalTimer(); })),
      starved_timer_(loop_.NewTimer([this] { OnStarvedTimer(); })) {}

void Worker::Equip(Dependencies& dependencies, std::unique_ptr<ClientGroup> group, const GroupName& name) {
  group_ = std::move(group);
  connector_.emplace(Connector::Parts{loop_, clock_, std::move(dependencies.dialer), *group_, recorder_,
                                      std::move(dependencies.may_load)},
                     plan_, static_cast<ConnectorObserver&>(*this));
  connector_->Reserve(slice_.clients.count);
  sender_.emplace(Sender::Parts{loop_, connector_->pool(), recorder_, watch_, siblings_, index_}, ScheduleOf(plan_),
                  slice_.messages, MessageText(plan_, group_->codec(), name), static_cast<SenderObserver&>(*this));
  sender_->Reserve(slice_.clients.count);
  if (plan_.push != PushMode::kOff) {
    pushes_.emplace(plan_, name, recorder_);
    pushes_->Reserve(slice_.clients.count);
  }
  if (plan_.model == LoadModel::kClosed) {
    closed_.emplace(
        ClosedLoop::Parts{loop_, connector_->pool(), recorder_, sender_->text(), static_cast<SenderObserver&>(*this)},
        plan_.in_flight, slice_.clients);
  }
  if (poster_ != nullptr) {
    const int workers = siblings_ == nullptr ? 1 : siblings_->workers();
    posts_.emplace(PostSender::Parts{loop_, *poster_, recorder_}, plan_, name,
                   PostsOf(plan_, slice_.agent_index, slice_.agent_count, index_, workers),
                   [this](int64_t now_ns) { return MaySend(now_ns); });
  }
  closes_.emplace(loop_, connector_->pool());
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
  connector_->Begin(slice_.clients, ramp_start_ns);
}

void Worker::OnAllTried(int64_t opened, int64_t failed) {
  if (state_ != State::kConnecting) return;
  state_.Enter(State::kReady);
  if (stop_wanted_) return EnterClose(loop_.MonoNs());
  observer_.OnWorkerReady(opened, failed);
}

void Worker::Start(int64_t start_ns) {
  CheckThread();
  if (state_ != State::kReady) return;
  start_ns_ = start_ns;
  measured_from_ns_ = start_ns + plan_.warm_up_ns;
  end_ns_ = start_ns + LoadNs(plan_);
  recorder_.SetStages(StageBegins(plan_, start_ns), plan_.warm_up_ns > 0);
  sender_->Prepare(start_ns, end_ns_);
  connector_->Start(start_ns);
  if (pushes_) pushes_->Start(start_ns);
  phase_timer_->ArmAt(start_ns);
}

void Worker::Stop() {
  CheckThread();
  stop_wanted_ = true;
  switch (state_) {
    case State::kIdle:
      state_.Enter(State::kDone);
      sender_->Stop(loop_.MonoNs());
      observer_.OnWorkerDone(totals_);
      return;
    case State::kConnecting:
      connector_->GiveUp();
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
  connector_->TakeOver(slice.clients, from_ns);
  sender_->Reserve(slice.clients.count);
  if (pushes_) pushes_->Reserve(slice.clients.count);
  sender_->Add(slice.messages, from_ns);
}

int64_t Worker::Hold(int64_t from_ns) {
  CheckThread();
  return sender_->Hold(from_ns);
}

void Worker::YieldFrom(int64_t from_ns) {
  CheckThread();
  sender_->YieldFrom(from_ns);
}

void Worker::EnterPhase(Phase phase, int64_t start_ns) {
  EmitInterval();
  recorder_.SetWarmingUp(phase == Phase::kWarmUp);
  phase_ = phase;
  phase_start_ns_ = start_ns;
  interval_index_ = 0;
  ArmInterval();
}

void Worker::EnterMeasure(int64_t now_ns) {
  state_.Enter(State::kMeasuring);
  EnterPhase(plan_.warm_up_ns > 0 ? Phase::kWarmUp : Phase::kMeasure, start_ns_);
  observer_.OnWorkerStarted(now_ns);
  watch_.Begin(now_ns);
  TellIfStarved();
  watch_.Back(start_ns_, now_ns);
  LeaveWarmUp(now_ns);
  if (posts_) posts_->Begin(start_ns_, start_ns_ + plan_.warm_up_ns);
  sender_->Begin(now_ns);
  if (closed_ && state_ == State::kMeasuring) closed_->Begin();
}

void Worker::LeaveWarmUp(int64_t now_ns) {
  if (phase_ == Phase::kWarmUp && now_ns >= measured_from_ns_) EnterPhase(Phase::kMeasure, measured_from_ns_);
}

bool Worker::MaySend(int64_t now_ns) {
  // Not by a timer alone: no interval of the warm-up has a message that is measured.
  LeaveWarmUp(now_ns);
  return LeaseHolds(now_ns) && !stop_wanted_;
}

void Worker::EnterDrain(int64_t now_ns) {
  state_.Enter(State::kDraining);
  sender_->EndSchedule();
  if (closed_) closed_->End();
  connector_->GiveUp();
  watch_.End();
  EnterPhase(Phase::kDrain, std::min(now_ns, end_ns_));
  drain_least_ns_ = pushes_ ? now_ns + plan_.push_wait_ns : now_ns;
  if (posts_) {
    posts_->End([this] {
      if (state_ == State::kDraining && Drained(loop_.MonoNs())) phase_timer_->ArmAt(loop_.MonoNs());
    });
  }
  phase_timer_->ArmAt(drain_least_ns_);
}

bool Worker::Drained(int64_t now_ns) const {
  return group_->open_messages() == 0 && (!posts_ || posts_->open() == 0) && now_ns >= drain_least_ns_;
}

void Worker::EnterClose(int64_t now_ns) {
  state_.Enter(State::kClosing);
  sender_->Stop(now_ns);
  if (posts_) posts_->Stop();
  EnterPhase(Phase::kClose, now_ns);
  closes_->Begin(now_ns);
  DoneIfClosed();
}

void Worker::DoneIfClosed() {
  if (state_ != State::kClosing || !connector_->pool().empty() || connector_->dialling()) return;
  if (!sender_->AllArrived()) return;
  state_.Enter(State::kDone);
  phase_timer_->Cancel();
  lease_timer_->Cancel();
  deadline_timer_->Cancel();
  interval_timer_->Cancel();
  starved_timer_->Cancel();
  EmitInterval();
  CheckFigures();
  observer_.OnWorkerDone(totals_);
}

void Worker::CheckFigures() const {
  CheckAllEnded(totals_);
  WSLOAD_CHECK(group_->open_messages() == 0, "{} messages wait for an answer at a worker's end",
               group_->open_messages());
  sender_->CheckFigures(totals_.scheduled - (closed_ ? closed_->sent() : 0));
}

// --- timers ---------------------------------------------------------------------------------------------------------

void Worker::OnPhaseTimer() {
  const int64_t now_ns = loop_.MonoNs();
  if (!LeaseHolds(now_ns)) return;
  if (state_ == State::kReady) return EnterMeasure(now_ns);
  if (state_ == State::kDraining && Drained(now_ns)) EnterClose(now_ns);
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
  int64_t end_ns = phase_start_ns_ + (interval_index_ + 1) * plan_.report_interval_ns;
  if (phase_ == Phase::kWarmUp) end_ns = std::min(end_ns, measured_from_ns_);
  // The last interval of the measure phase is emitted with the phase's end, so that both see the same messages.
  if (phase_ == Phase::kMeasure && end_ns >= end_ns_) return interval_timer_->Cancel();
  interval_timer_->ArmAt(end_ns);
}

void Worker::OnIntervalTimer() {
  const int64_t now_ns = loop_.MonoNs();
  if (phase_ == Phase::kWarmUp && now_ns >= measured_from_ns_) return LeaveWarmUp(now_ns);
  EmitInterval();
  ArmInterval();
}

void Worker::EmitInterval() {
  CountBytes();
  WorkerLoad load;
  StatsByStage stages;
  std::unique_ptr<Stats> delta = recorder_.TakeInterval(load, stages);
  CountCpu(load);
  totals_.Merge(delta->counters);
  if (const Stats* warm_up = WarmUpOf(stages, recorder_.layout())) totals_.Merge(warm_up->counters);
  if (const Stats* awkward = AwkwardOf(stages)) totals_.Merge(awkward->counters);
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
  const Traffic traffic = connector_->traffic();
  const Traffic before = std::exchange(counted_, traffic);
  recorder_.counters().bytes_sent += traffic.bytes_sent - before.bytes_sent;
  recorder_.counters().bytes_received += traffic.bytes_received - before.bytes_received;
}

// --- what its parts and clients tell --------------------------------------------------------------------------------

void Worker::OnConnected(WebSocketClient& client) {
  PublishOpen();
  if (state_ == State::kClosing) client.Stop(CloseWaves::kTimeoutNs);
  if (closed_) closed_->Refill(client);
  ArmDeadline();
}

void Worker::OnSenderTurn() {
  ArmDeadline();
  DoneIfClosed();
}

void Worker::PublishOpen() {
  if (siblings_ != nullptr) siblings_->SetOpen(index_, static_cast<int64_t>(connector_->pool().ready()));
}

void Worker::OnRetired() {
  PublishOpen();
  TellIfStarved();
}

bool Worker::Starves() const {
  if (state_ != State::kMeasuring || stop_wanted_ || connector_->pool().ready() > 0) return false;
  return siblings_ == nullptr || siblings_->TotalOpen() == 0;
}

void Worker::TellIfStarved() {
  if (!Starves() || starves_) return;
  // What is given to others does not come back, and clients that come back want their messages.
  if (plan_.reconnect.off() && plan_.clients_stages.empty()) return observer_.OnWorkerStarved();
  starves_ = true;
  starved_timer_->ArmAt(loop_.MonoNs() + std::max(kLeastPatienceNs, plan_.reconnect.most_ns()));
}

void Worker::OnStarvedTimer() {
  starves_ = false;
  if (Starves()) observer_.OnWorkerStarved();
}

void Worker::OnUpstreamResult(WebSocketClient& client, const UpstreamResult& result) {
  if (pushes_) pushes_->OnEnded(client.user_id(), result);
  Ended(result);
  if (closed_) closed_->Refill(client);
}

void Worker::Ended(const UpstreamResult& result) {
  recorder_.Ended(result);
  // Not from inside a client's upcall: closing ends clients.
  if (state_ == State::kDraining && Drained(loop_.MonoNs())) phase_timer_->ArmAt(loop_.MonoNs());
}

void Worker::OnLateAck(WebSocketClient& client) { ++CountersOf(client).late_acks; }
void Worker::OnDuplicateAck(WebSocketClient& client) { ++CountersOf(client).duplicate_acks; }
void Worker::OnHeartbeatSent(WebSocketClient& client) { ++CountersOf(client).heartbeats_sent; }
void Worker::OnHeartbeatAck(WebSocketClient& client, int64_t round_trip_ns) {
  recorder_.HeartbeatAnswered(round_trip_ns, client.awkward());
}
void Worker::OnPush(WebSocketClient& client, std::string_view plaintext, bool repeated, int64_t now_ns) {
  LeaveWarmUp(now_ns);
  // Another agent's clock may be ahead: what it measures is no warm-up here either.
  if (phase_ == Phase::kWarmUp && pushes_ && pushes_->IsMeasured(plaintext)) {
    EnterPhase(Phase::kMeasure, measured_from_ns_);
  }
  recorder_.Push(plaintext, repeated, client.awkward());
  if (pushes_) pushes_->OnPush(client.user_id(), plaintext, repeated, now_ns);
}
void Worker::OnRedirect(WebSocketClient& client, std::string_view nodes) {
  ++CountersOf(client).redirects;
  connector_->OnRedirect(client, nodes);
}
void Worker::OnUnsolicited(WebSocketClient& client) { ++CountersOf(client).unsolicited; }
void Worker::OnBroadcast(WebSocketClient& client) { ++CountersOf(client).broadcasts; }
void Worker::OnUndecodable(WebSocketClient& client) { ++CountersOf(client).undecodable; }

void Worker::OnClientClosed(WebSocketClient& client, const CloseInfo& info) {
  connector_->OnClosed(client, info, state_ == State::kClosing);
  if (closed_) closed_->OnGone();
  PublishOpen();
  TellIfStarved();
  if (state_ != State::kClosing) return;
  closes_->OnGone();
  DoneIfClosed();
}

}  // namespace wsload
