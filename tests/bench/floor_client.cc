#include "tests/bench/floor_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace wsload::bench {
namespace {

[[noreturn]] void Fail(const char* what) { throw std::runtime_error(std::string(what) + ": " + std::strerror(errno)); }

int Upgrade(uint16_t port, const std::string& target) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) Fail("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) Fail("connect");
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::string request = "GET " + target +
                              " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  if (write(fd, request.data(), request.size()) != static_cast<ssize_t>(request.size())) Fail("write");
  std::string response;
  while (response.find("\r\n\r\n") == std::string::npos) {
    char buffer[1024];
    const ssize_t got = read(fd, buffer, sizeof buffer);
    if (got <= 0) Fail("upgrade");
    response.append(buffer, static_cast<size_t>(got));
  }
  if (response.rfind("HTTP/1.1 101", 0) != 0) throw std::runtime_error("not upgraded: " + response);
  return fd;
}

/// One masked binary frame; the mask is fixed, masking is paid once.
std::string MaskedFrame(int payload_bytes) {
  std::string frame = "\x82";
  if (payload_bytes < 126) {
    frame += static_cast<char>(0x80 | payload_bytes);
  } else {
    frame += static_cast<char>(0x80 | 126);
    frame += static_cast<char>(payload_bytes >> 8);
    frame += static_cast<char>(payload_bytes & 0xff);
  }
  const char mask[4] = {0x12, 0x34, 0x56, 0x78};
  frame.append(mask, 4);
  for (int i = 0; i < payload_bytes; ++i) frame += static_cast<char>('a' ^ mask[i % 4]);
  return frame;
}

}  // namespace

FloorClient::FloorClient(uint16_t port, const std::string& target, int connections, int payload_bytes)
    : epoll_fd_(epoll_create1(EPOLL_CLOEXEC)),
      frame_(MaskedFrame(payload_bytes)),
      answer_bytes_(static_cast<uint32_t>(payload_bytes) + (payload_bytes < 126 ? 2 : 4)) {
  if (epoll_fd_ < 0) Fail("epoll_create1");
  for (int i = 0; i < connections; ++i) {
    const int fd = Upgrade(port, target);
    sockets_.push_back(fd);
    if (static_cast<size_t>(fd) >= received_.size()) received_.resize(static_cast<size_t>(fd) + 1);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) != 0) Fail("epoll_ctl");
  }
}

FloorClient::~FloorClient() {
  for (const int fd : sockets_) close(fd);
  close(epoll_fd_);
}

void FloorClient::Send(int fd) {
  if (write(fd, frame_.data(), frame_.size()) != static_cast<ssize_t>(frame_.size())) Fail("write");
}

Cost FloorClient::Run(int64_t round_trips) {
  const auto wall_start = std::chrono::steady_clock::now();
  const ThreadCpu start = ThreadCpuNow();
  for (const int fd : sockets_) Send(fd);
  int64_t sent = static_cast<int64_t>(sockets_.size());
  int64_t done = 0;
  char buffer[65536];
  epoll_event events[256];
  while (done < sent) {
    const int ready = epoll_wait(epoll_fd_, events, 256, 5000);
    if (ready <= 0) throw std::runtime_error("the echo server went silent");
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      const ssize_t got = read(fd, buffer, sizeof buffer);
      if (got <= 0) Fail("read");
      uint32_t& received = received_[static_cast<size_t>(fd)];
      received += static_cast<uint32_t>(got);
      if (received < answer_bytes_) continue;
      received = 0;
      ++done;
      if (sent < round_trips) {
        ++sent;
        Send(fd);
      }
    }
  }
  const ThreadCpu end = ThreadCpuNow();
  const auto wall = std::chrono::steady_clock::now() - wall_start;
  return {done, end.user_us - start.user_us, end.system_us - start.system_us,
          std::chrono::duration_cast<std::chrono::microseconds>(wall).count()};
}

}  // namespace wsload::bench
