#include "agent/client/pending_acks.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace wsload {
namespace {

using Match = PendingAcks::Match;

TEST(PendingAcks, AnswersFindTheirMessageInAnyOrder) {
  PendingAcks pending;
  PendingAcks::Owner owner;
  const uint64_t first = pending.Open(owner, 10, 11);
  const uint64_t second = pending.Open(owner, 20, 21);
  EXPECT_EQ(owner.open, 2u);

  PendingAcks::Message message;
  ASSERT_EQ(pending.Close(second, owner, message), Match::kOpen);
  EXPECT_EQ(message.intended_ns, 20);
  EXPECT_EQ(message.sent_ns, 21);
  EXPECT_EQ(message.sequence, second);
  ASSERT_EQ(pending.Close(first, owner, message), Match::kOpen);
  EXPECT_EQ(message.intended_ns, 10);
  EXPECT_EQ(owner.open, 0u);
  EXPECT_EQ(pending.open(), 0u);
}

TEST(PendingAcks, TellsLateFromDuplicateFromUnknown) {
  PendingAcks pending;
  PendingAcks::Owner owner, other;
  PendingAcks::Message message;
  const uint64_t acknowledged = pending.Open(owner, 0, 0);
  const uint64_t expired = pending.Open(owner, 0, 5);
  EXPECT_EQ(pending.Close(acknowledged, owner, message), Match::kOpen);
  EXPECT_TRUE(pending.ExpireOldest(5, message));

  EXPECT_EQ(pending.Close(acknowledged, owner, message), Match::kDuplicate);
  EXPECT_EQ(pending.Close(expired, owner, message), Match::kLate);
  EXPECT_EQ(pending.Close(expired, other, message), Match::kForeign) << "another connection's message";
  EXPECT_EQ(pending.Close(12345, owner, message), Match::kUnknown) << "never opened";
}

TEST(PendingAcks, ExpiresInSendingOrderAndNoFurther) {
  PendingAcks pending;
  PendingAcks::Owner owner;
  for (int64_t at = 0; at < 10; ++at) pending.Open(owner, at, at);
  PendingAcks::Message message;
  EXPECT_EQ(pending.oldest_sent_ns(), 0);
  for (int64_t at = 0; at <= 4; ++at) {
    ASSERT_TRUE(pending.ExpireOldest(4, message));
    EXPECT_EQ(message.sent_ns, at);
  }
  EXPECT_FALSE(pending.ExpireOldest(4, message));
  EXPECT_EQ(pending.oldest_sent_ns(), 5);
  EXPECT_EQ(pending.open(), 5u);
}

TEST(PendingAcks, GivesUpOneOwnersMessagesOnly) {
  PendingAcks pending;
  PendingAcks::Owner broken, healthy;
  for (int i = 0; i < 6; ++i) pending.Open(i % 2 == 0 ? broken : healthy, i, i);
  PendingAcks::Message message;
  std::vector<int64_t> given_up;
  while (pending.GiveUpOldest(broken, message)) given_up.push_back(message.sent_ns);
  EXPECT_EQ(given_up, (std::vector<int64_t>{0, 2, 4}));
  EXPECT_EQ(healthy.open, 3u);
  EXPECT_EQ(pending.oldest_sent_ns(), 1);
}

// Against a plain map: any mix of opening, answering, expiring and losing, with far more open than the ring began with.
TEST(PendingAcks, AgreesWithAMapOnRandomHistories) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    PendingAcks pending;
    std::vector<PendingAcks::Owner> owners(7);
    struct Open {
      size_t owner;
      int64_t sent_ns;
    };
    std::map<uint64_t, Open> model;
    int64_t now = 0;
    PendingAcks::Message message;
    for (int step = 0; step < 20'000; ++step) {
      const uint64_t dice = random() % 100;
      now += random() % 3;
      if (dice < 60) {
        const size_t owner = random() % owners.size();
        model[pending.Open(owners[owner], now - 1, now)] = {owner, now};
      } else if (dice < 95 && !model.empty()) {
        auto it = model.lower_bound(random() % pending.next_sequence());
        if (it == model.end()) it = model.begin();
        ASSERT_EQ(pending.Close(it->first, owners[it->second.owner], message), Match::kOpen);
        ASSERT_EQ(message.sent_ns, it->second.sent_ns);
        model.erase(it);
      } else if (dice < 99) {
        const int64_t until = now - 4000;
        while (pending.ExpireOldest(until, message)) {
          ASSERT_EQ(message.sequence, model.begin()->first);
          model.erase(model.begin());
        }
        ASSERT_TRUE(model.empty() || model.begin()->second.sent_ns > until);
      } else {
        const size_t owner = random() % owners.size();
        while (pending.GiveUpOldest(owners[owner], message)) {
          ASSERT_EQ(model.at(message.sequence).owner, owner);
          model.erase(message.sequence);
        }
        ASSERT_EQ(owners[owner].open, 0u);
      }
      ASSERT_EQ(pending.open(), model.size());
      ASSERT_EQ(pending.oldest_sent_ns(),
                model.empty() ? std::numeric_limits<int64_t>::max() : model.begin()->second.sent_ns);
    }
  }
}

#ifndef WSLOAD_NO_DCHECKS
TEST(PendingAcksDeathTest, MessagesAreSentInTheOrderOfTheClock) {
  PendingAcks pending;
  PendingAcks::Owner owner;
  pending.Open(owner, 0, 10);
  EXPECT_DEATH(pending.Open(owner, 0, 7), "sent 3 ns before the one before it");
}
#endif

}  // namespace
}  // namespace wsload
