#include "agent/client/echo_keys.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace wsload {
namespace {

std::string Message(const EchoKeys& keys, uint64_t sequence, size_t size) {
  std::string message(size, 'x');
  keys.Write(sequence, message);
  return message;
}

TEST(EchoKeys, AKeyIsFoundWhereverItStands) {
  const EchoKeys keys("run", 3, 7);
  const std::string message = Message(keys, 1'000'000, 100);
  for (const std::string& frame :
       {message, "echo: " + message, "{\"n\":\"W" + message + "\"}", message.substr(0, 16)}) {
    size_t at = 0;
    const auto named = keys.Find(frame, at);
    ASSERT_TRUE(named.has_value()) << frame;
    EXPECT_TRUE(named->own);
    EXPECT_EQ(named->sequence, 1'000'000u);
    EXPECT_FALSE(keys.Find(frame, at).has_value()) << "once";
  }
}

TEST(EchoKeys, EveryKeyOfAFrameIsFound) {
  const EchoKeys keys("run", 0, 0);
  const EchoKeys other("run", 0, 1);
  const std::string frame = Message(keys, 5, 20) + Message(other, 6, 16) + Message(keys, 7, 16);
  size_t at = 0;
  EXPECT_EQ(keys.Find(frame, at)->sequence, 5u);
  EXPECT_FALSE(keys.Find(frame, at)->own);
  EXPECT_EQ(keys.Find(frame, at)->sequence, 7u);
  EXPECT_FALSE(keys.Find(frame, at).has_value());
}

TEST(EchoKeys, WhatNamesNoMessageOfTheRunIsNotFound) {
  const EchoKeys keys("run", 0, 0);
  const std::string message = Message(keys, 5, 100);
  for (const std::string& frame :
       {std::string(), std::string("W"), message.substr(0, 15), message.substr(1), std::string(100, 'W'),
        Message(EchoKeys("another run", 0, 0), 5, 100), std::string(5000, 'a')}) {
    size_t at = 0;
    EXPECT_FALSE(keys.Find(frame, at).has_value()) << frame;
  }
  std::string broken = message;
  broken[12] = '-';
  size_t at = 0;
  EXPECT_FALSE(keys.Find(broken, at).has_value());
}

TEST(EchoKeys, AKeyCutAnywhereIsNone) {
  const EchoKeys keys("run", 0, 0);
  const std::string key = Message(keys, 123'456, 16);
  for (size_t cut = 0; cut < key.size(); ++cut) {
    size_t at = 0;
    EXPECT_FALSE(keys.Find(key.substr(0, cut), at).has_value());
    at = 0;
    EXPECT_FALSE(keys.Find("abc" + key.substr(0, cut) + "abc", at).has_value()) << cut;
  }
}

TEST(EchoKeys, ASmallMessageIsTheEndOfItsKey) {
  const EchoKeys keys("run", 2, 1);
  const std::string key = Message(keys, 4711, 15);
  EXPECT_EQ(Message(keys, 4711, 16), key + ".");
  for (size_t size = 0; size <= 15; ++size) EXPECT_EQ(Message(keys, 4711, size), key.substr(15 - size)) << size;
}

TEST(EchoKeys, MessagesWithRoomForWorkerAndNumberAreToldApartOverTheRun) {
  for (size_t size = 10; size < 16; ++size) {
    std::set<std::string> messages;
    for (int agent = 0; agent < 3; ++agent) {
      for (int worker = 0; worker < 3; ++worker) {
        for (uint64_t sequence : {0, 1, 61, 62, 100'000}) {
          messages.insert(Message(EchoKeys("run", agent, worker), sequence, size));
        }
      }
    }
    EXPECT_EQ(messages.size(), 3u * 3 * 5) << size;
    const EchoKeys keys("run", 1, 1);
    const auto own = keys.Match(Message(keys, 100'000, size));
    ASSERT_TRUE(own.has_value());
    EXPECT_TRUE(own->own);
    EXPECT_EQ(own->sequence, 100'000u);
    EXPECT_FALSE(keys.Match(Message(EchoKeys("run", 1, 2), 5, size))->own);
    EXPECT_FALSE(keys.Match(Message(keys, 5, size) + "x").value_or(EchoKeys::Named{}).own);
  }
}

TEST(EchoKeys, WithLessRoomOnlyTheExpectedMessageMatches) {
  const EchoKeys keys("run", 0, 0);
  for (size_t size = 0; size < 10; ++size) {
    EXPECT_TRUE(keys.IsMessage(Message(keys, 5, size), 5)) << size;
    EXPECT_EQ(keys.IsMessage(Message(keys, 6, size), 5), size == 0) << size;
  }
}

}  // namespace
}  // namespace wsload
