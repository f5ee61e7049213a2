#include "agent/load/push_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <vector>

namespace wsload {
namespace {

using Seen = PushTable::Seen;

constexpr PushTable::Pair kPair{1, 2};

/// What is said of each of `numbers`, of one pair.
std::vector<Seen> SeenOf(const std::vector<uint32_t>& numbers) {
  PushTable table;
  table.Reserve(1);
  std::vector<Seen> seen;
  for (const uint32_t number : numbers) seen.push_back(table.Note(kPair, 3, number));
  return seen;
}

TEST(PushTable, KnowsLossesDuplicatesAndOrderApart) {
  using enum PushTable::Seen;
  EXPECT_EQ(SeenOf({0, 1, 2, 3}), (std::vector{kFirst, kFirst, kFirst, kFirst}));
  EXPECT_EQ(SeenOf({0, 2, 3}), (std::vector{kFirst, kFirst, kFirst})) << "1 is lost: nothing is out of order";
  EXPECT_EQ(SeenOf({0, 2, 1, 3}), (std::vector{kFirst, kFirst, kOvertaken, kFirst}));
  EXPECT_EQ(SeenOf({0, 0, 1, 0, 1}), (std::vector{kFirst, kAgain, kFirst, kAgain, kAgain}));
  EXPECT_EQ(SeenOf({3, 2, 1, 0}), (std::vector{kFirst, kOvertaken, kOvertaken, kOvertaken}));
  EXPECT_EQ(SeenOf({5, 1, 1}), (std::vector{kFirst, kOvertaken, kAgain})) << "the first ones may come last";
}

TEST(PushTable, FarBehindIsNotKnown) {
  using enum PushTable::Seen;
  EXPECT_EQ(SeenOf({0, 63, 0}), (std::vector{kFirst, kFirst, kAgain}));
  EXPECT_EQ(SeenOf({0, 64, 0}), (std::vector{kFirst, kFirst, kTooOld}));
  EXPECT_EQ(SeenOf({1, 64, 1, 2}), (std::vector{kFirst, kFirst, kAgain, kOvertaken}));
  EXPECT_EQ(SeenOf({0, 1'000'000, 999'937, 999'936}), (std::vector{kFirst, kFirst, kOvertaken, kTooOld}));
}

TEST(PushTable, PairsAreApart) {
  PushTable table;
  table.Reserve(4);
  EXPECT_EQ(table.Note({1, 2}, 3, 7), Seen::kFirst);
  EXPECT_EQ(table.Note({2, 1}, 3, 7), Seen::kFirst);
  EXPECT_EQ(table.Note({1, 2}, 3, 7), Seen::kAgain);
}

TEST(PushTable, ASenderThatIsTakenOverBeginsAnew) {
  PushTable table;
  table.Reserve(1);
  EXPECT_EQ(table.Note(kPair, 3, 70), Seen::kFirst);
  EXPECT_EQ(table.Note(kPair, 4, 0), Seen::kFirst);
  EXPECT_EQ(table.Note(kPair, 4, 1), Seen::kFirst);
  EXPECT_EQ(table.Note(kPair, 4, 0), Seen::kAgain);
}

TEST(PushTable, WhatHasNoRoomIsNotTrackedAndDisturbsNothing) {
  PushTable table;
  EXPECT_EQ(table.Note(kPair, 0, 0), Seen::kNotTracked);
  table.Reserve(2);
  EXPECT_EQ(table.Note({1, 0}, 0, 0), Seen::kFirst);
  EXPECT_EQ(table.Note({2, 0}, 0, 0), Seen::kFirst);
  EXPECT_EQ(table.Note({3, 0}, 0, 0), Seen::kNotTracked);
  EXPECT_EQ(table.Note({1, 0}, 0, 0), Seen::kAgain);
  table.Reserve(3);
  EXPECT_EQ(table.Note({3, 0}, 0, 0), Seen::kFirst);
  EXPECT_EQ(table.Note({2, 0}, 0, 0), Seen::kAgain) << "what was there stays when it grows";
}

/// Thousands of random deliveries against a model that forgets nothing.
TEST(PushTable, AgreesWithOneThatKeepsEverything) {
  struct Had {
    std::set<uint32_t> numbers;
  };
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    constexpr uint32_t kPairs = 500;
    PushTable table;
    table.Reserve(kPairs);
    std::map<uint32_t, Had> model;
    std::map<uint32_t, uint32_t> next;
    for (int i = 0; i < 20'000; ++i) {
      const uint32_t receiver = random() % kPairs;
      // Losses, steps back and second copies.
      const uint32_t step = random() % 10 == 0 ? random() % 40 : 1;
      const uint32_t back = random() % 10 == 0 ? random() % 80 : 0;
      const uint32_t newest = next[receiver] += step;
      const uint32_t number = newest < back ? 0 : newest - back;
      std::set<uint32_t>& numbers = model[receiver].numbers;
      Seen want = Seen::kFirst;
      if (!numbers.empty() && number <= *numbers.rbegin()) {
        const bool old = *numbers.rbegin() - number >= PushTable::kWindow;
        want = old ? Seen::kTooOld : numbers.contains(number) ? Seen::kAgain : Seen::kOvertaken;
      }
      ASSERT_EQ(table.Note({receiver, receiver % 7}, 0, number), want) << seed << " " << i;
      numbers.insert(number);
    }
  }
}

}  // namespace
}  // namespace wsload
