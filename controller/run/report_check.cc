#include "controller/run/report_check.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "common/plan/push_posts.h"
#include "common/stats/figure_list.h"
#include "common/stats/wire_bounds.h"
#include "common/time/clock.h"
#include "common/util/local_error.h"
#include "common/util/saturating.h"

namespace wsload {
namespace {

// What two hosts' clocks may go apart, twice what a time daemon does; and what timers, and reports that are cut a
// moment early, may be off by.
constexpr int64_t kDriftPart = 1'000;
constexpr int64_t kReportAheadNs = 2 * kNsPerSecond;

/// Counted together, whatever a server does: the part is of the whole.
struct Part {
  LocalText name;
  int64_t part;
  LocalText whole_name;
  int64_t whole;
};

absl::Status CheckParts(const Part& claim) {
  if (claim.part <= claim.whole) return absl::OkStatus();
  return LocalInvalidArgument({"{} {} of {} {}", "{0} 个{1}，而{3}只有 {2} 个"}, claim.part, claim.name, claim.whole,
                              claim.whole_name);
}

/// Sums of what was reported before and what is reported now.
class Sums {
 public:
  Sums(const Stats& so_far, const Stats& delta) : so_far_(so_far), delta_(delta) {}

  int64_t operator()(int64_t Counters::*field) const {
    return SaturatingAdd(so_far_.counters.*field, delta_.counters.*field);
  }
  int64_t operator()(int64_t ConnectionCounters::*field) const {
    return SaturatingAdd(so_far_.counters.connections.*field, delta_.counters.connections.*field);
  }
  int64_t operator()(Histogram Stats::*field) const {
    return SaturatingAdd((so_far_.*field).count(), (delta_.*field).count());
  }
  int64_t Failed() const { return SaturatingAdd(so_far_.counters.failed(), delta_.counters.failed()); }

