// A connected non-blocking socket, with or without TLS.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace wsload {

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, SslDeleter>;

/// Owns the descriptor. Never raises SIGPIPE.
class ByteStream {
 public:
  enum class Status { kOk, kWouldBlock, kEof, kError };
  struct Result {
    Status status;
    size_t size = 0;  ///< bytes read or written, when kOk
    int error = 0;    ///< errno, when kError; EPROTO: a TLS error
  };

  ByteStream() = default;
  explicit ByteStream(int fd) : fd_(fd) {}
  ByteStream(ByteStream&& other) noexcept;
  ByteStream& operator=(ByteStream&& other) noexcept;
  ~ByteStream() { Close(); }

  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }

  /// From now on everything is encrypted. Null when OpenSSL has no memory: false.
  bool StartTls(SslPtr ssl);
  /// Until it says kOk, again whenever the socket is ready.
  Result HandshakeTls();
  /// The TLS session, for what went wrong in it; null without TLS.
  SSL* ssl() const { return ssl_.get(); }

  /// At most `size` bytes of what is there.
  Result Read(uint8_t* data, size_t size);
  /// As much as the kernel takes now. After kWouldBlock or a part, the next write must begin with what was not taken.
  Result Write(const char* data, size_t size);

  /// Decrypted bytes wait within; the socket will not become ready for them.
  bool HasPending() const { return ssl_ != nullptr && SSL_pending(ssl_.get()) > 0; }
  /// The last TLS call waits for room to write, whatever it was asked to do.
  bool wants_write() const { return wants_write_; }

  void Close();
  /// Close(), but the peer sees a reset, and no TIME_WAIT keeps the port.
  void Reset();

 private:
  Result TlsResult(int status);

  int fd_ = -1;
  bool wants_write_ = false;
  SslPtr ssl_;
};

}  // namespace wsload
