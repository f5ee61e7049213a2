#include "controller/link/embedded_agent_link.h"

#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "agent/session/describe.h"
#include "common/loop/asio_event_loop.h"
#include "common/time/clock.h"
#include "common/util/status.h"
#include "common/util/thread.h"

namespace wsload {
namespace {

constexpr char kAddress[] = "embedded";

class EmbeddedAgentLink final : public AgentLink {
 public:
  explicit EmbeddedAgentLink(AgentConfig config) : config_(std::move(config)) {}

  ~EmbeddedAgentLink() override {
    if (!thread_.joinable()) return;
    loop_.Post([this] {
      session_.reset();
      loop_.Stop();
    });
    thread_.join();
  }

  void Open(AgentLinkObserver* observer) override {
    observer_ = observer;
    session_ = std::make_unique<AgentSession>(
        loop_, config_, [this](v1::AgentMessage message) { observer_->OnAgentMessage(std::move(message)); },
        [this] {
          session_.reset();
          observer_->OnLinkClosed(absl::OkStatus());
        });
    if (const absl::Status started = StartThread(thread_, [this] { loop_.Run(); }); !started.ok()) {
      throw std::runtime_error(std::string(Text(started)));
    }
  }

  void Send(v1::ControllerMessage message) override {
    loop_.Post([this, message = std::move(message)] {
      if (session_ != nullptr) session_->OnControllerMessage(message);
    });
  }

  void CloseSend() override {
    loop_.Post([this] {
      if (session_ != nullptr) session_->OnControllerLost();
    });
  }

  const std::string& address() const override { return address_; }

 private:
  const std::string address_ = kAddress;
  const AgentConfig config_;
  AsioEventLoop loop_;
  AgentLinkObserver* observer_ = nullptr;
  std::unique_ptr<AgentSession> session_;  ///< the loop's, once the thread runs
  std::thread thread_;
};

}  // namespace

std::unique_ptr<AgentLink> NewEmbeddedAgentLink(AgentConfig config) {
  return std::make_unique<EmbeddedAgentLink>(std::move(config));
}

AgentDescription DescribeEmbeddedAgent(const AgentConfig& config, const DescribeOptions& options) {
  AgentDescription description;
  description.address = kAddress;
  description.response = Describe(config, ToProto(options, 0));
  AddRun(config, SystemClock(), description.response);
  return description;
}

}  // namespace wsload
