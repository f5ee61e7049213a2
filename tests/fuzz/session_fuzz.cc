// AgentSession under any controller: messages from nowhere, messages that are nearly right, at any time, in any order.
#include <algorithm>
#include <limits>
#include <memory>
#include <string>

#include "agent/session/agent_session.h"
#include "common/plan/plan_proto.h"
#include "common/plan/slice.h"
#include "common/util/status.h"
#include "common/util/text.h"
#include "common/version.h"
#include "tests/fuzz/control_records.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/support/fake_engine.h"
#include "tests/support/manual_event_loop.h"

namespace wsload {
namespace {

constexpr int64_t kMaxClients = 1'000;
constexpr int kMaxSteps = 64;
// What a session takes instants to be near: later ones are refused.
constexpr int64_t kFarNs = 60 * kNsPerSecond;

/// One agent, and the stream that it serves at the time.
class Agent {
 public:
  Agent() : slot_(loop_.clock()) {
    config_.name = "fuzzed";
    config_.slot = &slot_;
    config_.max_clients = kMaxClients;
    config_.allowed_targets = *TargetList::Parse("localhost,gateway:9002");
    config_.engine_factory = [this, real = NewFakeEngineFactory(loop_, script_)](
                                 const std::string& run_id, const RunPlan& plan, const Slice& slice,
                                 LoadEngineObserver& observer) -> absl::StatusOr<std::unique_ptr<LoadEngine>> {
      CheckWhatGotThrough(plan, slice);
      // The fake engine counts every message, which is no matter of the session's.
      if (WholeRun(plan).messages.count > 1'000 || plan.duration_ns / plan.report_interval_ns > 1'000) {
        return MakeStatus(absl::StatusCode::kResourceExhausted, "more than a fake engine takes");
      }
      return real(run_id, plan, slice, observer);
    };
    script_.on_sent = [this](int64_t message, int64_t sent_ns) {
      FuzzCheck(message >= 0 && sent_ns <= lease_until_ns_, "a message without a lease");
    };
    OpenStream();
  }

  ~Agent() {
    session_.reset();
    loop_.RunUntilIdle();
    FuzzCheck(slot_.run_id().empty(), "the slot is taken, and nobody is there");
    FuzzCheck(script_.engines_alive == 0, "an engine outlived its session");
  }

  void Step(const ControlRecords& record) {
    if (session_ == nullptr) OpenStream();
    v1::ControllerMessage message;
    switch (record.kind() % 11) {
      case 0:
        // What is no message breaks the stream, before the session hears of it.
        if (message.ParseFromString(std::string(record.bytes()))) Deliver(message);
        break;
      case 1:
        FillAssign(*message.mutable_assign());
        if (record.Overlay(*message.mutable_assign())) Deliver(message);
        break;
      case 2:
        message.mutable_connect()->set_ramp_start_mono_ns(loop_.MonoNs() + kNsPerMs);
        if (record.Overlay(*message.mutable_connect())) Deliver(message);
        break;
      case 3:
        message.mutable_start()->set_start_mono_ns(loop_.MonoNs() + kNsPerMs);
        if (record.Overlay(*message.mutable_start())) Deliver(message);
        break;
      case 4:
        if (record.Overlay(*message.mutable_stop())) Deliver(message);
        break;
      case 5:
        loop_.AdvanceBy(record.Number(200 * kNsPerSecond));
        break;
      case 6:
        lost_ = true;
        session_->OnControllerLost();
        break;
      case 7:
        session_->Drain("leaving");
        break;
      case 8:
        message.mutable_lease()->set_until_mono_ns(loop_.MonoNs() + 5 * kNsPerSecond);
        if (record.Overlay(*message.mutable_lease())) Deliver(message);
        break;
      case 9:
        FillTakeOver(*message.mutable_take_over());
        if (record.Overlay(*message.mutable_take_over())) Deliver(message);
        break;
      default:
        if (record.Overlay(*message.mutable_clock_probe())) Deliver(message);
    }
    loop_.RunUntilIdle();
    if (finished_) session_.reset();
  }

