// The command line that starts a run again, as its result has it.
#pragma once

#include <optional>
#include <string>

#include "common/flags/bind_fields.h"
#include "common/flags/flag_set.h"
#include "common/plan/run_plan.h"
#include "common/plan/run_policy.h"
#include "controller/commands/access_flags.h"
#include "controller/commands/find_max_flags.h"
#include "controller/output/output_options.h"
#include "controller/result/judge_options.h"

namespace wsload {

/// Everything that the flags wrote to.
struct SetByFlags {
  const RunPlan& plan;
  const FilePaths& plan_files;
  const RunPolicy& policy;
  const JudgeOptions& judge;
  const OutputOptions& output;
  const AccessFlags& access;
  const std::optional<FindMaxFlags>& find;  ///< none: of a run
};

/// "wsload -server=... -clients=20000 ...", quoted for a shell: every flag that was set, wherever it was written, but
/// for -out, which names the place of this one run. Files by their names; credentials in URLs, headers and texts are
/// hidden.
std::string CommandLineOf(const FlagSet& flags, const SetByFlags& set);

}  // namespace wsload
