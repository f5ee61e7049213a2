// An agent that means harm to its controller: it speaks the protocol, and lies.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/stats/stats_proto.h"
#include "common/time/clock.h"
#include "common/version.h"
#include "tests/e2e/cluster.h"
#include "tests/hostile/bounds.h"
#include "wsload/v1/control.grpc.pb.h"

namespace wsload::hostile {
namespace {

using e2e::Int;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr int64_t kMostBytes = 400 << 20;

/// The stream of one run, once its load has been started.
class Stream {
 public:
  using Wire = grpc::ServerReaderWriter<v1::AgentMessage, v1::ControllerMessage>;

  explicit Stream(Wire& wire) : wire_(wire) {}

  /// With the next number. False: the controller has had enough.
  bool Report(v1::Report report) {
    v1::AgentMessage message;
    report.set_seq(++reports_);
    *message.mutable_report() = std::move(report);
    return wire_.Write(message);
  }
  bool Send(const v1::AgentMessage& message) { return wire_.Write(message); }
  uint64_t reports() const { return reports_; }

 private:
  Wire& wire_;
  uint64_t reports_ = 0;
};

v1::Report ReportOf(const Stats& stats, int64_t interval = 0) {
  v1::Report report;
  report.set_phase(v1::PHASE_MEASURE);
  report.set_interval_index(interval);
  *report.mutable_delta() = ToProto(stats);
  return report;
}

class HostileAgent final : public v1::Agent::Service {
 public:
  using Attack = std::function<void(Stream&)>;

