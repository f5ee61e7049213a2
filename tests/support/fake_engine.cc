#include "tests/support/fake_engine.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <mutex>
#include <utility>

#include "common/lang/statement.h"
#include "common/plan/phase.h"
#include "common/plan/timeline.h"
#include "common/schedule/schedule.h"
#include "common/stats/stage_stats.h"

namespace wsload {
namespace {

/// What a closed loop's messages take, here.
constexpr int64_t kClosedRoundNs = 40 * kNsPerMs;

/// Lives on the loop; shared so that what is posted finds it, alive or not.
class FakeLoad : public std::enable_shared_from_this<FakeLoad> {
 public:
  FakeLoad(EventLoop& loop, FakeEngineScript& script, const RunPlan& plan, const Slice& slice,
           LoadEngineObserver& observer)
      : loop_(loop), script_(script), plan_(plan), slice_(slice), schedule_(ScheduleOf(plan)), observer_(&observer) {
    shares_.push_back({slice.messages, 0});
  }

  /// No upcall is under way after this, none follows.
  void Mute() {
    const std::lock_guard lock(mutex_);
    observer_ = nullptr;
  }

  void DropTimers() {
    timer_.reset();
    send_timer_.reset();
    lease_timer_.reset();
    closing_timer_.reset();
  }

  void Connect(int64_t ramp_start_ns) {
    script_.ramp_starts.push_back(ramp_start_ns);
    timer_ = loop_.NewTimer([this] { OnConnected(); });
    timer_->ArmAt(ramp_start_ns + plan_.ramp_up_ns);
  }

  void Start(int64_t start_ns) {
    if (ended_) return;
    script_.starts.push_back(start_ns);
    start_ns_ = start_ns;
    timer_ = loop_.NewTimer([this] { OnIntervalEnd(); });
    send_timer_ = loop_.NewTimer([this] { OnSendTimer(); });
    phase_ = plan_.warm_up_ns > 0 ? Phase::kWarmUp : Phase::kMeasure;
    ArmNextInterval();
    ArmSend();
  }

  void Stop(const Statement& reason) {
    script_.stop_reasons.push_back(StatementText(Language::kEnglish, reason));
    if (stopping_) return;
    stopped_early_ = reason;
    if (start_ns_ >= 0 && loop_.MonoNs() >= start_ns_) {
      ReportMeasured();
      Drain();
    } else {
      stopping_ = true;
      End();
    }
  }

  void SetLease(int64_t until_ns) {
    lease_until_ns_ = until_ns;
    if (lease_timer_ == nullptr) lease_timer_ = loop_.NewTimer([this] { LeaseHolds(); });
    lease_timer_->ArmAt(until_ns + 1);
  }

  void TakeOver(const Slice& share, int64_t from_ns) {
    script_.take_overs.emplace_back(share, from_ns);
    if (start_ns_ < 0 || stopping_) return;
    shares_.push_back({share.messages, schedule_.CountDueBefore(share.messages, from_ns - start_ns_)});
    dialled_later_ += share.clients.count;
    ArmSend();
  }

  void YieldFrom(int64_t from_ns) {
    if (start_ns_ < 0 || ended_) return;
    for (const Share& share : shares_) {
      if (share.next == share.first) continue;
      from_ns = std::max(from_ns, start_ns_ + schedule_.OffsetNs(share.messages.At(share.next - 1)) + 1);
    }
    for (Share& share : shares_) {
      share.messages.count = std::max(share.next, schedule_.CountDueBefore(share.messages, from_ns - start_ns_));
    }
    script_.yields.push_back(from_ns);
    Upcall([&](LoadEngineObserver& to) { to.OnYielded(from_ns); });
  }

  void BreakConnections() {
    if (ended_ || opened_ == 0) return;
    ConnectionCounters& connections = delta_.counters.connections;
    connections.lost += opened_;
    connections.losses["reset"] += std::exchange(opened_, 0);
    for (const auto& [answer_ns, message] : open_) {
      Count(message, [](Stats& stats) { ++stats.counters.connection_lost; });
    }
    open_.clear();
    TellIfStarved();
  }

 private:
  void TellIfStarved() {
    if (opened_ > 0 || stopping_ || start_ns_ < 0 || loop_.MonoNs() < start_ns_) return;
    Upcall([&](LoadEngineObserver& to) { to.OnStarved(); });
  }

