#include "tests/gateway/socket_stream.h"

#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "common/net/socket_address.h"
#include "common/util/local_error.h"

namespace wsload::gateway {

absl::StatusOr<TlsContext> NewTlsContext(const std::string& cert_file, const std::string& key_file) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr)
    return LocalStatus(absl::StatusCode::kInternal,
                       FillLocal({"OpenSSL gives no TLS context", "OpenSSL 无法创建 TLS 上下文"}));
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A peer that just closes the socket ends the stream; the close handshake is WebSocket's here.
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  if (SSL_CTX_use_certificate_chain_file(context.get(), cert_file.c_str()) != 1) {
    ERR_clear_error();
    return LocalInvalidArgument(
        {"-tls-cert={}: no PEM certificate can be read there", "-tls-cert={}：无法从中读取 PEM 证书"}, cert_file);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    ERR_clear_error();
    return LocalInvalidArgument({"-tls-key={}: no PEM key that fits the certificate can be read there",
                                 "-tls-key={}：无法从中读取与证书相符的 PEM 私钥"},
                                key_file);
  }
  return context;
}

SocketStream::SocketStream(int fd, SSL_CTX* context) : fd_(fd) {
  if (context == nullptr) return;
  ssl_.reset(SSL_new(context));
  SSL_set_fd(ssl_.get(), fd);
  SSL_set_accept_state(ssl_.get());
}

SocketStream::~SocketStream() { close(fd_); }

std::string SocketStream::PeerAddress() const {
  sockaddr_storage peer = {};
  socklen_t size = sizeof peer;
  if (getpeername(fd_, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return "";
  return SocketAddress::FromSystem(reinterpret_cast<const sockaddr*>(&peer), size).Literal();
}

SocketStream::Result SocketStream::TlsResult(int returned, size_t& done) {
  if (returned > 0) {
    done = static_cast<size_t>(returned);
    return Result::kDone;
  }
  const int error = SSL_get_error(ssl_.get(), returned);
  ERR_clear_error();
  switch (error) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return Result::kBlocked;
    case SSL_ERROR_ZERO_RETURN:
      return Result::kEnd;
    default:
      return Result::kBroken;
  }
}

SocketStream::Result SocketStream::Read(char* data, size_t size, size_t& done) {
  if (ssl_ != nullptr) {
    size = std::min<size_t>(size, std::numeric_limits<int>::max());
    return TlsResult(SSL_read(ssl_.get(), data, static_cast<int>(size)), done);
  }
  const ssize_t got = recv(fd_, data, size, 0);
  if (got > 0) {
    done = static_cast<size_t>(got);
    return Result::kDone;
  }
  if (got == 0) return Result::kEnd;
  return errno == EAGAIN || errno == EINTR ? Result::kBlocked : Result::kBroken;
}

SocketStream::Result SocketStream::Write(const char* data, size_t size, size_t& done) {
  if (ssl_ != nullptr) {
    size = std::min<size_t>(size, std::numeric_limits<int>::max());
    return TlsResult(SSL_write(ssl_.get(), data, static_cast<int>(size)), done);
  }
  const ssize_t put = send(fd_, data, size, MSG_NOSIGNAL);
  if (put >= 0) {
    done = static_cast<size_t>(put);
    return Result::kDone;
  }
  return errno == EAGAIN || errno == EINTR ? Result::kBlocked : Result::kBroken;
}

void SocketStream::ResetAtClose() {
  const linger none = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

void SocketStream::FinishWriting() {
  if (ssl_ != nullptr) {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  shutdown(fd_, SHUT_WR);
}

}  // namespace wsload::gateway
