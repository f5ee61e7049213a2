#include "agent/service/describe_call.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <utility>

#include "agent/session/describe.h"
#include "common/time/clock.h"

namespace wsload {
namespace {

// Beyond that somebody means no good; a thread each is enough for everyone else.
constexpr int kMaxAtOnce = 32;
std::atomic<int> under_way = 0;

}  // namespace

DescribeCall::DescribeCall(EventLoop& loop, const AgentConfig& config, v1::DescribeResponse& response,
                           std::function<void(DescribeCall*)> ended)
    : loop_(loop), config_(config), response_(response), ended_(std::move(ended)) {
  ++under_way;
}

DescribeCall::~DescribeCall() {
  if (thread_.joinable()) thread_.join();
  --under_way;
}

void DescribeCall::Begin(const v1::DescribeRequest& request) {
  if (under_way > kMaxAtOnce) {
    return Finish(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many ask at once; try again"));
  }
  thread_ = std::thread([this, request] {
    v1::DescribeResponse described = Describe(config_, request);
    if (const v1::TargetReport& target = described.target(); !target.detail().empty()) {
      spdlog::debug("check of the server, {}: {}", target.cause(), target.detail());
    }
    loop_.Post([this, described = std::move(described)]() mutable {
      response_ = std::move(described);
      AddRun(config_, SystemClock(), response_);
      Finish(grpc::Status::OK);
    });
  });
}

void DescribeCall::OnDone() {
  loop_.Post([this, ended = ended_] { ended(this); });
}

}  // namespace wsload
