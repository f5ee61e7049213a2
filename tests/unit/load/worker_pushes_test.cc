// What workers say of stamped messages that a server pushes on, well and badly.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/client/user_token.h"
#include "agent/load/sibling_board.h"
#include "tests/unit/load/worker_rig.h"

namespace wsload {
namespace {

/// Two workers, and a gateway that pushes messages on to the room of their sender.
class PushesTest : public WorkerTest {
 protected:
  void Make(int workers = 2) {
    const std::vector<Slice> slices = Divide(WholeRun(plan_), workers);
    for (int i = 0; i < workers; ++i) {
      rigs_.push_back(std::make_unique<Rig>(
          loop_, gateway_, plan_, slices[static_cast<size_t>(i)], "run", [] { return ThreadCpu{}; }, nullptr, i));
    }
    gateway_.heard = [this](const FakeGateway::Message& message, std::string_view plaintext) {
      Forward(message, std::string(plaintext));
    };
  }

  Counters Run() {
    for (auto& rig : rigs_) rig->worker->Connect(loop_.MonoNs());
    loop_.AdvanceBy(plan_.ramp_up_ns);
    FindUsers();
    start_ns_ = loop_.MonoNs();
    for (auto& rig : rigs_) rig->worker->Start(start_ns_);
    if (during_) during_();
    loop_.AdvanceBy(20 * kNsPerSecond);
    Counters sum;
    for (auto& rig : rigs_) {
      EXPECT_EQ(rig->log.done, 1);
      ExpectConserved(rig->log.totals.counters);
      sum.Merge(rig->log.totals.counters);
    }
    return sum;
  }

  Histogram Delivery() const {
    Histogram all;
    for (const auto& rig : rigs_) all.Merge(rig->log.totals.push_delivery);
    return all;
  }

  void FindUsers() {
    if (plan_.protocol == Protocol::kEcho) return;
    const UserToken token(kDemoJwtKey, "mock");
    for (size_t i = 0; i < gateway_.tokens.size(); ++i) {
      const auto claims = token.Decode(gateway_.tokens[i], loop_.clock().UnixNs() / kNsPerSecond);
      client_of_[static_cast<int>(i)] = claims.value().user_id - plan_.first_user_id;
    }
  }

  void Forward(const FakeGateway::Message& message, std::string plaintext) {
    if (!client_of_.contains(message.connection)) FindUsers();
    const int64_t sender = client_of_.at(message.connection);
    const int number = messages_++;
    for (const auto& [connection, client] : client_of_) {
      if (plan_.push_to.Has(sender, client, plan_.clients)) {
        deliver_(number, connection, fmt::format("push-{}", number), plaintext);
      }
    }
  }

