#include "agent/service/stranger_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/support/manual_event_loop.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Descriptors are what they are called.
class FakeSockets final : public StrangerGate::Sockets {
 public:
  bool IsOpen(int fd, const SocketAddress&) override { return !closed.contains(fd); }
  int64_t ReceivedBytes(int fd, const SocketAddress&) override { return fd == talker ? bytes : 0; }
  void End(int fd, const SocketAddress&) override { ended.push_back(fd); }

  std::set<int> closed;
  int talker = -1;
  int64_t bytes = 0;
  std::vector<int> ended;
};

SocketAddress From(const std::string& host, uint16_t port) { return *SocketAddress::FromLiteral(host, port); }

class StrangerGateTest : public testing::Test {
 protected:
  ManualClock clock_;
  FakeSockets sockets_;
  StrangerGate gate_{clock_, sockets_, 4};
};

TEST_F(StrangerGateTest, TheOldestOfTheLargestNetworkGivesWay) {
  gate_.Add(1, From("10.0.0.2", 1));
  clock_.AdvanceBy(1);
  for (const int fd : {2, 3, 4}) gate_.Add(fd, From("10.0.0.1", static_cast<uint16_t>(fd)));
  clock_.AdvanceBy(1);
  gate_.Add(5, From("10.0.0.3", 5));
  ASSERT_EQ(sockets_.ended.size(), 1u);
  EXPECT_NE(sockets_.ended.front(), 1) << "one of the crowd, although it came later";
  EXPECT_EQ(gate_.strangers(), 4u);
}

TEST_F(StrangerGateTest, WhoIsLetInIsNoStranger) {
  for (const int fd : {1, 2, 3, 4}) gate_.Add(fd, From("::ffff:10.0.0.1", static_cast<uint16_t>(fd)));
  for (const char* peer : {"ipv4:10.0.0.1:1", "ipv4:10.0.0.1:2", "ipv4:10.0.0.1:77", "unix:"}) gate_.LetIn(peer);
  EXPECT_EQ(gate_.strangers(), 2u);
  for (const int fd : {5, 6}) gate_.Add(fd, From("10.0.0.1", static_cast<uint16_t>(fd)));
  EXPECT_THAT(sockets_.ended, IsEmpty());
  clock_.AdvanceBy(10 * StrangerGate::kAgeNs);
  gate_.LookAtAll();
  EXPECT_THAT(sockets_.ended, ElementsAre(3, 4, 5, 6)) << "age is for strangers";
}

TEST_F(StrangerGateTest, TheClosedOnesAreForgottenFirst) {
  for (const int fd : {1, 2, 3, 4}) gate_.Add(fd, From("10.0.0.1", static_cast<uint16_t>(fd)));
  sockets_.closed = {3};
  gate_.Add(5, From("10.0.0.1", 5));
  EXPECT_THAT(sockets_.ended, IsEmpty());
}

TEST_F(StrangerGateTest, WhoAsksNowAndThenIsEndedInAQuietMoment) {
  gate_.Add(1, From("fd00::7", 1));
  gate_.Add(2, From("fd00::8", 2));
  clock_.AdvanceBy(StrangerGate::kAgeNs);
  gate_.CountCall("ipv6:%5Bfd00::8%5D:2");
  gate_.LookAtAll();
  EXPECT_THAT(sockets_.ended, ElementsAre(1));
  clock_.AdvanceBy(StrangerGate::kQuietNs);
  gate_.LookAtAll();
  EXPECT_THAT(sockets_.ended, ElementsAre(1, 2));
}

TEST_F(StrangerGateTest, WhoIsNeverQuietIsEndedAllTheSame) {
  gate_.Add(1, From("10.0.0.1", 1));
  for (int64_t age_ns = 0; age_ns < 2 * StrangerGate::kAgeNs; age_ns += StrangerGate::kQuietNs / 2) {
    gate_.CountCall("ipv4:10.0.0.1:1");
    gate_.LookAtAll();
    ASSERT_THAT(sockets_.ended, IsEmpty());
    clock_.AdvanceBy(StrangerGate::kQuietNs / 2);
  }
  gate_.LookAtAll();
  EXPECT_THAT(sockets_.ended, ElementsAre(1));
}

