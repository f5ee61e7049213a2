// What the coordinator's tests share: plans, and an ear for what a run says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/plan/phase.h"
#include "common/plan/run_plan.h"
#include "controller/result/result_builder.h"
#include "controller/run/coordinator.h"
#include "tests/support/chinese_lines.h"
#include "tests/support/manual_event_loop.h"

namespace wsload {

inline RunPlan TestPlan() {
  RunPlan plan;
  plan.clients = 10;
  plan.mps = 7;
  plan.duration_ns = 5 * kNsPerSecond;
  plan.ramp_up_ns = 2 * kNsPerSecond;
  plan.cipher_key = kDemoCipherKey;
  plan.jwt_key = kDemoJwtKey;
  return plan;
}

class RecordingListener final : public RunListener {
 public:
  void OnPhase(Phase phase) override { phases.push_back(phase); }
  void OnInterval(const SeriesPoint& point, const Stats&, const Stats&, const std::vector<AgentResult>&) override {
    points.push_back(point);
  }
  void OnNotice(const Statement& notice) override {
    if (!hears_older_agents) {
      EXPECT_TRUE(IsChinese(StatementText(Language::kChinese, notice)));
    }
    notices.push_back(StatementText(Language::kEnglish, notice));
  }

  std::vector<Phase> phases;
  std::vector<SeriesPoint> points;
  std::vector<std::string> notices;  ///< in English
  bool hears_older_agents = false;   ///< who say all in English alone
};

/// One coordinator on a manual loop, and the result once there is one.
class RunHarness {
 public:
  explicit RunHarness(RunPlan run_plan = TestPlan()) : plan(std::move(run_plan)) {}

  void Start(std::vector<std::unique_ptr<AgentLink>> links, RunCoordinator::Limits limits = {}) {
    coordinator =
        std::make_unique<RunCoordinator>(loop, loop.clock(), "run-1", plan, std::move(links), limits, heard_by);
    coordinator->Start([this](RunResult run_result) {
      ++results;
      finished_at_ns = loop.MonoNs();
      result = std::move(run_result);
      // As a main may do it.
      coordinator.reset();
    });
    loop.RunUntilIdle();
  }

  ManualEventLoop loop;
  RunPlan plan;
  RecordingListener listener;
  RunListener* heard_by = &listener;
  std::unique_ptr<RunCoordinator> coordinator;
  std::optional<RunResult> result;
  int64_t finished_at_ns = 0;
  int results = 0;
};

}  // namespace wsload
