#include "controller/run/agent_peer.h"

#include <algorithm>
#include <utility>

#include "common/lang/statement_proto.h"
#include "common/plan/phase.h"
#include "common/plan/plan_proto.h"
#include "common/plan/workers.h"
#include "common/stats/report_proto.h"
#include "common/stats/stats_proto.h"
#include "common/stats/wire_bounds.h"
#include "common/util/check.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

// An agent that sends faster than this controller can read is broken, or means harm.
constexpr int kMaxPendingMessages = 4096;
// The first are not weighed: an honest agent's hardly ever wait.
constexpr int kPendingNotWeighed = 2;
constexpr size_t kMaxPendingBytes = 16 << 20;
// Texts of agents end up in terminals, logs and result files.
constexpr size_t kMaxTextLength = 400;
// No host has been up for that long: instants may be added to it without an overflow.
constexpr int64_t kMaxMonoNs = int64_t{1} << 61;
// What timers and clocks may be off by when a lease ends, on top of the clock estimate's error.
constexpr int64_t kLeaseMarginNs = 20 * kNsPerMs;
// For the last clock probes; a path on which they take longer has too wide an error anyway.
constexpr int64_t kLastProbesNs = kNsPerSecond;
// No message is taken from the schedule before it is due; the rest is for clocks.
constexpr int64_t kMaxYieldAheadNs = kNsPerSecond;
constexpr int64_t kMaxStartSkewNs = 3600 * kNsPerSecond;

std::string ShownText(const std::string& text) { return Shown(text, kMaxTextLength); }
LocalString ShownLines(const LocalString& text) { return {ShownText(text.english()), ShownText(text.chinese())}; }

}  // namespace

AgentPeer::AgentPeer(EventLoop& loop, int index, std::unique_ptr<AgentLink> link, v1::Assign assign, int clock_probes,
                     AgentPeerObserver& observer)
    : loop_(loop),
      index_(index),
      link_(std::move(link)),
      address_(link_->address()),
      assign_(std::move(assign)),
      clients_(assign_.slice().clients().count()),
      clock_probes_(clock_probes),
      probes_left_(clock_probes),
      observer_(observer),
      timer_(loop.NewTimer([this] { OnTimer(); })) {
  WSLOAD_CHECK(clock_probes >= 1, "agent {} is to get {} clock probes", address_, clock_probes);
}

AgentPeer::~AgentPeer() {
  // Waits for an upcall under way, to which all that is below the link still has to be there.
  link_.reset();
}

void AgentPeer::Open() {
  link_->Open(this);
  SendProbe();
}

void AgentPeer::Connect(int64_t ramp_start_mono_ns, int64_t lease_ns) {
  WSLOAD_CHECK(state_ == State::kAccepted, "agent {} is to connect in state {}", address_, state_.index());
  state_.Enter(State::kConnecting);
  lease_ns_ = lease_ns;
  due_ns_ = heard_ns_ = loop_.MonoNs();
  OnTimer();
  v1::ControllerMessage message;
  message.mutable_connect()->set_ramp_start_mono_ns(ramp_start_mono_ns + clock_now_.At(loop_.MonoNs()).offset_ns);
  link_->Send(std::move(message));
}

void AgentPeer::Start(int64_t start_mono_ns) {
  WSLOAD_CHECK(state_ == State::kReady, "agent {} is to start in state {}", address_, state_.index());
  state_.Enter(State::kRunning);
  start_ns_ = start_mono_ns;
  start_agent_ns_ = start_mono_ns + clock_now_.At(loop_.MonoNs()).offset_ns;
  v1::ControllerMessage message;
  message.mutable_start()->set_start_mono_ns(start_agent_ns_);
  link_->Send(std::move(message));
}

void AgentPeer::TakeOver(const Slice& slice, int64_t offset_ns) {
  WSLOAD_CHECK(state_ == State::kRunning, "agent {} is to take load over in state {}", address_, state_.index());
  v1::ControllerMessage message;
  *message.mutable_take_over()->mutable_slice() = ToProto(slice);
  message.mutable_take_over()->set_from_mono_ns(start_agent_ns_ + offset_ns);
  link_->Send(std::move(message));
}

void AgentPeer::YieldFrom(int64_t offset_ns) {
  WSLOAD_CHECK(state_ == State::kRunning, "agent {} is to yield its messages in state {}", address_, state_.index());
  WSLOAD_CHECK(!yielding(), "agent {} is to yield its messages twice at a time", address_);
  yield_from_ns_ = offset_ns;
  v1::ControllerMessage message;
  message.mutable_yield_from()->set_from_mono_ns(start_agent_ns_ + offset_ns);
  link_->Send(std::move(message));
}

