#include "tests/gateway/audience.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "common/util/status.h"

namespace wsload::gateway {
namespace {

constexpr int64_t kFirst = 10'000;
using Members = std::vector<Audience::Member>;

std::vector<uint64_t> Connections(const Members& members) {
  std::vector<uint64_t> connections;
  for (const Audience::Member& member : members) connections.push_back(member.connection);
  std::sort(connections.begin(), connections.end());
  return connections;
}

TEST(ForwardSpec, ReadsAllForms) {
  EXPECT_EQ(*ParseForward("all"), (ForwardSpec{ForwardSpec::To::kAll, 0}));
  EXPECT_EQ(*ParseForward("peer"), (ForwardSpec{ForwardSpec::To::kGroup, 2}));
  EXPECT_EQ(*ParseForward("group:50"), (ForwardSpec{ForwardSpec::To::kGroup, 50}));
  for (const char* text : {"", "none", "group", "group:", "group:1", "group:x", "group:5x", "group:99999999999"}) {
    const auto spec = ParseForward(text);
    ASSERT_FALSE(spec.ok()) << text;
    EXPECT_TRUE(Text(spec.status()).starts_with("want ")) << text;
  }
}

TEST(RoomOf, IsSoManyConsecutiveUserIds) {
  const ForwardSpec rooms{ForwardSpec::To::kGroup, 50};
  EXPECT_EQ(RoomOf(rooms, kFirst, kFirst), 0);
  EXPECT_EQ(RoomOf(rooms, kFirst, kFirst + 49), 0);
  EXPECT_EQ(RoomOf(rooms, kFirst, kFirst + 50), 1);
  EXPECT_EQ(RoomOf(rooms, kFirst, kFirst - 1), -1);
  EXPECT_EQ(RoomOf(rooms, kFirst, kFirst - 50), -1);
  EXPECT_EQ(RoomOf(rooms, kFirst, kFirst - 51), -2);
  EXPECT_EQ(RoomOf({ForwardSpec::To::kAll, 0}, kFirst, 7), RoomOf({ForwardSpec::To::kAll, 0}, kFirst, -7));
  const ForwardSpec pairs{ForwardSpec::To::kGroup, 2};
  EXPECT_EQ(RoomOf(pairs, kFirst, kFirst + 6), RoomOf(pairs, kFirst, kFirst + 7));
  EXPECT_NE(RoomOf(pairs, kFirst, kFirst + 7), RoomOf(pairs, kFirst, kFirst + 8));
  // Whatever a token says.
  EXPECT_EQ(RoomOf(pairs, std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()), 0);
}

TEST(Audience, IsTheRoomWithoutTheSenderOnAnyDevice) {
  Audience audience({ForwardSpec::To::kGroup, 3}, kFirst);
  audience.Join(1, kFirst);
  audience.Join(2, kFirst + 1);
  audience.Join(3, kFirst + 2);
  audience.Join(4, kFirst + 3);  // the next room
  audience.Join(5, kFirst);      // the first user's second device
  Members members;
  audience.OfRoom(0, kFirst, members);
  EXPECT_EQ(Connections(members), (std::vector<uint64_t>{2, 3}));
  audience.OfRoom(0, kFirst + 1, members);
  EXPECT_EQ(Connections(members), (std::vector<uint64_t>{1, 3, 5}));
  audience.OfRoom(1, kFirst + 3, members);
  EXPECT_TRUE(members.empty());
  audience.OfRoom(7, 0, members);
  EXPECT_TRUE(members.empty());
  audience.All(members);
  EXPECT_EQ(Connections(members), (std::vector<uint64_t>{1, 2, 3, 4, 5}));
  audience.OfUsers({kFirst, kFirst + 3, 99}, members);
  EXPECT_EQ(Connections(members), (std::vector<uint64_t>{1, 4, 5}));
  for (const Audience::Member& member : members) EXPECT_EQ(member.device, member.connection == 5 ? 1 : 0);
}

TEST(Audience, WhoeverLeavesIsGoneAndNobodyElse) {
  Audience audience({ForwardSpec::To::kAll, 0}, kFirst);
  for (uint64_t id = 1; id <= 100; ++id) audience.Join(id, kFirst + static_cast<int64_t>(id));
  for (uint64_t id = 1; id <= 100; id += 2) {
    audience.Leave(id);
    audience.Leave(id);
  }
  std::vector<uint64_t> even;
  for (uint64_t id = 2; id <= 100; id += 2) even.push_back(id);
  Members members;
  audience.OfRoom(0, 0, members);
  EXPECT_EQ(Connections(members), even);
  audience.OfUsers({kFirst + 1, kFirst + 2}, members);
  EXPECT_EQ(Connections(members), (std::vector<uint64_t>{2}));
  for (const uint64_t id : even) audience.Leave(id);
  audience.All(members);
  EXPECT_TRUE(members.empty());
  audience.Join(7, kFirst);
  audience.All(members);
  EXPECT_EQ(Connections(members), (std::vector<uint64_t>{7}));
}

}  // namespace
}  // namespace wsload::gateway
