// Results to print and to judge.
#pragma once

#include "common/plan/phase.h"
#include "controller/result/result_builder.h"

namespace wsload {

inline constexpr char kSampleJwtKey[] = "jwt-key-that-nobody-may-see";
inline constexpr char kSampleCipherKey[] = "cipher-key-that-nobody-may-see!!";
inline constexpr char kSampleHeaderSecret[] = "Bearer header-secret";

inline RunPlan SamplePlan() {
  RunPlan plan;
  plan.clients = 10;
  plan.mps = 100;
  plan.duration_ns = 2 * kNsPerSecond;
  plan.ramp_up_ns = kNsPerSecond;
  plan.server = *ServerUrl::Parse("ws://gw:9002/ws?api_key=url-secret&room=7");
  plan.jwt_key = kSampleJwtKey;
  plan.cipher_key = kSampleCipherKey;
  plan.headers = {{"Authorization", kSampleHeaderSecret}, {"X-AutoClose", "true"}};
  return plan;
}

/// Agents "h1:7400", "h2:7400", ... with the plan's slices.
inline std::vector<AgentResult> SampleAgents(const RunPlan& plan, int count) {
  std::vector<AgentResult> agents(count);
  const std::vector<Slice> slices = SplitOverAgents(plan, count);
  for (int i = 0; i < count; ++i) {
    agents[i].address = "h" + std::to_string(i + 1) + ":7400";
    agents[i].slice = slices[i];
  }
  return agents;
}

/// Every assigned connection opens, every message is acknowledged after 20 ms.
inline Stats PerfectConnect(const Slice& slice) {
  Stats stats;
  stats.counters.connections.attempted = slice.clients.count;
  stats.counters.connections.opened = slice.clients.count;
  stats.connect.RecordUs(1500, slice.clients.count);
  return stats;
}
inline Stats PerfectMeasure(int64_t messages) {
  Stats stats;
  stats.counters.scheduled = messages;
  stats.counters.success = messages;
  stats.counters.bytes_sent = messages * 150;
  stats.response.RecordUs(20'100, messages);
  stats.service.RecordUs(20'000, messages);
  stats.send_lag.RecordUs(100, messages);
  return stats;
}
inline Stats PerfectClose(const Slice& slice) {
  Stats stats;
  stats.counters.connections.closed = slice.clients.count;
  return stats;
}

/// Two workers in a second that asked little of them.
inline std::vector<WorkerLoad> CalmWorkers(const Stats& stats) {
  WorkerLoad worker;
  worker.user_us = 20'000;
  worker.system_us = 10'000;
  worker.wall_us = 1'000'000;
  worker.sent = stats.counters.scheduled / 2;
  WorkerLoad other = worker;
  other.sent = stats.counters.scheduled - worker.sent;
  return {worker, other};
}

/// A run of `agents` agents without a fault, reported to `builder` in full.
inline void ReportPerfectRun(ResultBuilder& builder, const std::vector<AgentResult>& agents) {
  constexpr int64_t kUnixNs = 1'700'000'000 * kNsPerSecond;
  std::vector<Stats> sums(agents.size());
  const auto add = [&](Phase phase, int64_t index, auto&& stats_of) {
    for (size_t i = 0; i < agents.size(); ++i) {
      const Stats stats = stats_of(agents[i].slice);
      sums[i].Merge(stats);
      (void)builder.AddInterval(static_cast<int>(i), phase, index, stats, CalmWorkers(stats));
    }
  };
  builder.BeginPhase(Phase::kConnect, kUnixNs, 0);
  add(Phase::kConnect, 0, PerfectConnect);
  builder.BeginPhase(Phase::kMeasure, kUnixNs + kNsPerSecond, kNsPerSecond);
  for (int second = 0; second < 2; ++second) {
    add(Phase::kMeasure, second, [&](const Slice& slice) {
      const int64_t half = slice.messages.count / 2;
      return PerfectMeasure(second == 0 ? half : slice.messages.count - half);
    });
  }
  builder.BeginPhase(Phase::kDrain, kUnixNs + 3 * kNsPerSecond, 3 * kNsPerSecond);
  builder.BeginPhase(Phase::kClose, kUnixNs + 3 * kNsPerSecond, 3 * kNsPerSecond + 20 * kNsPerMs);
  add(Phase::kClose, 0, PerfectClose);
  CpuUsage cpu;
  cpu.user_us = 40'000;
  cpu.wall_us = 2'000'000;
  cpu.busiest_worker_share = 0.03;
  for (size_t i = 0; i < agents.size(); ++i) {
    (void)builder.AgentDone(static_cast<int>(i), sums[i], cpu, "");
  }
  builder.EndPhases(3 * kNsPerSecond + 30 * kNsPerMs);
}

inline RunResult PerfectResult(int agent_count = 1) {
  const RunPlan plan = SamplePlan();
  const std::vector<AgentResult> agents = SampleAgents(plan, agent_count);
  ResultBuilder builder("0123456789abcdef", plan, agents, nullptr);
  ReportPerfectRun(builder, agents);
  return builder.Build();
}

/// Some were back, others not.
inline Outage SomeOutage() {
  Outage outage;
  outage.from_ns = 2 * kNsPerSecond;
  outage.to_ns = 5 * kNsPerSecond;
  outage.lost = 40;
  outage.losses = {{"storm", 40}};
  outage.redialled = 60;
  outage.failures = {{"refused", 21}};
  outage.reconnected = 39;
  outage.back_us_p50 = 700'000;
  outage.back_us_p90 = 1'500'000;
  outage.scheduled = 300;
  outage.failed = 4;
  outage.unsent = 5;
  outage.response_us_p99_before = 20'000;
  outage.response_us_p99_during = 90'000;
  return outage;
}

}  // namespace wsload
