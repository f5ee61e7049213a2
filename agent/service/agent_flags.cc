#include "agent/service/agent_flags.h"

#include <string_view>
#include <utility>

#include "agent/host/source_check.h"
#include "common/plan/workers.h"
#include "common/security/access_token.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

absl::StatusOr<HostPort> ParseListen(std::string_view text) { return ParseHostPort(text, /*allow_port_zero=*/true); }
std::string ListenText(const HostPort& address) { return address.ToString(); }

absl::StatusOr<std::optional<HostPort>> ParseMetrics(std::string_view text) {
  if (text.empty()) return std::optional<HostPort>();
  absl::StatusOr<HostPort> address = ParseListen(text);
  if (!address.ok()) return address.status();
  return std::optional<HostPort>(*std::move(address));
}
std::string MetricsText(const std::optional<HostPort>& address) { return address ? address->ToString() : ""; }

absl::StatusOr<TargetList> ParseTargets(std::string_view text) { return TargetList::Parse(text); }
// There are none by default, and nobody asks later.
std::string TargetsText(const TargetList&) { return ""; }

constexpr Field<AgentFlags> kAgentFields[] = {
    {TextMemberOf<&AgentFlags::listen, ParseListen, ListenText>(),
     {.name = "listen",
      .flag = "listen",
      .help = {"address for controllers, host:port (port 0: any free one)",
               "控制器连接的地址，host:port（端口 0 表示任意空闲端口）"},
      .in_short_help = true,
      .example = "127.0.0.1:7400"}},
    {MemberOf<&AgentFlags::tls_cert>(),
     {.name = "tls_cert",
      .flag = "tls-cert",
      .help = {"PEM certificate of this agent; controllers then need TLS", "本节点的 PEM 证书；此后控制器必须使用 TLS"},
      .in_short_help = true,
      .example = "FILE"}},
    {MemberOf<&AgentFlags::tls_key>(),
     {.name = "tls_key",
      .flag = "tls-key",
      .help = {"its private key", "该证书的私钥"},
      .in_short_help = true,
      .example = "FILE"}},
    {MemberOf<&AgentFlags::tls_client_ca>(),
     {.name = "tls_client_ca",
      .flag = "tls-client-ca",
      .help = {"PEM; only controllers with a certificate it signed are served",
               "PEM 文件；只为持有由它签发证书的控制器服务"},
      .in_short_help = true,
      .example = "FILE"}},
    {MemberOf<&AgentFlags::token_file>(),
     {.name = "token_file",
      .flag = "token-file",
      .help = {"only controllers with the same token are served", "只为持有相同令牌的控制器服务"},
      .in_short_help = true,
      .example = "FILE"}},
    {TextMemberOf<&AgentFlags::allowed_targets, ParseTargets, TargetsText>(),
     {.name = "allowed_targets",
      .flag = "allow-target",
      .help = {"host[:port],... that runs may load; none: any", "允许施压的 host[:port],...；不填则不限"},
      .in_short_help = true,
      .example = "gateway:9002"}},
    {MemberOf<&AgentFlags::insecure>(),
     {.name = "insecure",
      .flag = "insecure",
      .help = {"serve anyone who can reach -listen, although it is not a loopback address",
               "-listen 不是回环地址时，仍为任何能连上它的人服务"},
      .in_short_help = true}},
    {MemberOf<&AgentFlags::workers>(),
     {.name = "workers",
      .flag = "workers",
      .help = {"worker threads (0: as the run says, else one per core)",
               "工作线程数（0 表示由压测决定，否则每核一个）"},
      .in_short_help = true,
      .least = 0,
      .most = kMaxWorkers,
      .example = "4"}},
    {MemberOf<&AgentFlags::local_addrs>(),
     {.name = "local_addrs",
      .flag = "local-addrs",
      .help = {"addresses of this host to connect from, 10.0.0.5-10.0.0.9,...; none: as the run says",
               "本机用于发起连接的地址，10.0.0.5-10.0.0.9,...；不填则由压测决定"},
      .in_short_help = true,
      .repeat_value = false,  // it may be long; the line shows the entry
      .example = "10.0.0.5-10.0.0.9"}},
    {MemberOf<&AgentFlags::max_clients>(),
     {.name = "max_clients",
      .flag = "max-clients",
      .help = {"most clients in one run (0: as many as the host can carry)",
               "一次压测的最大客户端数（0 表示以主机能力为限）"},
      .in_short_help = true,
      .unit = Unit::kCount,
      .least = 0,
      .example = "10000"}},
    {TextMemberOf<&AgentFlags::metrics, ParseMetrics, MetricsText>(),
     {.name = "metrics",
      .flag = "metrics",
      .help = {"address of /metrics for Prometheus, host:port; readable by whoever reaches it (empty: off)",
               "供 Prometheus 读取 /metrics 的地址，host:port；能连上的人都可读取（不填则关闭）"},
      .in_short_help = true,
      .example = "127.0.0.1:9100"}},
    {MemberOf<&AgentFlags::log_level>(),
     {.name = "log_level",
      .flag = "log-level",
      .help = {"debug, info, warning or error", "debug、info、warning 或 error"},
      .in_short_help = true,
      .example = "info"}},
    {MemberOf<&AgentFlags::name>(),
     {.name = "name",
      .flag = "name",
      .help = {"this agent in results (empty: the host name)", "本节点在结果中的名称（不填则用主机名）"},
      .in_short_help = true,
      .example = "load1"}},
};

}  // namespace

Fields<AgentFlags> AgentFields() { return kAgentFields; }

absl::Status CheckAgentFlags(const FlagSet& set, const AgentFlags& flags) {
  if (absl::Status none = set.CheckNoArguments(); !none.ok()) return none;
  if (absl::Status in_range = CheckFields(AgentFields(), flags); !in_range.ok()) return in_range;
  if (!IsUtf8(flags.name) || HasControlCharacter(flags.name)) {
    return LocalInvalidArgument(
        {"-name=\"{}\": want UTF-8 without control characters", "-name=\"{}\"：应为不含控制字符的 UTF-8"},
        Shown(flags.name));
  }
  if (absl::Status sources = CheckSources(flags.local_addrs); !sources.ok()) return sources;
  if (!flags.tls_client_ca.empty() && flags.tls_cert.empty()) {
    return LocalInvalidArgument(
        {"-tls-client-ca: wants a certificate of the agent's own too; add -tls-cert and -tls-key",
         "-tls-client-ca：还需要压测节点自己的证书；请加上 -tls-cert 和 -tls-key"});
  }
  if (flags.metrics && flags.metrics->port != 0 && flags.metrics->ToString() == flags.listen.ToString()) {
    return LocalInvalidArgument({"-metrics={}: controllers have this address (-listen); choose another port",
                                 "-metrics={}：该地址已供控制器使用 (-listen)；请换一个端口"},
                                flags.metrics->ToString());
  }
  return absl::OkStatus();
}

absl::StatusOr<ServerSecurity> ReadServerSecurity(const AgentFlags& flags, const Environment& environment) {
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
    return LocalInvalidArgument(
        {"-listen={}: anyone who reaches this address could run loads from this host; add -token-file or "
         "-tls-client-ca, listen on 127.0.0.1, or add -insecure if the network is trusted",
         "-listen={}：任何能访问该地址的人都可以从本机发起压测；请加上 -token-file 或 -tls-client-ca、改为监听 "
         "127.0.0.1，或在网络可信时加上 -insecure"},
        flags.listen.ToString());
  }
  return security;
}

}  // namespace wsload
