#include "common/plan/plan_warnings.h"

#include "common/plan/echo_key.h"

namespace wsload {

std::vector<Statement> PlanWarnings(const RunPlan& plan) {
  std::vector<Statement> warnings;
  const int64_t bytes = SizesOf(plan).smallest();
  if (plan.protocol == Protocol::kEcho && bytes < kEchoNamedBytes) {
    warnings.push_back({StatementKind::kEchoByOrder, {bytes, kEchoNamedBytes}});
  } else if (plan.protocol == Protocol::kEcho && bytes < kEchoKeyBytes) {
    warnings.push_back({StatementKind::kEchoWithoutRun, {bytes, kEchoKeyBytes}});
  }
  if (plan.push == PushMode::kOff && !plan.push_to.empty()) {
    warnings.push_back({StatementKind::kPushToUnused, {plan.push_to.text()}});
  }
  if (plan.model == LoadModel::kClosed) warnings.push_back({StatementKind::kClosedLoop, {plan.in_flight}});
  return warnings;
}

}  // namespace wsload
