#include "agent/websocket/http_reply.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace wsload {
namespace {

using State = HttpReply::State;

/// At every split point: state and status are the same.
HttpReply Fed(std::string_view answer) {
  HttpReply whole;
  whole.Feed(answer);
  for (size_t split = 0; split <= answer.size(); ++split) {
    HttpReply parts;
    State state = parts.Feed(answer.substr(0, split));
    if (state == State::kNeedMore) state = parts.Feed(answer.substr(split));
    EXPECT_EQ(state, whole.state()) << split << " of " << answer;
    EXPECT_EQ(parts.status(), whole.status()) << split << " of " << answer;
  }
  return whole;
}

TEST(HttpReply, EndsWithItsBody) {
  const HttpReply reply = Fed("HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(reply.state(), State::kDone);
  EXPECT_EQ(reply.status(), 202);
  EXPECT_TRUE(reply.reusable());
  EXPECT_EQ(Fed("HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\n\r\nhell").state(), State::kNeedMore);
}

TEST(HttpReply, WithoutABodyTheHeadIsAll) {
  for (const char* answer :
       {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 304\r\n\r\n"}) {
    const HttpReply reply = Fed(answer);
    EXPECT_EQ(reply.state(), State::kDone) << answer;
    EXPECT_TRUE(reply.reusable()) << answer;
  }
}

TEST(HttpReply, InterimAnswersArePassedOver) {
  const HttpReply reply =
      Fed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 Gone\r\nContent-Length: "
          "2\r\n\r\nno");
  EXPECT_EQ(reply.state(), State::kDone);
  EXPECT_EQ(reply.status(), 404);
  EXPECT_TRUE(reply.reusable());
}

TEST(HttpReply, WhatCannotBeReadToItsEndIsNotReused) {
  for (const char* answer :
       {"HTTP/1.1 200 OK\r\n\r\nto the end of the connection", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok"}) {
    const HttpReply reply = Fed(answer);
    EXPECT_EQ(reply.state(), State::kDone) << answer;
    EXPECT_EQ(reply.status(), 200) << answer;
    EXPECT_FALSE(reply.reusable()) << answer;
  }
}

TEST(HttpReply, WhoSpeaksOutOfTurnIsNotReused) {
  HttpReply reply;
  EXPECT_EQ(reply.Feed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more"), State::kDone);
  EXPECT_FALSE(reply.reusable());
}

TEST(HttpReply, WhatIsNoAnswerIsBroken) {
  for (const char* answer : {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 99 x\r\n\r\n", "\r\n\r\n",
                             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"}) {
    EXPECT_EQ(Fed(answer).state(), State::kBroken) << answer;
  }
  HttpReply endless;
  State state = State::kNeedMore;
  size_t fed = 0;
  for (; state == State::kNeedMore && fed < 2 * HttpReply::kMaxHeadBytes; fed += 1024) {
    state = endless.Feed(std::string(1024, 'a'));
  }
  EXPECT_EQ(state, State::kBroken);
  EXPECT_LE(fed, HttpReply::kMaxHeadBytes + 2048);
}

}  // namespace
}  // namespace wsload
