#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include "tests/integration/loop_runner.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test_certificate.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;

using Peer = ScriptedServer::Peer;
using Kind = CloseInfo::Kind;

constexpr char kDeflateHeader[] = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

class ConnectionTest : public ::testing::TestWithParam<bool> {
 protected:
  bool secure() const { return GetParam(); }

  void Connect(ScriptedServer::Script script, const std::function<void(DialOptions&)>& change = {}) {
    static const TlsIdentity identity = MakeTestIdentity("IP:127.0.0.1");
    server_ = std::make_unique<ScriptedServer>(std::move(script),
                                               secure() ? std::optional<TlsIdentity>(identity) : std::nullopt);
    DialOptions options = LoopbackOptions(server_->port(), secure());
    if (secure()) options.ca_pem = identity.cert_pem;
    if (change) change(options);
    auto dialer = NewDialer(loop_, options);
    ASSERT_TRUE(dialer.ok()) << dialer.status();
    dialer_ = *std::move(dialer);
    DialResult result = DialOnce(loop_, *dialer_);
    ASSERT_NE(result.connection, nullptr) << result.cause << ": " << result.detail.english();
    connection_ = std::move(result.connection);
    connection_->SetObserver(&observer_);
  }

  bool RunUntilClosed() {
    return RunUntil(loop_, [this] { return observer_.closed.has_value(); });
  }
  bool RunUntilMessages(size_t count) {
    return RunUntil(loop_, [this, count] { return observer_.messages.size() >= count; });
  }

  AsioEventLoop loop_;
  std::promise<std::string> told_;  ///< by the script; outlives the server
  std::unique_ptr<ScriptedServer> server_;
  RecordingObserver observer_;
  std::unique_ptr<Dialer> dialer_;
  std::unique_ptr<Connection> connection_;
};

INSTANTIATE_TEST_SUITE_P(Plain, ConnectionTest, ::testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Tls, ConnectionTest, ::testing::Values(true));

TEST_P(ConnectionTest, EchoesAndClosesCleanly) {
  Connect([](Peer& peer) {
    peer.Upgrade();
    peer.Echo();
  });
  EXPECT_EQ(connection_->Send("first"), SendResult::kSent);
  EXPECT_EQ(connection_->Send(""), SendResult::kSent);
  ASSERT_TRUE(RunUntilMessages(2));
  EXPECT_THAT(observer_.messages, ElementsAre("first", ""));
  EXPECT_TRUE(observer_.last_binary);
  EXPECT_LE(observer_.last_message_ns, loop_.MonoNs());
  EXPECT_EQ(dialer_->traffic().bytes_sent, 11 + 6);
  EXPECT_EQ(dialer_->traffic().bytes_received, 7 + 2);
  connection_->Close(1000, "done", 5'000 * kMs);
  connection_->Close(1001, "again", 0);
  EXPECT_EQ(connection_->Send("too late"), SendResult::kRefused);
  ASSERT_TRUE(RunUntilClosed());
  EXPECT_EQ(observer_.closed->kind, Kind::kCleanByUs);
  EXPECT_EQ(observer_.closed->code, 1000);
  EXPECT_EQ(observer_.closed->reason, "done");
  EXPECT_EQ(observer_.closed->cause, "closed_1000");
}

TEST_P(ConnectionTest, FramesThatCameWithTheAnswer) {
  Connect([](Peer& peer) {
    peer.Upgrade({}, ServerFrame(2, "one") + ServerFrame(2, "two") + std::string("\x82\x05th", 4));
    peer.Send("ree");
    peer.Echo();
  });
  EXPECT_TRUE(observer_.messages.empty()) << "never inside a call down";
  ASSERT_TRUE(RunUntilMessages(3));
  EXPECT_THAT(observer_.messages, ElementsAre("one", "two", "three"));
}

TEST_P(ConnectionTest, WaitsForAnObserver) {
  static const TlsIdentity identity = MakeTestIdentity("IP:127.0.0.1");
  ScriptedServer server(
      [](Peer& peer) {
        peer.Upgrade();
        peer.Send(ServerFrame(2, "early") + ServerFrame(8, ClosePayloadBytes(1001)));
        peer.WaitForEnd();
      },
      secure() ? std::optional<TlsIdentity>(identity) : std::nullopt);
  DialOptions options = LoopbackOptions(server.port(), secure());
  options.insecure_skip_verify = true;
  DialResult result = DialOnce(loop_, options);
  ASSERT_NE(result.connection, nullptr) << result.detail.english();
  loop_.io_context().run_one_for(std::chrono::milliseconds(20));
  loop_.io_context().run_one_for(std::chrono::milliseconds(20));
  result.connection->SetObserver(&observer_);
  ASSERT_TRUE(RunUntilClosed());
  EXPECT_THAT(observer_.messages, ElementsAre("early"));
  EXPECT_EQ(observer_.closed->kind, Kind::kCleanByPeer);
}

TEST_P(ConnectionTest, ManyFramesInPieces) {
  std::string stream;
  for (int i = 0; i < 300; ++i) {
    const std::string payload = std::to_string(i) + std::string(static_cast<size_t>(i * 3), 'x');
    stream += i % 7 == 0 ? ServerFrame(2, payload.substr(0, 1), {.fin = false}) + ServerFrame(9, "") +
                               ServerFrame(0, payload.substr(1))
                         : ServerFrame(2, payload);
  }
  Connect([stream](Peer& peer) {
    peer.Upgrade();
    peer.SendInPieces(stream, 997);
    peer.WaitForEnd();
  });
  ASSERT_TRUE(RunUntilMessages(300));
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(observer_.messages[static_cast<size_t>(i)],
              std::to_string(i) + std::string(static_cast<size_t>(i * 3), 'x'));
  }
}

