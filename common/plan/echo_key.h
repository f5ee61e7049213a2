// How many bytes of an echoed message name it: what a message needs so that its echo can be told from every other
// frame.
#pragma once

#include <cstdint>

namespace wsload {

/// The whole key: mark, run, worker, number and end. A message of at least so many bytes is found wherever its key is
/// in an answer.
inline constexpr int64_t kEchoKeyBytes = 16;

/// Worker and number alone: a message of at least so many bytes is like no other of its run, and its echo is known when
/// it comes back byte for byte.
inline constexpr int64_t kEchoNamedBytes = 10;

}  // namespace wsload
