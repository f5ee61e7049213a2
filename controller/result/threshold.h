// One bound on one figure of a run, as -threshold writes it: p(99)<200ms. What each means is in docs/thresholds.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/plan/phase.h"
#include "common/stats/stats.h"
#include "common/util/choice.h"

namespace wsload {

/// How the value has to stand to the bound.
enum class Relation { kLess, kAtMost, kMore, kAtLeast };

template <>
inline constexpr std::array kChoices<Relation> = {Choice{Relation::kLess, "<"}, Choice{Relation::kAtMost, "<="},
                                                  Choice{Relation::kMore, ">"}, Choice{Relation::kAtLeast, ">="}};

/// What bound and value are counted in.
enum class ThresholdUnit { kMicroseconds, kRatio, kPerSecond, kCount };

template <>
inline constexpr std::array kChoices<ThresholdUnit> = {
    Choice{ThresholdUnit::kMicroseconds, "us"}, Choice{ThresholdUnit::kRatio, "ratio"},
    Choice{ThresholdUnit::kPerSecond, "per_s"}, Choice{ThresholdUnit::kCount, "count"}};

struct Threshold {
  enum class Figure {
    kPercentile,
    kMean,
    kMax,
    kMin,
    kSuccessRate,
    kRate,
    kFailed,
    kUnsent,
    kConnectionsFailed,
    kConnectionsLost,
    kAgentsLost,
    kPushLossRate,
    kPushDuplicates,
    kPushOutOfOrder,
    kPushesRepeated,
  };
  /// Of `percentile`: as fine as it may be written.
  static constexpr int64_t kPercentileScale = 1'000'000;

  std::string expression;  ///< without blanks but in a stage's name: "p(99)<200ms"
  std::string metric;      ///< its left side: "p(99)", "failed:timeout@drain", "p(99){peak}"
  std::string bound_text;  ///< its right side: "200 ms", "99 %", "790/s", "10"
  Figure figure = Figure::kPercentile;
  Histogram Stats::*histogram = nullptr;  ///< of latencies; else null
  int64_t percentile = 0;                 ///< 1 to 100 times kPercentileScale
  int64_t Counters::*cause = nullptr;     ///< of kFailed; null: all of them
  std::optional<Phase> phase;             ///< none: the whole run
  std::string stage;                      ///< as written, of -stages; empty: the whole run. Never with a phase
  Relation comparison = Relation::kLess;
  ThresholdUnit unit = ThresholdUnit::kMicroseconds;
  double bound = 0;

  /// Blanks count for nothing. kInvalidArgument: a line about the text alone, with the mend. Whether the plan has the
  /// stage: CheckStage().
  static absl::StatusOr<Threshold> Parse(std::string_view text);

  bool Holds(double value) const;
  /// < or <=
  bool IsUpperBound() const { return comparison == Relation::kLess || comparison == Relation::kAtMost; }
  bool IsLatency() const { return histogram != nullptr; }
  /// Of stamped messages (-push=stamp).
  bool IsOfStamps() const {
    return histogram == &Stats::push_delivery || figure == Figure::kPushLossRate || figure == Figure::kPushDuplicates ||
           figure == Figure::kPushOutOfOrder;
  }

  friend bool operator==(const Threshold&, const Threshold&) = default;
};

}  // namespace wsload
