// What GitHub's runner makes annotations and a step summary of; every other CI system reads the files.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "common/util/environment.h"
#include "controller/output/output_options.h"
#include "controller/result/run_result.h"

namespace wsload {

/// Whether the run is under GitHub's runner, or was told so.
bool IsUnderGithub(CiSystem ci, const Environment& environment);

/// "::error title=wsload::p(99) 589 ms, want < 200 ms": a line for each reason why the run does not pass; a warning
/// where it passes all the same, or where the reason tells nothing of the server. Escaped, one line each. In English.
std::string GithubLines(const RunResult& result);

/// Appends to the file that GITHUB_STEP_SUMMARY names; without one nothing is done. The error is one line.
absl::Status AppendStepSummary(const Environment& environment, const std::string& markdown);

}  // namespace wsload
