#include "tests/gateway/push_exchange.h"

#include <gtest/gtest.h>

#include <string>

namespace wsload::gateway {
namespace {

std::shared_ptr<const Push> Message(std::string content) {
  auto push = std::make_shared<Push>();
  push->content = std::move(content);
  return push;
}

TEST(PushExchange, EveryThreadGetsEveryMessageInOneOrder) {
  PushExchange exchange(2);
  int woken[2] = {};
  for (int i = 0; i < 2; ++i) exchange.SetWaker(i, [&woken, i] { ++woken[i]; });
  EXPECT_TRUE(exchange.Empty(0));
  EXPECT_EQ(exchange.Take(0), nullptr);
  EXPECT_TRUE(exchange.Post(Message("a")));
  EXPECT_TRUE(exchange.Post(Message("b")));
  EXPECT_EQ(woken[0], 1) << "it knows already";
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(exchange.Empty(i));
    EXPECT_EQ(exchange.Take(i)->content, "a");
    EXPECT_EQ(exchange.Take(i)->content, "b");
    EXPECT_EQ(exchange.Take(i), nullptr);
  }
  EXPECT_TRUE(exchange.Post(Message("c")));
  EXPECT_EQ(woken[1], 2);
}

TEST(PushExchange, IsBoundedInBytesAndNumberByTheSlowestThread) {
  PushExchange bytes(2, /*most_bytes=*/100);
  EXPECT_TRUE(bytes.Post(Message(std::string(50, 'x'))));
  EXPECT_FALSE(bytes.Post(Message("y")));
  bytes.Take(0);
  EXPECT_TRUE(bytes.Post(Message("y"))) << "one thread has taken its copy";
  EXPECT_FALSE(bytes.Post(Message(std::string(50, 'x'))));
  bytes.Take(1);
  EXPECT_TRUE(bytes.Post(Message(std::string(40, 'x'))));

  PushExchange number(1, 1000, /*most_pushes=*/2);
  EXPECT_TRUE(number.Post(Message("")));
  EXPECT_TRUE(number.Post(Message("")));
  EXPECT_FALSE(number.Post(Message("")));
}

}  // namespace
}  // namespace wsload::gateway
