// Downstream messages: sent at a rate, repeated until acknowledged.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tests/gateway/message_channel.h"
#include "tests/gateway/thread_state.h"

namespace wsload::gateway {

/// One thread's share of the pushes: every options.threads-th, round robin over its connections. The text of push n is
/// "push <n> sent_unix_ns=<time of the first sending>".
class PushService {
 public:
  PushService(ThreadState& state, MessageChannel& channel);

  /// The first connection starts the clock.
  void OnConnected(int64_t now_ns);
  void OnPushDue(int64_t now_ns);
  void OnRepeatDue(int64_t number, int64_t now_ns);
  /// DOWNSTREAM_ACK. True: it answers a push that was open on that connection.
  bool OnAcknowledged(const Connection& connection, std::string_view key);

 private:
  struct Push {
    uint64_t connection = 0;
    int64_t sent_unix_ns = 0;
    int64_t repeats = 0;
  };

  /// More open pushes than this are sent but not repeated.
  static constexpr size_t kMaxOpen = 1'000'000;

  void ArmNext();
  void Send(Connection& connection, int64_t number, const Push& push);

  ThreadState& state_;
  MessageChannel& channel_;
  const std::string key_prefix_;
  bool started_ = false;
  int64_t start_ns_ = 0;
  int64_t sequence_ = 0;  ///< of this thread's next push
  size_t cursor_ = 0;
  std::unordered_map<int64_t, Push> open_;
};

}  // namespace wsload::gateway
