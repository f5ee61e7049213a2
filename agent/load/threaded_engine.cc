#include "agent/load/threaded_engine.h"

#include <algorithm>
#include <utility>

#include "agent/load/dial_plan.h"
#include "agent/load/engine_factory.h"
#include "agent/websocket/asio_dialer.h"
#include "agent/websocket/asio_poster.h"
#include "common/plan/means.h"
#include "common/plan/phase.h"
#include "common/stats/conservation.h"
#include "common/util/check.h"
#include "common/util/heap.h"
#include "common/util/status.h"
#include "common/util/thread.h"

namespace wsload {

/// One worker with its loop and thread; hands its reports to the collector's loop.
class ThreadedEngine::WorkerThread final : private WorkerObserver {
 public:
  WorkerThread(ThreadedEngine& engine, int index) : engine_(engine), index_(index) {}

  ~WorkerThread() { Join(); }

  /// After this the worker does nothing any more; what is posted to it is kept and never run.
  void Join() {
    loop_.Stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Prepare(const GroupName& name, const RunPlan& plan, const Slice& slice, const DialOptions& dial,
                       const Clock& clock, const TargetGate& may_load) {
    auto dialer = NewDialer(loop_, dial);
    if (!dialer.ok()) return dialer.status();
    std::unique_ptr<HttpPoster> poster;
    if (!plan.push_url.empty()) poster = NewHttpPoster(loop_, PostOptionsOf(plan));
    auto worker = Worker::New(
        {loop_, clock, *std::move(dialer), ReadThreadCpu, &engine_.siblings_, index_, may_load, std::move(poster)},
        plan, slice, name, *this);
    if (!worker.ok()) return worker.status();
    worker_ = *std::move(worker);
    return absl::OkStatus();
  }

  absl::Status Run() {
    return StartThread(thread_, [this] { loop_.Run(); });
  }

  void Connect(int64_t ramp_start_ns) {
    loop_.Post([this, ramp_start_ns] { worker_->Connect(ramp_start_ns); });
  }
  void Start(int64_t start_ns) {
    loop_.Post([this, start_ns] { worker_->Start(start_ns); });
  }
  void Stop() {
    loop_.Post([this] { worker_->Stop(); });
  }
  void SetLease(int64_t until_ns) {
    loop_.Post([this, until_ns] { worker_->SetLease(until_ns); });
  }
  void TakeOver(const Slice& slice, int64_t from_ns) {
    loop_.Post([this, slice, from_ns] { worker_->TakeOver(slice, from_ns); });
  }
  void Hold(int64_t from_ns) {
    loop_.Post([this, from_ns] {
      engine_.collector_.Post([this, holds_ns = worker_->Hold(from_ns)] { engine_.OnThreadHolds(holds_ns); });
    });
  }
  void YieldFrom(int64_t from_ns) {
    loop_.Post([this, from_ns] { worker_->YieldFrom(from_ns); });
  }

 private:
  void OnWorkerReady(int64_t opened, int64_t failed) override {
    engine_.collector_.Post([this, opened, failed] { engine_.OnThreadReady(opened, failed); });
  }

  void OnWorkerInterval(Phase phase, int64_t interval_index, std::unique_ptr<Stats> delta, StatsByStage stages,
                        const WorkerLoad& load) override {
    engine_.collector_.Post(
        [this, phase, interval_index, load, delta = std::move(delta), stages = std::move(stages)]() mutable {
          engine_.merger_->Add(index_, phase, interval_index, *delta, stages, load);
          delta->Clear();
          for (StageStats& stage : stages) stage.stats.Clear();
          loop_.Post([this, delta = std::move(delta), stages = std::move(stages)]() mutable {
            worker_->Recycle(std::move(delta), std::move(stages));
          });
        });
  }

  void OnWorkerStarted(int64_t now_ns) override { started_ns_ = now_ns; }

  void OnWorkerStarved() override {
    engine_.collector_.Post([this] { engine_.OnThreadStarved(); });
  }

  void OnWorkerLeaseExpired() override {
    engine_.collector_.Post([this] { engine_.StopsEarly({StatementKind::kLeaseExpired}); });
  }

  void OnWorkerDone(const Counters& totals) override {
    engine_.collector_.Post([this, started_ns = started_ns_, totals] {
      engine_.worker_totals_.Merge(totals);
      engine_.final_.started_mono_ns = std::max(engine_.final_.started_mono_ns, started_ns);
      engine_.OnThreadDone(index_);
    });
  }

  ThreadedEngine& engine_;
  const int index_;
  AsioEventLoop loop_;
  std::unique_ptr<Worker> worker_;
  int64_t started_ns_ = 0;
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<ThreadedEngine>> ThreadedEngine::New(const std::string& run_id, const RunPlan& plan,
                                                                    const Slice& slice, int workers,
                                                                    int64_t message_bytes, const Clock& clock,
                                                                    const TargetGate& may_load,
                                                                    LoadEngineObserver& observer) {
  DialOptions dial = DialOptionsOf(plan, slice.clients);
  dial.memory = std::make_shared<MemoryBudget>(message_bytes);
  std::unique_ptr<ThreadedEngine> engine(new ThreadedEngine(workers, plan.model, observer));
  engine->layout_.warm_up = plan.warm_up_ns > 0;
  engine->merger_ = std::make_unique<IntervalMerger>(
      workers, [raw = engine.get()](IntervalReport report) { raw->EmitInterval(std::move(report)); });
  const std::vector<Slice> slices = Divide(slice, workers);
  for (int index = 0; index < workers; ++index) {
    auto thread = std::make_unique<WorkerThread>(*engine, index);
    absl::Status prepared = thread->Prepare({run_id, slice.agent_index, index}, plan,
                                            slices[static_cast<size_t>(index)], dial, clock, may_load);
    if (!prepared.ok()) return prepared;
    engine->threads_.push_back(std::move(thread));
  }
  if (const absl::Status running = engine->Run(); !running.ok()) return running;
  return engine;
}

ThreadedEngine::ThreadedEngine(int workers, LoadModel model, LoadEngineObserver& observer)
    : observer_(observer), model_(model), siblings_(workers) {}

ThreadedEngine::~ThreadedEngine() {
  // Worker threads and collector post to each other: all threads end before anything is deleted.
  for (auto& thread : threads_) thread->Join();
  collector_.Stop();
  if (collector_thread_.joinable()) collector_thread_.join();
  threads_.clear();
  ReturnFreeMemory();
}

absl::Status ThreadedEngine::Run() {
  absl::Status running = StartThread(collector_thread_, [this] { collector_.Run(); });
  for (size_t thread = 0; running.ok() && thread < threads_.size(); ++thread) running = threads_[thread]->Run();
  return running;
}

void ThreadedEngine::Connect(int64_t ramp_start_mono_ns) {
  for (auto& thread : threads_) thread->Connect(ramp_start_mono_ns);
}

void ThreadedEngine::Start(int64_t start_mono_ns) {
  for (auto& thread : threads_) thread->Start(start_mono_ns);
}

void ThreadedEngine::Stop(const Statement& reason) {
  collector_.Post([this, reason] { StopsEarly(reason); });
  for (auto& thread : threads_) thread->Stop();
}

void ThreadedEngine::SetLease(int64_t until_mono_ns) {
  for (auto& thread : threads_) thread->SetLease(until_mono_ns);
}

void ThreadedEngine::TakeOver(const Slice& slice, int64_t from_mono_ns) {
  const std::vector<Slice> parts = Divide(slice, workers());
  for (size_t thread = 0; thread < threads_.size(); ++thread) threads_[thread]->TakeOver(parts[thread], from_mono_ns);
}

void ThreadedEngine::YieldFrom(int64_t from_mono_ns) {
  // On the way that TakeOver() goes, so that every worker sees both in this order.
  for (auto& thread : threads_) thread->Hold(from_mono_ns);
}

void ThreadedEngine::StopsEarly(const Statement& reason) {
  if (!final_.stopped_early && workers_done_ < threads_.size()) final_.stopped_early = reason;
}

void ThreadedEngine::OnThreadReady(int64_t opened, int64_t failed) {
  opened_ += opened;
  failed_ += failed;
  WSLOAD_CHECK(workers_ready_ < threads_.size(), "{} workers of {} are ready", workers_ready_ + 1, threads_.size());
  if (++workers_ready_ == threads_.size()) observer_.OnReady(opened_, failed_);
}

void ThreadedEngine::OnThreadStarved() {
  if (workers_done_ < threads_.size() && siblings_.TotalOpen() == 0) observer_.OnStarved();
}

void ThreadedEngine::OnThreadHolds(int64_t from_ns) {
  yield_from_ns_ = workers_hold_ == 0 ? from_ns : std::max(yield_from_ns_, from_ns);
  if (++workers_hold_ < threads_.size()) return;
  workers_hold_ = 0;
  if (workers_done_ == threads_.size()) return;
  for (auto& thread : threads_) thread->YieldFrom(yield_from_ns_);
  observer_.OnYielded(yield_from_ns_);
}

void ThreadedEngine::EmitInterval(IntervalReport report) {
  final_.totals.Merge(report.delta);
  if (const Stats* warm_up = WarmUpOf(report.stages, layout_)) final_.warm_up.Merge(*warm_up);
  if (const Stats* awkward = AwkwardOf(report.stages)) final_.awkward.Merge(*awkward);
  if (report.phase == Phase::kMeasure) MergeWorkers(measured_, report.workers);
  if (report.phase == Phase::kDrain) MergeWorkers(drained_, report.workers);
  observer_.OnInterval(std::move(report));
}

void ThreadedEngine::OnThreadDone(int thread) {
  WSLOAD_CHECK(workers_done_ < threads_.size(), "{} workers of {} are done", workers_done_ + 1, threads_.size());
  merger_->Finish(thread);
  if (++workers_done_ < threads_.size()) return;
  for (const WorkerLoad& worker : measured_) {
    final_.cpu.busiest_worker_share = std::max(final_.cpu.busiest_worker_share, worker.cpu_share());
  }
  MergeWorkers(measured_, drained_);
  for (const WorkerLoad& worker : measured_) {
    final_.cpu.user_us += worker.user_us;
    final_.cpu.system_us += worker.system_us;
    final_.cpu.wall_us = std::max(final_.cpu.wall_us, worker.wall_us);
  }
  CheckFigures();
  observer_.OnDone(std::move(final_));
}

void ThreadedEngine::CheckFigures() const {
  WSLOAD_CHECK(merger_->empty(), "all workers are done, and some of their intervals were not passed on");
  Counters all = final_.totals.counters;
  all.Merge(final_.warm_up.counters);
  all.Merge(final_.awkward.counters);
  CheckSameCounts(all, worker_totals_);
  for (const Stats* part : {&final_.totals, &final_.warm_up, &final_.awkward}) {
    CheckAllEnded(part->counters);
    const int64_t success = part->counters.success;
    WSLOAD_CHECK(part->service.count() == success, "{} service times of {} successful messages", part->service.count(),
                 success);
    WSLOAD_CHECK(part->response.count() == (model_ == LoadModel::kClosed ? 0 : success),
                 "{} response times of {} successful messages", part->response.count(), success);
  }
}

LoadEngineFactory NewLoadEngineFactory(const Clock& clock, std::function<int64_t()> memory_available,
                                       TargetGate may_load) {
  return [&clock, memory_available, may_load](
             const std::string& run_id, const RunPlan& plan, const Slice& slice,
             LoadEngineObserver& observer) -> absl::StatusOr<std::unique_ptr<LoadEngine>> {
    // A worker without clients would only cost a thread.
    const int64_t workers = std::clamp<int64_t>(plan.workers, 1, std::max<int64_t>(1, slice.clients.count));
    const int64_t message_bytes = MessageMemory(memory_available(), NeedsOf(plan, slice.clients.count, workers));
    auto engine =
        ThreadedEngine::New(run_id, plan, slice, static_cast<int>(workers), message_bytes, clock, may_load, observer);
    if (!engine.ok()) return engine.status();
    return std::unique_ptr<LoadEngine>(*std::move(engine));
  };
}

}  // namespace wsload