  struct Share {
    Progression messages;
    int64_t next = 0;
    int64_t first = next;
  };

  bool LeaseHolds() {
    if (stopping_ || loop_.MonoNs() <= lease_until_ns_) return true;
    Stop({StatementKind::kLeaseExpired});
    return false;
  }

  void OnConnected() {
    if (!LeaseHolds()) return;
    Stats delta;
    ConnectionCounters& connections = delta.counters.connections;
    connections.attempted = slice_.clients.count;
    if (script_.fail_connections) {
      connections.failed = slice_.clients.count;
      if (slice_.clients.count > 0) connections.failures["refused"] = slice_.clients.count;
    } else {
      connections.opened = opened_ = slice_.clients.count;
      if (slice_.clients.count > 0) delta.connect.RecordUs(300, slice_.clients.count);
    }
    Report(Phase::kConnect, 0, delta);
    if (script_.never_ready) return;
    Upcall([&](LoadEngineObserver& to) { to.OnReady(connections.opened, connections.failed); });
  }

  void ArmNextInterval() {
    timer_->ArmAt(PhaseStart() + std::min((interval_ + 1) * plan_.report_interval_ns, PhaseLength()));
  }

  int64_t PhaseStart() const { return start_ns_ + (phase_ == Phase::kMeasure ? plan_.warm_up_ns : 0); }
  int64_t PhaseLength() const { return phase_ == Phase::kMeasure ? plan_.duration_ns : plan_.warm_up_ns; }

  void OnIntervalEnd() {
    if (!LeaseHolds()) return;
    const int64_t elapsed_ns = std::min((interval_ + 1) * plan_.report_interval_ns, PhaseLength());
    SendDue(PhaseStart() + PhaseLength());
    ReportMeasured();
    if (elapsed_ns < PhaseLength()) {
      ++interval_;
      ArmNextInterval();
    } else if (phase_ == Phase::kWarmUp) {
      phase_ = Phase::kMeasure;
      interval_ = 0;
      ArmNextInterval();
      ArmSend();
    } else {
      Drain();
    }
  }

  /// What becomes of a message, in all and in its stage.
  template <typename What>
  void Count(int64_t message, What what) {
    const auto stage = static_cast<int32_t>(StageAt(timeline_, schedule_.OffsetNs(message)));
    if (!layout_.IsWarmUp(stage)) what(delta_);
    if (layout_.Apart(stage)) what(StageOf(stages_, stage));
  }

  Share* NextShare() {
    Share* first = nullptr;
    for (Share& share : shares_) {
      if (share.next == share.messages.count) continue;
      if (first == nullptr || share.messages.At(share.next) < first->messages.At(first->next)) first = &share;
    }
    return first;
  }

  /// A closed loop's messages are numbered apart from every other agent's.
  bool closed() const { return plan_.model == LoadModel::kClosed; }
  int64_t ClosedNumber() { return slice_.agent_index + slice_.agent_count * closed_sent_++; }

  void ArmSend() {
    if (closed()) return send_timer_->ArmAt(std::max(start_ns_, loop_.MonoNs() + kClosedRoundNs));
    if (const Share* share = NextShare(); share != nullptr) {
      send_timer_->ArmAt(start_ns_ + schedule_.OffsetNs(share->messages.At(share->next)));
    }
  }

  void OnSendTimer() {
    if (!LeaseHolds() || stopping_) return;
    // The interval's timer, late or not, is what ends the warm-up.
    closed() ? SendRound(loop_.MonoNs()) : SendDue(PhaseStart() + PhaseLength());
    ArmSend();
  }

  /// Sent again as often as the plan allows, every third of them.
  int64_t RetriesOf(int64_t message) const { return message % 3 == 0 ? plan_.retry : 0; }

  void Send(int64_t message, int64_t now_ns) {
    if (script_.on_sent) script_.on_sent(message, now_ns);
    Count(message, [](Stats& stats) { ++stats.counters.scheduled; });
    open_.emplace_back(now_ns + FakeLatencyUs(message) * kNsPerUs + RetriesOf(message) * plan_.resp_timeout_ns,
                       message);
  }

