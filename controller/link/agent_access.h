// How the controller gets in at agents over the network.
#pragma once

#include <string>

#include "common/security/tls_identity.h"

namespace wsload {

/// The same for all agents of a run.
struct AgentAccess {
  std::string ca_pem;    ///< not empty: TLS, with agents whose certificate one of these has signed
  TlsIdentity identity;  ///< the controller's own certificate; empty: none
  std::string token;     ///< empty: none

  bool tls() const { return !ca_pem.empty(); }
};

/// One agent: where it is dialled, and the host that its certificate must be for.
struct AgentAddress {
  std::string address;  ///< host:port
  std::string host;     ///< as -agents names it: behind dns:///name:port, the name

  bool operator==(const AgentAddress&) const = default;
};

}  // namespace wsload
