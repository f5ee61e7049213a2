// A plan that passes validation.
#pragma once

#include "common/plan/run_plan.h"

namespace wsload {

inline RunPlan ValidPlan() {
  RunPlan plan;
  plan.jwt_key = kDemoJwtKey;
  plan.cipher_key = kDemoCipherKey;
  return plan;
}

}  // namespace wsload
