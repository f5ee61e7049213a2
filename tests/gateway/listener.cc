#include "tests/gateway/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <string>

#include "common/net/lookup.h"
#include "common/util/local_error.h"
#include "common/util/system_error.h"

namespace wsload::gateway {

absl::StatusOr<FileDescriptor> Listen(const HostPort& address) {
  const auto unavailable = [&address](const LocalString& why) {
    return LocalStatus(absl::StatusCode::kUnavailable,
                       FillLocal({"-listen={}: {}; choose another address, or port 0 for any free one",
                                  "-listen={}：{}；请换一个地址，或用端口 0 表示任意空闲端口"},
                                 address.ToString(), why));
  };
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (error != 0) return unavailable(LookupErrorLines(error));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> free_found(found, freeaddrinfo);

  FileDescriptor fd(socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (!fd.valid() || setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0 || listen(fd.get(), SOMAXCONN) != 0) {
    return unavailable(SystemErrorLines(errno));
  }
  return fd;
}

uint16_t BoundPort(const FileDescriptor& fd) {
  sockaddr_storage address = {};
  socklen_t size = sizeof address;
  if (getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace wsload::gateway
