// The search for the highest load that holds, as MLRsearch has it (RFC 9971): which trial comes next, and what is known
// after each. Nothing here runs a trial, reads a clock or draws lots.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "common/util/choice.h"
#include "controller/findmax/load_classification.h"

namespace wsload {

/// What one trial says of the server at its load.
enum class TrialVerdict {
  kGood,          ///< every threshold was kept
  kBad,           ///< one was broken, and the server broke it
  kInconclusive,  ///< the figures describe the generator
};

template <>
inline constexpr std::array kChoices<TrialVerdict> = {Choice{TrialVerdict::kGood, "good"},
                                                      Choice{TrialVerdict::kBad, "bad"},
                                                      Choice{TrialVerdict::kInconclusive, "inconclusive"}};

/// Why a trial was chosen.
enum class TrialReason {
  kFirst,          ///< where the search begins
  kHigher,         ///< everything so far held
  kLower,          ///< nothing so far held
  kBetween,        ///< of what holds and what does not
  kConfirmLower,   ///< held in shorter trials
  kConfirmUpper,   ///< did not hold in shorter trials
  kRepeat,         ///< not settled by the trials so far
  kRetry,          ///< the trial before was the generator's
  kOverload,       ///< more than it takes, before the trial after it; counts for nothing
  kAfterOverload,  ///< nine tenths of what it took before; counts for nothing but its own answer
};

template <>
inline constexpr std::array kChoices<TrialReason> = {Choice{TrialReason::kFirst, "first"},
                                                     Choice{TrialReason::kHigher, "higher"},
                                                     Choice{TrialReason::kLower, "lower"},
                                                     Choice{TrialReason::kBetween, "between"},
                                                     Choice{TrialReason::kConfirmLower, "confirm_lower"},
                                                     Choice{TrialReason::kConfirmUpper, "confirm_upper"},
                                                     Choice{TrialReason::kRepeat, "repeat"},
                                                     Choice{TrialReason::kRetry, "retry"},
                                                     Choice{TrialReason::kOverload, "overload"},
                                                     Choice{TrialReason::kAfterOverload, "after_overload"}};

struct TrialInput {
  int64_t load = 0;
  int64_t duration_ns = 0;
  TrialReason reason = TrialReason::kFirst;

  friend bool operator==(const TrialInput&, const TrialInput&) = default;
};

struct TrialOutput {
  TrialVerdict verdict = TrialVerdict::kInconclusive;
  double loss_ratio = 0;   ///< of its messages, 0 to 1
  int64_t elapsed_ns = 0;  ///< with all that a trial takes around its load; at least the trial's duration
};

struct MaxSearchOptions {
  SearchGoal goal;
  /// Of the first trials, which look for the neighbourhood; longer ones look closer. At most the goal's.
  int64_t first_trial_duration_ns = 0;
  // 1 <= least <= first <= most, all of them multiples of the granularity.
  int64_t first_load = 1;
  int64_t least_load = 1;
  int64_t most_load = 1;
  int64_t granularity = 1;
  /// What all trials may take, with what is around them; the search ends before a trial that would go beyond it.
  int64_t timeout_ns = 0;
  /// At the end: overload it by half, and see whether it still takes nine tenths of what it took.
  bool after_overload = true;
};

/// Why the search ended, or that it has not.
enum class SearchEnd {
  kSearching,
  kWidthReached,      ///< the bounds are as close as wanted
  kMostLoadHolds,     ///< there was nothing higher to try
  kLeastLoadFails,    ///< there was nothing lower to try
  kGeneratorLimited,  ///< higher loads were beyond the generator
  kTimeout,
  kTrialLimit,  ///< more trials than any search needs
};

template <>
inline constexpr std::array kChoices<SearchEnd> = {Choice{SearchEnd::kSearching, "searching"},
                                                   Choice{SearchEnd::kWidthReached, "width_reached"},
                                                   Choice{SearchEnd::kMostLoadHolds, "most_load_holds"},
                                                   Choice{SearchEnd::kLeastLoadFails, "least_load_fails"},
                                                   Choice{SearchEnd::kGeneratorLimited, "generator_limited"},
                                                   Choice{SearchEnd::kTimeout, "timeout"},
                                                   Choice{SearchEnd::kTrialLimit, "trial_limit"}};

/// A load that mostly failed below one that mostly held.
struct Inversion {
  int64_t failed_load = 0;
  int64_t held_load = 0;

