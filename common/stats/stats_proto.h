// Stats to and from their wire form (proto/wsload/v1/stats.proto).
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "common/stats/stage_stats.h"
#include "common/stats/stats.h"
#include "common/stats/worker_load.h"
#include "wsload/v1/stats.pb.h"

namespace wsload {

v1::Stats ToProto(const Stats& stats);

/// kInvalidArgument for anything an honest agent cannot have sent: another histogram geometry,
/// buckets outside it, negative counts, causes that do not add up.
absl::StatusOr<Stats> FromProto(const v1::Stats& proto);

using WorkerLoads = google::protobuf::RepeatedPtrField<v1::WorkerLoad>;

/// Appends to `proto`.
void ToProto(const std::vector<WorkerLoad>& workers, WorkerLoads* proto);

/// kInvalidArgument for negative figures and for more workers than an agent can have.
absl::StatusOr<std::vector<WorkerLoad>> FromProto(const WorkerLoads& proto);

using StageProtos = google::protobuf::RepeatedPtrField<v1::StageStats>;

/// Appends to `proto`.
void ToProto(const StatsByStage& stages, StageProtos* proto);

/// As for Stats; and for more stages than a plan can have.
absl::StatusOr<StatsByStage> FromProto(const StageProtos& proto);

}  // namespace wsload
