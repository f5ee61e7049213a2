// A worker's clients: who is open, whose turn it is, and who is on the way out.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "agent/client/websocket_client.h"
#include "common/util/check.h"

namespace wsload {

/// Why a client goes, where it does not just lose its connection.
enum class Leaving : uint8_t {
  kNot,       ///< it stays
  kInOrder,   ///< it was told to: it does not come back
  kInAStorm,  ///< it is cut off by the run, as if it had lost its connection
};

/// Who has a connection.
struct Seat {
  int64_t client = 0;       ///< its number in the run
  uint32_t generation = 0;  ///< how many clients had this number before it
  Leaving leaving = Leaving::kNot;
  // Where such things are kept: when its session ends, and when it came.
  int64_t leaves_ns = 0;
  int64_t came_ns = 0;
};

/// One thread. All operations take constant time.
class ClientPool {
 public:
  void Reserve(int64_t clients) {
    clients_.reserve(static_cast<size_t>(clients));
    seats_.reserve(static_cast<size_t>(clients));
  }

  /// Into the rotation.
  WebSocketClient& Add(std::unique_ptr<WebSocketClient> client, const Seat& seat) {
    client->slot = static_cast<uint32_t>(clients_.size());
    clients_.push_back(std::move(client));
    seats_.push_back(seat);
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
    seats_.pop_back();
  }

  /// Round robin. Not where none is ready.
  WebSocketClient& Next() {
    WSLOAD_DCHECK(ready_ > 0, "there is no client whose turn it could be");
    if (turn_ >= ready_) turn_ = 0;
    return *clients_[turn_++];
  }

  /// Those in the rotation.
  size_t ready() const { return ready_; }
  Seat& SeatOf(const WebSocketClient& client) {
    CheckPlace(client);
    return seats_[client.slot];
  }

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
    std::swap(seats_[a], seats_[b]);
    clients_[a]->slot = static_cast<uint32_t>(a);
    clients_[b]->slot = static_cast<uint32_t>(b);
  }

  std::vector<std::unique_ptr<WebSocketClient>> clients_;
  std::vector<Seat> seats_;  ///< each client's, apart: the rotation does not look at them
  size_t ready_ = 0;
  size_t turn_ = 0;
};

}  // namespace wsload