  friend bool operator==(const Inversion&, const Inversion&) = default;
};

struct SearchFinding {
  SearchEnd end = SearchEnd::kSearching;
  // The relevant bounds: the smallest load that does not hold, and the largest below it that does.
  std::optional<int64_t> lower;
  std::optional<int64_t> upper;
  /// They are not the goal's, only those of shorter trials: the search ended before it came to full-length ones.
  bool lower_is_provisional = false;
  bool upper_is_provisional = false;
  /// At the goal's lower bound.
  std::optional<double> conditional_throughput;
  /// The smallest load that the generator could not make; says nothing of the server.
  std::optional<int64_t> generator_limit;
  /// The farthest apart, when they are so by more than the goal's width.
  std::optional<Inversion> inversion;
  /// Of the trial after the overload; none: there was none.
  std::optional<TrialVerdict> after_overload;
};

/// One thread. The caller asks for a trial, carries it out and tells of it, until there is none.
class MaxSearch {
 public:
  /// A generator that is the limit so many times in a row at one load is not asked for it again.
  static constexpr int kInconclusiveTries = 2;
  static constexpr int kMostTrials = 300;

  explicit MaxSearch(const MaxSearchOptions& options);

  /// None: it is over. The same answer until Add().
  std::optional<TrialInput> NextTrial() const;

  /// Of the trial that NextTrial() named.
  void Add(const TrialOutput& output);

  /// At any time: what is known by now.
  SearchFinding Finding() const;

  /// By the goal, with all trials by now.
  LoadClass ClassOf(int64_t load) const;

 private:
  /// What a stage of the search asks of a load; the last one is the goal.
  using Stages = std::vector<SearchGoal>;

  struct Load {
    std::vector<ClassifiedTrial> trials;
    int inconclusive_in_a_row = 0;
  };

  struct Bounds {
    std::optional<int64_t> lower;
    std::optional<int64_t> upper;
  };

  /// Of the search itself, without what comes after it.
  struct Step {
    std::optional<TrialInput> trial;
    SearchEnd end = SearchEnd::kSearching;
  };

  Bounds BoundsOf(const SearchGoal& stage) const;
  std::optional<int64_t> GeneratorLimit() const;
  /// The smallest load that is not to be tried any more: the upper bound, or what the generator cannot make.
  std::optional<int64_t> HighEnd(const Bounds& bounds) const;
  Step Decide();
  std::optional<TrialInput> DecideAt(size_t stage) const;
  TrialInput Expand(size_t stage, int64_t from, bool up) const;
  SearchEnd EndOf(const Bounds& bounds) const;
  std::optional<TrialInput> AfterSearch() const;
  bool Fits(const TrialInput& trial, int64_t reserve_ns) const;
  int64_t ReserveNs() const;
  int64_t Round(double load) const;
  std::optional<Inversion> FindInversion() const;
  void Choose();

  const MaxSearchOptions options_;
  const Stages stages_;
  std::map<int64_t, Load> loads_;
  size_t stage_ = 0;
  int expansions_ = 0;            ///< one after the other, in this stage
  std::optional<int64_t> focus_;  ///< the load of the last trial of the search
  std::optional<TrialInput> next_;
  SearchEnd end_ = SearchEnd::kSearching;
  int trials_ = 0;
  int64_t spent_ns_ = 0;
  int64_t around_ns_ = 0;  ///< the most that a trial took beside its duration
  bool overloaded_ = false;
  std::optional<TrialVerdict> after_overload_;
};

}  // namespace wsload
