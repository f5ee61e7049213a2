// A run with one honest agent and one that sends whatever it likes, whenever it likes: it ends, and nothing of what was
// sent can harm who reads the result.
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/lang/statement.h"
#include "common/plan/plan_proto.h"
#include "common/plan/run_policy.h"
#include "common/stats/stats_proto.h"
#include "common/util/status.h"
#include "common/util/text.h"
#include "controller/output/console_summary.h"
#include "controller/output/result_json.h"
#include "controller/run/coordinator.h"
#include "tests/fuzz/control_records.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/support/manual_event_loop.h"
#include "tests/support/sim_agent.h"

namespace wsload {
namespace {

constexpr int kMaxSteps = 64;
// Longer than every wait of a run together.
constexpr int64_t kEndOfPatienceNs = 600 * kNsPerSecond;

/// The test's end of a link: keeps what an honest answer needs to know.
struct Wire {
  AgentLinkObserver* observer = nullptr;
  int64_t probe_sent_ns = 0;
  v1::Slice slice;
  uint64_t reports = 0;
};

void CheckTakeOver(const v1::TakeOver& take_over) {
  FuzzCheck(FromProto(take_over.slice(), ShortPlan()).ok(), "a share that is none of the plan's was handed over");
}

class WireLink final : public AgentLink {
 public:
  explicit WireLink(Wire& wire) : wire_(wire) {}
  ~WireLink() override { wire_.observer = nullptr; }

  void Open(AgentLinkObserver* observer) override { wire_.observer = observer; }
  void Send(v1::ControllerMessage message) override {
    if (message.has_clock_probe()) wire_.probe_sent_ns = message.clock_probe().sent_ns();
    if (message.has_assign()) wire_.slice = message.assign().slice();
    if (message.has_take_over()) CheckTakeOver(message.take_over());
  }
  void CloseSend() override {}
  const std::string& address() const override { return address_; }

 private:
  Wire& wire_;
  const std::string address_ = "hostile:7400";
};

void CheckLine(const std::string& line) {
  FuzzCheck(!HasControlCharacter(line), "a control character in a line for people");
  FuzzCheck(IsUtf8(line), "a line that is no UTF-8");
}

class Listener final : public RunListener {
 public:
  void OnPhase(Phase) override {}
  void OnInterval(const SeriesPoint&, const Stats&, const Stats&, const std::vector<AgentResult>&) override {}
  void OnNotice(const Statement& notice) override {
    for (const Language language : {Language::kEnglish, Language::kChinese}) CheckLine(StatementText(language, notice));
  }
};

class Run {
 public:
  explicit Run(AgentLossPolicy on_agent_loss) : honest_(loop_, "honest:7400", 5 * kNsPerSecond, {}) {
    honest_.script().on_sent = [this](int64_t message, int64_t) {
      FuzzCheck(sent_.insert(message).second, "the same message twice by one agent");
    };
    RunCoordinator::Limits limits;
    limits.policy.on_agent_loss = on_agent_loss;
    std::vector<std::unique_ptr<AgentLink>> links;
    links.push_back(honest_.NewLink());
    links.push_back(std::make_unique<WireLink>(wire_));
    coordinator_ = std::make_unique<RunCoordinator>(loop_, loop_.clock(), "run-1", ShortPlan(), std::move(links),
                                                    limits, &listener_);
    coordinator_->Start([this](RunResult result) { result_ = std::move(result); });
    loop_.RunUntilIdle();
  }

