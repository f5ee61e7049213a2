// One Run call of the Agent service: carries messages between gRPC's threads
// and a session on the loop.
#pragma once

#include <grpcpp/grpcpp.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "agent/session/agent_session.h"
#include "common/loop/event_loop.h"
#include "common/util/local_text.h"
#include "wsload/v1/control.grpc.pb.h"

namespace wsload {

/// gRPC's upcalls only post; all else is on `loop`'s thread. One message is read at a time, the next one when it has
/// been handled.
class RunStream final : public grpc::ServerBidiReactor<v1::ControllerMessage, v1::AgentMessage> {
 public:
  /// `ended` is called once, from the loop, when gRPC is through with the stream: it deletes it.
  RunStream(EventLoop& loop, grpc::CallbackServerContext* context, std::function<void(RunStream*)> ended);

  /// First call, unless Reject() is: begins to serve. `config.slot` is set.
  void Begin(const AgentConfig& config);
  /// Ends the stream without a session.
  void Reject(const grpc::Status& status);

  void Drain(const LocalString& reason);
  /// The session and its load end at once, the stream with them.
  void Abort();

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void HandleRead(bool ok);
  void HandleWritten(bool ok);
  /// Nobody listens at the other end any more.
  void HandleBroken();
  void Send(v1::AgentMessage message);
  void LogSent(const v1::AgentMessage& message);
  void WriteNext();
  void HandleSessionFinished();
  /// Ends the stream once the session is through and all is written.
  void FinishWhenFlushed();

  EventLoop& loop_;
  grpc::CallbackServerContext* const context_;
  const std::string peer_;
  std::string run_id_;  ///< once a run was accepted
  const RunSlot* slot_ = nullptr;
  const std::function<void(RunStream*)> ended_;
  std::unique_ptr<AgentSession> session_;
  std::unique_ptr<Timer> flush_timer_;
  v1::ControllerMessage incoming_;         ///< gRPC's between StartRead and OnReadDone
  std::deque<v1::AgentMessage> outgoing_;  ///< the front is being written while writing_
  size_t outgoing_bytes_ = 0;
  bool writing_ = false;
  bool broken_ = false;
  bool finish_called_ = false;
};

}  // namespace wsload
