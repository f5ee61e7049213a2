#include <gtest/gtest.h>

#include "common/util/status.h"
#include "tests/gateway/gateway_fields.h"
#include "tests/gateway/gateway_flags.h"
#include "tests/support/chinese_lines.h"
#include "tests/support/expect_fields.h"
#include "tests/support/wrong_flags.h"

namespace wsload::gateway {
namespace {

absl::Status Parse(const std::vector<std::string>& args, ProgramOptions& options) {
  FlagSet flags("wsload-gateway", "WSLOAD_GATEWAY");
  BindFlags(flags, options);
  if (auto status = flags.Parse(args, {}); !status.ok()) return status;
  return FinishOptions(flags, options);
}

TEST(GatewayFlags, FillTheOptions) {
  ProgramOptions program;
  ASSERT_TRUE(Parse({"-listen=0.0.0.0:0", "-serializer=proto", "-cipher=none", "-ack-delay=exp:5ms", "-ack-drop=0.1",
                     "-reject-handshake=403:0.5", "-close-after=100msgs", "-stall-every=10s", "-stall-for=1s",
                     "-push-rate=7", "-rate-limit=10", "-rate-limit-burst=30", "-redirect-to=a:1,b:2",
                     "-redirect-after=3s", "-dedup=false", "-seed=9", "-threads=2"},
                    program)
                  .ok());
  const GatewayOptions& options = program.gateway;
  EXPECT_EQ(options.listen.host, "0.0.0.0");
  EXPECT_EQ(options.listen.port, 0);
  EXPECT_EQ(options.serializer, Serializer::kProto);
  EXPECT_EQ(options.cipher, CipherKind::kNone);
  EXPECT_EQ(options.ack_delay.kind, DelaySpec::Kind::kExponential);
  EXPECT_EQ(options.ack_drop_share, 0.1);
  EXPECT_EQ(options.reject_handshake.status, 403);
  EXPECT_EQ(options.reject_handshake.share, 0.5);
  EXPECT_EQ(options.close_after.messages, 100);
  EXPECT_EQ(options.stall_for_ns, kNsPerSecond);
  EXPECT_EQ(options.push_per_s, 7);
  EXPECT_EQ(options.rate_limit_burst, 30);
  ASSERT_EQ(options.redirect_to.size(), 2u);
  EXPECT_EQ(options.redirect_to[1].address.port, 2);
  EXPECT_EQ(options.redirect_to[1].weight, 1);
  EXPECT_EQ(options.dedup, Dedup::kOff);
  EXPECT_EQ(options.seed, 9u);
  EXPECT_EQ(options.threads, 2);
}

TEST(GatewayFlags, FillTheQueue) {
  ProgramOptions program;
  ASSERT_TRUE(Parse({"-servers=4", "-service-time=exp:5ms", "-queue=1k", "-queue-full=limit", "-dedup=ack",
                     "-ack-drop=0.5", "-ack-drop-first"},
                    program)
                  .ok());
  const GatewayOptions& options = program.gateway;
  EXPECT_EQ(options.servers, 4);
  EXPECT_EQ(options.service_time, (DelaySpec{DelaySpec::Kind::kExponential, 5 * kNsPerMs, 0}));
  EXPECT_EQ(options.queue_length, 1000);
  EXPECT_EQ(options.queue_full, QueueFull::kLimit);
  EXPECT_EQ(options.dedup, Dedup::kAck);
  EXPECT_TRUE(options.ack_drop_first);
}

TEST(GatewayFlags, FillTheForwarding) {
  ProgramOptions program;
  ASSERT_TRUE(Parse({"-forward=group:50", "-first-user-id=500", "-push-loss=0.01", "-push-duplicate=0.02",
                     "-push-reorder=0.03", "-push-reorder-hold=2s"},
                    program)
                  .ok());
  const GatewayOptions& options = program.gateway;
  EXPECT_EQ(options.forward, (ForwardSpec{ForwardSpec::To::kGroup, 50}));
  EXPECT_EQ(options.first_user_id, 500);
  EXPECT_EQ(options.push_loss, 0.01);
  EXPECT_EQ(options.push_duplicate, 0.02);
  EXPECT_EQ(options.push_reorder, 0.03);
  EXPECT_EQ(options.push_reorder_hold_ns, 2 * kNsPerSecond);
}

TEST(GatewayFlags, FillHandshakesRestartAndWeights) {
  ProgramOptions program;
  ASSERT_TRUE(Parse({"-handshake-rate=500", "-handshake-over=reject", "-restart-at=30s", "-restart-for=1s",
                     "-restart-how=orderly", "-redirect-to=[::1]:1=3,b:2=0,c:3"},
                    program)
                  .ok());
  const GatewayOptions& options = program.gateway;
  EXPECT_EQ(options.handshake_rate_per_s, 500);
  EXPECT_EQ(options.handshake_over, HandshakeOver::kReject);
  EXPECT_EQ(options.restart_at_ns, 30 * kNsPerSecond);
  EXPECT_EQ(options.restart_for_ns, 1 * kNsPerSecond);
  EXPECT_EQ(options.restart_how, RestartHow::kOrderly);
  const std::vector<RedirectTarget> expected = {{{"::1", 1}, 3}, {{"b", 2}, 0}, {{"c", 3}, 1}};
  EXPECT_EQ(options.redirect_to, expected);
}

TEST(GatewayFlags, DefaultToTheDemoDeployment) {
  ProgramOptions program;
  ASSERT_TRUE(Parse({}, program).ok());
  EXPECT_EQ(program.gateway.listen.ToString(), "127.0.0.1:9002");
  EXPECT_EQ(program.gateway.path, "/ws");
  EXPECT_EQ(program.gateway.cipher, CipherKind::kAesGcm);
  EXPECT_EQ(program.gateway.dedup, Dedup::kDrop);
}

TEST(GatewayFlags, HaveHelpRangesAndExamples) {
  ExpectWellFormed(GatewayFields());
  ExpectWellFormed(ProgramFields());
}

TEST(GatewayFlags, SayInOneLineHowToMend) {
  const std::vector<std::vector<std::string>> bad = {{"-nope"},
                                                     {"extra"},
                                                     {"-listen=9002x"},
                                                     {"-serializer=xml"},
                                                     {"-cipher=des"},
                                                     {"-ack-delay=5"},
                                                     {"-ack-drop=2"},
                                                     {"-ack-drop=-0.1"},
                                                     {"-reject-handshake=200"},
                                                     {"-reject-handshake=403:"},
                                                     {"-reject-handshake=403:1.5"},
                                                     {"-close-after=0msgs"},
                                                     {"-close-after=msgs"},
                                                     {"-stall-every=10s"},
                                                     {"-stall-every=1s", "-stall-for=1s"},
                                                     {"-push-rate=-1"},
                                                     {"-redirect-to=nowhere"},
                                                     {"-dedup=maybe"},
                                                     {"-redirect-to=a:1=x"},
                                                     {"-redirect-to=a:1="},
                                                     {"-redirect-to=a:1=-1"},
                                                     {"-handshake-rate=-1"},
                                                     {"-handshake-over=later"},
                                                     {"-restart-at=-1s"},
                                                     {"-restart-how=kindly"},
                                                     {"-forward=everyone"},
                                                     {"-forward=group:1"},
                                                     {"-push-loss=1.5"},
                                                     {"-push-loss=0.5", "-push-reorder=0.6"},
                                                     {"-ack-drop-first"},
                                                     {"-servers=4"},
                                                     {"-service-time=5ms"},
                                                     {"-servers=4", "-service-time=0ms"},
                                                     {"-servers=-1", "-service-time=1ms"},
                                                     {"-servers=1", "-service-time=1ms", "-queue=-1"},
                                                     {"-servers=1", "-service-time=1ms", "-queue-full=wait"},
                                                     {"-echo", "-servers=1", "-service-time=1ms"},
                                                     {"-redirect-after=1s"},
                                                     {"-tls-cert=x"},
                                                     {"-threads=0"},
                                                     {"-path=ws"},
                                                     {"-path=/stats"},
                                                     {"-path=/push"},
                                                     {"-echo", "-ack-drop=0.1"},
                                                     {"-cipher-key-file=/nonexistent"},
                                                     {"-stats-interval=-1s"}};
  for (const auto& args : bad) {
    ProgramOptions program;
    const absl::Status status = Parse(args, program);
    ASSERT_FALSE(status.ok()) << args.front();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(TextInBoth(status).find('\n'), std::string_view::npos);
  }
}

TEST(GatewayFlags, AreRefusedInChinese) {
  const auto read = [](const std::vector<std::string>& args) {
    ProgramOptions program;
    return Parse(args, program);
  };
  ExpectChineseErrors(GatewayFields(), read);
  ExpectChineseErrors(ProgramFields(), read);
}

}  // namespace
}  // namespace wsload::gateway
