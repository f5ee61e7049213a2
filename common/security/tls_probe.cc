#include "common/security/tls_probe.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "common/net/lookup.h"
#include "common/time/clock.h"

namespace wsload {
namespace {

constexpr unsigned char kHttp2[] = {2, 'h', '2'};

using Context = std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)>;
using Session = std::unique_ptr<SSL, void (*)(SSL*)>;
using Bio = std::unique_ptr<BIO, int (*)(BIO*)>;

Bio Memory(const std::string& pem) { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free); }

class Socket {
 public:
  explicit Socket(int family) : fd_(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  int fd() const { return fd_; }

  /// False when nothing happened until `deadline_ns`.
  bool Await(short events, int64_t deadline_ns) const {
    const int64_t left_ms = (deadline_ns - SystemClock().MonoNs()) / kNsPerMs;
    pollfd entry{.fd = fd_, .events = events, .revents = 0};
    return left_ms > 0 && poll(&entry, 1, static_cast<int>(left_ms)) == 1;
  }

  bool Connect(const SocketAddress& to, int64_t deadline_ns) const {
    if (fd_ < 0) return false;
    if (connect(fd_, to.get(), to.size) == 0) return true;
    int error = 0;
    socklen_t size = sizeof error;
    return errno == EINPROGRESS && Await(POLLOUT, deadline_ns) &&
           getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
  }

 private:
  const int fd_;
};

void Trust(SSL_CTX* context, const std::string& ca_pem) {
  if (ca_pem.empty()) return;
  const Bio bio = Memory(ca_pem);
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate);
    X509_free(certificate);
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
}

void Identify(SSL_CTX* context, const TlsIdentity& identity) {
  if (identity.empty()) return;
  X509* certificate = PEM_read_bio_X509(Memory(identity.cert_pem).get(), nullptr, nullptr, nullptr);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(Memory(identity.key_pem).get(), nullptr, nullptr, nullptr);
  SSL_CTX_use_certificate(context, certificate);
  SSL_CTX_use_PrivateKey(context, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

void Expect(SSL* session, const std::string& host) {
  if (host.empty()) return;
  X509_VERIFY_PARAM* parameters = SSL_get0_param(session);
  if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1) return;
  X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), host.size());
  SSL_set_tlsext_host_name(session, host.c_str());
}

/// Repeats `step` until it needs no more from the network; its last answer.
template <typename Step>
int Drive(SSL* session, const Socket& socket, int64_t deadline_ns, Step step) {
  while (true) {
    ERR_clear_error();
    const int error = SSL_get_error(session, step());
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return error;
    if (!socket.Await(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline_ns)) return error;
  }
}

TlsProbe OfVerification(long result) {
  switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return TlsProbe::kExpired;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return TlsProbe::kWrongHost;
    default:
      return TlsProbe::kUnknownIssuer;
  }
}

TlsProbe OfFailedHandshake(SSL* session, int error) {
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return TlsProbe::kUnreachable;
  if (const long verified = SSL_get_verify_result(session); verified != X509_V_OK) return OfVerification(verified);
  // Once it has shown a certificate it speaks TLS; what then ends the handshake is about ours.
  const std::unique_ptr<X509, void (*)(X509*)> shown(SSL_get1_peer_certificate(session), X509_free);
  return shown != nullptr ? TlsProbe::kRejected : TlsProbe::kNoTls;
}

TlsProbe Shake(const Socket& socket, const TlsProbeOptions& options, int64_t deadline_ns) {
  const Context context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  Trust(context.get(), options.ca_pem);
  Identify(context.get(), options.identity);
  SSL_CTX_set_alpn_protos(context.get(), kHttp2, sizeof kHttp2);
  const Session session(SSL_new(context.get()), SSL_free);
  if (!options.ca_pem.empty()) Expect(session.get(), options.host);
  SSL_set_fd(session.get(), socket.fd());
  int error = Drive(session.get(), socket, deadline_ns, [&] { return SSL_connect(session.get()); });
  TlsProbe result = TlsProbe::kOpen;
  if (error != SSL_ERROR_NONE) {
    result = OfFailedHandshake(session.get(), error);
  } else {
    // With TLS 1.3 the peer looks at our certificate when our side of the handshake is over; a server that is content
    // sends HTTP/2's first frame.
    char byte = 0;
    error = Drive(session.get(), socket, deadline_ns, [&] { return SSL_read(session.get(), &byte, 1); });
    if (error != SSL_ERROR_NONE && error != SSL_ERROR_WANT_READ) result = TlsProbe::kRejected;
  }
  ERR_clear_error();
  return result;
}

}  // namespace

TlsProbe ProbeTls(const HostPort& address, const TlsProbeOptions& options, int64_t timeout_ns) {
  const int64_t deadline_ns = SystemClock().MonoNs() + timeout_ns;
  const auto found = LookUpWithin(address.host, address.port, timeout_ns);
  if (!found.ok()) return TlsProbe::kUnreachable;
  for (const SocketAddress& each : *found) {
    const Socket socket(each.family());
    if (socket.Connect(each, deadline_ns)) return Shake(socket, options, deadline_ns);
  }
  return TlsProbe::kUnreachable;
}

}  // namespace wsload
