// A whole distributed run in one thread: the real coordinator and real sessions
// on hosts with clocks of their own, over a network that delays, stalls and
// breaks, all of it decided by one seed.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "agent/session/agent_session.h"
#include "controller/run/coordinator.h"
#include "tests/sim/host_loop.h"
#include "tests/support/fake_engine.h"
#include "tests/support/manual_event_loop.h"
#include "tests/support/worker_engine.h"

namespace wsload::sim {

/// All chances of one run.
class Chance {
 public:
  explicit Chance(uint64_t seed) : random_(seed) {}

  /// Evenly from [least, most]; the same on every platform.
  int64_t Between(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(random_() % static_cast<uint64_t>(most - least + 1));
  }
  bool OneIn(int64_t n) { return Between(1, n) == 1; }

 private:
  std::mt19937_64 random_;
};

/// One direction of a connection: in order, each message after a delay, none while it stalls.
class Pipe {
 public:
  Pipe(EventLoop& loop, Chance& chance, int64_t delay_ns, int64_t jitter_ns);

  void Push(Callback work);
  void StallUntil(int64_t until_ns);
  /// Loses what is under way.
  void Clear();

 private:
  void RunDue();
  void Arm();

  EventLoop& loop_;
  Chance& chance_;
  const int64_t delay_ns_;
  const int64_t jitter_ns_;
  int64_t stalled_until_ns_ = 0;
  std::deque<std::pair<int64_t, Callback>> queue_;
  std::unique_ptr<Timer> timer_;
};

/// An agent's host and process.
class Host {
 public:
  struct Path {
    int64_t down_ns = 0;
    int64_t up_ns = 0;
    int64_t jitter_ns = 0;
  };
  struct Sent {
    int64_t message = 0;
    int64_t sent_ns = 0;         ///< on the host's clock
    int64_t lease_until_ns = 0;  ///< the last one that the process had received by then
  };

  Host(ManualEventLoop& loop, Chance& chance, std::string address, int64_t skew_ns, int64_t drift_ppm, Path path);
  ~Host();

  std::unique_ptr<AgentLink> NewLink();

  /// Real workers make its load from now on, over connections to a gateway of the host's own.
  void UseWorkers(const RunPlan& plan);
  /// With UseWorkers().
  FakeGateway& gateway() { return *gateway_; }
  /// Told of every message as it leaves, on the host's clock.
  std::function<void(std::string_view plaintext, const Sent& sent)> on_message;

  void Crash();
  void Freeze() { loop_.Freeze(); }
  void Thaw() { loop_.Thaw(chance_.OneIn(2)); }
  void Drain();
  /// The server that its connections went to dies.
  void BreakConnections();
  void StallDown(int64_t until_ns);
  void StallUp(int64_t until_ns);
  /// The connection breaks; each side learns of it, or not.
  void Break(bool controller_learns, bool agent_learns);
  /// What the agent says next comes twice.
  void RepeatNext() { repeat_next_ = true; }

  bool free() const {
    return streams_.empty() && slot_.run_id().empty() && script_.engines_alive + engines_alive() == 0;
  }
  const std::vector<Sent>& sent() const { return sent_; }
  /// Before another run.
  void Forget() {
    sent_.clear();
    repeat_next_ = false;
  }
  const std::vector<int64_t>& starts() const { return script_.starts; }
  const std::vector<int64_t>& yields() const { return script_.yields; }

 private:
  class Link;
  struct Stream;

  int engines_alive() const { return workers_ == nullptr ? 0 : workers_->engines_alive; }

  void Open(const std::shared_ptr<Stream>& stream);
  void Say(const std::shared_ptr<Stream>& stream, const v1::AgentMessage& message);
  void HearClosed(const std::shared_ptr<Stream>& stream);

  ManualEventLoop& base_;
  Chance& chance_;
  const std::string address_;
  const Path path_;
  HostLoop loop_;
  RunSlot slot_;
  FakeEngineScript script_;
  std::unique_ptr<FakeGateway> gateway_;
  std::unique_ptr<WorkerEngineHost> workers_;
  std::vector<std::shared_ptr<Stream>> streams_;  ///< those with a session
  std::vector<std::weak_ptr<Stream>> all_streams_;
  int64_t lease_until_ns_ = 0;
  std::vector<Sent> sent_;
  bool repeat_next_ = false;
};

}  // namespace wsload::sim
