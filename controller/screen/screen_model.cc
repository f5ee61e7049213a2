#include "controller/screen/screen_model.h"

#include "common/stats/figure_list.h"

namespace wsload {
namespace {

// A rate over less says nothing.
constexpr double kLeastIntervalS = 0.2;
constexpr double kUsPerMs = 1000;

void Keep(std::vector<double>& values, double value) {
  if (values.size() == ScreenModel::kHistory) values.erase(values.begin());
  values.push_back(value);
}

}  // namespace

void ScreenModel::Add(const SharedSnapshot& snapshot) {
  latest = snapshot;
  const SeriesPoint& point = snapshot->point;
  if (point.phase != Phase::kWarmUp && point.phase != Phase::kMeasure) return;
  // What was before the measure phase is not in its figures.
  measured_s = point.phase_clock_s;
  if (snapshot->duration_s < kLeastIntervalS) return;
  Keep(sent_per_s, static_cast<double>(point.delta.sent()) / snapshot->duration_s);
  Keep(failed_per_s, static_cast<double>(point.delta.failed()) / snapshot->duration_s);
  const bool measured = snapshot->delta.answers().count() > 0;
  const bool closed = snapshot->delta.response.count() == 0;
  const LatencyPoint& response = point.latencies[IndexOf(closed ? &Stats::service : &Stats::response)];
  Keep(response_ms_p50, measured ? static_cast<double>(response.p50_us) / kUsPerMs : -1);
  Keep(response_ms_p99, measured ? static_cast<double>(response.p99_us) / kUsPerMs : -1);
}

void ScreenModel::AddNotice(const Statement& notice) {
  if (notices.size() == kNotices) notices.erase(notices.begin());
  notices.push_back(notice);
}

}  // namespace wsload
