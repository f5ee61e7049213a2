#include "controller/selftest/rate_search.h"

#include <algorithm>
#include <cmath>

namespace wsload {
namespace {

class Search {
 public:
  Search(const RateSearchLimits& limits, const std::function<std::optional<bool>(int64_t)>& passes)
      : limits_(limits), passes_(passes) {}

  RateSearchResult Run() {
    result_.complete = Bracket() && Bisect();
    return result_;
  }

 private:
  /// False: no more tries.
  bool Try(int64_t rate) {
    for (int attempt = 0; attempt < 2; ++attempt) {
      if (result_.runs == limits_.most_runs) return false;
      ++result_.runs;
      const std::optional<bool> passed = passes_(rate);
      if (!passed.has_value()) return false;
      if (*passed) {
        result_.highest_passed = rate;
        return true;
      }
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
  const std::function<std::optional<bool>(int64_t)>& passes_;
  RateSearchResult result_;
};

}  // namespace

RateSearchResult SearchRate(const RateSearchLimits& limits, const std::function<std::optional<bool>(int64_t)>& passes) {
  return Search(limits, passes).Run();
}

}  // namespace wsload
