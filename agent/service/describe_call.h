// One Describe call of the Agent service.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <thread>

#include "agent/session/agent_session.h"
#include "common/loop/event_loop.h"
#include "wsload/v1/describe.pb.h"

namespace wsload {

/// Gathers on a thread of its own, since looking a name up blocks; reads the slot on `loop`'s.
class DescribeCall final : public grpc::ServerUnaryReactor {
 public:
  /// `config.slot` is set; `response` is gRPC's. `ended` is called once, from the loop: it deletes the call.
  DescribeCall(EventLoop& loop, const AgentConfig& config, v1::DescribeResponse& response,
               std::function<void(DescribeCall*)> ended);
  ~DescribeCall() override;

  void Begin(const v1::DescribeRequest& request);

 private:
  void OnDone() override;

  EventLoop& loop_;
  const AgentConfig& config_;
  v1::DescribeResponse& response_;
  const std::function<void(DescribeCall*)> ended_;
  std::thread thread_;
};

}  // namespace wsload
