#include "controller/link/describe_agents.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <latch>
#include <memory>
#include <utility>

#include "common/time/clock.h"
#include "common/time/deadline.h"
#include "common/util/local_error.h"
#include "controller/link/grpc_channel.h"
#include "wsload/v1/control.grpc.pb.h"

namespace wsload {
namespace {

/// One agent's exchanges, one after the other. gRPC's deadline ends every one of them.
class Conversation {
 public:
  Conversation(const AgentAddress& agent, size_t position, const AgentAccess& access, AgentDescription& description,
               const DescribeOptions& options, std::chrono::system_clock::time_point deadline, std::latch& through)
      : agent_(agent),
        position_(position),
        access_(access),
        description_(description),
        options_(options),
        deadline_(deadline),
        through_(through),
        exchanges_left_(std::max(1, options.clock_exchanges)),
        stub_(v1::Agent::NewStub(NewAgentChannel(agent, access))) {}

  void Ask() {
    --exchanges_left_;
    context_ = std::make_unique<grpc::ClientContext>();
    context_->set_deadline(deadline_);
    ShowToken(access_, *context_);
    request_ = ToProto(options_, position_);
    // The target with the last one, since it takes its time.
    if (exchanges_left_ > 0) {
      request_.clear_target();
      request_.clear_plan();
    }
    sent_mono_ns_ = SystemClock().MonoNs();
    sent_unix_ns_ = SystemClock().UnixNs();
    stub_->async()->Describe(context_.get(), &request_, &response_,
                             [this](const grpc::Status& status) { HandleAnswer(status); });
  }

 private:
  void HandleAnswer(const grpc::Status& status) {
    if (!status.ok()) {
      description_.status = ToStatus(status);
      return through_.count_down();
    }
    EstimateClock();
    description_.response = response_;
    if (exchanges_left_ == 0) return through_.count_down();
    Ask();
  }

  absl::Status ToStatus(const grpc::Status& status) const {
    const bool compressed = status.error_message().find("Compression algorithm") != std::string::npos;
    if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED && !compressed) {
      return LocalStatus(
          absl::StatusCode::kUnavailable,
          FillLocal({"what listens there is no wsload-agent, or an older one; check the port, and install the same "
                     "wsload version on both",
                     "在那里监听的不是 wsload-agent，或版本过旧；请检查端口，并在两端安装相同版本的 wsload"}));
    }
    if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
      return LocalStatus(
          absl::StatusCode::kUnavailable,
          FillLocal({"no answer within {:g} s; check the address, that the agent is not stopped, and that no "
                     "firewall is between",
                     "{:g} 秒内没有应答；请检查地址、压测节点是否被暂停，以及中间的防火墙"},
                    static_cast<double>(options_.timeout_ns) / kNsPerSecond));
    }
    return ToUserStatus(status, agent_, access_);
  }

  /// The answer's way is taken to be as long as the question's; where it is not, the error is at most half of both.
  void EstimateClock() {
    const int64_t round_trip_ns = SystemClock().MonoNs() - sent_mono_ns_;
    if (best_round_trip_ns_ >= 0 && round_trip_ns >= best_round_trip_ns_) return;
    best_round_trip_ns_ = round_trip_ns;
    // Wraps instead of overflowing on what an agent may claim.
    description_.clock_offset_ns = static_cast<int64_t>(static_cast<uint64_t>(response_.agent_unix_ns()) -
                                                        static_cast<uint64_t>(sent_unix_ns_ + round_trip_ns / 2));
    description_.clock_error_ns = round_trip_ns / 2;
  }

  const AgentAddress& agent_;
  const size_t position_;
  const AgentAccess& access_;
  AgentDescription& description_;
  const DescribeOptions& options_;
  const std::chrono::system_clock::time_point deadline_;
  std::latch& through_;
  int exchanges_left_;
  const std::unique_ptr<v1::Agent::Stub> stub_;
  std::unique_ptr<grpc::ClientContext> context_;
  v1::DescribeRequest request_;
  v1::DescribeResponse response_;
  int64_t sent_mono_ns_ = 0;
  int64_t sent_unix_ns_ = 0;
  int64_t best_round_trip_ns_ = -1;
};

}  // namespace

std::vector<AgentDescription> DescribeAgents(const std::vector<AgentAddress>& agents, const AgentAccess& access,
                                             const DescribeOptions& options) {
  std::vector<AgentDescription> descriptions(agents.size());
  std::vector<std::unique_ptr<Conversation>> conversations;
  std::latch through(static_cast<std::ptrdiff_t>(agents.size()));
  const auto deadline = DeadlineAfter(SystemClock(), options.timeout_ns);
  for (size_t i = 0; i < agents.size(); ++i) {
    descriptions[i].address = agents[i].address;
    conversations.push_back(
        std::make_unique<Conversation>(agents[i], i, access, descriptions[i], options, deadline, through));
    conversations.back()->Ask();
  }
  through.wait();
  return descriptions;
}

}  // namespace wsload
