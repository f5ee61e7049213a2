// The check before a run, over real gRPC on loopback.
#include "agent/session/describe.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/service/grpc_agent_server.h"
#include "common/net/server_url.h"
#include "common/plan/plan_proto.h"
#include "common/util/status.h"
#include "common/version.h"
#include "controller/commands/doctor_command.h"
#include "controller/commands/run_command.h"
#include "controller/link/describe_agents.h"
#include "wsload/v1/control.grpc.pb.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Reach = v1::TargetReport;

/// A socket that listens and never answers: the kernel takes connections in, nobody reads from them.
class SilentListener {
 public:
  SilentListener() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(fd_, 16), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentListener() { Close(); }
  /// From here on connections are refused.
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  uint16_t port() const { return port_; }
  std::string address() const { return fmt::format("127.0.0.1:{}", port_); }

 private:
  int fd_;
  uint16_t port_ = 0;
};

/// An agent in this process that takes no runs.
class TestAgent {
 public:
  explicit TestAgent(AgentConfig config, ServerSecurity security = {}) {
    auto listening = GrpcAgentServer::Listen(std::move(config), HostPort{"127.0.0.1", 0}, std::move(security));
    EXPECT_TRUE(listening.ok()) << listening.status();
    server_ = *std::move(listening);
  }
  AgentAddress address() const { return {server_->address().ToString(), "127.0.0.1"}; }

 private:
  std::unique_ptr<GrpcAgentServer> server_;
};

AgentConfig SampleConfig() {
  AgentConfig config;
  config.name = "sample";
  config.cores = 3;
  config.workers = 2;
  config.max_clients = 77;
  config.host_cores = 8;
  config.cpu_quota = [] { return CpuQuota{.cores = 2.5, .throttled_us = 77}; };
  config.host_facts = [] {
    return HostFacts{.descriptors_soft = 1000,
                     .descriptors_hard = 2000,
                     .descriptors_in_use = 9,
                     .ports = 500,
                     .memory_available_bytes = 1 << 30,
                     .source_addresses = {"10.0.0.7", "10.0.0.8"}};
  };
  return config;
}

AgentDescription Ask(const AgentAddress& agent, const DescribeOptions& options, const AgentAccess& access = {}) {
  return DescribeAgents({agent}, access, options).front();
}

/// Something that speaks another control protocol.
class OtherVersion final : public v1::Agent::Service {
 public:
  OtherVersion() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~OtherVersion() override { server_->Shutdown(); }
  std::string address() const { return fmt::format("127.0.0.1:{}", port_); }

