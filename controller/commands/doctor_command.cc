#include "controller/commands/doctor_command.h"

#include <algorithm>

#include "common/flags/flag_set.h"
#include "common/util/language.h"
#include "controller/commands/command.h"
#include "controller/output/doctor_report.h"

namespace wsload {
namespace {

constexpr LocalText kDoctorIntro = {
    "wsload doctor [flags]: looks at the agents (none: at this host) without any load, and says what a run\n"
    "would stumble over. Takes a run's flags; with -server it also opens one connection from each agent to it.",
    "wsload doctor [参数]：不施加任何压力，检查各压测节点（未指定则检查本机），并指出压测会遇到的问题。\n"
    "参数与压测相同；指定 -server 时，还会从每个压测节点建立一个连接。"};

ExitCode ExamineAgents(const std::vector<std::string>& args, const Environment& environment) {
  const absl::StatusOr<RunCommandLine> line = ParseRunFlags(args, environment, kDoctorIntro);
  if (!line.ok()) {
    return FailWith(line.status(), WantedLanguage(args, environment, "WSLOAD"));
  }
  if (line->print.has_value()) {
    Print(stdout, *line->print);
    return ExitCode::kPassed;
  }
  PrintNotices(line->notices);
  const absl::StatusOr<Agents> agents = FindAgents(*line);
  if (!agents.ok()) return FailWith(agents.status(), line->output.language);
  const std::vector<AgentCheck> checks =
      CheckForDoctor(*agents, line->plan, line->policy.on_agent_loss, line->server_given);
  Print(stdout, DoctorReport(line->output.language, checks));
  const bool well = std::all_of(checks.begin(), checks.end(), [](const AgentCheck& c) { return c.problems.empty(); });
  return well ? ExitCode::kPassed : ExitCode::kError;
}

}  // namespace

int DoctorCommand(const std::vector<std::string>& args, const Environment& environment) {
  return static_cast<int>(ExamineAgents(args, environment));
}

}  // namespace wsload
