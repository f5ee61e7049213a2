// Who may give an agent work over the network.
#pragma once

#include <string>

#include "common/security/tls_identity.h"

namespace wsload {

struct ServerSecurity {
  TlsIdentity identity;       ///< empty: no TLS
  std::string client_ca_pem;  ///< not empty: a client certificate signed by one of these is required; wants `identity`
  std::string token;          ///< not empty: every call must carry it

  /// Whether strangers are kept out.
  bool KnowsControllers() const { return !client_ca_pem.empty() || !token.empty(); }
};

}  // namespace wsload