 private:
  grpc::Status Describe(grpc::ServerContext*, const v1::DescribeRequest*, v1::DescribeResponse* response) override {
    response->set_agent_version("9.9.9");
    response->set_protocol_version(kControlProtocolVersion + 1);
    return grpc::Status::OK;
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

/// As the service was before it could be asked.
class OldService final : public v1::Agent::Service {
 public:
  OldService() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~OldService() override { server_->Shutdown(); }
  AgentAddress address() const { return {fmt::format("127.0.0.1:{}", port_), "127.0.0.1"}; }

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST(Describe, TellsWhatAgentAndHostAre) {
  const TestAgent agent(SampleConfig());
  const AgentDescription description = Ask(agent.address(), {.clock_exchanges = 4});
  ASSERT_TRUE(description.status.ok()) << description.status;
  EXPECT_EQ(description.address, agent.address().address);
  const v1::DescribeResponse& response = description.response;
  EXPECT_EQ(response.agent_name(), "sample");
  EXPECT_EQ(response.agent_version(), kVersion);
  EXPECT_EQ(response.protocol_version(), kControlProtocolVersion);
  EXPECT_EQ(response.cores(), 3);
  EXPECT_EQ(response.host_cores(), 8);
  EXPECT_EQ(response.quota_cores(), 2.5);
  EXPECT_EQ(response.throttled_us(), 77);
  EXPECT_EQ(response.workers(), 2);
  EXPECT_EQ(response.means().max_clients(), 77);
  EXPECT_EQ(response.means().descriptors_soft(), 1000);
  EXPECT_EQ(response.means().descriptors_hard(), 2000);
  EXPECT_EQ(response.means().descriptors_in_use(), 9);
  EXPECT_EQ(response.means().ports(), 500);
  EXPECT_EQ(response.means().addresses(), 1);
  EXPECT_EQ(response.means().memory_available_bytes(), 1 << 30);
  EXPECT_EQ(response.source_addresses_size(), 2);
  EXPECT_EQ(response.busy_run_id(), "");
  EXPECT_EQ(response.target().reach(), Reach::REACH_UNSPECIFIED);
  // One host, one clock: what is left is the error.
  EXPECT_GT(description.clock_error_ns, 0);
  EXPECT_LE(std::abs(description.clock_offset_ns), description.clock_error_ns + kNsPerMs);
}

TEST(Describe, LooksAsFarAtTheTargetAsItIsAsked) {
  const TestAgent agent(SampleConfig());
  SilentListener server;
  DescribeOptions options;
  options.target = *ServerUrl::Parse("ws://" + server.address() + "/ws");
  EXPECT_EQ(Ask(agent.address(), options).response.target().reach(), Reach::REACH_UNSPECIFIED);
  options.depth = v1::DescribeRequest::DEPTH_RESOLVE;
  EXPECT_EQ(Ask(agent.address(), options).response.target().reach(), Reach::REACH_RESOLVED);
  options.depth = v1::DescribeRequest::DEPTH_CONNECT;
  const v1::TargetReport target = Ask(agent.address(), options).response.target();
  EXPECT_EQ(target.reach(), Reach::REACH_CONNECTED);
  EXPECT_THAT(target.addresses(), testing::ElementsAre("127.0.0.1"));
  server.Close();
  EXPECT_EQ(Ask(agent.address(), options).response.target().reach(), Reach::REACH_REFUSED);
  options.target = *ServerUrl::Parse("ws://no-such-host.invalid/ws");
  EXPECT_EQ(Ask(agent.address(), options).response.target().reach(), Reach::REACH_NOT_RESOLVED);
}

v1::DescribeRequest AskForUpgrade(const std::string& server, int64_t client) {
  RunPlan plan;
  plan.server = *ServerUrl::Parse(server);
  plan.jwt_key = kDemoJwtKey;
  plan.cipher_key = kDemoCipherKey;
  v1::DescribeRequest request;
  request.set_target(server);
  request.set_depth(v1::DescribeRequest::DEPTH_UPGRADE);
  *request.mutable_plan() = ToProto(plan);
  request.set_client(client);
  return request;
}

TEST(Describe, ReportsHowAClientOfTheRunFares) {
  AgentConfig config = SampleConfig();
  UpgradeReport found;
  std::vector<int64_t> asked;
  config.upgrade_probe = [&](const RunPlan& plan, int64_t client) {
    EXPECT_EQ(plan.server.url().path, "/ws");
    asked.push_back(client);
    return found;
  };
  const v1::DescribeRequest request = AskForUpgrade("ws://127.0.0.1:9/ws", 3);
  const auto reach = [&](const char* cause, const char* detail) {
    found = {cause, detail, 77};
    const v1::TargetReport target = Describe(config, request).target();
    EXPECT_EQ(target.cause(), cause);
    EXPECT_THAT(target.detail(), Not(HasSubstr("s3cret")));
    EXPECT_EQ(target.connect_us(), 77);
    return target.reach();
  };
  EXPECT_EQ(reach("", ""), Reach::REACH_UPGRADED);
  EXPECT_EQ(reach("refused", "connect: Connection refused"), Reach::REACH_REFUSED);
  EXPECT_EQ(reach("unreachable", "no route"), Reach::REACH_UNREACHABLE);
  EXPECT_EQ(reach("http_404", "not at ws://u:s3cret@h/"), Reach::REACH_NOT_UPGRADED);
  EXPECT_EQ(asked, (std::vector<int64_t>{3, 3, 3, 3}));
}

TEST(Describe, TriesNoServerThatItMayNotLoad) {
  AgentConfig config = SampleConfig();
  bool tried = false;
  config.upgrade_probe = [&](const RunPlan&, int64_t) {
    tried = true;
    return UpgradeReport{};
  };
  config.allowed_targets = *TargetList::Parse("10.0.0.1:9002");
  v1::DescribeRequest request = AskForUpgrade("ws://127.0.0.1:9/ws", 0);
  EXPECT_EQ(Describe(config, request).target().reach(), Reach::REACH_NOT_ALLOWED);
  request.set_target("ws://10.0.0.1:9002/ws");
  EXPECT_EQ(Describe(config, request).target().reach(), Reach::REACH_NOT_ALLOWED) << "the plan's server counts";
  request.set_client(-1);
  EXPECT_EQ(Describe(config, request).target().reach(), Reach::REACH_UNSPECIFIED);
  request.clear_plan();
  EXPECT_EQ(Describe(config, request).target().reach(), Reach::REACH_UNSPECIFIED);
  EXPECT_FALSE(tried);
}

TEST(Describe, AUrlThatNoControllerOfOursSendsIsCalledBad) {
  v1::DescribeRequest request;
  request.set_target("http://127.0.0.1/");
  EXPECT_EQ(Describe(SampleConfig(), request).target().reach(), Reach::REACH_BAD_URL);
}

TEST(Describe, GoesNowhereItMayNotGo) {
  AgentConfig config = SampleConfig();
  config.allowed_targets = *TargetList::Parse("10.0.0.1:9002");
  const TestAgent agent(std::move(config));
  const SilentListener server;
  DescribeOptions options;
  options.target = *ServerUrl::Parse("ws://" + server.address() + "/ws");
  options.depth = v1::DescribeRequest::DEPTH_CONNECT;
  const v1::TargetReport target = Ask(agent.address(), options).response.target();
  EXPECT_EQ(target.reach(), Reach::REACH_NOT_ALLOWED);
  EXPECT_EQ(target.addresses_size(), 0);
}

TEST(Describe, WantsTheTokenLikeEveryCall) {
  ServerSecurity security;
  security.token = "a-token-of-some-length";
  const TestAgent agent(SampleConfig(), security);
  const AgentDescription stranger = Ask(agent.address(), {});
  EXPECT_THAT(std::string(Text(stranger.status)), HasSubstr("token"));
  EXPECT_EQ(stranger.response.agent_name(), "");
  AgentAccess access;
  access.token = security.token;
  EXPECT_TRUE(Ask(agent.address(), {}, access).status.ok());
}

TEST(Describe, TheDeadlineHoldsWhateverTheAgentsDo) {
  const TestAgent good(SampleConfig());
  const SilentListener silent;
  SilentListener refusing;
  refusing.Close();
  const OldService old;
  DescribeOptions options;
  options.timeout_ns = 500 * kNsPerMs;
  const auto descriptions = DescribeAgents({{silent.address(), "127.0.0.1"},
                                            good.address(),
                                            {refusing.address(), "127.0.0.1"},
                                            {"no-such-host.invalid:7400", "no-such-host.invalid"},
                                            old.address()},
                                           AgentAccess{}, options);
  ASSERT_EQ(descriptions.size(), 5u);
  EXPECT_EQ(descriptions[0].status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(Text(descriptions[0].status)), HasSubstr("no answer"));
  EXPECT_TRUE(descriptions[1].status.ok()) << descriptions[1].status;
  EXPECT_THAT(std::string(Text(descriptions[2].status)), HasSubstr("connection refused; is wsload-agent running"));
  EXPECT_EQ(descriptions[3].status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(Text(descriptions[4].status)), HasSubstr("older"));
}

TEST(Describe, ManyAtOnceAreServedOrTurnedAwayNotLost) {
  const TestAgent agent(SampleConfig());
  const std::vector<AgentAddress> same(100, agent.address());
  int served = 0;
  for (const AgentDescription& description : DescribeAgents(same, AgentAccess{}, {})) {
    if (description.status.ok()) {
      ++served;
    } else {
      EXPECT_THAT(std::string(Text(description.status)), HasSubstr("try again"));
    }
  }
  EXPECT_GT(served, 0);
}

class CommandsTest : public ::testing::Test {
 protected:
  using Command = int (*)(const std::vector<std::string>&, const Environment&);

  /// What the command printed, and its exit code.
  static std::string Output(Command command, const std::vector<std::string>& args, int expected_code) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = command(args, {});
    const std::string printed = testing::internal::GetCapturedStdout() + testing::internal::GetCapturedStderr();
    EXPECT_EQ(code, expected_code) << printed;
    return printed;
  }
};

TEST_F(CommandsTest, AnotherControlProtocolIsRefusedBeforeTheRun) {
  const OtherVersion other;
  for (const Command command : {&RunCommand, &DoctorCommand}) {
    const std::string printed = Output(command, {"-agents=" + other.address(), "-clients=1", "-duration=1s"}, 1);
    EXPECT_THAT(printed, HasSubstr("agent " + other.address() + ": it is wsload 9.9.9 and speaks control protocol " +
                                   std::to_string(kControlProtocolVersion + 1)));
    EXPECT_THAT(printed, HasSubstr("install the same wsload version on both"));
  }
}

TEST_F(CommandsTest, AShareBeyondAnAgentsMeansIsRefusedBeforeTheRun) {
  const TestAgent agent(SampleConfig());
  const std::string flag = "-agents=" + agent.address().address;
  const std::string printed = Output(&RunCommand, {flag, "-clients=1001", "-server=ws://127.0.0.1:1/ws"}, 1);
  for (const char* part : {"-max-clients=77", "the limit is 1000; raise it (ulimit -n)", "the 500 connections that"}) {
    EXPECT_THAT(printed, HasSubstr(part));
  }
  EXPECT_THAT(Output(&DoctorCommand, {flag, "-clients=77"}, 0), HasSubstr("1 of 1 agents are ready"));
  // The name is looked up, as it may have more than one address; it does not.
  EXPECT_THAT(Output(&RunCommand, {flag, "-clients=1001", "-server=ws://localhost:1/ws"}, 1),
              HasSubstr("-local-addrs"));
}

TEST_F(CommandsTest, SourceAddressesMustBeTheAgents) {
  const TestAgent agent(SampleConfig());
  const std::string flag = "-agents=" + agent.address().address;
  // TEST-NET-3 is nobody's.
  for (const Command command : {&RunCommand, &DoctorCommand}) {
    const std::string printed = Output(command, {flag, "-local-addrs=127.0.0.2,203.0.113.1-203.0.113.9"}, 1);
    EXPECT_THAT(printed,
                HasSubstr("agent " + agent.address().address +
                          ": cannot connect from 203.0.113.1, 203.0.113.2, 203.0.113.3 and 6 more: not among the "
                          "host's addresses; add them to an interface (ip addr add)"));
  }
  EXPECT_THAT(Output(&DoctorCommand, {flag, "-clients=70", "-local-addrs=127.0.0.2-127.0.0.5"}, 0),
              HasSubstr("4 x 500 = 2000"));
}

TEST_F(CommandsTest, AnAgentsOwnSourceAddressesGoBeforeThePlans) {
  AgentConfig config = SampleConfig();
  config.local_addrs = *SourceList::Parse("127.0.0.2-127.0.0.4");
  const TestAgent agent(std::move(config));
  const std::string flag = "-agents=" + agent.address().address;
  EXPECT_THAT(Output(&DoctorCommand, {flag, "-clients=70"}, 0), HasSubstr("3 x 500 = 1500"));
  EXPECT_THAT(Output(&DoctorCommand, {flag, "-clients=70", "-local-addrs=203.0.113.1"}, 0),
              HasSubstr("3 x 500 = 1500"));
}

TEST_F(CommandsTest, ATargetThatAnAgentMayNotLoadIsRefusedBeforeTheRun) {
  AgentConfig config = SampleConfig();
  config.allowed_targets = *TargetList::Parse("gateway:9002");
  const TestAgent agent(std::move(config));
  const std::string printed =
      Output(&RunCommand, {"-agents=" + agent.address().address, "-server=ws://127.0.0.1:9/ws"}, 1);
  EXPECT_THAT(printed, HasSubstr("127.0.0.1:9"));
  EXPECT_THAT(printed, HasSubstr("-allow-target"));
}

TEST_F(CommandsTest, DoctorSpeaksChineseAndKnowsItsFlags) {
  const TestAgent agent(SampleConfig());
  const std::string flag = "-agents=" + agent.address().address;
  EXPECT_THAT(Output(&DoctorCommand, {flag, "-lang=zh"}, 0), HasSubstr("1 / 1 个压测节点可以执行本次压测"));
  EXPECT_THAT(Output(&DoctorCommand, {flag, "-clinets=5"}, 104), HasSubstr("-clients"));
  EXPECT_THAT(Output(&DoctorCommand, {"-help"}, 0), HasSubstr("wsload doctor [flags]"));
  EXPECT_THAT(Output(&DoctorCommand, {"-help", "-lang=zh"}, 0), HasSubstr("wsload doctor [参数]"));
}

}  // namespace
}  // namespace wsload
