#include "tests/support/synthetic_load.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <random>

#include "common/lang/statement.h"
#include "common/plan/phase.h"
#include "common/stats/stats_proto.h"

namespace wsload {
namespace {

// The first two have a sample for each acknowledged message, the others for each message.
constexpr std::array kHistograms = {&Stats::response, &Stats::service, &Stats::send_lag, &Stats::push,
                                    &Stats::loop_stall};
constexpr size_t kOfAcknowledged = 2;
// Medians as a server in the same network shows them.
constexpr std::array kMedianUs = {2'400.0, 2'300.0, 90.0, 1'500.0, 1'700.0};
constexpr double kSpread = 0.4;

class SyntheticEngine final : public LoadEngine {
 public:
  SyntheticEngine(EventLoop& loop, const SyntheticLoad& load, const RunPlan& plan, const Slice& slice,
                  LoadEngineObserver& observer)
      : loop_(loop), load_(load), plan_(plan), slice_(slice), observer_(observer) {}

  void Connect(int64_t ramp_start_mono_ns) override {
    timer_ = loop_.NewTimer([this] { OnConnected(); });
    timer_->ArmAt(ramp_start_mono_ns + plan_.ramp_up_ns);
  }

  void Start(int64_t start_mono_ns) override {
    start_ns_ = start_mono_ns;
    timer_ = loop_.NewTimer([this] { OnIntervalEnd(); });
    ArmNextInterval();
  }

  void Stop(const Statement& reason) override {
    timer_ = loop_.NewTimer([this, reason] { End(reason); });
    timer_->ArmAt(loop_.MonoNs());
  }

  void SetLease(int64_t) override {}
  void TakeOver(const Slice&, int64_t) override {}
  void YieldFrom(int64_t) override {}
  int workers() const override { return 1; }

 private:
  void OnConnected() {
    Stats delta;
    delta.counters.connections.attempted = delta.counters.connections.opened = opened_ = slice_.clients.count;
    observer_.OnInterval({.phase = Phase::kConnect, .interval_index = 0, .delta = delta});
    observer_.OnReady(opened_, 0);
  }

  int64_t Intervals() const { return plan_.duration_ns / plan_.report_interval_ns; }

  void ArmNextInterval() { timer_->ArmAt(start_ns_ + (interval_ + 1) * plan_.report_interval_ns); }

  void OnIntervalEnd() {
    observer_.OnInterval(
        {.phase = Phase::kMeasure, .interval_index = interval_, .delta = load_.Report(slice_.agent_index, interval_)});
    if (++interval_ < Intervals()) {
      ArmNextInterval();
    } else {
      // The controller's own timer for the end of the phase comes first.
      timer_ = loop_.NewTimer([this] { End({}); });
      timer_->ArmAt(loop_.MonoNs() + plan_.report_interval_ns);
    }
  }

  void End(const std::optional<Statement>& stopped_early) {
    Stats closing;
    closing.counters.connections.closed = opened_;
    observer_.OnInterval({.phase = Phase::kClose, .interval_index = 0, .delta = closing});
    Stats totals = load_.SeenByOneProcess(slice_.agent_index, slice_.agent_index + 1, interval_);
    ConnectionCounters& connections = totals.counters.connections;
    connections.attempted = connections.opened = connections.closed = opened_;
    observer_.OnDone({.totals = std::move(totals), .cpu = {}, .stopped_early = stopped_early});
  }

  EventLoop& loop_;
  const SyntheticLoad& load_;
  const RunPlan plan_;
  const Slice slice_;
  LoadEngineObserver& observer_;
  std::unique_ptr<Timer> timer_;
  int64_t start_ns_ = 0;
  int64_t interval_ = 0;
  int64_t opened_ = 0;
};

}  // namespace

SyntheticLoad::SyntheticLoad(const Shape& shape) : shape_(shape) {
  std::mt19937_64 random(shape.seed);
  for (int variant = 0; variant < shape.variants; ++variant) {
    Samples& samples = samples_.emplace_back();
    samples.timeouts = static_cast<int64_t>(random() % 3);
    for (size_t k = 0; k < kHistograms.size(); ++k) {
      std::lognormal_distribution<double> latency_us(std::log(kMedianUs[k]), kSpread);
      std::map<int64_t, int64_t> times;
      const int64_t count = shape.messages_per_interval - (k < kOfAcknowledged ? samples.timeouts : 0);
      for (int64_t i = 0; i < count; ++i) ++times[std::llround(latency_us(random))];
      samples.us[k].assign(times.begin(), times.end());
    }
    Stats recorded;
    Record(samples, 1, recorded);
    // Through the wire's form, which leaves no room for buckets that are empty.
    reports_.push_back(FromProto(ToProto(recorded)).value());
  }
}

size_t SyntheticLoad::Variant(int agent, int64_t interval) const {
  return static_cast<size_t>((agent * 37 + interval) % shape_.variants);
}

void SyntheticLoad::Record(const Samples& samples, int64_t times, Stats& into) const {
  const int64_t messages = shape_.messages_per_interval;
  into.counters.scheduled += times * messages;
  into.counters.success += times * (messages - samples.timeouts);
  into.counters.timeout += times * samples.timeouts;
  into.counters.pushes += times * messages;
  into.counters.bytes_sent += times * messages * 160;
  into.counters.bytes_received += times * messages * 120;
  for (size_t k = 0; k < kHistograms.size(); ++k) {
    for (const auto& [us, count] : samples.us[k]) (into.*kHistograms[k]).RecordUs(us, count * times);
  }
}

Stats SyntheticLoad::SeenByOneProcess(int first, int last, int64_t intervals) const {
  std::vector<int64_t> times(samples_.size(), 0);
  for (int agent = first; agent < last; ++agent) {
    for (int64_t interval = 0; interval < intervals; ++interval) ++times[Variant(agent, interval)];
  }
  Stats seen;
  for (size_t variant = 0; variant < samples_.size(); ++variant) {
    if (times[variant] > 0) Record(samples_[variant], times[variant], seen);
  }
  return seen;
}

LoadEngineFactory NewSyntheticEngineFactory(EventLoop& loop, const SyntheticLoad& load) {
  return [&loop, &load](const std::string&, const RunPlan& plan, const Slice& slice,
                        LoadEngineObserver& observer) -> absl::StatusOr<std::unique_ptr<LoadEngine>> {
    return std::make_unique<SyntheticEngine>(loop, load, plan, slice, observer);
  };
}

}  // namespace wsload
