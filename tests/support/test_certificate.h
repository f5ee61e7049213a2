// A throw-away certificate for TLS tests on loopback.
#pragma once

#include <string>

namespace wsload {

/// A self-signed certificate for localhost and 127.0.0.1, made anew and written as PEM files into `directory`.
struct TestCertificate {
  explicit TestCertificate(const std::string& directory);

  bool ok = false;
  std::string cert_file;
  std::string key_file;
};

}  // namespace wsload
