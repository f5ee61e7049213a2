// wsload-agent's flags.
#pragma once

#include <spdlog/common.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "common/flags/flag_set.h"
#include "common/net/host_port.h"

namespace wsload {

struct AgentFlags {
  HostPort listen{"127.0.0.1", 7400};
  bool insecure = false;
  int32_t workers = 0;
  int64_t max_clients = 0;
  spdlog::level::level_enum log_level = spdlog::level::info;
  std::string name;
};

/// `flags` must outlive `set`.
void BindAgentFlags(FlagSet& set, AgentFlags& flags);

/// After parsing: ranges, combinations and leftovers. kInvalidArgument with one line.
absl::Status CheckAgentFlags(const FlagSet& set, const AgentFlags& flags);

}  // namespace wsload
