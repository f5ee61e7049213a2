#include "agent/service/run_slot.h"

#include <fmt/chrono.h>

#include <ctime>

#include "common/util/status.h"

namespace wsload {

absl::Status RunSlot::Take(const std::string& run_id) {
  if (!run_id_.empty()) {
    const auto since = static_cast<std::time_t>(since_unix_ns_ / kNsPerSecond);
    return MakeStatus(absl::StatusCode::kUnavailable, "busy with run {} since {:%Y-%m-%dT%H:%M:%SZ}", run_id_,
                      fmt::gmtime(since));
  }
  run_id_ = run_id;
  since_unix_ns_ = clock_.UnixNs();
  return absl::OkStatus();
}

}  // namespace wsload
