#include "tests/support/worker_engine.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "agent/load/interval_merger.h"
#include "agent/load/sibling_board.h"
#include "agent/load/worker.h"

namespace wsload {
namespace {

class WorkerEngine final : public LoadEngine {
 public:
  WorkerEngine(WorkerEngineHost& host, const RunPlan& plan, int workers, LoadEngineObserver& observer)
      : host_(host),
        observer_(observer),
        layout_{.count = 1, .warm_up = plan.warm_up_ns > 0},
        siblings_(workers),
        merger_(workers, [this](IntervalReport report) { Emit(std::move(report)); }) {
    ++host_.engines_alive;
  }
  ~WorkerEngine() override { --host_.engines_alive; }

  absl::Status Add(const std::string& run_id, const RunPlan& plan, const Slice& slice) {
    const auto index = static_cast<int>(parts_.size());
    parts_.push_back(std::make_unique<Part>(*this, index));
    auto worker =
        Worker::New({host_.loop, host_.clock, host_.gateway.NewDialer(), [] { return ThreadCpu{}; }, &siblings_, index},
                    plan, slice, {run_id, slice.agent_index, index}, *parts_.back());
    if (!worker.ok()) return worker.status();
    parts_.back()->worker = *std::move(worker);
    return absl::OkStatus();
  }

  void Connect(int64_t ramp_start_ns) override {
    ForAll([ramp_start_ns](Worker& worker) { worker.Connect(ramp_start_ns); });
  }
  void Start(int64_t start_ns) override {
    ForAll([start_ns](Worker& worker) { worker.Start(start_ns); });
  }
  void Stop(const Statement& reason) override {
    StopsEarly(reason);
    ForAll([](Worker& worker) { worker.Stop(); });
  }
  void SetLease(int64_t until_ns) override {
    ForAll([until_ns](Worker& worker) { worker.SetLease(until_ns); });
  }
  void TakeOver(const Slice& slice, int64_t from_ns) override {
    const std::vector<Slice> slices = Divide(slice, workers());
    for (size_t i = 0; i < parts_.size(); ++i) parts_[i]->worker->TakeOver(slices[i], from_ns);
  }
  void YieldFrom(int64_t from_ns) override {
    if (done_ == parts_.size()) return;
    for (const auto& part : parts_) from_ns = std::max(from_ns, part->worker->Hold(from_ns));
    ForAll([from_ns](Worker& worker) { worker.YieldFrom(from_ns); });
    observer_.OnYielded(from_ns);
  }
  int workers() const override { return static_cast<int>(parts_.size()); }

 private:
  struct Part final : WorkerObserver {
    Part(WorkerEngine& owner, int place) : engine(owner), index(place) {}

    void OnWorkerReady(int64_t opened, int64_t failed) override { engine.OnReady(opened, failed); }
    void OnWorkerInterval(Phase phase, int64_t interval_index, std::unique_ptr<Stats> delta, StatsByStage stages,
                          const WorkerLoad& load) override {
      engine.merger_.Add(index, phase, interval_index, *delta, stages, load);
    }
    void OnWorkerStarted(int64_t now_ns) override {
      engine.final_.started_mono_ns = std::max(engine.final_.started_mono_ns, now_ns);
    }
    void OnWorkerStarved() override {
      if (engine.done_ < engine.parts_.size() && engine.siblings_.TotalOpen() == 0) engine.observer_.OnStarved();
    }
    void OnWorkerLeaseExpired() override { engine.StopsEarly({StatementKind::kLeaseExpired}); }
    void OnWorkerDone(const Counters&) override {
      engine.merger_.Finish(index);
      if (++engine.done_ == engine.parts_.size()) engine.observer_.OnDone(std::move(engine.final_));
    }

    WorkerEngine& engine;
    const int index;
    std::unique_ptr<Worker> worker;
  };

  template <typename Call>
  void ForAll(Call call) {
    for (const auto& part : parts_) call(*part->worker);
  }

  void StopsEarly(const Statement& reason) {
    if (!final_.stopped_early && done_ < parts_.size()) final_.stopped_early = reason;
  }

  void OnReady(int64_t opened, int64_t failed) {
    opened_ += opened;
    failed_ += failed;
    if (++ready_ == parts_.size()) observer_.OnReady(opened_, failed_);
  }

  void Emit(IntervalReport report) {
    final_.totals.Merge(report.delta);
    if (const Stats* warm_up = WarmUpOf(report.stages, layout_)) final_.warm_up.Merge(*warm_up);
    if (const Stats* awkward = AwkwardOf(report.stages)) final_.awkward.Merge(*awkward);
    observer_.OnInterval(std::move(report));
  }

  WorkerEngineHost& host_;
  LoadEngineObserver& observer_;
  const StageLayout layout_;
  SiblingBoard siblings_;
  IntervalMerger merger_;
  std::vector<std::unique_ptr<Part>> parts_;
  FinalReport final_;
  size_t ready_ = 0;
  size_t done_ = 0;
  int64_t opened_ = 0;
  int64_t failed_ = 0;
};

}  // namespace

LoadEngineFactory NewWorkerEngineFactory(WorkerEngineHost& host) {
  return [&host](const std::string& run_id, const RunPlan& plan, const Slice& slice,
                 LoadEngineObserver& observer) -> absl::StatusOr<std::unique_ptr<LoadEngine>> {
    const auto workers =
        static_cast<int>(std::clamp<int64_t>(plan.workers, 1, std::max<int64_t>(1, slice.clients.count)));
    auto engine = std::make_unique<WorkerEngine>(host, plan, workers, observer);
    for (const Slice& part : Divide(slice, workers)) {
      if (absl::Status added = engine->Add(run_id, plan, part); !added.ok()) return added;
    }
    return engine;
  };
}

}  // namespace wsload
