#include "agent/websocket/resolver.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <cstring>
#include <utility>

#include "common/time/clock.h"

namespace wsload {
namespace {

// A thousand dials to a name that does not exist ask for it once a second, not a thousand times.
constexpr int64_t kRetryAfterNs = kNsPerSecond;

SocketAddress ToSocketAddress(const asio::ip::tcp::endpoint& endpoint) {
  SocketAddress address;
  address.size = static_cast<socklen_t>(endpoint.size());
  std::memcpy(&address.storage, endpoint.data(), endpoint.size());
  return address;
}

}  // namespace

std::string SocketAddress::ToString() const {
  char text[INET6_ADDRSTRLEN] = "?";
  if (family() == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage);
    inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    return fmt::format("[{}]:{}", text, ntohs(v6->sin6_port));
  }
  const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage);
  inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
  return fmt::format("{}:{}", text, ntohs(v4->sin_port));
}

Resolver::Resolver(AsioEventLoop& loop, std::string host, uint16_t port)
    : loop_(loop), host_(std::move(host)), port_(port), resolver_(loop.io_context()) {
  asio::error_code error;
  const asio::ip::address literal = asio::ip::make_address(host_, error);
  if (!error) addresses_.push_back({ToSocketAddress({literal, port_})});
}

Resolver::State Resolver::Resolve(std::function<void()> changed) {
  if (!addresses_.empty()) return State::kReady;
  if (!error_.empty() && loop_.MonoNs() - failed_at_ns_ < kRetryAfterNs) return State::kFailed;
  if (under_way_) return State::kWaiting;
  under_way_ = true;
  resolver_.async_resolve(host_, std::to_string(port_), asio::ip::resolver_base::numeric_service,
                          [this, changed = std::move(changed), alive = std::weak_ptr<bool>(alive_)](
                              const asio::error_code& error, const asio::ip::tcp::resolver::results_type& results) {
                            if (alive.expired()) return;
                            under_way_ = false;
                            error_.clear();
                            for (const auto& result : results)
                              addresses_.push_back({ToSocketAddress(result.endpoint())});
                            if (addresses_.empty()) {
                              error_ =
                                  fmt::format("cannot resolve {}: {}; is the name right, and known to this machine?",
                                              host_, error ? error.message() : "no address");
                              failed_at_ns_ = loop_.MonoNs();
                            }
                            changed();
                          });
  return State::kWaiting;
}

std::vector<size_t> Resolver::NextOrder() {
  std::vector<size_t> order;
  std::vector<size_t> failed;
  order.reserve(addresses_.size());
  for (size_t i = 0; i < addresses_.size(); ++i) {
    const size_t index = (next_ + i) % addresses_.size();
    (addresses_[index].failed ? failed : order).push_back(index);
  }
  // On from the one chosen, not from next_: an address that failed would give its turn to the same neighbour always.
  next_ = (order.empty() ? failed.front() : order.front()) + 1;
  order.insert(order.end(), failed.begin(), failed.end());
  return order;
}

}  // namespace wsload
