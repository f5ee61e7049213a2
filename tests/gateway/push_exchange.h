// Messages on their way from the thread that took them in to all threads, which push them to their own connections.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/gateway/frame_codec.h"
#include "tests/gateway/push_faults.h"

namespace wsload::gateway {

/// One message to many.
struct Push {
  enum class To { kRoom, kUsers, kAll };

  SealedPush::Origin origin = SealedPush::Origin::kForwarded;
  To to = To::kRoom;
  int64_t room = 0;
  std::vector<int64_t> users;
  int64_t sender = 0;  ///< left out of its room
  int64_t number = 0;  ///< of the sender's messages
  Opcode opcode = Opcode::kBinary;
  std::string key;      ///< unused in echo mode
  std::string content;  ///< the body's plaintext, or in echo mode the message as it is
};

/// A mailbox for each thread. Every method may be called on any thread.
class PushExchange {
 public:
  static constexpr size_t kMostBytes = size_t{256} << 20;
  static constexpr size_t kMostPushes = 1'000'000;

  explicit PushExchange(int32_t threads, size_t most_bytes = kMostBytes, size_t most_pushes = kMostPushes);

  /// Before any Post(): how thread `index` is told that there is something in its box.
  void SetWaker(int32_t index, std::function<void()> wake);

  /// Into every box. False: some thread is too far behind; nothing was done.
  bool Post(std::shared_ptr<const Push> push);

  /// The oldest in the box of thread `index`; null when it is empty.
  std::shared_ptr<const Push> Take(int32_t index);
  bool Empty(int32_t index) const;

 private:
  struct Box {
    std::mutex mutex;
    std::deque<std::shared_ptr<const Push>> pushes;
    std::atomic<size_t> size = 0;
    std::function<void()> wake = [] {};
  };

  static size_t BytesOf(const Push& push);

  const size_t most_bytes_;
  const size_t most_pushes_;
  std::vector<std::unique_ptr<Box>> boxes_;
  std::mutex post_mutex_;           // so that all boxes have one order
  std::atomic<size_t> bytes_ = 0;   ///< over all boxes
  std::atomic<size_t> pushes_ = 0;  ///< likewise
};

}  // namespace wsload::gateway
