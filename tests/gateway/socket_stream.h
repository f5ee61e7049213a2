// A non-blocking socket, plain or in TLS (the server's side, by OpenSSL).
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload::gateway {

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

using TlsContext = std::unique_ptr<SSL_CTX, FreeSsl>;

/// kInvalidArgument with one line when a file cannot be used.
absl::StatusOr<TlsContext> NewTlsContext(const std::string& cert_file, const std::string& key_file);

class SocketStream {
 public:
  enum class Result { kDone, kBlocked, kEnd, kBroken };

  /// Owns `fd`; TLS when `context` is given.
  SocketStream(int fd, SSL_CTX* context);
  ~SocketStream();
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;

  int fd() const { return fd_; }
  bool secure() const { return ssl_ != nullptr; }
  /// "127.0.0.1", "::1"; empty when the peer is gone.
  std::string PeerAddress() const;

  /// kDone: 1 to `size` bytes, in `done`. kEnd: the peer will send no more.
  Result Read(char* data, size_t size, size_t& done);
  /// kDone: 1 to `size` bytes were taken, in `done`.
  Result Write(const char* data, size_t size, size_t& done);

  /// The end will be an RST, and nothing that waits in the socket is sent any more.
  void ResetAtClose();

  /// No more writes: the peer reads the end behind what was written.
  void FinishWriting();

 private:
  Result TlsResult(int returned, size_t& done);

  int fd_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
};

}  // namespace wsload::gateway
