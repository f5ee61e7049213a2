#include "agent/load/sibling_board.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/manual_event_loop.h"

namespace wsload {
namespace {

class Receiver final : public HandOverReceiver {
 public:
  void OnHandedOver(std::vector<DueMessage> messages, int hops) override {
    got.push_back(std::move(messages));
    last_hops = hops;
  }
  size_t Messages() const {
    return std::accumulate(got.begin(), got.end(), size_t{0},
                           [](size_t sum, const auto& messages) { return sum + messages.size(); });
  }
  std::vector<std::vector<DueMessage>> got;
  int last_hops = 0;
};

class SiblingBoardTest : public testing::Test {
 protected:
  SiblingBoardTest() {
    for (int i = 0; i < 4; ++i) board_.Join(i, loop_, receivers_[i]);
  }

  ManualEventLoop loop_;
  Receiver receivers_[4];
  SiblingBoard board_{4};
};

TEST_F(SiblingBoardTest, DealsInProportionToOpenConnectionsOneByOneAndInBatches) {
  board_.SetOpen(1, 1);
  board_.SetOpen(3, 3);
  EXPECT_EQ(board_.TotalOpen(), 4);
  for (int64_t i = 0; i < 40; ++i) EXPECT_TRUE(board_.HandOver(0, {{i, i}}, 1).empty());
  loop_.RunUntilIdle();
  EXPECT_EQ(receivers_[1].Messages(), 10u);
  EXPECT_EQ(receivers_[3].Messages(), 30u);
  EXPECT_EQ(receivers_[2].Messages(), 0u);
  const size_t posts = receivers_[1].got.size() + receivers_[3].got.size();
  EXPECT_TRUE(board_.HandOver(2, std::vector<DueMessage>(40, {7, 7}), 2).empty());
  loop_.RunUntilIdle();
  EXPECT_EQ(receivers_[1].got.size() + receivers_[3].got.size(), posts + 2) << "one post each";
  EXPECT_EQ(receivers_[3].got.back().size(), 30u);
  EXPECT_EQ(receivers_[3].last_hops, 2);
}

TEST_F(SiblingBoardTest, NobodyTakesWhatNobodyHasAConnectionFor) {
  board_.SetOpen(0, 5);
  const std::vector<DueMessage> messages{{1, 1}, {2, 2}, {3, 3}};
  EXPECT_EQ(board_.HandOver(0, messages, 1), messages) << "its own do not count";
}

TEST_F(SiblingBoardTest, WhatIsOnItsWayArrivesAndNothingMoreIsSent) {
  board_.SetOpen(1, 1);
  EXPECT_TRUE(board_.HandOver(0, {{1, 1}}, 1).empty());
  board_.StopReceiving(1);
  EXPECT_FALSE(board_.AllArrived(1));
  EXPECT_EQ(board_.HandOver(0, {{2, 2}}, 1), (std::vector<DueMessage>{{2, 2}}));
  loop_.RunUntilIdle();
  EXPECT_TRUE(board_.AllArrived(1));
  EXPECT_EQ(receivers_[1].Messages(), 1u);
}

TEST_F(SiblingBoardTest, KnowsWhetherMoreMayCome) {
  board_.SetOpen(1, 1);
  EXPECT_FALSE(board_.MayHandOver(1));
  board_.SetSending(0, true);
  EXPECT_TRUE(board_.MayHandOver(1));
  EXPECT_FALSE(board_.MayHandOver(0)) << "the only one that sends is itself";
  board_.HandOver(0, {{1, 1}}, 1);
  board_.SetSending(0, false);
  EXPECT_TRUE(board_.MayHandOver(1)) << "it is on its way";
  loop_.RunUntilIdle();
  EXPECT_FALSE(board_.MayHandOver(1));
  board_.SetSending(2, true);
  board_.SetOpen(2, 1);
  EXPECT_FALSE(board_.MayHandOver(1)) << "it has connections of its own";
}

}  // namespace
}  // namespace wsload
