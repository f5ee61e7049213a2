// Who gets in at an agent, and what the others are told: over real gRPC on loopback, with certificates as `wsload
// certs` makes them.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "agent/service/grpc_agent_server.h"
#include "agent/service/offenders.h"
#include "common/loop/asio_event_loop.h"
#include "common/plan/plan_proto.h"
#include "common/security/tls_probe.h"
#include "common/util/status.h"
#include "common/version.h"
#include "controller/certs/certificate_set.h"
#include "controller/link/grpc_agent_link.h"
#include "tests/support/fake_engine.h"
#include "tests/support/relay.h"
#include "wsload/v1/control.grpc.pb.h"

namespace wsload {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr std::chrono::seconds kDeadline{20};
constexpr char kToken[] = "0123456789abcdef0123456789abcdef";
constexpr char kOtherToken[] = "0123456789abcdef0123456789abcdeF";
constexpr char kLetIn[] = "let in";

const CertificateSet& Certificates() {
  static const CertificateSet made = *MakeCertificateSet({"load1"}, std::time(nullptr), 1);
  return made;
}
/// Those of somebody else.
const CertificateSet& Strangers() {
  static const CertificateSet made = *MakeCertificateSet({}, std::time(nullptr), 1);
  return made;
}
const CertificateSet& Expired() {
  static const CertificateSet made = *MakeCertificateSet({}, std::time(nullptr) - 3 * 24 * 3600, 1);
  return made;
}

ServerSecurity Tls() { return {.identity = Certificates().agent}; }
ServerSecurity MutualTls() {
  return {.identity = Certificates().agent, .client_ca_pem = Certificates().authority.cert_pem};
}
ServerSecurity TokenOnly() { return {.token = kToken}; }

AgentAccess TlsAccess() { return {.ca_pem = Certificates().authority.cert_pem}; }
AgentAccess MutualTlsAccess(const TlsIdentity& identity) {
  return {.ca_pem = Certificates().authority.cert_pem, .identity = identity};
}

class TestAgent {
 public:
  explicit TestAgent(const ServerSecurity& security, const std::string& allowed_targets = "")
      : thread_([this] { loop_.Run(); }) {
    AgentConfig config;
    config.name = "guarded";
    config.engine_factory = NewFakeEngineFactory(loop_, script_);
    if (!allowed_targets.empty()) config.allowed_targets = *TargetList::Parse(allowed_targets);
    auto listening = GrpcAgentServer::Listen(config, HostPort{"127.0.0.1", 0}, security);
    EXPECT_TRUE(listening.ok()) << listening.status();
    server_ = *std::move(listening);
  }
  ~TestAgent() {
    server_.reset();
    loop_.Stop();
    thread_.join();
  }

  const HostPort& address() const { return server_->address(); }

 private:
  AsioEventLoop loop_;
  std::thread thread_;
  FakeEngineScript script_;
  std::unique_ptr<GrpcAgentServer> server_;
};

/// One link, one message to the agent, one answer.
class Caller final : private AgentLinkObserver {
 public:
  Caller(const HostPort& agent, const AgentAccess& access, const std::string& host = "127.0.0.1")
      : link_(NewGrpcAgentLink({agent.ToString(), host}, access)) {}

  /// The agent's first message, or nothing and why().
  v1::AgentMessage Ask(const v1::ControllerMessage& message) {
    auto answer = answer_.get_future();
    link_->Open(this);
    link_->Send(message);
    const bool answered = answer.wait_for(kDeadline) == std::future_status::ready;
    EXPECT_TRUE(answered);
    return answered ? answer.get() : v1::AgentMessage();
  }
  const std::string& why() const { return why_; }

 private:
  void OnAgentMessage(v1::AgentMessage message) override { Answer(std::move(message)); }
  void OnLinkClosed(absl::Status status) override {
    if (answered_) return;
    why_ = Text(status);
    Answer({});
  }
  void Answer(v1::AgentMessage message) {
    if (!std::exchange(answered_, true)) answer_.set_value(std::move(message));
  }

