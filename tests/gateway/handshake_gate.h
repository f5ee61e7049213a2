// So many handshakes a second, by arithmetic: pure logic, time comes in as a value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "common/util/choice.h"

namespace wsload::gateway {

/// What becomes of a handshake that comes before its turn.
enum class HandshakeOver {
  kWait,    ///< it is answered at its turn
  kReject,  ///< 503
};

}  // namespace wsload::gateway

namespace wsload {

template <>
inline constexpr std::array kChoices<gateway::HandshakeOver> = {Choice{gateway::HandshakeOver::kWait, "wait"},
                                                                Choice{gateway::HandshakeOver::kReject, "reject"}};

}  // namespace wsload

namespace wsload::gateway {

/// Turns are 1/rate apart, at the earliest; a pause is not saved up for later. So n handshakes that come at once are
/// let in within (n - 1) / rate, exactly. One thread at a time.
class HandshakeGate {
 public:
  /// rate_per_s > 0
  HandshakeGate(int64_t rate_per_s, HandshakeOver over);

  /// When a handshake that comes at `now_ns` has its turn, now or later; nothing: refused, and no turn is used up.
  std::optional<int64_t> NextTurnNs(int64_t now_ns);

 private:
  const int64_t rate_per_s_;
  const HandshakeOver over_;
  // The next turn: base_ns_ + turns_ / rate, so that no fraction of a nanosecond is lost from turn to turn.
  int64_t base_ns_ = 0;
  int64_t turns_ = 0;
};

}  // namespace wsload::gateway
