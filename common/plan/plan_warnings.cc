#include "common/plan/plan_warnings.h"

#include "common/plan/echo_key.h"

namespace wsload {

std::vector<Statement> PlanWarnings(const RunPlan& plan) {
  std::vector<Statement> warnings;
  if (plan.protocol == Protocol::kEcho && plan.msg_size_bytes < kEchoNamedBytes) {
    warnings.push_back({StatementKind::kEchoByOrder, {plan.msg_size_bytes, kEchoNamedBytes}});
  } else if (plan.protocol == Protocol::kEcho && plan.msg_size_bytes < kEchoKeyBytes) {
    warnings.push_back({StatementKind::kEchoWithoutRun, {plan.msg_size_bytes, kEchoKeyBytes}});
  }
  if (plan.push == PushMode::kOff && !plan.push_to.empty()) {
    warnings.push_back({StatementKind::kPushToUnused, {plan.push_to.text()}});
  }
  return warnings;
}

}  // namespace wsload
