// "What happened": sentences that rules find in a result. Pure: each finding is {kind, args}, put into words by
// findingText(). A rule speaks of what a reader would ask about next, and is silent when there is nothing.

// A second is slow when its p99 is this many times that of the second in the middle, unless a threshold says otherwise.
const SLOW_FACTOR = 5;
// Differences below this are noise of timers and schedulers.
const SLOW_LEAST_US = 2000;
// Of a slow second's response time; above, the waiting was inside the service time.
const SERVICE_SHARE = 0.5;
// Connections that are lost together: so many of those open, and so many at least.
const BURST_SHARE = 0.05;
const BURST_LEAST = 3;
const GROWTH_FACTOR = 1.5;
const MIN_POINTS = 2;
const MIN_POINTS_FOR_TRENDS = 20;
// loop_stall: docs/measurement.md.
const STALL_US = 20000;
const MOST_MOMENTS = 4;

/** Microseconds that a threshold sets on the p99 of response times; null: none does. */
function responseBound(thresholds) {
  for (const threshold of thresholds || []) {
    const found = /^\s*(?:response_)?p\(?99\)?\s*<=?\s*([\d.]+)\s*(us|µs|ms|s)\s*$/.exec(threshold.expression || "");
    if (found) return Number(found[1]) * {us: 1, "µs": 1, ms: 1e3, s: 1e6}[found[2]];
  }
  return null;
}

/** The intervals whose p99 was too high, and by what measure. */
function slowIntervals(result, points) {
  const known = points.filter((point) => latencyAt(point, "response", "p99") !== null);
  if (known.length < MIN_POINTS) return null;
  const p99Of = (point) => latencyAt(point, "response", "p99");
  const given = responseBound(result.thresholds);
  const middle = medianOf(known.map(p99Of));
  const bound = given === null ? Math.max(middle * SLOW_FACTOR, middle + SLOW_LEAST_US) : given;
  const slow = known.filter((point) => p99Of(point) > bound);
  const others = known.filter((point) => p99Of(point) <= bound);
  return {
    known, slow, bound, given,
    usual: medianOf((others.length > 0 ? others : known).map(p99Of)),
    worst: Math.max(...known.map(p99Of)),
  };
}

function largest(counts) {
  return Object.entries(counts || {}).filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
}

function findSlowness(result, points, findings) {
  const intervals = slowIntervals(result, points);
  if (intervals === null) return;
  const {known, slow, bound, given, usual, worst} = intervals;
  const args = {slow: slow.length, all: known.length, bound, given, usual, worst, moments: slow.map((point) => point.t)};
  if (slow.length === 0) {
    findings.push({kind: "even", args});
    return;
  }
  findings.push({kind: slow.length === known.length ? "slowAll" : "slow", args});
  const server = slow.filter((point) =>
    latencyAt(point, "service", "p99") >= SERVICE_SHARE * latencyAt(point, "response", "p99")).length;
  const generator = slow.length - server;
  const kind = generator === 0 ? "serverWaits" : server === 0 ? "generatorWaits" : "bothWait";
  findings.push({kind, args: {server, generator}});
}

function findGrowth(points, findings) {
  const known = points.map((point) => latencyAt(point, "response", "p50")).filter((us) => us !== null);
  if (known.length < MIN_POINTS_FOR_TRENDS) return;
  const quarter = Math.floor(known.length / 4);
  const from = medianOf(known.slice(0, quarter));
  const to = medianOf(known.slice(-quarter));
  if (to > from * GROWTH_FACTOR && to - from > SLOW_LEAST_US) findings.push({kind: "slower", args: {from, to}});
}

function findFailures(result, points, findings) {
  const totals = result.totals || {};
  if (totals.failed > 0) {
    const failing = points.filter((point) => point.of.failed > 0);
    const args = {count: totals.failed, causes: largest(totals.failures), slow: failing.length, all: points.length};
    if (failing.length > 0 && points.length >= MIN_POINTS) {
      findings.push({kind: "failures", args: {...args, at: failing[0].t}});
    } else {
      findings.push({kind: "failuresAfter", args});
    }
  }
  if (totals.success_by_retry > 0) findings.push({kind: "retries", args: {count: totals.success_by_retry}});
  if (totals.unsent > 0) findings.push({kind: "unsent", args: {count: totals.unsent}});
  const rates = result.rates || {};
  const mps = plannedRate(result.plan || {});
  if (!result.interrupted && totals.scheduled > 0 && rates.sent_per_s < mps * 0.99) {
    findings.push({kind: "rate", args: {rate: rates.sent_per_s, mps}});
  }
}

function findConnections(result, timeline, findings) {
  const connections = (result.totals || {}).connections || {};
  if (connections.failed > 0) {
    const all = connections.attempted || connections.opened + connections.failed;
    findings.push({kind: "connectionsFailed",
      args: {failed: connections.failed, all, causes: largest(connections.failures)}});
  }
  if (!(connections.lost > 0)) return;
  const losing = timeline.filter((point) => point.of.connections_lost > 0);
  const causes = largest(connections.losses);
  if (losing.length === 0) {
    findings.push({kind: "connectionsLostAfter", args: {lost: connections.lost, causes}});
    return;
  }
  const worst = losing.reduce((a, b) => (b.of.connections_lost > a.of.connections_lost ? b : a));
  const lost = worst.of.connections_lost;
  const open = worst.of.active_connections + lost;
  if (lost >= Math.max(BURST_LEAST, BURST_SHARE * open)) {
    findings.push({kind: "connectionsBurst", args: {lost, open, at: worst.t, span: worst.length, causes}});
  } else {
    findings.push({kind: "connectionsLost", args: {lost: connections.lost, at: losing[0].t, causes}});
  }
}

