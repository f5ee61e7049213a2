// Numbers that look random, from numbers that do not.
#pragma once

#include <cstdint>

namespace wsload {

/// What SplitMix64 adds to its state from number to number.
inline constexpr uint64_t kSplitMixStep = 0x9e3779b97f4a7c15u;

/// The finalizer of SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014): one to
/// one, and every bit of the input moves every bit of the output. Applied to a state that grows by kSplitMixStep it is
/// the generator. No secrets.
constexpr uint64_t SplitMixed(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace wsload
