// The catalogue of statements: for each kind its name for programs, its
// arguments, and its text in every language. For statement.cc alone.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "common/lang/statement.h"

namespace wsload::catalogue {

/// What an argument is, and how it is shown.
enum class Form {
  kCount,           ///< 5
  kIndex,           ///< 5; below 0, not known: ?
  kMicroseconds,    ///< 12.3 ms
  kNanoseconds,     ///< 12.3 s
  kOffset,          ///< nanoseconds, +12.3 s
  kUnixTime,        ///< nanoseconds, 2030-01-31T23:59:59Z
  kShare,           ///< 97 %, below one 0.2 %
  kNeededBytes,     ///< whole MiB, rounded up
  kAvailableBytes,  ///< whole MiB, rounded down
  kText,
};

struct Arg {
  std::string_view name;
  Form form = Form::kText;
};

class Args {
 public:
  constexpr Args(std::initializer_list<Arg> args) : size_(args.size()) {
    std::copy(args.begin(), args.end(), args_.begin());
  }
  constexpr const Arg* begin() const { return args_.data(); }
  constexpr const Arg* end() const { return args_.data() + size_; }
  constexpr size_t size() const { return size_; }

 private:
  std::array<Arg, 6> args_{};
  size_t size_;
};

struct Entry {
  StatementKind kind;
  std::string_view name;
  Args args;
  /// Holes are names of arguments, {p99_us}, or {agent}; a text without {agent} stands behind the agent's name.
  LocalText text;
};

inline constexpr Arg kWorker{"worker", Form::kIndex};
inline constexpr Arg kCpuShare{"cpu_share", Form::kShare};
inline constexpr Arg kBoundShare{"bound_share", Form::kShare};
inline constexpr Arg kBoundUs{"bound_us", Form::kMicroseconds};
inline constexpr Arg kP99Us{"p99_us", Form::kMicroseconds};
inline constexpr Arg kMessages{"messages", Form::kCount};
inline constexpr Arg kConnections{"connections", Form::kCount};
inline constexpr Arg kWanted{"wanted", Form::kCount};
inline constexpr Arg kClients{"clients", Form::kCount};
inline constexpr Arg kMostClients{"most_clients", Form::kCount};
inline constexpr Arg kCauses{"causes", Form::kText};
inline constexpr Arg kTarget{"target", Form::kText};
inline constexpr Arg kWhy{"why", Form::kText};

using Kind = StatementKind;

// In the order of StatementKind: an entry is found by its position.
inline constexpr Entry kEntries[] = {
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
      kBoundShare},
     "the loop of worker {worker} stalled {stalls} times, {stalled_us} in all (longest {longest_us}) in {measured_ns} "
     "of measuring, bound {bound_share}",
     "工作线程 {worker} 的事件循环停顿 {stalls} 次，合计 {stalled_us}（最长 {longest_us}），压测 {measured_ns}，上限 "
     "{bound_share}"},

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

    // What to do about a cause of failure.
    {Kind::kHintHttp401,
     "hint_http_401",
     {},
     "the server does not take the token: check -jwt-key-file, -jwt-issuer and -biz-id",
     "服务器不接受令牌：请检查 -jwt-key-file、-jwt-issuer 和 -biz-id"},
    {Kind::kHintHttp403,
     "hint_http_403",
     {},
     "the server forbids it: check the token's key (-jwt-key-file), -biz-id and -header",
     "服务器禁止访问：请检查令牌密钥 (-jwt-key-file)、-biz-id 和 -header"},
    {Kind::kHintHttp404,
     "hint_http_404",
     {},
     "nothing at this path: check the path in -server",
     "该路径不存在：请检查 -server 中的路径"},
    {Kind::kHintHttp5xx,
     "hint_http_5xx",
     {},
     "the server failed or is overloaded: look into its log, or lengthen -ramp-up",
     "服务器出错或过载：请查看服务器日志，或延长 -ramp-up"},
    {Kind::kHintRefused,
     "hint_refused",
     {},
     "nothing listens there: is the server running, is the port in -server right?",
     "目标端口无人监听：服务器是否已启动？-server 中的端口是否正确？"},
    {Kind::kHintResolve,
     "hint_resolve",
     {},
     "the host name is not known: check -server, or the DNS of the load host",
     "无法解析主机名：请检查 -server 或压测机的 DNS"},
    {Kind::kHintUnreachable,
     "hint_unreachable",
     {},
     "no route to the server: check network and firewall",
     "到服务器的网络不通：请检查网络和防火墙"},
    {Kind::kHintConnectTimeout,
     "hint_connect_timeout",
     {},
     "no answer within -conn-timeout: server overloaded or port filtered; lengthen -ramp-up",
     "在 -conn-timeout 内没有应答：服务器过载或端口被过滤；可延长 -ramp-up"},
    {Kind::kHintTls,
     "hint_tls",
     {},
     "the TLS handshake failed: ws:// or wss:// mixed up in -server?",
     "TLS 握手失败：-server 的 ws:// 与 wss:// 是否写错？"},
    {Kind::kHintTlsCertificate,
     "hint_tls_certificate",
     {},
     "certificate not trusted: give its authority with -ca-file, or -insecure-skip-verify",
     "证书不受信任：请用 -ca-file 指定 CA 证书，或使用 -insecure-skip-verify"},
    {Kind::kHintNoDescriptors,
     "hint_no_descriptors",
     {},
     "raise the limit of open files on the load host (ulimit -n), or add agents",
     "请提高压测机的打开文件数上限 (ulimit -n)，或增加压测节点"},
    {Kind::kHintNoPorts,
     "hint_no_ports",
     {},
     "local ports used up (about 28,000 per source address): give more addresses with -local-addrs, or add agents",
     "本地端口耗尽（每个源地址约 28000 个）：请用 -local-addrs 增加源地址，或增加压测节点"},
    {Kind::kHintSourceAddress,
     "hint_source_address",
     {},
     "a source address (-local-addrs) is not the load host's, or of the wrong family",
     "源地址 (-local-addrs) 不属于压测机，或与服务器的地址族不同"},
    {Kind::kHintReset,
     "hint_reset",
     {},
     "the other side broke the connection: look into the server's log",
     "对端断开了连接：请查看服务器日志"},
    {Kind::kHintClosed1001,
     "hint_closed_1001",
     {},
     "the server is going away or re-balancing",
     "服务器正在下线或重新均衡"},
    {Kind::kHintClosed1003,
     "hint_closed_1003",
     {},
     "the server cannot read our messages: check -serializer",
     "服务器无法识别消息：请检查 -serializer"},
    {Kind::kHintClosed1008,
     "hint_closed_1008",
     {},
     "the server refuses our messages: check -cipher, -cipher-key-file and -serializer",
     "服务器拒绝了消息：请检查 -cipher、-cipher-key-file 和 -serializer"},
    {Kind::kHintClosed1009,
     "hint_closed_1009",
     {},
     "messages too big for the server: lower -msg-size",
     "消息超过服务器上限：请减小 -msg-size"},
    {Kind::kHintAllTimeouts,
     "hint_all_timeouts",
     {},
     "no message was acknowledged: check -cipher, -cipher-key-file, -serializer and -protocol, then the server's log",
     "没有任何消息得到确认：请检查 -cipher、-cipher-key-file、-serializer 和 -protocol，再查看服务器日志"},
    {Kind::kHintSomeTimeouts,
     "hint_some_timeouts",
     {},
     "not acknowledged within -resp-timeout: the server is slow or drops messages",
     "在 -resp-timeout 内未得到确认：服务器过慢或丢失消息"},
    {Kind::kHintRateLimited,
     "hint_rate_limited",
     {},
     "the server limits its clients: lower -mps or spread it over more -clients",
     "服务器对客户端限流：请降低 -mps 或增加 -clients"},
    {Kind::kHintUndecodable,
     "hint_undecodable",
     {{"frames", Form::kCount}},
     "{frames} frames could not be read: check -serializer and -cipher on both sides",
     "{frames} 个帧无法解析：请检查两端的 -serializer 和 -cipher"},
    {Kind::kHintUnsent,
     "hint_unsent",
     {kMessages},
     "{messages} messages never left: no connection could take them when they were due, or the generator was too slow "
     "(see the verdict)",
     "{messages} 条消息未发出：到期时没有可用的连接，或压测端过慢（见结论）"},
    {Kind::kLateAcks,
     "late_acks",
     {{"acks", Form::kCount}},
     "{acks} acknowledgements came after their timeout (counted as timeouts)",
     "{acks} 条确认在超时之后才到达（已计为超时）"},
};

}  // namespace wsload::catalogue
