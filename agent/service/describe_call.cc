#include "agent/service/describe_call.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <string>
#include <utility>

#include "agent/session/describe.h"
#include "common/time/clock.h"
#include "common/util/status.h"
#include "common/util/thread.h"

namespace wsload {
namespace {

// Beyond that somebody means no good; a thread each is enough for everyone else.
constexpr int kMaxAtOnce = 32;
std::atomic<int> under_way = 0;

}  // namespace

DescribeCall::DescribeCall(EventLoop& loop, const AgentConfig& config, std::function<void(DescribeCall*)> ended)
    : loop_(loop), config_(config), ended_(std::move(ended)) {
  ++under_way;
}

DescribeCall::~DescribeCall() {
  if (thread_.joinable()) thread_.join();
  --under_way;
}

void DescribeCall::OnRequest(const v1::DescribeRequest& request) {
  if (under_way > kMaxAtOnce) {
    return Finish(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many ask at once; try again"));
  }
  const absl::Status started = StartThread(thread_, [this, request] {
    v1::DescribeResponse described = Describe(config_, request);
    if (const v1::TargetReport& target = described.target(); !target.detail().empty()) {
      spdlog::debug("check of the server, {}: {}", target.cause(), target.detail());
    }
    loop_.Post([this, described = std::move(described)]() mutable {
      AddRun(config_, SystemClock(), described);
      Answer(described);
    });
  });
  if (started.ok()) return;
  spdlog::warn("{}", Text(started));
  Finish(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, std::string(Text(started))));
}

void DescribeCall::OnDone() {
  loop_.Post([this, ended = ended_] { ended(this); });
}

}  // namespace wsload
