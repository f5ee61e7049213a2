// -threshold: what a run is judged by.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/plan/run_plan.h"
#include "controller/result/threshold.h"

namespace wsload {

/// Thresholds in the order in which they were written, each once.
class ThresholdList {
 public:
  /// None.
  ThresholdList() = default;

  /// "p(99)<200ms, success_rate>=99%": at most 64. An empty text: none. kInvalidArgument: a line about the text alone.
  static absl::StatusOr<ThresholdList> Parse(std::string_view text);

  /// What Parse() takes.
  const std::string& text() const { return text_; }
  bool empty() const { return thresholds_.empty(); }
  const std::vector<Threshold>& thresholds() const { return thresholds_; }

  /// OK, or kInvalidArgument with one line about the first that no run of `plan` can be judged by: a percentile of
  /// fewer messages than it takes, a rate beyond the planned one.
  absl::Status CheckAgainst(const RunPlan& plan) const;

  friend bool operator==(const ThresholdList&, const ThresholdList&) = default;

 private:
  std::string text_;
  std::vector<Threshold> thresholds_;
};

}  // namespace wsload
