// The catalogue of statements: for each kind its name for programs, its
// arguments, and its text in every language. For statement.cc alone.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

#include "common/lang/catalogue_comparison.h"
#include "common/lang/catalogue_entry.h"
#include "common/lang/catalogue_hints.h"
#include "common/lang/catalogue_refusals.h"
#include "common/lang/catalogue_sightings.h"
#include "common/lang/statement.h"

namespace wsload::catalogue {

using Kind = StatementKind;

// In the order of StatementKind: an entry is found by its position.
inline constexpr Entry kRunEntries[] = {
    // Why the figures describe the generator.
    {Kind::kSendLag,
     "send_lag",
     {kP99Us, kBoundUs, {"max_us", Form::kMicroseconds}},
     "messages left late: send lag p99 {p99_us}, bound {bound_us} (max {max_us})",
     "消息发送滞后：p99 为 {p99_us}，上限 {bound_us}（最大 {max_us}）"},
    {Kind::kLateWorker,
     "late_worker",
     {kWorker, {"late_messages", Form::kCount}, kMessages, kBoundUs, kP99Us},
     "worker {worker} sent {late_messages} of its {messages} messages more than {bound_us} late (send lag p99 of the "
     "agent {p99_us})",
     "工作线程 {worker} 有 {late_messages} 条消息（共 {messages} 条）迟发超过 {bound_us}（该节点发送滞后 p99 为 "
     "{p99_us}）"},
    {Kind::kGivenUp,
     "given_up",
     {kWorker, kMessages},
     "worker {worker} was so far behind at the end that it never sent {messages} messages: they are unsent",
     "工作线程 {worker} 到结束时仍严重滞后，有 {messages} 条消息未能发出，计入未发送"},
    {Kind::kStalledWorker,
     "stalled_worker",
     {kWorker,
      {"stalls", Form::kCount},
      {"stalled_us", Form::kMicroseconds},
      {"longest_us", Form::kMicroseconds},
      {"measured_ns", Form::kNanoseconds},
      kBoundShare,
      {"touched_share", Form::kShare}},
     "the loop of worker {worker} stalled {stalls} times, {stalled_us} in all (longest {longest_us}) in {measured_ns} "
     "of measuring: {touched_share} of its messages left late or had their answer read late, bound {bound_share}",
     "工作线程 {worker} 的事件循环停顿 {stalls} 次，合计 {stalled_us}（最长 {longest_us}），压测 {measured_ns}：其 "
     "{touched_share} 的消息迟发或应答被迟读，上限 {bound_share}"},

    // Why a worker was late or stood still, and what to do about it.
    {Kind::kBusyWorker,
     "busy_worker",
     {kWorker, kCpuShare, kBoundShare, {"workers", Form::kCount}, {"cores", Form::kCount}},
     "worker {worker} used {cpu_share} of a core, bound {bound_share}: use more than {workers} workers on its {cores} "
     "cores (-workers), more agents, or a lower -mps",
     "工作线程 {worker} 占用单核 {cpu_share}，上限 {bound_share}：请使用多于 {workers} 个工作线程（该机有 {cores} "
     "核，-workers）、增加压测节点，或降低 -mps"},
    {Kind::kBusyHost,
     "busy_host",
     {kWorker, kCpuShare, kBoundShare, {"workers", Form::kCount}},
     "worker {worker} used {cpu_share} of a core, bound {bound_share}, and its {workers} workers have all cores: use "
     "more agents, or a lower -mps",
     "工作线程 {worker} 占用单核 {cpu_share}，上限 {bound_share}，其 {workers} "
     "个工作线程已用满所有核：请增加压测节点，或降低 -mps"},
    {Kind::kWaitingWorker,
     "waiting_worker",
     {kWorker, {"waited_share", Form::kShare}},
     "worker {worker} waited for a core for {waited_share} of the time: keep other programs off that host, or use "
     "fewer workers there",
     "工作线程 {worker} 有 {waited_share} 的时间在等待空闲的核：请不要在该机运行其他程序，或减少其工作线程"},
    {Kind::kWaitingOnlyWorker,
     "waiting_only_worker",
     {{"waited_share", Form::kShare}},
     "its worker waited for a core for {waited_share} of the time: keep other programs off that host",
     "其工作线程有 {waited_share} 的时间在等待空闲的核：请不要在该机运行其他程序"},
    {Kind::kHeldWorker,
     "held_worker",
     {kWorker, kCpuShare},
     "worker {worker} used only {cpu_share} of a core: its process or host stood still (stopped, suspended, cores "
     "taken by the hypervisor), or acknowledgements came in bursts; use another host, or more agents",
     "工作线程 {worker} 仅占用单核 "
     "{cpu_share}"
     "：其进程或主机曾停住（被暂停、挂起，或核被虚拟化平台占用），或确认消息成批到达；请换用其他主机，或增加压测节点"},
    {Kind::kBurstyWorker,
     "bursty_worker",
     {kWorker, kCpuShare},
     "worker {worker} used {cpu_share} of a core, in bursts that made messages late: use more workers or agents, or a "
     "lower -mps",
     "工作线程 {worker} 占用单核 {cpu_share}，但负载成批出现，使消息迟发：请增加工作线程或压测节点，或降低 -mps"},
    {Kind::kThrottledAgent,
     "throttled_agent",
     {kQuotaCores, kThrottledNs},
     "throttled by its CPU quota of {quota_cores} cores for {throttled_ns}: raise the container's limit (docker "
     "--cpus, "
     "Kubernetes limits.cpu), use more agents, or a lower -mps",
     "被其 CPU 配额（{quota_cores} 核）限制，停顿 {throttled_ns}：请提高容器的限额（docker --cpus、Kubernetes "
     "limits.cpu）、增加压测节点，或降低 -mps"},
    {Kind::kNoDescriptors,
     "no_descriptors",
     {kConnections},
     "out of file descriptors for {connections} connections: raise the limit (ulimit -n), or use more agents",
     "{connections} 个连接因文件描述符耗尽而失败：请提高上限 (ulimit -n)，或增加压测节点"},
    {Kind::kNoPorts,
     "no_ports",
     {kConnections},
     "out of local ports for {connections} connections: use more agents, or widen net.ipv4.ip_local_port_range",
     "{connections} 个连接因本地端口耗尽而失败：请增加压测节点，或放宽 net.ipv4.ip_local_port_range"},

    // Why the load was smaller than planned.
    {Kind::kAgentLost, "agent_lost", {kWhy}, "agent {agent} lost: {why}", "压测节点 {agent} 失联：{why}"},
    {Kind::kAgentRefused,
     "agent_refused",
     {kWhy},
     "agent {agent} refused the run: {why}",
     "压测节点 {agent} 拒绝运行：{why}"},
    {Kind::kAgentUnreachable,
     "agent_unreachable",
     {kWhy},
     "agent {agent} unreachable: {why}",
     "压测节点 {agent} 无法连接：{why}"},
    {Kind::kUnaccounted,
     "unaccounted",
     {kMessages},
     "the end of {messages} scheduled messages is not known",
     "{messages} 条已调度消息的结果未知"},
    {Kind::kEndedEarly, "ended_early", {kWhy}, "agent {agent} ended early: {why}", "压测节点 {agent} 提前结束：{why}"},
    {Kind::kScheduleIncomplete,
     "schedule_incomplete",
     {{"scheduled", Form::kCount}, {"assigned", Form::kCount}},
     "agent {agent} scheduled {scheduled} of its {assigned} messages",
     "压测节点 {agent} 只调度了 {scheduled} 条消息（应为 {assigned} 条）"},
    {Kind::kGap,
     "gap",
     {kMessages, {"from_ns", Form::kNanoseconds}, {"to_ns", Form::kNanoseconds}},
     "nobody reported {messages} of its messages, due from {from_ns} to {to_ns} after the start",
     "有 {messages} 条消息无人报告（应在开始后 {from_ns} 至 {to_ns} 之间发送）"},
    {Kind::kConnectionsNotOpened,
     "connections_not_opened",
     {kConnections, kWanted, kCauses},
     "{connections} of {wanted} connections never opened: {causes}",
     "{connections} 个连接（共 {wanted} 个）未能建立：{causes}"},
    {Kind::kConnectionsNotDialled,
     "connections_not_dialled",
     {kConnections, kWanted},
     "{connections} of {wanted} connections never opened: not dialled",
     "{connections} 个连接（共 {wanted} 个）未能建立：没有发起连接"},
    {Kind::kConnectionsLost,
     "connections_lost",
     {kConnections, {"opened", Form::kCount}, kCauses},
     "{connections} of {opened} connections lost before the end: {causes}",
     "{connections} 个连接（共 {opened} 个）在结束前中断：{causes}"},
    {Kind::kConnectionsNotBack,
     "connections_not_back",
     {kConnections, {"lost", Form::kCount}, kCauses},
     "{connections} of {lost} lost connections were not opened again: {causes}",
     "{connections} 个中断的连接（共中断 {lost} 个）未能恢复：{causes}"},

    // Why the outcome of a run is that it failed.
    {Kind::kNotCarriedOut, "not_carried_out", {kWhy}, "it could not be carried out: {why}", "压测无法进行：{why}"},
    {Kind::kNoConnectionOpened,
     "no_connection_opened",
     {kWanted, kCauses},
     "none of {wanted} connections was opened: {causes}",
     "{wanted} 个连接均未建立：{causes}"},
    {Kind::kNothingSucceeded,
     "nothing_succeeded",
     {kMessages, kCauses},
     "none of {messages} messages succeeded: {causes}",
     "{messages} 条消息均未成功：{causes}"},
    {Kind::kThresholdBroken,
     "threshold_broken",
     {{"metric", Form::kText}, {"value", Form::kText}, {"bound", Form::kText}},
     "{metric} {value}, want {bound}",
     "{metric} 为 {value}，要求 {bound}"},
    {Kind::kThresholdNotMeasured,
     "threshold_not_measured",
     {kThreshold},
     "{threshold}: not measured",
     "{threshold}：未测得"},
    {Kind::kThresholdAborted,
     "threshold_aborted",
     {kThreshold, {"broken_ns", Form::kNanoseconds}, {"value", Form::kText}, {"over_ns", Form::kNanoseconds}},
     "{threshold} was broken for {broken_ns}, in the end by {value} over {over_ns}: the run is stopped",
     "{threshold} 持续 {broken_ns} 未达标（最后 {over_ns} 为 {value}）：停止压测"},
    {Kind::kThresholdAbortedUnmeasured,
     "threshold_aborted_unmeasured",
     {kThreshold, {"broken_ns", Form::kNanoseconds}},
     "{threshold} was broken for {broken_ns}, as nothing came back: the run is stopped",
     "{threshold} 持续 {broken_ns} 未达标（没有任何应答）：停止压测"},
    {Kind::kThresholdProvesNothing,
     "threshold_proves_nothing",
     {kThreshold},
     "{threshold} was kept, which proves nothing where the generator was late",
     "{threshold} 达标，但压测端受限，不能说明问题"},

    // Why an agent cannot take its slice of a run.
    {Kind::kAgentUnusable, "agent_unusable", {kWhy}, "{why}", "无法使用：{why}"},
    {Kind::kVersionMismatch,
     "version_mismatch",
     {{"version", Form::kText}, {"protocol", Form::kCount}, {"controller_protocol", Form::kCount}},
     "it is wsload {version} and speaks control protocol {protocol}, the controller {controller_protocol}; install the "
     "same wsload version on both",
     "版本为 wsload {version}，控制协议 {protocol}，而控制器为 {controller_protocol}；请在两端安装相同版本的 wsload"},
    {Kind::kAgentBusy,
     "agent_busy",
     {{"run_id", Form::kText}, {"since_unix_ns", Form::kUnixTime}},
     "busy with run {run_id} since {since_unix_ns}; wait for its end, or use another agent",
     "正忙于运行 {run_id}（自 {since_unix_ns} 起）；请等待其结束，或使用其他压测节点"},
    {Kind::kTooManyClients,
     "too_many_clients",
     {kClients, kMostClients},
     "{clients} clients are more than its -max-clients={most_clients}; raise that, or add agents",
     "{clients} 个客户端超过其 -max-clients={most_clients}；请提高该值，或增加压测节点"},
    {Kind::kTooFewDescriptors,
     "too_few_descriptors",
     {kClients, {"needed", Form::kCount}, {"limit", Form::kCount}},
     "{clients} clients need {needed} open files and the limit is {limit}; raise it (ulimit -n), or add agents",
     "{clients} 个客户端需要打开 {needed} 个文件，而上限为 {limit}；请提高上限 (ulimit -n)，或增加压测节点"},
    {Kind::kTooFewPorts,
     "too_few_ports",
     {kClients, {"most_connections", Form::kCount}},
     "{clients} clients are more than the {most_connections} connections that its source addresses and their ports can "
     "make to the server; give it more addresses (-local-addrs), widen net.ipv4.ip_local_port_range, or add agents",
     "{clients} 个客户端超过其源地址和本地端口到该服务器的 {most_connections} 个连接上限；请增加源地址 "
     "(-local-addrs)、放宽 net.ipv4.ip_local_port_range，或增加压测节点"},
    {Kind::kTooLittleMemory,
     "too_little_memory",
     {kClients, {"needed_bytes", Form::kNeededBytes}, {"available_bytes", Form::kAvailableBytes}},
     "{clients} clients need about {needed_bytes} of memory and {available_bytes} are available; free some, or add "
     "agents",
     "{clients} 个客户端约需 {needed_bytes} 内存，而可用 {available_bytes}；请释放内存，或增加压测节点"},
    {Kind::kTooFewThreads,
     "too_few_threads",
     {{"workers", Form::kCount}, {"needed", Form::kCount}, {"left", Form::kCount}},
     "{workers} workers need {needed} more threads and {left} can be made; raise the limit (ulimit -u, or the "
     "container's pids limit), or use fewer -workers",
     "{workers} 个工作线程还需要 {needed} 个线程，而只能再创建 {left} 个；请提高上限 (ulimit -u，或容器的 pids "
     "限制)，或减少 -workers"},
    {Kind::kForeignAddresses,
     "foreign_addresses",
     {{"addresses", Form::kText}},
     "cannot connect from {addresses}: not among the host's addresses; add them to an interface (ip addr add), or "
     "leave them out of -local-addrs",
     "无法从 {addresses} 发起连接：不是该主机的地址；请将其加到网卡上 (ip addr add)，或从 -local-addrs 中去掉"},
    {Kind::kTargetNotResolved,
     "target_not_resolved",
     {kTarget},
     "cannot resolve the host of {target}; check -server, and the DNS of the agent's host",
     "无法解析 {target} 的主机名；请检查 -server 以及该节点的 DNS"},
    {Kind::kTargetRefused,
     "target_refused",
     {kTarget},
     "{target} refuses the connection; is the server running, is the port in -server right?",
     "{target} 拒绝连接；服务器是否已启动？-server 中的端口是否正确？"},
    {Kind::kTargetUnreachable,
     "target_unreachable",
     {kTarget},
     "no route to {target}; check -server, and the network of the agent's host",
     "到 {target} 的网络不通；请检查 -server 以及该节点的网络"},
    {Kind::kTargetTimeout,
     "target_timeout",
     {kTarget},
     "{target} does not answer; check -server, and that no firewall is between",
     "{target} 没有应答；请检查 -server 以及中间的防火墙"},
    {Kind::kTargetNotUpgraded,
     "target_not_upgraded",
     {kTarget, kWhy},
     "no WebSocket connection to {target}: {why}",
     "无法与 {target} 建立 WebSocket 连接：{why}"},
    {Kind::kTargetNotAllowed,
     "target_not_allowed",
     {kTarget},
     "{target} is no target that this agent may load; add it to the agent's -allow-target, or name another -server",
     "该节点不允许压测 {target}；请将其加入该节点的 -allow-target，或更换 -server"},
    {Kind::kClockOff,
     "clock_off",
     {{"offset_ns", Form::kOffset}},
     "its clock is off by {offset_ns}, the server may refuse its user tokens; set the clocks by NTP",
     "时钟偏差 {offset_ns}，服务器可能拒绝其用户令牌；请用 NTP 校准时钟"},
    {Kind::kNoHeadroom,
     "no_headroom",
     {{"clients_after_loss", Form::kCount}, kClients, kMostClients},
     "it would have {clients_after_loss} clients after the loss of another agent, {clients} are its own, and it can "
     "carry {most_clients}: -on-agent-loss=rebalance would leave messages out; raise its limits, or add agents",
     "若失去另一个节点，它将有 {clients_after_loss} 个客户端（其中 {clients} 个是自己的），而最多只能承载 "
     "{most_clients} 个：-on-agent-loss=rebalance 将漏发部分消息；请提高其上限，或增加压测节点"},
    {Kind::kCpuQuota,
     "cpu_quota",
     {kQuotaCores, {"cores", Form::kCount}, kThrottledNs},
     "its container's CPU quota lets it use {quota_cores} of {cores} cores, and has held it up for {throttled_ns} so "
     "far; what is held up looks like a slow server",
     "其容器的 CPU 配额只允许使用 {cores} 核中的 {quota_cores} 核，至今已使其停顿 "
     "{throttled_ns}；停顿看起来会像服务器变慢"},
    {Kind::kAllAgentsReady,
     "all_agents_ready",
     {{"ready", Form::kCount}, {"agents", Form::kCount}},
     "{ready} of {agents} agents are ready for this run.",
     "{ready} / {agents} 个压测节点可以执行本次压测。"},
    {Kind::kAgentsNotReady,
     "agents_not_ready",
     {{"ready", Form::kCount}, {"agents", Form::kCount}},
     "Only {ready} of {agents} agents are ready for this run.",
     "只有 {ready} / {agents} 个压测节点可以执行本次压测。"},

    // Why a load stopped before its time.
    {Kind::kRunInterrupted, "run_interrupted", {}, "interrupted", "运行被中断"},
    {Kind::kOtherAgentLost, "other_agent_lost", {}, "agent {agent} lost", "压测节点 {agent} 失联"},
    {Kind::kOtherAgentUnfit, "other_agent_unfit", {}, "another agent cannot take part", "另有压测节点无法参与"},
    {Kind::kNoConnection, "no_connection", {}, "no connection could be opened", "未能建立任何连接"},
    {Kind::kToldToStop, "told_to_stop", {}, "stopped by the controller", "控制器要求停止"},
    {Kind::kToldToStopWhy, "told_to_stop_why", {kWhy}, "{why}", "控制器要求停止：{why}"},
    {Kind::kLeaseExpired, "lease_expired", {}, "lease expired", "租约到期"},
    {Kind::kControllerLost, "controller_lost", {}, "controller lost", "与控制器失去联系"},
    {Kind::kAgentLeaving, "agent_leaving", {kWhy}, "{why}", "压测节点退出：{why}"},
    {Kind::kRunRefused, "run_refused", {kWhy}, "{why}", "拒绝继续运行：{why}"},

    // What happens during a run.
    {Kind::kLoadHandedOver,
     "load_handed_over",
     {{"others", Form::kCount}, {"after_ns", Form::kNanoseconds}},
     "the load of agent {agent} goes to {others} others, {after_ns} after the start",
     "压测节点 {agent} 的负载在开始后 {after_ns} 由其余 {others} 个节点接管"},
    {Kind::kMessagesHandedOver,
     "messages_handed_over",
     {{"others", Form::kCount}, {"after_ns", Form::kNanoseconds}},
     "agent {agent} has no connection left: its messages go over the connections of {others} others, {after_ns} after "
     "the start",
     "压测节点 {agent} 已没有可用连接：其消息在开始后 {after_ns} 改由其余 {others} 个节点的连接发送"},
    {Kind::kNothingOpened,
     "nothing_opened",
     {kCauses},
     "no connection could be opened: {causes}",
     "未能建立任何连接：{causes}"},
    {Kind::kDrainingOnInterrupt,
     "draining_on_interrupt",
     {},
     "Interrupted: stopping and draining; press Ctrl-C again to stop at once.",
     "收到中断：正在停止并等待未完成的消息；再按一次 Ctrl-C 立即结束。"},
    {Kind::kEndingOnInterrupt,
     "ending_on_interrupt",
     {},
     "Interrupted again: ending at once with what is there.",
     "再次收到中断：立即结束，保留已有结果。"},
    {Kind::kOlderResultMoved,
     "older_result_moved",
     {{"directory", Form::kText}, {"to", Form::kText}},
     "the older result in {directory} is now in {to}",
     "{directory} 中原有的结果已移到 {to}"},
    {Kind::kSeriesNotWritten,
     "series_not_written",
     {{"file", Form::kText}, kWhy},
     "cannot write {file}: {why}; the run goes on, and all of it is written at its end if that works again",
     "无法写入 {file}：{why}；压测继续，若结束时可以写入则会写入全部内容"},
    {Kind::kLatencyLogNotWritten,
     "latency_log_not_written",
     {{"file", Form::kText}, kWhy},
     "cannot write {file}: {why}; the run goes on, and the latencies of its later intervals are not in that file",
     "无法写入 {file}：{why}；压测继续，但该文件中没有此后各时段的延迟"},
    {Kind::kResultNotKept,
     "result_not_kept",
     {{"directory", Form::kText}, kWhy},
     "{directory}: {why}; the run goes on and its result is not kept: name a directory with -out, or -out=none",
     "{directory}：{why}；压测继续，但不保存结果：请用 -out 指定目录，或使用 -out=none"},
    {Kind::kIntervalsNotShown,
     "intervals_not_shown",
     {kIntervals},
     "{intervals} intervals were not shown: the terminal did not read; all of them count, and the result has them",
     "{intervals} 个统计间隔未能显示：终端没有读取；它们均已计入，结果中都有"},
    {Kind::kIntervalsNotKept,
     "intervals_not_kept",
     {kIntervals},
     "{intervals} intervals are missing from the files that grow while the run goes on: the disk did not take them in "
     "time; all of them count, and result.json has them",
     "{intervals} 个统计间隔未能写入压测期间增长的文件：磁盘没有及时接收；它们均已计入，result.json 中都有"},
    {Kind::kSummaryNotShown,
     "summary_not_shown",
     {{"waited_ns", Form::kNanoseconds}},
     "nobody read the output for {waited_ns}: what was still to be shown is lost, and the exit code is 1; what "
     "is kept in files is whole",
     "已有 {waited_ns} 无人读取输出：其余内容已丢弃，退出码为 1；该次压测的文件是完整的"},
};

/// One table of several.
template <size_t... sizes>
constexpr auto Joined(const Entry (&... tables)[sizes]) {
  std::array<Entry, (sizes + ...)> entries;
  auto end = entries.begin();
  ((end = std::copy(std::begin(tables), std::end(tables), end)), ...);
  return entries;
}

inline constexpr auto kEntries =
    Joined(kRunEntries, kHintEntries, kSightingEntries, kComparisonEntries, kRefusalEntries);

}  // namespace wsload::catalogue
