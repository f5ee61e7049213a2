// The parts of the live screen's overview, each a few rows.
#pragma once

#include "controller/screen/rows.h"
#include "controller/screen/screen_layout.h"

namespace wsload {

void AddTitle(Rows& rows, const ScreenModel& model, const ScreenView& view);
void AddProgress(Rows& rows, const ScreenModel& model, const ScreenView& view);
/// Rate, connections, messages; `wide`: as one line where charts show the rest.
void AddCounts(Rows& rows, const ScreenModel& model, const ScreenView& view, bool wide);
/// Messages by cause; and of connections, where there are any.
void AddFailures(Rows& rows, const ScreenModel& model, const ScreenView& view);
/// p50, p95, p99 and max, of this second and the whole run.
void AddLatencies(Rows& rows, const ScreenModel& model, const ScreenView& view);
/// Of a run whose messages are stamped.
void AddPushes(Rows& rows, const ScreenModel& model, const ScreenView& view);
void AddGenerator(Rows& rows, const ScreenModel& model, const ScreenView& view);
void AddThresholds(Rows& rows, const ScreenModel& model, const ScreenView& view);
/// The newest ones.
void AddNotices(Rows& rows, const ScreenModel& model, const ScreenView& view);
StyledLine KeysLine(const ScreenView& view);

// Of wide screens: messages and response times over time, side by side, and all percentiles beside the failures.
void AddCharts(Rows& rows, const ScreenModel& model, const ScreenView& view, int height);
void AddPercentiles(Rows& rows, const ScreenModel& model, const ScreenView& view);

}  // namespace wsload
