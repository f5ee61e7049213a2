#include "common/plan/end_deadline.h"

#include <algorithm>

#include "common/util/check.h"
#include "common/util/saturating.h"

namespace wsload {

EndDeadline::EndDeadline(int64_t drained_ns, int64_t grace_ns, int64_t clients, int64_t close_per_client_ns)
    : grace_ns_(grace_ns),
      due_ns_(drained_ns + grace_ns),
      latest_ns_(SaturatingAdd(due_ns_, SaturatingMultiply(clients, close_per_client_ns))) {
  WSLOAD_CHECK(grace_ns >= 0 && clients >= 0 && close_per_client_ns >= 0,
               "an end is awaited for {} ns, and {} ns for each of {} clients", grace_ns, close_per_client_ns, clients);
}

void EndDeadline::OnProgress(int64_t now_ns) { due_ns_ = std::max(due_ns_, std::min(now_ns + grace_ns_, latest_ns_)); }

}  // namespace wsload
