// Whether a client of a run would get its connection: one dial as the run would do it, and a close.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "common/plan/run_plan.h"
#include "common/time/clock.h"
#include "common/util/local_text.h"

namespace wsload {

struct UpgradeReport {
  std::string cause;   ///< as DialResult's; empty: the connection opened
  LocalString detail;  ///< likewise
  int64_t upgrade_us = 0;
};

/// Opens one connection as client `client` of the plan would, from TCP to the 101, and closes it. Tries thrice more,
/// at the name's other addresses, where that may help (a reset, a refusal, 429, 5xx). Blocks, up to the plan's connect
/// timeout and some 2 s for the close. Its User-Agent ends in "(check)", unless the plan has one of its own.
using UpgradeProbe = std::function<UpgradeReport(const RunPlan& plan, int64_t client)>;

/// A probe on real sockets; any thread. `clock`, for the token's stamps, outlives it.
UpgradeProbe NewUpgradeProbe(const Clock& clock);

}  // namespace wsload
