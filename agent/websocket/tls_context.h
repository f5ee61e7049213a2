// The client's side of TLS for one destination.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/websocket/byte_stream.h"
#include "agent/websocket/dialer.h"
#include "common/util/local_text.h"

namespace wsload {

/// TLS 1.2 and up. Sessions may outlive it. One thread.
class TlsContext {
 public:
  /// kInvalidArgument: `options.ca_pem` holds no certificate, or a broken one.
  static absl::StatusOr<std::unique_ptr<TlsContext>> New(const DialOptions& options);

  /// A session that will verify the server's name, unless verification is off; null when out of memory.
  SslPtr NewSession() const;

 private:
  struct ContextDeleter {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  TlsContext() = default;

  std::unique_ptr<SSL_CTX, ContextDeleter> context_;
  std::string host_;
  bool host_is_address_ = false;
  bool verify_ = true;
};

/// Why a handshake failed, as DialResult names it ("tls", "tls_certificate"), and one line for people.
struct TlsFailure {
  std::string cause;
  LocalString detail;
};
TlsFailure DescribeTlsFailure(SSL* ssl, const std::string& host);

}  // namespace wsload