 private:
  const Stats& so_far_;
  const Stats& delta_;
};

absl::Status CheckAll(std::span<const Part> claims) {
  for (const Part& claim : claims) {
    if (absl::Status status = CheckParts(claim); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckMessages(const ReportLimits& limits, int64_t messages, const Sums& sum) {
  using C = Counters;
  const int64_t scheduled = sum(&C::scheduled);
  const int64_t ended = SaturatingAdd(SaturatingAdd(sum(&C::success), sum.Failed()), sum(&C::unsent));
  const Part parts[] = {
      {{"messages", "消息"}, scheduled, {"that are its own by now", "至今属于它的"}, messages},
      {{"ends of messages", "消息的结果"}, ended, {"messages", "消息"}, scheduled},
      {{"retries", "重发"},
       sum(&C::retries),
       {"that its messages may have", "（其消息最多可重发的次数）"},
       SaturatingMultiply(scheduled, limits.retries)},
      {{"successes by retry", "重发后成功的消息"}, sum(&C::success_by_retry), {"retries", "重发"}, sum(&C::retries)},
      {{"response times", "响应时间"},
       sum(&Stats::response),
       {"acknowledged messages", "已确认的消息"},
       sum(&C::success)},
      {{"service times", "服务时间"},
       sum(&Stats::service),
       {"acknowledged messages", "已确认的消息"},
       sum(&C::success)},
      {{"send lags", "发送滞后"}, sum(&Stats::send_lag), {"messages", "消息"}, scheduled},
      {{"heartbeat round trips", "心跳往返"},
       sum(&Stats::heartbeat),
       {"answered heartbeats", "有应答的心跳"},
       sum(&C::heartbeats_acked)},
  };
  return CheckAll(parts);
}

absl::Status CheckPushes(const ReportLimits& limits, const Sums& sum) {
  using C = Counters;
  const Part parts[] = {
      {{"repeated pushes", "重复的推送"}, sum(&C::pushes_repeated), {"pushes", "推送"}, sum(&C::pushes)},
      {{"push latencies", "推送延迟"}, sum(&Stats::push), {"pushes", "推送"}, sum(&C::pushes)},
      {{"stamped pushes", "带标记的推送"},
       SaturatingAdd(SaturatingAdd(sum(&C::push_received), sum(&C::push_duplicates)),
                     SaturatingAdd(sum(&C::push_misdirected), sum(&C::push_strangers))),
       {"pushes", "推送"},
       sum(&C::pushes)},
      {{"pushes out of order", "乱序的推送"},
       sum(&C::push_out_of_order),
       {"stamped pushes", "带标记的推送"},
       sum(&C::push_received)},
      {{"untracked pushes", "未跟踪的推送"},
       sum(&C::push_untracked),
       {"stamped pushes", "带标记的推送"},
       sum(&C::push_received)},
      {{"delivery times", "送达时间"},
       sum(&Stats::push_delivery),
       {"stamped pushes", "带标记的推送"},
       sum(&C::push_received)},
      {{"expected pushes", "应收的推送"},
       sum(&C::push_expected),
       {"that its messages can bring about", "可由其消息产生的"},
       SaturatingAdd(SaturatingMultiply(sum(&C::scheduled), limits.listeners), sum(&C::posts))},
      {{"posts", "投递"}, sum(&C::posts), {"that are planned", "计划的"}, limits.posts},
      {{"ends of posts", "投递的结果"},
       SaturatingAdd(SaturatingAdd(sum(&C::posts_accepted), sum(&C::posts_refused)),
                     SaturatingAdd(sum(&C::posts_unanswered), sum(&C::posts_unsent))),
       {"posts", "投递"},
       sum(&C::posts)},
      {{"post times", "投递时间"},
       sum(&Stats::post),
       {"answered posts", "有应答的投递"},
       SaturatingAdd(sum(&C::posts_accepted), sum(&C::posts_refused))},
      {{"unconfirmed pushes", "未确认的推送"},
       sum(&C::push_unconfirmed),
       {"expected pushes", "应收的推送"},
       sum(&C::push_expected)},
  };
  return CheckAll(parts);
}

absl::Status CheckConnections(const ReportLimits& limits, int64_t clients, const Sums& sum) {
  using N = ConnectionCounters;
  const int64_t dialled = SaturatingAdd(sum(&N::opened), sum(&N::failed));
  const int64_t again = SaturatingAdd(SaturatingAdd(sum(&N::reconnected), sum(&N::replaced)), sum(&N::moved));
  const Part parts[] = {
      {{"first dials", "首次拨号"},
       sum(&N::attempted) - std::min(sum(&N::attempted), sum(&N::redialled)),
       {"clients", "客户端"},
       clients},
      {{"further dials", "再次拨号"},
       sum(&N::redialled),
       {"dials", "拨号"},
       limits.redials ? sum(&N::attempted) : int64_t{0}},
      {{"connections of clients that came back, came after others or moved", "恢复、接替或迁移的客户端的连接"},
       again,
       {"further dials", "再次拨号"},
       sum(&N::redialled)},
      {{"connections that came back", "恢复的连接"}, sum(&N::reconnected), {"lost ones", "丢失的连接"}, sum(&N::lost)},
      {{"reconnect times", "重连时间"},
       sum(&Stats::reconnect),
       {"connections that came back", "恢复的连接"},
       sum(&N::reconnected)},
      {{"move times", "迁移时间"}, sum(&Stats::move), {"further dials", "再次拨号"}, sum(&N::redialled)},
      {{"ends of dials", "拨号的结果"}, dialled, {"dials", "拨号"}, sum(&N::attempted)},
      {{"connect times", "建连时间"}, sum(&Stats::connect), {"opened connections", "已建立的连接"}, sum(&N::opened)},
      {{"ends of connections", "连接的结束"},
       SaturatingAdd(sum(&N::lost), sum(&N::closed)),
       {"opened connections", "已建立的连接"},
       sum(&N::opened)},
      {{"compressed connections", "压缩的连接"},
       sum(&N::compressed),
       {"opened connections", "已建立的连接"},
       sum(&N::opened)},
  };
  return CheckAll(parts);
}

absl::Status CheckWorkers(const ReportLimits& limits, const std::vector<WorkerLoad>& workers) {
  if (std::ssize(workers) > limits.workers) {
    return LocalInvalidArgument({"{} workers of {}", "{} 个工作线程（应有 {} 个）"}, workers.size(), limits.workers);
  }
  const int64_t time_us = limits.run_ns / kNsPerUs;
  for (const WorkerLoad& worker : workers) {
    for (const WorkerFigureInfo& row : kWorkerFigures) {
      const int64_t most = std::string_view(row.unit) == "us" ? time_us : limits.messages;
      if (row.field == &WorkerLoad::stalls || worker.*row.field <= most) continue;
      return LocalInvalidArgument(
          {"a worker's {} of {}, where {} are possible by now", "某工作线程的 {} 为 {}，而至今最多可能为 {}"},
          row.name.member, worker.*row.field, most);
    }
    if (worker.sent_late > worker.sent) {
      return LocalInvalidArgument(
          {"{} late messages of {} that a worker sent", "某工作线程迟发 {} 条，而它只发送了 {} 条"}, worker.sent_late,
          worker.sent);
    }
  }
  return absl::OkStatus();
}

/// Messages that can have been due by then and are no warm-up's, whose messages are reported apart.
int64_t MeasuredBy(const ReportLimits& limits, Phase phase) {
  if (phase == Phase::kWarmUp) return 0;
  return limits.messages - limits.warm_up_messages;
}

absl::Status Impossible(const absl::Status& why) {
  return LocalInvalidArgument({"it reports the impossible: {}", "它报告了不可能的内容：{}"}, why);
}

}  // namespace

ReportLimits TimeLimits(const RunInstants& run, Phase phase, int64_t now_ns, int64_t clock_error_ns) {
  const auto since = [&](int64_t from_ns) {
    const int64_t elapsed_ns = now_ns - from_ns;
    return elapsed_ns + elapsed_ns / kDriftPart + 4 * clock_error_ns + kReportAheadNs;
  };
  ReportLimits limits;
  limits.run_ns = since(run.begun_ns);
  limits.load_ns = run.start_ns == 0 ? 0 : since(run.start_ns);
  // One that gives up begins to drain and close when it likes.
  limits.phase_ns = since(run.ramp_ns);
  if (phase == Phase::kWarmUp || phase == Phase::kMeasure) {
    limits.phase_ns = run.start_ns == 0 ? -1 : limits.load_ns - (phase == Phase::kMeasure ? run.warm_up_ns : 0);
  }
  return limits;
}

void LimitByPlan(const RunPlan& plan, ReportLimits& limits) {
  limits.report_interval_ns = plan.report_interval_ns;
  limits.retries = plan.retry;
  limits.posts = PostScheduleOf(plan).total();
  limits.redials = ClientsDialAgain(plan);
  limits.listeners = plan.push_to.MostOf(plan.clients);
  if (plan.model == LoadModel::kOpen) return;
  // A closed loop sends as many as the server lets it, and less than one a nanosecond.
  limits.messages = limits.load_ns;
  limits.warm_up_messages = std::min(limits.load_ns, plan.warm_up_ns);
}

absl::Status CheckReport(const ReportLimits& limits, Phase phase, int64_t interval_index, const Stats& so_far,
                         const Stats& delta, const std::vector<WorkerLoad>& workers) {
  if (limits.phase_ns < 0 || interval_index > limits.phase_ns / limits.report_interval_ns) {
    return LocalInvalidArgument({"it reports interval {} of phase {}, which cannot have begun yet",
                                 "它报告了时段 {}（阶段 {}），而该时段不可能已经开始"},
                                interval_index, NameOf(phase));
  }
  const Sums sum(so_far, delta);
  absl::Status status = CheckMessages(limits, MeasuredBy(limits, phase), sum);
  if (status.ok()) status = CheckPushes(limits, sum);
  if (status.ok()) status = CheckConnections(limits, limits.clients, sum);
  if (status.ok()) status = CheckWorkers(limits, workers);
  return status.ok() ? status : Impossible(status);
}

absl::Status CheckWarmUp(const ReportLimits& limits, Phase phase, const Stats& so_far, const Stats& delta) {
  const absl::Status status =
      CheckMessages(limits, phase < Phase::kWarmUp ? 0 : limits.warm_up_messages, Sums(so_far, delta));
  return status.ok() ? status : Impossible(status);
}

absl::Status CheckAwkward(const ReportLimits& limits, Phase phase, const Stats& so_far, const Stats& delta,
                          const Counters& totals) {
  const ConnectionCounters& dials = totals.connections;
  const int64_t left = MeasuredBy(limits, phase) - totals.scheduled;
  const Sums sum(so_far, delta);
  absl::Status status = CheckMessages(limits, left, sum);
  if (status.ok()) status = CheckPushes(limits, sum);
  if (status.ok()) {
    status =
        CheckConnections(limits, limits.clients - (dials.attempted - std::min(dials.attempted, dials.redialled)), sum);
  }
  return status.ok() ? status : Impossible(status);
}

absl::Status CheckApart(const ReportLimits& limits, Phase phase, const ResultBuilder& so_far, int agent,
                        const Stats& delta, const StatsByStage& stages) {
  if (const Stats* warm_up = so_far.WarmUpIn(stages); warm_up != nullptr) {
    const absl::Status fits = CheckWarmUp(limits, phase, so_far.AgentWarmUp(agent), *warm_up);
    if (!fits.ok()) return fits;
  }
  // What the others do may use up what an earlier report has told of the awkward ones.
  const Stats* const awkward = AwkwardOf(stages);
  if (awkward == nullptr && so_far.AgentAwkward(agent).counters == Counters{}) return absl::OkStatus();
  Counters totals = so_far.AgentTotals(agent).counters;
  totals.Merge(delta.counters);
  return CheckAwkward(limits, phase, so_far.AgentAwkward(agent), awkward == nullptr ? Stats{} : *awkward, totals);
}

absl::Status CheckCpuUsage(const ReportLimits& limits, const CpuUsage& cpu) {
  const int64_t wall_us = limits.run_ns / kNsPerUs;
  const int64_t time_us = SaturatingMultiply<int64_t>(wall_us, kMaxWireCores);
  if (cpu.wall_us <= wall_us && cpu.user_us <= time_us && cpu.system_us <= time_us && cpu.throttled_us <= time_us) {
    return absl::OkStatus();
  }
  return LocalInvalidArgument({"it reports the impossible: more time of its processors than there was",
                               "它报告了不可能的内容：处理器时间多于实际经过的时间"});
}

}  // namespace wsload
