// One agent as the run coordinator sees it: control messages down, control
// messages and one end up. gRPC, in-process and simulated links implement it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "wsload/v1/control.pb.h"

namespace wsload {

/// Upcalls may come from any thread, one at a time per link, and never from inside a call down.
class AgentLinkObserver {
 public:
  virtual void OnAgentMessage(v1::AgentMessage message) = 0;
  /// The last upcall, exactly once: OK after the agent ended the stream in order, otherwise why the link broke, one
  /// line.
  virtual void OnLinkClosed(absl::Status status) = 0;

 protected:
  ~AgentLinkObserver() = default;
};

/// Calls from one thread.
class AgentLink {
 public:
  /// Breaks the link when still open; after this no upcall comes.
  virtual ~AgentLink() = default;

  /// Opens the stream; its failure arrives as OnLinkClosed.
  virtual void Open(AgentLinkObserver* observer) = 0;
  /// Queues; a link that is closed drops it.
  virtual void Send(v1::ControllerMessage message) = 0;
  /// Says that nothing more will be sent; the agent ends the stream.
  virtual void CloseSend() = 0;

  /// "10.0.0.7:7400", "embedded".
  virtual const std::string& address() const = 0;
};

}  // namespace wsload
