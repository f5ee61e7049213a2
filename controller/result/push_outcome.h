// What a run with -push=stamp says of the server: whether what it ought to push arrived, once, in order and when.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/lang/statement.h"
#include "controller/result/run_result.h"

namespace wsload {

/// Made of counts of the whole run.
struct PushOutcome {
  int64_t lost = 0;              ///< expected, and not received
  int64_t lost_unconfirmed = 0;  ///< as many of the lost may be of messages that nobody knows to have arrived
  int64_t surplus = 0;           ///< received beyond what was expected
  double loss_ratio = 0;         ///< of the expected
  double reach_ratio = 0;        ///< received of the expected, at most 1
  /// What two agents' clocks may differ by, the two worst of them; 0 with one agent.
  int64_t delivery_error_us = 0;
  /// Delivery times that are no longer than that.
  int64_t delivery_within_error = 0;
};

/// None: messages had no stamps.
std::optional<PushOutcome> PushOutcomeOf(const RunResult& result);

/// The same in words, the most important first; empty without stamps.
std::vector<Statement> PushStatements(const RunResult& result);

}  // namespace wsload
