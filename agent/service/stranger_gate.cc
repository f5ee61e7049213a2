#include "agent/service/stranger_gate.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "agent/service/peer_address.h"

namespace wsload {

StrangerGate::StrangerGate(const Clock& clock, Sockets& sockets, size_t most)
    : clock_(clock), sockets_(sockets), most_(most) {}

bool StrangerGate::Add(int fd, const SocketAddress& peer) {
  const std::lock_guard lock(mutex_);
  const SocketAddress address = WithoutMapping(peer);
  std::string network = NetworkOf(address);
  const int64_t now_ns = clock_.MonoNs();
  if (!offenders_.MayCome(network, now_ns)) return false;
  if (CountStrangers() >= most_) ForgetClosed();
  if (CountStrangers() >= most_) EndOneOfTheLargestNetwork();
  connections_.insert_or_assign(
      address, Connection{.fd = fd, .network = std::move(network), .since_ns = now_ns, .last_call_ns = now_ns});
  return true;
}

void StrangerGate::CountCall(std::string_view peer) {
  const std::lock_guard lock(mutex_);
  const auto connection = Find(peer);
  if (connection == connections_.end()) return;
  Connection& caller = connection->second;
  caller.last_call_ns = clock_.MonoNs();
  if (!caller.calls.Free(caller.last_call_ns)) return EndOffender(connection, caller.last_call_ns);
  caller.calls.Take(caller.last_call_ns);
}

void StrangerGate::LetIn(std::string_view peer) {
  const std::lock_guard lock(mutex_);
  if (const auto connection = Find(peer); connection != connections_.end()) connection->second.is_stranger = false;
}

void StrangerGate::EndOldest() {
  const std::lock_guard lock(mutex_);
  ForgetClosed();
  EndOneOfTheLargestNetwork();
}

void StrangerGate::LookAtAll() {
  const std::lock_guard lock(mutex_);
  ForgetClosed();
  const int64_t now_ns = clock_.MonoNs();
  for (auto next = connections_.begin(); next != connections_.end();) {
    const auto connection = next++;
    if (!connection->second.is_stranger) continue;
    if (sockets_.ReceivedBytes(connection->second.fd, connection->first) > kMostBytes) {
      EndOffender(connection, now_ns);
    } else if (HasHadItsTime(connection->second, now_ns)) {
      End(connection);
    }
  }
}

bool StrangerGate::HasHadItsTime(const Connection& connection, int64_t now_ns) {
  const bool is_quiet = now_ns - connection.last_call_ns >= kQuietNs;
  return now_ns - connection.since_ns >= (is_quiet ? kAgeNs : 2 * kAgeNs);
}

size_t StrangerGate::strangers() const {
  const std::lock_guard lock(mutex_);
  return CountStrangers();
}

void StrangerGate::ForgetClosed() {
  std::erase_if(connections_, [this](const auto& entry) { return !sockets_.IsOpen(entry.second.fd, entry.first); });
}

void StrangerGate::EndOneOfTheLargestNetwork() {
  std::map<std::string_view, size_t> sizes;
  for (const auto& [peer, connection] : connections_) {
    if (connection.is_stranger) ++sizes[connection.network];
  }
  // Of two that have as many, the one with the older connection loses it.
  const auto rank = [&sizes](const Connection& connection) {
    return std::pair(sizes[connection.network], -connection.since_ns);
  };
  auto found = connections_.end();
  for (auto each = connections_.begin(); each != connections_.end(); ++each) {
    if (!each->second.is_stranger) continue;
    if (found == connections_.end() || rank(each->second) > rank(found->second)) found = each;
  }
  if (found != connections_.end()) End(found);
}

void StrangerGate::End(Connections::iterator connection) {
  sockets_.End(connection->second.fd, connection->first);
  connections_.erase(connection);
}

void StrangerGate::EndOffender(Connections::iterator connection, int64_t now_ns) {
  offenders_.Count(connection->second.network, now_ns);
  End(connection);
}

size_t StrangerGate::CountStrangers() const {
  return static_cast<size_t>(std::count_if(connections_.begin(), connections_.end(),
                                           [](const auto& entry) { return entry.second.is_stranger; }));
}

StrangerGate::Connections::iterator StrangerGate::Find(std::string_view peer) {
  const std::optional<SocketAddress> address = PeerAddress(peer);
  return address ? connections_.find(*address) : connections_.end();
}

}  // namespace wsload
