#include "controller/output/plan_text.h"

#include <cmath>

#include "common/time/duration.h"
#include "common/util/redact.h"
#include "controller/output/figures.h"
#include "controller/output/messages.h"

namespace wsload {

namespace {

/// Where the rate is no number a second with six decimals, it is one a minute or an hour.
std::string RateText(Language language, const RunPlan& plan) {
  const std::string duration = FormatDuration(plan.duration_ns);
  const std::string text = plan.mps.text();
  const std::string number = text.substr(0, text.find('/'));
  if (text.ends_with("/m")) return Say(language, Msg::kPlanRateMinute, number, duration);
  if (text.ends_with("/h")) return Say(language, Msg::kPlanRateHour, number, duration);
  return Say(language, Msg::kPlanRate, number, duration);
}

std::string WithWarmUp(Language language, const RunPlan& plan, std::string load) {
  if (plan.warm_up_ns == 0) return load;
  return Say(language, Msg::kPlanWarmUp, load, FormatDuration(plan.warm_up_ns));
}

std::string SizeText(Language language, const MessageSizes& sizes) {
  if (sizes.constant()) return Say(language, Msg::kPlanSize, sizes.mean());
  return Say(language, Msg::kPlanSizes, sizes.text(), sizes.mean());
}

}  // namespace

std::string LoadText(Language language, const RunPlan& plan) {
  const std::string duration = FormatDuration(plan.duration_ns);
  if (plan.model == LoadModel::kClosed) {
    return WithWarmUp(language, plan, Say(language, Msg::kPlanClosed, plan.in_flight, duration));
  }
  if (plan.stages.empty() && plan.mps.zero())
    return WithWarmUp(language, plan, Say(language, Msg::kPlanNoLoad, duration));
  const std::string load =
      plan.stages.empty() ? RateText(language, plan) : Say(language, Msg::kPlanStages, plan.stages.text(), duration);
  const bool poisson = plan.arrivals == Arrivals::kPoisson;
  return WithWarmUp(language, plan, poisson ? Say(language, Msg::kPlanPoisson, load, plan.seed) : load);
}

std::string PlanText(Language language, const RunPlan& plan) {
  return Say(language, Msg::kPlan, plan.clients, LoadText(language, plan), FormatDuration(plan.ramp_up_ns),
             SizeText(language, SizesOf(plan)), RedactUrl(plan.server.text()));
}

std::string PlannedRateText(const RunPlan& plan) {
  const bool whole = plan.mps.units() % Rate::kUnitsPerSecond == 0;
  if (plan.stages.empty() && !whole) return plan.mps.text();
  return GroupedText(std::llround(MeanPerSecond(plan)));
}

}  // namespace wsload
