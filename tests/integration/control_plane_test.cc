// Controller and agents over real gRPC on loopback; only the load is faked.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "agent/service/grpc_agent_server.h"
#include "common/loop/asio_event_loop.h"
#include "common/plan/phase.h"
#include "common/plan/plan_proto.h"
#include "common/schedule/schedule.h"
#include "common/util/status.h"
#include "common/version.h"
#include "controller/link/embedded_agent_link.h"
#include "controller/link/grpc_agent_link.h"
#include "controller/run/coordinator.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/support/fake_engine.h"
#include "wsload/v1/control.grpc.pb.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::seconds kDeadline{20};

RunPlan ShortPlan() {
  RunPlan plan;
  plan.clients = 9;
  plan.mps = 200;
  plan.duration_ns = kNsPerSecond;
  plan.ramp_up_ns = 50 * kNsPerMs;
  plan.report_interval_ns = 100 * kNsPerMs;
  plan.cipher_key = kDemoCipherKey;
  plan.jwt_key = kDemoJwtKey;
  return plan;
}

/// A loop with a thread that turns it.
class LoopThread {
 public:
  LoopThread() : thread_([this] { loop.Run(); }) {}
  ~LoopThread() {
    loop.Stop();
    thread_.join();
  }

  AsioEventLoop loop;

 private:
  std::thread thread_;
};

/// An agent in this process, with a port and faked load.
class TestAgent {
 public:
  TestAgent() {
    AgentConfig config;
    config.name = "test";
    config.engine_factory = NewFakeEngineFactory(engine_loop_.loop, script);
    auto listening = GrpcAgentServer::Listen(config, HostPort{"127.0.0.1", 0});
    EXPECT_TRUE(listening.ok()) << listening.status();
    server = *std::move(listening);
  }

  std::string address() const { return server->address().ToString(); }

  FakeEngineScript script;

 private:
  LoopThread engine_loop_;

 public:
  std::unique_ptr<GrpcAgentServer> server;  ///< ends before the loop of its engines
};

/// A run on a loop of its own.
class TestRun final : public RunListener {
 public:
  TestRun(const RunPlan& plan, std::vector<std::unique_ptr<AgentLink>> links)
      : coordinator_(std::make_unique<RunCoordinator>(loop_.loop, SystemClock(), "run-1", plan, std::move(links),
                                                      RunCoordinator::Limits{}, this)) {
    loop_.loop.Post(
        [this] { coordinator_->Start([this](RunResult result) { result_.set_value(std::move(result)); }); });
  }
  ~TestRun() override { Abandon(); }

  /// The result, or an error of its own after the deadline.
  RunResult Wait() {
    auto result = result_.get_future();
    if (result.wait_for(kDeadline) == std::future_status::ready) return result.get();
    RunResult late;
    late.error = MakeStatus(absl::StatusCode::kDeadlineExceeded, "the run did not end");
    return late;
  }

  /// False after the deadline.
  bool WaitForMeasure() { return measuring_.get_future().wait_for(kDeadline) == std::future_status::ready; }

  void Interrupt() {
    loop_.loop.Post([this] { coordinator_->Interrupt(); });
  }

  /// As if the controller died.
  void Abandon() {
    std::promise<void> gone;
    loop_.loop.Post([this, &gone] {
      coordinator_.reset();
      gone.set_value();
    });
    gone.get_future().wait();
  }

 private:
  void OnPhase(Phase phase) override {
    if (phase == Phase::kMeasure) measuring_.set_value();
  }
  void OnInterval(const SeriesPoint&, const Stats&, const Stats&, const std::vector<AgentResult>&) override {}
  void OnNotice(const Statement&) override {}

  LoopThread loop_;
  std::promise<void> measuring_;
  std::promise<RunResult> result_;
  std::unique_ptr<RunCoordinator> coordinator_;
};

std::vector<std::unique_ptr<AgentLink>> Links(const std::vector<std::string>& addresses) {
  std::vector<std::unique_ptr<AgentLink>> links;
  for (const std::string& address : addresses) links.push_back(NewGrpcAgentLink({address, "127.0.0.1"}));
  return links;
}

int64_t Total(const RunPlan& plan) { return ScheduleOf(plan).total(); }

/// A control stream that the test drives by hand.
class RawStream {
 public:
  explicit RawStream(const std::string& address)
      : stub_(v1::Agent::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))) {
    context_.set_deadline(std::chrono::system_clock::now() + kDeadline);
    stream_ = stub_->Run(&context_);
  }
  ~RawStream() { context_.TryCancel(); }

  bool Write(const v1::ControllerMessage& message) { return stream_->Write(message); }
  v1::AgentMessage Read() {
    v1::AgentMessage message;
    stream_->Read(&message);
    return message;
  }
  grpc::Status Finish() {
    stream_->WritesDone();
    v1::AgentMessage rest;
    while (stream_->Read(&rest)) {
    }
    return stream_->Finish();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<v1::Agent::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ControllerMessage, v1::AgentMessage>> stream_;
};

