#include "controller/findmax/max_search.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "common/time/clock.h"
#include "common/util/choice.h"
#include "tests/support/queue_system.h"

namespace wsload {
namespace {

constexpr int64_t kSecond = kNsPerSecond;
/// Connecting, draining and closing of a trial.
constexpr int64_t kAround = 600 * kNsPerMs;

/// What the command's defaults make of it.
MaxSearchOptions Options() {
  return {.goal = {.final_trial_duration_ns = 5 * kSecond,
                   .duration_sum_ns = 15 * kSecond,
                   .exceed_ratio = 0.5,
                   .width = 0.01},
          .first_trial_duration_ns = kSecond,
          .first_load = 100,
          .least_load = 1,
          .most_load = 10'000'000,
          .granularity = 1,
          .timeout_ns = 120 * kSecond};
}

using Server = std::function<TrialVerdict(const TrialInput&)>;

struct Played {
  SearchFinding found;
  std::vector<std::pair<TrialInput, TrialVerdict>> trials;
  int64_t spent_ns = 0;
};

Played Play(const MaxSearchOptions& options, const Server& server) {
  Played played;
  MaxSearch search(options);
  while (const std::optional<TrialInput> trial = search.NextTrial()) {
    const TrialVerdict verdict = server(*trial);
    const int64_t elapsed_ns = trial->duration_ns + kAround;
    played.trials.emplace_back(*trial, verdict);
    played.spent_ns += elapsed_ns;
    search.Add({.verdict = verdict, .loss_ratio = verdict == TrialVerdict::kBad ? 0.1 : 0, .elapsed_ns = elapsed_ns});
  }
  played.found = search.Finding();
  return played;
}

TrialVerdict GoodIf(bool good) { return good ? TrialVerdict::kGood : TrialVerdict::kBad; }

Server HoldsUpTo(int64_t limit) {
  return [limit](const TrialInput& trial) { return GoodIf(trial.load <= limit); };
}

std::string Told(const Played& played) {
  std::string told;
  for (const auto& [trial, verdict] : played.trials) {
    told += fmt::format("{} {:.1f} s {}: {}\n", trial.load, static_cast<double>(trial.duration_ns) / 1e9,
                        NameOf(trial.reason), NameOf(verdict));
  }
  const auto shown = [](const std::optional<int64_t>& load) { return load.has_value() ? std::to_string(*load) : "-"; };
  return told + fmt::format("{} to {}, {}, {} trials, {:.1f} s\n", shown(played.found.lower), shown(played.found.upper),
                            NameOf(played.found.end), played.trials.size(), static_cast<double>(played.spent_ns) / 1e9);
}

TEST(MaxSearch, BoundsAreOnBothSidesAndAsCloseAsWanted) {
  for (int64_t limit = 1; limit < 1'000'000; limit = limit * 19 / 16 + 1) {
    const Played played = Play(Options(), HoldsUpTo(limit));
    SCOPED_TRACE(Told(played));
    EXPECT_EQ(played.found.end, SearchEnd::kWidthReached);
    ASSERT_TRUE(played.found.lower.has_value() && played.found.upper.has_value());
    EXPECT_LE(*played.found.lower, limit);
    EXPECT_GT(*played.found.upper, limit);
    EXPECT_LE(*played.found.upper - *played.found.lower,
              std::max<int64_t>(1, static_cast<int64_t>(0.01 * static_cast<double>(*played.found.upper))));
    EXPECT_FALSE(played.found.lower_is_provisional || played.found.upper_is_provisional);
    EXPECT_DOUBLE_EQ(played.found.conditional_throughput.value_or(0), static_cast<double>(*played.found.lower));
    EXPECT_FALSE(played.found.inversion.has_value());
    EXPECT_LE(played.spent_ns, 120 * kSecond);
  }
}

TEST(MaxSearch, AsksTheSameUntilItIsTold) {
  MaxSearch search(Options());
  EXPECT_EQ(search.NextTrial(), search.NextTrial());
  EXPECT_EQ(*search.NextTrial(), (TrialInput{100, kSecond, TrialReason::kFirst}));
  search.Add({.verdict = TrialVerdict::kGood, .elapsed_ns = kSecond});
  EXPECT_EQ(*search.NextTrial(), (TrialInput{200, kSecond, TrialReason::kHigher}));
}

TEST(MaxSearch, ShortTrialsFirstAndFullLengthOnesNearTheBoundsAlone) {
  const Played played = Play(Options(), HoldsUpTo(7'000));
  SCOPED_TRACE(Told(played));
  int64_t longest_ns = 0;
  for (const auto& [trial, verdict] : played.trials) {
    EXPECT_GE(trial.duration_ns, longest_ns);
    longest_ns = std::max(longest_ns, trial.duration_ns);
    const bool after = trial.reason == TrialReason::kOverload || trial.reason == TrialReason::kAfterOverload;
    if (trial.duration_ns == 5 * kSecond && !after) {
      EXPECT_NEAR(static_cast<double>(trial.load), 7'000, 300);
    }
  }
  EXPECT_EQ(longest_ns, 5 * kSecond);
}

TEST(MaxSearch, WhatOnlyLongTrialsShowIsFound) {
  // A queue that takes three seconds to be full.
  MaxSearchOptions options = Options();
  options.timeout_ns = 200 * kSecond;
  const Played played = Play(options, [](const TrialInput& trial) {
    return GoodIf(trial.load <= 5'000 || (trial.load <= 8'000 && trial.duration_ns < 3 * kSecond));
  });
  SCOPED_TRACE(Told(played));
  EXPECT_EQ(played.found.end, SearchEnd::kWidthReached);
  EXPECT_LE(*played.found.lower, 5'000);
  EXPECT_GE(*played.found.lower, 4'900);
}

TEST(MaxSearch, WhatOnlyShortTrialsBreakIsFoundToHold) {
  // It takes a second to be at its best.
  const Played played = Play(Options(), [](const TrialInput& trial) {
    return GoodIf(trial.load <= 1'000 || (trial.load <= 5'000 && trial.duration_ns > kSecond));
  });
  SCOPED_TRACE(Told(played));
  EXPECT_EQ(played.found.end, SearchEnd::kWidthReached);
  EXPECT_LE(*played.found.lower, 5'000);
  EXPECT_GE(*played.found.lower, 4'900);
}

struct KnownQueue {
  const char* name;
  QueueSystemOptions queue;
  double bound_s;
};

TEST(MaxSearch, FindsAQueuesCapacityWithinTwoPercentInTwoMinutes) {
  const KnownQueue known[] = {
      {"one server, even service", {.servers = 1, .service_s = 0.0001}, 0.03},
      {"eight servers, even service", {.servers = 8, .service_s = 0.0008}, 0.03},
      {"one server, exponential service", {.servers = 1, .service_s = 0.0001, .exponential = true}, 0.03},
      {"eight servers, exponential service", {.servers = 8, .service_s = 0.0008, .exponential = true}, 0.03},
      {"few places: what is too much is lost", {.servers = 2, .service_s = 0.001, .places = 40}, 0.05},
      {"both", {.servers = 2, .service_s = 0.0002, .exponential = true, .places = 300}, 0.05},
  };
  for (const KnownQueue& one : known) {
    for (uint32_t seed = 1; seed <= 30; ++seed) {
      QueueSystem queue(one.queue, seed);
      const double capacity = queue.Capacity(one.bound_s);
      const Played played = Play(Options(), [&](const TrialInput& trial) {
        const QueueSystem::Figures figures =
            queue.Run(trial.load, static_cast<double>(trial.duration_ns) / static_cast<double>(kSecond));
        return GoodIf(figures.response_s_p99 < one.bound_s && figures.success_ratio >= 0.999);
      });
      SCOPED_TRACE(fmt::format("{}, seed {}\n{}", one.name, seed, Told(played)));
      EXPECT_EQ(played.found.end, SearchEnd::kWidthReached);
      EXPECT_NEAR(static_cast<double>(played.found.lower.value_or(0)), capacity, 0.02 * capacity);
      EXPECT_LE(played.spent_ns, 120 * kSecond);
      EXPECT_EQ(played.found.after_overload, TrialVerdict::kGood);
    }
  }
}

TEST(MaxSearch, TrialsSpoiledNowAndThenDoNotBreakIt) {
  MaxSearchOptions options = Options();
  options.timeout_ns = 300 * kSecond;
  int near = 0;
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    const Played played = Play(options, [&](const TrialInput& trial) {
      const bool spoiled = random() % 100 < 5;
      return GoodIf(trial.load <= 20'000 && !spoiled);
    });
    SCOPED_TRACE(Told(played));
    EXPECT_EQ(played.found.end, SearchEnd::kWidthReached);
    // Noise makes good loads fail, and no bad load hold.
    ASSERT_TRUE(played.found.lower.has_value());
    EXPECT_LE(*played.found.lower, 20'000);
    near += *played.found.lower >= 19'600 ? 1 : 0;
  }
  // Two spoiled trials of three at one load, of about four loads: 3 x 0.05^2 each.
  EXPECT_GE(near, 185);
}

TEST(MaxSearch, WhereTheGeneratorIsTheLimitNothingIsSaidAgainstTheServer) {
  for (const int64_t limit : {150, 999, 10'000, 123'456}) {
    const Played played = Play(Options(), [limit](const TrialInput& trial) {
      return trial.load > limit ? TrialVerdict::kInconclusive : TrialVerdict::kGood;
    });
    SCOPED_TRACE(Told(played));
    EXPECT_EQ(played.found.end, SearchEnd::kGeneratorLimited);
    EXPECT_FALSE(played.found.upper.has_value());
    EXPECT_GT(*played.found.generator_limit, limit);
    EXPECT_LE(*played.found.lower, limit);
    EXPECT_GE(static_cast<double>(*played.found.lower), 0.98 * static_cast<double>(limit));
    EXPECT_FALSE(played.found.after_overload.has_value());
  }
}

TEST(MaxSearch, AServerThatFailsBelowTheGeneratorsLimitIsFoundAllTheSame) {
  const Played played = Play(Options(), [](const TrialInput& trial) {
    return trial.load > 9'000 ? TrialVerdict::kInconclusive : GoodIf(trial.load <= 7'000);
  });
  SCOPED_TRACE(Told(played));
  EXPECT_EQ(played.found.end, SearchEnd::kWidthReached);
  EXPECT_LE(*played.found.lower, 7'000);
  EXPECT_GT(*played.found.upper, 7'000);
  // It is overloaded with what the generator can make.
  for (const auto& [trial, verdict] : played.trials) {
    if (trial.reason == TrialReason::kOverload) {
      EXPECT_LT(trial.load, *played.found.generator_limit);
    }
  }
}

TEST(MaxSearch, OneMomentOfTheGeneratorsCostsATrialAndNothingElse) {
  const Played calm = Play(Options(), HoldsUpTo(7'000));
  for (size_t bad_trial = 0; bad_trial < calm.trials.size(); ++bad_trial) {
    size_t number = 0;
    const Played played = Play(Options(), [&](const TrialInput& trial) {
      return number++ == bad_trial ? TrialVerdict::kInconclusive : GoodIf(trial.load <= 7'000);
    });
    SCOPED_TRACE(Told(played));
    EXPECT_EQ(played.found.lower, calm.found.lower);
    EXPECT_EQ(played.found.upper, calm.found.upper);
    EXPECT_FALSE(played.found.generator_limit.has_value());
  }
}

TEST(MaxSearch, AGeneratorThatMakesNothing) {
  MaxSearchOptions options = Options();
  options.least_load = 60;
  const Played played = Play(options, [](const TrialInput&) { return TrialVerdict::kInconclusive; });
  SCOPED_TRACE(Told(played));
  EXPECT_EQ(played.found.end, SearchEnd::kGeneratorLimited);
  EXPECT_FALSE(played.found.lower.has_value() || played.found.upper.has_value());
  EXPECT_EQ(played.found.generator_limit, 60);
}

TEST(MaxSearch, NothingHolds) {
  MaxSearchOptions options = Options();
  options.least_load = 30;
  const Played played = Play(options, HoldsUpTo(29));
  SCOPED_TRACE(Told(played));
  EXPECT_EQ(played.found.end, SearchEnd::kLeastLoadFails);
  EXPECT_FALSE(played.found.lower.has_value());
  EXPECT_EQ(played.found.upper, 30);
  EXPECT_FALSE(played.found.conditional_throughput.has_value());
}

TEST(MaxSearch, EverythingHolds) {
  MaxSearchOptions options = Options();
  options.most_load = 3'000;
  const Played played = Play(options, HoldsUpTo(3'000));
  SCOPED_TRACE(Told(played));
  EXPECT_EQ(played.found.end, SearchEnd::kMostLoadHolds);
  EXPECT_EQ(played.found.lower, 3'000);
  EXPECT_FALSE(played.found.upper.has_value());
}

TEST(MaxSearch, LoadsAreWithinTheirLimitsAndOfTheirGrain) {
  for (const int64_t limit : {50, 777, 4'950, 100'000}) {
    MaxSearchOptions options = Options();
    options.granularity = 50;
    options.least_load = 50;
    options.most_load = 5'000;
    std::set<int64_t> loads;
    const Played played = Play(options, [&](const TrialInput& trial) {
      loads.insert(trial.load);
      return GoodIf(trial.load <= limit);
    });
    SCOPED_TRACE(Told(played));
    for (const int64_t load : loads) EXPECT_EQ(load % 50, 0) << load;
    EXPECT_GE(*loads.begin(), 50);
    EXPECT_LE(*loads.rbegin(), 5'000);
    EXPECT_EQ(played.found.lower, std::min<int64_t>(limit / 50 * 50, 5'000));
  }
}

TEST(MaxSearch, TheTimeIsKeptAndTheBestBoundsAreTold) {
  for (int64_t timeout_s = 0; timeout_s <= 100; ++timeout_s) {
    MaxSearchOptions options = Options();
    options.timeout_ns = timeout_s * kSecond;
    const Played played = Play(options, HoldsUpTo(7'000));
    SCOPED_TRACE(Told(played));
    // What a trial takes beside its time is known once there was one.
    EXPECT_LE(played.spent_ns, options.timeout_ns + kAround);
    const SearchFinding& found = played.found;
    if (found.lower.has_value()) {
      EXPECT_LE(*found.lower, 7'000);
    }
    if (found.upper.has_value()) {
      EXPECT_GT(*found.upper, 7'000);
    }
    EXPECT_EQ(found.conditional_throughput.has_value(), found.lower.has_value() && !found.lower_is_provisional);
    if (timeout_s >= 2) {
      EXPECT_TRUE(found.lower.has_value());
    }
    if (timeout_s == 30) {
      EXPECT_EQ(found.end, SearchEnd::kTimeout);
      EXPECT_TRUE(found.lower_is_provisional && found.upper_is_provisional);
    }
    if (timeout_s == 100) {
      EXPECT_EQ(found.end, SearchEnd::kWidthReached);
    }
  }
}

TEST(MaxSearch, AServerThatDoesNotRecoverIsFoundOut) {
  bool overloaded = false;
  const Played played = Play(Options(), [&](const TrialInput& trial) {
    overloaded = overloaded || trial.reason == TrialReason::kOverload;
    return GoodIf(trial.load <= 7'000 && !overloaded);
  });
  SCOPED_TRACE(Told(played));
  EXPECT_EQ(played.found.after_overload, TrialVerdict::kBad);
  EXPECT_EQ(played.found.end, SearchEnd::kWidthReached);
  const auto& [overload, verdict] = played.trials[played.trials.size() - 2];
  EXPECT_EQ(overload.reason, TrialReason::kOverload);
  EXPECT_GT(overload.load, *played.found.upper);
  EXPECT_NEAR(static_cast<double>(played.trials.back().first.load), 0.9 * static_cast<double>(*played.found.lower), 1);

  MaxSearchOptions without = Options();
  without.after_overload = false;
  const Played calm = Play(without, HoldsUpTo(7'000));
  EXPECT_FALSE(calm.found.after_overload.has_value());
  EXPECT_NE(calm.trials.back().first.reason, TrialReason::kAfterOverload);
}

TEST(MaxSearch, WhatFailsBelowWhatHoldsIsTold) {
  // Fails between 3000 and 4000, where long trials look; the first, short ones went past it.
  const Played played = Play(Options(), [](const TrialInput& trial) {
    return GoodIf(trial.load < 3'000 || (trial.load > 4'000 && trial.load < 9'000));
  });
  SCOPED_TRACE(Told(played));
  ASSERT_TRUE(played.found.lower.has_value());
  EXPECT_LT(*played.found.lower, 9'000);
  MaxSearchOptions options = Options();
  options.first_load = 5'000;
  // At full length what held before does not, and the search goes down past loads that do not hold either.
  const Played falling = Play(options, [](const TrialInput& trial) {
    return GoodIf(trial.load < 2'000 || (trial.load < 9'000 && trial.duration_ns < 5 * kSecond && trial.load > 4'000));
  });
  SCOPED_TRACE(Told(falling));
  EXPECT_LT(*falling.found.lower, 2'000);
  ASSERT_TRUE(falling.found.inversion.has_value());
  EXPECT_LT(falling.found.inversion->failed_load, falling.found.inversion->held_load);
}

TEST(MaxSearch, EndsWhateverTheServerDoes) {
  MaxSearchOptions options = Options();
  options.timeout_ns = int64_t{3600} * 24 * kSecond;
  for (uint32_t seed = 1; seed <= 500; ++seed) {
    std::mt19937 random(seed);
    const Played played = Play(options, [&](const TrialInput&) { return static_cast<TrialVerdict>(random() % 3); });
    SCOPED_TRACE(Told(played));
    EXPECT_NE(played.found.end, SearchEnd::kSearching);
    EXPECT_LE(played.trials.size(), static_cast<size_t>(MaxSearch::kMostTrials) + 2);
    if (played.found.lower.has_value() && played.found.upper.has_value()) {
      EXPECT_LT(*played.found.lower, *played.found.upper);
    }
  }
}

}  // namespace
}  // namespace wsload
