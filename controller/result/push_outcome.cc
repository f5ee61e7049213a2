#include "controller/result/push_outcome.h"

#include <algorithm>
#include <cstdlib>
#include <functional>

namespace wsload {
namespace {

using Kind = StatementKind;

/// How far an agent's clock may have been from where it was held to be, over the whole run.
int64_t ClockErrorUs(const AgentResult& agent) {
  if (!agent.clock_after.has_value()) return agent.clock_error_us;
  const int64_t drift_us = std::abs(agent.clock_after->offset_us - agent.clock_offset_us);
  return std::max(agent.clock_error_us, drift_us + agent.clock_after->error_us);
}

int64_t DeliveryErrorUs(const std::vector<AgentResult>& agents) {
  // Sender and receiver read the same clock.
  if (agents.size() < 2) return 0;
  std::vector<int64_t> errors_us;
  for (const AgentResult& agent : agents) errors_us.push_back(ClockErrorUs(agent));
  std::partial_sort(errors_us.begin(), errors_us.begin() + 2, errors_us.end(), std::greater<>());
  return errors_us[0] + errors_us[1];
}

int64_t CountUpTo(const Histogram& histogram, int64_t most_us) {
  int64_t count = 0;
  histogram.ForEachBucket([&](int, int64_t highest_us, uint64_t in_bucket) {
    if (highest_us <= most_us) count += static_cast<int64_t>(in_bucket);
  });
  return count;
}

}  // namespace

std::optional<PushOutcome> PushOutcomeOf(const RunResult& result) {
  if (result.plan.push == PushMode::kOff) return std::nullopt;
  const Counters& totals = result.totals.counters;
  PushOutcome outcome;
  outcome.lost = totals.push_lost();
  outcome.lost_unconfirmed = std::min(outcome.lost, totals.push_unconfirmed);
  outcome.surplus = std::max<int64_t>(0, totals.push_received - totals.push_expected);
  if (totals.push_expected > 0) {
    const auto expected = static_cast<double>(totals.push_expected);
    outcome.loss_ratio = static_cast<double>(outcome.lost) / expected;
    outcome.reach_ratio = static_cast<double>(totals.push_expected - outcome.lost) / expected;
  }
  outcome.delivery_error_us = DeliveryErrorUs(result.agents);
  outcome.delivery_within_error = CountUpTo(result.totals.push_delivery, outcome.delivery_error_us);
  return outcome;
}

std::vector<Statement> PushStatements(const RunResult& result) {
  const std::optional<PushOutcome> outcome = PushOutcomeOf(result);
  if (!outcome) return {};
  const Counters& totals = result.totals.counters;
  const bool any = totals.push_expected > 0 || totals.push_received > 0;
  if (!any && totals.posts == 0) return {{Kind::kPushesNoneExpected}};
  std::vector<Statement> lines;
  if (any) {
    lines.push_back({Kind::kPushesReached,
                     {totals.push_expected - outcome->lost, totals.push_expected, outcome->reach_ratio, outcome->lost,
                      outcome->loss_ratio}});
  }
  if (totals.posts > 0) {
    lines.push_back(
        {Kind::kPushesPosted,
         {totals.posts, totals.posts_accepted, totals.posts_refused, totals.posts_unanswered, totals.posts_unsent}});
    if (totals.posts_accepted == 0) lines.push_back({Kind::kPushesNotTaken});
  }
  if (outcome->lost_unconfirmed > 0) lines.push_back({Kind::kPushesUnconfirmed, {outcome->lost_unconfirmed}});
  if (any) {
    lines.push_back({Kind::kPushesAmiss, {totals.push_duplicates, totals.push_out_of_order, totals.pushes_repeated}});
  }
  if (totals.push_misdirected > 0) lines.push_back({Kind::kPushesMisdirected, {totals.push_misdirected}});
  if (outcome->surplus > 0) lines.push_back({Kind::kPushesSurplus, {outcome->surplus}});
  if (totals.push_strangers > 0) lines.push_back({Kind::kPushesOfStrangers, {totals.push_strangers}});
  if (totals.push_untracked > 0) lines.push_back({Kind::kPushesUntracked, {totals.push_untracked}});
  if (any && outcome->delivery_error_us > 0) {
    lines.push_back({Kind::kPushClockError, {outcome->delivery_error_us}});
    if (outcome->delivery_within_error > 0) {
      lines.push_back(
          {Kind::kPushWithinError,
           {outcome->delivery_within_error, result.totals.push_delivery.count(), outcome->delivery_error_us}});
    }
  }
  return lines;
}

}  // namespace wsload
