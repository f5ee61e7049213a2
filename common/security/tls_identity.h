// The PEM files with which controllers and agents show who they are.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace wsload {

/// A certificate (with its chain) and its private key, both PEM.
struct TlsIdentity {
  std::string cert_pem;
  std::string key_pem;

  bool empty() const { return cert_pem.empty(); }
};

/// Both paths empty: an empty identity. kInvalidArgument: one line that names the flag, the file and the mend, for one
/// path without the other, what cannot be read or is no PEM, a key under a pass phrase, and a key that is not the
/// certificate's. Never shows content.
absl::StatusOr<TlsIdentity> ReadTlsIdentity(const std::string& cert_path, const std::string& key_path);

/// PEM certificates to trust; `flag` ("tls-ca") is for the line. An empty path: empty.
absl::StatusOr<std::string> ReadTrustedCertificates(std::string_view flag, const std::string& path);

}  // namespace wsload
