#include "agent/metrics/metered_engine.h"

#include <utility>

#include "common/lang/statement.h"
#include "common/stats/stage_stats.h"

namespace wsload {
namespace {

RunEnd EndOf(const FinalReport& report) {
  if (!report.stopped_early) return RunEnd::kCompleted;
  return report.stopped_early->kind == StatementKind::kLeaseExpired ? RunEnd::kLeaseOver : RunEnd::kStopped;
}

class MeteredEngine final : public LoadEngine, private LoadEngineObserver {
 public:
  static absl::StatusOr<std::unique_ptr<LoadEngine>> New(const LoadEngineFactory& factory, const std::string& run_id,
                                                         const RunPlan& plan, const Slice& slice,
                                                         LoadEngineObserver& observer, AgentMetrics& metrics) {
    std::unique_ptr<MeteredEngine> engine(new MeteredEngine(observer, metrics, plan.warm_up_ns > 0));
    auto inner = factory(run_id, plan, slice, *engine);
    if (!inner.ok()) return inner.status();
    metrics.RunBegan(run_id, slice.clients.count);
    engine->inner_ = *std::move(inner);
    return std::unique_ptr<LoadEngine>(std::move(engine));
  }

  ~MeteredEngine() override {
    if (inner_ == nullptr) return;
    // No upcall comes after this.
    inner_.reset();
    metrics_.RunEnded(end_);
  }

  void Connect(int64_t ramp_start_mono_ns) override { inner_->Connect(ramp_start_mono_ns); }
  void Start(int64_t start_mono_ns) override { inner_->Start(start_mono_ns); }
  void Stop(const Statement& reason) override { inner_->Stop(reason); }
  void SetLease(int64_t until_mono_ns) override {
    metrics_.LeaseUntil(until_mono_ns);
    inner_->SetLease(until_mono_ns);
  }
  void TakeOver(const Slice& slice, int64_t from_mono_ns) override {
    metrics_.ClientsTakenOver(slice.clients.count);
    inner_->TakeOver(slice, from_mono_ns);
  }
  void YieldFrom(int64_t from_mono_ns) override { inner_->YieldFrom(from_mono_ns); }
  int workers() const override { return inner_->workers(); }

 private:
  MeteredEngine(LoadEngineObserver& observer, AgentMetrics& metrics, bool warm_up)
      : observer_(observer), metrics_(metrics), warm_up_(warm_up) {}

  void OnReady(int64_t opened, int64_t failed) override { observer_.OnReady(opened, failed); }
  void OnInterval(IntervalReport report) override {
    metrics_.Add(report, WarmUpOf(report.stages, {.warm_up = warm_up_}), AwkwardOf(report.stages));
    observer_.OnInterval(std::move(report));
  }
  void OnStarved() override { observer_.OnStarved(); }
  void OnYielded(int64_t from_mono_ns) override { observer_.OnYielded(from_mono_ns); }
  void OnDone(FinalReport report) override {
    end_ = EndOf(report);
    observer_.OnDone(std::move(report));
  }

  LoadEngineObserver& observer_;
  AgentMetrics& metrics_;
  const bool warm_up_;            ///< the plan has one
  RunEnd end_ = RunEnd::kBroken;  ///< the upcalls', then the destructor's
  std::unique_ptr<LoadEngine> inner_;
};

}  // namespace

LoadEngineFactory NewMeteredEngineFactory(LoadEngineFactory inner, AgentMetrics& metrics) {
  return [inner = std::move(inner), &metrics](const std::string& run_id, const RunPlan& plan, const Slice& slice,
                                              LoadEngineObserver& observer) {
    return MeteredEngine::New(inner, run_id, plan, slice, observer, metrics);
  };
}

}  // namespace wsload
