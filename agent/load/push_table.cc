#include "agent/load/push_table.h"

#include "common/util/split_mix.h"

namespace wsload {

uint64_t PushTable::Pair::Hash() const { return SplitMixed(uint64_t{receiver} << 32 | sender); }

PushTable::Seen PushTable::Note(const Pair& pair, uint32_t source, uint32_t number) {
  Window* const found = pairs_.Find(pair);
  if (found == nullptr) return Seen::kNotTracked;
  Window& window = *found;
  if (window.bits == 0 || window.source != source) {
    window.newest = number;
    window.source = source;
    window.bits = 1;
    return Seen::kFirst;
  }
  if (number > window.newest) {
    const uint32_t ahead = number - window.newest;
    window.bits = ahead < kWindow ? window.bits << ahead | 1 : 1;
    window.newest = number;
    return Seen::kFirst;
  }
  const uint32_t behind = window.newest - number;
  if (behind >= kWindow) return Seen::kTooOld;
  const uint64_t bit = uint64_t{1} << behind;
  if ((window.bits & bit) != 0) return Seen::kAgain;
  window.bits |= bit;
  return Seen::kOvertaken;
}

}  // namespace wsload
