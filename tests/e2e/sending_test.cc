// What clients send: sizes, messages sent again, the closed model; held against the gateway's own count.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "common/plan/message_sizes.h"
#include "tests/e2e/cluster.h"

namespace wsload::e2e {
namespace {

using testing::HasSubstr;

/// Busy machines make VALID runs GENERATOR_LIMITED; their counts are exact all the same.
void ExpectComplete(const Outcome& run) {
  ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
  EXPECT_THAT(run.result.at("verdict").at("code").get<std::string>(), testing::AnyOf("VALID", "GENERATOR_LIMITED"))
      << run.out << run.err;
  ExpectConserved(run.result);
  EXPECT_EQ(Int(run.result, "/totals/success"), Int(run.result, "/totals/scheduled")) << run.out;
}

TEST(Sending, SizesAreThoseOfTheSeedOverAllAgents) {
  constexpr char kSizes[] = "mix:70%100,25%3k,5%40k";
  Gateway gateway({"-serializer=proto", "-cipher=none"});
  const auto agents = StartAgents(3);
  const Outcome run = RunController({AgentsFlag(agents), "-clients=30", "-mps=200", "-duration=3s", "-ramp-up=300ms",
                                     "-serializer=proto", "-cipher=none", "-heartbeat=0", "-seed=7",
                                     std::string("-size=") + kSizes, "-server=" + gateway.url()});
  const auto truth = gateway.Stop();
  ExpectComplete(run);
  EXPECT_EQ(Int(run.result, "/totals/scheduled"), 600);
  const MessageSizes sizes = *MessageSizes::Parse(kSizes);
  int64_t bytes = 0;
  for (int64_t message = 0; message < 600; ++message) bytes += sizes.Draw(7, message);
  // Beside the text: key, framing and masks; and the handshakes.
  EXPECT_GT(Int(truth, "/traffic/bytes_in"), bytes);
  EXPECT_LT(Int(truth, "/traffic/bytes_in"), bytes + 600 * 100 + 31 * 1'500);
  EXPECT_EQ(Int(run.result, "/plan/msg_size_bytes"), sizes.mean());
  EXPECT_THAT(run.out, HasSubstr("messages of mix:70%100,25%3k,5%40k bytes, 2886 on average, to"));
}

TEST(Sending, WhatHasNoAnswerIsSentAgainWithItsKey) {
  Gateway gateway({"-dedup=ack", "-ack-drop=0.1", "-ack-drop-first"});
  const auto agents = StartAgents(3);
  const Outcome run = RunController({AgentsFlag(agents), "-clients=30", "-mps=200", "-duration=4s", "-ramp-up=300ms",
                                     "-retry=2", "-resp-timeout=500ms", "-server=" + gateway.url()});
  const auto truth = gateway.Stop();
  ExpectComplete(run);
  EXPECT_EQ(Int(run.result, "/totals/scheduled"), 800);
  const int64_t retries = Int(run.result, "/totals/retries");
  EXPECT_EQ(Int(truth, "/messages/upstream"), 800 + retries) << "every attempt arrived";
  EXPECT_EQ(Int(truth, "/messages/duplicates"), retries) << "with a key that the gateway knew";
  EXPECT_EQ(Int(truth, "/messages/acks_dropped"), 80);
  EXPECT_GE(retries, 80);
  EXPECT_GE(Int(run.result, "/totals/success_by_retry"), 80);
  EXPECT_THAT(run.out, HasSubstr("messages were sent again "));
}

TEST(Sending, WithoutARetryTheSameServerLosesMessages) {
  Gateway gateway({"-dedup=ack", "-ack-drop=0.1", "-ack-drop-first"});
  const Outcome run = RunController(
      {"-clients=10", "-mps=200", "-duration=2s", "-ramp-up=300ms", "-resp-timeout=500ms", "-server=" + gateway.url()});
  ASSERT_FALSE(run.result.is_null()) << run.err;
  EXPECT_GE(Int(run.result, "/totals/failures/timeout"), 40);
  EXPECT_EQ(Int(run.result, "/totals/retries"), 0);
  EXPECT_EQ(Int(gateway.Stop(), "/messages/upstream"), 400);
}

TEST(Sending, AClosedLoopTakesWhatTheServerGives) {
  Gateway gateway({"-ack-delay=20ms"});
  const auto agents = StartAgents(2);
  const Outcome run = RunController({AgentsFlag(agents), "-clients=10", "-model=closed", "-in-flight=2", "-duration=2s",
                                     "-ramp-up=200ms", "-threshold=service_p(50)>=20ms", "-server=" + gateway.url()});
  const auto truth = gateway.Stop();
  ExpectComplete(run);
  const int64_t messages = Int(run.result, "/totals/scheduled");
  EXPECT_EQ(Int(truth, "/messages/upstream"), messages);
  EXPECT_GE(messages, 20);
  EXPECT_LE(messages, 10 * 2 * (2'000 / 20 + 1)) << "no more than 20 in flight";
  EXPECT_EQ(Int(run.result, "/latency_us/response/count"), 0);
  EXPECT_EQ(Int(run.result, "/latency_us/service/count"), messages);
  EXPECT_EQ(run.result.at("warnings").at(0).at("kind"), "closed_loop");
  EXPECT_EQ(run.result.at("plan").at("model"), "closed");
  EXPECT_THAT(run.out, HasSubstr("closed loop with 2 in flight on each for 2s"));
  EXPECT_THAT(run.out + run.err, HasSubstr("a closed loop hides waiting"));
}

TEST(Sending, OthersTakeALostAgentsClientsIntoTheLoop) {
  Gateway gateway({"-ack-delay=20ms"});
  const auto agents = StartAgents(3);
  RunningController controller({AgentsFlag(agents), "-clients=12", "-model=closed", "-duration=8s", "-ramp-up=300ms",
                                "-on-agent-loss=rebalance", "-server=" + gateway.url()});
  agents[1]->process().Signal(SIGKILL);
  const Outcome run = controller.Wait();
  ExpectDegraded(run);
  EXPECT_EQ(run.result.at("agents").at(1).at("state"), "lost");
  EXPECT_EQ(Missing(run.result), 0) << "there is no schedule that could have gaps";
  for (const size_t survivor : {0u, 2u}) {
    EXPECT_EQ(Int(run.result.at("agents").at(survivor), "/totals/connections/opened"), 6);
  }
}

TEST(Sending, WhatAClosedLoopDoesNotHaveIsRefused) {
  for (const auto& [flag, says] :
       {std::pair{"-threshold=p(99)<200ms", "-threshold=p(99)<200ms: with -model=closed nothing has a due time"},
        std::pair{"-mps=100", "-mps: with -model=closed messages leave as fast as the server answers"}}) {
    const Outcome run = RunController({"-model=closed", flag});
    EXPECT_EQ(run.exit_code, 104);
    EXPECT_THAT(run.err, HasSubstr(says));
  }
}

}  // namespace
}  // namespace wsload::e2e
