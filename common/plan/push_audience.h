// -push and -to: which of a run's clients ought to get a message that another of them sent. Arithmetic alone, so that
// it is the same on every agent.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/util/choice.h"

namespace wsload {

enum class PushMode {
  kOff,
  kStamp,  ///< every message's text begins with a stamp, by which whoever gets it knows it
};

template <>
inline constexpr std::array kChoices<PushMode> = {Choice{PushMode::kOff, "off"}, Choice{PushMode::kStamp, "stamp"}};

/// What a stamp takes of a message's text: mark, run, worker, sender, number, due time, sum and end.
inline constexpr int64_t kPushStampBytes = 28;

/// Clients are told by their number in the run, 0 <= client < clients.
class PushAudience {
 public:
  /// Nobody.
  PushAudience() = default;

  /// "peer", "group:50", "all"; an empty text: nobody. kInvalidArgument: a line about the value alone.
  static absl::StatusOr<PushAudience> Parse(std::string_view text);

  /// As it was written.
  const std::string& text() const { return text_; }
  bool empty() const { return room_ == 0; }
  bool everybody() const { return room_ == kEverybody; }

  /// How many of `clients` ought to get a message of `sender`: those in its room, itself left out. Rooms are of so many
  /// clients one after the other, the last one of what is left.
  int64_t CountOf(int64_t sender, int64_t clients) const;
  /// Whether `receiver` is one of them.
  bool Has(int64_t sender, int64_t receiver, int64_t clients) const;
  /// The most that CountOf() answers.
  int64_t MostOf(int64_t clients) const;

  friend bool operator==(const PushAudience&, const PushAudience&) = default;

 private:
  static constexpr int64_t kEverybody = -1;

  std::string text_;
  int64_t room_ = 0;  ///< clients of a room; 0: nobody
};

}  // namespace wsload
