#include "agent/websocket/byte_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace wsload {
namespace {

bool WouldBlock(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

// OpenSSL's socket BIO writes with write(2), which raises SIGPIPE; this one does not.
int SocketWrite(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const int fd = static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
  const ssize_t written = send(fd, data, static_cast<size_t>(size), MSG_NOSIGNAL);
  if (written < 0 && (WouldBlock(errno) || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(written);
}

int SocketRead(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  const int fd = static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
  const ssize_t received = recv(fd, data, static_cast<size_t>(size), 0);
  if (received < 0 && (WouldBlock(errno) || errno == EINTR)) BIO_set_retry_read(bio);
  if (received == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(received);
}

long SocketControl(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* SocketMethod() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
    BIO_meth_set_write(made, SocketWrite);
    BIO_meth_set_read(made, SocketRead);
    BIO_meth_set_ctrl(made, SocketControl);
    return made;
  }();
  return method;
}

}  // namespace

ByteStream::ByteStream(ByteStream&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), wants_write_(other.wants_write_), ssl_(std::move(other.ssl_)) {}

ByteStream& ByteStream::operator=(ByteStream&& other) noexcept {
  if (this != &other) {
    Close();
    fd_ = std::exchange(other.fd_, -1);
    wants_write_ = other.wants_write_;
    ssl_ = std::move(other.ssl_);
  }
  return *this;
}

bool ByteStream::StartTls(SslPtr ssl) {
  if (ssl == nullptr) return false;
  BIO* bio = BIO_new(SocketMethod());
  if (bio == nullptr) return false;
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(fd_)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl.get(), bio, bio);
  SSL_set_connect_state(ssl.get());
  ssl_ = std::move(ssl);
  return true;
}

ByteStream::Result ByteStream::HandshakeTls() {
  ERR_clear_error();
  const int status = SSL_do_handshake(ssl_.get());
  return status == 1 ? Result{Status::kOk} : TlsResult(status);
}

ByteStream::Result ByteStream::Read(uint8_t* data, size_t size) {
  if (ssl_ != nullptr) {
    ERR_clear_error();
    wants_write_ = false;
    const int status = SSL_read(ssl_.get(), data, static_cast<int>(std::min<size_t>(size, INT_MAX)));
    return status > 0 ? Result{Status::kOk, static_cast<size_t>(status)} : TlsResult(status);
  }
  for (;;) {
    const ssize_t received = recv(fd_, data, size, 0);
    if (received > 0) return {Status::kOk, static_cast<size_t>(received)};
    if (received == 0) return {Status::kEof};
    if (WouldBlock(errno)) return {Status::kWouldBlock};
    if (errno != EINTR) return {Status::kError, 0, errno};
  }
}

ByteStream::Result ByteStream::Write(const char* data, size_t size) {
  if (ssl_ == nullptr) {
    for (;;) {
      const ssize_t written = send(fd_, data, size, MSG_NOSIGNAL);
      if (written >= 0) return {Status::kOk, static_cast<size_t>(written)};
      if (WouldBlock(errno)) return {Status::kWouldBlock};
      if (errno != EINTR) return {Status::kError, 0, errno};
    }
  }
  size_t written = 0;
  while (written < size) {  // a record at a time
    ERR_clear_error();
    const int status =
        SSL_write(ssl_.get(), data + written, static_cast<int>(std::min<size_t>(size - written, INT_MAX)));
    if (status <= 0) {
      const Result result = TlsResult(status);
      return written > 0 && result.status == Status::kWouldBlock ? Result{Status::kOk, written} : result;
    }
    written += static_cast<size_t>(status);
  }
  return {Status::kOk, written};
}

ByteStream::Result ByteStream::TlsResult(int status) {
  const int system_error = errno;
  wants_write_ = false;
  switch (SSL_get_error(ssl_.get(), status)) {
    case SSL_ERROR_WANT_READ:
      return {Status::kWouldBlock};
    case SSL_ERROR_WANT_WRITE:
      wants_write_ = true;
      return {Status::kWouldBlock};
    case SSL_ERROR_ZERO_RETURN:
      return {Status::kEof};
    case SSL_ERROR_SYSCALL:
      return {Status::kError, 0, system_error != 0 ? system_error : ECONNRESET};
    default:
      break;
  }
  // A peer that closes TCP without TLS' own goodbye is common and harmless here: the close handshake is WebSocket's.
  if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) return {Status::kEof};
  return {Status::kError, 0, EPROTO};
}

void ByteStream::Close() {
  if (fd_ < 0) return;
  if (ssl_ != nullptr && SSL_is_init_finished(ssl_.get())) {
    SSL_shutdown(ssl_.get());  // TLS' own goodbye, if there is room for it
    ERR_clear_error();
  }
  ssl_.reset();
  close(std::exchange(fd_, -1));
}

void ByteStream::Reset() {
  if (fd_ < 0) return;
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ssl_.reset();
  close(std::exchange(fd_, -1));
}

}  // namespace wsload
