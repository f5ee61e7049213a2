#include "controller/run/coordinator.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "common/lang/statement.h"
#include "common/loop/callback_scope.h"
#include "common/plan/end_deadline.h"
#include "common/plan/phase.h"
#include "common/plan/run_policy.h"
#include "common/util/check.h"
#include "common/util/forward_state.h"
#include "common/util/local_error.h"
#include "common/util/status.h"
#include "controller/run/agent_peer.h"
#include "controller/run/opening_watch.h"
#include "controller/run/relief.h"
#include "controller/run/report_check.h"
#include "controller/run/run_setup.h"
#include "controller/run/slice_ledger.h"

namespace wsload {

class RunCoordinator::Impl final : public AgentPeerObserver {
 public:
  Impl(EventLoop& loop, const Clock& clock, const std::string& run_id, RunPlan plan,
       std::vector<std::unique_ptr<AgentLink>> links, Limits limits, RunListener* listener)
      : loop_(loop),
        clock_(clock),
        plan_(std::move(plan)),
        limits_(limits),
        listener_(listener),
        slices_(SplitOverAgents(plan_, static_cast<int>(links.size()))),
        ledger_(plan_, slices_),
        opening_(plan_, listener, [this] { scope_.Post(loop_, [this] { EndUnopened(); }); }),
        builder_(run_id, plan_, AgentEntries(links, slices_), &opening_) {
    builder_.SetAgentLossPolicy(limits_.policy.on_agent_loss);
    v1::Assign assign = AssignFor(run_id, plan_);
    for (size_t i = 0; i < links.size(); ++i) {
      *assign.mutable_slice() = ToProto(slices_[i]);
      peers_.push_back(std::make_unique<AgentPeer>(loop_, static_cast<int>(i), std::move(links[i]), assign,
                                                   std::max(1, limits_.clock_probes), *this));
    }
    deadline_ = loop_.NewTimer([this] { OnDeadline(); });
    phase_timer_ = loop_.NewTimer([this] { OnPhaseTimer(); });
    hand_over_timer_ = loop_.NewTimer([this] { HandOverOrphans(); });
  }

  void Start(std::function<void(RunResult)> done) {
    WSLOAD_DCHECK(loop_.IsLoopThread(), "a run is started on another thread than its loop's");
    WSLOAD_CHECK(!done_ && stage_ == Stage::kSetup, "a run is started twice");
    done_ = std::move(done);
    instants_.begun_ns = instants_.ramp_ns = loop_.MonoNs();
    deadline_->ArmAt(instants_.begun_ns + limits_.link_open_ns);
    for (auto& peer : peers_) peer->Open();
  }

  void Interrupt() {
    WSLOAD_DCHECK(loop_.IsLoopThread(), "a run is interrupted on another thread than its loop's");
    if (stage_ == Stage::kEnded) return;
    builder_.SetInterrupted();
    if (std::exchange(interrupted_, true)) {
      GiveUpOpenPeers({"not waited for: interrupted a second time", "不再等待：再次收到中断"});
      return Finish();
    }
    EndEarly({StatementKind::kRunInterrupted});
  }

  void StopEarly(const Statement& why) {
    // Not inside of what a report has set going.
    scope_.Post(loop_, [this, why] {
      if (stage_ == Stage::kStopping || stage_ == Stage::kEnded) return;
      builder_.SetInterrupted();
      EndEarly(why);
    });
  }

  void OnPeerAccepted(int peer) override {
    const v1::Accepted& identity = peers_[peer]->identity();
    builder_.SetAgentIdentity(peer, identity.agent_name(), identity.agent_version(), identity.workers(),
                              identity.cores());
    const ClockEstimate clock = peers_[peer]->clock();
    builder_.SetAgentClock(peer, clock.offset_ns / kNsPerUs, clock.error_ns / kNsPerUs);
    CheckSetup();
  }

  void OnPeerReady(int) override {
    if (stage_ == Stage::kConnecting) CheckBarrier();
  }

  void OnPeerInterval(int peer, Phase phase, int64_t interval_index, Stats delta, StatsByStage stages,
                      std::vector<WorkerLoad> workers) override {
    absl::Status fits =
        CheckReport(LimitsOf(peer, phase), phase, interval_index, builder_.AgentTotals(peer), delta, workers);
    if (fits.ok()) fits = CheckApart(LimitsOf(peer, phase), phase, builder_, peer, delta, stages);
    if (fits.ok() && phase == Phase::kClose) {
      BeginClose();
      AwaitClose();
    }
    if (fits.ok()) fits = builder_.AddInterval(peer, phase, interval_index, std::move(delta), workers, stages);
    if (!fits.ok()) FailProtocol(peer, fits);
  }

