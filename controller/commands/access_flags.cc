#include "controller/commands/access_flags.h"

#include <utility>

#include "common/security/access_token.h"
#include "common/util/status.h"

namespace wsload {

void BindAccessFlags(FlagSet& set, AccessFlags& flags) {
  set.Add("tls-ca", &flags.tls_ca, "PEM; TLS to the agents, whose certificates it signed");
  set.Add("tls-cert", &flags.tls_cert, "PEM certificate that agents with -tls-client-ca ask for");
  set.Add("tls-key", &flags.tls_key, "its private key");
  set.Add("token-file", &flags.token_file, "token that agents with -token-file ask for");
}

absl::StatusOr<AgentAccess> ReadAgentAccess(const AccessFlags& flags,
                                            const std::map<std::string, std::string>& environment) {
  if (flags.tls_ca.empty() && !(flags.tls_cert.empty() && flags.tls_key.empty())) {
    return InvalidArgument("-tls-cert: there is no TLS to the agents without -tls-ca; add -tls-ca=FILE");
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
