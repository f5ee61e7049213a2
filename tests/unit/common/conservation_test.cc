#include "common/stats/conservation.h"

#include <gtest/gtest.h>

#include <string>

namespace wsload {
namespace {

Counters Whole() {
  Counters counters;
  counters.scheduled = 10;
  counters.success = 5;
  counters.timeout = 2;
  counters.send_error = 1;
  counters.unsent = 2;
  counters.connections.attempted = 4;
  counters.connections.opened = 3;
  counters.connections.failed = 1;
  counters.connections.lost = 1;
  counters.connections.closed = 2;
  return counters;
}

TEST(ConservationTest, HoldsForWhatAddsUp) {
  CheckAllEnded(Counters());
  CheckAllEnded(Whole());
  CheckSameCounts(Whole(), Whole());
}

TEST(ConservationTest, NamesOfCausesAreNoMatterOfCounts) {
  Counters named = Whole();
  named.connections.failures["http_403"] = 1;
  Counters other = Whole();
  other.connections.failures[kOtherCause] = 1;
  CheckSameCounts(named, other);
}

TEST(ConservationDeathTest, AMessageWithoutAnEnd) {
  Counters counters = Whole();
  --counters.success;
  EXPECT_DEATH(CheckAllEnded(counters), "of 10 messages 4 succeeded, 3 failed and 2 were not sent: 1 have no end");
}

TEST(ConservationDeathTest, AMessageWithTwoEnds) {
  Counters counters = Whole();
  ++counters.timeout;
  EXPECT_DEATH(CheckAllEnded(counters), "-1 have no end");
}

TEST(ConservationDeathTest, ADialAndAConnectionThatNobodyAccountsFor) {
  Counters counters = Whole();
  ++counters.connections.attempted;
  EXPECT_DEATH(CheckAllEnded(counters), "of 5 dials 3 opened and 1 failed");
  counters = Whole();
  --counters.connections.closed;
  EXPECT_DEATH(CheckAllEnded(counters), "of 3 connections 1 were lost and 1 closed: 1 are still open");
}

TEST(ConservationDeathTest, SumsThatDiffer) {
  Counters counters = Whole();
  ++counters.pushes;
  EXPECT_DEATH(CheckSameCounts(counters, Whole()), "pushes: 1 in all, but 0 in the sum of the parts");
  counters = Whole();
  ++counters.connections.lost;
  EXPECT_DEATH(CheckSameCounts(counters, Whole()), "connections lost: 2 in all, but 1");
}

}  // namespace
}  // namespace wsload
