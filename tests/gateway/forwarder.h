// Pushes messages on: what one user sent to the others, and what was posted to the gateway. A thread's part of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tests/gateway/audience.h"
#include "tests/gateway/message_channel.h"
#include "tests/gateway/push_exchange.h"
#include "tests/gateway/push_faults.h"
#include "tests/gateway/thread_state.h"

namespace wsload::gateway {

/// Gives it a key of its own and posts it to all threads; counted in `counts`. False: they are too far behind.
bool PostPush(SharedState& shared, GroundTruth::Delivery& counts, Push push);

/// All messages of one sender reach one connection in the order in which they came in, unless -push-reorder says
/// otherwise. They are not repeated: what is injected is the only fault.
class Forwarder {
 public:
  Forwarder(ThreadState& state, MessageChannel& channel);

  void OnConnected(const Connection& connection);
  /// What was held for it is unsent.
  void OnLeaving(const Connection& connection);

  /// An upstream message of that user, its `number`-th: posted to all threads where -forward says so. `content` is the
  /// body's plaintext, or in echo mode the message.
  void OnUpstream(const Connection& connection, int64_t number, Opcode opcode, std::string_view content);

  /// DOWNSTREAM_ACK. True: of a push that came from here.
  bool OnAcknowledged(std::string_view key);

  /// Whether Deliver() has anything to do.
  bool has_pushes() const { return next_member_ < members_.size() || !state_.shared.exchange().Empty(state_.index); }

  /// Pushes to this thread's connections what is in its box, a bounded number of them. True: there is more to do.
  bool Deliver(int64_t now_ns);

  void OnHoldDue(int64_t now_ns);

 private:
  static constexpr int kPushesPerTurn = 2048;
  /// Nothing more is pushed to a connection that leaves so much unread.
  static constexpr size_t kMostBacklogBytes = size_t{8} << 20;

  GroundTruth::Delivery& CountsOf(SealedPush::Origin origin);
  void SeatAll();
  bool TakeNext();
  void PushTo(const Audience::Member& member, int64_t now_ns);
  bool Write(uint64_t connection, const SealedPush& push);
  void ReleaseOvertaken(const Audience::Member& member);
  void ArmHold();

  ThreadState& state_;
  MessageChannel& channel_;
  const bool faulty_;
  Audience audience_;
  bool seated_;  ///< everybody is in `audience_`: its memory is for those alone who push
  ReorderBuffer held_;
  bool hold_armed_ = false;

  // The message that is being pushed, and to whom.
  std::shared_ptr<const Push> push_;
  std::shared_ptr<const SealedPush> sealed_;
  std::vector<Audience::Member> members_;
  size_t next_member_ = 0;
};

}  // namespace wsload::gateway
