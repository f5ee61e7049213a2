// One Describe call of the Agent service.
#pragma once

#include <functional>
#include <thread>

#include "agent/service/unary_call.h"
#include "agent/session/agent_session.h"
#include "common/loop/event_loop.h"
#include "wsload/v1/describe.pb.h"

namespace wsload {

inline constexpr char kDescribeMethod[] = "/wsload.v1.Agent/Describe";

/// Gathers on a thread of its own, since looking a name up blocks; reads the slot on `loop`'s.
class DescribeCall final : public UnaryCall<v1::DescribeRequest, v1::DescribeResponse> {
 public:
  /// `config.slot` is set. `ended` is called once, from the loop: it deletes the call.
  DescribeCall(EventLoop& loop, const AgentConfig& config, std::function<void(DescribeCall*)> ended);
  ~DescribeCall() override;

 private:
  void OnRequest(const v1::DescribeRequest& request) override;
  void OnDone() override;

  EventLoop& loop_;
  const AgentConfig& config_;
  const std::function<void(DescribeCall*)> ended_;
  std::thread thread_;
};

}  // namespace wsload