TEST_P(ConnectionTest, LargeMessagesBothWaysWithBackPressure) {
  Connect([](Peer& peer) {
    peer.Upgrade();
    peer.Echo();
  });
  std::string large(3 << 20, '\0');
  for (size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 31 + i / 4099);
  bool queued = false;
  size_t sent = 0;
  SendResult result = SendResult::kSent;
  while (sent < 20 && (result = connection_->Send(large)) != SendResult::kRefused) {
    queued = queued || result == SendResult::kQueued;
    ++sent;
  }
  EXPECT_TRUE(queued) << "the kernel does not hold this much";
  EXPECT_EQ(result, SendResult::kRefused) << "the queue is bounded";
  ASSERT_TRUE(RunUntilMessages(sent));
  for (const std::string& message : observer_.messages) ASSERT_TRUE(message == large);
  EXPECT_NE(connection_->Send("room again"), SendResult::kRefused);
  ASSERT_TRUE(RunUntilMessages(sent + 1));
  EXPECT_EQ(observer_.messages.back(), "room again");
}

TEST_P(ConnectionTest, MoreMessagesThanOneTurnReads) {
  constexpr size_t kMessages = 20'000;
  std::string stream;
  for (size_t i = 0; i < kMessages; ++i) stream += ServerFrame(2, std::to_string(i));
  Connect([&stream](Peer& peer) {
    peer.Upgrade({}, stream.substr(0, 3'000));
    peer.Send(stream.substr(3'000) + ServerFrame(8, ClosePayloadBytes(1000)));
    peer.WaitForEnd();
  });
  // Posted work has its turn while there is still something to read.
  size_t most_at_once = 0;
  size_t before = 0;
  std::function<void()> look = [&] {
    most_at_once = std::max(most_at_once, observer_.messages.size() - before);
    before = observer_.messages.size();
    if (!observer_.closed) loop_.Post([&] { look(); });
  };
  loop_.Post([&] { look(); });
  ASSERT_TRUE(RunUntilClosed());
  ASSERT_EQ(observer_.messages.size(), kMessages);
  for (size_t i = 0; i < kMessages; ++i) ASSERT_EQ(observer_.messages[i], std::to_string(i));
  EXPECT_EQ(observer_.closed->kind, Kind::kCleanByPeer);
  EXPECT_LT(most_at_once, 3'000u);
}

TEST_P(ConnectionTest, WhatHasWaitedTooLongIsNotSent) {
  std::promise<void> read;
  Connect(
      [this, &read](Peer& peer) {
        peer.Upgrade();
        read.get_future().wait();
        int frames = 0;
        int wrong = 0;
        while (std::optional<ClientFrame> frame = peer.ReadFrame()) {
          if (frame->opcode == 8) break;
          ++frames;
          if (frame->payload != std::string(frame->payload.size(), frame->payload[0])) ++wrong;
        }
        told_.set_value(std::to_string(frames) + " " + std::to_string(wrong));
        peer.Send(ServerFrame(8, ClosePayloadBytes(1000)));
        peer.WaitForEnd();
      },
      [](DialOptions& options) {
        options.queue_timeout_ns = 80 * kMs;
        options.memory = std::make_shared<MemoryBudget>(2 << 20);
      });
  int taken = 0;
  char mark = 'a';
  while (taken < 2'000 && connection_->Send(std::string(100 << 10, mark)) != SendResult::kRefused) {
    ++taken;
    mark = mark == 'z' ? 'a' : static_cast<char>(mark + 1);
  }
  ASSERT_LT(taken, 2'000) << "two megabytes wait, and no more is taken";
  const int64_t waited_ns = loop_.MonoNs() + 200 * kMs;
  ASSERT_TRUE(RunUntil(loop_, [&] { return loop_.MonoNs() > waited_ns; }));
  ASSERT_EQ(connection_->Send(std::string(100 << 10, 'Z')), SendResult::kQueued) << "there is room again";
  read.set_value();
  connection_->Close(1000, "", 5'000 * kMs);
  ASSERT_TRUE(RunUntilClosed());
  const std::string seen = told_.get_future().get();
  EXPECT_EQ(seen.substr(seen.find(' ')), " 0") << "no frame was cut or mixed with another";
  EXPECT_LE(std::stoi(seen), taken + 1 - 15);
  EXPECT_EQ(observer_.closed->kind, Kind::kCleanByUs);
}

TEST_P(ConnectionTest, SplitFramesLeaveInTwoPieces) {
  Connect([](Peer& peer) {
    peer.Upgrade();
    peer.Echo();
  });
  connection_->SplitFrames(100 * kMs);
  const int64_t sent_ns = loop_.MonoNs();
  EXPECT_EQ(connection_->Send("first"), SendResult::kQueued);
  EXPECT_EQ(dialer_->traffic().bytes_sent, 5) << "of 11";
  EXPECT_EQ(connection_->Send("second"), SendResult::kQueued);
  EXPECT_EQ(dialer_->traffic().bytes_sent, 5) << "it waits behind the other half";
  ASSERT_TRUE(RunUntilMessages(2));
  EXPECT_THAT(observer_.messages, ElementsAre("first", "second"));
  EXPECT_GE(observer_.last_message_ns - sent_ns, 100 * kMs);
  EXPECT_EQ(connection_->Send("third"), SendResult::kQueued);
  ASSERT_TRUE(RunUntilMessages(3));
  EXPECT_GE(observer_.last_message_ns - sent_ns, 200 * kMs);
  EXPECT_EQ(dialer_->traffic().bytes_sent, 11 + 12 + 11);
  connection_->Close(1000, "", 5'000 * kMs);
  ASSERT_TRUE(RunUntilClosed());
  EXPECT_EQ(observer_.closed->kind, Kind::kCleanByUs);
}

TEST_P(ConnectionTest, SlowReadersReadAllInTheEnd) {
  Connect([](Peer& peer) {
    peer.Upgrade();
    peer.Echo();
  });
  connection_->ReadSlowly(10'000);
  const int64_t sent_ns = loop_.MonoNs();
  // A piece of 1,000 bytes at once, and one more every 100 ms.
  ASSERT_EQ(connection_->Send(std::string(3'500, 'a')), SendResult::kSent);
  ASSERT_TRUE(RunUntilMessages(1));
  EXPECT_EQ(observer_.messages[0], std::string(3'500, 'a'));
  EXPECT_GE(observer_.last_message_ns - sent_ns, 300 * kMs);
  connection_->Close(1000, "", 5'000 * kMs);
  ASSERT_TRUE(RunUntilClosed());
  EXPECT_EQ(observer_.closed->kind, Kind::kCleanByUs);
}

TEST_P(ConnectionTest, AnswersPings) {
  Connect([this](Peer& peer) {
    peer.Upgrade();
    peer.Send(ServerFrame(10, "unsolicited") + ServerFrame(9, "are you there"));
    const std::optional<ClientFrame> frame = peer.ReadFrame();
    told_.set_value(frame ? std::to_string(frame->opcode) + " " + frame->payload : "nothing");
    peer.Send(ServerFrame(2, "go on"));
    peer.WaitForEnd();
  });
  ASSERT_TRUE(RunUntilMessages(1));
  EXPECT_EQ(told_.get_future().get(), "10 are you there");
}

TEST_P(ConnectionTest, ThePeerCloses) {
  Connect([this](Peer& peer) {
    peer.Upgrade();
    peer.Send(ServerFrame(2, "last") + ServerFrame(8, ClosePayloadBytes(1001, "restart\n")) +
              ServerFrame(2, "ignored"));
    const std::optional<ClientFrame> frame = peer.ReadFrame();
    told_.set_value(frame ? frame->payload : "nothing");
  });
  ASSERT_TRUE(RunUntilClosed());
  EXPECT_THAT(observer_.messages, ElementsAre("last"));
  EXPECT_EQ(observer_.closed->kind, Kind::kCleanByPeer);
  EXPECT_EQ(observer_.closed->code, 1001);
  EXPECT_EQ(observer_.closed->cause, "closed_1001");
  EXPECT_EQ(observer_.closed->reason, "restart\\n") << "printable";
  EXPECT_EQ(told_.get_future().get(), ClosePayloadBytes(1001));
}

TEST_P(ConnectionTest, TheServerNeverAnswersTheCloseFrame) {
  Connect([](Peer& peer) {
    peer.Upgrade();
    peer.WaitForEnd();
  });
  connection_->Close(1000, "", 50 * kMs);
  ASSERT_TRUE(RunUntilClosed());
  EXPECT_EQ(observer_.closed->kind, Kind::kBroken);
  EXPECT_EQ(observer_.closed->cause, "close_timeout");
  EXPECT_EQ(observer_.closed->code, 1006);
}

TEST_P(ConnectionTest, AnAnswerThatWaitsToBeReadIsInTime) {
  Connect([this](Peer& peer) {
    peer.Upgrade();
    peer.ReadFrame();
    peer.Send(ServerFrame(2, "last") + ServerFrame(8, ClosePayloadBytes(1000)));
    told_.set_value("answered");
    peer.WaitForEnd();
  });
  const int64_t timeout_ns = 1 * kMs;
  const int64_t deadline_ns = loop_.MonoNs() + timeout_ns;
  connection_->Close(1000, "", timeout_ns);
  // The loop is held up until both are there, the answer and the deadline.
  told_.get_future().wait();
  while (loop_.MonoNs() <= deadline_ns + timeout_ns) {
  }
  ASSERT_TRUE(RunUntilClosed());
  EXPECT_THAT(observer_.messages, ElementsAre("last"));
  EXPECT_EQ(observer_.closed->kind, Kind::kCleanByUs);
}

TEST_P(ConnectionTest, TheServerAnswersButKeepsTcpOpen) {
  Connect([](Peer& peer) {
    peer.Upgrade();
    peer.ReadFrame();
    peer.Send(ServerFrame(8, ""));
    peer.WaitForEnd();
  });
  connection_->Close(1000, "", 5'000 * kMs);
  const int64_t before_ns = loop_.MonoNs();
  ASSERT_TRUE(RunUntilClosed());
  EXPECT_EQ(observer_.closed->kind, Kind::kCleanByUs);
  EXPECT_EQ(observer_.closed->code, 1005);
  EXPECT_LT(loop_.MonoNs() - before_ns, 4'000 * kMs) << "the wait for TCP's end is short";
}

TEST_P(ConnectionTest, EndOfStreamAndReset) {
  Connect([](Peer& peer) { peer.Upgrade({}, ServerFrame(2, "bye")); });
  ASSERT_TRUE(RunUntilClosed());
  EXPECT_THAT(observer_.messages, ElementsAre("bye"));
  EXPECT_EQ(observer_.closed->kind, Kind::kBroken);
  EXPECT_EQ(observer_.closed->cause, "eof");
}

TEST_P(ConnectionTest, ResetWhileSending) {
  Connect([](Peer& peer) {
    peer.Upgrade();
    peer.ReadFrame();
    peer.Reset();
  });
  const std::string payload(10'000, 'x');
  ASSERT_TRUE(RunUntil(loop_, [&] {
    connection_->Send(payload);
    return observer_.closed.has_value();
  }));
  EXPECT_EQ(observer_.closed->kind, Kind::kBroken);
  EXPECT_THAT(observer_.closed->cause, ::testing::AnyOf("reset", "eof"));
  EXPECT_EQ(connection_->Send("x"), SendResult::kRefused);
}

TEST_P(ConnectionTest, AbortAndDeleteInOnClosed) {
  Connect([](Peer& peer) {
    peer.Upgrade();
    peer.Send(ServerFrame(2, "one") + ServerFrame(2, "two"));
    peer.WaitForEnd();
  });
  observer_.on_message = [](Connection& connection) { connection.Abort("given_up"); };
  observer_.on_closed = [this](Connection& connection) {
    EXPECT_EQ(&connection, connection_.get());
    connection_.reset();
  };
  ASSERT_TRUE(RunUntilClosed());
  EXPECT_EQ(connection_, nullptr);
  EXPECT_THAT(observer_.messages, ElementsAre("one")) << "nothing after Abort()";
  EXPECT_EQ(observer_.closed->kind, Kind::kBroken);
  EXPECT_EQ(observer_.closed->cause, "given_up");
}

TEST_P(ConnectionTest, DeletedWhileOpen) {
  Connect([this](Peer& peer) {
    peer.Upgrade();
    told_.set_value(peer.WaitForEnd() ? "ended" : "still open");
  });
  connection_.reset();
  EXPECT_EQ(told_.get_future().get(), "ended");
  loop_.io_context().poll();
  EXPECT_FALSE(observer_.closed.has_value());
}

TEST_P(ConnectionTest, ProtocolErrorsAreToldToThePeer) {
  for (const auto& [bytes, code, cause] : std::vector<std::tuple<std::string, uint16_t, std::string>>{
           {ServerFrame(3, ""), 1002, "protocol_error"},
           {ServerFrame(1, "\xff"), 1007, "bad_utf8"},
           {ServerFrame(8, "x"), 1002, "protocol_error"},
           {std::string("\x82\x7f\0\0\0\1\0\0\0\0", 10), 1009, "message_too_big"}}) {
    observer_.closed.reset();
    told_ = {};
    Connect([this, bytes](Peer& peer) {
      peer.Upgrade();
      peer.Send(bytes);
      const std::optional<ClientFrame> frame = peer.ReadFrame();
      told_.set_value(frame && frame->opcode == 8 ? frame->payload.substr(0, 2) : "nothing");
    });
    ASSERT_TRUE(RunUntilClosed());
    EXPECT_EQ(observer_.closed->kind, Kind::kBroken);
    EXPECT_EQ(observer_.closed->cause, cause);
    EXPECT_EQ(observer_.closed->code, 1006);
    EXPECT_EQ(told_.get_future().get(), ClosePayloadBytes(code));
    connection_.reset();
  }
}

TEST_P(ConnectionTest, CompressesBothWays) {
  Connect(
      [this](Peer& peer) {
        peer.Upgrade(kDeflateHeader);
        const std::optional<ClientFrame> frame = peer.ReadFrame();
        told_.set_value(frame && frame->rsv1 ? InflateMessage(frame->payload) : "not compressed");
        const std::string deflated = DeflateMessage("an answer, an answer, an answer");
        for (int i = 0; i < 3; ++i) peer.Send(ServerFrame(2, deflated, {.rsv1 = true}));
        peer.Send(ServerFrame(2, "plain"));
        peer.Echo();
      },
      [](DialOptions& options) { options.compress = Compression::kContext; });
  const std::string question = "a question, a question, a question";
  EXPECT_EQ(connection_->Send(question), SendResult::kSent);
  EXPECT_LT(dialer_->traffic().bytes_sent, static_cast<int64_t>(question.size()));
  ASSERT_TRUE(RunUntilMessages(4));
  EXPECT_EQ(told_.get_future().get(), question);
  const std::string answer = "an answer, an answer, an answer";
  EXPECT_THAT(observer_.messages, ElementsAre(answer, answer, answer, "plain"));
  const std::string large(1 << 20, 'y');
  EXPECT_EQ(connection_->Send(large), SendResult::kSent);
  ASSERT_TRUE(RunUntilMessages(5));
  EXPECT_TRUE(observer_.messages.back() == large);
}

TEST_P(ConnectionTest, SurvivesABomb) {
  Connect(
      [](Peer& peer) {
        peer.Upgrade(kDeflateHeader);
        peer.Send(ServerFrame(2, DeflateMessage(std::string(32 << 20, '\0')), {.rsv1 = true}));
        peer.WaitForEnd();
      },
      [](DialOptions& options) {
        options.compress = Compression::kContext;
        options.max_message_bytes = 1 << 20;
      });
  ASSERT_TRUE(RunUntilClosed());
  EXPECT_EQ(observer_.closed->cause, "message_too_big");
  EXPECT_TRUE(observer_.messages.empty());
}

TEST_P(ConnectionTest, ChoosesTheSubprotocol) {
  Connect(
      [](Peer& peer) {
        peer.Upgrade("Sec-WebSocket-Protocol: im.v1\r\n");
        peer.Echo();
      },
      [](DialOptions& options) { options.subprotocol = *SubprotocolList::Parse("im.v2,im.v1"); });
  EXPECT_EQ(connection_->Send("x"), SendResult::kSent);
  EXPECT_TRUE(RunUntilMessages(1));
}

}  // namespace
}  // namespace wsload
