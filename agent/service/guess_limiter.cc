#include "agent/service/guess_limiter.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace wsload {
namespace {

constexpr std::string_view kIpv4 = "ipv4:";
constexpr std::string_view kIpv6 = "ipv6:";
constexpr char kElsewhere[] = "elsewhere";
constexpr size_t kNetworkBytes = 8;

/// "%5B::1%5D:80" or "[::1]:80" without the port, the brackets and a zone.
std::string Ipv6Host(std::string_view text) {
  if (const size_t port = text.rfind(':'); port != std::string_view::npos) text = text.substr(0, port);
  for (const std::string_view bracket : {"[", "%5B"}) {
    if (text.starts_with(bracket)) text.remove_prefix(bracket.size());
  }
  return std::string(text.substr(0, text.find_first_of("]%")));
}

std::string Ipv4Text(const void* address) {
  char text[INET_ADDRSTRLEN] = {};
  inet_ntop(AF_INET, address, text, sizeof text);
  return text;
}

}  // namespace

bool GuessLimiter::MayTry(const std::string& network, int64_t mono_ns) const {
  const auto found = networks_.find(network);
  if (found == networks_.end() || found->second.Recovered(mono_ns)) return true;
  return found->second.Free(mono_ns) && total_.Free(mono_ns);
}

void GuessLimiter::CountWrong(const std::string& network, int64_t mono_ns) {
  total_.Take(mono_ns);
  auto found = networks_.find(network);
  if (found == networks_.end()) {
    if (networks_.size() >= kMaxNetworks) MakeRoom(mono_ns);
    found = networks_.emplace(network, RateBound(kBurst, kIntervalNs)).first;
  }
  found->second.Take(mono_ns);
}

void GuessLimiter::MakeRoom(int64_t mono_ns) {
  std::erase_if(networks_, [mono_ns](const auto& entry) { return entry.second.Recovered(mono_ns); });
  if (networks_.size() < kMaxNetworks) return;
  networks_.erase(std::min_element(networks_.begin(), networks_.end(), [](const auto& a, const auto& b) {
    return a.second.full_ns() < b.second.full_ns();
  }));
}

std::string NetworkOf(std::string_view peer) {
  if (peer.starts_with(kIpv4)) {
    peer.remove_prefix(kIpv4.size());
    in_addr address{};
    if (inet_pton(AF_INET, std::string(peer.substr(0, peer.rfind(':'))).c_str(), &address) == 1) {
      return Ipv4Text(&address);
    }
  } else if (peer.starts_with(kIpv6)) {
    in6_addr address{};
    if (inet_pton(AF_INET6, Ipv6Host(peer.substr(kIpv6.size())).c_str(), &address) != 1) return kElsewhere;
    if (IN6_IS_ADDR_V4MAPPED(&address)) return Ipv4Text(&address.s6_addr[12]);
    std::memset(&address.s6_addr[kNetworkBytes], 0, sizeof address.s6_addr - kNetworkBytes);
    char text[INET6_ADDRSTRLEN] = {};
    inet_ntop(AF_INET6, &address, text, sizeof text);
    return std::string(text) + "/64";
  }
  return kElsewhere;
}

}  // namespace wsload
