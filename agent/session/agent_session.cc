#include "agent/session/agent_session.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "agent/session/admission.h"
#include "common/lang/statement_proto.h"
#include "common/loop/callback_scope.h"
#include "common/plan/end_deadline.h"
#include "common/plan/phase.h"
#include "common/plan/plan_proto.h"
#include "common/stats/conservation.h"
#include "common/stats/figure_list.h"
#include "common/stats/report_proto.h"
#include "common/stats/stats_proto.h"
#include "common/util/check.h"
#include "common/util/forward_state.h"
#include "common/util/text.h"
#include "common/version.h"

namespace wsload {
namespace {

constexpr size_t kMaxReasonLength = 200;
// A controller may take this long for its next step; then the agent frees itself.
constexpr int64_t kControllerStepNs = 60 * kNsPerSecond;
// An engine that has not ended this long after it should have is taken down without its figures.
constexpr int64_t kEngineGraceNs = 30 * kNsPerSecond;
// After Done: the controller looks at the clocks once more and ends the stream.
constexpr int64_t kFarewellNs = 10 * kNsPerSecond;
// Every lost agent costs one for each slice that it owned, its own and those it had taken over.
constexpr int kMaxTakeOvers = 4096;
// Instants further from now than this come from a wrong clock estimate or a hostile sender.
constexpr int64_t kMaxInstantDistanceNs = 60 * kNsPerSecond;

}  // namespace

class AgentSession::Impl final : public LoadEngineObserver, public std::enable_shared_from_this<Impl> {
 public:
  Impl(EventLoop& loop, const AgentConfig& config, std::function<void(v1::AgentMessage)> send, Callback finished)
      : loop_(loop), config_(config), send_(std::move(send)), finished_(std::move(finished)) {
    deadline_ = loop_.NewTimer([this] { OnDeadline(); });
    lease_timer_ = loop_.NewTimer([this] { StopEngineOrEnd({StatementKind::kLeaseExpired}); });
    ArmDeadline(loop_.MonoNs() + kControllerStepNs, {"the controller assigned no run", "控制器没有分配运行"});
  }

  ~Impl() { WSLOAD_CHECK(engine_ == nullptr, "a session is deleted before it was left"); }

  /// Last call. What is left of it, an engine that is being taken down, calls nobody.
  void Leave() {
    if (state_ != State::kEnded) state_.Enter(State::kEnded);
    muted_ = true;
    deadline_.reset();
    lease_timer_.reset();
    finished_ = nullptr;
    TakeDown([] {});
  }

  void OnControllerMessage(const v1::ControllerMessage& message) {
    WSLOAD_DCHECK(loop_.IsLoopThread(), "a session hears its controller on another thread than its loop's");
    // What arrives while the load stops has crossed the reason for stopping on the way.
    const bool listening = state_ < State::kStopping;
    switch (message.kind_case()) {
      case v1::ControllerMessage::kClockProbe:
        if (state_ != State::kEnded) Reply(message.clock_probe());
        return;
      case v1::ControllerMessage::kAssign:
        if (listening) Assign(message.assign());
        return;
      case v1::ControllerMessage::kConnect:
        if (listening) Connect(message.connect());
        return;
      case v1::ControllerMessage::kStart:
        if (listening) Start(message.start());
        return;
      case v1::ControllerMessage::kStop:
        if (listening) Stop(message.stop());
        return;
      case v1::ControllerMessage::kLease:
        if (listening) Renew(message.lease());
        return;
      case v1::ControllerMessage::kTakeOver:
        if (listening) TakeOver(message.take_over());
        return;
      case v1::ControllerMessage::kYieldFrom:
        if (listening) YieldFrom(message.yield_from());
        return;
      case v1::ControllerMessage::KIND_NOT_SET:
        if (listening) RefuseOrder({StatementKind::kUnknownMessage});
        return;
    }
  }

  void OnControllerLost() {
    WSLOAD_DCHECK(loop_.IsLoopThread(), "a session loses its controller on another thread than its loop's");
    muted_ = true;
    StopEngineOrEnd({StatementKind::kControllerLost});
  }

  void Drain(const LocalString& reason) {
    WSLOAD_DCHECK(loop_.IsLoopThread(), "a session is drained on another thread than its loop's");
    if (state_ == State::kIdle) {
      Refuse(v1::Refused::CODE_BUSY, {StatementKind::kRefusedLeaving, {reason}});
    } else {
      StopEngineOrEnd({StatementKind::kAgentLeaving, {reason}});
    }
  }

