#include "controller/output/also_seen.h"

namespace wsload {

std::vector<Statement> AlsoSeen(const Counters& totals) {
  using enum StatementKind;
  std::vector<Statement> seen;
  if (const int64_t unanswered = totals.heartbeats_sent - totals.heartbeats_acked; unanswered > 0) {
    seen.push_back({kHeartbeatsUnanswered, {unanswered, totals.heartbeats_sent}});
  }
  if (totals.redirects > 0) seen.push_back({kRedirectsSeen, {totals.redirects}});
  if (totals.pushes_repeated > 0) seen.push_back({kPushesRepeated, {totals.pushes_repeated, totals.pushes}});
  if (totals.retries > 0) seen.push_back({kSentAgain, {totals.retries, totals.success_by_retry}});
  if (totals.duplicate_acks > 0) seen.push_back({kDuplicateAcks, {totals.duplicate_acks}});
  if (totals.unsolicited > 0) seen.push_back({kUnsolicitedFrames, {totals.unsolicited}});
  if (totals.broadcasts > 0) seen.push_back({kBroadcastFrames, {totals.broadcasts}});
  return seen;
}

}  // namespace wsload
