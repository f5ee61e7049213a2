// A small generator for masking keys and handshake nonces.
#pragma once

#include <openssl/rand.h>

#include <cstdint>

#include "common/util/split_mix.h"

namespace wsload {

/// SplitMix64, seeded from the system's entropy. Masking (RFC 6455 10.3) protects intermediaries from payloads that an
/// attacker chose through a script in a browser; here the program that chooses the payload also chooses the key, so the
/// keys need to vary, not to be secret, and a system call for every message would be wasted. The handshake key is a
/// nonce with no secret in it either.
class FastRandom {
 public:
  FastRandom() { RAND_bytes(reinterpret_cast<unsigned char*>(&state_), sizeof state_); }
  explicit FastRandom(uint64_t seed) : state_(seed) {}

  uint64_t Next64() { return SplitMixed(state_ += kSplitMixStep); }
  uint32_t Next32() { return static_cast<uint32_t>(Next64() >> 32); }

 private:
  uint64_t state_ = 0;
};

}  // namespace wsload