  void Step(const ControlRecords& record) {
    v1::AgentMessage message;
    bool whole = true;
    switch (record.kind() % 64 % 14) {
      case 0:
        whole = message.ParseFromString(std::string(record.bytes()));
        break;
      case 1:
        message.mutable_clock_reply()->set_sent_ns(wire_.probe_sent_ns);
        message.mutable_clock_reply()->set_agent_mono_ns(loop_.MonoNs());
        whole = record.Overlay(*message.mutable_clock_reply());
        break;
      case 2:
        message.mutable_accepted()->set_agent_name("hostile");
        whole = record.Overlay(*message.mutable_accepted());
        break;
      case 3:
        message.mutable_ready()->set_opened(wire_.slice.clients().count());
        whole = record.Overlay(*message.mutable_ready());
        break;
      case 4:
        FillReport(*message.mutable_report());
        whole = record.Overlay(*message.mutable_report());
        break;
      case 5:
        *message.mutable_done()->mutable_totals() = ToProto(Stats());
        message.mutable_done()->set_last_seq(wire_.reports);
        whole = record.Overlay(*message.mutable_done());
        break;
      case 6:
        whole = record.Overlay(*message.mutable_refused());
        break;
      case 7:
        loop_.AdvanceBy(record.Number(5 * kNsPerSecond));
        return;
      case 8:
        if (coordinator_ != nullptr && !result_.has_value()) coordinator_->Interrupt();
        ++interrupts_;
        loop_.RunUntilIdle();
        return;
      case 10:
        honest_is_well_ = false;
        honest_.Crash();
        loop_.RunUntilIdle();
        return;
      case 11:
        honest_is_well_ = false;
        honest_.Hang();
        return;
      case 12:
        honest_is_well_ = false;
        honest_.Drain("leaving");
        loop_.RunUntilIdle();
        return;
      default:
        Close(MakeStatus(absl::StatusCode::kUnavailable, "{}", record.bytes()));
        return;
    }
    if (whole && wire_.observer != nullptr) wire_.observer->OnAgentMessage(std::move(message));
    loop_.RunUntilIdle();
    // What is no message breaks the stream, as gRPC would.
    if (!whole) Close(MakeStatus(absl::StatusCode::kUnavailable, "malformed"));
  }

  void ExpectAnEnd() {
    loop_.AdvanceBy(kEndOfPatienceNs);
    FuzzCheck(result_.has_value(), "the run did not end");
    coordinator_.reset();
    loop_.RunUntilIdle();
    const std::string json = ResultJson(*result_);
    FuzzCheck(nlohmann::json::accept(json), "result.json that is no JSON");
    for (const Language language : {Language::kEnglish, Language::kChinese}) {
      std::string text = ConsoleSummary(language, *result_) + ConsoleVerdict(language, *result_);
      std::erase(text, '\n');
      CheckLine(text);
    }
    for (const AgentResult& agent : result_->agents) {
      CheckLine(agent.name);
      for (const LocalString* line : {&agent.state_detail, &agent.stopped_early}) {
        CheckLine(line->english() + line->chinese());
      }
    }
    CheckLine(std::string(Text(result_->error)));
    // Whatever the other one claims, what the honest one did is in there.
    const Counters& counters = result_->agents[0].totals.counters;
    FuzzCheck(result_->totals.counters.scheduled >= counters.scheduled, "an honest agent's messages are gone");
    using State = AgentResult::State;
    const State honest = result_->agents[0].state;
    if (honest_is_well_ && interrupts_ < 2) {
      FuzzCheck(honest != State::kLost && honest != State::kRefused, "an honest agent is given up for another's lies");
    }
    FuzzCheck(result_->agents[0].messages_taken_over >= 0 && result_->agents[1].messages_taken_over >= 0,
              "less than nothing was taken over");
    for (const Gap& gap : result_->gaps) {
      FuzzCheck(gap.messages_not_scheduled >= 0 && gap.unaccounted >= 0, "a gap of less than nothing");
      FuzzCheck(gap.from_ns >= 0 && gap.from_ns <= gap.to_ns, "a gap that ends before it begins");
    }
  }

 private:
  void FillReport(v1::Report& report) {
    report.set_seq(++wire_.reports);
    report.set_phase(v1::PHASE_CONNECT);
    report.set_interval_index(static_cast<int64_t>(wire_.reports) - 1);
    *report.mutable_delta() = ToProto(Stats());
  }

  void Close(const absl::Status& status) {
    // An upcall of a link is its last once it is closed.
    if (AgentLinkObserver* observer = std::exchange(wire_.observer, nullptr)) observer->OnLinkClosed(status);
    loop_.RunUntilIdle();
  }

  ManualEventLoop loop_;
  SimAgent honest_;
  Wire wire_;
  Listener listener_;
  std::set<int64_t> sent_;  ///< the honest agent's
  bool honest_is_well_ = true;
  int interrupts_ = 0;
  std::optional<RunResult> result_;
  std::unique_ptr<RunCoordinator> coordinator_;
};

}  // namespace
}  // namespace wsload

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using wsload::AgentLossPolicy;
  // The kinds of steps need less than four bits of the first byte.
  constexpr AgentLossPolicy kPolicies[] = {AgentLossPolicy::kFail, AgentLossPolicy::kContinue,
                                           AgentLossPolicy::kRebalance, AgentLossPolicy::kRebalance};
  wsload::Run run(kPolicies[size == 0 ? 0 : data[0] >> 6]);
  wsload::ControlRecords records(data, size);
  for (int step = 0; step < wsload::kMaxSteps && records.Next(); ++step) run.Step(records);
  run.ExpectAnEnd();
  return 0;
}
