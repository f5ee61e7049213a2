#include "tests/support/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "common/net/socket_address.h"

namespace wsload {
namespace {

SSL_CTX* MakeServerContext(const TlsIdentity& identity) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  BIO* certificate_bio = BIO_new_mem_buf(identity.cert_pem.data(), -1);
  BIO* key_bio = BIO_new_mem_buf(identity.key_pem.data(), -1);
  X509* certificate = PEM_read_bio_X509(certificate_bio, nullptr, nullptr, nullptr);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(key_bio, nullptr, nullptr, nullptr);
  SSL_CTX_use_certificate(context, certificate);
  SSL_CTX_use_PrivateKey(context, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  BIO_free(certificate_bio);
  BIO_free(key_bio);
  return context;
}

}  // namespace

ScriptedServer::Peer::~Peer() {
  if (ssl_ != nullptr) {
    SSL_shutdown(ssl_);
    SSL_free(ssl_);
  }
}

bool ScriptedServer::Peer::ReadMore() {
  std::array<char, 65536> buffer;
  const ssize_t size = ssl_ != nullptr ? SSL_read(ssl_, buffer.data(), static_cast<int>(buffer.size()))
                                       : recv(fd_, buffer.data(), buffer.size(), 0);
  if (size <= 0) return false;
  received_.append(buffer.data(), static_cast<size_t>(size));
  return true;
}

std::string ScriptedServer::Peer::ReadRequest() {
  size_t end = std::string::npos;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!ReadMore()) return {};
  }
  std::string request = received_.substr(0, end + 4);
  received_.erase(0, end + 4);
  return request;
}

void ScriptedServer::Peer::Upgrade(std::string_view headers, std::string_view behind) {
  constexpr std::string_view kKey = "Sec-WebSocket-Key: ";
  const std::string request = ReadRequest();
  const size_t at = request.find(kKey);
  if (at == std::string::npos) return;
  const size_t begin = at + kKey.size();
  std::string answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  answer += "Sec-WebSocket-Accept: " + AcceptFor(request.substr(begin, request.find('\r', begin) - begin)) + "\r\n";
  answer.append(headers).append("\r\n").append(behind);
  Send(answer);
}

bool ScriptedServer::Peer::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                         : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool ScriptedServer::Peer::SendInPieces(std::string_view bytes, size_t step) {
  for (size_t at = 0; at < bytes.size(); at += step) {
    if (!Send(bytes.substr(at, step))) return false;
    std::this_thread::yield();
  }
  return true;
}

std::optional<ClientFrame> ScriptedServer::Peer::ReadFrame() {
  for (;;) {
    if (std::optional<ClientFrame> frame = TakeClientFrame(received_)) return frame;
    if (!ReadMore()) return std::nullopt;
  }
}

void ScriptedServer::Peer::Echo() {
  while (const std::optional<ClientFrame> frame = ReadFrame()) {
    Send(ServerFrame(frame->opcode, frame->payload, {.rsv1 = frame->rsv1}));
    if (frame->opcode == 8) return;
  }
}

bool ScriptedServer::Peer::WaitForEnd() {
  while (ReadMore()) received_.clear();
  return errno != EAGAIN && errno != EWOULDBLOCK;
}

void ScriptedServer::Peer::Reset() {
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

ScriptedServer::ScriptedServer(Script script, std::optional<TlsIdentity> identity) : script_(std::move(script)) {
  signal(SIGPIPE, SIG_IGN);  // OpenSSL's own sockets here raise it
  if (identity) tls_ = MakeServerContext(*identity);
  listen_fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listen_fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listen_fd_, 1024) != 0 ||
      getsockname(listen_fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();  // a machine without loopback
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

ScriptedServer::~ScriptedServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  shutdown(listen_fd_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& peer : peers_) peer.join();
  close(listen_fd_);
  SSL_CTX_free(tls_);
}

void ScriptedServer::Accept() {
  for (;;) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int fd = accept4(listen_fd_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC);
    if (fd < 0) return;
    const timeval patience{5, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      close(fd);
      return;
    }
    ++accepted_;
    peer_addresses_.push_back(SocketAddress::FromSystem(reinterpret_cast<sockaddr*>(&peer), size).Literal());
    open_.push_back(fd);
    peers_.emplace_back([this, fd] { Serve(fd); });
  }
}

std::vector<std::string> ScriptedServer::Peers() {
  const std::lock_guard lock(mutex_);
  return peer_addresses_;
}

void ScriptedServer::Serve(int fd) {
  SSL* ssl = nullptr;
  bool ready = true;
  if (tls_ != nullptr) {
    ssl = SSL_new(tls_);
    SSL_set_fd(ssl, fd);
    ready = SSL_accept(ssl) == 1;
    if (!ready) {
      SSL_free(ssl);
      ssl = nullptr;
    }
  }
  if (ready) {
    Peer peer(fd, ssl);
    script_(peer);
  }
  const std::lock_guard lock(mutex_);
  open_.erase(std::find(open_.begin(), open_.end(), fd));
  close(fd);
}

}  // namespace wsload
