#include "controller/search/rate_search.h"

#include <algorithm>
#include <cmath>

namespace wsload {
namespace {

constexpr int kTriesOfAFailure = 2;
constexpr int kMostTries = 4;

class Search {
 public:
  Search(const RateSearchLimits& limits, const std::function<std::optional<RateTrial>(int64_t)>& try_rate)
      : limits_(limits), try_rate_(try_rate) {}

  RateSearchResult Run() {
    result_.complete = Bracket() && Bisect();
    return result_;
  }

 private:
  /// False: no more tries.
  bool Try(int64_t rate) {
    for (int attempt = 1, tries = kMostTries; attempt <= tries; ++attempt) {
      if (result_.runs == limits_.most_runs) return false;
      ++result_.runs;
      const std::optional<RateTrial> trial = try_rate_(rate);
      if (!trial.has_value()) return false;
      if (*trial == RateTrial::kPassed) {
        result_.highest_passed = rate;
        return true;
      }
      if (*trial == RateTrial::kFailed) tries = kTriesOfAFailure;
    }
    result_.lowest_failed = rate;
    return true;
  }

  /// Until a rate passed and one failed, or an end of the range is reached.
  bool Bracket() {
    int64_t rate = std::clamp(limits_.first, limits_.lowest, limits_.highest);
    while (true) {
      if (!Try(rate)) return false;
      if (result_.highest_passed > 0 && result_.lowest_failed > 0) return true;
      if (result_.lowest_failed > 0) {
        if (rate == limits_.lowest) return true;
        rate = std::max(limits_.lowest, rate / 2);
      } else {
        if (rate == limits_.highest) return true;
        rate = std::min(limits_.highest, rate * 2);
      }
    }
  }

  bool Bisect() {
    while (result_.highest_passed > 0 && result_.lowest_failed > 0) {
      const auto passed = static_cast<double>(result_.highest_passed);
      const auto failed = static_cast<double>(result_.lowest_failed);
      const auto middle = static_cast<int64_t>(std::sqrt(passed * failed));
      if (failed <= passed * limits_.precision || middle <= result_.highest_passed) break;
      if (!Try(middle)) return false;
    }
    return true;
  }

  const RateSearchLimits& limits_;
  const std::function<std::optional<RateTrial>(int64_t)>& try_rate_;
  RateSearchResult result_;
};

}  // namespace

RateSearchResult SearchRate(const RateSearchLimits& limits,
                            const std::function<std::optional<RateTrial>(int64_t)>& try_rate) {
  return Search(limits, try_rate).Run();
}

}  // namespace wsload
