#include "common/net/target_list.h"

#include <arpa/inet.h>

#include <algorithm>

#include "common/net/authority.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

/// One spelling for each host.
std::string Canonical(std::string_view host) {
  const std::string text(host);
  char address[INET6_ADDRSTRLEN];
  in6_addr binary{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (inet_pton(family, text.c_str(), &binary) == 1) return inet_ntop(family, &binary, address, sizeof address);
  }
  return AsciiLower(host);
}

}  // namespace

absl::StatusOr<TargetList> TargetList::Parse(std::string_view text) {
  TargetList list;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    std::string_view entry = text.substr(begin, comma - begin);
    begin = comma + 1;
    if (entry.ends_with(":*")) entry.remove_suffix(2);
    const absl::StatusOr<Authority> authority = ParseAuthority(entry);
    if (!authority.ok()) {
      return LocalInvalidArgument({"\"{}\": {}; want host or host:port, for example gateway:9002,10.0.0.7",
                                   "\"{}\"：{}；应为 host 或 host:port，例如 gateway:9002,10.0.0.7"},
                                  Shown(entry), authority.status());
    }
    list.targets_.push_back({.host = Canonical(authority->host), .port = authority->port});
  }
  return list;
}

bool TargetList::Allows(std::string_view host, uint16_t port) const {
  if (empty()) return true;
  const std::string wanted = Canonical(host);
  return std::any_of(targets_.begin(), targets_.end(), [&](const Target& target) {
    return target.host == wanted && (!target.port.has_value() || *target.port == port);
  });
}

}  // namespace wsload
