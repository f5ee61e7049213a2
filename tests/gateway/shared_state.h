// What all threads of a gateway share: users, limits and shares that hold over all connections.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tests/gateway/faults.h"
#include "tests/gateway/gateway_options.h"
#include "tests/gateway/ground_truth.h"
#include "tests/gateway/handshake_gate.h"
#include "tests/gateway/key_memory.h"
#include "tests/gateway/push_exchange.h"
#include "tests/gateway/service_queue.h"

namespace wsload::gateway {

/// One user id; lives as long as the gateway.
struct UserRecord {
  int32_t connections = 0;  ///< ever
  int32_t open = 0;         ///< now
  std::atomic<int64_t> upstream = 0;
};

/// Every method may be called on any thread. With one thread the lock is never contended.
class SharedState {
 public:
  /// `options` must outlive it.
  explicit SharedState(const GatewayOptions& options, int64_t since_unix_ns = 0);

  /// Whether this handshake is one of the refused share.
  bool RejectHandshake();

  /// When a handshake that comes at `now_ns` has its turn; nothing: it is to be refused.
  std::optional<int64_t> HandshakeTurnNs(int64_t now_ns);

  /// For a connection without a user id: one below zero, counting down from -1.
  int64_t NextAnonymousId() { return next_anonymous_id_.fetch_sub(1, std::memory_order_relaxed); }
  /// An upgraded connection.
  UserRecord* Connected(int64_t user_id, int64_t now_ns);
  void Disconnected(UserRecord& user);
  /// Connections that are open now, of all or of those users together.
  int64_t OpenConnections() const;
  int64_t OpenConnections(const std::vector<int64_t>& user_ids) const;

  enum class Verdict {
    kAcknowledge,
    kDropAck,
    kRateLimited,
    kQueueDropped,
    kDuplicate,  ///< without an answer
    kDuplicateAcknowledge,
    kDuplicateDropAck,
  };
  struct Judgement {
    Verdict verdict = Verdict::kAcknowledge;
    int64_t done_ns = 0;  ///< when the message has been worked on; at its receipt where there is no queue
  };
  /// What becomes of an upstream message.
  Judgement Judge(int64_t biz_id, std::string_view key, int64_t now_ns);

  int64_t NextMessageId() { return next_message_id_.fetch_add(1, std::memory_order_relaxed); }
  PushExchange& exchange() { return exchange_; }
  /// When this gateway began.
  int64_t since_unix_ns() const { return since_unix_ns_; }
  int64_t NextPushNumber() { return next_push_number_.fetch_add(1, std::memory_order_relaxed); }

  /// Before the threads start: who is told that the gateway is to restart.
  void SetRestarter(std::function<void()> restart) { restart_ = std::move(restart); }
  void RequestRestart() { restart_(); }
  /// True once: for who sees to the restart that -restart-at asks for.
  bool ClaimRestart() { return !restart_claimed_.exchange(true); }
  /// What waits in the queue is forgotten; keys stay known, as in a store beside the gateway.
  void ForgetQueue();

  /// The stalls' phase counts from the first call; Judge() calls it too.
  void StartStallClock(int64_t now_ns);
  /// The end of the stall that `now_ns` lies in, or 0.
  int64_t StallEndNs(int64_t now_ns) const;

  /// When the first handshake was accepted; 0: not yet.
  int64_t first_accepted_ns() const { return first_accepted_ns_.load(std::memory_order_relaxed); }

  /// Fills in what is known for all threads together.
  void AddTo(GroundTruth& truth) const;

 private:
  Verdict JudgeDuplicate();

  const GatewayOptions& options_;
  mutable std::mutex mutex_;
  ExactShare reject_;
  ExactShare ack_drop_;
  std::optional<HandshakeGate> handshake_gate_;
  std::optional<TokenBucket> rate_limit_;
  std::optional<KeyMemory> known_keys_;
  std::optional<ServiceQueue> queue_;
  int64_t queue_refused_ = 0;
  std::unordered_map<int64_t, UserRecord> users_;  // anonymous ones below zero
  int64_t open_ = 0;
  int64_t peak_ = 0;

  PushExchange exchange_;
  const int64_t since_unix_ns_;
  const StallClock stall_clock_;
  std::function<void()> restart_ = [] {};
  std::atomic<bool> restart_claimed_ = false;
  std::atomic<int64_t> first_upstream_ns_ = 0;
  std::atomic<int64_t> first_accepted_ns_ = 0;
  std::atomic<int64_t> next_anonymous_id_ = -1;
  std::atomic<int64_t> next_message_id_ = 1;
  std::atomic<int64_t> next_push_number_ = 1;
};

}  // namespace wsload::gateway
