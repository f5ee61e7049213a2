// What to do about a cause of failure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "common/lang/statement.h"
#include "common/stats/counters.h"

namespace wsload {

/// For the causes of ConnectionCounters' failures and losses; none for causes that explain themselves.
std::optional<Statement> ConnectionHint(std::string_view cause);

/// For messages that failed, were not sent or were acknowledged late.
std::vector<Statement> MessageHints(const Counters& totals);

}  // namespace wsload
