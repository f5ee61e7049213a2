#include "agent/client/pending_acks.h"

#include <gtest/gtest.h>

#include <limits>
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
  EXPECT_TRUE(pending.Oldest(5, message));
  pending.ExpireOldest();

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
    ASSERT_TRUE(pending.Oldest(4, message));
    EXPECT_EQ(message.sent_ns, at);
    pending.ExpireOldest();
  }
  EXPECT_FALSE(pending.Oldest(4, message));
  EXPECT_EQ(pending.oldest_sent_ns(), 5);
  EXPECT_EQ(pending.open(), 5u);
}

TEST(PendingAcks, GivesUpOneOwnersMessagesOnly) {
  PendingAcks pending;
  PendingAcks::Owner broken, healthy;
  for (int i = 0; i < 6; ++i) pending.Open(i % 2 == 0 ? broken : healthy, i, i);
  PendingAcks::Message message;
  std::vector<int64_t> given_up;
  while (pending.OldestOf(broken, message)) {
    given_up.push_back(message.sent_ns);
    pending.GiveUpOldestOf(broken);
  }
  EXPECT_EQ(given_up, (std::vector<int64_t>{0, 2, 4}));
  EXPECT_EQ(healthy.open, 3u);
  EXPECT_EQ(pending.oldest_sent_ns(), 1);
}

TEST(PendingAcks, WhatIsSentAgainIsFoundByItsFirstPlace) {
  PendingAcks pending;
  PendingAcks::Owner owner, other;
  PendingAcks::Message message;
  const uint64_t first = pending.Open(owner, 1, 10, 77);
  const uint64_t second = pending.Open(owner, 2, 20);
  ASSERT_TRUE(pending.Oldest(10, message));
  pending.SendOldestAgain(owner, 30);
  EXPECT_EQ(pending.oldest_sent_ns(), 20) << "it moved behind the other one";
  ASSERT_TRUE(pending.Oldest(20, message));
  EXPECT_EQ(message.sequence, second);
  pending.ExpireOldest();

  ASSERT_TRUE(pending.Oldest(30, message));
  EXPECT_EQ(message.sequence, first);
  EXPECT_EQ(message.number, 77);
  EXPECT_EQ(message.attempts, 2);
  pending.SendOldestAgain(other, 40);
  EXPECT_EQ(owner.open, 0u);
  EXPECT_EQ(other.open, 1u);
  EXPECT_EQ(pending.open(), 1u);

  EXPECT_EQ(pending.Close(2, other, message), Match::kUnknown) << "no key has the place of a later attempt";
  EXPECT_EQ(pending.Close(3, other, message), Match::kUnknown);
  EXPECT_EQ(pending.Close(first, owner, message), Match::kForeign) << "it is with the other connection now";
  ASSERT_EQ(pending.Close(first, other, message), Match::kOpen);
  EXPECT_EQ(message.sequence, first);
  EXPECT_EQ(message.intended_ns, 1);
  EXPECT_EQ(message.sent_ns, 40);
  EXPECT_EQ(message.attempts, 3);
  EXPECT_EQ(pending.Close(first, other, message), Match::kDuplicate);
  EXPECT_EQ(pending.Close(3, other, message), Match::kUnknown);
  EXPECT_EQ(pending.open(), 0u);
}

TEST(PendingAcks, AnOrphanWaitsForAConnection) {
  PendingAcks pending;
  PendingAcks::Owner lost, other;
  PendingAcks::Message message;
  const uint64_t orphan = pending.Open(lost, 1, 10);
  pending.OrphanOldestOf(lost);
  EXPECT_EQ(lost.open, 0u);
  EXPECT_EQ(pending.open(), 1u);
  EXPECT_EQ(pending.Close(orphan, other, message), Match::kForeign);
  ASSERT_TRUE(pending.Oldest(10, message));
  EXPECT_EQ(message.owner, nullptr);
  pending.KeepOldest(20);
  ASSERT_TRUE(pending.Oldest(20, message));
  EXPECT_EQ(message.attempts, 1);
  EXPECT_EQ(message.rounds, 2);
  pending.SendOldestAgain(other, 30);
  ASSERT_EQ(pending.Close(orphan, other, message), Match::kOpen);
  EXPECT_EQ(message.attempts, 2);
  EXPECT_EQ(message.rounds, 3);
}

