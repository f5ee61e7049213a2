// The -agents flag: which agents a run dials.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "controller/link/agent_access.h"

namespace wsload {

/// A name's addresses as literals without brackets ("10.0.0.7", "fd00::7"), or one line.
using HostResolver = std::function<absl::StatusOr<std::vector<std::string>>(const std::string& host)>;

/// LookUp(); blocks.
absl::StatusOr<std::vector<std::string>> ResolveHost(const std::string& host);

/// A comma list of host:port and dns:///name:port, the latter one agent per address of the name. At least one agent;
/// kInvalidArgument: one line that names the entry and the mend (malformed, named twice, more than 10,000),
/// kUnavailable: a name that does not resolve.
absl::StatusOr<std::vector<AgentAddress>> ExpandAgents(std::string_view flag,
                                                       const HostResolver& resolve = ResolveHost);

}  // namespace wsload
