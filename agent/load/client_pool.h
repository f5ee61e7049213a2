// A worker's clients: who is open, and whose turn it is.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "agent/client/websocket_client.h"
#include "common/util/check.h"

namespace wsload {

/// One thread. All operations take constant time.
class ClientPool {
 public:
  void Reserve(int64_t clients) { clients_.reserve(static_cast<size_t>(clients)); }

  WebSocketClient& Add(std::unique_ptr<WebSocketClient> client) {
    client->slot = static_cast<uint32_t>(clients_.size());
    clients_.push_back(std::move(client));
    return *clients_.back();
  }

  /// Deletes the client; the last one takes its place in the rotation.
  void Remove(WebSocketClient& client) {
    const size_t slot = client.slot;
    WSLOAD_CHECK(slot < clients_.size() && clients_[slot].get() == &client, "a client at place {} of {} is not there",
                 slot, clients_.size());
    std::swap(clients_[slot], clients_.back());
    clients_[slot]->slot = static_cast<uint32_t>(slot);
    clients_.pop_back();
  }

  /// Round robin. Not for an empty pool.
  WebSocketClient& Next() {
    WSLOAD_DCHECK(!empty(), "there is no client whose turn it could be");
    if (turn_ >= clients_.size()) turn_ = 0;
    return *clients_[turn_++];
  }

  size_t size() const { return clients_.size(); }
  bool empty() const { return clients_.empty(); }
  WebSocketClient& At(size_t slot) {
    WSLOAD_DCHECK(slot < size(), "client {} of {}", slot, size());
    return *clients_[slot];
  }

 private:
  std::vector<std::unique_ptr<WebSocketClient>> clients_;
  size_t turn_ = 0;
};

}  // namespace wsload
