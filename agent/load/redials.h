// Clients without a connection that dial again after a while.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <utility>

namespace wsload {

/// Whom a dial is for.
struct DialFor {
  enum class Kind : uint8_t {
    kFirst,        ///< a client's first one
    kAgain,        ///< it has lost its connection, or never got one
    kReplacement,  ///< a client in the place of one that has left
    kMove,         ///< it was redirected
  };

  int64_t client = 0;
  uint32_t generation = 0;
  Kind kind = Kind::kFirst;
  int attempt = 0;       ///< of those again, since the last connection
  int64_t since_ns = 0;  ///< when its connection was lost, or it was redirected; 0: it never had one
};

/// One thread. Those that are due at one instant come in the order of their clients.
class Redials {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  /// One a client; another one of it is forgotten.
  void Add(int64_t due_ns, const DialFor& dial) {
    Remove(dial.client);
    due_ns_.emplace(dial.client, due_ns);
    waiting_.emplace(std::pair(due_ns, dial.client), dial);
  }
  void Remove(int64_t client) {
    const auto due = due_ns_.extract(client);
    if (!due.empty()) waiting_.erase({due.mapped(), client});
  }
  int64_t NextNs() const { return waiting_.empty() ? kNever : waiting_.begin()->first.first; }
  /// Not where there is none.
  DialFor Take() {
    const DialFor dial = waiting_.extract(waiting_.begin()).mapped();
    due_ns_.erase(dial.client);
    return dial;
  }
  void Clear() {
    waiting_.clear();
    due_ns_.clear();
  }

 private:
  std::map<std::pair<int64_t, int64_t>, DialFor> waiting_;  ///< by when it is due, and the client
  std::map<int64_t, int64_t> due_ns_;                       ///< by client
};

}  // namespace wsload
