// Who connects to an agent and is no controller: port scanners, browsers, broken programs.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace wsload::e2e {

/// One connection to 127.0.0.1, blocking, every wait with a deadline. By default from 127.0.0.1; the whole of 127/8 is
/// this host.
class Stranger {
 public:
  enum class Transport { kPlain, kTls };

  /// kTls: whatever the certificate; connected() is false when the handshake failed.
  explicit Stranger(uint16_t port, Transport transport = Transport::kPlain, uint32_t from = 0x7f000001);
  ~Stranger();
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  bool connected() const { return connected_; }
  /// False: the peer has closed.
  bool Send(std::string_view bytes);
  /// Says that it will send no more, and stays.
  void EndSending();
  /// Reads on until the peer closes; false when it did not by then.
  bool AwaitClose(std::chrono::steady_clock::time_point deadline);

 private:
  struct FreeTls {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };

  int fd_ = -1;
  bool connected_ = false;
  std::unique_ptr<SSL, FreeTls> tls_;
};

/// What a TLS client sends first.
std::string ClientHello();

}  // namespace wsload::e2e
