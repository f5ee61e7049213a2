// Phases and CPU usage to and from their wire form (proto/wsload/v1/control.proto).
#pragma once

#include "absl/status/statusor.h"
#include "common/plan/phase.h"
#include "common/stats/stats.h"
#include "common/stats/wire_bounds.h"
#include "common/util/local_error.h"
#include "wsload/v1/control.pb.h"

namespace wsload {

inline v1::Phase ToProto(Phase phase) {
  switch (phase) {
    case Phase::kConnect:
      return v1::PHASE_CONNECT;
    case Phase::kWarmUp:
      return v1::PHASE_WARM_UP;
    case Phase::kMeasure:
      return v1::PHASE_MEASURE;
    case Phase::kDrain:
      return v1::PHASE_DRAIN;
    case Phase::kClose:
      return v1::PHASE_CLOSE;
  }
  return v1::PHASE_UNSPECIFIED;
}

/// kInvalidArgument for a value that names no phase.
inline absl::StatusOr<Phase> FromProto(v1::Phase phase) {
  switch (phase) {
    case v1::PHASE_CONNECT:
      return Phase::kConnect;
    case v1::PHASE_WARM_UP:
      return Phase::kWarmUp;
    case v1::PHASE_MEASURE:
      return Phase::kMeasure;
    case v1::PHASE_DRAIN:
      return Phase::kDrain;
    case v1::PHASE_CLOSE:
      return Phase::kClose;
    default:
      return LocalInvalidArgument({"{} is no phase of a run", "{} 不是运行的阶段"}, static_cast<int>(phase));
  }
}

inline v1::CpuUsage ToProto(const CpuUsage& cpu) {
  v1::CpuUsage proto;
  proto.set_user_us(cpu.user_us);
  proto.set_system_us(cpu.system_us);
  proto.set_wall_us(cpu.wall_us);
  proto.set_busiest_worker_share(cpu.busiest_worker_share);
  proto.set_quota_cores(cpu.quota_cores);
  proto.set_throttled_us(cpu.throttled_us);
  return proto;
}

/// kInvalidArgument for times, shares and quotas that no host can have.
inline absl::StatusOr<CpuUsage> FromProto(const v1::CpuUsage& proto) {
  const auto is_time = [](int64_t us) { return us >= 0 && us <= kMaxWireTimeUs; };
  // So written, what is no number is out of every range.
  if (!is_time(proto.user_us()) || !is_time(proto.system_us()) || !is_time(proto.wall_us()) ||
      !is_time(proto.throttled_us()) || !(proto.busiest_worker_share() >= 0 && proto.busiest_worker_share() <= 1) ||
      !(proto.quota_cores() >= 0 && proto.quota_cores() <= kMaxWireCores)) {
    return LocalInvalidArgument({"CPU usage out of range", "CPU 用量超出范围"});
  }
  return CpuUsage{.user_us = proto.user_us(),
                  .system_us = proto.system_us(),
                  .wall_us = proto.wall_us(),
                  .busiest_worker_share = proto.busiest_worker_share(),
                  .quota_cores = proto.quota_cores(),
                  .throttled_us = proto.throttled_us()};
}

}  // namespace wsload
