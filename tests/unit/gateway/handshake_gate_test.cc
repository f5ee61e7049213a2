#include "tests/gateway/handshake_gate.h"

#include <gtest/gtest.h>

#include "common/time/clock.h"

namespace wsload::gateway {
namespace {

constexpr int64_t kNow = 12'345'678'901;

TEST(HandshakeGate, TurnsAreOneOverTheRateApart) {
  HandshakeGate gate(500, HandshakeOver::kWait);
  for (int64_t i = 0; i < 10'000; ++i) ASSERT_EQ(gate.NextTurnNs(kNow + i), kNow + i * 2 * kNsPerMs);
}

TEST(HandshakeGate, LosesNoFractionOfANanosecond) {
  HandshakeGate gate(3, HandshakeOver::kWait);
  EXPECT_EQ(gate.NextTurnNs(kNow), kNow);
  EXPECT_EQ(gate.NextTurnNs(kNow), kNow + 333'333'334);
  EXPECT_EQ(gate.NextTurnNs(kNow), kNow + 666'666'667);
  EXPECT_EQ(gate.NextTurnNs(kNow), kNow + kNsPerSecond);
}

TEST(HandshakeGate, SavesNothingUp) {
  HandshakeGate gate(1000, HandshakeOver::kWait);
  EXPECT_EQ(gate.NextTurnNs(kNow), kNow);
  const int64_t later = kNow + 60 * kNsPerSecond;
  EXPECT_EQ(gate.NextTurnNs(later), later);
  EXPECT_EQ(gate.NextTurnNs(later), later + kNsPerMs);
}

TEST(HandshakeGate, ARejectedOneUsesNoTurnUp) {
  HandshakeGate gate(1000, HandshakeOver::kReject);
  EXPECT_EQ(gate.NextTurnNs(kNow), kNow);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(gate.NextTurnNs(kNow + kNsPerMs - 1), std::nullopt);
  EXPECT_EQ(gate.NextTurnNs(kNow + kNsPerMs), kNow + kNsPerMs);
  EXPECT_EQ(gate.NextTurnNs(kNow + kNsPerMs), std::nullopt);
}

}  // namespace
}  // namespace wsload::gateway
