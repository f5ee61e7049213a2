// The stamps by which messages are known again when a server pushes them on: fixed in length, of characters that every
// encoding leaves alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/client/run_mark.h"
#include "common/plan/push_audience.h"

namespace wsload {

/// What a stamp says.
struct PushStamp {
  bool of_this_run = false;
  uint32_t source = 0;  ///< the worker that sent it: agent and worker together
  uint32_t sender = 0;  ///< client of the run
  uint32_t number = 0;  ///< 0, 1, 2, ...: of what this sender sent over this worker
  int64_t due_us = 0;   ///< since the common start

  int32_t agent() const { return static_cast<int32_t>(source / kWorkersPerAgent); }
};

/// The stamps of one worker's messages: '~', 4 characters of the run, 4 of the worker, 5 of the sender, 5 of the
/// number, 7 of the due time, a sum over them, '.'; all between the marks are digits to the base of 64. Immutable; any
/// thread.
class PushStamps {
 public:
  /// Senders and numbers are told apart below 2^30, due times below 2^42 us; agents and workers as EchoKeys has them.
  PushStamps(std::string_view run_id, int32_t agent, int32_t worker);

  static constexpr uint32_t kMostSender = (1u << 30) - 1;

  /// Writes kPushStampBytes to `out`.
  void Write(uint32_t sender, uint32_t number, int64_t due_us, char* out) const;

  /// The first whole stamp in `text`, of this run or of another.
  std::optional<PushStamp> Find(std::string_view text) const;

 private:
  static constexpr size_t kRunChars = 4;
  static constexpr size_t kSourceChars = 4;
  static constexpr size_t kSenderChars = 5;
  static constexpr size_t kNumberChars = 5;
  static constexpr size_t kDueChars = 7;
  static constexpr size_t kSourceAt = 1 + kRunChars;
  static constexpr size_t kSenderAt = kSourceAt + kSourceChars;
  static constexpr size_t kNumberAt = kSenderAt + kSenderChars;
  static constexpr size_t kDueAt = kNumberAt + kNumberChars;
  static constexpr size_t kSumAt = kDueAt + kDueChars;
  static constexpr size_t kBytes = kSumAt + 2;
  static_assert(kBytes == kPushStampBytes);

  /// `stamp` has kBytes.
  std::optional<PushStamp> Read(const char* stamp) const;

  std::array<char, kSenderAt> head_{};  ///< mark, run and worker
};

}  // namespace wsload
