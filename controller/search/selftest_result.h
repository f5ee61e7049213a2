// What `wsload selftest` finds out.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "controller/result/run_result.h"
#include "controller/search/rate_search.h"

namespace wsload {

/// An honest rate keeps the p99 of its send lag under this.
inline constexpr int64_t kHonestLagUs = 1'000;
/// Of the messages, as a share, must be acknowledged.
inline constexpr double kHonestSuccessRatio = 0.99;
/// What sizing counts on, as a share of the highest honest rate.
inline constexpr double kSizingShare = 0.75;
/// The rate that sizing is shown for, in messages per second.
inline constexpr int64_t kSizingRate = 50'000;

/// One short run against the mock gateway.
struct SelftestRun {
  int64_t rate_per_s = 0;
  Verdict verdict = Verdict::kValid;
  bool honest = false;
  double success_ratio = 0;
  int64_t send_lag_us_p99 = 0;
  Histogram response;
  Histogram service;
  // Per message sent, over all workers.
  double user_us = 0;
  double system_us = 0;
  // Of the busiest worker's core, and of the cores that the gateway's threads could use; 0 to 1.
  double worker_cpu_share = 0;
  double worker_waited_share = 0;
  double gateway_cpu_share = 0;
};

/// What kept the next higher rate from being honest.
enum class SelftestLimit {
  kNone,         ///< nothing: no rate failed
  kWorker,       ///< the workers had no processor time left
  kGateway,      ///< the mock gateway had none left, or did not answer
  kSharedCores,  ///< workers waited for cores that the gateway or other programs had
  kMachine,      ///< none of these: the machine woke the workers late
};

template <>
inline constexpr std::array kChoices<SelftestLimit> = {
    Choice{SelftestLimit::kNone, "none"}, Choice{SelftestLimit::kWorker, "worker"},
    Choice{SelftestLimit::kGateway, "gateway"}, Choice{SelftestLimit::kSharedCores, "shared_cores"},
    Choice{SelftestLimit::kMachine, "machine"}};

struct SelftestResult {
  int cores = 0;
  int workers = 0;
  int gateway_threads = 0;
  std::optional<SelftestRun> floor;  ///< one client at a low rate
  RateSearchResult search;
  std::vector<SelftestRun> runs;  ///< of the search, in their order
  bool interrupted = false;
};

/// `gateway_cpu_us` and `gateway_threads` over `wall_us` of measuring.
SelftestRun ToSelftestRun(const RunResult& result, int64_t gateway_cpu_us, int gateway_threads, int64_t wall_us);

/// The run that showed the highest honest rate; null: none was.
const SelftestRun* BestRun(const SelftestResult& result);
/// The last run at the lowest rate that failed; null: none did.
const SelftestRun* FailedRun(const SelftestResult& result);

/// What the run says of its rate.
RateTrial TrialOf(const SelftestRun& run);

SelftestLimit LimitOf(const SelftestResult& result);

/// The machine can do more, as far as this test goes: something else was the limit, or it was not asked for more.
bool IsLowerBound(const SelftestResult& result);

/// Workers for `rate_per_s` messages per second; 0: no rate was honest.
int64_t WorkersNeeded(const SelftestResult& result, int64_t rate_per_s);

}  // namespace wsload
