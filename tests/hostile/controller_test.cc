// Controllers that have the right token and mean harm, or are broken.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/plan/plan_proto.h"
#include "common/time/clock.h"
#include "common/version.h"
#include "tests/e2e/cluster.h"
#include "tests/hostile/bounds.h"
#include "tests/hostile/sanitized.h"
#include "wsload/v1/control.grpc.pb.h"

namespace wsload::hostile {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

constexpr int64_t kMostBytes = (kSanitized ? 1024 : 192) << 20;

class HostileControllerTest : public testing::Test {
 protected:
  using Stream = grpc::ClientReaderWriter<v1::ControllerMessage, v1::AgentMessage>;

  HostileControllerTest()
      : agent_({"-workers=1", "-allow-target=127.0.0.1"}, limit_.host()),
        stub_(v1::Agent::NewStub(grpc::CreateChannel(agent_.address(), grpc::InsecureChannelCredentials()))) {
    plan_.cipher_key = kDemoCipherKey;
    plan_.jwt_key = kDemoJwtKey;
    plan_.server = *ServerUrl::Parse("ws://127.0.0.1:9/ws");
    plan_.clients = 10;
  }

  /// A stream that ends by itself after eight seconds.
  std::unique_ptr<Stream> Open(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + seconds(8));
    return stub_->Run(&context);
  }

  v1::ControllerMessage AssignMessage() const {
    v1::ControllerMessage message;
    v1::Assign& assign = *message.mutable_assign();
    assign.set_run_id("hostile");
    assign.set_protocol_version(kControlProtocolVersion);
    *assign.mutable_plan() = ToProto(plan_);
    *assign.mutable_slice() = ToProto(WholeRun(plan_));
    return message;
  }

  /// What the agent answers to an Assign.
  v1::AgentMessage Assign(const v1::ControllerMessage& assign) {
    grpc::ClientContext context;
    const std::unique_ptr<Stream> stream = Open(context);
    stream->Write(assign);
    v1::AgentMessage answer;
    stream->Read(&answer);
    context.TryCancel();
    stream->Finish();
    return answer;
  }

  /// The agent has accepted the run.
  void TakeRun(Stream& stream) {
    stream.Write(AssignMessage());
    v1::AgentMessage answer;
    ASSERT_TRUE(stream.Read(&answer));
    ASSERT_TRUE(answer.has_accepted()) << answer.ShortDebugString();
  }

  void ExpectUnharmed() {
    const auto answered = TimeToAnswer({"-agents=" + agent_.address()});
    ASSERT_TRUE(answered.has_value()) << agent_.process().err();
    EXPECT_LT(*answered, seconds(3));
    EXPECT_LT(UseOf(agent_.process().pid()).peak_rss_bytes, kMostBytes);
    const e2e::Gateway gateway;
    const e2e::Outcome run = e2e::RunController({"-agents=" + agent_.address(), "-clients=4", "-mps=20", "-duration=1s",
                                                 "-ramp-up=100ms", "-server=" + gateway.url()});
    ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
    EXPECT_EQ(run.result.at("totals").at("success"), 20) << run.out;
  }

  const MemoryLimit limit_{int64_t{256} << 20};
  e2e::Agent agent_;
  RunPlan plan_;
  std::unique_ptr<v1::Agent::Stub> stub_;
};

TEST_F(HostileControllerTest, AsksWithoutEndAndReadsNothing) {
  grpc::ClientContext context;
  const std::unique_ptr<Stream> stream = Open(context);
  v1::ControllerMessage probe;
  probe.mutable_clock_probe()->set_sent_ns(1);
  int sent = 0;
  while (sent < 2'000'000 && stream->Write(probe)) ++sent;
  EXPECT_LT(sent, 2'000'000) << "the agent breaks the stream, or takes no more";
  context.TryCancel();
  stream->Finish();
  ExpectUnharmed();
}

TEST_F(HostileControllerTest, AssignsWhatNobodyCanCarry) {
  plan_.clients = 1'000'000'000;
  plan_.mps = 1'000'000'000;
  plan_.duration_ns = 24 * 3600 * kNsPerSecond;
  plan_.workers = 1'000;
  const v1::AgentMessage answer = Assign(AssignMessage());
  ASSERT_TRUE(answer.has_refused()) << answer.ShortDebugString();
  ExpectUnharmed();
}