bool AgentPeer::Stop(const Statement& reason) {
  if (state_ == State::kProbing) {
    GiveUp();
    return false;
  }
  stop_sent_ = true;
  v1::ControllerMessage message;
  message.mutable_stop()->set_reason(StatementText(Language::kEnglish, reason));
  *message.mutable_stop()->mutable_statement() = ToProto(reason);
  link_->Send(std::move(message));
  return true;
}

void AgentPeer::GiveUp() {
  state_.Enter(State::kEnded);
  timer_->Cancel();
  link_.reset();
}

std::optional<ClockEstimate> AgentPeer::clock_after() const {
  if (!clock_after_.known()) return std::nullopt;
  return clock_after_.At(0);
}

void AgentPeer::OnAgentMessage(v1::AgentMessage message) {
  const int64_t arrived_ns = loop_.MonoNs();
  heard_ns_.store(arrived_ns, std::memory_order_relaxed);
  if (flooded_) return;
  const int pending = pending_messages_.fetch_add(1, std::memory_order_relaxed);
  const size_t bytes = pending < kPendingNotWeighed ? 0 : message.ByteSizeLong();
  flooded_ = pending >= kMaxPendingMessages ||
             pending_bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes > kMaxPendingBytes;
  if (flooded_) {
    scope_.Post(loop_, [this] {
      FailProtocol({"sends faster than its reports can be read", "发送过快，其报告来不及读取"});
    });
    return;
  }
  scope_.Post(loop_, [this, arrived_ns, bytes, message = std::move(message)] {
    pending_messages_.fetch_sub(1, std::memory_order_relaxed);
    pending_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    HandleMessage(message, arrived_ns);
  });
}

void AgentPeer::OnLinkClosed(absl::Status status) {
  scope_.Post(loop_, [this, status = std::move(status)] { HandleLinkClosed(status); });
}

void AgentPeer::HandleMessage(const v1::AgentMessage& message, int64_t arrived_ns) {
  if (ended()) return;
  if (state_ == State::kReported && !message.has_clock_reply()) return;
  switch (message.kind_case()) {
    case v1::AgentMessage::kClockReply:
      return HandleClockReply(message.clock_reply(), arrived_ns);
    case v1::AgentMessage::kAccepted:
      return HandleAccepted(message.accepted());
    case v1::AgentMessage::kRefused:
      return HandleRefused(message.refused());
    case v1::AgentMessage::kReady:
      return HandleReady(message.ready());
    case v1::AgentMessage::kReport:
      return HandleReport(message.report());
    case v1::AgentMessage::kStarved:
      return HandleStarved();
    case v1::AgentMessage::kYielded:
      return HandleYielded(message.yielded());
    case v1::AgentMessage::kDone:
      return HandleDone(message.done());
    case v1::AgentMessage::KIND_NOT_SET:
      return FailProtocol({"sent an empty or unknown message", "发送了空的或无法识别的消息"});
  }
}

void AgentPeer::HandleLinkClosed(const absl::Status& status) {
  if (ended()) return;
  if (state_ == State::kReported) return Close();
  const LocalString text = status.ok() ? LocalString("ended the stream without a final report", "没有最终报告就结束了")
                                       : ShownLines(ErrorLines(status));
  Fail(accepted() ? AgentResult::State::kLost : AgentResult::State::kUnreachable, text);
}

void AgentPeer::OnTimer() {
  if (state_ == State::kReported) return Close();
  const int64_t now = loop_.MonoNs();
  // This controller was itself held up: what agents said meanwhile still waits to be read.
  if (now > due_ns_ + lease_ns_ / 3) heard_ns_ = now;
  const int64_t silent_ns = now - heard_ns_.load(std::memory_order_relaxed);
  int64_t next_ns = now + lease_ns_ / 3;
  if (silent_ns <= lease_ns_) {
    RenewLease();
  } else if (now >= lease_over_ns_) {
    return Fail(AgentResult::State::kLost, FillLocal({"nothing heard of it for {:.1f} s; its lease has run out",
                                                      "已有 {:.1f} 秒没有任何消息；其租约已到期"},
                                                     static_cast<double>(silent_ns) / kNsPerSecond));
  } else {
    next_ns = std::min(next_ns, lease_over_ns_);
  }
  // Keeps the clock estimate young, and an agent that has nothing else to say is heard all the same.
  if (!probe_sent_ns_.has_value()) SendProbe();
  due_ns_ = next_ns;
  timer_->ArmAt(next_ns);
}

void AgentPeer::RenewLease() {
  const int64_t now = loop_.MonoNs();
  const ClockEstimate clock = clock_now_.At(now);
  v1::ControllerMessage message;
  message.mutable_lease()->set_until_mono_ns(now + lease_ns_ + clock.offset_ns);
  lease_over_ns_ = std::max(lease_over_ns_, now + lease_ns_ + lease_ns_ / 1000 + clock.error_ns + kLeaseMarginNs);
  link_->Send(std::move(message));
}

