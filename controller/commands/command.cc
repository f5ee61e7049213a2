#include "controller/commands/command.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "agent/load/engine_factory.h"
#include "common/util/descriptor_limit.h"
#include "common/util/status.h"
#include "controller/link/expand_agents.h"

namespace wsload {

void Print(FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

ExitCode FailWith(const absl::Status& status) {
  Print(stderr, fmt::format("wsload: {}\n", Text(status)));
  return status.code() == absl::StatusCode::kInvalidArgument ? ExitCode::kBadFlags : ExitCode::kError;
}

absl::StatusOr<Agents> FindAgents(const RunOptions& options) {
  // The links to many agents need descriptors too.
  RaiseDescriptorLimit();
  Agents agents;
  if (!options.agents.empty()) {
    absl::StatusOr<std::vector<AgentAddress>> addresses = ExpandAgents(options.agents);
    if (!addresses.ok()) return addresses.status();
    agents.addresses = *std::move(addresses);
    agents.access = options.access;
    return agents;
  }
  agents.embedded.name = "embedded";
  agents.embedded.cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  agents.embedded.host_facts = [] { return ReadHostFacts(); };
  agents.embedded.engine_factory = NewLoadEngineFactory(SystemClock());
  return agents;
}

}  // namespace wsload
