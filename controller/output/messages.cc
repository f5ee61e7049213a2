#include "controller/output/messages.h"

#include <iterator>

namespace wsload {
namespace {

struct Entry {
  Msg message;
  LocalText text;
};

// In the order of Msg: a message is found by its position.
constexpr Entry kEntries[] = {
    {Msg::kPhaseConnect, "connecting", "建立连接"},
    {Msg::kPhaseMeasure, "measuring", "压测"},
    {Msg::kPhaseDrain, "draining", "等待响应"},
    {Msg::kPhaseClose, "closing", "关闭连接"},
    {Msg::kProgress, "[{} {} %]  {:.1f} s of {:.1f} s", "[{} {} %]  {:.1f} 秒 / {:.1f} 秒"},
    {Msg::kProgressOpen, "[{}]  {:.1f} s", "[{}]  {:.1f} 秒"},
    {Msg::kTotalConnections, "total connections", "总连接数"},
    {Msg::kActiveConnections, "active connections", "活跃连接数"},
    {Msg::kTotalMessages, "total messages", "总消息数"},
    {Msg::kSucceededMessages, "succeeded", "成功消息数"},
    {Msg::kFailedMessages, "failed", "失败消息数"},
    {Msg::kElapsed, "elapsed", "运行时间"},
    {Msg::kMessageRate, "message rate (msg/s)", "消息速率 (msg/s)"},
    {Msg::kSuccessRate, "success rate (%)", "成功率 (%)"},
    {Msg::kUnsentMessages, "unsent", "未发送消息数"},
    {Msg::kElapsedValue, "{:.1f} s (measured {:.1f} s)", "{:.1f} 秒（其中压测 {:.1f} 秒）"},
    {Msg::kNow, "{} (now)", "{}（当前）"},
    {Msg::kPeak, "{} (peak)", "{}（峰值）"},
    {Msg::kLatencyMs, "latency (ms)", "延迟 (ms)"},
    {Msg::kCount, "count", "样本数"},
    {Msg::kMean, "mean", "平均"},
    {Msg::kMax, "max", "最大"},
    {Msg::kResponse, "response", "响应时间"},
    {Msg::kService, "service", "服务时间"},
    {Msg::kConnect, "connect", "建连时间"},
    {Msg::kSendLag, "send lag", "发送滞后"},
    {Msg::kPush, "push", "推送延迟"},
    {Msg::kHeartbeatRoundTrip, "heartbeat", "心跳往返"},
    {Msg::kLoopStall, "loop stall", "循环停顿"},
    {Msg::kRecent, "{}, last {:.0f} s", "{}（最近 {:.0f} 秒）"},
    {Msg::kOverall, "{}, overall", "{}（累计）"},
    {Msg::kAgent, "agent", "压测节点"},
    {Msg::kState, "state", "状态"},
    {Msg::kConnections, "connections", "连接"},
    {Msg::kActive, "active", "活跃"},
    {Msg::kMessages, "messages", "消息"},
    {Msg::kSuccess, "succeeded", "成功"},
    {Msg::kFailed, "failed", "失败"},
    {Msg::kUnsent, "unsent", "未发送"},
    {Msg::kSendLagP99, "send lag p99 (ms)", "发送滞后 p99 (ms)"},
    {Msg::kCpu, "worker CPU (%)", "最忙线程 (%)"},
    {Msg::kStateDone, "done", "完成"},
    {Msg::kStateLost, "lost", "失联"},
    {Msg::kStateRefused, "refused", "拒绝"},
    {Msg::kStateUnreachable, "unreachable", "无法连接"},
    {Msg::kAndMore, "and {} more (result.json has all)", "另有 {} 个（全部见 result.json）"},
    {Msg::kFailuresByCause, "failures by cause", "失败原因"},
    {Msg::kAlsoSeen, "also seen", "其他情况"},
    {Msg::kConnectionFailures, "connections not opened, by cause", "未建立的连接（按原因）"},
    {Msg::kConnectionLosses, "connections lost, by cause", "中断的连接（按原因）"},
    {Msg::kCauseTimeout, "timeout", "响应超时"},
    {Msg::kCauseRateLimited, "rate limited", "被限流"},
    {Msg::kCauseConnectionLost, "connection lost", "连接中断"},
    {Msg::kCauseSendError, "send error", "发送出错"},
    {Msg::kCauseRefused, "refused", "协议拒绝"},
    {Msg::kVerdict, "Measurement: {}", "测量：{}"},
    {Msg::kVerdictValid, "{}", "有效 ({})"},
    {Msg::kVerdictGeneratorLimited, "{} - these figures describe the generator, not the server",
     "受压测端限制 ({})：数据反映的是压测端而非服务器"},
    {Msg::kVerdictDegraded, "{} - the load was smaller than planned", "降级 ({})：实际负载小于计划"},
    {Msg::kThresholds, "Thresholds: {}", "阈值：{}"},
    {Msg::kThresholdsPassed, "passed ({} of {} kept)", "通过（{} / {} 达标）"},
    {Msg::kThresholdsFailed, "failed ({} of {} kept)", "未通过（{} / {} 达标）"},
    {Msg::kThresholdsInconclusive, "inconclusive ({} of {} kept) - the figures describe the generator",
     "无法判定（{} / {} 达标）：数据反映的是压测端"},
    {Msg::kThresholdsNotJudged, "not judged ({} of {} kept) - the run did not come to all of them",
     "未判定（{} / {} 达标）：压测未进行到底"},
    {Msg::kThresholdsNone, "none given: nothing was judged", "未设置：未作判定"},
    {Msg::kThresholdKept, "kept", "达标"},
    {Msg::kThresholdBroken, "BROKEN", "未达标"},
    {Msg::kThresholdOpen, "open", "未定"},
    {Msg::kThresholdNotMeasured, "not measured", "未测得"},
    {Msg::kThresholdSince, "since {:.1f} s", "自第 {:.1f} 秒起"},
    {Msg::kOutcomeFailed, "Outcome: FAILED", "结果：失败 (FAILED)"},
    {Msg::kQuiet, "{} {:.1f}/s ok {} % p50 {} p99 {} | thresholds {} | {}",
     "{} {:.1f}/s 成功 {} % p50 {} p99 {} | 阈值 {} | {}"},
    {Msg::kQuietNoThresholds, "none", "无"},
    {Msg::kInterrupted, "Interrupted: this is the result up to then.", "已中断：以下为中断前的结果。"},
    {Msg::kRunFailed, "The run could not be carried out: {}", "压测无法进行：{}"},
    {Msg::kStartSpread, "all agents began to measure within {} ms", "各压测节点开始压测的时间相差不超过 {} 毫秒"},
    {Msg::kRunId, "Run {}", "运行 {}"},
    {Msg::kPlan, "{} clients, {} msg/s for {}, ramp-up {}, {}-byte messages to {}",
     "{} 个客户端，每秒 {} 条消息，持续 {}，建连阶段 {}，消息 {} 字节，服务器 {}"},
    {Msg::kPlanDetails, "protocol {}, serializer {}, cipher {}, agents: {}",
     "协议 {}，序列化 {}，加密 {}，压测节点：{}"},
    {Msg::kChecked, "checked before: connections opened and closed {}, not counted below",
     "压测前检查：已建立并关闭 {} 个连接，不计入下列数据"},
    {Msg::kFilesWritten, "result.json, report.html and timeseries.csv are in {}",
     "result.json、report.html 和 timeseries.csv 已写入 {}"},
    {Msg::kReportWritten, "The report is {}", "报告已写入 {}"},
    {Msg::kDashboardAt, "The run can be watched at {}", "可在 {} 查看运行情况"},
    {Msg::kLingering, "Its report stays at {1} for {0} (Ctrl-C ends that)", "报告在 {1} 保留 {0}（按 Ctrl-C 结束）"},
    {Msg::kSeriesRun, "Run {} of {}", "第 {} 次，共 {} 次"},
    {Msg::kSeriesTitle, "Over {} runs", "{} 次压测汇总"},
    {Msg::kSeriesFigure, "figure", "指标"},
    {Msg::kSeriesMedian, "median", "中位数"},
    {Msg::kSeriesLeast, "least", "最小"},
    {Msg::kSeriesMost, "most", "最大"},
    {Msg::kSeriesSpread, "spread (%)", "离散度 (%)"},
    {Msg::kSeriesAgreed, "{} of {} runs were carried out: all of them agree", "执行了 {} 次（共 {} 次）：结果全部一致"},
    {Msg::kSeriesEnded, "{} of {} runs were carried out: the last one ended all",
     "执行了 {} 次（共 {} 次）：最后一次终止了全部"},
    {Msg::kSeriesWritten, "all runs are in {}", "全部结果已写入 {}"},
    {Msg::kNotice, "! {}", "! {}"},
    {Msg::kDoctorVersion, "version", "版本"},
    {Msg::kDoctorCores, "cores", "核数"},
    {Msg::kDoctorOpenFiles, "open files", "打开文件数"},
    {Msg::kDoctorConnections, "addresses x ports", "源地址 x 端口"},
    {Msg::kDoctorAddresses, "host addresses", "主机地址"},
    {Msg::kDoctorMemory, "memory", "可用内存"},
    {Msg::kDoctorClients, "clients that fit", "可承载客户端"},
    {Msg::kDoctorClock, "clock offset", "时钟偏差"},
    {Msg::kDoctorTarget, "server", "服务器"},
    {Msg::kDoctorVerdict, "verdict", "结论"},
    {Msg::kDoctorOk, "ok", "正常"},
    {Msg::kDoctorNotOk, "NOT OK", "异常"},
    {Msg::kDoctorNo, "no", "不通"},
    {Msg::kCompareFilesWritten, "{} are in {}", "{} 已写入 {}"},
    {Msg::kSelftestMachine,
     "{} cores; {} worker(s) against the mock gateway ({} thread(s)) on this machine, over loopback; wsload {}",
     "{} 核；{} 个工作线程经回环网络压测本机的模拟网关（{} 个线程）；wsload {}"},
    {Msg::kSelftestFloor, "Latency floor: 1 client at {} msg/s, loopback TCP and the mock gateway included",
     "延迟下限：1 个客户端，{} msg/s，含回环 TCP 与模拟网关的开销"},
    {Msg::kSelftestRun,
     "{} msg/s: {}, send lag p99 {} ms, {} % acknowledged, worker {} % busy and {} % waiting, gateway {} % busy",
     "{} msg/s：{}，发送滞后 p99 {} ms，确认 {} %，工作线程忙 {} %、等待 {} %，网关忙 {} %"},
    {Msg::kSelftestRate, "Highest honest rate: {} msg/s per worker (VALID, send lag p99 under 1 ms)",
     "最高可信速率：每个工作线程 {} msg/s（VALID，发送滞后 p99 低于 1 ms）"},
    {Msg::kSelftestRateAtLeast,
     "Highest honest rate: at least {} msg/s per worker (VALID, send lag p99 under 1 ms); a lower bound, see below",
     "最高可信速率：每个工作线程至少 {} msg/s（VALID，发送滞后 p99 低于 1 ms）；此为下界，原因见下"},
    {Msg::kSelftestNoRate, "No rate was honest: none kept the verdict VALID and the send lag p99 under 1 ms",
     "没有可信的速率：均未能保持 VALID 且发送滞后 p99 低于 1 ms"},
    {Msg::kSelftestCpu, "CPU per message {:.1f} us (user {:.1f}, system {:.1f})",
     "每条消息的 CPU {:.1f} us（用户态 {:.1f}，内核态 {:.1f}）"},
    {Msg::kSelftestShares, "the busiest worker used {} % of its core, the gateway {} % of its own",
     "最忙的工作线程占用其核 {} %，网关占用其核 {} %"},
    {Msg::kSelftestFailed, "too much: {}", "超出：{}"},
    {Msg::kSelftestLimitNone, "no rate that was tried was too much", "尝试过的速率均未超出"},
    {Msg::kSelftestLimitWorker, "the limit was the worker's core", "限制来自工作线程所用的核"},
    {Msg::kSelftestLimitGateway, "the limit was the mock gateway, not wsload: the figure is a lower bound",
     "限制来自模拟网关而非 wsload：该数字为下界"},
    {Msg::kSelftestLimitSharedCores,
     "the worker waited for cores that the gateway or other programs had: the figure is a lower bound",
     "工作线程在等待被网关或其他程序占用的核：该数字为下界"},
    {Msg::kSelftestLimitMachine,
     "nobody's cores were full, but the machine woke the worker late: the figure is a lower bound; a quieter machine "
     "does better",
     "各方的核均未用满，但系统唤醒工作线程过晚：该数字为下界，在更空闲的机器上会更好"},
    {Msg::kSelftestIncomplete, "the time was up before the search ended (-duration): the figure is a lower bound",
     "搜索结束前时间已到 (-duration)：该数字为下界"},
    {Msg::kSelftestSizing, "For {} msg/s plan {} worker(s), {} % in reserve, with a core of its own for each.",
     "若需 {} msg/s，请规划 {} 个工作线程（留有 {} % 余量），每个独占一核。"},
    {Msg::kSelftestSizingAtMost,
     "For {} msg/s plan at most {} worker(s), {} % in reserve, with a core of its own for each; since the rate is a "
     "lower bound, fewer may do.",
     "若需 {} msg/s，最多规划 {} 个工作线程（留有 {} % 余量），每个独占一核；因该速率为下界，可能更少即可。"},
    {Msg::kSelftestInterrupted, "Interrupted: this is what was known by then.", "已中断：以上为中断前的结果。"},
};

static_assert(std::size(kEntries) == static_cast<size_t>(Msg::kEnd), "every message has its entry");

constexpr bool InOrder() {
  for (size_t i = 0; i < std::size(kEntries); ++i) {
    if (kEntries[i].message != static_cast<Msg>(i)) return false;
  }
  return true;
}
static_assert(InOrder(), "entries in the order of Msg");

}  // namespace

std::string_view MessageText(Language language, Msg message) {
  return kEntries[static_cast<size_t>(message)].text.In(language);
}

std::string NoticeLine(Language language, const Statement& notice) {
  return Say(language, Msg::kNotice, StatementText(language, notice)) + "\n";
}

}  // namespace wsload
