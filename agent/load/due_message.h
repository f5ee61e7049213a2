// One message of the schedule, on its way to being sent.
#pragma once

#include <cstdint>

namespace wsload {

struct DueMessage {
  int64_t due_ns = 0;  ///< its intended send time, on the loop's clock
  int64_t number = 0;  ///< in the run: whatever is decided of a message by its number is the same for every split

  friend bool operator==(const DueMessage&, const DueMessage&) = default;
};

}  // namespace wsload