  void OnPeerStarved(int peer) override {
    if (stage_ != Stage::kRunning) return;
    const int64_t from_ns = std::max(start_mono_ns_, loop_.MonoNs() + Lead(limits_.yield_lead_ns));
    relief_.OnStarved(peer, from_ns - start_mono_ns_);
  }

  void OnPeerYielded(int peer, int64_t offset_ns) override {
    // Nobody sends anything more.
    if (stage_ != Stage::kRunning) return;
    const Relief::Yielded yielded = relief_.OnYielded(peer, offset_ns);
    Deal(yielded.parts, yielded.takers);
    builder_.SetYielded(peer, ledger_.MessagesYielded(peer));
    if (yielded.taken_back || yielded.parts.empty()) return;
    const auto others = static_cast<int64_t>(yielded.takers.size());
    Notice({StatementKind::kMessagesHandedOver, {others, offset_ns}, peers_[peer]->address()});
  }

  void OnPeerDone(int peer, const AgentPeerReport& report) override {
    const absl::Status fits = CheckCpuUsage(LimitsOf(peer, Phase::kClose), report.cpu);
    if (!fits.ok()) return FailProtocol(peer, fits);
    BeginClose();
    if (report.start_skew_ns.has_value()) builder_.SetStartSkew(peer, *report.start_skew_ns / kNsPerUs);
    const absl::Status agreed =
        builder_.AgentDone(peer, report.totals, report.cpu, report.stopped_early, report.warm_up, report.awkward);
    if (!agreed.ok()) {
      GoOnWithout(peer, ErrorLines(agreed), loop_.MonoNs());
    } else if (!report.stopped_early.empty() && stage_ != Stage::kStopping) {
      Notice({StatementKind::kEndedEarly, {report.stopped_early}, peers_[peer]->address()});
      GoOnWithout(peer, report.stopped_early, loop_.MonoNs());
    }
  }

  void OnPeerClosed(int peer) override {
    if (const std::optional<ClockEstimate> clock = peers_[peer]->clock_after(); clock.has_value()) {
      builder_.SetAgentClockAfter(peer, {clock->offset_ns / kNsPerUs, clock->error_ns / kNsPerUs});
    }
    CheckEnd();
  }

  void OnPeerFailed(int peer, AgentResult::State state, const LocalString& detail) override {
    FailAgent(peer, state, detail);
    CheckEnd();
  }

 private:
  // kSetup: until every agent has accepted. kConnecting: to the barrier. kStopping: agents were told to stop.
  enum class Stage { kSetup, kConnecting, kRunning, kStopping, kEnded };

  void CheckSetup() {
    const auto undecided = [](const auto& peer) { return !peer->ended() && !peer->accepted(); };
    if (stage_ != Stage::kSetup || std::any_of(peers_.begin(), peers_.end(), undecided)) return;
    setup_failures_.empty() ? BeginConnect() : FailSetup();
  }

  /// What the agent can have done by now, and in the phase.
  ReportLimits LimitsOf(int peer, Phase phase) const {
    ReportLimits limits = TimeLimits(instants_, phase, loop_.MonoNs(), peers_[peer]->clock().error_ns);
    limits.messages = ledger_.DueBefore(peer, limits.load_ns);
    limits.warm_up_messages = ledger_.DueBefore(peer, std::min(limits.load_ns, plan_.warm_up_ns));
    limits.clients = slices_[peer].clients.count + ledger_.ClientsTakenOver(peer);
    limits.workers = peers_[peer]->identity().workers();
    LimitByPlan(plan_, limits);
    return limits;
  }

  void FailProtocol(int peer, const absl::Status& why) {
    FailAgent(peer, AgentResult::State::kLost, FillLocal({"broke the control protocol: {}", "违反控制协议：{}"}, why));
    CheckEnd();
  }

  /// No more is wanted of an agent that has not said its last word.
  void FailAgent(int peer, AgentResult::State state, const LocalString& why) {
    if (!peers_[peer]->ended()) peers_[peer]->GiveUp();
    builder_.AgentFailed(peer, state, why);
    // Without a last word, only the end of its lease tells that it sends nothing more.
    GoOnWithout(peer, why, peers_[peer]->lease_over_ns());
  }

