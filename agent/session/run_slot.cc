#include "agent/session/run_slot.h"

#include "common/time/utc.h"
#include "common/util/status.h"

namespace wsload {

absl::Status RunSlot::Take(const std::string& run_id) {
  if (!run_id_.empty()) {
    return MakeStatus(absl::StatusCode::kUnavailable,
                      "busy with run {} since {}; wait for its end, or use another agent", run_id_,
                      UtcText(since_unix_ns_));
  }
  run_id_ = run_id;
  since_unix_ns_ = clock_.UnixNs();
  return absl::OkStatus();
}

}  // namespace wsload
