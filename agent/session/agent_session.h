// One run on the agent's side: the control messages' state machine. Knows no
// gRPC; the embedded agent, the gRPC service and simulations run this same code.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/session/agent_config.h"
#include "common/loop/event_loop.h"
#include "common/util/local_text.h"
#include "wsload/v1/control.pb.h"

namespace wsload {

/// All on `loop`'s thread; engine upcalls are posted to it.
class AgentSession {
 public:
  /// `send` delivers to the controller. `finished` comes once, the last call, when the session has nothing left to do
  /// and may be deleted.
  AgentSession(EventLoop& loop, const AgentConfig& config, std::function<void(v1::AgentMessage)> send,
               Callback finished);
  ~AgentSession();

  /// Hostile input included: what does not fit the state or the bounds is answered with Refused and ends the session,
  /// never a crash.
  void OnControllerMessage(const v1::ControllerMessage& message);

  /// The stream ended. Before Done the controller is lost: the load stops, connections close properly, nothing more is
  /// sent. After it the session is through.
  void OnControllerLost();

  /// The agent is asked to leave (SIGTERM): stop, drain, tell the controller.
  void Drain(const LocalString& reason);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace wsload