  /// What follows from the loss of an agent that certainly sends nothing after `silent_from_ns`.
  void GoOnWithout(int peer, const LocalString& why, int64_t silent_from_ns) {
    const std::string& address = peers_[peer]->address();
    switch (stage_) {
      case Stage::kSetup:
        setup_failures_.push_back(StatementLines({StatementKind::kAgentUnusable, {why}, address}));
        return CheckSetup();
      case Stage::kConnecting:
      case Stage::kRunning:
        lost_.push_back(peer);
        if (limits_.policy.on_agent_loss == AgentLossPolicy::kFail) {
          ended_by_loss_ = true;
          return EndEarly({StatementKind::kOtherAgentLost, {}, address});
        }
        if (limits_.policy.on_agent_loss == AgentLossPolicy::kRebalance) {
          orphans_[peer] = silent_from_ns;
          HandOverOrphans();
        }
        if (stage_ == Stage::kConnecting) CheckBarrier();
        return;
      case Stage::kStopping:
        return lost_.push_back(peer);
      case Stage::kEnded:
        return;
    }
  }

  /// Gives the load of those lost agents to others that can no longer send any of it themselves.
  void HandOverOrphans() {
    if (stage_ != Stage::kRunning) return;
    int64_t next_ns = std::numeric_limits<int64_t>::max();
    for (auto orphan = orphans_.begin(); orphan != orphans_.end();) {
      if (orphan->second <= loop_.MonoNs()) {
        HandOver(orphan->first);
        orphan = orphans_.erase(orphan);
      } else {
        next_ns = std::min(next_ns, (orphan++)->second);
      }
    }
    if (!orphans_.empty()) hand_over_timer_->ArmAt(next_ns);
  }

  void HandOver(int lost) {
    const std::vector<int> survivors = relief_.Survivors();
    // Before the start nothing was due, and the start itself is as good an instant as any.
    const int64_t from_ns = std::max(start_mono_ns_, loop_.MonoNs() + StartLead());
    if (survivors.empty() || from_ns >= LoadEnd()) return;
    const int64_t offset_ns = from_ns - start_mono_ns_;
    Deal(ledger_.HandOver(lost, survivors, offset_ns), survivors);
    const auto others = static_cast<int64_t>(survivors.size());
    Notice({StatementKind::kLoadHandedOver, {others, offset_ns}, peers_[lost]->address()});
  }

  void Deal(const std::vector<SliceLedger::HandedOver>& parts, const std::vector<int>& takers) {
    for (const SliceLedger::HandedOver& part : parts) peers_[part.agent]->TakeOver(part.slice, part.from_ns);
    for (const int taker : takers) {
      builder_.SetTakenOver(taker, ledger_.ClientsTakenOver(taker), ledger_.MessagesTakenOver(taker));
    }
  }

  void MarkGaps() {
    std::vector<int> agents = lost_;
    // Others may have stopped by themselves, before they were told to.
    for (int i = 0; i < peer_count() && ended_by_loss_; ++i) {
      if (std::find(lost_.begin(), lost_.end(), i) == lost_.end()) agents.push_back(i);
    }
    for (const int agent : agents) {
      const int64_t to_ns = std::min(load_ns_, ledger_.HandedOverAt(agent));
      const int64_t from_ns = ledger_.DueAt(agent, builder_.Scheduled(agent), to_ns);
      const int64_t warm_up_due = ledger_.DueBefore(agent, std::min(to_ns, plan_.warm_up_ns));
      builder_.AddGap(agent, from_ns, to_ns, ledger_.DueBefore(agent, to_ns) - warm_up_due, warm_up_due);
    }
  }

  void FailSetup() {
    builder_.SetError(SetupError(setup_failures_));
    EndEarly({StatementKind::kOtherAgentUnfit});
  }

  void BeginConnect() {
    stage_.Enter(Stage::kConnecting);
    const int64_t ramp_ns = instants_.ramp_ns = loop_.MonoNs() + StartLead();
    for (auto& peer : peers_) peer->Connect(ramp_ns, limits_.policy.agent_lease_ns);
    deadline_->ArmAt(ramp_ns + plan_.ramp_up_ns + plan_.conn_timeout_ns + limits_.barrier_grace_ns);
    ArmPhase(Phase::kConnect, ramp_ns);
  }

  void CheckBarrier() {
    int64_t opened = 0;
    int64_t waiting = 0;
    for (const auto& peer : peers_) {
      if (!peer->active()) continue;
      if (!peer->ready()) return;
      ++waiting;
      opened += peer->connections_opened();
    }
    if (waiting == 0) return CheckEnd();
    // Starting without any would only count every message as unsent, for as long as the run was to take.
    opened > 0 || !plan_.clients_stages.empty() ? BeginRun() : EndUnopened();
  }

  void EndUnopened() {
    if (stage_ != Stage::kConnecting) return;
    nothing_opened_ = true;
    EndEarly({StatementKind::kNoConnection});
  }