  /// Well-behaved until the load begins.
  explicit HostileAgent(Attack attack, std::function<void(v1::DescribeResponse&)> lie = nullptr)
      : attack_(std::move(attack)), lie_(std::move(lie)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~HostileAgent() override { server_->Shutdown(std::chrono::system_clock::now() + seconds(1)); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  grpc::Status Describe(grpc::ServerContext*, const v1::DescribeRequest*, v1::DescribeResponse* response) override {
    response->set_agent_name("hostile");
    response->set_agent_version(kVersion);
    response->set_protocol_version(kControlProtocolVersion);
    response->set_cores(2);
    response->set_agent_unix_ns(SystemClock().UnixNs());
    response->mutable_target()->set_reach(v1::TargetReport::REACH_UPGRADED);
    if (lie_) lie_(*response);
    return grpc::Status::OK;
  }

  grpc::Status Run(grpc::ServerContext*, Stream::Wire* wire) override {
    v1::ControllerMessage received;
    int64_t clients = 0;
    while (wire->Read(&received)) {
      v1::AgentMessage answer;
      if (received.has_clock_probe()) {
        answer.mutable_clock_reply()->set_sent_ns(received.clock_probe().sent_ns());
        answer.mutable_clock_reply()->set_agent_mono_ns(SystemClock().MonoNs());
      } else if (received.has_assign()) {
        clients = received.assign().slice().clients().count();
        answer.mutable_accepted()->set_agent_name("hostile");
        answer.mutable_accepted()->set_workers(1);
        answer.mutable_accepted()->set_cores(2);
      } else if (received.has_connect()) {
        answer.mutable_ready()->set_opened(clients);
      } else if (received.has_start()) {
        Stream stream(*wire);
        attack_(stream);
        continue;
      } else {
        continue;
      }
      wire->Write(answer);
    }
    return grpc::Status::OK;
  }

  const Attack attack_;
  const std::function<void(v1::DescribeResponse&)> lie_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

/// A controller with one honest agent and the hostile one; the honest one's load goes on without the other.
class HostileAgentTest : public testing::Test {
 protected:
  void Run(const HostileAgent& hostile) {
    std::vector<std::string> command = {e2e::Binary("wsload"),
                                        e2e::AgentsFlag(honest_) + "," + hostile.address(),
                                        "-clients=10",
                                        "-mps=100",
                                        "-duration=4s",
                                        "-ramp-up=100ms",
                                        "-on-agent-loss=continue",
                                        "-agent-lease=1s",
                                        "-server=" + gateway_.url(),
                                        "-out=" + out_.path()};
    Process controller(command);
    std::optional<int> exit_code;
    const auto deadline = std::chrono::steady_clock::now() + seconds(60);
    while (!exit_code && std::chrono::steady_clock::now() < deadline) {
      peak_rss_bytes_ = std::max(peak_rss_bytes_, UseOf(controller.pid()).peak_rss_bytes);
      exit_code = controller.Wait(milliseconds(50));
    }
    text_ = controller.out() + controller.err();
    ASSERT_THAT(exit_code, testing::AnyOf(102, 103)) << text_;
    std::ifstream file(out_.path() + "/result.json");
    result_ = nlohmann::json::parse(file);
  }

  /// It is given up with the line, and nothing of it is anywhere.
  void ExpectGivenUp(const std::string& why) {
    ASSERT_FALSE(result_.is_null());
    EXPECT_LT(peak_rss_bytes_, kMostBytes);
    EXPECT_THAT(text_, HasSubstr(why));
    e2e::ExpectConserved(result_);
    EXPECT_EQ(result_.at("agents").at(1).at("state"), "lost");
    EXPECT_THAT(result_.at("agents").at(1).at("state_detail").get<std::string>(), HasSubstr(why));
    EXPECT_EQ(Int(result_.at("agents").at(0), "/totals/success"), 200) << "the honest one's counts are whole";
    EXPECT_EQ(Int(result_, "/totals/scheduled") + e2e::Missing(result_), 400);
    EXPECT_LT(result_.at("series").size(), 40u);
    EXPECT_EQ(Int(gateway_.Stop(), "/messages/upstream"), 200);
  }

  e2e::Gateway gateway_;
  std::vector<std::unique_ptr<e2e::Agent>> honest_ = e2e::StartAgents(1);
  const e2e::TempDir out_;
  std::string text_;
  nlohmann::json result_;
  int64_t peak_rss_bytes_ = 0;
};

TEST_F(HostileAgentTest, IntervalsOfTheFuture) {
  const HostileAgent hostile([](Stream& stream) {
    for (int64_t i = 0; i < 1'000'000 && stream.Report(ReportOf({}, i)); ++i) {
    }
  });
  Run(hostile);
  ExpectGivenUp("which cannot have begun yet");
}

TEST_F(HostileAgentTest, MoreEndsThanMessages) {
  const HostileAgent hostile([](Stream& stream) {
    Stats stats;
    stats.counters.success = 999'970;
    stream.Report(ReportOf(stats));
  });
  Run(hostile);
  ExpectGivenUp("it reports the impossible: 999970 ends of messages of 0 messages");
  EXPECT_THAT(text_, Not(HasSubstr("-9999")));
}

TEST_F(HostileAgentTest, MessagesThatAreNotItsOwn) {
  const HostileAgent hostile([](Stream& stream) {
    Stats stats;
    stats.counters.scheduled = stats.counters.success = 1'000'000'000'000;
    stream.Report(ReportOf(stats));
  });
  Run(hostile);
  ExpectGivenUp("messages of ");
}

TEST_F(HostileAgentTest, AStatusThatDoesNotExist) {
  const HostileAgent hostile([](Stream& stream) {
    Stats stats;
    stats.counters.connections = {.attempted = 5, .failed = 5};
    v1::Report report = ReportOf(stats);
    (*report.mutable_delta()->mutable_counters()->mutable_connections()->mutable_failures())["http_-99999"] = 5;
    stream.Report(report);
  });
  Run(hostile);
  ExpectGivenUp("a cause that is no name");
}

TEST_F(HostileAgentTest, WorkersWithMoreTimeThanThereWas) {
  const HostileAgent hostile([](Stream& stream) {
    v1::Report report = ReportOf({});
    report.add_workers()->set_wall_us(int64_t{1} << 52);
    stream.Report(report);
  });
  Run(hostile);
  ExpectGivenUp("a worker's wall_us of 4503599627370496");
}

TEST_F(HostileAgentTest, AFloodOfLargeReports) {
  const HostileAgent hostile([](Stream& stream) {
    v1::Report report = ReportOf({});
    v1::Histogram& histogram = *report.mutable_delta()->mutable_response();
    histogram.mutable_index_gaps()->Resize(1'000'000, 1);
    histogram.mutable_counts()->Resize(1'000'000, 1);
    for (int i = 0; i < 500 && stream.Report(report); ++i) {
    }
  });
  Run(hostile);
  ExpectGivenUp("broke the control protocol");
}

TEST_F(HostileAgentTest, TextsThatAreNoTexts) {
  const HostileAgent hostile([](Stream& stream) {
    v1::AgentMessage message;
    message.mutable_refused()->set_message(std::string(100'000, '\x1b') + "[2J\r\n\xc2\x9b");
    stream.Send(message);
  });
  Run(hostile);
  ExpectGivenUp("\\x1b\\x1b");
  EXPECT_EQ(text_.find('\x1b'), std::string::npos);
  EXPECT_LT(text_.size(), 20'000u);
}

TEST(HostileDescription, IsNotBelieved) {
  const e2e::Gateway gateway;
  const HostileAgent hostile([](Stream&) {},
                             [](v1::DescribeResponse& response) {
                               response.set_cores(-5);
                               response.set_quota_cores(std::numeric_limits<double>::infinity());
                               response.set_throttled_us(std::numeric_limits<int64_t>::max());
                             });
  for (const char* command : {"doctor", "run"}) {
    Process controller({e2e::Binary("wsload"), command, "-agents=" + hostile.address(), "-server=" + gateway.url()});
    EXPECT_EQ(controller.Wait(seconds(30)), 1) << command;
    const std::string text = controller.out() + controller.err();
    EXPECT_THAT(text, HasSubstr("it tells the impossible of itself: cores -5")) << command;
    EXPECT_THAT(text, Not(HasSubstr("inf"))) << command;
  }
}

}  // namespace
}  // namespace wsload::hostile
