// Plan and slice to and from their wire form (proto/wsload/v1/plan.proto).
#pragma once

#include "absl/status/statusor.h"
#include "common/plan/run_plan.h"
#include "common/plan/slice.h"
#include "wsload/v1/plan.pb.h"

namespace wsload {

v1::RunPlan ToProto(const RunPlan& plan);
v1::Slice ToProto(const Slice& slice);

/// ValidatePlan() included; unknown enum values are refused.
absl::StatusOr<RunPlan> FromProto(const v1::RunPlan& proto);

/// Also refuses what no split of `plan` gives: terms outside the plan's clients and messages,
/// stride < 1, overflow.
absl::StatusOr<Slice> FromProto(const v1::Slice& proto, const RunPlan& plan);

}  // namespace wsload
