#include "agent/client/push_stamp.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace wsload {
namespace {

/// Neither is a digit nor a letter of the filler behind a stamp.
constexpr char kMark = '~';
constexpr char kEndMark = '.';
constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
constexpr int kBits = 6;
constexpr uint64_t kMask = (1 << kBits) - 1;
constexpr std::array<uint8_t, 256> kDigitValues = ValuesOfDigits(kDigits);

/// The low bits that have room.
void WriteNumber(uint64_t number, char* out, size_t chars) {
  for (size_t i = chars; i-- > 0; number >>= kBits) out[i] = kDigits[number & kMask];
}

bool ReadNumber(const char* chars, size_t count, uint64_t& number) {
  number = 0;
  uint8_t all = 0;
  for (size_t i = 0; i < count; ++i) {
    const uint8_t value = kDigitValues[static_cast<uint8_t>(chars[i])];
    all |= value;
    number = number << kBits | value;
  }
  return (all & ~kMask) == 0;
}

/// Over the characters before it: a stamp that was cut, or of which one was changed, is none.
char SumOf(const char* stamp, size_t count) {
  uint32_t sum = 0;
  for (size_t i = 1; i < count; ++i) sum = sum * 5 + static_cast<uint8_t>(stamp[i]);
  return kDigits[(sum ^ sum >> kBits ^ sum >> (2 * kBits)) & kMask];
}

}  // namespace

PushStamps::PushStamps(std::string_view run_id, int32_t agent, int32_t worker) {
  head_[0] = kMark;
  WriteNumber(HashOfRun(run_id), head_.data() + 1, kRunChars);
  WriteNumber(SourceOf(agent, worker), head_.data() + kSourceAt, kSourceChars);
}

void PushStamps::Write(uint32_t sender, uint32_t number, int64_t due_us, char* out) const {
  std::memcpy(out, head_.data(), head_.size());
  WriteNumber(sender, out + kSenderAt, kSenderChars);
  WriteNumber(number, out + kNumberAt, kNumberChars);
  WriteNumber(static_cast<uint64_t>(std::max<int64_t>(0, due_us)), out + kDueAt, kDueChars);
  out[kSumAt] = SumOf(out, kSumAt);
  out[kSumAt + 1] = kEndMark;
}

std::optional<PushStamp> PushStamps::Read(const char* stamp) const {
  if (stamp[kSumAt + 1] != kEndMark || stamp[kSumAt] != SumOf(stamp, kSumAt)) return std::nullopt;
  uint64_t run = 0;
  uint64_t source = 0;
  uint64_t sender = 0;
  uint64_t number = 0;
  uint64_t due_us = 0;
  if (!ReadNumber(stamp + 1, kRunChars, run) || !ReadNumber(stamp + kSourceAt, kSourceChars, source) ||
      !ReadNumber(stamp + kSenderAt, kSenderChars, sender) || !ReadNumber(stamp + kNumberAt, kNumberChars, number) ||
      !ReadNumber(stamp + kDueAt, kDueChars, due_us)) {
    return std::nullopt;
  }
  return PushStamp{.of_this_run = std::memcmp(stamp, head_.data(), kSourceAt) == 0,
                   .source = static_cast<uint32_t>(source),
                   .sender = static_cast<uint32_t>(sender),
                   .number = static_cast<uint32_t>(number),
                   .due_us = static_cast<int64_t>(due_us)};
}

std::optional<PushStamp> PushStamps::Find(std::string_view text) const {
  while (text.size() >= kBytes) {
    const void* mark = std::memchr(text.data(), kMark, text.size() - kBytes + 1);
    if (mark == nullptr) return std::nullopt;
    const char* const stamp = static_cast<const char*>(mark);
    if (const std::optional<PushStamp> read = Read(stamp)) return read;
    text.remove_prefix(static_cast<size_t>(stamp - text.data()) + 1);
  }
  return std::nullopt;
}

}  // namespace wsload
