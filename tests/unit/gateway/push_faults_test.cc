#include "tests/gateway/push_faults.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace wsload::gateway {
namespace {

std::shared_ptr<const SealedPush> Message(std::string text,
                                          SealedPush::Origin origin = SealedPush::Origin::kForwarded) {
  return std::make_shared<const SealedPush>(SealedPush{origin, Opcode::kBinary, std::move(text)});
}

TEST(PushFate, HasItsSharesOverManyPushes) {
  const PushFaults faults{.loss = 0.01, .duplicate = 0.02, .reorder = 0.03};
  std::map<PushFate, int> fates;
  constexpr int kSenders = 100, kMessages = 100, kReceivers = 50;
  for (int sender = 0; sender < kSenders; ++sender) {
    for (int number = 0; number < kMessages; ++number) {
      for (int receiver = 0; receiver < kReceivers; ++receiver) {
        ++fates[FateOf(faults, 1, {sender, number, receiver, 0})];
      }
    }
  }
  constexpr int kAll = kSenders * kMessages * kReceivers;
  // Five standard deviations of a binomial count.
  EXPECT_NEAR(fates[PushFate::kLose], kAll * 0.01, 5 * 70);
  EXPECT_NEAR(fates[PushFate::kDuplicate], kAll * 0.02, 5 * 99);
  EXPECT_NEAR(fates[PushFate::kReorder], kAll * 0.03, 5 * 121);
}

TEST(PushFate, IsOneOfTheSeedAndTheName) {
  const PushFaults half{.loss = 0.5};
  const auto differing = [&half](uint64_t seed, const PushName& change) {
    int differ = 0;
    for (int64_t i = 0; i < 1000; ++i) {
      const PushName a{i, 2 * i, 3 * i, 0};
      const PushName b{a.sender + change.sender, a.number + change.number, a.receiver + change.receiver,
                       a.device + change.device};
      differ += FateOf(half, 1, a) != FateOf(half, seed, b) ? 1 : 0;
    }
    return differ;
  };
  EXPECT_EQ(differing(1, {}), 0);
  EXPECT_NEAR(differing(2, {}), 500, 80);
  EXPECT_NEAR(differing(1, {.sender = 1}), 500, 80);
  EXPECT_NEAR(differing(1, {.number = 1}), 500, 80);
  EXPECT_NEAR(differing(1, {.receiver = 1}), 500, 80);
  EXPECT_NEAR(differing(1, {.device = 1}), 500, 80);
}

TEST(PushFate, NoneAndAll) {
  for (int64_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(FateOf({}, 1, {.number = i}), PushFate::kDeliver);
    EXPECT_EQ(FateOf({.loss = 1}, 1, {.number = i}), PushFate::kLose);
  }
}

TEST(ReorderBuffer, GivesWhatWasOvertakenByThePairsNext) {
  ReorderBuffer buffer(100);
  EXPECT_TRUE(buffer.Hold(1, 7, Message("a"), 0));
  EXPECT_FALSE(buffer.Hold(1, 7, Message("b"), 1)) << "one at a time";
  EXPECT_TRUE(buffer.Hold(1, 8, Message("c"), 2));
  EXPECT_TRUE(buffer.Hold(2, 7, Message("d"), 3));
  EXPECT_EQ(buffer.size(), 3u);
  EXPECT_FALSE(buffer.TakeOvertaken(3, 7).has_value());
  const auto held = buffer.TakeOvertaken(1, 7);
  ASSERT_TRUE(held.has_value());
  EXPECT_EQ(held->push->wire, "a");
  EXPECT_EQ(held->connection, 1u);
  EXPECT_FALSE(buffer.TakeOvertaken(1, 7).has_value());
  EXPECT_EQ(buffer.TakeOvertaken(2, 7)->push->wire, "d");
  EXPECT_EQ(buffer.size(), 1u);
}

TEST(ReorderBuffer, LetsGoOfWhatNobodyOvertook) {
  ReorderBuffer buffer(100);
  EXPECT_EQ(buffer.NextExpiryNs(), std::nullopt);
  buffer.Hold(1, 7, Message("a"), 0);
  buffer.TakeOvertaken(1, 7);
  buffer.Hold(1, 7, Message("b"), 10);
  buffer.Hold(1, 8, Message("c"), 20);
  EXPECT_EQ(buffer.NextExpiryNs(), 110) << "not the first one's";
  EXPECT_FALSE(buffer.TakeExpired(109).has_value());
  EXPECT_EQ(buffer.TakeExpired(200)->push->wire, "b");
  EXPECT_EQ(buffer.TakeExpired(200)->push->wire, "c");
  EXPECT_FALSE(buffer.TakeExpired(200).has_value());
  EXPECT_EQ(buffer.NextExpiryNs(), std::nullopt);
}

TEST(ReorderBuffer, DropsWhatIsHeldForAConnectionThatLeaves) {
  ReorderBuffer buffer(100);
  buffer.Hold(1, 7, Message("a"), 0);
  buffer.Hold(1, 8, Message("b", SealedPush::Origin::kPosted), 0);
  buffer.Hold(2, 7, Message("c"), 0);
  const ReorderBuffer::Dropped dropped = buffer.Drop(1);
  EXPECT_EQ(dropped.forwarded, 1);
  EXPECT_EQ(dropped.posted, 1);
  EXPECT_EQ(buffer.Drop(1).forwarded, 0);
  EXPECT_EQ(buffer.size(), 1u);
  EXPECT_EQ(buffer.TakeExpired(200)->push->wire, "c");
  EXPECT_FALSE(buffer.TakeExpired(200).has_value());
}

TEST(ReorderBuffer, IsBounded) {
  ReorderBuffer buffer(100, 3);
  for (int64_t sender = 0; sender < 3; ++sender) EXPECT_TRUE(buffer.Hold(1, sender, Message("x"), 0));
  EXPECT_FALSE(buffer.Hold(1, 3, Message("x"), 0));
  buffer.TakeOvertaken(1, 0);
  EXPECT_TRUE(buffer.Hold(1, 3, Message("x"), 0));
}

}  // namespace
}  // namespace wsload::gateway
