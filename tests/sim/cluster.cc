#include "tests/sim/cluster.h"

#include <algorithm>

#include "common/util/status.h"

namespace wsload::sim {

Pipe::Pipe(EventLoop& loop, Chance& chance, int64_t delay_ns, int64_t jitter_ns)
    : loop_(loop),
      chance_(chance),
      delay_ns_(delay_ns),
      jitter_ns_(jitter_ns),
      timer_(loop.NewTimer([this] { RunDue(); })) {}

void Pipe::Push(Callback work) {
  int64_t due_ns = loop_.MonoNs() + delay_ns_ + chance_.Between(0, jitter_ns_);
  if (!queue_.empty()) due_ns = std::max(due_ns, queue_.back().first);
  queue_.emplace_back(due_ns, std::move(work));
  if (queue_.size() == 1) Arm();
}

void Pipe::StallUntil(int64_t until_ns) {
  stalled_until_ns_ = until_ns;
  if (!queue_.empty()) Arm();
}

void Pipe::Clear() {
  queue_.clear();
  timer_->Cancel();
}

void Pipe::Arm() { timer_->ArmAt(std::max(queue_.front().first, stalled_until_ns_)); }

void Pipe::RunDue() {
  auto work = std::move(queue_.front().second);
  queue_.pop_front();
  if (!queue_.empty()) Arm();
  work();
}

struct Host::Stream {
  Stream(ManualEventLoop& loop, Chance& chance, const Path& path)
      : down(loop, chance, path.down_ns, path.jitter_ns), up(loop, chance, path.up_ns, path.jitter_ns) {}

  Pipe down;
  Pipe up;
  AgentLinkObserver* observer = nullptr;  ///< null once the controller has given the link up
  std::unique_ptr<AgentSession> session;
  bool broken = false;
};

class Host::Link final : public AgentLink {
 public:
  explicit Link(Host& host) : host_(host), stream_(std::make_shared<Stream>(host.base_, host.chance_, host.path_)) {}

  ~Link() override {
    stream_->observer = nullptr;
    CloseSend();
  }

  void Open(AgentLinkObserver* observer) override {
    stream_->observer = observer;
    Push([](Host& host, const std::shared_ptr<Stream>& stream) { host.Open(stream); });
  }

  void Send(v1::ControllerMessage message) override {
    Push([message = std::move(message)](Host& host, const std::shared_ptr<Stream>& stream) {
      if (stream->session == nullptr) return;
      if (message.has_lease()) host.lease_until_ns_ = message.lease().until_mono_ns();
      stream->session->OnControllerMessage(message);
    });
  }

  void CloseSend() override {
    if (std::exchange(send_closed_, true)) return;
    Push([](Host& host, const std::shared_ptr<Stream>& stream) { host.HearClosed(stream); });
  }

  const std::string& address() const override { return host_.address_; }
  const std::shared_ptr<Stream>& stream() const { return stream_; }

 private:
  template <typename Work>
  void Push(Work work) {
    if (stream_->broken) return;
    stream_->down.Push([host = &host_, stream = stream_, work = std::move(work)]() mutable {
      host->loop_.Post([host, stream, work = std::move(work)] { work(*host, stream); });
    });
  }