// Against a plain map: any mix of opening, answering, expiring, sending again and losing, with far more open than the
// ring began with.
TEST(PendingAcks, AgreesWithAMapOnRandomHistories) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    PendingAcks pending;
    std::vector<PendingAcks::Owner> owners(7);
    struct Open {
      PendingAcks::Owner* owner;
      int64_t sent_ns;
      int32_t attempts;
      uint64_t place;
    };
    std::map<uint64_t, Open> model;       // by their keys
    std::map<uint64_t, uint64_t> places;  // in sending order: what is there
    int64_t now = 0;
    PendingAcks::Message message;
    for (int step = 0; step < 20'000; ++step) {
      const uint64_t dice = random() % 100;
      now += random() % 3;
      if (dice < 60) {
        PendingAcks::Owner& owner = owners[random() % owners.size()];
        const uint64_t place = pending.next_sequence();
        const uint64_t key = pending.Open(owner, now - 1, now);
        ASSERT_EQ(key, place);
        model[key] = {&owner, now, 1, key};
        places[key] = key;
      } else if (dice < 95 && !model.empty()) {
        auto it = model.lower_bound(random() % pending.next_sequence());
        if (it == model.end()) it = model.begin();
        if (it->second.owner == nullptr) {
          ASSERT_EQ(pending.Close(it->first, owners[0], message), Match::kForeign);
          continue;
        }
        ASSERT_EQ(pending.Close(it->first, *it->second.owner, message), Match::kOpen);
        ASSERT_EQ(message.sequence, it->first);
        ASSERT_EQ(message.sent_ns, it->second.sent_ns);
        ASSERT_EQ(message.attempts, it->second.attempts);
        places.erase(it->second.place);
        model.erase(it);
      } else if (dice < 99) {
        const int64_t until = now - 4000;
        while (pending.Oldest(until, message)) {
          const auto first = places.begin();
          const uint64_t key = first->second;
          Open& open = model.at(key);
          ASSERT_EQ(message.sequence, key);
          ASSERT_EQ(message.owner, open.owner);
          places.erase(first);
          const uint64_t place = pending.next_sequence();
          switch (random() % 3) {
            case 0:
              pending.ExpireOldest();
              model.erase(key);
              break;
            case 1:
              open = {&owners[random() % owners.size()], now, open.attempts + 1, place};
              pending.SendOldestAgain(*open.owner, now);
              places[place] = key;
              break;
            default:
              open = {nullptr, now, open.attempts, place};
              pending.KeepOldest(now);
              places[place] = key;
          }
        }
        ASSERT_TRUE(places.empty() || model.at(places.begin()->second).sent_ns > until);
      } else {
        PendingAcks::Owner& owner = owners[random() % owners.size()];
        while (pending.OldestOf(owner, message)) {
          ASSERT_EQ(model.at(message.sequence).owner, &owner);
          if (random() % 2 == 0) {
            pending.OrphanOldestOf(owner);
            model.at(message.sequence).owner = nullptr;
            continue;
          }
          pending.GiveUpOldestOf(owner);
          places.erase(model.at(message.sequence).place);
          model.erase(message.sequence);
        }
        ASSERT_EQ(owner.open, 0u);
      }
      ASSERT_EQ(pending.open(), model.size());
      ASSERT_EQ(pending.oldest_sent_ns(), model.empty() ? std::numeric_limits<int64_t>::max()
                                                        : model.at(places.begin()->second).sent_ns);
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
