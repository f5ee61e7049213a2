#include "agent/client/echo_keys.h"

#include <algorithm>
#include <cstring>

#include "agent/client/run_mark.h"

namespace wsload {
namespace {

/// No letter of the filler behind the key, so that looking for it stops nowhere else.
constexpr char kMark = 'W';
/// No digit: of a key that was cut, what follows does not make another.
constexpr char kEndMark = '.';
constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr uint64_t kBase = kDigits.size();
constexpr std::array<uint8_t, 256> kDigitValues = ValuesOfDigits(kDigits);

void WriteNumber(uint64_t number, char* out, size_t chars) {
  for (size_t i = chars; i-- > 0; number /= kBase) out[i] = kDigits[number % kBase];
}

bool ReadNumber(std::string_view chars, uint64_t& number) {
  number = 0;
  for (const char c : chars) {
    const uint8_t value = kDigitValues[static_cast<uint8_t>(c)];
    if (value == kNoDigitValue) return false;
    number = number * kBase + value;
  }
  return true;
}

}  // namespace

EchoKeys::EchoKeys(std::string_view run_id, int32_t agent, int32_t worker) {
  key_[0] = kMark;
  WriteNumber(HashOfRun(run_id), key_.data() + 1, kRunChars);
  WriteNumber(SourceOf(agent, worker), key_.data() + kPrefixChars, kWorkerChars);
  WriteNumber(0, key_.data() + kNumberAt, kNumberChars);
}

EchoKeys::Key EchoKeys::KeyOf(uint64_t sequence) const {
  Key key = key_;
  WriteNumber(sequence, key.data() + kNumberAt, kNumberChars);
  return key;
}

void EchoKeys::Write(uint64_t sequence, std::string& message) const {
  const Key key = KeyOf(sequence);
  const size_t size = std::min(message.size(), key.size());
  std::memcpy(message.data(), key.data() + key.size() - size, size);
  if (message.size() > key.size()) message[key.size()] = kEndMark;
}

std::optional<EchoKeys::Named> EchoKeys::Read(std::string_view key) const {
  Named named;
  uint64_t worker = 0;
  if (!ReadNumber(key.substr(0, kWorkerChars), worker) ||
      !ReadNumber(key.substr(kWorkerChars, kNumberChars), named.sequence)) {
    return std::nullopt;
  }
  named.own = std::memcmp(key.data(), key_.data() + kPrefixChars, kWorkerChars) == 0;
  return named;
}

std::optional<EchoKeys::Named> EchoKeys::Find(std::string_view frame, size_t& at) const {
  while (frame.size() > kChars && at < frame.size() - kChars) {
    const void* mark = std::memchr(frame.data() + at, kMark, frame.size() - kChars - at);
    if (mark == nullptr) return std::nullopt;
    at = static_cast<size_t>(static_cast<const char*>(mark) - frame.data());
    if (std::memcmp(frame.data() + at, key_.data(), kPrefixChars) == 0 && frame[at + kChars] == kEndMark) {
      if (const std::optional<Named> named = Read(frame.substr(at + kPrefixChars))) {
        at += kChars + 1;
        return named;
      }
    }
    ++at;
  }
  return std::nullopt;
}

std::optional<EchoKeys::Named> EchoKeys::Match(std::string_view frame) const {
  if (frame.size() < kEchoNamedBytes || frame.size() > kChars) return std::nullopt;
  const size_t of_run = frame.size() - kEchoNamedBytes;
  if (std::memcmp(frame.data(), key_.data() + kPrefixChars - of_run, of_run) != 0) return std::nullopt;
  return Read(frame.substr(of_run));
}

bool EchoKeys::IsMessage(std::string_view frame, uint64_t sequence) const {
  const Key key = KeyOf(sequence);
  return frame.size() < key.size() &&
         frame == std::string_view(key.data(), key.size()).substr(key.size() - frame.size());
}

bool EchoKeys::LooksLikeKey(std::string_view frame) {
  uint64_t number = 0;
  return ReadNumber(frame, number);
}

}  // namespace wsload
