// The command line of `wsload run`: flags and environment become a plan and what the controller does around it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/lang/language.h"
#include "common/plan/run_plan.h"
#include "common/plan/run_policy.h"
#include "controller/link/agent_access.h"
#include "controller/result/run_result.h"

namespace wsload {

/// What the controller does with a run; agents never see it.
struct RunOptions {
  bool server_given = false;  ///< -server was written, not left at its default
  std::string agents;         ///< as -agents has it; empty: the embedded agent
  AgentAccess access;
  std::string out_dir;  ///< empty: no files
  bool json = false;
  bool quiet = false;
  AgentLossPolicy on_agent_loss = AgentLossPolicy::kFail;
  int64_t agent_lease_ns = 5 * kNsPerSecond;
  int64_t stats_interval_ns = 5 * kNsPerSecond;
  Language language = Language::kEnglish;
};

struct RunCommandLine {
  /// Set when help or the version was asked for: print this, do nothing else.
  std::optional<std::string> print;
  RunPlan plan;
  RunOptions options;
};

/// What `wsload run -help` says first.
extern const char kRunIntro[];

/// `args` without program and subcommand; `intro` stands above the flags in the help. Reads key, certificate and flag
/// files, nothing else. kInvalidArgument: one line that says how to mend it, never with a secret in it; exit code 104.
absl::StatusOr<RunCommandLine> ParseRunFlags(const std::vector<std::string>& args,
                                             const std::map<std::string, std::string>& environment,
                                             std::string_view intro = kRunIntro);

}  // namespace wsload
