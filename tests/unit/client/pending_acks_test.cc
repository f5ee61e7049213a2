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

/// A plain map beside it: any mix of opening, answering, expiring, sending again and losing.
class History {
 public:
  explicit History(uint32_t seed) : random_(seed) {}

  void Open() {
    PendingAcks::Owner& owner = AnyOwner();
    const uint64_t key = pending_.Open(owner, now_ - 1, now_);
    open_[key] = {&owner, now_, 1, key};
    places_[key] = key;
  }

  void Answer() {
    if (open_.empty()) return;
    auto it = open_.lower_bound(random_() % pending_.next_sequence());
    if (it == open_.end()) it = open_.begin();
    const auto& [key, message] = *it;
    if (message.owner == nullptr) {
      ASSERT_EQ(pending_.Close(key, owners_[0], told_), Match::kForeign);
      return;
    }
    ASSERT_EQ(pending_.Close(key, *message.owner, told_), Match::kOpen);
    ASSERT_EQ(told_.sequence, key);
    ASSERT_EQ(told_.sent_ns, message.sent_ns);
    ASSERT_EQ(told_.attempts, message.attempts);
    Forget(key);
  }

  /// Each of them ends, is sent again, or waits once more.
  void Expire() {
    const int64_t until = now_ - 4000;
    while (pending_.Oldest(until, told_)) {
      const uint64_t key = places_.begin()->second;
      Message& message = open_.at(key);
      ASSERT_EQ(told_.sequence, key);
      ASSERT_EQ(told_.owner, message.owner);
      const uint64_t dice = random_() % 3;
      if (dice == 0) {
        pending_.ExpireOldest();
        Forget(key);
        continue;
      }
      places_.erase(message.place);
      message.place = pending_.next_sequence();
      places_[message.place] = key;
      message.sent_ns = now_;
      message.owner = dice == 1 ? &AnyOwner() : nullptr;
      message.attempts += dice == 1 ? 1 : 0;
      dice == 1 ? pending_.SendOldestAgain(*message.owner, now_) : pending_.KeepOldest(now_);
    }
    ASSERT_TRUE(places_.empty() || OldestNs() > until);
  }

  /// Each of the owner's messages ends, or waits for another owner.
  void Lose() {
    PendingAcks::Owner& owner = AnyOwner();
    while (pending_.OldestOf(owner, told_)) {
      ASSERT_EQ(open_.at(told_.sequence).owner, &owner);
      if (random_() % 2 == 0) {
        pending_.OrphanOldestOf(owner);
        open_.at(told_.sequence).owner = nullptr;
      } else {
        pending_.GiveUpOldestOf(owner);
        Forget(told_.sequence);
      }
    }
    ASSERT_EQ(owner.open, 0u);
  }

  void Step() {
    const uint64_t dice = random_() % 100;
    now_ += static_cast<int64_t>(random_() % 3);
    if (dice < 60) {
      Open();
    } else if (dice < 95) {
      Answer();
    } else if (dice < 99) {
      Expire();
    } else {
      Lose();
    }
    ASSERT_EQ(pending_.open(), open_.size());
    ASSERT_EQ(pending_.oldest_sent_ns(), places_.empty() ? std::numeric_limits<int64_t>::max() : OldestNs());
  }

 private:
  struct Message {
    PendingAcks::Owner* owner;
    int64_t sent_ns;
    int32_t attempts;
    uint64_t place;
  };

  PendingAcks::Owner& AnyOwner() { return owners_[random_() % owners_.size()]; }
  int64_t OldestNs() const { return open_.at(places_.begin()->second).sent_ns; }
  void Forget(uint64_t key) {
    places_.erase(open_.at(key).place);
    open_.erase(key);
  }

  std::mt19937_64 random_;
  PendingAcks pending_;
  PendingAcks::Message told_;
  std::vector<PendingAcks::Owner> owners_ = std::vector<PendingAcks::Owner>(7);
  std::map<uint64_t, Message> open_;     ///< by their keys
  std::map<uint64_t, uint64_t> places_;  ///< in sending order: whose key is there
  int64_t now_ = 0;
};

TEST(PendingAcks, AgreesWithAMapOnRandomHistories) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    History history(seed);
    // Far more are open than the ring began with.
    for (int step = 0; step < 20'000 && !testing::Test::HasFatalFailure(); ++step) history.Step();
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
