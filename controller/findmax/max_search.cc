#include "controller/findmax/max_search.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "common/util/check.h"

namespace wsload {
namespace {

/// How wide the stages before the last one leave the bounds, as multiples of the goal's width. Short trials are cheap,
/// and the farther apart two loads are, the surer they are.
constexpr double kWidths[] = {16, 4, 2};
/// The farthest that one step up goes is twice the load, and down half of it.
constexpr double kWidestStep = 0.5;
/// Of the load that does not hold: what certainly is too much.
constexpr double kOverload = 1.5;
/// Of the load that holds: what certainly held, so that a coin's toss near the bound tells nothing of recovery.
constexpr double kSurelyHeld = 0.9;

/// The goal, and before it what looks less closely for less time: trials of the first duration, of one in between, and
/// of the goal's, one of which settles a load.
std::vector<SearchGoal> StagesOf(const MaxSearchOptions& options) {
  const auto first = static_cast<double>(options.first_trial_duration_ns);
  const auto last = static_cast<double>(options.goal.final_trial_duration_ns);
  // What people read has few digits.
  const int64_t grain_ns = first >= 1e9 ? 100'000'000 : 1;
  const auto between_ns = static_cast<int64_t>(std::sqrt(first * last)) / grain_ns * grain_ns;
  const int64_t durations_ns[] = {options.first_trial_duration_ns,
                                  std::max(between_ns, options.first_trial_duration_ns),
                                  options.goal.final_trial_duration_ns};
  std::vector<SearchGoal> stages;
  for (size_t i = 0; i < std::size(kWidths); ++i) {
    stages.push_back({.final_trial_duration_ns = durations_ns[i],
                      .duration_sum_ns = durations_ns[i],
                      .exceed_ratio = options.goal.exceed_ratio,
                      .width = options.goal.width * kWidths[i]});
  }
  stages.push_back(options.goal);
  return stages;
}

}  // namespace

MaxSearch::MaxSearch(const MaxSearchOptions& options) : options_(options), stages_(StagesOf(options)) {
  WSLOAD_CHECK(options.granularity >= 1 && options.least_load >= 1 && options.least_load <= options.first_load &&
                   options.first_load <= options.most_load,
               "a search between loads in order");
  WSLOAD_CHECK(options.first_trial_duration_ns > 0 &&
                   options.first_trial_duration_ns <= options.goal.final_trial_duration_ns && options.goal.width > 0,
               "a search with a goal");
  Choose();
}

int64_t MaxSearch::Round(double load) const {
  const auto step = static_cast<double>(options_.granularity);
  const auto rounded = static_cast<int64_t>(std::llround(load / step)) * options_.granularity;
  return std::clamp(rounded, options_.least_load, options_.most_load);
}

LoadClass MaxSearch::ClassOf(int64_t load) const {
  const auto found = loads_.find(load);
  return found == loads_.end() ? LoadClass::kUndecided : ClassifyLoad(options_.goal, found->second.trials);
}

MaxSearch::Bounds MaxSearch::BoundsOf(const SearchGoal& stage) const {
  Bounds bounds;
  for (const auto& [load, known] : loads_) {
    const LoadClass what = ClassifyLoad(stage, known.trials);
    if (what == LoadClass::kUpperBound) {
      bounds.upper = load;
      break;
    }
    if (what == LoadClass::kLowerBound) bounds.lower = load;
  }
  return bounds;
}

std::optional<int64_t> MaxSearch::GeneratorLimit() const {
  for (const auto& [load, known] : loads_) {
    if (known.inconclusive_in_a_row >= kInconclusiveTries) return load;
  }
  return std::nullopt;
}

std::optional<int64_t> MaxSearch::HighEnd(const Bounds& bounds) const {
  const std::optional<int64_t> limit = GeneratorLimit();
  if (!bounds.upper.has_value() || !limit.has_value()) return bounds.upper.has_value() ? bounds.upper : limit;
  return std::min(*bounds.upper, *limit);
}

TrialInput MaxSearch::Expand(size_t stage, int64_t from, bool up) const {
  // The first stage knows nothing and doubles; the others begin with what the stage before left open.
  const double begin = stage == 0 ? kWidestStep : stages_[stage - 1].width;
  const double step = std::min(kWidestStep, begin * std::pow(2, expansions_));
  const auto load = static_cast<double>(from);
  const int64_t grain = options_.granularity;
  const int64_t to =
      up ? std::max(Round(load / (1 - step)), from + grain) : std::min(Round(load * (1 - step)), from - grain);
  return {.load = std::clamp(to, options_.least_load, options_.most_load),
          .duration_ns = stages_[stage].final_trial_duration_ns,
          .reason = up ? TrialReason::kHigher : TrialReason::kLower};
}

std::optional<TrialInput> MaxSearch::DecideAt(size_t stage) const {
  const SearchGoal& goal = stages_[stage];
  const Bounds bounds = BoundsOf(goal);
  const std::optional<int64_t> high = HighEnd(bounds);
  const auto trial = [&](int64_t load, TrialReason reason) {
    return TrialInput{.load = load, .duration_ns = goal.final_trial_duration_ns, .reason = reason};
  };
  const auto is_open = [&](int64_t load) {
    return (!bounds.lower.has_value() || load > *bounds.lower) && (!high.has_value() || load < *high);
  };
  if (focus_.has_value() && is_open(*focus_)) {
    const Load& known = loads_.at(*focus_);
    if (known.inconclusive_in_a_row > 0) return trial(*focus_, TrialReason::kRetry);
    // What the stage before settled is asked below.
    if (ClassifyLoad(goal, known.trials) == LoadClass::kUndecided &&
        known.trials.back().duration_ns >= goal.final_trial_duration_ns) {
      return trial(*focus_, TrialReason::kRepeat);
    }
  }
  if (stage > 0) {
    const Bounds before = BoundsOf(stages_[stage - 1]);
    if (!bounds.lower.has_value() && before.lower.has_value() && is_open(*before.lower)) {
      return trial(*before.lower, TrialReason::kConfirmLower);
    }
    if (!bounds.upper.has_value() && before.upper.has_value() && is_open(*before.upper)) {
      return trial(*before.upper, TrialReason::kConfirmUpper);
    }
  }
  if (!high.has_value()) {
    if (!bounds.lower.has_value()) return trial(options_.first_load, TrialReason::kFirst);
    if (*bounds.lower == options_.most_load) return std::nullopt;
    return Expand(stage, *bounds.lower, /*up=*/true);
  }
  if (!bounds.lower.has_value()) {
    if (*high <= options_.least_load) return std::nullopt;
    return Expand(stage, *high, /*up=*/false);
  }
  const auto low_end = static_cast<double>(*bounds.lower);
  const auto high_end = static_cast<double>(*high);
  if (high_end - low_end <= goal.width * high_end || *high - *bounds.lower <= options_.granularity) return std::nullopt;
  const int64_t middle = Round(std::sqrt(low_end * high_end));
  return trial(std::clamp(middle, *bounds.lower + options_.granularity, *high - options_.granularity),
               TrialReason::kBetween);
}

SearchEnd MaxSearch::EndOf(const Bounds& bounds) const {
  const std::optional<int64_t> high = HighEnd(bounds);
  if (!high.has_value()) return SearchEnd::kMostLoadHolds;
  if (high != bounds.upper) return SearchEnd::kGeneratorLimited;
  return bounds.lower.has_value() ? SearchEnd::kWidthReached : SearchEnd::kLeastLoadFails;
}

MaxSearch::Step MaxSearch::Decide() {
  if (trials_ >= kMostTrials) return {std::nullopt, SearchEnd::kTrialLimit};
  while (true) {
    std::optional<TrialInput> trial = DecideAt(stage_);
    if (trial.has_value()) {
      return Fits(*trial, ReserveNs()) ? Step{trial} : Step{std::nullopt, SearchEnd::kTimeout};
    }
    if (stage_ + 1 == stages_.size()) return {std::nullopt, EndOf(BoundsOf(options_.goal))};
    ++stage_;
    expansions_ = 0;
  }
}

bool MaxSearch::Fits(const TrialInput& trial, int64_t reserve_ns) const {
  return spent_ns_ + trial.duration_ns + around_ns_ + reserve_ns <= options_.timeout_ns;
}

int64_t MaxSearch::ReserveNs() const {
  const bool overloads = options_.after_overload && BoundsOf(stages_.front()).upper.has_value();
  return overloads ? 2 * (options_.goal.final_trial_duration_ns + around_ns_) : 0;
}

std::optional<TrialInput> MaxSearch::AfterSearch() const {
  if (!options_.after_overload || after_overload_.has_value()) return std::nullopt;
  const SearchFinding found = Finding();
  if (!found.lower.has_value() || !found.upper.has_value()) return std::nullopt;
  TrialInput trial{.load = Round(kSurelyHeld * static_cast<double>(*found.lower)),
                   .duration_ns = options_.goal.final_trial_duration_ns,
                   .reason = TrialReason::kAfterOverload};
  if (!overloaded_) {
    trial.load = Round(kOverload * static_cast<double>(*found.upper));
    trial.reason = TrialReason::kOverload;
    // What the generator cannot make would overload the generator.
    if (const auto limit = found.generator_limit; limit.has_value()) {
      trial.load = std::min(trial.load, std::max(*found.upper, *limit - options_.granularity));
    }
  }
  // Both of them, or none.
  return Fits(trial, overloaded_ ? 0 : trial.duration_ns + around_ns_) ? std::optional(trial) : std::nullopt;
}

void MaxSearch::Choose() {
  if (end_ == SearchEnd::kSearching) {
    const Step step = Decide();
    next_ = step.trial;
    end_ = step.end;
    if (next_.has_value()) return;
  }
  next_ = AfterSearch();
}

std::optional<TrialInput> MaxSearch::NextTrial() const { return next_; }

void MaxSearch::Add(const TrialOutput& output) {
  WSLOAD_CHECK(next_.has_value(), "the outcome of a trial that was asked for");
  const TrialInput trial = *next_;
  ++trials_;
  spent_ns_ += output.elapsed_ns;
  around_ns_ = std::max(around_ns_, output.elapsed_ns - trial.duration_ns);
  if (trial.reason == TrialReason::kOverload) {
    overloaded_ = true;
  } else if (trial.reason == TrialReason::kAfterOverload) {
    after_overload_ = output.verdict;
  } else {
    const bool expands = trial.reason == TrialReason::kHigher || trial.reason == TrialReason::kLower;
    if (expands) {
      ++expansions_;
    } else if (trial.reason != TrialReason::kRepeat && trial.reason != TrialReason::kRetry) {
      expansions_ = 0;
    }
    focus_ = trial.load;
    Load& load = loads_[trial.load];
    if (output.verdict == TrialVerdict::kInconclusive) {
      ++load.inconclusive_in_a_row;
    } else {
      load.inconclusive_in_a_row = 0;
      load.trials.push_back({.duration_ns = trial.duration_ns,
                             .good = output.verdict == TrialVerdict::kGood,
                             .loss_ratio = output.loss_ratio});
    }
  }
  Choose();
}

std::optional<Inversion> MaxSearch::FindInversion() const {
  std::optional<Inversion> farthest;
  std::optional<int64_t> failed;
  for (const auto& [load, known] : loads_) {
    int64_t good_ns = 0;
    int64_t bad_ns = 0;
    for (const ClassifiedTrial& trial : known.trials) (trial.good ? good_ns : bad_ns) += trial.duration_ns;
    if (bad_ns > good_ns && !failed.has_value()) failed = load;
    if (good_ns > bad_ns && failed.has_value()) farthest = Inversion{*failed, load};
  }
  if (!farthest.has_value()) return std::nullopt;
  const auto held = static_cast<double>(farthest->held_load);
  const bool apart = held - static_cast<double>(farthest->failed_load) > options_.goal.width * held;
  return apart ? farthest : std::nullopt;
}

SearchFinding MaxSearch::Finding() const {
  SearchFinding found;
  found.end = end_;
  found.generator_limit = GeneratorLimit();
  found.inversion = FindInversion();
  found.after_overload = after_overload_;
  const Bounds settled = BoundsOf(options_.goal);
  found.lower = settled.lower;
  found.upper = settled.upper;
  // The longest trials that say something.
  for (auto stage = stages_.rbegin() + 1; stage != stages_.rend(); ++stage) {
    const Bounds bounds = BoundsOf(*stage);
    if (!found.upper.has_value() && bounds.upper.has_value() && bounds.upper > found.lower) {
      found.upper = bounds.upper;
      found.upper_is_provisional = true;
    }
    if (!found.lower.has_value() && bounds.lower.has_value() &&
        (!found.upper.has_value() || bounds.lower < found.upper)) {
      found.lower = bounds.lower;
      found.lower_is_provisional = true;
    }
  }
  if (settled.lower.has_value()) {
    found.conditional_throughput =
        ConditionalThroughput(options_.goal, *settled.lower, loads_.at(*settled.lower).trials);
  }
  return found;
}

}  // namespace wsload