function findAgents(result, findings) {
  const lost = (result.agents || []).filter((agent) => agent.state && !["done", "running"].includes(agent.state));
  if (lost.length === 0) return;
  const [first] = lost;
  findings.push({kind: lost.length === 1 ? "agentLost" : "agentsLost",
    args: {count: lost.length, agent: first.address || first.name, first}});
}

/** What differs between the stages of the load. */
function findStages(result, findings) {
  const stages = (result.stages || []).filter((stage) => stage.measured !== false);
  if (stages.length < 2) return;
  const p99Of = (stage) => stage.latency_us.response.p99;
  const answered = stages.filter((stage) => (stage.latency_us.response || {}).count > 0);
  if (answered.length > 1) {
    const highest = answered.reduce((a, b) => (p99Of(b) > p99Of(a) ? b : a));
    const lowest = answered.reduce((a, b) => (p99Of(b) < p99Of(a) ? b : a));
    const [worst, usual] = [p99Of(highest), p99Of(lowest)];
    if (worst > usual * GROWTH_FACTOR && worst - usual > SLOW_LEAST_US) {
      findings.push({kind: "stages", args: {highest: highest.name, lowest: lowest.name, worst, usual}});
    }
  }
  const missed = (stage) => stage.totals.failed + stage.totals.unsent;
  const count = stages.reduce((sum, stage) => sum + missed(stage), 0);
  const most = stages.reduce((a, b) => (missed(b) > missed(a) ? b : a));
  if (count > 0) findings.push({kind: "stageFailures", args: {count, failed: missed(most), highest: most.name}});
}

function findStalls(points, findings) {
  const stalled = points.filter((point) => point.of.loop_stall_us_max > STALL_US);
  if (stalled.length === 0) return;
  const longest = Math.max(...stalled.map((point) => point.of.loop_stall_us_max));
  findings.push({kind: "stalls", args: {moments: stalled.map((point) => point.t), longest}});
}

/** What happened, in the order in which it is told. */
function findingsOf(result) {
  const findings = [];
  if (result.error) return [{kind: "error", args: {}}];
  const timeline = timelineOf(result.series || []);
  const points = measuredPart(timeline);
  if (result.interrupted) {
    findings.push({kind: "interrupted",
      args: {at: (result.measured_ns || 0) / 1e9, all: ((result.plan || {}).duration_ns || 0) / 1e9}});
  }
  if ((result.plan || {}).model === "closed") findings.push({kind: "closed", args: {}});
  findAgents(result, findings);
  findConnections(result, timeline, findings);
  const outage = outageFinding(result);
  if (outage !== null) findings.push(outage);
  findSlowness(result, points, findings);
  findStages(result, findings);
  findGrowth(points, findings);
  findFailures(result, points, findings);
  findStalls(points, findings);
  if (findings.every((finding) => ["even", "closed"].includes(finding.kind))) findings.push({kind: "nothing", args: {}});
  const step = medianOf(points.map((point) => point.length)) || 1;
  return findings.map((finding) => ({...finding, args: {...finding.args, step}}));
}

function momentText(second) {
  return say("atSecond", {at: Number(second.toFixed(Number.isInteger(second) || second >= 100 ? 0 : 1))});
}

function momentsText(seconds, step) {
  const spans = momentsOf(seconds, step);
  const shown = spans.slice(0, MOST_MOMENTS).map(([from, to]) => (from === to ? momentText(from)
    : say("fromTo", {from: momentText(from), to: momentText(to)})));
  if (spans.length > MOST_MOMENTS) shown.push(say("andMore", {count: countText(spans.length - MOST_MOMENTS)}));
  return shown.join(language === "zh" ? "、" : ", ");
}

function intervalsText(step) {
  return Math.abs(step - 1) < 0.05 ? say("seconds") : say("intervalsOf", {span: spanText(step, language)});
}

function causesText(causes) {
  if (causes.length === 1) return causeText(causes[0][0]);
  const shown = causes.slice(0, MOST_MOMENTS);
  return shown.map(([cause, count]) => say("causeCount", {cause: causeText(cause), count: countText(count)}))
    .join(language === "zh" ? "、" : ", ") || "-";
}

/** The sentence, in the language shown. */
function findingText({kind, args}) {
  const words = {intervals: intervalsText(args.step)};
  if (isNumber(args.bound)) words.bound = args.given === null ? latencyText(args.bound) : boundText(args.bound);
  for (const name of ["usual", "worst", "from", "to", "longest", "after"]) {
    if (isNumber(args[name])) words[name] = latencyText(args[name]);
  }
  for (const name of ["slow", "all", "count", "failed", "lost", "open", "server", "generator", "unsent", "back"]) {
    if (isNumber(args[name])) words[name] = countText(args[name]);
  }
  if (isNumber(args.at)) words.at = momentText(args.at);
  if (kind === "interrupted") words.all = spanText(args.all, language);
  if (isNumber(args.span)) words.span = spanText(args.span, language);
  if (isNumber(args.rate)) words.rate = rateText(args.rate);
  if (isNumber(args.mps)) words.mps = chosenText(args.mps);
  if (args.moments) words.moments = momentsText(args.moments, args.step);
  if (args.causes) words.causes = causesText(args.causes);
  for (const name of ["agent", "highest", "lowest"]) if (args[name] !== undefined) words[name] = args[name];
  if (args.first !== undefined) words.detail = ownText(args.first, "state_detail") || args.first.state;
  return say("found_" + kind, words);
}