  // From any thread of the engine.
  void OnReady(int64_t opened, int64_t failed) override {
    scope_.Post(loop_, [this, opened, failed] { HandleReady(opened, failed); });
  }
  void OnInterval(IntervalReport report) override {
    scope_.Post(loop_, [this, report = std::move(report)] { HandleInterval(report); });
  }
  void OnStarved() override {
    scope_.Post(loop_, [this] { HandleStarved(); });
  }
  void OnYielded(int64_t from_mono_ns) override {
    scope_.Post(loop_, [this, from_mono_ns] { HandleYielded(from_mono_ns); });
  }
  void OnDone(FinalReport report) override {
    scope_.Post(loop_, [this, report = std::move(report)] { HandleDone(report); });
  }

 private:
  // kStopping: the engine was told to stop and OnDone is awaited. kTakingDown: it has ended and is being deleted.
  // kReported: Done is on its way.
  enum class State { kIdle, kAccepted, kConnecting, kReady, kRunning, kStopping, kTakingDown, kReported, kEnded };

  void Send(v1::AgentMessage message) {
    if (!muted_) send_(std::move(message));
  }

  void Reply(const v1::ClockProbe& probe) {
    v1::AgentMessage message;
    message.mutable_clock_reply()->set_sent_ns(probe.sent_ns());
    message.mutable_clock_reply()->set_agent_mono_ns(loop_.MonoNs());
    Send(std::move(message));
  }

  void Assign(const v1::Assign& assign) {
    if (state_ != State::kIdle) return RefuseOutOfOrder("Assign");
    absl::StatusOr<Assignment> run = ReadAssignment(assign, config_);
    if (!run.ok()) return RefuseRun(run.status());
    if (config_.slot != nullptr) {
      if (const absl::Status taken = config_.slot->Take(run->run_id); !taken.ok()) return RefuseRun(taken);
      holds_slot_ = true;
    }
    if (const absl::Status fits = FitToHost(config_, *run); !fits.ok()) return RefuseRun(fits);
    auto engine = config_.engine_factory(run->run_id, run->plan, run->slice, *this);
    if (!engine.ok()) return RefuseRun(engine.status());
    engine_ = *std::move(engine);
    plan_ = std::move(run->plan);
    run_id_ = std::move(run->run_id);
    clients_ = run->slice.clients.count;
    state_.Enter(State::kAccepted);
    ArmDeadline(loop_.MonoNs() + kControllerStepNs, {"the controller sent no Connect", "控制器没有发送 Connect"});

    v1::AgentMessage message;
    v1::Accepted& accepted = *message.mutable_accepted();
    accepted.set_agent_name(config_.name);
    accepted.set_agent_version(kVersion);
    accepted.set_workers(engine_->workers());
    accepted.set_cores(config_.cores);
    Send(std::move(message));
  }

  void Connect(const v1::Connect& connect) {
    if (state_ != State::kAccepted) return RefuseOutOfOrder("Connect");
    if (!has_lease_) return RefuseOrder({StatementKind::kConnectWithoutLease});
    const int64_t ramp_start = connect.ramp_start_mono_ns();
    if (!IsNear(ramp_start)) return RefuseInstant("Connect", ramp_start);
    state_.Enter(State::kConnecting);
    ArmDeadline(ramp_start + plan_.ramp_up_ns + plan_.conn_timeout_ns + kEngineGraceNs,
                {"the connections took too long", "建立连接耗时过长"});
    engine_->Connect(ramp_start);
  }

  void Start(const v1::Start& start) {
    if (state_ != State::kReady) return RefuseOutOfOrder("Start");
    const int64_t instant = start.start_mono_ns();
    if (!IsNear(instant)) return RefuseInstant("Start", instant);
    state_.Enter(State::kRunning);
    ArmEndDeadline(instant + LoadNs(plan_) + DrainNs(plan_), {"the load did not end", "压测没有结束"});
    if (config_.cpu_quota) quota_at_start_ = config_.cpu_quota();
    engine_->Start(instant);
  }

  void Renew(const v1::Lease& lease) {
    if (state_ == State::kIdle) return RefuseOutOfOrder("Lease");
    const int64_t until = lease.until_mono_ns();
    // One that was long under way is no fault: it is over, that is all.
    if (until > loop_.MonoNs() + kMaxInstantDistanceNs) return RefuseInstant("Lease", until);
    has_lease_ = true;
    engine_->SetLease(until);
    // It holds at its last instant.
    lease_timer_->ArmAt(until + 1);
  }

