// The agents on the live screen, the worst first.
#pragma once

#include "controller/screen/rows.h"
#include "controller/screen/screen_layout.h"

namespace wsload {

/// Header and a row for each of the first `shown`; when that leaves some out, a line that says how they are.
void AddAgents(Rows& rows, const ScreenModel& model, const ScreenView& view, size_t shown);

}  // namespace wsload
