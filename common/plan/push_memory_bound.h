// What an agent takes to know pushes again that its clients had, and to post some: a part of its needs.
#pragma once

#include <cstdint>

namespace wsload {

/// Pairs of sender and receiver that an agent keeps; pushes of further ones are counted as untracked.
inline constexpr int64_t kMostPushPairs = 4'000'000;

/// At most, its share of the empty places included.
inline constexpr int64_t kPushBytesPerPair = 84;

/// Connections of a worker to a back end (-push-url).
inline constexpr int64_t kMostPostConnections = 32;

}  // namespace wsload