void AgentPeer::SendProbe() {
  probe_sent_ns_ = loop_.MonoNs();
  v1::ControllerMessage message;
  message.mutable_clock_probe()->set_sent_ns(*probe_sent_ns_);
  link_->Send(std::move(message));
}

void AgentPeer::HandleClockReply(const v1::ClockReply& reply, int64_t arrived_ns) {
  if (!probe_sent_ns_.has_value() || reply.sent_ns() != *probe_sent_ns_) {
    return FailProtocol({"sent a clock reply that nobody asked for", "发送了无人请求的时钟应答"});
  }
  if (reply.agent_mono_ns() < -kMaxMonoNs || reply.agent_mono_ns() > kMaxMonoNs) {
    return FailProtocol({"told an impossible time", "报告了不可能的时刻"});
  }
  const int64_t sent_ns = *std::exchange(probe_sent_ns_, std::nullopt);
  clock_now_.Add(sent_ns, arrived_ns, reply.agent_mono_ns());
  if (state_ == State::kProbing) {
    clock_before_.Add(sent_ns, arrived_ns, reply.agent_mono_ns());
    if (--probes_left_ > 0) return SendProbe();
    SendAssign();
  } else if (state_ == State::kReported) {
    clock_after_.Add(sent_ns, arrived_ns, reply.agent_mono_ns());
    if (--probes_left_ > 0) return SendProbe();
    Close();
  }
}

void AgentPeer::SendAssign() {
  state_.Enter(State::kAssigned);
  v1::ControllerMessage message;
  *message.mutable_assign() = std::move(assign_);
  link_->Send(std::move(message));
}

void AgentPeer::HandleAccepted(const v1::Accepted& accepted) {
  if (state_ != State::kAssigned) return FailProtocol({"sent Accepted out of order", "发送 Accepted 的顺序不对"});
  if (accepted.workers() < 0 || accepted.workers() > kMaxWorkers || accepted.cores() < 0 ||
      accepted.cores() > kMaxWireCores) {
    return FailProtocol(FillLocal(
        {"told of {} workers on {} cores, which no host has", "声称有 {} 个工作线程、{} 个核，没有主机会这样"},
        accepted.workers(), accepted.cores()));
  }
  state_.Enter(State::kAccepted);
  identity_ = accepted;
  identity_.set_agent_name(ShownText(accepted.agent_name()));
  identity_.set_agent_version(ShownText(accepted.agent_version()));
  observer_.OnPeerAccepted(index_);
}

void AgentPeer::HandleRefused(const v1::Refused& refused) {
  const LocalString text = refused.message().empty()
                               ? LocalString("refused the run without a reason", "拒绝运行而没有说明原因")
                               : LinesOf(refused.message(), refused.statement(), kMaxTextLength);
  // A run that it has accepted and then gives up is lost.
  Fail(accepted() ? AgentResult::State::kLost : AgentResult::State::kRefused, text);
}

void AgentPeer::HandleReady(const v1::Ready& ready) {
  // Ready and Stop may cross on their way.
  if (stop_sent_ && state_ == State::kConnecting) return;
  if (state_ != State::kConnecting) return FailProtocol({"sent Ready out of order", "发送 Ready 的顺序不对"});
  const auto possible = [this](int64_t count) { return count >= 0 && count <= clients_; };
  if (!possible(ready.opened()) || !possible(ready.failed())) {
    return FailProtocol(FillLocal(
        {"sent Ready with counts that its {} clients cannot have", "Ready 中的数量不可能属于它的 {} 个客户端"},
        clients_));
  }
  state_.Enter(State::kReady);
  connections_opened_ = ready.opened();
  observer_.OnPeerReady(index_);
}

void AgentPeer::HandleReport(const v1::Report& report) {
  if (state_ < State::kAccepted) return FailProtocol({"sent a report before it had a run", "尚无运行就发送了报告"});
  if (report.seq() != last_seq_ + 1) {
    return FailProtocol(
        FillLocal({"sent report {} after report {}", "在报告 {1} 之后发送了报告 {0}"}, report.seq(), last_seq_));
  }
  last_seq_ = report.seq();
  const auto refuse = [this](const absl::Status& why) {
    FailProtocol(FillLocal({"report {}: {}", "报告 {}：{}"}, last_seq_, why));
  };
  const absl::StatusOr<Phase> phase = FromProto(report.phase());
  if (!phase.ok()) return refuse(phase.status());
  absl::StatusOr<Stats> delta = FromProto(report.delta());
  if (!delta.ok()) return refuse(delta.status());
  absl::StatusOr<std::vector<WorkerLoad>> workers = FromProto(report.workers());
  if (!workers.ok()) return refuse(workers.status());
  absl::StatusOr<StatsByStage> stages = FromProto(report.stages());
  if (!stages.ok()) return refuse(stages.status());
  observer_.OnPeerInterval(index_, *phase, report.interval_index(), *std::move(delta), *std::move(stages),
                           *std::move(workers));
}

