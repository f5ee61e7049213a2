#include "agent/host/source_check.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "common/lang/statement_status.h"
#include "common/util/status.h"

namespace wsload {
namespace {

constexpr size_t kMaxListed = 3;

bool IsOurs(const SocketAddress& source) {
  const int fd = socket(source.family(), SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd < 0) return false;
  // Without it, a host whose ports are all in use would seem to lack the address.
  const int on = 1;
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const bool bound = bind(fd, source.get(), source.size) == 0;
  close(fd);
  return bound;
}

}  // namespace

std::vector<SocketAddress> ForeignAddresses(const std::vector<SocketAddress>& sources) {
  std::vector<SocketAddress> foreign;
  std::copy_if(sources.begin(), sources.end(), std::back_inserter(foreign),
               [](const SocketAddress& source) { return !IsOurs(source); });
  return foreign;
}

std::string ListAddresses(const std::vector<SocketAddress>& addresses) {
  std::string text;
  for (size_t i = 0; i < std::min(addresses.size(), kMaxListed); ++i) {
    text += (i == 0 ? "" : ", ") + addresses[i].Literal();
  }
  if (addresses.size() > kMaxListed) text += fmt::format(" and {} more", addresses.size() - kMaxListed);
  return text;
}

absl::Status CheckSources(const SourceList& sources) {
  const std::vector<SocketAddress> foreign = ForeignAddresses(sources.addresses());
  if (foreign.empty()) return absl::OkStatus();
  return StatementStatus(absl::StatusCode::kInvalidArgument,
                         {StatementKind::kForeignAddresses, {ListAddresses(foreign)}});
}

}  // namespace wsload