  RunPlan plan_ = [] {
    RunPlan plan = SmallPlan();
    plan.push = PushMode::kStamp;
    plan.push_to = *PushAudience::Parse("group:5");
    return plan;
  }();
  std::function<void()> during_;
  std::function<void(int number, int connection, const std::string& key, const std::string& plaintext)> deliver_ =
      [this](int, int connection, const std::string& key, const std::string& plaintext) {
        gateway_.Push(connection, key, plaintext);
      };
  std::vector<std::unique_ptr<Rig>> rigs_;
  std::map<int, int64_t> client_of_;
  int messages_ = 0;
};

TEST_F(PushesTest, WhatArrivesIsExpectedOnceAndInOrder) {
  Make();
  const Counters sum = Run();
  EXPECT_EQ(sum.success, 300);
  EXPECT_EQ(sum.push_expected, 1200);
  EXPECT_EQ(sum.push_received, 1200);
  EXPECT_EQ(sum.pushes, 1200);
  EXPECT_EQ(sum.push_lost() + sum.push_unconfirmed + sum.push_duplicates + sum.push_out_of_order +
                sum.push_misdirected + sum.push_strangers + sum.push_untracked,
            0);
  EXPECT_EQ(Delivery().count(), 1200);
}

TEST_F(PushesTest, StampsFitIntoMessagesOfAllSizes) {
  plan_.seed = 3;
  plan_.size = *MessageSizes::Parse("mix:40%28,30%300,30%29");
  Make();
  const Counters sum = Run();
  EXPECT_EQ(sum.push_expected, 1200);
  EXPECT_EQ(sum.push_received, 1200);
  EXPECT_EQ(sum.push_duplicates + sum.push_out_of_order + sum.push_misdirected, 0);
}

TEST_F(PushesTest, AClosedLoopsMessagesAreStampedToo) {
  plan_.model = LoadModel::kClosed;
  plan_.mps = 0;
  gateway_.ack_delay_ns = 100 * kNsPerMs;
  Make();
  const Counters sum = Run();
  EXPECT_EQ(sum.scheduled, 300);
  EXPECT_EQ(sum.success, 300);
  EXPECT_EQ(sum.push_expected, 1200);
  EXPECT_EQ(sum.push_received, 1200);
  EXPECT_EQ(sum.push_duplicates + sum.push_out_of_order + sum.push_misdirected, 0);
}

TEST_F(PushesTest, DeliveryIsFromTheDueTimeHoweverLateTheServer) {
  Make();
  std::vector<std::unique_ptr<Timer>> timers;
  deliver_ = [&](int, int connection, const std::string& key, const std::string& plaintext) {
    timers.push_back(loop_.NewTimer([=, this] { gateway_.Push(connection, key, plaintext); }));
    timers.back()->ArmAt(loop_.MonoNs() + 1500 * kNsPerMs);
  };
  const Counters sum = Run();
  EXPECT_EQ(sum.push_received, 1200) << "the drain waits for what is on its way";
  EXPECT_EQ(Delivery().min_us(), 1'500'000);
  EXPECT_EQ(Delivery().max_us(), 1'500'000);
}

TEST_F(PushesTest, EveryFaultIsInItsOwnCount) {
  Make();
  std::map<int, std::string> held;
  int lost = 0, doubled = 0, repeated = 0, reordered = 0;
  deliver_ = [&](int number, int connection, const std::string& key, const std::string& plaintext) {
    // Each sender's messages come to each receiver every tenth number.
    if (number % 40 == 3) {
      ++lost;
      return;
    }
    if (number % 40 == 14 && number + 10 < 300) {
      ++reordered;
      held[connection] = plaintext;
      return;
    }
    gateway_.Push(connection, key, plaintext);
    if (number % 40 == 5) {
      ++doubled;
      gateway_.Push(connection, key + "-again", plaintext);
    }
    if (number % 40 == 6) {
      ++repeated;
      gateway_.Push(connection, key, plaintext);
    }
    if (number % 40 == 24 && held.contains(connection)) {
      gateway_.Push(connection, key + "-late", held[connection]);
      held.erase(connection);
    }
  };
  const Counters sum = Run();
  ASSERT_GT(std::min({lost, doubled, repeated, reordered}), 10);
  EXPECT_EQ(sum.push_expected, 1200);
  EXPECT_EQ(sum.push_lost(), lost + static_cast<int>(held.size()));
  EXPECT_EQ(sum.push_duplicates, doubled);
  EXPECT_EQ(sum.pushes_repeated, repeated);
  EXPECT_EQ(sum.push_out_of_order, reordered - static_cast<int>(held.size()));
}

TEST_F(PushesTest, OnlyWhatMayHaveReachedTheServerIsExpected) {
  Make();
  int n = 0;
  gateway_.react = [&n](const auto&) {
    switch (n++ % 3) {
      case 0:
        return FakeGateway::Reaction::kDrop;
      case 1:
        return FakeGateway::Reaction::kRateLimit;
      default:
        return FakeGateway::Reaction::kAck;
    }
  };
  deliver_ = [](auto&&...) {};
  const Counters sum = Run();
  EXPECT_EQ(sum.timeout, 100);
  EXPECT_EQ(sum.rate_limited, 100);
  EXPECT_EQ(sum.push_expected, 800);
  EXPECT_EQ(sum.push_unconfirmed, 400);
  EXPECT_EQ(sum.push_lost(), 800);
}

TEST_F(PushesTest, WhatCannotBeSentIsNotExpected) {
  Make();
  during_ = [this] { gateway_.send_result = SendResult::kRefused; };
  const Counters sum = Run();
  EXPECT_GT(sum.send_error, 250);
  EXPECT_EQ(sum.push_expected, sum.success * 4);
}

TEST_F(PushesTest, StrangersAndWrongRoomsAreToldApart) {
  Make();
  const std::string stranger = [] {
    std::string text(static_cast<size_t>(kPushStampBytes), ' ');
    PushStamps("another", 0, 0).Write(1, 2, 3, text.data());
    return text;
  }();
  deliver_ = [&](int number, int connection, const std::string& key, const std::string& plaintext) {
    if (number % 10 == 0) return gateway_.Push(connection, key, stranger);
    if (number % 10 == 1) return gateway_.Push(connection, key, "no stamp");
    if (number % 10 > 2) return gateway_.Push(connection, key, plaintext);
    // Into the other room.
    for (const auto& [other, client] : client_of_) {
      if (client == (client_of_.at(connection) + 5) % 10) gateway_.Push(other, key, plaintext);
    }
  };
  const Counters sum = Run();
  EXPECT_EQ(sum.push_strangers, 120);
  EXPECT_EQ(sum.push_misdirected, 120);
  EXPECT_EQ(sum.push_received, 840);
  EXPECT_EQ(sum.push_lost(), 360);
  EXPECT_EQ(sum.pushes, 1200);
}

TEST_F(PushesTest, AClientThatIsTakenOverBeginsAnew) {
  plan_.push_to = *PushAudience::Parse("all");
  Make();
  during_ = [this] {
    loop_.AdvanceBy(kNsPerSecond);
    // The second worker's clients and messages go over to the first one, as a lost agent's do.
    const Slice lost = Divide(WholeRun(plan_), 2)[1];
    for (const auto& [connection, client] : std::map<int, int64_t>(client_of_)) {
      if (client % 2 == 1) gateway_.Break(connection, {CloseInfo::Kind::kBroken, 1006, "", "reset"});
    }
    rigs_[1]->worker->Stop();
    rigs_[0]->worker->TakeOver(lost, loop_.MonoNs() + 1);
  };
  const Counters sum = Run();
  EXPECT_EQ(sum.success, 300);
  EXPECT_EQ(sum.push_expected, 2700);
  EXPECT_EQ(sum.push_duplicates + sum.push_out_of_order + sum.push_untracked + sum.push_misdirected, 0);
  EXPECT_EQ(sum.push_received + sum.push_lost(), 2700);
  EXPECT_GT(sum.push_received, 2000);
}

TEST_F(PushesTest, WithoutStampsNothingIsCounted) {
  plan_.push = PushMode::kOff;
  Make();
  const Counters sum = Run();
  EXPECT_EQ(sum.pushes, 1200);
  EXPECT_EQ(sum.push_expected + sum.push_received + sum.push_misdirected, 0);
  EXPECT_EQ(Delivery().count(), 0);
}

/// Echoes to the sender, and to everybody else.
TEST_F(PushesTest, AnEchoThatIsBroadcastIsKnownByItsStamp) {
  plan_.protocol = Protocol::kEcho;
  plan_.push_to = *PushAudience::Parse("all");
  gateway_.echo = true;
  Make();
  gateway_.heard = [this](const FakeGateway::Message& message, std::string_view text) {
    const int number = messages_++;
    for (int connection = 0; connection < 10; ++connection) {
      if (connection == message.connection || number % 30 == 7) continue;
      gateway_.SendRaw(connection, text);
    }
  };
  const Counters sum = Run();
  EXPECT_EQ(sum.success, 300);
  EXPECT_EQ(sum.push_expected, 2700);
  EXPECT_EQ(sum.push_received, 2610);
  EXPECT_EQ(sum.push_lost(), 90);
  EXPECT_EQ(sum.push_duplicates + sum.push_out_of_order + sum.broadcasts + sum.unsolicited + sum.duplicate_acks, 0);
}

}  // namespace
}  // namespace wsload
