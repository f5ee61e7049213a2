#include "tests/support/fake_engine.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "common/schedule/arrival_schedule.h"

namespace wsload {
namespace {

/// Lives on the loop; shared so that what is posted finds it, alive or not.
class FakeLoad : public std::enable_shared_from_this<FakeLoad> {
 public:
  FakeLoad(EventLoop& loop, FakeEngineScript& script, const RunPlan& plan, const Slice& slice,
           LoadEngineObserver& observer)
      : loop_(loop),
        script_(script),
        plan_(plan),
        slice_(slice),
        schedule_(plan.mps, plan.duration_ns),
        observer_(&observer) {}

  /// No upcall is under way after this, none follows.
  void Mute() {
    const std::lock_guard lock(mutex_);
    observer_ = nullptr;
  }

  void DropTimer() { timer_.reset(); }

  void Connect(int64_t ramp_start_ns) {
    script_.ramp_starts.push_back(ramp_start_ns);
    timer_ = loop_.NewTimer([this] { OnConnected(); });
    timer_->ArmAt(ramp_start_ns + plan_.ramp_up_ns);
  }

  void Start(int64_t start_ns) {
    script_.starts.push_back(start_ns);
    start_ns_ = start_ns;
    timer_ = loop_.NewTimer([this] { OnIntervalEnd(); });
    ArmNextInterval();
  }

  void Stop(const std::string& reason) {
    script_.stop_reasons.push_back(reason);
    if (ended_) return;
    timer_.reset();
    if (start_ns_ >= 0 && loop_.MonoNs() >= start_ns_) ReportMessagesUntil(loop_.MonoNs() - start_ns_);
    End(reason);
  }

 private:
  void OnConnected() {
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
    timer_->ArmAt(start_ns_ + std::min((interval_ + 1) * plan_.report_interval_ns, plan_.duration_ns));
  }

  void OnIntervalEnd() {
    const int64_t elapsed_ns = std::min((interval_ + 1) * plan_.report_interval_ns, plan_.duration_ns);
    ReportMessagesUntil(elapsed_ns);
    if (elapsed_ns < plan_.duration_ns) {
      ++interval_;
      ArmNextInterval();
    } else {
      Report(Phase::kDrain, 0, {});
      End("");
    }
  }

  void ReportMessagesUntil(int64_t elapsed_ns) {
    Stats delta;
    while (next_ < slice_.messages.count && schedule_.OffsetNs(slice_.messages.At(next_)) < elapsed_ns) {
      const int64_t message = slice_.messages.At(next_++);
      ++delta.counters.scheduled;
      ++delta.counters.success;
      delta.response.RecordUs(FakeLatencyUs(message));
      delta.service.RecordUs(FakeLatencyUs(message));
      delta.send_lag.RecordUs(20);
    }
    Report(Phase::kMeasure, interval_, delta);
  }

  void End(const std::string& stopped_early) {
    ended_ = true;
    Stats closing;
    closing.counters.connections.closed = opened_;
    Report(Phase::kClose, 0, closing);
    if (script_.never_done) return;
    FinalReport final_report{.totals = totals_, .cpu = {}, .stopped_early = stopped_early};
    final_report.totals.counters.success += script_.totals_error;
    Upcall([&](LoadEngineObserver& to) { to.OnDone(final_report); });
  }

  void Report(Phase phase, int64_t interval, const Stats& delta) {
    totals_.Merge(delta);
    Upcall(
        [&](LoadEngineObserver& to) { to.OnInterval({.phase = phase, .interval_index = interval, .delta = delta}); });
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
  const ArrivalSchedule schedule_;
  std::mutex mutex_;
  LoadEngineObserver* observer_;
  std::unique_ptr<Timer> timer_;
  Stats totals_;
  int64_t start_ns_ = -1;
  int64_t interval_ = 0;
  int64_t next_ = 0;
  int64_t opened_ = 0;
  bool ended_ = false;
};

class FakeEngine final : public LoadEngine {
 public:
  FakeEngine(EventLoop& loop, FakeEngineScript& script, const RunPlan& plan, const Slice& slice,
             LoadEngineObserver& observer)
      : loop_(loop), script_(script), load_(std::make_shared<FakeLoad>(loop, script, plan, slice, observer)) {
    ++script_.engines_alive;
  }

  ~FakeEngine() override {
    load_->Mute();
    --script_.engines_alive;
    loop_.Post([load = load_] { load->DropTimer(); });
  }

  void Connect(int64_t ramp_start_mono_ns) override {
    loop_.Post([load = load_, ramp_start_mono_ns] { load->Connect(ramp_start_mono_ns); });
  }
  void Start(int64_t start_mono_ns) override {
    loop_.Post([load = load_, start_mono_ns] { load->Start(start_mono_ns); });
  }
  void Stop(const std::string& reason) override {
    loop_.Post([load = load_, reason] { load->Stop(reason); });
  }
  void SetLease(int64_t) override {}
  void TakeOver(const Slice&, int64_t) override {}
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
