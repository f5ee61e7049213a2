// Stats to and from their wire form (proto/wsload/v1/stats.proto).
#pragma once

#include "absl/status/statusor.h"
#include "common/stats/stats.h"
#include "wsload/v1/stats.pb.h"

namespace wsload {

v1::Stats ToProto(const Stats& stats);

/// kInvalidArgument for anything an honest agent cannot have sent: another histogram geometry,
/// buckets outside it, negative counts, causes that do not add up.
absl::StatusOr<Stats> FromProto(const v1::Stats& proto);

}  // namespace wsload