v1::ControllerMessage AssignMessage(const RunPlan& plan) {
  v1::ControllerMessage message;
  message.mutable_assign()->set_run_id("holder");
  message.mutable_assign()->set_protocol_version(kControlProtocolVersion);
  *message.mutable_assign()->mutable_plan() = ToProto(plan);
  *message.mutable_assign()->mutable_slice() = ToProto(WholeRun(plan));
  return message;
}

/// Assigns until the agent is free again; false after the deadline.
bool BecomesFree(const std::string& address) {
  const auto until = std::chrono::steady_clock::now() + kDeadline;
  while (std::chrono::steady_clock::now() < until) {
    RawStream stream(address);
    stream.Write(AssignMessage(ShortPlan()));
    if (stream.Read().has_accepted()) return true;
  }
  return false;
}

void SendGarbage(const HostPort& address, const std::string& bytes) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(address.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  EXPECT_GT(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), 0);
  close(fd);
}

TEST(ControlPlaneTest, RunsOverThreeAgentsExactly) {
  TestAgent agents[3];
  const RunPlan plan = ShortPlan();
  TestRun run(plan, Links({agents[0].address(), agents[1].address(), agents[2].address()}));
  const RunResult result = run.Wait();
  ASSERT_TRUE(result.error.ok()) << result.error;
  EXPECT_EQ(result.totals.counters.scheduled, Total(plan));
  EXPECT_EQ(result.totals.counters.success, Total(plan));
  Histogram expected;
  for (int64_t i = 0; i < Total(plan); ++i) expected.RecordUs(FakeLatencyUs(i));
  EXPECT_EQ(result.totals.response, expected);
  for (const AgentResult& agent : result.agents) {
    EXPECT_EQ(agent.state, AgentResult::State::kDone) << agent.state_detail.english();
    EXPECT_EQ(agent.name, "test");
    EXPECT_LE(std::abs(agent.clock_offset_us), agent.clock_error_us + 1) << "all clocks here are one";
  }
}

TEST(ControlPlaneTest, RunsEmbeddedWithoutASocket) {
  FakeEngineScript script;
  LoopThread engine_loop;
  AgentConfig config;
  config.name = "inside";
  config.engine_factory = NewFakeEngineFactory(engine_loop.loop, script);
  const RunPlan plan = ShortPlan();
  std::vector<std::unique_ptr<AgentLink>> links;
  links.push_back(NewEmbeddedAgentLink(config));
  TestRun run(plan, std::move(links));
  const RunResult result = run.Wait();
  ASSERT_TRUE(result.error.ok()) << result.error;
  EXPECT_EQ(result.totals.counters.success, Total(plan));
  EXPECT_EQ(result.agents[0].address, "embedded");
}

TEST(ControlPlaneTest, OneAgentServesRunAfterRun) {
  TestAgent agent;
  RunPlan plan = ShortPlan();
  plan.duration_ns = 200 * kNsPerMs;
  for (int i = 0; i < 5; ++i) {
    TestRun run(plan, Links({agent.address()}));
    const RunResult result = run.Wait();
    ASSERT_TRUE(result.error.ok()) << result.error;
    EXPECT_EQ(result.totals.counters.success, Total(plan));
  }
}

TEST(ControlPlaneTest, SecondRunLearnsWhoKeepsTheAgentBusy) {
  TestAgent agent;
  RawStream holder(agent.address());
  ASSERT_TRUE(holder.Write(AssignMessage(ShortPlan())));
  ASSERT_TRUE(holder.Read().has_accepted());
  TestRun run(ShortPlan(), Links({agent.address()}));
  const RunResult result = run.Wait();
  EXPECT_EQ(result.agents[0].state, AgentResult::State::kRefused);
  EXPECT_THAT(std::string(Text(result.error)),
              HasSubstr("agent " + agent.address() + ": busy with run holder since 2"));
}

TEST(ControlPlaneTest, ControllerThatGoesAwayFreesTheAgent) {
  TestAgent agent;
  {
    RawStream holder(agent.address());
    ASSERT_TRUE(holder.Write(AssignMessage(ShortPlan())));
    ASSERT_TRUE(holder.Read().has_accepted());
  }
  EXPECT_TRUE(BecomesFree(agent.address()));
}

TEST(ControlPlaneTest, AbandonedRunFreesTheAgent) {
  TestAgent agent;
  RunPlan plan = ShortPlan();
  plan.duration_ns = 600 * kNsPerSecond;
  TestRun run(plan, Links({agent.address()}));
  ASSERT_TRUE(run.WaitForMeasure());
  run.Abandon();
  EXPECT_TRUE(BecomesFree(agent.address()));
}