  void BeginRun() {
    stage_.Enter(Stage::kRunning);
    start_mono_ns_ = instants_.start_ns = loop_.MonoNs() + StartLead();
    for (auto& peer : peers_) {
      if (peer->active()) peer->Start(start_mono_ns_);
    }
    ArmEndDeadline(DrainEnd());
    ArmPhase(plan_.warm_up_ns > 0 ? Phase::kWarmUp : Phase::kMeasure, start_mono_ns_);
    if (plan_.clients_stages.empty()) relief_.OnStart();
    HandOverOrphans();
  }

  /// Time for an instant to reach every agent before it comes.
  int64_t StartLead() const { return Lead(limits_.start_lead_ns); }

  /// `least_ns`, and more where the way to an agent is long.
  int64_t Lead(int64_t least_ns) const {
    int64_t slowest_error_ns = 0;
    for (const auto& peer : peers_) {
      if (peer->active()) slowest_error_ns = std::max(slowest_error_ns, peer->clock().error_ns);
    }
    return least_ns + 4 * slowest_error_ns;
  }

  int64_t LoadEnd() const { return start_mono_ns_ + LoadNs(plan_); }
  int64_t DrainEnd() const { return LoadEnd() + DrainNs(plan_); }

  bool Loads() const { return phase_ == Phase::kWarmUp || phase_ == Phase::kMeasure; }

  void ArmPhase(Phase phase, int64_t when_ns) {
    next_phase_ = phase;
    next_phase_mono_ns_ = when_ns;
    phase_timer_->ArmAt(when_ns);
  }

  void OnPhaseTimer() {
    BeginPhase(next_phase_, next_phase_mono_ns_);
    if (next_phase_ == Phase::kWarmUp) {
      ArmPhase(Phase::kMeasure, start_mono_ns_ + plan_.warm_up_ns);
    } else if (next_phase_ == Phase::kMeasure) {
      ArmPhase(Phase::kDrain, LoadEnd());
    } else if (next_phase_ == Phase::kDrain) {
      ArmPhase(Phase::kClose, DrainEnd());
    }
  }

  void BeginPhase(Phase phase, int64_t mono_ns) {
    if (Loads()) load_ns_ = std::min(LoadNs(plan_), mono_ns - start_mono_ns_);
    phase_ = phase;
    builder_.BeginPhase(phase, clock_.UnixNs() - (loop_.MonoNs() - mono_ns), mono_ns);
  }

  /// Agents close their connections: on time, or earlier when nothing is left to wait for.
  void BeginClose() {
    const bool draining = phase_ == Phase::kDrain || (phase_.has_value() && stage_ == Stage::kStopping);
    if (!draining || phase_ == Phase::kClose) return;
    phase_timer_->Cancel();
    BeginPhase(Phase::kClose, loop_.MonoNs());
  }

  /// `drained_ns`: when agents have nothing left to do but to close their connections.
  void ArmEndDeadline(int64_t drained_ns) {
    int64_t most_clients = 0;
    for (const Slice& slice : slices_) most_clients = std::max(most_clients, slice.clients.count);
    end_deadline_ = EndDeadline(drained_ns, limits_.done_grace_ns, most_clients, limits_.close_per_client_ns);
    deadline_->ArmAt(end_deadline_.due_ns());
  }

  /// As long as reports come, connections are being closed.
  void AwaitClose() {
    if (stage_ != Stage::kRunning && stage_ != Stage::kStopping) return;
    end_deadline_.OnProgress(loop_.MonoNs());
    deadline_->ArmAt(end_deadline_.due_ns());
  }

  void EndEarly(const Statement& why) {
    if (stage_ == Stage::kStopping || stage_ == Stage::kEnded) return;
    stage_.Enter(Stage::kStopping);
    phase_timer_->Cancel();
    hand_over_timer_->Cancel();
    if (Loads()) BeginPhase(Phase::kDrain, loop_.MonoNs());
    ArmEndDeadline(loop_.MonoNs() + DrainNs(plan_));
    for (int i = 0; i < peer_count(); ++i) {
      if (!peers_[i]->active() || peers_[i]->Stop(why)) continue;
      FailAgent(i, AgentResult::State::kUnreachable,
                FillLocal({"had no run yet: {}", "尚未分配运行：{}"}, StatementLines(why)));
    }
    CheckEnd();
  }

