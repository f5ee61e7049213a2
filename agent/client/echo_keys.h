// The keys by which echoed messages are known again, where no protocol has a
// field for them: fixed in length, of letters and digits that every encoding leaves alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/plan/echo_key.h"

namespace wsload {

/// The keys of one worker's messages: 'W', 4 characters of the run, 4 of the worker, 6 of the message's number, '.';
/// all between the marks are digits to the base of 62. A message too short for its key is the last of the characters
/// before the point. Immutable; any thread.
class EchoKeys {
 public:
  /// `agent` and `worker` are told apart below 2^13.8 and 1024.
  EchoKeys(std::string_view run_id, int32_t agent, int32_t worker);

  /// Writes the key of `sequence` over the beginning of `message`, or the part of it for which there is room. Below
  /// 62^6 numbers differ.
  void Write(uint64_t sequence, std::string& message) const;

  /// A message of this run that a frame names.
  struct Named {
    bool own = false;  ///< one of this worker's; else of another worker or agent
    uint64_t sequence = 0;
  };

  /// The first whole key of this run in `frame` from `at` on; `at` moves behind it. None: `at` means nothing.
  std::optional<Named> Find(std::string_view frame, size_t& at) const;

  /// For messages of kEchoNamedBytes to less than kEchoKeyBytes: what `frame` names when it is, as a whole, one of
  /// them.
  std::optional<Named> Match(std::string_view frame) const;

  /// For messages of less than kEchoNamedBytes: whether `frame` is byte for byte the message of `sequence`.
  bool IsMessage(std::string_view frame, uint64_t sequence) const;

  /// Whether `frame` could be a message that is nothing but the end of a key.
  static bool LooksLikeKey(std::string_view frame);

 private:
  static constexpr size_t kRunChars = 4;
  static constexpr size_t kWorkerChars = 4;
  static constexpr size_t kNumberChars = 6;
  static constexpr size_t kPrefixChars = 1 + kRunChars;
  static constexpr size_t kNumberAt = kPrefixChars + kWorkerChars;
  static constexpr size_t kChars = kNumberAt + kNumberChars;
  static_assert(kChars + 1 == kEchoKeyBytes && kWorkerChars + kNumberChars == kEchoNamedBytes);

  using Key = std::array<char, kChars>;
  Key KeyOf(uint64_t sequence) const;
  /// `key` begins with its worker's characters.
  std::optional<Named> Read(std::string_view key) const;

  Key key_{};  ///< of number 0
};

}  // namespace wsload
