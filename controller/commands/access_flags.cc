#include "controller/commands/access_flags.h"

#include <utility>

#include "common/security/access_token.h"
#include "common/util/local_error.h"

namespace wsload {

namespace {

constexpr Field<AccessFlags> kAccessFields[] = {
    {MemberOf<&AccessFlags::agents>(),
     {.name = "agents",
      .flag = "agents",
      .help = {"host:port,... or dns:///name:port; none: this process",
               "host:port,... 或 dns:///name:port；不填则在本进程内运行"},
      .in_short_help = true,
      .example = "host1:7400,host2:7400"}},
    {MemberOf<&AccessFlags::tls_ca>(),
     {.name = "tls_ca",
      .flag = "tls-ca",
      .help = {"PEM; TLS to the agents, whose certificates it signed", "PEM 文件；以 TLS 连接由它签发证书的压测节点"},
      .example = "FILE"}},
    {MemberOf<&AccessFlags::tls_cert>(),
     {.name = "tls_cert",
      .flag = "tls-cert",
      .help = {"PEM certificate that agents with -tls-client-ca ask for",
               "使用 -tls-client-ca 的压测节点要求的 PEM 证书"},
      .example = "FILE"}},
    {MemberOf<&AccessFlags::tls_key>(),
     {.name = "tls_key", .flag = "tls-key", .help = {"its private key", "该证书的私钥"}, .example = "FILE"}},
    {MemberOf<&AccessFlags::token_file>(),
     {.name = "token_file",
      .flag = "token-file",
      .help = {"token that agents with -token-file ask for", "使用 -token-file 的压测节点要求的令牌"},
      .example = "FILE"}},
};

}  // namespace

Fields<AccessFlags> AccessFields() { return kAccessFields; }

absl::StatusOr<AgentAccess> ReadAgentAccess(const AccessFlags& flags, const Environment& environment) {
  if (flags.tls_ca.empty() && !(flags.tls_cert.empty() && flags.tls_key.empty())) {
    return LocalInvalidArgument({"-tls-cert: there is no TLS to the agents without -tls-ca; add -tls-ca=FILE",
                                 "-tls-cert：没有 -tls-ca 就不会以 TLS 连接压测节点；请加上 -tls-ca=FILE"});
  }
  AgentAccess access;
  absl::StatusOr<std::string> ca = ReadTrustedCertificates("tls-ca", flags.tls_ca);
  if (!ca.ok()) return ca.status();
  access.ca_pem = *std::move(ca);
  absl::StatusOr<TlsIdentity> identity = ReadTlsIdentity(flags.tls_cert, flags.tls_key);
  if (!identity.ok()) return identity.status();
  access.identity = *std::move(identity);
  absl::StatusOr<std::string> token = ReadAccessToken(flags.token_file, environment);
  if (!token.ok()) return token.status();
  access.token = *std::move(token);
  return access;
}

}  // namespace wsload