  void OnDeadline() {
    switch (stage_) {
      case Stage::kSetup:
        OnSetupDeadline();
        break;
      case Stage::kConnecting:
        OnBarrierDeadline();
        break;
      case Stage::kRunning:
      case Stage::kStopping:
        GiveUpOpenPeers(NoReportWithin(limits_.done_grace_ns));
        break;
      case Stage::kEnded:
        return;
    }
    CheckEnd();
  }

  void OnBarrierDeadline() {
    const LocalString detail = NotReadyAfter(limits_.barrier_grace_ns);
    for (int i = 0; i < peer_count(); ++i) {
      if (peers_[i]->active() && !peers_[i]->ready()) FailAgent(i, AgentResult::State::kLost, detail);
    }
  }

  void OnSetupDeadline() {
    const LocalString detail = NoAnswerWithin(limits_.link_open_ns);
    for (int i = 0; i < peer_count(); ++i)
      if (!peers_[i]->accepted()) FailAgent(i, AgentResult::State::kUnreachable, detail);
  }

  /// The run is over, whatever agents still have to say.
  void GiveUpOpenPeers(const LocalString& detail) {
    if (stage_ != Stage::kStopping) stage_.Enter(Stage::kStopping);
    for (int i = 0; i < peer_count(); ++i) {
      if (peers_[i]->active()) {
        FailAgent(i, AgentResult::State::kLost, detail);
      } else if (!peers_[i]->ended()) {
        peers_[i]->GiveUp();
      }
    }
  }

  void CheckEnd() {
    if (std::all_of(peers_.begin(), peers_.end(), [](const auto& peer) { return peer->ended(); })) Finish();
  }

  void Finish() {
    if (stage_ == Stage::kEnded) return;
    stage_.Enter(Stage::kEnded);
    deadline_->Cancel();
    phase_timer_->Cancel();
    hand_over_timer_->Cancel();
    if (Loads()) load_ns_ = loop_.MonoNs() - start_mono_ns_;
    builder_.EndPhases(loop_.MonoNs());
    MarkGaps();
    if (nothing_opened_) {
      Notice({StatementKind::kNothingOpened, {JoinCauses(builder_.totals().counters.connections.failures)}});
    }
    // Off the peer's call that brought the end here; `done` may delete this.
    scope_.Post(loop_, [this] {
      peers_.clear();
      const auto done = std::move(done_);
      done(builder_.Build());
    });
  }

  void Notice(const Statement& notice) {
    if (listener_ != nullptr) listener_->OnNotice(notice);
  }

  int peer_count() const { return static_cast<int>(peers_.size()); }

  EventLoop& loop_;
  const Clock& clock_;
  const RunPlan plan_;
  const Limits limits_;
  RunListener* const listener_;
  const std::vector<Slice> slices_;
  SliceLedger ledger_;
  OpeningWatch opening_;
  ResultBuilder builder_;
  const CallbackScope scope_;
  std::vector<std::unique_ptr<AgentPeer>> peers_;
  Relief relief_{peers_, slices_, ledger_};
  std::unique_ptr<Timer> deadline_;
  std::unique_ptr<Timer> phase_timer_;
  std::unique_ptr<Timer> hand_over_timer_;
  std::function<void(RunResult)> done_;

  ForwardState<Stage> stage_{"a run", Stage::kSetup};
  std::optional<Phase> phase_;  ///< the one that has begun last
  Phase next_phase_ = Phase::kConnect;
  int64_t next_phase_mono_ns_ = 0;
  RunInstants instants_{.warm_up_ns = plan_.warm_up_ns};
  int64_t start_mono_ns_ = 0;
  EndDeadline end_deadline_;
  int64_t load_ns_ = 0;             ///< how long the load was, once it is over
  std::vector<int> lost_;           ///< agents whose load ended before its time
  std::map<int, int64_t> orphans_;  ///< those whose load waits for new owners, and from when they are silent
  bool ended_by_loss_ = false;
  bool interrupted_ = false;
  bool nothing_opened_ = false;
  std::vector<LocalString> setup_failures_;
};

RunCoordinator::RunCoordinator(EventLoop& loop, const Clock& clock, std::string run_id, RunPlan plan,
                               std::vector<std::unique_ptr<AgentLink>> links, Limits limits, RunListener* listener)
    : impl_(std::make_unique<Impl>(loop, clock, run_id, std::move(plan), std::move(links), limits, listener)) {}

RunCoordinator::~RunCoordinator() = default;

void RunCoordinator::Start(std::function<void(RunResult)> done) { impl_->Start(std::move(done)); }
void RunCoordinator::Interrupt() { impl_->Interrupt(); }
void RunCoordinator::StopEarly(const Statement& why) { impl_->StopEarly(why); }

}  // namespace wsload
