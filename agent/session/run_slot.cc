#include "agent/session/run_slot.h"

#include "common/lang/statement_status.h"

namespace wsload {

absl::Status RunSlot::Take(const std::string& run_id) {
  if (!run_id_.empty()) {
    return StatementStatus(absl::StatusCode::kUnavailable, {StatementKind::kAgentBusy, {run_id_, since_unix_ns_}});
  }
  run_id_ = run_id;
  since_unix_ns_ = clock_.UnixNs();
  return absl::OkStatus();
}

}  // namespace wsload
