// Whoever reaches an agent's port, or answers as an agent, without the right to: what he may take of memory, threads
// and descriptors, and that the rightful caller is answered meanwhile.
#include "tests/e2e/stranger.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/version.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/e2e/cluster.h"
#include "tests/hostile/bounds.h"
#include "tests/hostile/sanitized.h"
#include "wsload/v1/control.grpc.pb.h"

namespace wsload::hostile {
namespace {

using e2e::Stranger;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr char kToken[] = "strangers-token-0123456789";
// An agent that does nothing has some 20 MiB, most of it libraries.
constexpr int64_t kSmall = (kSanitized ? 1024 : 256) << 20;
// Of one byte: next to nothing when compressed. Larger ones say no more, and take their time to make.
constexpr size_t kBombBytes = 32 << 20;
// More than the controller may have.
constexpr size_t kAnswerBytes = 320 << 20;
// A second or two, on a machine that does nothing else.
constexpr milliseconds kSoon = seconds(6);

/// Where strangers come from who misbehave: 127.0.0.66, and not where the rightful caller comes from.
constexpr uint32_t kElsewhere = 0x7f000042;

/// As RFC 9113, section 4.1 has it.
std::string Http2Frame(uint8_t type, uint8_t flags, uint32_t stream, const std::string& payload = {}) {
  std::string frame;
  for (const int shift : {16, 8, 0}) frame += static_cast<char>(payload.size() >> shift);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>(stream >> shift);
  return frame + payload;
}

std::string Begin() { return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Http2Frame(4, 0, 0); }

/// RFC 7541, section 6.2.2.
std::string Field(const std::string& name, const std::string& value) {
  return std::string(1, '\0') + static_cast<char>(name.size()) + name + static_cast<char>(value.size()) + value;
}

/// The headers of a call: POST and http are of the static table.
std::string Headers(const std::string& method) {
  return "\x83\x86" + Field(":path", method) + Field(":authority", "a") + Field("te", "trailers") +
         Field("content-type", "application/grpc");
}

/// An agent with a token and little memory.
class StrangerTest : public testing::Test {
 protected:
  StrangerTest() : token_flag_("-token-file=" + dir_.Write("token", kToken)) {}

  void StartAgent(const std::string& shell = "") {
    e2e::Host host = limit_.host();
    for (const char* word : {"/bin/sh", "-c"}) host.command.emplace_back(word);
    host.command.push_back(shell + "exec \"$0\" \"$@\"");
    agent_ = std::make_unique<e2e::Agent>(std::vector<std::string>{token_flag_}, host);
    const std::string& address = agent_->address();
    port_ = static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  }

  std::vector<std::string> Rightful() const { return {"-agents=" + agent_->address(), token_flag_}; }

  void ExpectAnswer() {
    const auto time = TimeToAnswer(Rightful());
    ASSERT_TRUE(time.has_value()) << "the rightful caller gets no answer";
    EXPECT_LT(*time, kSoon);
    slowest_answer_ = std::max(slowest_answer_, *time);
  }

  /// It lives, answers, has kept within its bounds, and counts right.
  void ExpectUnharmed() {
    ExpectAnswer();
    const Use use = UseOf(agent_->process().pid());
    EXPECT_LT(use.peak_rss_bytes, kSmall);
    if (Long()) {
      printf("peak %d MiB, threads %d, slowest answer %d ms\n", static_cast<int>(use.peak_rss_bytes >> 20), use.threads,
             static_cast<int>(slowest_answer_.count()));
    }
    e2e::Gateway gateway;
    std::vector<std::string> flags = Rightful();
    flags.insert(flags.end(), {"-clients=4", "-mps=20", "-duration=1s", "-ramp-up=100ms", "-server=" + gateway.url()});
    const e2e::Outcome run = e2e::RunController(flags);
    ASSERT_FALSE(run.result.is_null()) << run.out << run.err;
    e2e::ExpectConserved(run.result);
    EXPECT_EQ(run.result.at("totals").at("success"), 20) << run.out << run.err;
    gateway.Stop();
  }

  std::shared_ptr<grpc::Channel> Channel() const {
    return grpc::CreateChannel(agent_->address(), grpc::InsecureChannelCredentials());
  }

