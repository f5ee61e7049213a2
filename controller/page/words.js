// Everything that the pages say, in English and in Chinese.

const WORDS = {
  // The head.
  titleOf: ["Load on {server}", "对 {server} 的压力测试"],
  run: ["Run {id}", "运行 {id}"],
  planClients: ["{clients} clients", "{clients} 个客户端"],
  planRate: ["{mps} msg/s for {duration}", "{mps} 条/秒，持续 {duration}"],
  planRampUp: ["ramp-up {rampUp}", "建连阶段 {rampUp}"],
  planSize: ["{bytes}-byte messages", "消息 {bytes} 字节"],
  planAgents: ["{agents} agents", "{agents} 个压测节点"],
  planAgent: ["1 agent", "1 个压测节点"],
  otherLanguage: ["中文", "English"],
  printIt: ["Print or save as PDF", "打印或存为 PDF"],
  skip: ["To the content", "跳到正文"],
  licence: ["About this page", "关于本页"],
  // Judgement.
  thresholds: ["Thresholds", "阈值"],
  noThresholds: ["none given: nothing was judged.", "没有设置阈值，未作判定。"],
  thresholdsPassed: ["all {count} passed.", "全部 {count} 项通过。"],
  thresholdPassed: ["passed.", "通过。"],
  thresholdsFailed: ["{failed} of {count} failed.", "{count} 项中有 {failed} 项未通过。"],
  thresholdValue: ["measured {value}", "实测 {value}"],
  thresholdNothing: ["nothing was measured", "没有测到数据"],
  thresholdFirst: ["first broken at {at}", "最早在 {at} 超出"],
  thresholdsSoFar: ["{failed} of {count} not kept so far.", "目前 {count} 项中有 {failed} 项未满足。"],
  thresholdsKept: ["all {count} kept so far.", "目前 {count} 项均满足。"],
  outcomeFailed: ["Outcome: FAILED.", "结果：失败 (FAILED)。"],
  outcomeInconclusive: ["Inconclusive: the figures describe the generator, not the server.",
    "无法得出结论：数据反映的是压测端，而不是服务器。"],
  measurement: ["Measurement", "测量"],
  VALID: ["VALID.", "有效 (VALID)。"],
  GENERATOR_LIMITED: ["GENERATOR_LIMITED.", "受压测端限制 (GENERATOR_LIMITED)。"],
  DEGRADED: ["DEGRADED.", "降级 (DEGRADED)。"],
  inTimeSoFar: ["in time so far.", "目前正常。"],
  lateSoFar: ["the generator is late; what is shown may be its doing and not the server's.",
    "压测端滞后，所见可能是压测端而非服务器所致。"],
  proofSumLive: ["{scheduled} due = {success} succeeded + {failed} failed + {unsent} unsent + {open} still open",
    "应发 {scheduled} = 成功 {success} + 失败 {failed} + 未发送 {unsent} + 未决 {open}"],
  ofServer: ["These figures describe the server.", "以下数据反映的是服务器。"],
  ofGenerator: ["These figures describe the generator, not the server.", "以下数据反映的是压测端，而不是服务器。"],
  ofLess: ["The load was smaller than planned.", "实际负载小于计划。"],
  proofLag: ["99 % of the messages left within {lag} of their due time (bound {bound})",
    "99 % 的消息在应发时刻后 {lag} 内发出（上限 {bound}）"],
  proofCpu: ["the busiest worker used {share} of a core (bound {bound})", "最忙的工作线程占用单核 {share}（上限 {bound}）"],
  proofSum: ["every message is accounted for: {scheduled} scheduled = {success} succeeded + {failed} failed + {unsent} " +
    "unsent", "每条消息都有着落：应发 {scheduled} = 成功 {success} + 失败 {failed} + 未发送 {unsent}"],
  proofSumOpen: ["{scheduled} scheduled = {success} succeeded + {failed} failed + {unsent} unsent + {open} whose end is " +
    "not known", "应发 {scheduled} = 成功 {success} + 失败 {failed} + 未发送 {unsent} + 结局未知 {open}"],
  interrupted: ["Interrupted: this is the result up to then.", "已中断：以下为中断前的结果。"],
  runError: ["The run could not be carried out: {error}", "压测无法进行：{error}"],
  // Six figures.
  sentOf: ["sent, of {mps} planned", "发送速率，计划 {mps}"],
  perSecond: ["{rate}/s", "{rate}/秒"],
  succeededShare: ["succeeded", "成功率"],
  medianResponse: ["median response", "响应时间中位数"],
  p99Response: ["p99 response", "响应时间 p99"],
  noFailures: ["failed messages", "失败消息"],
  failedMostly: ["failed, {cause} most of all", "失败消息，主要为{cause}"],
  failedAll: ["{cause}", "{cause}"],
  connectionsOf: ["connections of {clients}, {lost} lost", "连接（共 {clients}），中断 {lost}"],
  timeouts: ["timeouts", "响应超时"],
  // Causes.
  cause_timeout: ["timeout", "响应超时"],
  cause_rate_limited: ["rate limited", "被限流"],
  cause_connection_lost: ["connection lost", "连接中断"],
  cause_send_error: ["send error", "发送出错"],
  cause_refused: ["refused", "协议拒绝"],
  cause_unsent: ["unsent", "未发送"],
  // Charts.
  whatHappened: ["What happened", "发生了什么"],
  charts: ["Over time", "随时间变化"],
  responseChart: ["Response time", "响应时间"],
  serviceChart: ["Service time", "服务时间"],
  rateChart: ["Messages per second", "每秒消息数"],
  percentileChart: ["Latency by percentile", "延迟的百分位分布"],
  generatorChart: ["Generator: lateness and longest stall", "压测端：发送滞后与最长停顿"],
  failureChart: ["Failures per second", "每秒失败数"],
  connectionChart: ["Connections", "连接"],
  unitMs: ["ms", "毫秒"],
  unitMsLog: ["ms, logarithmic", "毫秒，对数坐标"],
  unitPerSecond: ["1/s", "每秒"],
  unitConnections: ["open (left), opened and lost per second (right)", "打开数（左），每秒新建与中断（右）"],
  seriesMax: ["max", "最大"],
  seriesDue: ["due", "应发"],
  seriesSucceeded: ["succeeded", "成功"],
  seriesFailed: ["failed", "失败"],
  seriesResponse: ["response", "响应时间"],
  seriesService: ["service", "服务时间"],
  seriesLag: ["send lag p99", "发送滞后 p99"],
  seriesStall: ["longest stall", "最长停顿"],
  seriesBound: ["bound", "上限"],
  seriesOpen: ["open", "打开"],
  seriesOpened: ["opened/s", "新建/秒"],
  seriesLost: ["lost/s", "中断/秒"],
  noteResponse: ["From the moment each message was due. Shaded: {shaded}.", "从每条消息的应发时刻算起。阴影：{shaded}。"],
  noteResponsePlain: ["From the moment each message was due.", "从每条消息的应发时刻算起。"],
  noteService: ["From the moment each message was really sent.", "从每条消息实际发出的时刻算起。"],
  notePercentile: ["All {count} latencies. Where both lines part, messages left late.",
    "全部 {count} 个延迟。两线分开之处，消息发出晚了。"],
  noteGenerator: ["While the lateness stays under the dashed bound, the other charts are the server's.",
    "发送滞后低于虚线时，其他图反映的是服务器。"],
  noteZoom: ["Drag over a chart to zoom into all of them, double-click to go back.",
    "在图上拖动可同时放大各图，双击还原。"],
  shadedOver: ["p99 over {bound}", "p99 超过 {bound}"],
  noFailuresChart: ["No message failed.", "没有消息失败。"],
  noSeries: ["Too short for lines over time: the figures are in the tables below.",
    "时间太短，没有随时间变化的曲线：数据见下面的表格。"],
  thinned: ["{points} intervals of {span} each: rates are averages and latencies the highest inside each.",
    "共 {points} 个区间，每个 {span}：速率为区间平均，延迟为区间内最大。"],
  chartLabel: ["{title} over {span}; from {low} to {high}", "{title}，{span}；{low} 至 {high}"],
  // Tables.
  latencies: ["Latencies (ms)", "延迟（毫秒）"],
  count: ["count", "样本数"],
  mean: ["mean", "平均"],
  max: ["max", "最大"],
  latency_response: ["response time", "响应时间"],
  latency_service: ["service time", "服务时间"],
  latency_send_lag: ["send lag", "发送滞后"],
  latency_connect: ["connect", "建连时间"],
  latency_push: ["push", "推送延迟"],
  latency_heartbeat: ["heartbeat round trip", "心跳往返"],
  latency_loop_stall: ["loop stall (generator)", "循环停顿（压测端）"],
  failures: ["Failures", "失败"],
  nothingFailed: ["No message and no connection failed.", "没有消息或连接失败。"],
  failedMessages: ["Messages", "消息"],
  failedConnections: ["Connections not opened", "未建立的连接"],
  lostConnections: ["Connections lost", "中断的连接"],
  cause: ["cause", "原因"],
  number: ["number", "数量"],
  example: ["first time, and what to do", "首次情况与处理建议"],
  alsoSeen: ["Also seen", "其他情况"],
  warnings: ["Warnings", "警告"],
  agents: ["Agents", "压测节点"],
  agent: ["agent", "压测节点"],
  state: ["state", "状态"],
  state_done: ["done", "完成"],
  state_lost: ["lost", "失联"],
  state_refused: ["refused", "拒绝"],
  state_unreachable: ["unreachable", "无法连接"],
  state_running: ["running", "运行中"],
  clients: ["connections", "连接"],
  scheduled: ["due", "应发"],
  succeeded: ["succeeded", "成功"],
  failed: ["failed", "失败"],
  unsent: ["unsent", "未发送"],
  p99ms: ["p99 ms", "p99 毫秒"],
  lagMs: ["lag p99 ms", "滞后 p99 毫秒"],
  workerCpu: ["worker CPU", "最忙线程"],
  waited: ["waited", "等待核心"],
  clockMs: ["clock ms", "时钟偏差 毫秒"],
  startSpread: ["All agents began to measure within {spread} of each other.", "各压测节点开始压测的时间相差不超过 {spread}。"],
  showAll: ["Show all {count}", "显示全部 {count} 个"],
  showWorst: ["Show the worst {count}", "只显示最差的 {count} 个"],
  worstFirst: ["The {shown} worst of {count}.", "共 {count} 个，显示最差的 {shown} 个。"],
  agentLines: ["Of {agent}, since this page was opened:", "{agent}（自打开本页起）："],
  repeat: ["To run it again", "重新运行"],
  repeatNote: ["Secrets are left out.", "不含密钥等敏感内容。"],
  repeatUnknown: ["The result does not say with which flags it was made.", "结果中没有记录所用的参数。"],
  wordsMean: ["What the words mean", "名词解释"],
  // The live page.
  phase_connect: ["CONNECTING", "建立连接"],
  phase_measure: ["MEASURING", "压测中"],
  phase_drain: ["DRAINING", "等待响应"],
  phase_close: ["CLOSING", "关闭连接"],
  phaseStarting: ["STARTING", "正在开始"],
  progress: ["{percent} %, {at} of {all}", "{percent} %，{at} / {all}"],
  progressLabel: ["How much of the phase is over", "本阶段的进度"],
  stop: ["Stop the run", "停止运行"],
  stopSure: ["Sure? Click again to stop", "确定？再次点击即停止"],
  stopping: ["Stopping…", "正在停止…"],
  stopFailed: ["The run could not be stopped: {error}", "无法停止运行：{error}"],
  openReport: ["Report so far", "目前的报告"],
  connectionLost: ["The connection to wsload is lost; the figures stand still. Trying again…",
    "与 wsload 的连接已断开，数据不再更新。正在重试…"],
  runOver: ["The run is over: this is its report.", "运行已结束：以下是报告。"],
  unfinished: ["The run goes on: this is its report so far.", "运行尚未结束：这是目前的报告。"],
  notices: ["Notices", "通知"],
  noNotices: ["None so far.", "暂无。"],
  // What happened, by rule.
  found_error: ["The run could not be carried out.", "压测未能进行。"],
  found_interrupted: ["The run was interrupted after {at} of {all}.", "运行在 {at} 时被中断（计划 {all}）。"],
  found_slow: ["In {slow} of {all} {intervals} the p99 was above {bound} ({moments}); in the others it was {usual} in the " +
    "middle.", "{all} {intervals}中有 {slow} {intervals}的 p99 超过 {bound}（{moments}）；其余的中位数为 {usual}。"],
  found_slowAll: ["In all {all} {intervals} the p99 was above {bound}; {usual} in the middle.",
    "全部 {all} {intervals}的 p99 都超过 {bound}，中位数为 {usual}。"],
  found_even: ["The p99 stayed even: {usual} in the middle, {worst} in the worst of {all} {intervals}.",
    "p99 平稳：中位数 {usual}，{all} {intervals}中最差为 {worst}。"],
  found_serverWaits: ["Service time shows the same, so the waiting was the server's or the network's, not the " +
    "generator's.", "服务时间同样升高，说明等待发生在服务器或网络，而不是压测端。"],
  found_generatorWaits: ["Service time does not show it: the messages left late, so the waiting was the generator's.",
    "服务时间并未升高：消息发出晚了，等待发生在压测端。"],
  found_bothWait: ["In {server} of these service time shows the same (the server or the network waited); in {generator} it " +
    "does not (the generator was late).", "其中 {server} 处服务时间同样升高（服务器或网络在等待），{generator} 处没有（压测端迟发）。"],
  found_failures: ["Messages failed in {slow} of {all} {intervals}, the first at {at}: {count} in all, {causes}.",
    "{all} {intervals}中有 {slow} {intervals}出现失败，最早在 {at}：共 {count} 条，{causes}。"],
  found_failuresAfter: ["{count} messages failed: {causes}.", "共 {count} 条消息失败：{causes}。"],
  found_unsent: ["{count} messages were never sent.", "有 {count} 条消息未能发送。"],
  found_rate: ["{rate}/s left of {mps}/s planned.", "实际发送 {rate}/秒，计划 {mps}/秒。"],
  found_connectionsFailed: ["{failed} of {all} connections did not open: {causes}.",
    "{all} 个连接中有 {failed} 个未能建立：{causes}。"],
  found_connectionsBurst: ["{lost} of {open} connections were lost within {span}, at {at}: {causes}.",
    "{open} 个连接中有 {lost} 个在 {span}内中断，时间 {at}：{causes}。"],
  found_connectionsLost: ["{lost} connections were lost, one by one, the first at {at}: {causes}.",
    "有 {lost} 个连接陆续中断，最早在 {at}：{causes}。"],
  found_connectionsLostAfter: ["{lost} connections were lost: {causes}.", "有 {lost} 个连接中断：{causes}。"],
  found_agentLost: ["Agent {agent} was lost: {detail}.", "压测节点 {agent} 失联：{detail}。"],
  found_agentsLost: ["{count} agents were lost, {agent} first of all: {detail}.",
    "{count} 个压测节点失联，其中 {agent}：{detail}。"],
  found_slower: ["Response time grew over the run: its median was {from} in the first quarter and {to} in the last.",
    "响应时间在运行中变长：前四分之一的中位数为 {from}，后四分之一为 {to}。"],
  found_stalls: ["The generator itself stood still at {moments}, {longest} at most.",
    "压测端自身出现停顿：{moments}，最长 {longest}。"],
  found_nothing: ["Nothing stood out: no message failed, no connection and no agent was lost.",
    "没有异常：没有失败的消息，没有中断的连接，也没有失联的压测节点。"],
  seconds: ["seconds", "秒"],
  intervalsOf: ["intervals of {span}", "个区间（每个 {span}）"],
  andMore: ["and {count} more", "另有 {count} 处"],
  fromTo: ["{from} to {to}", "{from} 至 {to}"],
  atSecond: ["{at} s", "{at} 秒"],
  causeCount: ["{cause} {count}", "{cause} {count}"],
};

