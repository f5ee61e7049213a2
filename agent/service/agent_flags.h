// wsload-agent's flags.
#pragma once

#include <spdlog/common.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/service/server_security.h"
#include "common/flags/flag_set.h"
#include "common/net/host_port.h"
#include "common/net/source_list.h"
#include "common/net/target_list.h"
#include "common/plan/field.h"
#include "common/util/choice.h"
#include "common/util/environment.h"

namespace wsload {

template <>
inline constexpr std::array kChoices<spdlog::level::level_enum> = {
    Choice{spdlog::level::debug, "debug"}, Choice{spdlog::level::info, "info"}, Choice{spdlog::level::warn, "warning"},
    Choice{spdlog::level::err, "error"}};

struct AgentFlags {
  HostPort listen{"127.0.0.1", 7400};
  bool insecure = false;
  std::optional<HostPort> metrics;  ///< nothing: no metrics
  std::string tls_cert;
  std::string tls_key;
  std::string tls_client_ca;
  std::string token_file;
  TargetList allowed_targets;
  int32_t workers = 0;
  SourceList local_addrs;
  int64_t max_clients = 0;
  spdlog::level::level_enum log_level = spdlog::level::info;
  std::string name;
};

/// Flag, range and help of every member.
Fields<AgentFlags> AgentFields();

/// After parsing: ranges, combinations and leftovers. kInvalidArgument with one line.
absl::Status CheckAgentFlags(const FlagSet& set, const AgentFlags& flags);

/// Reads the files that the flags name, and the token from `environment`. kInvalidArgument: one line, without a secret
/// in it, for what cannot be read or used, and for an address that others can reach while nothing keeps them out.
absl::StatusOr<ServerSecurity> ReadServerSecurity(const AgentFlags& flags, const Environment& environment);

}  // namespace wsload
