#include "tests/e2e/stranger.h"

#include <netinet/in.h>
#include <openssl/err.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>

namespace wsload::e2e {
namespace {

constexpr timeval kPatience{10, 0};

SSL_CTX* Context() {
  static SSL_CTX* const context = [] {
    SSL_CTX* made = SSL_CTX_new(TLS_client_method());
    constexpr unsigned char kHttp2[] = {2, 'h', '2'};
    SSL_CTX_set_alpn_protos(made, kHttp2, sizeof kHttp2);
    return made;
  }();
  return context;
}

}  // namespace

Stranger::Stranger(uint16_t port, Transport transport, uint32_t from)
    : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(from);
  bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (transport == Transport::kPlain || !connected_) return;
  signal(SIGPIPE, SIG_IGN);  // OpenSSL's own writes raise it
  tls_.reset(SSL_new(Context()));
  SSL_set_fd(tls_.get(), fd_);
  connected_ = SSL_connect(tls_.get()) == 1;
  ERR_clear_error();
}

Stranger::~Stranger() { close(fd_); }

bool Stranger::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = tls_ != nullptr ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                                         : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ERR_clear_error();
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

void Stranger::EndSending() { shutdown(fd_, SHUT_WR); }

bool Stranger::AwaitClose(std::chrono::steady_clock::time_point deadline) {
  // Past TLS: what counts is the end of the stream below.
  std::array<char, 65536> buffer;
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd entry{.fd = fd_, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || poll(&entry, 1, static_cast<int>(left.count())) <= 0) return false;
    if (recv(fd_, buffer.data(), buffer.size(), 0) <= 0) return true;
  }
}

std::string ClientHello() {
  const std::unique_ptr<SSL, void (*)(SSL*)> session(SSL_new(Context()), SSL_free);
  BIO* sent = BIO_new(BIO_s_mem());
  SSL_set_bio(session.get(), BIO_new(BIO_s_mem()), sent);
  SSL_connect(session.get());
  ERR_clear_error();
  char* data = nullptr;
  const long size = BIO_get_mem_data(sent, &data);
  return std::string(data, static_cast<size_t>(size));
}

}  // namespace wsload::e2e
