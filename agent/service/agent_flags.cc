#include "agent/service/agent_flags.h"

#include <string_view>
#include <utility>

#include "agent/host/source_check.h"
#include "common/security/access_token.h"
#include "common/util/status.h"
#include "common/util/text.h"

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
  set.Add("tls-cert", &flags.tls_cert, "PEM certificate of this agent; controllers then need TLS", true);
  set.Add("tls-key", &flags.tls_key, "its private key", true);
  set.Add("tls-client-ca", &flags.tls_client_ca, "PEM; only controllers with a certificate it signed are served", true);
  set.Add("token-file", &flags.token_file, "only controllers with the same token are served", true);
  set.AddParsed(
      "allow-target", "",
      [&flags](std::string_view text) {
        absl::StatusOr<TargetList> targets = TargetList::Parse(text);
        if (targets.ok()) flags.allowed_targets = *std::move(targets);
        return targets.status();
      },
      "host[:port],... that runs may load; none: any", true);
  set.Add("insecure", &flags.insecure,
          "listen on a network without a token or a client CA: whoever reaches it is served", true);
  set.Add("workers", &flags.workers, "worker threads (0: as the run says, else one per core)", true);
  set.Add("local-addrs", &flags.local_addrs,
          "addresses of this host to connect from, 10.0.0.5-10.0.0.9,...; none: as the run says", true);
  set.Add("max-clients", &flags.max_clients, "most clients in one run (0: as many as the host can carry)", true);
  set.AddParsed(
      "metrics", "",
      [&flags](std::string_view text) {
        flags.metrics.reset();
        if (text.empty()) return absl::OkStatus();
        auto address = ParseHostPort(text, /*allow_port_zero=*/true);
        if (address.ok()) flags.metrics = *address;
        return address.status();
      },
      "address of /metrics for Prometheus, host:port; readable by whoever reaches it (empty: off)", true);
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
  if (!IsUtf8(flags.name) || HasControlCharacter(flags.name)) {
    return InvalidArgument("-name=\"{}\": want UTF-8 without control characters", Shown(flags.name));
  }
  if (absl::Status sources = CheckSources(flags.local_addrs); !sources.ok()) return sources;
  if (!flags.tls_client_ca.empty() && flags.tls_cert.empty()) {
    return InvalidArgument("-tls-client-ca: wants a certificate of the agent's own too; add -tls-cert and -tls-key");
  }
  if (flags.metrics && flags.metrics->port != 0 && flags.metrics->ToString() == flags.listen.ToString()) {
    return InvalidArgument("-metrics={}: controllers have this address (-listen); choose another port",
                           flags.metrics->ToString());
  }
  return absl::OkStatus();
}

absl::StatusOr<ServerSecurity> ReadServerSecurity(const AgentFlags& flags,
                                                  const std::map<std::string, std::string>& environment) {
  ServerSecurity security;
  absl::StatusOr<TlsIdentity> identity = ReadTlsIdentity(flags.tls_cert, flags.tls_key);
  if (!identity.ok()) return identity.status();
  security.identity = *std::move(identity);
  absl::StatusOr<std::string> client_ca = ReadTrustedCertificates("tls-client-ca", flags.tls_client_ca);
  if (!client_ca.ok()) return client_ca.status();
  security.client_ca_pem = *std::move(client_ca);
  absl::StatusOr<std::string> token = ReadAccessToken(flags.token_file, environment);
  if (!token.ok()) return token.status();
  security.token = *std::move(token);
  if (!flags.listen.IsLoopback() && !security.KnowsControllers() && !flags.insecure) {
    return InvalidArgument(
        "-listen={}: anyone who reaches this address could run loads from this host; add -token-file or "
        "-tls-client-ca, listen on 127.0.0.1, or add -insecure if the network is trusted",
        flags.listen.ToString());
  }
  return security;
}

}  // namespace wsload