void AgentPeer::HandleStarved() {
  if (state_ != State::kRunning) return FailProtocol({"sent Starved out of order", "发送 Starved 的顺序不对"});
  observer_.OnPeerStarved(index_);
}

void AgentPeer::HandleYielded(const v1::Yielded& yielded) {
  if (!yielding()) return FailProtocol({"yielded messages that nobody asked for", "让出了无人要求的消息"});
  const int64_t from_ns = yielded.from_mono_ns();
  const int64_t asked_ns = start_agent_ns_ + *yield_from_ns_;
  const int64_t now = loop_.MonoNs();
  if (from_ns < asked_ns || from_ns > std::max(asked_ns, now + clock_now_.At(now).offset_ns) + kMaxYieldAheadNs) {
    return FailProtocol(
        {"yielded messages from another instant on than it was asked to", "让出消息的时刻与要求的不同"});
  }
  yield_from_ns_.reset();
  observer_.OnPeerYielded(index_, from_ns - start_agent_ns_);
}

void AgentPeer::HandleDone(const v1::Done& done) {
  if (state_ < State::kAccepted && !stop_sent_)
    return FailProtocol({"sent Done before it had a run", "尚无运行就发送了 Done"});
  if (done.last_seq() != last_seq_) {
    return FailProtocol(
        FillLocal({"counts {} reports, {} came", "它计有 {} 个报告，收到 {} 个"}, done.last_seq(), last_seq_));
  }
  absl::StatusOr<Stats> totals = FromProto(done.totals());
  if (!totals.ok()) return FailProtocol(FillLocal({"totals: {}", "总数：{}"}, totals.status()));
  absl::StatusOr<Stats> warm_up = done.has_warm_up() ? FromProto(done.warm_up()) : Stats{};
  if (!warm_up.ok()) return FailProtocol(FillLocal({"totals of the warm-up: {}", "预热的总数：{}"}, warm_up.status()));
  absl::StatusOr<Stats> awkward = done.has_awkward() ? FromProto(done.awkward()) : Stats{};
  if (!awkward.ok()) {
    return FailProtocol(FillLocal({"totals of awkward clients: {}", "异常客户端的总数：{}"}, awkward.status()));
  }
  const absl::StatusOr<CpuUsage> cpu = FromProto(done.cpu());
  if (!cpu.ok()) return FailProtocol(ErrorLines(cpu.status()));
  if (state_ != State::kRunning && !stop_sent_ && done.stopped_early().empty()) {
    return FailProtocol({"ended before the start", "在开始之前就结束了"});
  }
  AgentPeerReport report{*std::move(totals),
                         *cpu,
                         LinesOf(done.stopped_early(), done.stopped_early_statement(), kMaxTextLength),
                         std::nullopt,
                         *std::move(warm_up),
                         *std::move(awkward)};
  const int64_t started_ns = done.started_mono_ns();
  if (state_ == State::kRunning && started_ns != 0 && started_ns > start_agent_ns_ - kMaxStartSkewNs &&
      started_ns < start_agent_ns_ + kMaxStartSkewNs) {
    report.start_skew_ns = started_ns - clock_now_.At(loop_.MonoNs()).offset_ns - start_ns_;
  }
  state_.Enter(State::kReported);
  probes_left_ = clock_probes_;
  if (!probe_sent_ns_.has_value()) SendProbe();
  timer_->ArmAt(loop_.MonoNs() + kLastProbesNs);
  observer_.OnPeerDone(index_, report);
}

void AgentPeer::Close() {
  state_.Enter(State::kEnded);
  timer_->Cancel();
  link_->CloseSend();
  observer_.OnPeerClosed(index_);
}

void AgentPeer::FailProtocol(const LocalString& detail) {
  if (ended()) return;
  Fail(accepted() ? AgentResult::State::kLost : AgentResult::State::kUnreachable,
       FillLocal({"broke the control protocol: {}", "违反控制协议：{}"}, ShownLines(detail)));
}

void AgentPeer::Fail(AgentResult::State state, const LocalString& detail) {
  // It has said all that counts.
  if (state_ == State::kReported) return Close();
  GiveUp();
  observer_.OnPeerFailed(index_, state, detail);
}

}  // namespace wsload
