#include "agent/websocket/write_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

namespace wsload {
namespace {

constexpr int64_t kNever = WriteQueue::kNever;

/// What the queue would write from here on.
std::string Drained(WriteQueue& queue, size_t at_once = 7) {
  std::string all;
  while (queue.waiting() > 0) {
    const std::string_view piece = queue.front().substr(0, at_once);
    EXPECT_FALSE(piece.empty());
    if (piece.empty()) break;
    all += piece;
    queue.Written(piece.size());
  }
  return all;
}

TEST(WriteQueueTest, WritesWhatWasAppendedInOrder) {
  MemoryShare memory(nullptr);
  WriteQueue queue(memory, "rest,");
  EXPECT_TRUE(queue.Append("one,", 10));
  EXPECT_TRUE(queue.Append("close", kNever));
  EXPECT_EQ(queue.waiting(), 14u);
  EXPECT_EQ(queue.next_expiry_ns(), 10);
  EXPECT_EQ(Drained(queue), "rest,one,close");
}

TEST(WriteQueueTest, DropsWhatHasExpiredAndNothingElse) {
  MemoryShare memory(nullptr);
  WriteQueue queue(memory, "rest,");
  queue.Append("one,", 10);
  queue.Append("two,", 20);
  queue.Append("ping,", kNever);
  queue.Append("three,", 30);
  queue.Append("four", 40);
  queue.DropExpired(9);
  EXPECT_EQ(queue.waiting(), 28u);
  queue.DropExpired(30);
  EXPECT_EQ(queue.next_expiry_ns(), 40);
  EXPECT_EQ(Drained(queue), "rest,ping,four");
}

TEST(WriteQueueTest, KeepsTheFramesThatMayHaveBegun) {
  MemoryShare memory(nullptr);
  {
    WriteQueue queue(memory, "rest,");
    queue.Append("one,", 10);
    queue.Append("two,", 10);
    EXPECT_EQ(queue.front(), "rest,") << "what follows may yet be dropped";
    queue.Written(5);
    queue.DropExpired(50);
    EXPECT_EQ(queue.waiting(), 0u);
  }
  WriteQueue queue(memory, "rest,");
  queue.Append("one,", 10);
  queue.Append("two,", 10);
  queue.Append(std::string(WriteQueue::kTogetherBytes, 'x'), 10);
  queue.Written(5);
  EXPECT_EQ(queue.front(), "one,two,") << "small ones in one write";
  queue.Written(1);
  queue.DropExpired(50);
  EXPECT_EQ(queue.next_expiry_ns(), kNever);
  EXPECT_EQ(Drained(queue), "ne,two,");
}

TEST(WriteQueueTest, WhatIsNotWrittenStaysTheSame) {
  MemoryShare memory(nullptr);
  WriteQueue queue(memory, "rest,");
  const std::string_view offered = queue.front();
  queue.Append("one,", 10);
  queue.DropExpired(50);
  EXPECT_EQ(queue.front().data(), offered.data());
  EXPECT_EQ(queue.front(), "rest,");
}

TEST(WriteQueueTest, HeldMemoryComesAndGoesWithItsFrames) {
  const auto budget = std::make_shared<MemoryBudget>(int64_t{64} << 20);
  const auto used = [&budget] { return (int64_t{64} << 20) - budget->left(); };
  MemoryShare memory(budget);
  WriteQueue queue(memory, "rest,");
  const std::string frame(100 << 10, 'f');
  for (int64_t round = 1; round <= 50; ++round) {
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(queue.Append(frame, round));
    EXPECT_GE(used(), 100 * (100 << 10));
    EXPECT_LE(used(), 101 * (100 << 10) + (1 << 20));
    queue.DropExpired(round);
    EXPECT_LE(used(), 1 << 20);
  }
}

TEST(WriteQueueTest, AMemoryBudgetBoundsIt) {
  const auto budget = std::make_shared<MemoryBudget>(1 << 20);
  {
    MemoryShare memory(budget);
    WriteQueue queue(memory, std::string(100, 'r'));
    const std::string frame(100 << 10, 'f');
    int taken = 0;
    while (taken < 100 && queue.Append(frame, 10)) ++taken;
    EXPECT_GE(taken, 4);
    EXPECT_LE(taken, 10);
    EXPECT_TRUE(queue.Append("close", kNever)) << "small, and the connection needs it";
    queue.DropExpired(10);
    EXPECT_EQ(Drained(queue, 1000), std::string(100, 'r') + "close");
    EXPECT_TRUE(queue.Append(frame, 20)) << "what was dropped has been given back";
  }
  EXPECT_EQ(budget->left(), 1 << 20);
}

TEST(WriteQueueTest, AnyOrderOfAllItDoesKeepsWholeFrames) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    MemoryShare memory(nullptr);
    WriteQueue queue(memory, "|start;");
    std::string written;
    int64_t now = 0;
    int number = 0;
    for (int step = 0; step < 200 && queue.waiting() > 0; ++step) {
      now += random() % 5;
      switch (random() % 3) {
        case 0:
          queue.Append("|" + std::to_string(++number) + std::string(random() % 40, 'x') + ";",
                       random() % 4 == 0 ? kNever : now + random() % 30);
          break;
        case 1: {
          const std::string_view piece = queue.front().substr(0, 1 + random() % 50);
          written += piece;
          queue.Written(piece.size());
          break;
        }
        case 2:
          queue.DropExpired(now);
          break;
      }
    }
    written += Drained(queue);
    // Every frame that is there is there from its beginning to its end, and in order.
    int last = 0;
    for (size_t at = 0; at < written.size();) {
      ASSERT_EQ(written[at], '|') << seed;
      const size_t end = written.find(';', at);
      ASSERT_NE(end, std::string::npos) << seed;
      const std::string frame = written.substr(at + 1, end - at - 1);
      ASSERT_EQ(frame.find('|'), std::string::npos) << seed;
      if (frame != "start") {
        ASSERT_GT(std::stoi(frame), last) << seed;
        last = std::stoi(frame);
      }
      at = end + 1;
    }
  }
}

}  // namespace
}  // namespace wsload
