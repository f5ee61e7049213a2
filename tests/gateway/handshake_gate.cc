#include "tests/gateway/handshake_gate.h"

#include "common/time/clock.h"
#include "common/util/int128.h"

namespace wsload::gateway {

HandshakeGate::HandshakeGate(int64_t rate_per_s, HandshakeOver over) : rate_per_s_(rate_per_s), over_(over) {}

std::optional<int64_t> HandshakeGate::NextTurnNs(int64_t now_ns) {
  // Rounded up: turns are never closer than the rate says.
  const Int128 offset_ns = (static_cast<Int128>(turns_) * kNsPerSecond + rate_per_s_ - 1) / rate_per_s_;
  const int64_t turn_ns = base_ns_ + static_cast<int64_t>(offset_ns);
  if (turn_ns <= now_ns) {
    base_ns_ = now_ns;
    turns_ = 1;
    return now_ns;
  }
  if (over_ == HandshakeOver::kReject) return std::nullopt;
  ++turns_;
  return turn_ns;
}

}  // namespace wsload::gateway
