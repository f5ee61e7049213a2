#include "common/stats/conservation.h"

#include "common/stats/figure_list.h"
#include "common/util/check.h"

namespace wsload {
namespace {

void CheckSame(const char* group, const char* name, int64_t total, int64_t parts) {
  WSLOAD_CHECK(total == parts, "{}{}: {} in all, but {} in the sum of the parts", group, name, total, parts);
}

}  // namespace

void CheckAllEnded(const Counters& totals) {
  WSLOAD_CHECK(totals.open() == 0, "of {} messages {} succeeded, {} failed and {} were not sent: {} have no end",
               totals.scheduled, totals.success, totals.failed(), totals.unsent, totals.open());
  WSLOAD_CHECK(totals.posts_open() == 0, "of {} posts {} were accepted, {} refused, {} not answered and {} not sent",
               totals.posts, totals.posts_accepted, totals.posts_refused, totals.posts_unanswered, totals.posts_unsent);
  const ConnectionCounters& connections = totals.connections;
  WSLOAD_CHECK(connections.attempted == connections.opened + connections.failed, "of {} dials {} opened and {} failed",
               connections.attempted, connections.opened, connections.failed);
  WSLOAD_CHECK(connections.active() == 0, "of {} connections {} were lost and {} closed: {} are still open",
               connections.opened, connections.lost, connections.closed, connections.active());
}

void CheckSameCounts(const Counters& totals, const Counters& parts) {
  for (const CounterInfo& row : kCounters) {
    if (row.counted()) CheckSame("", row.name.shown, row.Of(totals), row.Of(parts));
  }
  for (const ConnectionCounterInfo& row : kConnectionCounters) {
    CheckSame("connections ", row.name.shown, totals.connections.*row.field, parts.connections.*row.field);
  }
}

}  // namespace wsload
