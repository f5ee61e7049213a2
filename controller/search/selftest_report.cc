#include "controller/search/selftest_report.h"

#include <string>
#include <string_view>

#include "common/util/share_text.h"
#include "common/version.h"
#include "controller/output/figures.h"
#include "controller/output/json_writer.h"
#include "controller/output/text_table.h"
#include "controller/result/verdict.h"

namespace wsload {
namespace {

using Layout = JsonWriter::Layout;

constexpr char kSchema[] = "wsload.selftest/1";

std::string Percent(double share) { return SharePercent(share, 0); }

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

void WriteLatency(JsonWriter& json, std::string_view name, const Histogram& histogram) {
  json.Object(name, Layout::kOneLine, [&] {
    json.Member("count", histogram.count());
    json.Member("p50", histogram.PercentileUs(50));
    json.Member("p99", histogram.PercentileUs(99));
    json.Member("max", histogram.max_us());
  });
}

void WriteRun(JsonWriter& json, const SelftestRun& run) {
  json.Object(Layout::kLines, [&] {
    json.Member("rate_per_s", run.rate_per_s);
    json.Member("verdict", NameOf(run.verdict));
    json.Member("honest", run.honest);
    json.Member("success_ratio", run.success_ratio);
    json.Member("send_lag_us_p99", run.send_lag_us_p99);
    WriteLatency(json, "response_us", run.response);
    WriteLatency(json, "service_us", run.service);
    json.Member("cpu_user_us_per_message", run.user_us);
    json.Member("cpu_system_us_per_message", run.system_us);
    json.Member("worker_cpu_share_max", run.worker_cpu_share);
    json.Member("worker_cpu_waited_share_max", run.worker_waited_share);
    json.Member("gateway_cpu_share", run.gateway_cpu_share);
  });
}

/// null when there was none.
void WriteRun(JsonWriter& json, std::string_view name, const SelftestRun* run) {
  json.Key(name);
  if (run == nullptr) return json.Null();
  WriteRun(json, *run);
}

void WriteHighestRate(JsonWriter& json, const SelftestResult& result) {
  const SelftestRun* best = BestRun(result);
  const double of_one = best == nullptr ? 0 : static_cast<double>(best->rate_per_s) / result.workers;
  json.Object("highest_honest_rate", Layout::kLines, [&] {
    json.Member("per_worker_per_s", of_one);
    json.Member("lower_bound", IsLowerBound(result));
    json.Member("limit", NameOf(LimitOf(result)));
    json.Member("complete", result.search.complete);
    WriteRun(json, "best", best);
    WriteRun(json, "failed", FailedRun(result));
  });
}

}  // namespace

std::string SelftestProgress(Language language, const SelftestRun& run) {
  return Say(language, Msg::kSelftestRun, run.rate_per_s, NameOf(run.verdict), MsText(run.send_lag_us_p99),
             SharePercent(run.success_ratio, 1), Percent(run.worker_cpu_share), Percent(run.worker_waited_share),
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
  std::string out;
  JsonWriter json(out);
  json.Object(Layout::kLines, [&] {
    json.Member("schema", kSchema);
    json.Member("wsload_version", kVersion);
    json.Member("interrupted", result.interrupted);
    json.Member("cores", result.cores);
    json.Member("workers", result.workers);
    json.Member("gateway_threads", result.gateway_threads);
    WriteRun(json, "floor", result.floor.has_value() ? &*result.floor : nullptr);
    WriteHighestRate(json, result);
    json.Object("sizing", Layout::kOneLine, [&] {
      json.Member("rate_per_s", kSizingRate);
      json.Member("workers", WorkersNeeded(result, kSizingRate));
      json.Member("used_share", kSizingShare);
    });
    json.Array("runs", Layout::kLines, [&] {
      for (const SelftestRun& run : result.runs) WriteRun(json, run);
    });
  });
  out += "\n";
  return out;
}

}  // namespace wsload
