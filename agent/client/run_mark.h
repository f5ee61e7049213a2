// What a worker's marks in messages, echo keys and push stamps, are made of: their source, their digits and the run.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wsload {

inline constexpr uint32_t kWorkersPerAgent = 1024;

/// One number for a worker of an agent of the run; divided by kWorkersPerAgent it is the agent.
constexpr uint64_t SourceOf(int32_t agent, int32_t worker) {
  return static_cast<uint64_t>(agent) * kWorkersPerAgent + static_cast<uint64_t>(worker);
}

inline constexpr uint8_t kNoDigitValue = 0xff;

/// Each character's place in `digits`; kNoDigitValue for every other character.
constexpr std::array<uint8_t, 256> ValuesOfDigits(std::string_view digits) {
  std::array<uint8_t, 256> values{};
  values.fill(kNoDigitValue);
  for (size_t i = 0; i < digits.size(); ++i) values[static_cast<uint8_t>(digits[i])] = static_cast<uint8_t>(i);
  return values;
}

/// FNV-1a, folded: alike on every host of a run.
constexpr uint64_t HashOfRun(std::string_view run_id) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : run_id) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return hash ^ (hash >> 32);
}

}  // namespace wsload
