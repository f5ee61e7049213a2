#include "controller/link/grpc_agent_link.h"

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "controller/link/grpc_channel.h"
#include "wsload/v1/control.grpc.pb.h"

namespace wsload {
namespace {

class GrpcAgentLink final : public AgentLink, private grpc::ClientBidiReactor<v1::ControllerMessage, v1::AgentMessage> {
 public:
  GrpcAgentLink(AgentAddress agent, const AgentAccess& access) : agent_(std::move(agent)), access_(access) {}

  ~GrpcAgentLink() override {
    {
      const std::lock_guard lock(mutex_);
      if (!opened_) return;
      observer_ = nullptr;
    }
    context_.TryCancel();
    std::unique_lock lock(mutex_);
    done_changed_.wait(lock, [this] { return done_; });
  }

  void Open(AgentLinkObserver* observer) override {
    {
      const std::lock_guard lock(mutex_);
      opened_ = true;
      observer_ = observer;
    }
    context_.set_wait_for_ready(false);
    ShowToken(access_, context_);
    stub_ = v1::Agent::NewStub(NewAgentChannel(agent_, access_));
    stub_->async()->Run(&context_, this);
    // Writes begin outside gRPC's upcalls; the hold keeps the call alive for them until reading has ended.
    AddHold();
    StartRead(&incoming_);
    StartCall();
  }

  void Send(v1::ControllerMessage message) override {
    {
      const std::lock_guard lock(mutex_);
      if (!opened_ || closed_ || send_closed_) return;
      outgoing_.push_back(std::move(message));
    }
    Pump();
  }

  void CloseSend() override {
    {
      const std::lock_guard lock(mutex_);
      if (!opened_ || closed_ || send_closed_) return;
      send_closed_ = true;
    }
    Pump();
  }

  const std::string& address() const override { return agent_.address; }

 private:
  /// Starts the next write, or ends the sending side. gRPC is called without the lock, since it may call back from
  /// inside; `writing_` keeps the others out meanwhile, and the read hold keeps the call alive.
  void Pump() {
    const v1::ControllerMessage* next = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || writing_) return;
      if (outgoing_.empty()) {
        if (!send_closed_ || writes_done_) return;
        writes_done_ = true;
      } else {
        next = &outgoing_.front();
      }
      // One hold per operation, taken while the read hold is certain to be there.
      AddHold();
      writing_ = true;
    }
    if (next != nullptr) {
      StartWrite(next);
    } else {
      StartWritesDone();
    }
    RemoveHold();
  }

  void OnReadDone(bool ok) override {
    {
      const std::lock_guard lock(mutex_);
      if (!ok) {
        closed_ = true;
      } else if (observer_ != nullptr) {
        // Under the lock, so that the destructor waits for an upcall under way.
        observer_->OnAgentMessage(std::move(incoming_));
      }
    }
    if (!ok) return RemoveHold();
    incoming_.Clear();
    StartRead(&incoming_);
  }

  void OnWriteDone(bool ok) override {
    {
      const std::lock_guard lock(mutex_);
      writing_ = false;
      outgoing_.pop_front();
      if (!ok) outgoing_.clear();
    }
    if (ok) Pump();
  }

  void OnWritesDoneDone(bool) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
  }

  void OnDone(const grpc::Status& status) override {
    const absl::Status text = ToUserStatus(status, agent_, access_);
    const std::lock_guard lock(mutex_);
    if (observer_ != nullptr) observer_->OnLinkClosed(text);
    done_ = true;
    done_changed_.notify_all();
  }

  const AgentAddress agent_;
  const AgentAccess access_;
  std::unique_ptr<v1::Agent::Stub> stub_;
  grpc::ClientContext context_;
  v1::AgentMessage incoming_;  ///< gRPC's between StartRead and OnReadDone

  std::mutex mutex_;
  std::condition_variable done_changed_;
  AgentLinkObserver* observer_ = nullptr;
  std::deque<v1::ControllerMessage> outgoing_;  ///< the front is being written while writing_
  bool opened_ = false;
  bool writing_ = false;
  bool send_closed_ = false;
  bool writes_done_ = false;
  bool closed_ = false;  ///< reading has ended, the read hold is about to go
  bool done_ = false;
};

}  // namespace

std::unique_ptr<AgentLink> NewGrpcAgentLink(AgentAddress agent, const AgentAccess& access) {
  return std::make_unique<GrpcAgentLink>(std::move(agent), access);
}

}  // namespace wsload
