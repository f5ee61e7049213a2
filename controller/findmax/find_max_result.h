// What `wsload find-max` finds out.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/lang/statement.h"
#include "common/util/choice.h"
#include "controller/findmax/max_search.h"
#include "controller/result/run_result.h"

namespace wsload {

/// What is to be as high as possible.
enum class FindVariable {
  kRate,     ///< messages per second
  kClients,  ///< connections
};

template <>
inline constexpr std::array kChoices<FindVariable> = {Choice{FindVariable::kRate, "rate"},
                                                      Choice{FindVariable::kClients, "clients"}};

/// One trial, and what its run gave.
struct FindMaxTrial {
  TrialInput input;
  TrialOutput output;
  LoadClass load_class = LoadClass::kUndecided;  ///< of its load, by all trials
  std::string run_id;
  Verdict measurement = Verdict::kValid;
  std::vector<Statement> reasons;  ///< why the trial is not good
  double sent_per_s = 0;
  double success_ratio = 0;
  // Of the response time; none: nothing was answered.
  std::optional<int64_t> response_us_p50;
  std::optional<int64_t> response_us_p99;
  std::optional<int64_t> response_us_p99_9;
  int64_t send_lag_us_p99 = 0;
};

enum class FindMaxAnswer {
  kFound,      ///< one load holds, and one little above it does not
  kAtLeast,    ///< a load holds; that a higher one does not is not known
  kNoneHolds,  ///< the lowest that was to be tried does not hold
  kUnknown,    ///< nothing is known of the server
};

template <>
inline constexpr std::array kChoices<FindMaxAnswer> = {
    Choice{FindMaxAnswer::kFound, "found"}, Choice{FindMaxAnswer::kAtLeast, "at_least"},
    Choice{FindMaxAnswer::kNoneHolds, "none_holds"}, Choice{FindMaxAnswer::kUnknown, "unknown"}};

struct FindMaxResult {
  FindVariable variable = FindVariable::kRate;
  std::string thresholds;  ///< as -threshold has them
  MaxSearchOptions options;
  bool most_load_given = false;  ///< options.most_load is what somebody asked for, not what wsload can
  int agents = 1;
  std::vector<FindMaxTrial> trials;  ///< in their order
  SearchFinding found;
  bool interrupted = false;
  int64_t elapsed_ns = 0;
};

/// What `run` says as a trial of `input`; `elapsed_ns`: it took in all. The run could be carried out.
///
/// Good: its thresholds were kept by a valid measurement, or by one of less load than planned where that was the
/// server's doing. Bad: they were broken by the server. All else is inconclusive: a late generator, lost agents, a run
/// without an outcome. When connections are searched for, one that is missing makes it bad.
FindMaxTrial TrialOf(FindVariable variable, const TrialInput& input, const RunResult& run, int64_t elapsed_ns);

FindMaxAnswer AnswerOf(const FindMaxResult& result);

/// What more agents would be good for; arithmetic, and no promise.
struct MoreAgents {
  double load_per_agent = 0;  ///< that they kept up with, at the highest load at which they did
  int64_t target_load = 0;    ///< -max-rate or -max-clients, else twice what they did not keep up with
  int64_t agents = 0;         ///< for that
};

/// None: the generator was not the limit, or kept up with nothing.
std::optional<MoreAgents> AgentsToAdd(const FindMaxResult& result);

/// The last trial at the load that holds, the longest of them; else the last trial. Null: there is none.
const FindMaxTrial* RepresentativeTrial(const FindMaxResult& result);

}  // namespace wsload
