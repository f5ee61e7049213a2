#include "agent/load/push_watch.h"

#include <algorithm>

#include "common/plan/push_memory_bound.h"
#include "common/plan/push_posts.h"
#include "common/util/saturating.h"

namespace wsload {

static_assert(PushTable::kMostBytesPerPair <= kPushBytesPerPair);

PushWatch::PushWatch(const RunPlan& plan, const GroupName& name, Recorder& recorder)
    : audience_(plan.push_to),
      clients_(plan.clients),
      first_user_id_(plan.first_user_id),
      warm_up_ns_(plan.warm_up_ns),
      most_pairs_(kMostPushPairs / std::max<int64_t>(1, plan.workers)),
      stamps_(name.run_id, name.agent, name.worker),
      recorder_(recorder) {}

void PushWatch::Reserve(int64_t clients) {
  pairs_ = std::min(most_pairs_, SaturatingAdd(pairs_, SaturatingMultiply(clients, audience_.MostOf(clients_) + 1)));
  table_.Reserve(pairs_);
}

void PushWatch::OnEnded(int64_t user, const UpstreamResult& result) {
  // The server said that it did not take it.
  if (result.outcome == UpstreamOutcome::kRateLimited || result.intended_ns < start_ns_ + warm_up_ns_) return;
  const int64_t expected = audience_.CountOf(user - first_user_id_, clients_);
  Counters& counters = recorder_.counters();
  counters.push_expected += expected;
  if (result.outcome != UpstreamOutcome::kAcknowledged) counters.push_unconfirmed += expected;
}

bool PushWatch::IsMeasured(std::string_view plaintext) const {
  const std::optional<PushStamp> stamp = stamps_.Find(plaintext);
  return stamp && stamp->of_this_run && stamp->due_us * kNsPerUs >= warm_up_ns_;
}

void PushWatch::OnPush(int64_t user, std::string_view plaintext, bool repeated, int64_t now_ns) {
  const std::optional<PushStamp> stamp = stamps_.Find(plaintext);
  if (!stamp) return;
  Counters& counters = recorder_.counters();
  if (!stamp->of_this_run) {
    ++counters.push_strangers;
    return;
  }
  if (stamp->due_us * kNsPerUs < warm_up_ns_) return;
  const int64_t receiver = user - first_user_id_;
  // A post is for one client, whose number stands in the place of a sender's.
  const bool meant =
      stamp->agent() == kPostedAgent ? stamp->sender == receiver : audience_.Has(stamp->sender, receiver, clients_);
  if (!meant) {
    ++counters.push_misdirected;
    return;
  }
  Count(*stamp, table_.Note({static_cast<uint32_t>(receiver), stamp->sender}, stamp->source, stamp->number), repeated,
        now_ns);
}

void PushWatch::Count(const PushStamp& stamp, PushTable::Seen seen, bool repeated, int64_t now_ns) {
  Counters& counters = recorder_.counters();
  using Seen = PushTable::Seen;
  const bool again = seen == Seen::kAgain;
  const bool unknown = seen == Seen::kTooOld || seen == Seen::kNotTracked;
  // The recorder has counted those among the repeated ones whose key came before; under an old key may be a new text.
  if (again && !repeated) ++counters.push_duplicates;
  if (again || (unknown && repeated)) return;
  ++counters.push_received;
  if (seen == Seen::kOvertaken || seen == Seen::kTooOld) ++counters.push_out_of_order;
  if (unknown) ++counters.push_untracked;
  if (start_ns_ != 0) recorder_.PushDelivered(now_ns - start_ns_ - stamp.due_us * kNsPerUs);
}

}  // namespace wsload