  void TakeOver(const v1::TakeOver& take_over) {
    if (state_ != State::kRunning) return RefuseOutOfOrder("TakeOver");
    const int64_t from = take_over.from_mono_ns();
    if (!IsNear(from)) return RefuseInstant("TakeOver", from);
    absl::StatusOr<Slice> slice = FromProto(take_over.slice(), plan_);
    if (!slice.ok()) return RefuseRun(slice.status());
    if (++take_overs_ > kMaxTakeOvers) return RefuseOrder({StatementKind::kTooManyTakeOvers});
    // What is of a starved agent's goes over the connections there are.
    if (config_.max_clients > 0 && slice->clients.count > 0) {
      // Fewer connections carry the same messages; without one more there is no place for them either, and the
      // controller sees it in the totals.
      slice->clients.count = std::min(slice->clients.count, config_.max_clients - clients_);
      if (slice->clients.count <= 0) return;
    }
    clients_ += slice->clients.count;
    engine_->TakeOver(*slice, from);
  }

  void YieldFrom(const v1::YieldFrom& yield) {
    if (state_ != State::kRunning) return RefuseOutOfOrder("YieldFrom");
    const int64_t from = yield.from_mono_ns();
    if (!IsNear(from)) return RefuseInstant("YieldFrom", from);
    if (std::exchange(yielding_, true)) return RefuseOrder({StatementKind::kYieldNotAnswered});
    engine_->YieldFrom(from);
  }

  void Stop(const v1::Stop& stop) {
    if (state_ == State::kIdle) return RefuseOutOfOrder("Stop");
    if (stop.reason().empty()) return StopEngineOrEnd({StatementKind::kToldToStop});
    StopEngineOrEnd({StatementKind::kToldToStopWhy, {LinesOf(stop.reason(), stop.statement(), kMaxReasonLength)}});
  }

  void HandleReady(int64_t opened, int64_t failed) {
    if (state_ != State::kConnecting) return;
    state_.Enter(State::kReady);
    // The slowest agent decides when the start comes.
    ArmDeadline(loop_.MonoNs() + plan_.ramp_up_ns + plan_.conn_timeout_ns + kControllerStepNs,
                {"the controller sent no Start", "控制器没有发送 Start"});
    v1::AgentMessage message;
    message.mutable_ready()->set_opened(opened);
    message.mutable_ready()->set_failed(failed);
    Send(std::move(message));
  }

  void HandleInterval(const IntervalReport& report) {
    // Posted before the session gave its engine up.
    if (state_ == State::kEnded) return;
    WSLOAD_CHECK(state_ >= State::kAccepted && state_ < State::kTakingDown, "the engine reports in state {}",
                 state_.index());
    reported_.Merge(report.delta.counters);
    if (const Stats* warm_up = WarmUpOf(report.stages, {.warm_up = plan_.warm_up_ns > 0})) {
      reported_.Merge(warm_up->counters);
    }
    if (const Stats* awkward = AwkwardOf(report.stages)) {
      reported_.Merge(awkward->counters);
      LogExamples(awkward->counters.connections);
    }
    // What held it up in the warm-up is in no figure.
    if (report.phase == Phase::kWarmUp && quota_at_start_.has_value()) quota_at_start_ = config_.cpu_quota();
    if (report.phase > Phase::kMeasure) LookAtQuota();
    LogExamples(report.delta.counters.connections);
    // It goes on closing connections.
    if (report.phase == Phase::kClose && (state_ == State::kRunning || state_ == State::kStopping)) {
      end_deadline_.OnProgress(loop_.MonoNs());
      deadline_->ArmAt(end_deadline_.due_ns());
    }
    if (muted_) return;
    v1::AgentMessage message;
    v1::Report& proto = *message.mutable_report();
    proto.set_seq(++last_seq_);
    proto.set_phase(ToProto(report.phase));
    proto.set_interval_index(report.interval_index);
    *proto.mutable_delta() = ToProto(report.delta);
    ToProto(report.workers, proto.mutable_workers());
    ToProto(report.stages, proto.mutable_stages());
    Send(std::move(message));
  }

  void HandleStarved() {
    if (state_ != State::kRunning) return;
    v1::AgentMessage message;
    message.mutable_starved();
    Send(std::move(message));
  }

