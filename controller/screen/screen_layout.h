// The live screen as lines: a function of what is known of the run and of the screen's size, which draws nothing.
#pragma once

#include <vector>

#include "common/util/language.h"
#include "controller/screen/screen_model.h"
#include "controller/screen/styled_text.h"

namespace wsload {

/// What of the run is on the screen.
enum class ScreenPage { kOverview, kAgents, kFailures, kHelp };

struct ScreenView {
  int width = 80;
  int height = 24;
  Language language = Language::kEnglish;
  ScreenPage page = ScreenPage::kOverview;
  bool paused = false;
};

/// At most `height` lines of at most `width` cells. Where there is too little room, whole lines and columns fall away
/// in a fixed order, the least important first; `…` says so, and no number is ever cut.
std::vector<StyledLine> LayOutScreen(const ScreenModel& model, const ScreenView& view);

}  // namespace wsload
