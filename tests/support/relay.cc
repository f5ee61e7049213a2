#include "tests/support/relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace wsload {
namespace {

sockaddr_in Loopback(const std::string& address, uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  inet_pton(AF_INET, address.c_str(), &result.sin_addr);
  return result;
}

/// One direction, to the end of the stream.
void Carry(int from, int to) {
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t got = recv(from, buffer.data(), buffer.size(), 0);
    if (got <= 0) break;
    for (ssize_t sent = 0; sent < got;) {
      const ssize_t step = send(to, buffer.data() + sent, static_cast<size_t>(got - sent), MSG_NOSIGNAL);
      if (step <= 0) return void(shutdown(from, SHUT_RDWR));
      sent += step;
    }
  }
  shutdown(to, SHUT_WR);
}

}  // namespace

Relay::Relay(std::string source, uint16_t to_port)
    : Relay(std::move(source), std::vector<uint16_t>{to_port}, Choice::kInTurn) {}

Relay::Relay(std::string source, std::vector<uint16_t> to_ports, Choice choice)
    : source_(std::move(source)), to_ports_(std::move(to_ports)), choice_(choice) {
  const int probe = ConnectTo(to_ports_.at(0));
  if (probe < 0) throw std::runtime_error("no connection from " + source_);
  close(probe);
  listen_fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback("127.0.0.1", 0);
  socklen_t size = sizeof address;
  if (bind(listen_fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listen_fd_, 64) != 0 ||
      getsockname(listen_fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no port to relay from");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

Relay::~Relay() {
  shutdown(listen_fd_, SHUT_RDWR);
  acceptor_.join();
  for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  for (std::thread& carrier : carriers_) carrier.join();
  for (const int fd : open_) close(fd);
  close(listen_fd_);
}

int Relay::Connect(size_t first) {
  for (size_t tries = 0; tries < to_ports_.size(); ++tries) {
    const int fd = ConnectTo(to_ports_[(first + tries) % to_ports_.size()]);
    if (fd >= 0) return fd;
  }
  return -1;
}

int Relay::ConnectTo(uint16_t port) const {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in from = Loopback(source_, 0);
  const sockaddr_in to = Loopback("127.0.0.1", port);
  if (fd >= 0 && bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) == 0 &&
      connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
    return fd;
  }
  if (fd >= 0) close(fd);
  return -1;
}

void Relay::Accept() {
  while (true) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    const int near = accept4(listen_fd_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC);
    if (near < 0) return;
    const int far = Connect(choice_ == Choice::kInTurn ? turn_++ : ntohl(peer.sin_addr.s_addr) % 256);
    if (far < 0) {
      close(near);
      continue;
    }
    open_.insert(open_.end(), {near, far});
    carriers_.emplace_back(Carry, near, far);
    carriers_.emplace_back(Carry, far, near);
  }
}

}  // namespace wsload
