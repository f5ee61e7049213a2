// Lines with their importance, for a screen that may be too low for all of them.
#pragma once

#include <utility>
#include <vector>

#include "controller/screen/styled_text.h"

namespace wsload {

/// What falls away first when the screen is too low: the last of these.
enum class Rank {
  kTitle,
  kProgress,
  kMessages,
  kRate,
  kNotice,
  kConnections,
  kThreshold,
  kLatencyHeader,
  kLatency,
  kFailures,
  kGenerator,
  kKeys,
  kLatencyWhole,
  kPushes,
  kAgentHeader,
  kWorstAgents,
  kMoreAgents,
  kService,
  kBlank,
  kChart,
  kOtherAgents,
};

struct Row {
  Rank rank = Rank::kTitle;
  StyledLine line = {};
};

class Rows {
 public:
  void Add(Rank rank, StyledLine line) { rows_.push_back({rank, std::move(line)}); }
  void AddBlank() { Add(Rank::kBlank, {}); }
  size_t size() const { return rows_.size(); }

  /// The `height` most important ones in their order; among equals the first.
  std::vector<Row> Fitting(int height) const;

 private:
  std::vector<Row> rows_;
};

}  // namespace wsload
