// The parts of the engine that every message or connection passes: open messages,
// histogram, schedule, timers.
#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <vector>

#include "agent/client/pending_acks.h"
#include "common/loop/timer_queue.h"
#include "common/schedule/schedule.h"
#include "common/stats/histogram.h"

namespace wsload {
namespace {

/// Latencies as they come: log-normal around a millisecond.
std::vector<int64_t> Latencies() {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> distribution(7, 1);
  std::vector<int64_t> latencies(4096);
  for (int64_t& us : latencies) us = static_cast<int64_t>(distribution(random));
  return latencies;
}

void BM_HistogramRecord(benchmark::State& state) {
  const std::vector<int64_t> latencies = Latencies();
  Histogram histogram;
  histogram.ReserveBuckets();
  size_t i = 0;
  for (auto _ : state) histogram.RecordUs(latencies[i++ % latencies.size()]);
  benchmark::DoNotOptimize(histogram.count());
}
BENCHMARK(BM_HistogramRecord);

void BM_HistogramMerge(benchmark::State& state) {
  Histogram interval;
  const std::vector<int64_t> latencies = Latencies();
  for (int64_t i = 0; i < state.range(0); ++i) interval.RecordUs(latencies[static_cast<size_t>(i)]);
  Histogram total;
  total.ReserveBuckets();
  for (auto _ : state) total.Merge(interval);
  benchmark::DoNotOptimize(total.count());
}
BENCHMARK(BM_HistogramMerge)->ArgName("samples")->Arg(16)->Arg(256)->Arg(4096);

void BM_HistogramPercentile(benchmark::State& state) {
  Histogram histogram;
  for (const int64_t us : Latencies()) histogram.RecordUs(us);
  for (auto _ : state) benchmark::DoNotOptimize(histogram.PercentileUs(99));
}
BENCHMARK(BM_HistogramPercentile);

void BM_ScheduleOffset(benchmark::State& state) {
  const Schedule schedule(RateProfile(49'999, 3'600'000'000'000));
  int64_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(schedule.OffsetNs(i++));
}
BENCHMARK(BM_ScheduleOffset);

/// One message after the other of one of `parts` shares.
void BM_ScheduleNext(benchmark::State& state, const char* stages, Arrivals arrivals) {
  const Schedule schedule(RateProfile(0, StageList::Parse(stages)->stages()), arrivals, 1);
  const int64_t parts = state.range(0);
  const Progression share = Progression{0, 1, schedule.total()}.Part(parts / 2, parts);
  Schedule::Cursor cursor(schedule, share, 0);
  for (auto _ : state) {
    if (cursor.NextDueNs() == Schedule::kNever) cursor = Schedule::Cursor(schedule, share, 0);
    benchmark::DoNotOptimize(cursor.NextDueNs());
    cursor.Take();
  }
}
BENCHMARK_CAPTURE(BM_ScheduleNext, constant, "1h:@49999", Arrivals::kConstant)->ArgName("parts")->Arg(8);
BENCHMARK_CAPTURE(BM_ScheduleNext, ramp, "1h:100k", Arrivals::kConstant)->ArgName("parts")->Arg(8);
BENCHMARK_CAPTURE(BM_ScheduleNext, poisson, "1h:@49999", Arrivals::kPoisson)
    ->ArgName("parts")
    ->Arg(1)
    ->Arg(8)
    ->Arg(1000);
BENCHMARK_CAPTURE(BM_ScheduleNext, poisson_ramp, "1h:100k", Arrivals::kPoisson)->ArgName("parts")->Arg(8);

/// What a plan with a billion messages takes before it begins.
void BM_SchedulePoisson(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(Schedule(RateProfile(1'000'000, 1'000'000'000'000), Arrivals::kPoisson, 1).total());
  }
}
BENCHMARK(BM_SchedulePoisson)->Unit(benchmark::kMillisecond);

/// One message opened and another closed, while `open` wait.
void BM_PendingOpenClose(benchmark::State& state) {
  PendingAcks pending;
  std::vector<PendingAcks::Owner> owners(static_cast<size_t>(state.range(0)));
  uint64_t oldest = 0;
  int64_t now_ns = 0;
  for (PendingAcks::Owner& owner : owners) pending.Open(owner, now_ns, now_ns);
  for (auto _ : state) {
    PendingAcks::Owner& owner = owners[oldest % owners.size()];
    PendingAcks::Message message;
    if (pending.Close(oldest++, owner, message) != PendingAcks::Match::kOpen) state.SkipWithError("not open");
    ++now_ns;
    pending.Open(owner, now_ns, now_ns);
  }
}
BENCHMARK(BM_PendingOpenClose)->ArgName("open")->Arg(1)->Arg(100)->Arg(10'000);

/// A timer moved back, while `armed` others wait.
void BM_TimerMove(benchmark::State& state) {
  TimerQueue queue;
  std::vector<std::unique_ptr<Timer>> timers;
  std::mt19937_64 random(1);
  for (int64_t i = 0; i < state.range(0); ++i) {
    timers.push_back(queue.NewTimer([] {}));
    timers.back()->ArmAt(static_cast<int64_t>(random() % 1'000'000));
  }
  size_t next = 0;
  int64_t when_ns = 1'000'000;
  for (auto _ : state) {
    timers[next]->ArmAt(++when_ns);
    next = next + 1 == timers.size() ? 0 : next + 1;
  }
}
BENCHMARK(BM_TimerMove)->ArgName("armed")->Arg(4)->Arg(1'000)->Arg(100'000);

/// A timer that fires and arms itself again, while `armed` others wait.
void BM_TimerFire(benchmark::State& state) {
  TimerQueue queue;
  std::vector<std::unique_ptr<Timer>> waiting;
  for (int64_t i = 0; i < state.range(0); ++i) {
    waiting.push_back(queue.NewTimer([] {}));
    waiting.back()->ArmAt(TimerQueue::kNever - i);
  }
  const std::unique_ptr<Timer> timer = queue.NewTimer([] {});
  int64_t now_ns = 0;
  for (auto _ : state) {
    timer->ArmAt(++now_ns);
    queue.RunDue(now_ns);
  }
}
BENCHMARK(BM_TimerFire)->ArgName("armed")->Arg(4)->Arg(1'000)->Arg(100'000);

}  // namespace
}  // namespace wsload
