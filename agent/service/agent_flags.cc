#include "agent/service/agent_flags.h"

#include <string_view>

#include "common/util/status.h"

namespace wsload {
namespace {

constexpr int32_t kMaxWorkers = 1024;

absl::Status ParseLogLevel(std::string_view text, spdlog::level::level_enum& level) {
  for (const auto known : {spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err}) {
    const auto name = spdlog::level::to_string_view(known);
    if (text == std::string_view(name.data(), name.size())) {
      level = known;
      return absl::OkStatus();
    }
  }
  return InvalidArgument("want debug, info, warning or error");
}

}  // namespace

void BindAgentFlags(FlagSet& set, AgentFlags& flags) {
  set.AddParsed(
      "listen", flags.listen.ToString(),
      [&flags](std::string_view text) {
        auto address = ParseHostPort(text, /*allow_port_zero=*/true);
        if (address.ok()) flags.listen = *address;
        return address.status();
      },
      "address for controllers, host:port (port 0: any free one)", true);
  set.Add("insecure", &flags.insecure, "allow a -listen address that other hosts can reach", true);
  set.Add("workers", &flags.workers, "worker threads (0: as the run says, else one per core)", true);
  set.Add("max-clients", &flags.max_clients, "most clients in one run (0: as many as the descriptor limit allows)",
          true);
  set.AddParsed(
      "log-level", "info", [&flags](std::string_view text) { return ParseLogLevel(text, flags.log_level); },
      "debug, info, warning or error", true);
  set.Add("name", &flags.name, "this agent in results (empty: the host name)", true);
}

absl::Status CheckAgentFlags(const FlagSet& set, const AgentFlags& flags) {
  if (!set.positional().empty()) {
    return InvalidArgument("unexpected argument \"{}\"; flags are written -name=value", set.positional().front());
  }
  if (flags.workers < 0 || flags.workers > kMaxWorkers) {
    return InvalidArgument("-workers={}: want 0 to {}", flags.workers, kMaxWorkers);
  }
  if (flags.max_clients < 0) return InvalidArgument("-max-clients={}: want 0 or more", flags.max_clients);
  if (!flags.listen.IsLoopback() && !flags.insecure) {
    return InvalidArgument(
        "-listen={}: anyone who reaches this address could run loads from this host; add -insecure if the network is "
        "trusted, or listen on 127.0.0.1",
        flags.listen.ToString());
  }
  return absl::OkStatus();
}

}  // namespace wsload
