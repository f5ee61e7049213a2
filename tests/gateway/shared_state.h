// What all threads of a gateway share: users, limits and shares that hold over all connections.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "tests/gateway/faults.h"
#include "tests/gateway/gateway_options.h"
#include "tests/gateway/ground_truth.h"
#include "tests/gateway/key_memory.h"

namespace wsload::gateway {

/// One user id; lives as long as the gateway.
struct UserRecord {
  int64_t connections = 0;
  std::atomic<int64_t> upstream = 0;
};

/// Every method may be called on any thread. With one thread the lock is never contended.
class SharedState {
 public:
  explicit SharedState(const GatewayOptions& options);

  /// Whether this handshake is one of the refused share.
  bool RejectHandshake();

  /// An upgraded connection; `user_id` nothing: one of its own.
  UserRecord* Connected(std::optional<int64_t> user_id, int64_t now_ns);
  void Disconnected();

  enum class Verdict { kAcknowledge, kRateLimited, kDuplicate, kDropAck };
  /// What becomes of an upstream message.
  Verdict Judge(int64_t biz_id, std::string_view key, int64_t now_ns);

  int64_t NextMessageId() { return next_message_id_.fetch_add(1, std::memory_order_relaxed); }
  int64_t NextPushNumber() { return next_push_number_.fetch_add(1, std::memory_order_relaxed); }

  /// The stalls' phase counts from the first call; Judge() calls it too.
  void StartStallClock(int64_t now_ns);
  /// The end of the stall that `now_ns` lies in, or 0.
  int64_t StallEndNs(int64_t now_ns) const;

  /// When the first handshake was accepted; 0: not yet.
  int64_t first_accepted_ns() const { return first_accepted_ns_.load(std::memory_order_relaxed); }

  /// Fills in what is known for all threads together.
  void AddTo(GroundTruth& truth) const;

 private:
  mutable std::mutex mutex_;
  ExactShare reject_;
  ExactShare ack_drop_;
  std::optional<TokenBucket> rate_limit_;
  std::optional<KeyMemory> known_keys_;
  std::unordered_map<int64_t, UserRecord> users_;  // anonymous ones below zero
  int64_t anonymous_ = 0;
  int64_t open_ = 0;
  int64_t peak_ = 0;

  const StallClock stall_clock_;
  std::atomic<int64_t> first_upstream_ns_ = 0;
  std::atomic<int64_t> first_accepted_ns_ = 0;
  std::atomic<int64_t> next_message_id_ = 1;
  std::atomic<int64_t> next_push_number_ = 1;
};

}  // namespace wsload::gateway
