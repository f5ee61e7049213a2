// Lines that begin with what they are about.
#pragma once

#include <string>
#include <vector>

#include "controller/output/messages.h"
#include "controller/screen/fit_line.h"
#include "controller/screen/screen_layout.h"

namespace wsload {

inline constexpr int kLabelWidth = 12;

/// The label's column; on a narrow screen only what it takes, on a very narrow one nothing.
inline StyledLine LabelOf(const ScreenView& view, Msg label) {
  constexpr int kRoomForColumns = 50, kRoomForLabels = 30;
  if (view.width < kRoomForLabels) return {};
  StyledLine line(Say(view.language, label), Style::kFaint);
  return line.PadTo(view.width < kRoomForColumns ? line.width() + 1 : kLabelWidth);
}

/// `pieces` behind the label; the first right behind it.
inline StyledLine Labelled(const ScreenView& view, Msg label, std::vector<Piece> pieces) {
  if (!pieces.empty()) pieces.front().gap = 0;
  return FitLine(LabelOf(view, label), pieces, view.width);
}

}  // namespace wsload