  Host& host_;
  const std::shared_ptr<Stream> stream_;
  bool send_closed_ = false;
};

Host::Host(ManualEventLoop& loop, Chance& chance, std::string address, int64_t skew_ns, int64_t drift_ppm, Path path)
    : base_(loop),
      chance_(chance),
      address_(std::move(address)),
      path_(path),
      loop_(loop, skew_ns, drift_ppm),
      slot_(loop.clock()) {
  script_.answers_at_once = false;
  script_.on_sent = [this](int64_t message, int64_t sent_ns) { sent_.push_back({message, sent_ns, lease_until_ns_}); };
}

Host::~Host() {
  Crash();
  // What is under way keeps its stream.
  for (const auto& weak : all_streams_) {
    const auto stream = weak.lock();
    if (stream == nullptr) continue;
    stream->down.Clear();
    stream->up.Clear();
  }
}

void Host::UseWorkers(const RunPlan& plan) {
  gateway_ = std::make_unique<FakeGateway>(loop_, plan.serializer, plan.cipher, plan.cipher_key);
  workers_ = std::make_unique<WorkerEngineHost>(WorkerEngineHost{loop_, base_.clock(), *gateway_});
  gateway_->heard = [this](const FakeGateway::Message& message, std::string_view plaintext) {
    sent_.push_back({0, message.received_ns, lease_until_ns_});
    if (on_message) on_message(plaintext, sent_.back());
  };
}

std::unique_ptr<AgentLink> Host::NewLink() {
  auto link = std::make_unique<Link>(*this);
  all_streams_.push_back(link->stream());
  return link;
}

void Host::Open(const std::shared_ptr<Stream>& stream) {
  streams_.push_back(stream);
  AgentConfig config;
  config.name = "host-" + address_;
  config.slot = &slot_;
  config.engine_factory =
      workers_ == nullptr ? NewFakeEngineFactory(loop_, script_) : NewWorkerEngineFactory(*workers_);
  const std::weak_ptr<Stream> weak = stream;
  stream->session = std::make_unique<AgentSession>(
      loop_, config,
      [this, weak](const v1::AgentMessage& message) {
        if (const auto open = weak.lock()) Say(open, message);
      },
      [this, weak] {
        const auto open = weak.lock();
        if (open == nullptr) return;
        open->session.reset();
        std::erase(streams_, open);
        if (open->broken) return;
        open->up.Push([open] {
          if (open->observer != nullptr) open->observer->OnLinkClosed(absl::OkStatus());
        });
      });
}

void Host::Say(const std::shared_ptr<Stream>& stream, const v1::AgentMessage& message) {
  if (stream->broken) return;
  const int times = std::exchange(repeat_next_, false) ? 2 : 1;
  for (int i = 0; i < times; ++i) {
    stream->up.Push([stream, message] {
      if (stream->observer != nullptr) stream->observer->OnAgentMessage(message);
    });
  }
}

void Host::HearClosed(const std::shared_ptr<Stream>& stream) {
  if (stream->session != nullptr) stream->session->OnControllerLost();
}

void Host::Crash() {
  for (const auto& stream : std::exchange(streams_, {})) {
    stream->session.reset();
    stream->down.Clear();
    // The kernel closes what the process left open; what it has sent still arrives.
    if (stream->broken) continue;
    stream->up.Push([stream] {
      if (stream->observer != nullptr) {
        stream->observer->OnLinkClosed(MakeStatus(absl::StatusCode::kUnavailable, "connection lost: reset by peer"));
      }
    });
  }
  loop_.Drop();
  slot_.Free();
  lease_until_ns_ = 0;
}

void Host::Drain() {
  loop_.Post([this] {
    for (const auto& stream : std::vector(streams_)) {
      if (stream->session != nullptr) stream->session->Drain("the agent got SIGTERM");
    }
  });
}

void Host::BreakConnections() {
  loop_.Post([this] {
    if (script_.break_connections) script_.break_connections();
  });
}

void Host::StallDown(int64_t until_ns) {
  for (const auto& stream : streams_) stream->down.StallUntil(until_ns);
}

void Host::StallUp(int64_t until_ns) {
  for (const auto& stream : streams_) stream->up.StallUntil(until_ns);
}

void Host::Break(bool controller_learns, bool agent_learns) {
  for (const auto& stream : streams_) {
    stream->up.Clear();
    stream->down.Clear();
    stream->broken = true;
    if (controller_learns) {
      stream->up.Push([stream] {
        if (stream->observer != nullptr) {
          stream->observer->OnLinkClosed(MakeStatus(absl::StatusCode::kUnavailable, "connection lost: timed out"));
        }
      });
    }
    if (agent_learns) {
      stream->down.Push([this, stream] { loop_.Post([this, stream] { HearClosed(stream); }); });
    }
  }
}

}  // namespace wsload::sim
