// What is in a worker's messages: filler of their size, and with -push=stamp who sends it, which of theirs it is and
// when it was due.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/client/client_group.h"
#include "agent/client/message_codec.h"
#include "agent/client/push_stamp.h"
#include "agent/load/bounded_map.h"
#include "agent/load/due_message.h"
#include "agent/load/sized_text.h"
#include "common/plan/run_plan.h"

namespace wsload {

/// One thread. Nothing is allocated for a message of a client that Reserve() counted.
class MessageText {
 public:
  MessageText(const RunPlan& plan, const MessageCodec& codec, const GroupName& name);

  /// So many clients more may send.
  void Reserve(int64_t clients);
  /// Before the first message: when the schedule begins.
  void Start(int64_t start_ns) { start_ns_ = start_ns; }

  /// The plaintext of `message` where that user sends it, for WebSocketClient::SendUpstream(). Until the next call.
  std::string_view Of(const DueMessage& message, int64_t user_id) {
    return stamps_ ? Stamped(message, user_id) : sized_.Of(message.number);
  }
  /// What Of() gave last has left.
  void Left() {
    if (number_ != nullptr) ++*number_;
  }

 private:
  struct Sender {
    uint32_t client = 0;

    uint64_t Hash() const;
    friend bool operator==(const Sender&, const Sender&) = default;
  };

  std::string_view Stamped(const DueMessage& message, int64_t user_id);

  const int64_t first_user_id_;
  std::optional<PushStamps> stamps_;  ///< none: there are no stamps
  SizedText sized_;
  size_t stamp_at_ = 0;  ///< in the text
  int64_t start_ns_ = 0;
  size_t clients_ = 0;
  BoundedMap<Sender, uint32_t> numbers_;  ///< what each has sent
  uint32_t* number_ = nullptr;            ///< of whom Of() was asked last
};

}  // namespace wsload
