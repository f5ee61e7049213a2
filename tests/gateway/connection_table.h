// The connections of one thread, by ids that are never used twice.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "tests/gateway/connection.h"

namespace wsload::gateway {

class ConnectionTable {
 public:
  Connection& Add(int fd, SSL_CTX* tls, ConnectionContext& context) {
    if (free_.empty()) {
      free_.push_back(static_cast<uint32_t>(slots_.size()));
      slots_.emplace_back();
    }
    const uint32_t at = free_.back();
    free_.pop_back();
    Slot& slot = slots_[at];
    const uint64_t id = uint64_t{++slot.generation} << 32 | at;
    slot.connection = std::make_unique<Connection>(id, fd, tls, context);
    ++size_;
    return *slot.connection;
  }

  /// Null when it is gone.
  Connection* Find(uint64_t id) const {
    const auto at = static_cast<uint32_t>(id);
    if (at >= slots_.size() || slots_[at].generation != id >> 32) return nullptr;
    return slots_[at].connection.get();
  }

  void Remove(uint64_t id) {
    if (Find(id) == nullptr) return;
    const auto at = static_cast<uint32_t>(id);
    slots_[at].connection.reset();
    free_.push_back(at);
    --size_;
  }

  /// The next open connection in a round that `cursor` remembers; null when there is none.
  Connection* NextOpen(size_t& cursor) const {
    for (size_t tries = 0; tries < slots_.size(); ++tries) {
      cursor = cursor + 1 < slots_.size() ? cursor + 1 : 0;
      Connection* connection = slots_[cursor].connection.get();
      if (connection != nullptr && connection->open() && !connection->session.check) return connection;
    }
    return nullptr;
  }

  std::vector<uint64_t> Ids() const {
    std::vector<uint64_t> ids;
    for (const Slot& slot : slots_) {
      if (slot.connection != nullptr) ids.push_back(slot.connection->id());
    }
    return ids;
  }

  size_t size() const { return size_; }

 private:
  struct Slot {
    uint32_t generation = 0;
    std::unique_ptr<Connection> connection;
  };
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  size_t size_ = 0;
};

}  // namespace wsload::gateway
