#include "agent/service/lent_sockets.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "agent/service/peer_address.h"

namespace wsload {

LentSockets::LentSockets()
    : nothing_(open("/dev/null", O_RDONLY | O_CLOEXEC)), spare_(fcntl(nothing_, F_DUPFD_CLOEXEC, 0)) {}

LentSockets::~LentSockets() {
  for (const int fd : {nothing_, spare_}) {
    if (fd >= 0) close(fd);
  }
}

bool LentSockets::IsOpen(int fd, const SocketAddress& peer) {
  SocketAddress found;
  found.size = sizeof found.storage;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&found.storage), &found.size) != 0) return false;
  if (found.family() != AF_INET && found.family() != AF_INET6) return false;
  return WithoutMapping(found) == peer;
}

int64_t LentSockets::ReceivedBytes(int fd, const SocketAddress& peer) {
  // The kernel's tcp_info up to tcpi_bytes_received; the C library's ends before it.
  std::array<uint64_t, 17> info{};
  socklen_t size = sizeof info;
  if (!IsOpen(fd, peer) || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return static_cast<int64_t>(info.back());
}

void LentSockets::End(int fd, const SocketAddress& peer) {
  // Looked at and ended through a descriptor that nobody else closes: behind `fd` there may be another socket a moment
  // after it was looked at.
  if (spare_ < 0 || dup3(fd, spare_, O_CLOEXEC) < 0) return;
  // What waits to be read goes as well, which shutdown() would leave there.
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  if (IsOpen(spare_, peer) && connect(spare_, &nobody, sizeof nobody) != 0) shutdown(spare_, SHUT_RDWR);
  dup3(nothing_, spare_, O_CLOEXEC);
}

}  // namespace wsload
