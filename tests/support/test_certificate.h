// Throw-away certificates for TLS tests on loopback.
#pragma once

#include <string>

#include "common/security/tls_identity.h"

namespace wsload {

/// A certificate that signs itself, made anew. `alt_names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1".
TlsIdentity MakeTestIdentity(const std::string& alt_names);

/// One for localhost and 127.0.0.1, written as PEM files into `directory`.
struct TestCertificate {
  explicit TestCertificate(const std::string& directory);

  bool ok = false;
  std::string cert_file;
  std::string key_file;
};

}  // namespace wsload
