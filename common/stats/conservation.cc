#include "common/stats/conservation.h"

#include "common/util/check.h"

namespace wsload {
namespace {

void CheckSame(const char* name, int64_t total, int64_t parts) {
  WSLOAD_CHECK(total == parts, "{}: {} in all, but {} in the sum of the parts", name, total, parts);
}

}  // namespace

void CheckAllEnded(const Counters& totals) {
  WSLOAD_CHECK(totals.open() == 0, "of {} messages {} succeeded, {} failed and {} were not sent: {} have no end",
               totals.scheduled, totals.success, totals.failed(), totals.unsent, totals.open());
  const ConnectionCounters& connections = totals.connections;
  WSLOAD_CHECK(connections.attempted == connections.opened + connections.failed, "of {} dials {} opened and {} failed",
               connections.attempted, connections.opened, connections.failed);
  WSLOAD_CHECK(connections.active() == 0, "of {} connections {} were lost and {} closed: {} are still open",
               connections.opened, connections.lost, connections.closed, connections.active());
}

void CheckSameCounts(const Counters& totals, const Counters& parts) {
  ForEachCounter([&](const char* name, int64_t Counters::*field) { CheckSame(name, totals.*field, parts.*field); });
  CheckSame("connections attempted", totals.connections.attempted, parts.connections.attempted);
  CheckSame("connections opened", totals.connections.opened, parts.connections.opened);
  CheckSame("connections failed", totals.connections.failed, parts.connections.failed);
  CheckSame("connections lost", totals.connections.lost, parts.connections.lost);
  CheckSame("connections closed", totals.connections.closed, parts.connections.closed);
}

}  // namespace wsload
