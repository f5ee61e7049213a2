#include "tests/support/sim_agent.h"

#include "common/util/status.h"

namespace wsload {
namespace {

class SkewedTimer final : public Timer {
 public:
  SkewedTimer(std::unique_ptr<Timer> base, int64_t skew_ns) : base_(std::move(base)), skew_ns_(skew_ns) {}
  void ArmAt(int64_t when_ns) override { base_->ArmAt(when_ns - skew_ns_); }
  void Cancel() override { base_->Cancel(); }

 private:
  const std::unique_ptr<Timer> base_;
  const int64_t skew_ns_;
};

}  // namespace

std::unique_ptr<Timer> SkewedLoop::NewTimer(Callback callback) {
  return std::make_unique<SkewedTimer>(base_.NewTimer(std::move(callback)), skew_ns_);
}

DelayLine::DelayLine(EventLoop& loop, int64_t delay_ns)
    : loop_(loop), delay_ns_(delay_ns), timer_(loop.NewTimer([this] { RunDue(); })) {}

void DelayLine::Push(Callback work) {
  queue_.emplace_back(loop_.MonoNs() + delay_ns_, std::move(work));
  if (queue_.size() == 1) timer_->ArmAt(queue_.front().first);
}

void DelayLine::RunDue() {
  auto work = std::move(queue_.front().second);
  queue_.pop_front();
  if (!queue_.empty()) timer_->ArmAt(queue_.front().first);
  work();
}

/// The controller's end; both directions' messages under way belong to it.
class SimAgent::Link final : public AgentLink {
 public:
  explicit Link(SimAgent& agent)
      : agent_(agent), down_(agent.loop_, agent.network_.down_delay_ns), up_(agent.loop_, agent.network_.up_delay_ns) {}

  ~Link() override {
    if (agent_.link_ != this) return;
    agent_.link_ = nullptr;
    if (agent_.session_ != nullptr) agent_.session_->OnControllerLost();
  }

  void Open(AgentLinkObserver* observer) override {
    observer_ = observer;
    down_.Push([this] {
      agent_.link_ = this;
      agent_.OpenSession();
    });
  }

  void Send(v1::ControllerMessage message) override {
    down_.Push([this, message = std::move(message)] {
      if (agent_.session_ != nullptr && !agent_.hung_) agent_.session_->OnControllerMessage(message);
    });
  }

  void CloseSend() override {
    down_.Push([this] {
      if (agent_.session_ != nullptr && !agent_.hung_) agent_.session_->OnControllerLost();
    });
  }

  const std::string& address() const override { return agent_.address_; }

  void Deliver(v1::AgentMessage message) {
    up_.Push([this, message = std::move(message)]() mutable { observer_->OnAgentMessage(std::move(message)); });
  }

  void Close(const absl::Status& status) {
    up_.Push([this, status] { observer_->OnLinkClosed(status); });
  }

 private:
  SimAgent& agent_;
  AgentLinkObserver* observer_ = nullptr;
  DelayLine down_;
  DelayLine up_;
};

SimAgent::SimAgent(ManualEventLoop& loop, std::string address, int64_t skew_ns, Network network)
    : loop_(loop),
      address_(std::move(address)),
      skew_ns_(skew_ns),
      network_(network),
      agent_loop_(loop, skew_ns),
      slot_(loop.clock()) {}

std::unique_ptr<AgentLink> SimAgent::NewLink() { return std::make_unique<Link>(*this); }

void SimAgent::OpenSession() {
  AgentConfig config;
  config.name = "host-" + address_;
  config.slot = &slot_;
  config.engine_factory = engine_factory ? engine_factory : NewFakeEngineFactory(agent_loop_, script_);
  session_ = std::make_unique<AgentSession>(
      agent_loop_, config,
      [this](v1::AgentMessage message) {
        if (link_ == nullptr || hung_) return;
        if (tamper) {
          tamper(std::move(message), [this](v1::AgentMessage changed) { link_->Deliver(std::move(changed)); });
        } else {
          link_->Deliver(std::move(message));
        }
      },
      [this] { OnSessionFinished(); });
}

void SimAgent::OnSessionFinished() {
  session_.reset();
  if (link_ != nullptr && !hung_) link_->Close(absl::OkStatus());
}

void SimAgent::Crash() {
  session_.reset();
  if (link_ != nullptr) link_->Close(MakeStatus(absl::StatusCode::kUnavailable, "connection lost: reset by peer"));
}

void SimAgent::Drain(const LocalString& reason) {
  if (session_ != nullptr) session_->Drain(reason);
}

}  // namespace wsload