  bool answered_ = false;
  std::string why_;
  std::promise<v1::AgentMessage> answer_;
  std::unique_ptr<AgentLink> link_;  ///< ends first
};

std::string Knock(const HostPort& agent, const AgentAccess& access, const std::string& host = "127.0.0.1") {
  Caller caller(agent, access, host);
  v1::ControllerMessage probe;
  probe.mutable_clock_probe()->set_sent_ns(1);
  return caller.Ask(probe).has_clock_reply() ? kLetIn : caller.why();
}

std::string Knock(const TestAgent& agent, const AgentAccess& access, const std::string& host = "127.0.0.1") {
  return Knock(agent.address(), access, host);
}

TEST(ControlSecurityTest, TlsKeepsStrangersAgentsOut) {
  const TestAgent agent(Tls());
  EXPECT_EQ(Knock(agent, TlsAccess()), kLetIn);
  EXPECT_EQ(Knock(agent, TlsAccess(), "localhost"), kLetIn);
  EXPECT_EQ(Knock(agent, TlsAccess(), "load1"), kLetIn) << "a name behind dns:///, dialled by its address";
  EXPECT_THAT(Knock(agent, TlsAccess(), "load2"), HasSubstr("its certificate is for another host"));
  EXPECT_THAT(Knock(agent, {.ca_pem = Strangers().authority.cert_pem}), HasSubstr("is not signed by -tls-ca"));
}

TEST(ControlSecurityTest, AnExpiredCertificateIsNamedAsSuch) {
  const TestAgent agent({.identity = Expired().agent});
  EXPECT_THAT(Knock(agent, {.ca_pem = Expired().authority.cert_pem}), HasSubstr("has expired"));
}

TEST(ControlSecurityTest, AControllersCertificateIsNoServers) {
  const TestAgent agent({.identity = Certificates().controller});
  EXPECT_NE(Knock(agent, TlsAccess()), kLetIn);
}

TEST(ControlSecurityTest, TlsOnOneSideOnlyIsSaid) {
  const TestAgent with_tls(Tls());
  EXPECT_THAT(Knock(with_tls, {}), HasSubstr("expects TLS; add -tls-ca"));
  const TestAgent without_tls({});
  EXPECT_THAT(Knock(without_tls, TlsAccess()), HasSubstr("does not speak TLS"));
}

TEST(ControlSecurityTest, MutualTlsLetsOnlyItsOwnControllersIn) {
  const TestAgent agent(MutualTls());
  EXPECT_EQ(Knock(agent, MutualTlsAccess(Certificates().controller)), kLetIn);
  EXPECT_THAT(Knock(agent, TlsAccess()), HasSubstr("wants a client certificate; add -tls-cert"));
  EXPECT_THAT(Knock(agent, {}), HasSubstr("expects TLS"));
  const std::string not_accepted = "does not accept the certificate in -tls-cert";
  EXPECT_THAT(Knock(agent, MutualTlsAccess(Strangers().controller)), HasSubstr(not_accepted));
  EXPECT_THAT(Knock(agent, MutualTlsAccess(Certificates().agent)), HasSubstr(not_accepted))
      << "an agent that was broken into must not command the others";
  EXPECT_EQ(Knock(agent, MutualTlsAccess(Certificates().controller)), kLetIn) << "after all of these";
}

TEST(ControlSecurityTest, MutualTlsKnowsAnExpiredController) {
  ServerSecurity security = Tls();
  security.client_ca_pem = Expired().authority.cert_pem;
  const TestAgent agent(security);
  EXPECT_THAT(Knock(agent, MutualTlsAccess(Expired().controller)), HasSubstr("does not accept the certificate"));
}

TEST(ControlSecurityTest, TheTokenCountsOnEveryStream) {
  const TestAgent agent(TokenOnly());
  EXPECT_EQ(Knock(agent, {.token = kToken}), kLetIn);
  EXPECT_THAT(Knock(agent, {}), HasSubstr("wants a token; add -token-file"));
  for (const std::string wrong : {kOtherToken, "0123456789abcdef", "0123456789abcdef0123456789abcdef0"}) {
    EXPECT_THAT(Knock(agent, {.token = wrong}), HasSubstr("refused the token; is -token-file the same on both sides?"));
  }
  EXPECT_EQ(Knock(agent, {.token = kToken}), kLetIn);
}

TEST(ControlSecurityTest, WhoGuessesTokensIsSlowedDownAndNobodyElse) {
  const TestAgent agent(TokenOnly());
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  const auto until_answer_has = [&](const std::string& token, const std::string& part) {
    std::string answer;
    while (answer.find(part) == std::string::npos && std::chrono::steady_clock::now() < deadline) {
      answer = Knock(agent, {.token = token});
    }
    EXPECT_THAT(answer, HasSubstr(part));
  };
  until_answer_has(kOtherToken, "looks at no token from this host for a while");
  const Relay another_host("127.0.0.2", agent.address().port);
  EXPECT_EQ(Knock({"127.0.0.1", another_host.port()}, {.token = kToken}), kLetIn);
  until_answer_has(kToken, kLetIn);
}

TEST(ControlSecurityTest, ATokenNobodyAskedForDoesNoHarm) {
  const TestAgent agent({});
  EXPECT_EQ(Knock(agent, {.token = kToken}), kLetIn);
}

TEST(ControlSecurityTest, MutualTlsAndTokenAreBothNeeded) {
  ServerSecurity security = MutualTls();
  security.token = kToken;
  const TestAgent agent(security);
  AgentAccess access = MutualTlsAccess(Certificates().controller);
  EXPECT_THAT(Knock(agent, access), HasSubstr("wants a token"));
  access.token = kToken;
  EXPECT_EQ(Knock(agent, access), kLetIn);
  access.identity = {};
  EXPECT_THAT(Knock(agent, access), HasSubstr("wants a client certificate"));
}

TEST(ControlSecurityTest, WithoutTheTokenNothingOfAMessageIsLookedAt) {
  const TestAgent agent(TokenOnly());
  auto stub = v1::Agent::NewStub(grpc::CreateChannel(agent.address().ToString(), grpc::InsecureChannelCredentials()));
  // More than the agent would serve at a time: strangers take nobody's place.
  for (int i = 0; i < 200; ++i) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kDeadline);
    const auto stream = stub->Run(&context);
    v1::ControllerMessage flood;
    flood.mutable_assign()->set_run_id(std::string(100'000, 'x'));
    stream->Write(flood);
    v1::AgentMessage none;
    EXPECT_FALSE(stream->Read(&none));
    // Who does not stop is cut off in the end.
    EXPECT_THAT(stream->Finish().error_code(), AnyOf(grpc::StatusCode::UNAUTHENTICATED, grpc::StatusCode::UNAVAILABLE));
  }
  // He came from where the rightful caller comes from, who waits with him.
  stub.reset();
  std::this_thread::sleep_for(std::chrono::nanoseconds(Offenders::kIntervalNs) + std::chrono::milliseconds(200));
  EXPECT_EQ(Knock(agent, {.token = kToken}), kLetIn);
}

TEST(ControlSecurityTest, AServerThatIsNotOnTheListIsNotLoaded) {
  const TestAgent agent({}, "gateway:9002,127.0.0.1");
  RunPlan plan;
  plan.cipher_key = kDemoCipherKey;
  plan.jwt_key = kDemoJwtKey;
  const auto ask = [&](const std::string& server) {
    plan.server = *ServerUrl::Parse(server);
    v1::ControllerMessage message;
    message.mutable_assign()->set_run_id("run-1");
    message.mutable_assign()->set_protocol_version(kControlProtocolVersion);
    *message.mutable_assign()->mutable_plan() = ToProto(plan);
    *message.mutable_assign()->mutable_slice() = ToProto(WholeRun(plan));
    return Caller(agent.address(), {}).Ask(message);
  };
  for (const char* server : {"ws://gateway:9003/ws", "ws://elsewhere:9002/ws", "wss://gateway/ws", "ws://[::1]:9002/",
                             "ws://10.0.0.1:9002/ws?host=gateway:9002"}) {
    const v1::AgentMessage answer = ask(server);
    ASSERT_TRUE(answer.has_refused()) << server;
    EXPECT_EQ(answer.refused().code(), v1::Refused::CODE_TARGET_NOT_ALLOWED) << server;
    EXPECT_THAT(answer.refused().message(), HasSubstr("add it to the agent's -allow-target")) << server;
  }
  EXPECT_TRUE(ask("ws://Gateway:9002/ws").has_accepted());
}

TEST(TlsProbeTest, TellsListenersApart) {
  const TestAgent with_tls(Tls());
  const TestAgent with_mutual_tls(MutualTls());
  const TestAgent without_tls({});
  constexpr int64_t kTimeoutNs = 10 * kNsPerSecond;
  EXPECT_EQ(ProbeTls(with_tls.address(), {}, kTimeoutNs), TlsProbe::kOpen);
  EXPECT_EQ(ProbeTls(with_mutual_tls.address(), {}, kTimeoutNs), TlsProbe::kRejected);
  EXPECT_EQ(ProbeTls(with_mutual_tls.address(), {.identity = Certificates().controller}, kTimeoutNs), TlsProbe::kOpen);
  EXPECT_EQ(ProbeTls(without_tls.address(), {}, kTimeoutNs), TlsProbe::kNoTls);
  EXPECT_EQ(ProbeTls({"127.0.0.1", 1}, {}, kTimeoutNs), TlsProbe::kUnreachable);
  EXPECT_EQ(ProbeTls({"no-such-host.invalid", 1}, {}, kTimeoutNs), TlsProbe::kUnreachable);
}

}  // namespace
}  // namespace wsload