TEST(ControlPlaneTest, InterruptEndsALongRunWithItsFigures) {
  TestAgent agents[2];
  RunPlan plan = ShortPlan();
  plan.duration_ns = 600 * kNsPerSecond;
  TestRun run(plan, Links({agents[0].address(), agents[1].address()}));
  ASSERT_TRUE(run.WaitForMeasure());
  run.Interrupt();
  const RunResult result = run.Wait();
  EXPECT_TRUE(result.error.ok()) << result.error;
  EXPECT_TRUE(result.interrupted);
  EXPECT_GT(result.totals.counters.scheduled, 0);
  EXPECT_EQ(result.totals.counters.open(), 0);
}

TEST(ControlPlaneTest, AgentThatDiesIsLostAndEndsTheRun) {
  TestAgent stays;
  auto dies = std::make_unique<TestAgent>();
  RunPlan plan = ShortPlan();
  plan.duration_ns = 600 * kNsPerSecond;
  TestRun run(plan, Links({stays.address(), dies->address()}));
  ASSERT_TRUE(run.WaitForMeasure());
  dies->server.reset();
  const RunResult result = run.Wait();
  EXPECT_EQ(result.agents[0].state, AgentResult::State::kDone) << result.agents[0].state_detail.english();
  EXPECT_EQ(result.agents[1].state, AgentResult::State::kLost);
  EXPECT_FALSE(result.agents[1].state_detail.empty());
  EXPECT_EQ(result.verdict, Verdict::kDegraded);
}

TEST(ControlPlaneTest, DrainingAgentReportsAndTakesNoMore) {
  TestAgent agent;
  RawStream stream(agent.address());
  ASSERT_TRUE(stream.Write(AssignMessage(ShortPlan())));
  ASSERT_TRUE(stream.Read().has_accepted());
  agent.server->Drain("the agent got SIGTERM", 20 * kNsPerSecond);
  v1::AgentMessage message = stream.Read();
  while (message.has_report()) message = stream.Read();
  ASSERT_TRUE(message.has_done()) << message.ShortDebugString();
  EXPECT_EQ(message.done().stopped_early(), "the agent got SIGTERM");
  EXPECT_TRUE(stream.Finish().ok());
  TestRun run(ShortPlan(), Links({agent.address()}));
  EXPECT_THAT(std::string(Text(run.Wait().error)), HasSubstr("the agent is leaving"));
}

TEST(ControlPlaneTest, WrongPortIsOneClearLine) {
  std::string address;
  {
    TestAgent gone;
    address = gone.address();
  }
  TestRun run(ShortPlan(), Links({address}));
  const RunResult result = run.Wait();
  EXPECT_EQ(result.agents[0].state, AgentResult::State::kUnreachable);
  EXPECT_EQ(std::string(Text(result.error)),
            "agent " + address + ": connection refused; is wsload-agent running there?");
}

TEST(ControlPlaneTest, UnresolvableHostIsOneClearLine) {
  TestRun run(ShortPlan(), Links({"no-such-host.invalid:7400"}));
  EXPECT_THAT(std::string(Text(run.Wait().error)), HasSubstr("cannot resolve the host name"));
}

TEST(ControlPlaneTest, ListenerThatIsNoAgentIsNamed) {
  // A gRPC server without the service.
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  grpc::health::v1::Health::Service another;
  builder.RegisterService(&another);
  const auto server = builder.BuildAndStart();
  TestRun run(ShortPlan(), Links({fmt::format("127.0.0.1:{}", port)}));
  EXPECT_THAT(std::string(Text(run.Wait().error)), HasSubstr("something else than wsload-agent"));
}

TEST(ControlPlaneTest, GarbageOnThePortHarmsNobody) {
  TestAgent agent;
  std::string noise(4096, '\0');
  for (size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<char>(i * 131 + i / 7);
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  for (const std::string& bytes : {noise, std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
                                   std::string("\x16\x03\x01", 3), preface, preface + noise, std::string(1, '\0')}) {
    SendGarbage(agent.server->address(), bytes);
  }
  EXPECT_TRUE(BecomesFree(agent.address()));
}

TEST(ControlPlaneTest, OversizedMessageBreaksTheStreamOnly) {
  TestAgent agent;
  {
    RawStream stream(agent.address());
    v1::ControllerMessage message = AssignMessage(ShortPlan());
    message.mutable_assign()->mutable_plan()->set_ca_pem(std::string(2 << 20, 'x'));
    stream.Write(message);
    EXPECT_FALSE(stream.Read().has_accepted());
    EXPECT_FALSE(stream.Finish().ok());
  }
  EXPECT_TRUE(BecomesFree(agent.address()));
}

TEST(ControlPlaneTest, TakenPortIsOneClearLine) {
  TestAgent agent;
  AgentConfig config;
  const auto second = GrpcAgentServer::Listen(config, agent.server->address());
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(std::string(Text(second.status())),
              HasSubstr("cannot listen on " + agent.address() + ": Address already in use"));
}

}  // namespace
}  // namespace wsload