 private:
  void Deliver(const v1::ControllerMessage& message) {
    // Counts when it arrives in time and the session listens; taken for as long as it may at most be.
    if (message.has_lease() && message.lease().until_mono_ns() <= loop_.MonoNs() + kFarNs) {
      lease_until_ns_ = std::max(lease_until_ns_, message.lease().until_mono_ns());
    }
    session_->OnControllerMessage(message);
  }

  void FillTakeOver(v1::TakeOver& take_over) const {
    *take_over.mutable_slice() = ToProto(Divide(WholeRun(ShortPlan()), 2)[1]);
    take_over.set_from_mono_ns(loop_.MonoNs());
  }

  static void FillAssign(v1::Assign& assign) {
    const RunPlan plan = ShortPlan();
    assign.set_run_id("run-1");
    assign.set_protocol_version(kControlProtocolVersion);
    *assign.mutable_plan() = ToProto(plan);
    *assign.mutable_slice() = ToProto(WholeRun(plan));
  }

  static void CheckWhatGotThrough(const RunPlan& plan, const Slice& slice) {
    FuzzCheck(ValidatePlan(plan).ok(), "a plan that does not hold was taken");
    FuzzCheck(slice.clients.count >= 0 && slice.clients.count <= kMaxClients, "a slice beyond the agent's means");
    const std::string server = AsciiLower(plan.server.text());
    FuzzCheck(server.find("localhost") != std::string::npos || server.find("gateway:9002") != std::string::npos,
              "a target that is not on the list");
  }

  void OpenStream() {
    finished_ = refused_ = accepted_ = done_ = lost_ = false;
    last_seq_ = 0;
    lease_until_ns_ = std::numeric_limits<int64_t>::min();
    session_ = std::make_unique<AgentSession>(
        loop_, config_, [this](const v1::AgentMessage& message) { Check(message); },
        [this] {
          FuzzCheck(!finished_, "finished twice");
          finished_ = true;
        });
    loop_.RunUntilIdle();
  }

  void Check(const v1::AgentMessage& message) {
    FuzzCheck(!finished_, "a message after the end");
    FuzzCheck(!lost_, "a message to a controller that is gone");
    if (message.has_clock_reply()) return;
    FuzzCheck(!refused_ && !done_, "a message after Refused or Done");
    if (message.has_refused()) {
      refused_ = true;
      FuzzCheck(!message.refused().message().empty(), "a refusal without a line");
      FuzzCheck(!HasControlCharacter(message.refused().message()), "a control character in a refusal");
      FuzzCheck(IsUtf8(message.refused().message()), "a refusal that cannot be sent");
    } else if (message.has_accepted()) {
      FuzzCheck(!accepted_, "accepted twice");
      accepted_ = true;
    } else {
      FuzzCheck(accepted_, "a report without a run");
    }
    if (message.has_report()) FuzzCheck(message.report().seq() == ++last_seq_, "a gap in the reports");
    if (message.has_done()) {
      done_ = true;
      FuzzCheck(message.done().last_seq() == last_seq_, "Done counts other reports");
      FuzzCheck(!HasControlCharacter(message.done().stopped_early()), "a control character in Done");
    }
  }

  ManualEventLoop loop_;
  FakeEngineScript script_;
  RunSlot slot_;
  AgentConfig config_;
  bool finished_ = false;
  bool refused_ = false;
  bool accepted_ = false;
  bool done_ = false;
  bool lost_ = false;
  uint64_t last_seq_ = 0;
  int64_t lease_until_ns_ = 0;
  std::unique_ptr<AgentSession> session_;
};

}  // namespace
}  // namespace wsload

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  wsload::Agent agent;
  wsload::ControlRecords records(data, size);
  for (int step = 0; step < wsload::kMaxSteps && records.Next(); ++step) agent.Step(records);
  return 0;
}