  /// As if what was sent in the round before had been answered.
  void SendRound(int64_t now_ns) {
    if (now_ns < start_ns_ || now_ns >= PhaseStart() + PhaseLength()) return;
    for (int64_t left = opened_ * plan_.in_flight; left > 0; --left) Send(ClosedNumber(), now_ns);
  }

  void SendDue(int64_t before_ns) {
    const int64_t now_ns = loop_.MonoNs();
    if (closed()) return;
    for (Share* share = NextShare(); share != nullptr; share = NextShare()) {
      const int64_t message = share->messages.At(share->next);
      const int64_t due_ns = start_ns_ + schedule_.OffsetNs(message);
      if (due_ns > now_ns || due_ns >= before_ns) return;
      ++share->next;
      if (opened_ == 0) {
        if (script_.on_sent) script_.on_sent(message, now_ns);
        Count(message, [](Stats& stats) {
          ++stats.counters.scheduled;
          ++stats.counters.unsent;
        });
        if (!std::exchange(told_, true)) TellIfStarved();
        continue;
      }
      Count(message, [](Stats& stats) { stats.send_lag.RecordUs(20); });
      Send(message, now_ns);
    }
  }

  /// Those whose answer is there, or all.
  void Answer(bool all) {
    std::erase_if(open_, [&](const std::pair<int64_t, int64_t>& open) {
      if (!all && open.first > loop_.MonoNs()) return false;
      const int64_t retries = RetriesOf(open.second);
      Count(open.second, [&](Stats& stats) {
        ++stats.counters.success;
        stats.counters.retries += retries;
        stats.counters.success_by_retry += retries > 0 ? 1 : 0;
        if (!closed()) {
          stats.response.RecordUs(FakeLatencyUs(open.second) + retries * plan_.resp_timeout_ns / kNsPerUs);
        }
        stats.service.RecordUs(FakeLatencyUs(open.second));
      });
      return true;
    });
  }

  void ReportMeasured() {
    Answer(script_.answers_at_once);
    if (dialled_later_ > 0) {
      ConnectionCounters& connections = delta_.counters.connections;
      connections.attempted += dialled_later_;
      connections.opened += dialled_later_;
      delta_.connect.RecordUs(300, dialled_later_);
      opened_ += std::exchange(dialled_later_, 0);
    }
    Report(phase_, interval_, std::exchange(delta_, {}));
  }

  void Drain() {
    stopping_ = true;
    timer_->Cancel();
    send_timer_.reset();
    lease_timer_.reset();
    int64_t last_ns = loop_.MonoNs();
    for (const auto& [answer_ns, message] : open_) last_ns = std::max(last_ns, answer_ns);
    if (last_ns <= loop_.MonoNs()) return OnDrained();
    timer_ = loop_.NewTimer([this] { OnDrained(); });
    timer_->ArmAt(last_ns);
  }

  void OnDrained() {
    Answer(true);
    Report(Phase::kDrain, 0, std::exchange(delta_, {}));
    End();
  }

  void End() {
    ended_ = true;
    // A connect that is still to come would be reported after the end.
    if (timer_ != nullptr) timer_->Cancel();
    closing_end_ns_ = loop_.MonoNs() + script_.closing_ns;
    closing_timer_ = loop_.NewTimer([this] { GoOnClosing(); });
    GoOnClosing();
  }

  void GoOnClosing() {
    const int64_t now_ns = loop_.MonoNs();
    Stats closing = std::exchange(delta_, {});
    if (now_ns >= closing_end_ns_) closing.counters.connections.closed = opened_;
    Report(Phase::kClose, close_interval_++, closing);
    if (now_ns < closing_end_ns_) return closing_timer_->ArmAt(std::min(now_ns + kNsPerSecond, closing_end_ns_));
    if (script_.never_done) return;
    FinalReport final_report{.totals = totals_,
                             .cpu = {},
                             .stopped_early = stopped_early_,
                             .started_mono_ns = start_ns_ < 0 ? 0 : start_ns_,
                             .warm_up = warm_up_};
    Upcall([&](LoadEngineObserver& to) { to.OnDone(final_report); });
  }

  void Report(Phase phase, int64_t interval, const Stats& delta) {
    totals_.Merge(delta);
    const StatsByStage stages = std::exchange(stages_, {});
    if (const Stats* warm_up = WarmUpOf(stages, layout_)) warm_up_.Merge(*warm_up);
    Upcall([&](LoadEngineObserver& to) {
      to.OnInterval({.phase = phase, .interval_index = interval, .delta = delta, .stages = stages});
    });
  }