TEST_F(StrangerGateTest, CallsAreBoundedWhoeverMakesThem) {
  gate_.Add(1, From("10.0.0.1", 1));
  gate_.LetIn("ipv4:10.0.0.1:1");
  for (int i = 0; i < StrangerGate::kCallBurst; ++i) gate_.CountCall("ipv4:10.0.0.1:1");
  EXPECT_THAT(sockets_.ended, IsEmpty());
  gate_.CountCall("ipv4:10.0.0.1:1");
  EXPECT_THAT(sockets_.ended, ElementsAre(1));
  gate_.CountCall("ipv4:10.0.0.1:1");
  EXPECT_THAT(sockets_.ended, ElementsAre(1)) << "once";
}

TEST_F(StrangerGateTest, WhoSendsTooMuchIsEnded) {
  gate_.Add(1, From("10.0.0.1", 1));
  sockets_.talker = 1;
  sockets_.bytes = StrangerGate::kMostBytes;
  gate_.LookAtAll();
  EXPECT_THAT(sockets_.ended, IsEmpty());
  ++sockets_.bytes;
  gate_.LookAtAll();
  EXPECT_THAT(sockets_.ended, ElementsAre(1));
}

TEST_F(StrangerGateTest, WhoWasCutOffComesBackNowAndThenOnly) {
  ASSERT_TRUE(gate_.Add(1, From("10.0.0.1", 1)));
  for (int i = 0; i <= StrangerGate::kCallBurst; ++i) gate_.CountCall("ipv4:10.0.0.1:1");
  ASSERT_THAT(sockets_.ended, ElementsAre(1));
  EXPECT_FALSE(gate_.Add(2, From("::ffff:10.0.0.1", 2)));
  EXPECT_TRUE(gate_.Add(3, From("10.0.0.2", 3))) << "another network is not held up";
  clock_.AdvanceBy(Offenders::kIntervalNs);
  EXPECT_TRUE(gate_.Add(4, From("10.0.0.1", 4)));
  EXPECT_FALSE(gate_.Add(5, From("10.0.0.1", 5)));
  clock_.AdvanceBy(Offenders::kMemoryNs);
  EXPECT_TRUE(gate_.Add(6, From("10.0.0.1", 6)));
  EXPECT_TRUE(gate_.Add(7, From("10.0.0.1", 7))) << "forgotten";
}

TEST_F(StrangerGateTest, WhoIsOldOrGivesWayIsNoOffender) {
  for (const int fd : {1, 2, 3, 4, 5}) ASSERT_TRUE(gate_.Add(fd, From("10.0.0.1", static_cast<uint16_t>(fd))));
  ASSERT_THAT(sockets_.ended, ElementsAre(1));
  clock_.AdvanceBy(2 * StrangerGate::kAgeNs);
  gate_.LookAtAll();
  EXPECT_EQ(gate_.strangers(), 0u);
  EXPECT_TRUE(gate_.Add(6, From("10.0.0.1", 6)));
}

TEST(Offenders, AreBoundedInNumber) {
  Offenders offenders;
  for (size_t i = 0; i < 2 * Offenders::kMaxNetworks; ++i) offenders.Count(std::to_string(i), static_cast<int64_t>(i));
  EXPECT_EQ(offenders.size(), Offenders::kMaxNetworks);
  EXPECT_TRUE(offenders.MayCome("0", 5000)) << "the oldest ones were forgotten";
  EXPECT_FALSE(offenders.MayCome(std::to_string(2 * Offenders::kMaxNetworks - 1), 5000));
}

TEST_F(StrangerGateTest, WithoutDescriptorsTheOldestGoes) {
  gate_.EndOldest();
  gate_.Add(1, From("10.0.0.1", 1));
  clock_.AdvanceBy(1);
  gate_.Add(2, From("10.0.0.1", 2));
  gate_.EndOldest();
  EXPECT_THAT(sockets_.ended, ElementsAre(1));
}

}  // namespace
}  // namespace wsload
