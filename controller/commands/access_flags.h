// Which agents a command talks to, and how the controller gets in there; the same in every command that does.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/plan/field.h"
#include "common/util/environment.h"
#include "controller/link/agent_access.h"

namespace wsload {

struct AccessFlags {
  std::string agents;  ///< as ExpandAgents() takes it; empty: the embedded agent
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string token_file;
};

/// Flag and help of every member.
Fields<AccessFlags> AccessFields();

/// After parsing: reads the files, and the token from `environment` when no file is given. kInvalidArgument: one line,
/// without a secret in it.
absl::StatusOr<AgentAccess> ReadAgentAccess(const AccessFlags& flags, const Environment& environment);

}  // namespace wsload
