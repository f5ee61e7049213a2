// A certificate authority of its own for a group of agents and their controllers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/security/tls_identity.h"

namespace wsload {

/// EC P-256 keys (PKCS #8, no pass phrase), X.509 v3 certificates (RFC 5280), all PEM. An agent's certificate is good
/// for servers only, a controller's for clients only: neither host can stand in for the other.
struct CertificateSet {
  TlsIdentity authority;
  TlsIdentity agent;
  TlsIdentity controller;
};

/// `hosts`: names and addresses of the agents, beside localhost, 127.0.0.1 and ::1. Valid from `now_unix_s`, less an
/// hour for clocks that differ, for `days`. kInvalidArgument: a host that is neither name nor address; kInternal:
/// OpenSSL would not.
absl::StatusOr<CertificateSet> MakeCertificateSet(const std::vector<std::string>& hosts, int64_t now_unix_s,
                                                  int64_t days);

}  // namespace wsload