TEST_F(HostileControllerTest, AssignsAPlanFullOfHeaders) {
  v1::ControllerMessage message = AssignMessage();
  for (int i = 0; i < 60'000; ++i) {
    auto& header = *message.mutable_assign()->mutable_plan()->add_headers();
    header.set_name("x" + std::to_string(i));
    header.set_value("v");
  }
  const v1::AgentMessage answer = Assign(message);
  EXPECT_FALSE(answer.has_accepted()) << answer.ShortDebugString().substr(0, 300);
  ExpectUnharmed();
}

TEST_F(HostileControllerTest, AssignsAServerThatIsNotAllowed) {
  plan_.server = *ServerUrl::Parse("ws://192.0.2.1:80/ws");
  const v1::AgentMessage answer = Assign(AssignMessage());
  ASSERT_TRUE(answer.has_refused()) << answer.ShortDebugString();
  EXPECT_EQ(answer.refused().code(), v1::Refused::CODE_TARGET_NOT_ALLOWED);
  ExpectUnharmed();
}

TEST_F(HostileControllerTest, TakesTheRunAndWithholdsTheLease) {
  grpc::ClientContext context;
  const std::unique_ptr<Stream> stream = Open(context);
  ASSERT_NO_FATAL_FAILURE(TakeRun(*stream));
  v1::AgentMessage answer;
  v1::ControllerMessage connect;
  connect.mutable_connect()->set_ramp_start_mono_ns(SystemClock().MonoNs());
  stream->Write(connect);
  ASSERT_TRUE(stream->Read(&answer));
  ASSERT_TRUE(answer.has_refused());
  EXPECT_THAT(answer.refused().message(), HasSubstr("without a lease"));
  context.TryCancel();
  stream->Finish();
  ExpectUnharmed();
}

TEST_F(HostileControllerTest, HandsOverWithoutEnd) {
  grpc::ClientContext context;
  const std::unique_ptr<Stream> stream = Open(context);
  ASSERT_NO_FATAL_FAILURE(TakeRun(*stream));
  v1::AgentMessage answer;
  const int64_t now_ns = SystemClock().MonoNs();
  v1::ControllerMessage message;
  message.mutable_lease()->set_until_mono_ns(now_ns + 20 * kNsPerSecond);
  stream->Write(message);
  message.mutable_connect()->set_ramp_start_mono_ns(now_ns);
  stream->Write(message);
  while (stream->Read(&answer) && !answer.has_ready()) {
  }
  message.mutable_start()->set_start_mono_ns(now_ns);
  stream->Write(message);
  int sent = 0;
  message.mutable_take_over()->set_from_mono_ns(now_ns);
  *message.mutable_take_over()->mutable_slice() = ToProto(WholeRun(plan_));
  while (sent < 200'000 && stream->Write(message)) ++sent;
  EXPECT_LT(sent, 200'000);
  context.TryCancel();
  stream->Finish();
  ExpectUnharmed();
}

TEST_F(HostileControllerTest, OpensMoreStreamsThanThereAreRuns) {
  // As many as go over a connection, over four of them.
  constexpr int kConnections = 4;
  constexpr int kStreamsEach = 15;
  std::vector<std::unique_ptr<v1::Agent::Stub>> stubs;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < kConnections; ++i) {
    grpc::ChannelArguments own;
    own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stubs.push_back(
        v1::Agent::NewStub(grpc::CreateCustomChannel(agent_.address(), grpc::InsecureChannelCredentials(), own)));
    for (int stream = 0; stream < kStreamsEach; ++stream) {
      contexts.push_back(std::make_unique<grpc::ClientContext>());
      contexts.back()->set_deadline(std::chrono::system_clock::now() + seconds(8));
      streams.push_back(stubs.back()->Run(contexts.back().get()));
    }
  }
  const auto answered = TimeToAnswer({"-agents=" + agent_.address()});
  EXPECT_TRUE(answered.has_value()) << "streams that do nothing lock nobody out";
  for (size_t i = 0; i < streams.size(); ++i) {
    contexts[i]->TryCancel();
    streams[i]->Finish();
  }
  ExpectUnharmed();
}

}  // namespace
}  // namespace wsload::hostile
