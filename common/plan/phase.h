// The phases of a run.
#pragma once

namespace wsload {

/// In order. Each report belongs to one.
enum class Phase { kConnect, kMeasure, kDrain, kClose };

/// As result.json, the time series and the metrics name it.
constexpr const char* PhaseName(Phase phase) {
  switch (phase) {
    case Phase::kConnect:
      return "connect";
    case Phase::kMeasure:
      return "measure";
    case Phase::kDrain:
      return "drain";
    case Phase::kClose:
      return "close";
  }
  return "connect";
}

}  // namespace wsload
