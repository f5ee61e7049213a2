#include "controller/commands/doctor_command.h"

#include <algorithm>

#include "controller/commands/command.h"
#include "controller/output/doctor_report.h"

namespace wsload {
namespace {

constexpr char kIntro[] =
    "wsload doctor [flags]: looks at the agents (none: at this host) without any load, and says what a run\n"
    "would stumble over. Takes a run's flags; with -server it also tries the way from each agent to the server.";

ExitCode Examine(const std::vector<std::string>& args, const std::map<std::string, std::string>& environment) {
  const absl::StatusOr<RunCommandLine> line = ParseRunFlags(args, environment, kIntro);
  if (!line.ok()) return FailWith(line.status());
  if (line->print.has_value()) {
    Print(stdout, *line->print);
    return ExitCode::kPassed;
  }
  const absl::StatusOr<Agents> agents = FindAgents(line->options);
  if (!agents.ok()) return FailWith(agents.status());
  const std::vector<AgentCheck> checks =
      CheckForDoctor(*agents, line->plan, line->options.on_agent_loss, line->options.server_given);
  Print(stdout, DoctorReport(line->options.language, checks));
  const bool well = std::all_of(checks.begin(), checks.end(), [](const AgentCheck& c) { return c.problems.empty(); });
  return well ? ExitCode::kPassed : ExitCode::kError;
}

}  // namespace

int DoctorCommand(const std::vector<std::string>& args, const std::map<std::string, std::string>& environment) {
  return static_cast<int>(Examine(args, environment));
}

}  // namespace wsload