  void HandleYielded(int64_t from_mono_ns) {
    yielding_ = false;
    // One that stops sends nothing of it anyway.
    if (state_ != State::kRunning) return;
    v1::AgentMessage message;
    message.mutable_yielded()->set_from_mono_ns(from_mono_ns);
    Send(std::move(message));
  }

  void LogExamples(const ConnectionCounters& connections) {
    if (!config_.debug_log) return;
    for (const ConnectionCounterInfo& row : kConnectionCounters) {
      if (row.examples == nullptr) continue;
      for (const auto& [cause, example] : connections.*row.examples) {
        config_.debug_log(fmt::format("run {}: connection {}, {}: {}", run_id_, row.name.shown, cause, example));
      }
    }
  }

  void HandleDone(const FinalReport& report) {
    if (state_ == State::kEnded) return;
    CheckAllEnded(report.totals.counters);
    CheckAllEnded(report.warm_up.counters);
    CheckAllEnded(report.awkward.counters);
    Counters all = report.totals.counters;
    all.Merge(report.warm_up.counters);
    all.Merge(report.awkward.counters);
    CheckSameCounts(all, reported_);
    v1::AgentMessage message;
    v1::Done& done = *message.mutable_done();
    *done.mutable_totals() = ToProto(report.totals);
    if (plan_.warm_up_ns > 0) *done.mutable_warm_up() = ToProto(report.warm_up);
    if (!plan_.awkward.empty()) *done.mutable_awkward() = ToProto(report.awkward);
    done.set_last_seq(last_seq_);
    LookAtQuota();
    CpuUsage cpu = report.cpu;
    if (quota_at_end_.has_value()) {
      cpu.quota_cores = quota_at_end_->cores;
      cpu.throttled_us = std::max<int64_t>(0, quota_at_end_->throttled_us - quota_at_start_->throttled_us);
    }
    *done.mutable_cpu() = ToProto(cpu);
    if (report.stopped_early) {
      done.set_stopped_early(StatementText(Language::kEnglish, *report.stopped_early));
      *done.mutable_stopped_early_statement() = ToProto(*report.stopped_early);
    }
    done.set_started_mono_ns(report.started_mono_ns);
    state_.Enter(State::kTakingDown);
    lease_timer_->Cancel();
    ArmDeadline(loop_.MonoNs() + kEngineGraceNs, {});
    // The slot is free before the controller can know, so that its next run is never refused because of this one.
    TakeDown([this, message = std::move(message)]() mutable { Report(std::move(message)); });
  }

  void Report(v1::AgentMessage done) {
    if (state_ == State::kEnded) return;
    Send(std::move(done));
    if (muted_) return End();
    state_.Enter(State::kReported);
    ArmDeadline(loop_.MonoNs() + kFarewellNs, {});
  }

  /// Deletes the engine, which calls up until that is done; then frees the slot and goes on with `then`.
  void TakeDown(absl::AnyInvocable<void()> then) {
    auto gone = [self = shared_from_this(), then = std::move(then)]() mutable {
      self->taking_down_ = false;
      self->FreeSlot();
      then();
    };
    if (taking_down_) return;
    if (engine_ == nullptr || config_.teardown_loop == nullptr) {
      engine_.reset();
      return gone();
    }
    taking_down_ = true;
    config_.teardown_loop->Post([&loop = loop_, engine = std::move(engine_), gone = std::move(gone)]() mutable {
      engine.reset();
      loop.Post(std::move(gone));
    });
  }

  /// Once, at the end of the load: how much the quota held it up.
  void LookAtQuota() {
    if (quota_at_start_.has_value() && !quota_at_end_.has_value()) quota_at_end_ = config_.cpu_quota();
  }

  bool IsNear(int64_t instant_ns) const {
    const int64_t now = loop_.MonoNs();
    return instant_ns >= now - kMaxInstantDistanceNs && instant_ns <= now + kMaxInstantDistanceNs;
  }

  void RefuseInstant(const char* what, int64_t instant_ns) {
    RefuseOrder({StatementKind::kFarInstant, {what, instant_ns, kMaxInstantDistanceNs / kNsPerSecond, loop_.MonoNs()}});
  }

  void RefuseOutOfOrder(const char* what) {
    static constexpr LocalText kStateNames[] = {{"no run was assigned", "尚未分配运行"},
                                                {"a run was assigned", "已分配运行"},
                                                {"it is connecting", "正在建立连接"},
                                                {"it waits for the start", "正在等待开始"},
                                                {"the load is running", "压测正在进行"}};
    RefuseOrder({StatementKind::kOutOfOrder, {what, LocalString(kStateNames[state_.index()])}});
  }

