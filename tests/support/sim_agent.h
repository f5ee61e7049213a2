// An agent in a simulated cluster: a real session over a network that delays,
// breaks and tampers, with a clock of its own, all on one manual loop.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "agent/session/agent_session.h"
#include "common/util/local_text.h"
#include "controller/link/agent_link.h"
#include "tests/support/fake_engine.h"
#include "tests/support/manual_event_loop.h"

namespace wsload {

/// The same loop, seen by a host whose clock is `skew_ns` ahead.
class SkewedLoop final : public EventLoop {
 public:
  SkewedLoop(EventLoop& base, int64_t skew_ns) : base_(base), skew_ns_(skew_ns) {}

  int64_t MonoNs() const override { return base_.MonoNs() + skew_ns_; }
  void Post(Callback work) override { base_.Post(std::move(work)); }
  std::unique_ptr<Timer> NewTimer(Callback callback) override;
  bool IsLoopThread() const override { return base_.IsLoopThread(); }

 private:
  EventLoop& base_;
  const int64_t skew_ns_;
};

/// Runs work in order, each `delay_ns` after it was pushed.
class DelayLine {
 public:
  DelayLine(EventLoop& loop, int64_t delay_ns);

  void Push(Callback work);

 private:
  void RunDue();

  EventLoop& loop_;
  const int64_t delay_ns_;
  std::deque<std::pair<int64_t, Callback>> queue_;
  std::unique_ptr<Timer> timer_;
};

/// Outlives its links.
class SimAgent {
 public:
  struct Network {
    int64_t down_delay_ns = 0;  ///< controller to agent
    int64_t up_delay_ns = 0;
  };
  using Deliver = std::function<void(v1::AgentMessage)>;

  SimAgent(ManualEventLoop& loop, std::string address, int64_t skew_ns, Network network);

  std::unique_ptr<AgentLink> NewLink();

  /// The process dies: its session and load are gone, the controller's stream breaks.
  void Crash();
  /// Nothing gets through any more, in either direction; nobody is told.
  void Hang() { hung_ = true; }
  /// SIGTERM.
  void Drain(const LocalString& reason);

  FakeEngineScript& script() { return script_; }
  const RunSlot& slot() const { return slot_; }
  bool has_session() const { return session_ != nullptr; }
  int64_t skew_ns() const { return skew_ns_; }

  /// Set: makes the engines instead of the script.
  LoadEngineFactory engine_factory;
  /// Set: every message of the agent goes through it, and what it delivers arrives.
  std::function<void(v1::AgentMessage, const Deliver&)> tamper;

 private:
  class Link;

  void OpenSession();
  void OnSessionFinished();

  ManualEventLoop& loop_;
  const std::string address_;
  const int64_t skew_ns_;
  const Network network_;
  SkewedLoop agent_loop_;
  RunSlot slot_;
  FakeEngineScript script_;
  std::unique_ptr<AgentSession> session_;
  Link* link_ = nullptr;
  bool hung_ = false;
};

}  // namespace wsload
