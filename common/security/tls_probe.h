// One TLS handshake, to say what stands in the way of a connection.
#pragma once

#include <cstdint>
#include <string>

#include "common/net/host_port.h"
#include "common/security/tls_identity.h"

namespace wsload {

struct TlsProbeOptions {
  std::string ca_pem;    ///< empty: any certificate of the peer's will do
  std::string host;      ///< whom the peer's certificate must be for; empty: anybody
  TlsIdentity identity;  ///< ours, for peers that ask
};

enum class TlsProbe {
  kUnreachable,    ///< no connection, or no answer in time
  kNoTls,          ///< what listens there speaks something else
  kUnknownIssuer,  ///< the peer's certificate is not signed by `ca_pem`
  kExpired,        ///< it is no longer, or not yet, valid
  kWrongHost,      ///< it is for another host
  kRejected,       ///< the peer wants a certificate from us, or another one
  kOpen,           ///< the handshake went through
};

/// Connects to `address`, offers HTTP/2, and leaves. Blocks for `timeout_ns` at most.
TlsProbe ProbeTls(const HostPort& address, const TlsProbeOptions& options, int64_t timeout_ns);

}  // namespace wsload