  void RefuseRun(const absl::Status& why) { Refuse(RefusalCode(why), RefusalOf(why)); }

  void RefuseOrder(const Statement& why) { Refuse(v1::Refused::CODE_OUT_OF_ORDER, why); }

  void Refuse(v1::Refused::Code code, const Statement& why) {
    v1::AgentMessage message;
    message.mutable_refused()->set_code(code);
    message.mutable_refused()->set_message(StatementText(Language::kEnglish, why));
    *message.mutable_refused()->mutable_statement() = ToProto(why);
    Send(std::move(message));
    muted_ = true;
    StopEngineOrEnd({StatementKind::kRunRefused, {StatementLines(why)}});
  }

  void StopEngineOrEnd(const Statement& reason) {
    if (state_ == State::kStopping || state_ == State::kTakingDown || state_ == State::kEnded) return;
    if (engine_ == nullptr) return End();
    state_.Enter(State::kStopping);
    lease_timer_->Cancel();
    ArmEndDeadline(loop_.MonoNs() + DrainNs(plan_), {"the load did not stop", "压测没有停止"});
    engine_->Stop(reason);
  }

  void ArmDeadline(int64_t when_ns, const LocalText& missed) {
    missed_ = missed;
    deadline_->ArmAt(when_ns);
  }

  /// `drained_ns`: when nothing but closing the connections is left to do.
  void ArmEndDeadline(int64_t drained_ns, const LocalText& missed) {
    end_deadline_ = EndDeadline(drained_ns, kEngineGraceNs, clients_);
    ArmDeadline(end_deadline_.due_ns(), missed);
  }

  void OnDeadline() {
    if (state_ == State::kReported || state_ == State::kTakingDown) {
      End();
    } else if (state_ == State::kStopping || state_ == State::kRunning) {
      // The engine does not answer: no totals can be had from it, and a stream that ends without them says so.
      TakeDown([] {});
      End();
    } else {
      RefuseOrder({StatementKind::kGaveRunUp, {LocalString(missed_)}});
    }
  }

  void End() {
    if (state_ == State::kEnded) return;
    state_.Enter(State::kEnded);
    deadline_->Cancel();
    lease_timer_->Cancel();
    if (!taking_down_) FreeSlot();
    // It may delete this, and with it what is called.
    scope_.Post(loop_, std::move(finished_));
  }

  void FreeSlot() {
    if (holds_slot_) config_.slot->Free();
    holds_slot_ = false;
  }

  EventLoop& loop_;
  const AgentConfig config_;
  const std::function<void(v1::AgentMessage)> send_;
  Callback finished_;  ///< until the end
  const CallbackScope scope_;
  std::unique_ptr<Timer> deadline_;
  std::unique_ptr<Timer> lease_timer_;
  LocalText missed_;
  EndDeadline end_deadline_;
  ForwardState<State> state_{"a session", State::kIdle};
  bool muted_ = false;  ///< refused, or nobody listens any more
  bool holds_slot_ = false;
  bool taking_down_ = false;  ///< the engine is with the teardown loop
  bool has_lease_ = false;
  RunPlan plan_;
  std::string run_id_;
  int64_t clients_ = 0;  ///< of the slice and of what was taken over
  int take_overs_ = 0;
  bool yielding_ = false;  ///< the engine has not answered yet
  uint64_t last_seq_ = 0;
  Counters reported_;  ///< the sum of all intervals, the warm-up's figures with them
  // Of the load, where the agent knows quotas.
  std::optional<CpuQuota> quota_at_start_;
  std::optional<CpuQuota> quota_at_end_;
  std::unique_ptr<LoadEngine> engine_;
};

AgentSession::AgentSession(EventLoop& loop, const AgentConfig& config, std::function<void(v1::AgentMessage)> send,
                           Callback finished)
    : impl_(std::make_shared<Impl>(loop, config, std::move(send), std::move(finished))) {}

AgentSession::~AgentSession() { impl_->Leave(); }

void AgentSession::OnControllerMessage(const v1::ControllerMessage& message) { impl_->OnControllerMessage(message); }
void AgentSession::OnControllerLost() { impl_->OnControllerLost(); }
void AgentSession::Drain(const LocalString& reason) { impl_->Drain(reason); }

}  // namespace wsload
