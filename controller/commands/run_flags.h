// The command line of `wsload run`: flags and environment become a plan, a policy and what is printed of the run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/plan/run_plan.h"
#include "common/plan/run_policy.h"
#include "common/util/environment.h"
#include "common/util/language.h"
#include "controller/commands/find_max_flags.h"
#include "controller/link/agent_access.h"
#include "controller/output/output_options.h"
#include "controller/result/judge_options.h"
#include "controller/result/run_result.h"

namespace wsload {

struct RunCommandLine {
  /// Set when help or the version was asked for: print this, do nothing else.
  std::optional<std::string> print;
  std::vector<std::string> notices;  ///< FlagSet::notices() and others, in the output's language
  RunPlan plan;
  RunPolicy policy;
  JudgeOptions judge;
  OutputOptions output;
  RunLabels labels;
  std::string agents;  ///< as -agents has it; empty: the embedded agent
  AgentAccess access;
  std::string dashboard_token;  ///< that -dashboard asks for; empty: it asks for none
  bool server_given = false;  ///< -server was written, not left at its default
  std::optional<FindMaxFlags> find;  ///< of find-max alone
};

/// What `wsload run -help` says first.
extern const LocalText kRunIntro;

/// `args` without program and subcommand; `intro` stands above the flags in the help. Reads key, certificate and flag
/// files, nothing else. kInvalidArgument: one line that says how to mend it, never with a secret in it; exit code 104.
absl::StatusOr<RunCommandLine> ParseRunFlags(const std::vector<std::string>& args, const Environment& environment,
                                             const LocalText& intro = kRunIntro);

/// Likewise for `wsload find-max`: its own flags beside those of a run, a short ramp-up unless told otherwise, and
/// thresholds that are not held against the plan, whose load is where the search begins.
absl::StatusOr<RunCommandLine> ParseFindMaxFlags(const std::vector<std::string>& args, const Environment& environment,
                                                 const LocalText& intro);

}  // namespace wsload
