// A worker's clients: who is open, whose turn it is, and who is on the way out.
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

  /// Into the rotation.
  WebSocketClient& Add(std::unique_ptr<WebSocketClient> client) {
    client->slot = static_cast<uint32_t>(clients_.size());
    clients_.push_back(std::move(client));
    Exchange(clients_.size() - 1, ready_);
    return *clients_[ready_++];
  }

  /// Out of the rotation; it stays in the pool. Idempotent.
  void Retire(WebSocketClient& client) {
    CheckPlace(client);
    if (retired(client)) return;
    Exchange(client.slot, --ready_);
  }
  bool retired(const WebSocketClient& client) const { return client.slot >= ready_; }

  /// Deletes the client; one from behind it takes its place.
  void Remove(WebSocketClient& client) {
    Retire(client);
    Exchange(client.slot, clients_.size() - 1);
    clients_.pop_back();
  }

  /// Round robin. Not where none is ready.
  WebSocketClient& Next() {
    WSLOAD_DCHECK(ready_ > 0, "there is no client whose turn it could be");
    if (turn_ >= ready_) turn_ = 0;
    return *clients_[turn_++];
  }

  /// Those in the rotation.
  size_t ready() const { return ready_; }
  size_t size() const { return clients_.size(); }
  bool empty() const { return clients_.empty(); }
  /// Those in the rotation come first.
  WebSocketClient& At(size_t slot) {
    WSLOAD_DCHECK(slot < size(), "client {} of {}", slot, size());
    return *clients_[slot];
  }

 private:
  void CheckPlace(const WebSocketClient& client) const {
    WSLOAD_CHECK(client.slot < clients_.size() && clients_[client.slot].get() == &client,
                 "a client at place {} of {} is not there", client.slot, clients_.size());
  }

  void Exchange(size_t a, size_t b) {
    std::swap(clients_[a], clients_[b]);
    clients_[a]->slot = static_cast<uint32_t>(a);
    clients_[b]->slot = static_cast<uint32_t>(b);
  }

  std::vector<std::unique_ptr<WebSocketClient>> clients_;
  size_t ready_ = 0;
  size_t turn_ = 0;
};

}  // namespace wsload