  const e2e::TempDir dir_;
  const std::string token_flag_;
  const MemoryLimit limit_{kSmall};
  std::unique_ptr<e2e::Agent> agent_;
  uint16_t port_ = 0;
  milliseconds slowest_answer_{0};
};

void Prepare(grpc::ClientContext& context, bool compressed) {
  context.set_deadline(std::chrono::system_clock::now() + seconds(20));
  if (compressed) context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
}

/// How a call of any method ends, with an empty message.
grpc::Status Call(const std::shared_ptr<grpc::Channel>& channel, const std::string& method) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  Prepare(context, false);
  grpc::ByteBuffer request{new grpc::Slice(std::string()), 1};
  grpc::ByteBuffer response;
  std::promise<grpc::Status> ended;
  stub.UnaryCall(&context, method, grpc::StubOptions(), &request, &response,
                 [&ended](grpc::Status status) { ended.set_value(std::move(status)); });
  return ended.get_future().get();
}

TEST_F(StrangerTest, CompressedMessagesAreRefusedUnopened) {
  StartAgent();
  const std::string bomb(kBombBytes, '0');
  const int64_t before = UseOf(agent_->process().pid()).peak_rss_bytes;
  {
    grpc::ClientContext context;
    Prepare(context, true);
    grpc::health::v1::HealthCheckRequest request;
    grpc::health::v1::HealthCheckResponse response;
    request.set_service(bomb);
    const grpc::Status status = grpc::health::v1::Health::NewStub(Channel())->Check(&context, request, &response);
    EXPECT_THAT(status.error_message(), HasSubstr("Compression algorithm 'gzip' is disabled"));
  }
  for (const bool with_token : {false, true}) {
    const auto stub = v1::Agent::NewStub(Channel());
    grpc::ClientContext describe;
    Prepare(describe, true);
    if (with_token) describe.AddMetadata("authorization", std::string("Bearer ") + kToken);
    v1::DescribeRequest request;
    v1::DescribeResponse response;
    request.set_target(bomb);
    EXPECT_FALSE(stub->Describe(&describe, request, &response).ok());
    grpc::ClientContext run;
    Prepare(run, true);
    if (with_token) run.AddMetadata("authorization", std::string("Bearer ") + kToken);
    const auto stream = stub->Run(&run);
    v1::ControllerMessage message;
    message.mutable_assign()->set_run_id(bomb);
    stream->Write(message);
    EXPECT_FALSE(stream->Finish().ok());
  }
  if (!kSanitized) {
    EXPECT_LT(UseOf(agent_->process().pid()).peak_rss_bytes, before + static_cast<int64_t>(kBombBytes) / 2);
  }
  ExpectUnharmed();
}

/// An agent whose answers are small on the wire.
class BombAgent final : public v1::Agent::Service {
 public:
  explicit BombAgent(bool bomb_of_describe) : bomb_of_describe_(bomb_of_describe) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~BombAgent() override { server_->Shutdown(std::chrono::system_clock::now() + seconds(1)); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  grpc::Status Describe(grpc::ServerContext* context, const v1::DescribeRequest*,
                        v1::DescribeResponse* response) override {
    response->set_agent_name("bomb");
    response->set_agent_version(kVersion);
    response->set_protocol_version(kControlProtocolVersion);
    response->set_cores(1);
    if (bomb_of_describe_) {
      context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
      response->set_agent_name(std::string(kAnswerBytes, '0'));
    }
    return grpc::Status::OK;
  }

  grpc::Status Run(grpc::ServerContext* context,
                   grpc::ServerReaderWriter<v1::AgentMessage, v1::ControllerMessage>* stream) override {
    context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
    v1::AgentMessage message;
    message.mutable_refused()->set_message(std::string(kAnswerBytes, '0'));
    stream->Write(message);
    return grpc::Status::OK;
  }

  const bool bomb_of_describe_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST(HostileAgent, CompressedAnswersAreRefusedUnopened) {
  for (const bool of_describe : {true, false}) {
    const BombAgent agent(of_describe);
    const MemoryLimit limit(kSmall);
    const e2e::Outcome run =
        e2e::RunController({"-agents=" + agent.address(), "-check-server=false", "-clients=1"}, limit.host());
    EXPECT_EQ(run.exit_code, 1) << run.out << run.err;
    EXPECT_THAT(run.err, HasSubstr("sends compressed messages"));
  }
}

TEST_F(StrangerTest, ThereIsNothingBesideTheAgentAndItsHealthCheck) {
  StartAgent();
  for (const char* method :
       {"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "/grpc.health.v1.Health/Watch", "/no/such"}) {
    EXPECT_EQ(Call(Channel(), method).error_code(), grpc::StatusCode::UNIMPLEMENTED) << method;
  }
  const auto health = grpc::health::v1::Health::NewStub(Channel());
  for (const auto& [service, code] : {std::pair("", grpc::StatusCode::OK),
                                      {"wsload.v1.Agent", grpc::StatusCode::OK},
                                      {"other", grpc::StatusCode::NOT_FOUND}}) {
    grpc::ClientContext context;
    Prepare(context, false);
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    grpc::health::v1::HealthCheckResponse response;
    EXPECT_EQ(health->Check(&context, request, &response).error_code(), code) << service;
    if (code != grpc::StatusCode::OK) continue;
    EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);
  }
  const e2e::Agent open;
  const auto channel = grpc::CreateChannel(open.address(), grpc::InsecureChannelCredentials());
  EXPECT_EQ(Call(channel, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo").error_code(),
            grpc::StatusCode::UNIMPLEMENTED)
      << "not without a token either";
}

TEST_F(StrangerTest, ConnectionsThatAreHeldLockNobodyOut) {
  StartAgent("ulimit -n 200; ");
  std::vector<std::unique_ptr<Stranger>> held;
  for (int i = 0; i < 300; ++i) {
    held.push_back(std::make_unique<Stranger>(port_));
    ASSERT_TRUE(held.back()->connected());
    if (i % 3 == 0) continue;
    held.back()->Send(Begin());
    // An empty message of a stream that would never end.
    if (i % 3 == 1) {
      held.back()->Send(Http2Frame(1, 4, 1, Headers("/grpc.health.v1.Health/Watch")) +
                        Http2Frame(0, 0, 1, std::string(5, '\0')));
    }
  }
  ExpectAnswer();
  EXPECT_LT(UseOf(agent_->process().pid()).descriptors, 120);
  EXPECT_LT(UseOf(agent_->process().pid()).threads, 40);
  ExpectUnharmed();
}

/// Opens streams of `method` and resets each at once, `streams` of them or until it is cut off; how many it was.
int Reset(uint16_t port, const std::string& method, int streams, uint32_t from) {
  Stranger stranger(port, Stranger::Transport::kPlain, from);
  std::string batch = Begin();
  const std::string headers = Headers(method);
  int sent = 0;
  while (sent < streams) {
    for (int i = 0; i < 500; ++i, ++sent) {
      const uint32_t stream = 2 * static_cast<uint32_t>(sent) + 1;
      batch += Http2Frame(1, 4, stream, headers) + Http2Frame(3, 0, stream, std::string("\0\0\0\x08", 4));
    }
    if (!stranger.Send(batch)) break;
    batch.clear();
  }
  return sent;
}

constexpr const char* kMethods[] = {"/wsload.v1.Agent/Run", "/wsload.v1.Agent/Describe", "/grpc.health.v1.Health/Check",
                                    "/no/such"};

TEST_F(StrangerTest, StreamsThatAreResetAtOnceAreFew) {
  StartAgent();
  uint32_t from = kElsewhere;
  for (const char* method : kMethods) {
    EXPECT_LT(Reset(port_, method, 200'000, from++), 200'000) << method;
    ExpectAnswer();
  }
  ExpectUnharmed();
}

TEST_F(StrangerTest, WhoComesBackAgainAndAgainIsServedNowAndThen) {
  StartAgent();
  std::atomic<bool> over = false;
  std::atomic<int> connections = 0;
  std::vector<std::thread> attackers;
  for (const char* method : kMethods) {
    attackers.emplace_back([this, method, &over, &connections] {
      for (; !over; ++connections) Reset(port_, method, 200'000, kElsewhere);
    });
  }
  // As fast as the cores let them, and these are the agent's too.
  const auto until = std::chrono::steady_clock::now() + (Long() ? seconds(60) : seconds(3));
  do {
    ExpectAnswer();
  } while (std::chrono::steady_clock::now() < until);
  over = true;
  for (std::thread& attacker : attackers) attacker.join();
  EXPECT_GT(connections, 10);
  ExpectUnharmed();
}

TEST_F(StrangerTest, WhoSendsMuchIsCutOff) {
  StartAgent();
  std::string much = Begin();
  for (int i = 0; i < 20'000; ++i) much += Http2Frame(6, 0, 0, "pingping");
  const auto deadline = std::chrono::steady_clock::now() + seconds(10);
  uint32_t from = kElsewhere;
  for (const std::string& bytes : {much, Begin() + Http2Frame(1, 0, 1, Headers("/no/such")) + [] {
                                     std::string more;
                                     for (int i = 0; i < 100; ++i)
                                       more += Http2Frame(9, 0, 1, std::string(16'000, '\0'));
                                     return more;
                                   }()}) {
    Stranger stranger(port_, Stranger::Transport::kPlain, from++);
    stranger.Send(bytes);
    EXPECT_TRUE(stranger.AwaitClose(deadline));
  }
  ExpectUnharmed();
}

TEST_F(StrangerTest, WhoDoesNothingIsNotWaitedFor) {
  if (!Long()) GTEST_SKIP() << "takes more than a minute";
  StartAgent();
  Stranger idle(port_);
  Stranger asking(port_);
  idle.Send(Begin());
  asking.Send(Begin() + Http2Frame(1, 4, 1, Headers("/grpc.health.v1.Health/Check")));
  const auto deadline = std::chrono::steady_clock::now() + seconds(90);
  EXPECT_TRUE(idle.AwaitClose(deadline));
  EXPECT_TRUE(asking.AwaitClose(deadline)) << "it never sent the call's message";
  ExpectUnharmed();
}

}  // namespace
}  // namespace wsload::hostile
