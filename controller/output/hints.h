// What to do about a cause of failure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/stats/counters.h"
#include "controller/output/messages.h"

namespace wsload {

/// For the causes of ConnectionCounters' failures and losses; none for causes that explain themselves.
std::optional<Msg> ConnectionHint(std::string_view cause);

/// For messages that failed or were not sent; one line each.
std::vector<std::string> MessageHints(Language language, const Counters& totals);

}  // namespace wsload
