#include "controller/search/selftest_report.h"

#include <nlohmann/json.hpp>

#include "common/version.h"
#include "controller/output/figures.h"
#include "controller/output/text_table.h"
#include "controller/result/verdict.h"

namespace wsload {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kSchema[] = "wsload.selftest/1";
constexpr int kMargin = 2;

int Percent(double share) { return static_cast<int>(share * 100 + 0.5); }

Msg LimitText(SelftestLimit limit) {
  switch (limit) {
    case SelftestLimit::kNone:
      return Msg::kSelftestLimitNone;
    case SelftestLimit::kWorker:
      return Msg::kSelftestLimitWorker;
    case SelftestLimit::kGateway:
      return Msg::kSelftestLimitGateway;
    case SelftestLimit::kSharedCores:
      return Msg::kSelftestLimitSharedCores;
    case SelftestLimit::kMachine:
      return Msg::kSelftestLimitMachine;
  }
  return Msg::kSelftestLimitNone;
}

std::string FloorLines(Language language, const SelftestRun& floor) {
  TextTable table;
  table.AddRow({Say(language, Msg::kLatencyMs), "p50", "p99", Say(language, Msg::kMax)});
  const auto add = [&](Msg label, const Histogram& histogram) {
    table.AddRow({Say(language, label), MsText(histogram.PercentileUs(50)), MsText(histogram.PercentileUs(99)),
                  MsText(histogram.max_us())});
  };
  add(Msg::kResponse, floor.response);
  add(Msg::kService, floor.service);
  return Say(language, Msg::kSelftestFloor, floor.rate_per_s) + "\n" + table.Render(kMargin);
}

std::string RateLines(Language language, const SelftestResult& result) {
  const SelftestRun* best = BestRun(result);
  const SelftestRun* failed = FailedRun(result);
  std::string out;
  const auto line = [&](const std::string& text) { out += "  " + text + "\n"; };
  if (best == nullptr) {
    out += Say(language, Msg::kSelftestNoRate) + "\n";
  } else {
    const int64_t of_one = best->rate_per_s / result.workers;
    out += Say(language, IsLowerBound(result) ? Msg::kSelftestRateAtLeast : Msg::kSelftestRate, of_one) + "\n";
    line(Say(language, Msg::kSelftestCpu, best->user_us + best->system_us, best->user_us, best->system_us));
    line(Say(language, Msg::kSelftestShares, Percent(best->worker_cpu_share), Percent(best->gateway_cpu_share)));
  }
  if (failed != nullptr) {
    line(Say(language, Msg::kSelftestFailed, SelftestProgress(language, *failed)));
    line(Say(language, LimitText(LimitOf(result))));
  } else if (result.search.complete) {
    line(Say(language, LimitText(SelftestLimit::kNone)));
  }
  if (!result.search.complete && !result.interrupted) line(Say(language, Msg::kSelftestIncomplete));
  if (const int64_t workers = WorkersNeeded(result, kSizingRate); workers > 0) {
    out += "\n" +
           Say(language, IsLowerBound(result) ? Msg::kSelftestSizingAtMost : Msg::kSelftestSizing, kSizingRate, workers,
               Percent(1 - kSizingShare)) +
           "\n";
  }
  return out;
}

Json Latency(const Histogram& histogram) {
  return {{"count", histogram.count()},
          {"p50", histogram.PercentileUs(50)},
          {"p99", histogram.PercentileUs(99)},
          {"max", histogram.max_us()}};
}

Json RunJson(const SelftestRun& run) {
  return {{"rate_per_s", run.rate_per_s},
          {"verdict", VerdictName(run.verdict)},
          {"honest", run.honest},
          {"success_ratio", run.success_ratio},
          {"send_lag_us_p99", run.send_lag_us_p99},
          {"response_us", Latency(run.response)},
          {"service_us", Latency(run.service)},
          {"cpu_user_us_per_message", run.user_us},
          {"cpu_system_us_per_message", run.system_us},
          {"worker_cpu_share_max", run.worker_cpu_share},
          {"worker_cpu_waited_share_max", run.worker_waited_share},
          {"gateway_cpu_share", run.gateway_cpu_share}};
}

Json OrNull(const SelftestRun* run) { return run == nullptr ? Json(nullptr) : RunJson(*run); }

}  // namespace

std::string SelftestProgress(Language language, const SelftestRun& run) {
  return Say(language, Msg::kSelftestRun, run.rate_per_s, VerdictName(run.verdict), MsText(run.send_lag_us_p99),
             run.success_ratio * 100, Percent(run.worker_cpu_share), Percent(run.worker_waited_share),
             Percent(run.gateway_cpu_share));
}

std::string SelftestReport(Language language, const SelftestResult& result) {
  std::string out =
      Say(language, Msg::kSelftestMachine, result.cores, result.workers, result.gateway_threads, kVersion) + "\n";
  if (result.floor.has_value()) out += "\n" + FloorLines(language, *result.floor);
  if (!result.runs.empty()) out += "\n" + RateLines(language, result);
  if (result.interrupted) out += "\n" + Say(language, Msg::kSelftestInterrupted) + "\n";
  return out;
}

std::string SelftestJson(const SelftestResult& result) {
  Json runs = Json::array();
  for (const SelftestRun& run : result.runs) runs.push_back(RunJson(run));
  const SelftestRun* best = BestRun(result);
  const double of_one = best == nullptr ? 0 : static_cast<double>(best->rate_per_s) / result.workers;
  const Json json = {
      {"schema", kSchema},
      {"wsload_version", kVersion},
      {"interrupted", result.interrupted},
      {"cores", result.cores},
      {"workers", result.workers},
      {"gateway_threads", result.gateway_threads},
      {"floor", OrNull(result.floor.has_value() ? &*result.floor : nullptr)},
      {"highest_honest_rate",
       {{"per_worker_per_s", of_one},
        {"lower_bound", IsLowerBound(result)},
        {"limit", SelftestLimitName(LimitOf(result))},
        {"complete", result.search.complete},
        {"best", OrNull(best)},
        {"failed", OrNull(FailedRun(result))}}},
      {"sizing",
       {{"rate_per_s", kSizingRate}, {"workers", WorkersNeeded(result, kSizingRate)}, {"used_share", kSizingShare}}},
      {"runs", runs}};
  return json.dump(2) + "\n";
}

}  // namespace wsload