/** What the words of a report mean; docs/measurement.md has it at length. */
const GLOSSARY = [
  [["Response time", "响应时间"],
    ["Acknowledgement minus the moment at which the message was due. When anything, the generator included, delays a " +
      "message, the wait counts: free of coordinated omission.",
    "确认到达时刻减去消息的应发时刻。无论什么（包括压测端自身）延误了消息，等待都计入：没有协调遗漏。"]],
  [["Service time", "服务时间"], ["Acknowledgement minus the moment at which the message was really sent.",
    "确认到达时刻减去消息实际发出的时刻。"]],
  [["Send lag", "发送滞后"], ["How much later than due a message left: the generator's own lateness, and the difference " +
    "between the two above.", "消息比应发时刻晚了多久发出：压测端自身的迟延，即以上两者之差。"]],
  [["p50, p99, p99.9", "p50、p99、p99.9"], ["Half, 99 % and 99.9 % of the messages took no longer. All samples of all " +
    "agents are in one histogram; nothing is an average of percentiles.",
  "一半、99 %、99.9 % 的消息耗时不超过此值。所有压测节点的样本合并在一个直方图中，没有对百分位取平均。"]],
  [["Measurement", "测量"], ["What the figures are worth. VALID: they describe the server. GENERATOR_LIMITED: they " +
    "describe the generator. DEGRADED: the load was smaller than planned.",
  "数据的可信程度。VALID：反映服务器；GENERATOR_LIMITED：反映压测端；DEGRADED：实际负载小于计划。"]],
  [["Thresholds", "阈值"], ["What was asked of the server, and whether it was kept. Without any, nothing is judged.",
    "对服务器提出的要求以及是否满足。没有设置则不作判定。"]],
  [["Due", "应发"], ["Messages whose time came by the schedule, which a slow server does not slow down. Each ends as " +
    "succeeded, failed or unsent.", "按计划到时的消息，计划不因服务器变慢而变慢。每条的结局为成功、失败或未发送。"]],
  [["Longest stall", "最长停顿"], ["How late a worker's event loop came back from its waiting: what the generator " +
    "itself may have added.", "工作线程的事件循环醒来晚了多久：压测端自身可能带来的误差。"]],
  [["Clock", "时钟偏差"], ["An agent's clock minus the controller's, with the error of knowing it.",
    "压测节点与控制端的时钟之差及其误差。"]],
];

let language = "en";

function setLanguage(wanted) {
  language = wanted === "zh" ? "zh" : "en";
}

/** One of a pair [English, Chinese]. */
function inLanguage(pair) {
  return pair[language === "zh" ? 1 : 0];
}

/** The words `key` with what stands in braces filled in. Unknown keys are themselves, so that nothing is ever empty. */
function say(key, values = {}) {
  const text = Object.hasOwn(WORDS, key) ? inLanguage(WORDS[key]) : String(key);
  return text.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

/** A message's or connection's cause, in words where there are any. */
function causeText(cause) {
  return Object.hasOwn(WORDS, "cause_" + cause) ? say("cause_" + cause) : cause;
}

/** A text of the result that may have another member beside it for its Chinese; in the language shown. */
function ownText(object, name) {
  return (language === "zh" && object[name + "_zh"]) || object[name] || "";
}

/** A statement of the result, in the language shown as far as the result has it. */
function statementText(statement) {
  return (language === "zh" && statement.text_zh) || statement.text || statement.kind || "";
}
