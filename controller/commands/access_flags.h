// The flags with which the controller gets in at agents; the same in every command that talks to them.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "common/flags/flag_set.h"
#include "controller/link/agent_access.h"

namespace wsload {

struct AccessFlags {
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string token_file;
};

/// `flags` must outlive `set`.
void BindAccessFlags(FlagSet& set, AccessFlags& flags);

/// After parsing: reads the files, and the token from `environment` when no file is given. kInvalidArgument: one line,
/// without a secret in it.
absl::StatusOr<AgentAccess> ReadAgentAccess(const AccessFlags& flags,
                                            const std::map<std::string, std::string>& environment);

}  // namespace wsload