  template <typename Call>
  void Upcall(Call call) {
    const std::lock_guard lock(mutex_);
    if (observer_ != nullptr) call(*observer_);
  }

  EventLoop& loop_;
  FakeEngineScript& script_;
  const RunPlan plan_;
  const Slice slice_;
  const Schedule schedule_;
  std::mutex mutex_;
  LoadEngineObserver* observer_;
  std::unique_ptr<Timer> timer_;
  std::unique_ptr<Timer> send_timer_;
  std::unique_ptr<Timer> lease_timer_;
  std::unique_ptr<Timer> closing_timer_;
  int64_t lease_until_ns_ = std::numeric_limits<int64_t>::max();
  std::vector<Share> shares_;
  std::deque<std::pair<int64_t, int64_t>> open_;  ///< when the answer comes, message
  const std::vector<TimelineStage> timeline_ = TimelineOf(plan_);
  Stats delta_;
  StatsByStage stages_;
  const StageLayout layout_{static_cast<int32_t>(timeline_.size()), plan_.warm_up_ns > 0};
  Phase phase_ = Phase::kMeasure;
  Stats totals_;
  Stats warm_up_;
  std::optional<Statement> stopped_early_;
  int64_t start_ns_ = -1;
  int64_t interval_ = 0;
  int64_t close_interval_ = 0;
  int64_t closing_end_ns_ = 0;
  int64_t opened_ = 0;
  int64_t dialled_later_ = 0;
  int64_t closed_sent_ = 0;
  bool told_ = false;  ///< that it has no connections, by the first message that found none
  bool stopping_ = false;
  bool ended_ = false;
};

class FakeEngine final : public LoadEngine {
 public:
  FakeEngine(EventLoop& loop, FakeEngineScript& script, const RunPlan& plan, const Slice& slice,
             LoadEngineObserver& observer)
      : loop_(loop), script_(script), load_(std::make_shared<FakeLoad>(loop, script, plan, slice, observer)) {
    ++script_.engines_alive;
    script_.break_connections = [weak = std::weak_ptr(load_)] {
      if (const auto load = weak.lock()) load->BreakConnections();
    };
  }

  ~FakeEngine() override {
    load_->Mute();
    --script_.engines_alive;
    loop_.Post([load = load_] { load->DropTimers(); });
  }

  void Connect(int64_t ramp_start_mono_ns) override {
    loop_.Post([load = load_, ramp_start_mono_ns] { load->Connect(ramp_start_mono_ns); });
  }
  void Start(int64_t start_mono_ns) override {
    loop_.Post([load = load_, start_mono_ns] { load->Start(start_mono_ns); });
  }
  void Stop(const Statement& reason) override {
    loop_.Post([load = load_, reason] { load->Stop(reason); });
  }
  void SetLease(int64_t until_mono_ns) override {
    loop_.Post([load = load_, until_mono_ns] { load->SetLease(until_mono_ns); });
  }
  void TakeOver(const Slice& share, int64_t from_mono_ns) override {
    loop_.Post([load = load_, share, from_mono_ns] { load->TakeOver(share, from_mono_ns); });
  }
  void YieldFrom(int64_t from_mono_ns) override {
    loop_.Post([load = load_, from_mono_ns] { load->YieldFrom(from_mono_ns); });
  }
  int workers() const override { return 1; }

 private:
  EventLoop& loop_;
  FakeEngineScript& script_;
  std::shared_ptr<FakeLoad> load_;
};

}  // namespace

int64_t FakeLatencyUs(int64_t message) { return 1'000 + message * 37 % 9'973; }

LoadEngineFactory NewFakeEngineFactory(EventLoop& loop, FakeEngineScript& script) {
  return [&loop, &script](const std::string&, const RunPlan& plan, const Slice& slice,
                          LoadEngineObserver& observer) -> absl::StatusOr<std::unique_ptr<LoadEngine>> {
    if (!script.refuse.ok()) return script.refuse;
    return std::make_unique<FakeEngine>(loop, script, plan, slice, observer);
  };
}

}  // namespace wsload
