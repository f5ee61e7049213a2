#include "controller/commands/command.h"

#include <utility>
#include <vector>

#include "agent/load/engine_factory.h"
#include "agent/load/upgrade_probe.h"
#include "common/time/clock.h"
#include "common/util/core_count.h"
#include "common/util/descriptor_limit.h"
#include "common/util/local_error.h"
#include "common/util/process_setup.h"
#include "common/util/redact.h"
#include "common/util/status.h"
#include "controller/link/expand_agents.h"

namespace wsload {
namespace {

// What its clients take is asked in the check before the run.
constexpr LeastMeans kLeastEmbedded = {.descriptors = 32, .threads = 4, .address_space_bytes = 128 << 20};

}  // namespace

void PrintNotices(const std::vector<std::string>& notices) {
  for (const std::string& notice : notices) Print(stderr, fmt::format("wsload: {}\n", notice));
}

ExitCode FailWith(const absl::Status& status, Language language) {
  Print(stderr, fmt::format("wsload: {}\n", RedactText(ErrorText(status, language))));
  return status.code() == absl::StatusCode::kInvalidArgument ? ExitCode::kBadFlags : ExitCode::kError;
}

AgentConfig EmbeddedAgent() {
  RaiseDescriptorLimit();
  AgentConfig agent;
  agent.name = "embedded";
  agent.host_cores = CoreCount();
  agent.cores = UsableCores(agent.host_cores, ReadCpuQuota());
  agent.cpu_quota = [] { return ReadCpuQuota(); };
  agent.host_facts = [] { return ReadHostFacts(); };
  agent.engine_factory = NewLoadEngineFactory(SystemClock(), [] { return ReadMemoryAvailable(); });
  agent.upgrade_probe = NewUpgradeProbe(SystemClock());
  return agent;
}

absl::StatusOr<Agents> FindAgents(const RunCommandLine& line) {
  Agents agents;
  if (line.agents.empty()) {
    if (absl::Status enough = CheckMeansOfProcess(kLeastEmbedded); !enough.ok()) return enough;
    agents.embedded = EmbeddedAgent();
    return agents;
  }
  // Also raises the limit of descriptors, which the links to many agents need.
  if (absl::Status enough = CheckMeansOfProcess(LeastMeansOfGrpc()); !enough.ok()) return enough;
  absl::StatusOr<std::vector<AgentAddress>> addresses = ExpandAgents(line.agents);
  if (!addresses.ok()) return addresses.status();
  agents.addresses = *std::move(addresses);
  agents.access = line.access;
  return agents;
}

}  // namespace wsload
