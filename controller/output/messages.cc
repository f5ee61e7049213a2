#include "controller/output/messages.h"

#include <iterator>

namespace wsload {
namespace {

struct Entry {
  Msg message;
  std::string_view english;
  std::string_view chinese;
};

// In the order of Msg: a message is found by its position.
constexpr Entry kEntries[] = {
    {Msg::kPhaseConnect, "connecting", "建立连接"},
    {Msg::kPhaseMeasure, "measuring", "压测"},
    {Msg::kPhaseDrain, "draining", "等待响应"},
    {Msg::kPhaseClose, "closing", "关闭连接"},
    {Msg::kProgress, "[{} {:.0f} %]  {:.1f} s of {:.1f} s", "[{} {:.0f} %]  {:.1f} 秒 / {:.1f} 秒"},
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
    {Msg::kLatencyMs, "latency (ms)", "延迟 (ms)"},
    {Msg::kCount, "count", "样本数"},
    {Msg::kMin, "min", "最小"},
    {Msg::kMean, "mean", "平均"},
    {Msg::kMax, "max", "最大"},
    {Msg::kResponse, "response", "响应时间"},
    {Msg::kService, "service", "服务时间"},
    {Msg::kConnect, "connect", "建连时间"},
    {Msg::kSendLag, "send lag", "发送滞后"},
    {Msg::kPush, "push", "推送延迟"},
    {Msg::kLoopStall, "loop stall", "循环停顿"},
    {Msg::kRecent, "{}, last {:.0f} s", "{}（最近 {:.0f} 秒）"},
    {Msg::kOverall, "{}, overall", "{}（累计）"},
    {Msg::kAgent, "agent", "压测节点"},
    {Msg::kState, "state", "状态"},
    {Msg::kConnections, "connections", "连接"},
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
    {Msg::kStateRunning, "running", "运行中"},
    {Msg::kAndMore, "and {} more (result.json has all)", "另有 {} 个（全部见 result.json）"},
    {Msg::kFailuresByCause, "failures by cause", "失败原因"},
    {Msg::kConnectionFailures, "connections not opened, by cause", "未建立的连接（按原因）"},
    {Msg::kConnectionLosses, "connections lost, by cause", "中断的连接（按原因）"},
    {Msg::kCauseTimeout, "timeout", "响应超时"},
    {Msg::kCauseRateLimited, "rate limited", "被限流"},
    {Msg::kCauseConnectionLost, "connection lost", "连接中断"},
    {Msg::kCauseSendError, "send error", "发送出错"},
    {Msg::kCauseRefused, "refused", "协议拒绝"},
    {Msg::kLateAcks, "{} acknowledgements came after their timeout (counted as timeouts)",
     "{} 条确认在超时之后才到达（已计为超时）"},
    {Msg::kVerdict, "Verdict: {}", "结论：{}"},
    {Msg::kVerdictValid, "VALID", "有效 (VALID)"},
    {Msg::kVerdictGeneratorLimited, "GENERATOR_LIMITED - these figures describe the generator, not the server",
     "受压测端限制 (GENERATOR_LIMITED)：数据反映的是压测端而非服务器"},
    {Msg::kVerdictDegraded, "DEGRADED - the load was smaller than planned", "降级 (DEGRADED)：实际负载小于计划"},
    {Msg::kInterrupted, "Interrupted: this is the result up to then.", "已中断：以下为中断前的结果。"},
    {Msg::kRunFailed, "The run could not be carried out: {}", "压测无法进行：{}"},
    {Msg::kStartSpread, "all agents began to measure within {} ms", "各压测节点开始压测的时间相差不超过 {} 毫秒"},
    {Msg::kRunId, "Run {}", "运行 {}"},
    {Msg::kPlan, "{} clients, {} msg/s for {}, ramp-up {}, {}-byte messages to {}",
     "{} 个客户端，每秒 {} 条消息，持续 {}，建连阶段 {}，消息 {} 字节，服务器 {}"},
    {Msg::kPlanDetails, "protocol {}, serializer {}, cipher {}, agents: {}",
     "协议 {}，序列化 {}，加密 {}，压测节点：{}"},
    {Msg::kFilesWritten, "result.json and timeseries.csv are in {}", "result.json 和 timeseries.csv 已写入 {}"},
    {Msg::kNotice, "! {}", "! {}"},
    {Msg::kInterruptNotice, "Interrupted: stopping and draining; press Ctrl-C again to stop at once.",
     "收到中断：正在停止并等待未完成的消息；再按一次 Ctrl-C 立即结束。"},
    {Msg::kInterruptAgainNotice, "Interrupted again: ending at once with what is there.",
     "再次收到中断：立即结束，保留已有结果。"},
    {Msg::kHintHttp401, "the server does not take the token: check -jwt-key-file, -jwt-issuer and -biz-id",
     "服务器不接受令牌：请检查 -jwt-key-file、-jwt-issuer 和 -biz-id"},
    {Msg::kHintHttp403, "the server forbids it: check the token's key (-jwt-key-file), -biz-id and -header",
     "服务器禁止访问：请检查令牌密钥 (-jwt-key-file)、-biz-id 和 -header"},
    {Msg::kHintHttp404, "nothing at this path: check the path in -server", "该路径不存在：请检查 -server 中的路径"},
    {Msg::kHintHttp5xx, "the server failed or is overloaded: look into its log, or lengthen -ramp-up",
     "服务器出错或过载：请查看服务器日志，或延长 -ramp-up"},
    {Msg::kHintHttpOther, "the server answered this HTTP status instead of 101: check -server and -header",
     "服务器返回了该 HTTP 状态而不是 101：请检查 -server 和 -header"},
    {Msg::kHintRefused, "nothing listens there: is the server running, is the port in -server right?",
     "目标端口无人监听：服务器是否已启动？-server 中的端口是否正确？"},
    {Msg::kHintResolve, "the host name is not known: check -server, or the DNS of the load host",
     "无法解析主机名：请检查 -server 或压测机的 DNS"},
    {Msg::kHintUnreachable, "no route to the server: check network and firewall",
     "到服务器的网络不通：请检查网络和防火墙"},
    {Msg::kHintConnectTimeout, "no answer within -conn-timeout: server overloaded or port filtered; lengthen -ramp-up",
     "在 -conn-timeout 内没有应答：服务器过载或端口被过滤；可延长 -ramp-up"},
    {Msg::kHintNotWebSocket, "what answers there is no WebSocket server: check -server",
     "对端不是 WebSocket 服务器：请检查 -server"},
    {Msg::kHintTls, "the TLS handshake failed: ws:// or wss:// mixed up in -server?",
     "TLS 握手失败：-server 的 ws:// 与 wss:// 是否写错？"},
    {Msg::kHintTlsCertificate, "certificate not trusted: give its authority with -ca-file, or -insecure-skip-verify",
     "证书不受信任：请用 -ca-file 指定 CA 证书，或使用 -insecure-skip-verify"},
    {Msg::kHintNoDescriptors, "raise the limit of open files on the load host (ulimit -n), or add agents",
     "请提高压测机的打开文件数上限 (ulimit -n)，或增加压测节点"},
    {Msg::kHintNoPorts,
     "local ports used up (about 28,000 per source address): give more addresses with -local-addrs, or add agents",
     "本地端口耗尽（每个源地址约 28000 个）：请用 -local-addrs 增加源地址，或增加压测节点"},
    {Msg::kHintSourceAddress, "a source address (-local-addrs) is not the load host's, or of the wrong family",
     "源地址 (-local-addrs) 不属于压测机，或与服务器的地址族不同"},
    {Msg::kHintReset, "the other side broke the connection: look into the server's log",
     "对端断开了连接：请查看服务器日志"},
    {Msg::kHintClosed1001, "the server is going away or re-balancing", "服务器正在下线或重新均衡"},
    {Msg::kHintClosed1003, "the server cannot read our messages: check -serializer",
     "服务器无法识别消息：请检查 -serializer"},
    {Msg::kHintClosed1008, "the server refuses our messages: check -cipher, -cipher-key-file and -serializer",
     "服务器拒绝了消息：请检查 -cipher、-cipher-key-file 和 -serializer"},
    {Msg::kHintClosed1009, "messages too big for the server: lower -msg-size", "消息超过服务器上限：请减小 -msg-size"},
    {Msg::kHintAllTimeouts,
     "no message was acknowledged: check -cipher, -cipher-key-file, -serializer and -protocol, then the server's log",
     "没有任何消息得到确认：请检查 -cipher、-cipher-key-file、-serializer 和 -protocol，再查看服务器日志"},
    {Msg::kHintSomeTimeouts, "not acknowledged within -resp-timeout: the server is slow or drops messages",
     "在 -resp-timeout 内未得到确认：服务器过慢或丢失消息"},
    {Msg::kHintRateLimited, "the server limits its clients: lower -mps or spread it over more -clients",
     "服务器对客户端限流：请降低 -mps 或增加 -clients"},
    {Msg::kHintUndecodable, "{} frames could not be read: check -serializer and -cipher on both sides",
     "{} 个帧无法解析：请检查两端的 -serializer 和 -cipher"},
    {Msg::kHintUnsent,
     "{} messages never left: no connection could take them when they were due, or the generator was too slow (see the "
     "verdict)",
     "{} 条消息未发出：到期时没有可用的连接，或压测端过慢（见结论）"},
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
    {Msg::kDoctorAllWell, "{} of {} agents are ready for this run.", "{} / {} 个压测节点可以执行本次压测。"},
    {Msg::kDoctorNotAllWell, "Only {} of {} agents are ready for this run.",
     "只有 {} / {} 个压测节点可以执行本次压测。"},
    {Msg::kAgentProblem, "agent {}: {}", "压测节点 {}：{}"},
    {Msg::kSelftestMachine,
     "{} cores; {} worker(s) against the mock gateway ({} thread(s)) on this machine, over loopback; wsload {}",
     "{} 核；{} 个工作线程经回环网络压测本机的模拟网关（{} 个线程）；wsload {}"},
    {Msg::kSelftestFloor, "Latency floor: 1 client at {} msg/s, loopback TCP and the mock gateway included",
     "延迟下限：1 个客户端，{} msg/s，含回环 TCP 与模拟网关的开销"},
    {Msg::kSelftestRun,
     "{} msg/s: {}, send lag p99 {} ms, {:.1f} % acknowledged, worker {} % busy and {} % waiting, gateway {} % busy",
     "{} msg/s：{}，发送滞后 p99 {} ms，确认 {:.1f} %，工作线程忙 {} %、等待 {} %，网关忙 {} %"},
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

std::string_view ChineseReason(VerdictReason::Kind kind) {
  using Kind = VerdictReason::Kind;
  switch (kind) {
    case Kind::kSendLag:
      return "消息发送滞后：p99 为 {}，上限 {}（最大 {}）";
    case Kind::kLateWorker:
      return "压测节点 {}：工作线程 {} 有 {} 条消息（共 {} 条）迟发超过 {}（该节点发送滞后 p99 为 {}）";
    case Kind::kGivenUp:
      return "压测节点 {}：工作线程 {} 到结束时仍严重滞后，有 {} 条消息未能发出，计入未发送";
    case Kind::kStalledWorker:
      return "压测节点 {}：工作线程 {} 的事件循环停顿 {} 次，合计 {}（最长 {}），压测 {} 秒，上限 {}";
    case Kind::kBusyWorker:
      return "压测节点 {}：工作线程 {} 占用单核 {}，上限 {}：请使用多于 {} 个工作线程（该机有 {} "
             "核，-workers）、增加压测节点，"
             "或降低 -mps";
    case Kind::kBusyHost:
      return "压测节点 {}：工作线程 {} 占用单核 {}，上限 {}，其 {} 个工作线程已用满所有核：请增加压测节点，或降低 -mps";
    case Kind::kWaitingWorker:
      return "压测节点 {}：工作线程 {} 有 {} 的时间在等待空闲的核：请不要在该机运行其他程序，或减少其工作线程";
    case Kind::kHeldWorker:
      return "压测节点 {}：工作线程 {} 仅占用单核 {}：其进程或主机曾停住（被暂停、挂起，或核被虚拟化平台占用），"
             "或确认消息成批到达；请换用其他主机，或增加压测节点";
    case Kind::kBurstyWorker:
      return "压测节点 {}：工作线程 {} 占用单核 {}，但负载成批出现，使消息迟发：请增加工作线程或压测节点，或降低 -mps";
    case Kind::kNoDescriptors:
      return "{} 个连接因文件描述符耗尽而失败：请提高上限 (ulimit -n)，或增加压测节点";
    case Kind::kNoPorts:
      return "{} 个连接因本地端口耗尽而失败：请增加压测节点，或放宽 net.ipv4.ip_local_port_range";
    case Kind::kAgentLost:
      return "压测节点 {} 失联：{}";
    case Kind::kAgentRefused:
      return "压测节点 {} 拒绝运行：{}";
    case Kind::kAgentUnreachable:
      return "压测节点 {} 无法连接：{}";
    case Kind::kUnaccounted:
      return "压测节点 {}：{} 条已调度消息的结果未知";
    case Kind::kEndedEarly:
      return "压测节点 {} 提前结束：{}";
    case Kind::kScheduleIncomplete:
      return "压测节点 {} 只调度了 {} 条消息（应为 {} 条）";
    case Kind::kGap:
      return "压测节点 {}：有 {} 条消息无人报告（应在开始后 {} 秒至 {} 秒发送）";
    case Kind::kConnectionsNotOpened:
      return "{} 个连接（共 {} 个）未能建立：{}";
    case Kind::kConnectionsLost:
      return "{} 个连接（共 {} 个）在结束前中断：{}";
  }
  return {};
}

std::string_view ChineseProblem(AgentProblem::Kind kind) {
  using Kind = AgentProblem::Kind;
  switch (kind) {
    case Kind::kUnreachable:
      return "无法使用：{}";
    case Kind::kVersion:
      return "版本为 wsload {}，控制协议 {}，而本控制器为 {}；请在两端安装相同版本的 wsload";
    case Kind::kBusy:
      return "正忙于运行 {}（自 {} 起）；请等待其结束，或使用其他压测节点";
    case Kind::kMaxClients:
      return "{} 个客户端超过其 -max-clients={}；请提高该值，或增加压测节点";
    case Kind::kDescriptors:
      return "{} 个客户端需要打开 {} 个文件，而上限为 {}；请提高上限 (ulimit -n)，或增加压测节点";
    case Kind::kPorts:
      return "{} 个客户端超过其源地址和本地端口到该服务器的 {} 个连接上限；请增加源地址 (-local-addrs)、放宽 "
             "net.ipv4.ip_local_port_range，或增加压测节点";
    case Kind::kMemory:
      return "{} 个客户端约需 {} MiB 内存，而可用 {} MiB；请释放内存，或增加压测节点";
    case Kind::kForeignAddress:
      return "无法从 {} 发起连接：不是该主机的地址；请将其加到网卡上 (ip addr add)，或从 -local-addrs 中去掉";
    case Kind::kTargetNotResolved:
      return "无法解析 {} 的主机名；请检查 -server 以及该节点的 DNS";
    case Kind::kTargetRefused:
      return "{} 拒绝连接；服务器是否已启动？-server 中的端口是否正确？";
    case Kind::kTargetUnreachable:
      return "到 {} 的网络不通；请检查 -server 以及该节点的网络";
    case Kind::kTargetTimeout:
      return "{} 没有应答；请检查 -server 以及中间的防火墙";
    case Kind::kTargetNotAllowed:
      return "该节点不允许压测 {}；请将其加入该节点的 -allow-target，或更换 -server";
    case Kind::kClock:
      return "时钟偏差 {}，服务器可能拒绝其用户令牌；请用 NTP 校准时钟";
    case Kind::kHeadroom:
      return "若失去另一个节点，它将有 {} 个客户端（其中 {} 个是自己的），而最多只能承载 {} 个："
             "-on-agent-loss=rebalance 将漏发部分消息；请提高其上限，或增加压测节点";
  }
  return {};
}

}  // namespace

std::string_view MessageText(Language language, Msg message) {
  const Entry& entry = kEntries[static_cast<size_t>(message)];
  return language == Language::kChinese ? entry.chinese : entry.english;
}

std::string_view ReasonText(Language language, VerdictReason::Kind kind) {
  return language == Language::kChinese ? ChineseReason(kind) : std::string_view(ReasonFormat(kind));
}

std::string_view ProblemText(Language language, AgentProblem::Kind kind) {
  return language == Language::kChinese ? ChineseProblem(kind) : std::string_view(ProblemFormat(kind));
}

}  // namespace wsload
