#include "controller/search/selftest_result.h"

#include <algorithm>
#include <cmath>

#include "controller/result/rates.h"
#include "controller/result/verdict.h"

namespace wsload {
namespace {

// Shares from which on somebody has nothing left to give; the rest goes into wake-ups that come too late.
constexpr double kWorkerFull = 0.85;
constexpr double kGatewayFull = 0.85;

const SelftestRun* LastRunAt(const SelftestResult& result, int64_t rate_per_s) {
  for (auto run = result.runs.rbegin(); run != result.runs.rend(); ++run) {
    if (run->rate_per_s == rate_per_s) return &*run;
  }
  return nullptr;
}

SelftestLimit LimitOf(const SelftestRun& failed) {
  if (failed.worker_cpu_share >= kWorkerFull) return SelftestLimit::kWorker;
  if (failed.gateway_cpu_share >= kGatewayFull) return SelftestLimit::kGateway;
  if (failed.worker_waited_share >= kWaitedShareBound) return SelftestLimit::kSharedCores;
  return failed.success_ratio < kHonestSuccessRatio ? SelftestLimit::kGateway : SelftestLimit::kMachine;
}

}  // namespace

SelftestRun ToSelftestRun(const RunResult& result, int64_t gateway_cpu_us, int gateway_threads, int64_t wall_us) {
  SelftestRun run;
  run.rate_per_s = std::llround(result.plan.mps.per_second());
  run.verdict = result.verdict;
  run.success_ratio = RatesOf(result).success_ratio;
  run.send_lag_us_p99 = result.totals.send_lag.PercentileUs(99);
  run.response = result.totals.response;
  run.service = result.totals.service;
  WorkerLoad sum;
  for (const AgentResult& agent : result.agents) {
    for (const WorkerLoad& worker : agent.worker_loads) {
      sum.Merge(worker);
      run.worker_cpu_share = std::max(run.worker_cpu_share, worker.cpu_share());
      run.worker_waited_share = std::max(run.worker_waited_share, worker.waited_share());
    }
  }
  if (sum.sent > 0) {
    run.user_us = static_cast<double>(sum.user_us) / static_cast<double>(sum.sent);
    run.system_us = static_cast<double>(sum.system_us) / static_cast<double>(sum.sent);
  }
  if (wall_us > 0 && gateway_threads > 0) {
    run.gateway_cpu_share = static_cast<double>(gateway_cpu_us) / static_cast<double>(wall_us) / gateway_threads;
  }
  run.honest = result.error.ok() && !result.interrupted && run.verdict == Verdict::kValid && sum.sent > 0 &&
               run.send_lag_us_p99 < kHonestLagUs && run.success_ratio >= kHonestSuccessRatio;
  return run;
}

const SelftestRun* BestRun(const SelftestResult& result) { return LastRunAt(result, result.search.highest_passed); }
const SelftestRun* FailedRun(const SelftestResult& result) { return LastRunAt(result, result.search.lowest_failed); }

RateTrial TrialOf(const SelftestRun& run) {
  if (run.honest) return RateTrial::kPassed;
  const SelftestLimit limit = LimitOf(run);
  const bool others = limit == SelftestLimit::kSharedCores || limit == SelftestLimit::kMachine;
  return others ? RateTrial::kDisturbed : RateTrial::kFailed;
}

SelftestLimit LimitOf(const SelftestResult& result) {
  const SelftestRun* failed = FailedRun(result);
  return failed == nullptr ? SelftestLimit::kNone : LimitOf(*failed);
}

bool IsLowerBound(const SelftestResult& result) {
  return !result.search.complete || LimitOf(result) != SelftestLimit::kWorker;
}

int64_t WorkersNeeded(const SelftestResult& result, int64_t rate_per_s) {
  if (result.search.highest_passed == 0 || result.workers == 0) return 0;
  const double of_one = static_cast<double>(result.search.highest_passed) / result.workers * kSizingShare;
  return static_cast<int64_t>(std::ceil(static_cast<double>(rate_per_s) / of_one));
}

}  // namespace wsload
