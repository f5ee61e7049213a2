// What the controller's commands share: printing, failing, finding the agents.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/exit_code.h"
#include "common/util/print.h"
#include "controller/commands/run_flags.h"
#include "controller/precheck/precheck.h"

namespace wsload {

/// A line on stderr for each: what was written and has no effect.
void PrintNotices(const std::vector<std::string>& notices);

/// One line on stderr. Bad flags have their own exit code.
ExitCode FailWith(const absl::Status& status, Language language);

/// Resolves -agents, which may block on the DNS. Raises the limit of open files for what is to come: links to agents,
/// or the embedded one's clients.
absl::StatusOr<Agents> FindAgents(const RunCommandLine& line);

/// What a run without -agents is carried out with; raises the limit of open files for its clients.
AgentConfig EmbeddedAgent();

}  // namespace wsload
