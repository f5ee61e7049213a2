// The rules of the page under Node: what happened, numbers, curves, and that both languages say everything.
"use strict";

const assert = require("node:assert");
const {test} = require("node:test");
const {load, sources} = require("./scripts.js");

const page = load(["WORDS", "GLOSSARY", "setLanguage", "say", "findingsOf", "findingText", "timelineOf", "momentsOf",
  "percentileCurve", "quantileOf", "percentText", "latencyText", "msText", "rateText", "spanText", "clockText",
  "offsetText", "chosenText", "responseBound", "plotsOf", "statementText", "withAgentLines", "addToAgentSeries",
  "agentFigureAt", "smallPath", "smallScale", "curveOf", "findMaxPlot",
  "findMaxAnswer", "findMaxRemarks", "marksOf"]);

/** A second of measuring in which all is well, but for what `other` says. */
function second(number, other = {}) {
  const {p99 = 20000, service = p99 - 100, ...rest} = other;
  return {phase: "measure", interval: number - 1, elapsed_s: number, agents_reporting: 1, active_connections: 100,
    connections_opened: 0, connections_failed: 0, connections_lost: 0, scheduled: 800, success: 800, failed: 0,
    unsent: 0, failures: {timeout: 0, rate_limited: 0, connection_lost: 0, send_error: 0, refused: 0},
    response_us: {p50: 4600, p95: 10000, p99, max: p99 * 2}, service_us: {p50: 4500, p99: service},
    send_lag_us: {p99: 400}, loop_stall_us_max: 0, worker_cpu_share_max: 0.1, ...rest};
}

function resultOf(points, other = {}) {
  const sum = (figure) => points.reduce((total, point) => total + (point[figure] || 0), 0);
  const failures = {};
  for (const point of points) {
    for (const [cause, count] of Object.entries(point.failures)) failures[cause] = (failures[cause] || 0) + count;
  }
  return {plan: {mps: 800, duration_ns: points.length * 1e9}, measured_ns: points.length * 1e9, interrupted: false,
    error: null, series: points, agents: [{name: "a", address: "h1:7400", state: "done"}], thresholds: [],
    rates: {sent_per_s: 800}, totals: {scheduled: sum("scheduled"), success: sum("success"), failed: sum("failed"),
      unsent: 0, failures, connections: {opened: 100, failed: 0, lost: sum("connections_lost"), losses: {}}}, ...other};
}

function seconds(count, others = {}) {
  return Array.from({length: count}, (_, i) => second(i + 1, others[i + 1]));
}

function told(result) {
  page.setLanguage("en");
  return page.findingsOf(result).map(page.findingText);
}

test("a run in which nothing happened says so", () => {
  assert.deepStrictEqual(told(resultOf(seconds(40))), [
    "The p99 stayed even: 20.0 ms in the middle, 20.0 ms in the worst of 40 seconds.",
    "Nothing stood out: no message failed, no connection and no agent was lost."]);
});

/** A stage of a result: its p99, and how many of its 1000 messages failed. */
function stage(name, offset, duration, p99, failed = 0, other = {}) {
  return {name, kind: "stage", measured: true, offset_ns: offset * 1e9, duration_ns: duration * 1e9,
    totals: {scheduled: 1000, success: 1000 - failed, failed, unsent: 0},
    latency_us: {response: {count: 1000 - failed, p50: 4600, p95: 10000, p99, max: p99 * 2}}, ...other};
}

const WARM_UP = {kind: "warm_up", measured: false};

test("stages that differ are named, and a warm-up is no stage that is measured", () => {
  const stages = [stage("warm-up", 0, 5, 900000, 500, WARM_UP), stage("up", 5, 20, 20000), stage("peak", 25, 20, 480000, 7)];
  const sentences = told(resultOf(seconds(40), {stages}));
  assert.ok(sentences.includes("By stage, the p99 was highest in peak (480 ms) and lowest in up (20.0 ms)."), sentences);
  assert.ok(sentences.includes("Of the 7 messages that failed or were not sent, 7 were due in peak."), sentences);
  const even = [stage("up", 0, 20, 20000), stage("peak", 20, 20, 21000)];
  assert.ok(!told(resultOf(seconds(40), {stages: even})).some((sentence) => sentence.includes("stage")));
});

test("time is counted from where the measurement begins, and charts show where stages do", () => {
  page.setLanguage("en");
  const warm = [1, 2, 3].map((number) => ({...second(number, {p99: 900000}), phase: "warm_up"}));
  const result = resultOf(seconds(4), {stages: [stage("warm-up", 0, 3, 900000, 0, WARM_UP), stage("up", 3, 2, 20000),
    stage("peak", 5, 2, 20000)]});
  result.plan.warm_up_ns = 3e9;
  result.series = [...warm, ...result.series];
  assert.deepStrictEqual(page.timelineOf(result.series).map((point) => point.t), [-2, -1, 0, 1, 2, 3, 4]);
  const [response, rate] = page.plotsOf(result, true);
  for (const plot of [response, rate]) {
    assert.deepStrictEqual(plot.rows.map((row) => row[0]), [-2, -1, 0, 1, 2, 3, 4]);
    assert.deepStrictEqual(plot.marks, [{value: 0, label: "up"}, {value: 2, label: "peak"}]);
    assert.deepStrictEqual(plot.shaded, []);
  }
  assert.deepStrictEqual(told(result), [
    "The p99 stayed even: 20.0 ms in the middle, 20.0 ms in the worst of 4 seconds.",
    "Nothing stood out: no message failed, no connection and no agent was lost."]);
  assert.deepStrictEqual(page.marksOf({plan: {warm_up_ns: 3e9}, stages: [result.stages[0]]}, "measured"),
    [{value: 0, label: "measured"}]);
  assert.deepStrictEqual(page.marksOf({plan: {}}, "measured"), []);
});

test("slow seconds are measured by the threshold, and laid at the server's door by service time", () => {
  const slow = {p99: 600000};
  const points = seconds(40, {7: slow, 19: slow, 31: slow, 32: slow});
  const thresholds = [{expression: "p(99)<200ms", bound: 200000, value: 589000, passed: false}];
  assert.deepStrictEqual(told(resultOf(points, {thresholds})).slice(0, 2), [
    "In 4 of 40 seconds the p99 was above 200 ms (7 s, 19 s, 31 s to 32 s); in the others it was 20.0 ms in the middle.",
    "Service time shows the same, so the waiting was the server's or the network's, not the generator's."]);
});

test("without a threshold, five times the second in the middle is slow", () => {
  const texts = told(resultOf(seconds(10, {4: {p99: 99000}, 5: {p99: 101000}})));
  assert.match(texts[0], /^In 1 of 10 seconds the p99 was above 100 ms \(5 s\)/);
  assert.match(told(resultOf(seconds(10, {4: {p99: 99000}})))[0], /^The p99 stayed even/);
});

test("noise of timers is not slow", () => {
  const points = seconds(10).map((point) => ({...point, response_us: {...point.response_us, p99: 100}}));
  points[3].response_us.p99 = 1900;
  assert.match(told(resultOf(points))[0], /^The p99 stayed even/);
});

test("late messages are the generator's, not the server's", () => {
  const texts = told(resultOf(seconds(10, {5: {p99: 600000, service: 20000}, 9: {p99: 600000, service: 20000}})));
  assert.strictEqual(texts[1],
    "Service time does not show it: the messages left late, so the waiting was the generator's.");
  const both = told(resultOf(seconds(10, {5: {p99: 600000, service: 20000}, 9: {p99: 600000}})));
  assert.match(both[1], /^In 1 of these service time shows the same .* in 1 it does not/);
});

test("a threshold that every second breaks", () => {
  const thresholds = [{expression: "response_p(99)<=5ms", bound: 5000, value: 20000, passed: false}];
  assert.strictEqual(told(resultOf(seconds(10), {thresholds}))[0],
    "In all 10 seconds the p99 was above 5 ms; 20.0 ms in the middle.");
});

test("only a bound on the p99 of response times is one for the chart", () => {
  assert.strictEqual(page.responseBound([{expression: "p(99.9)<1s"}, {expression: "lag_p(99)<1ms"},
    {expression: "success_rate>=99%"}, {expression: "p(99) < 0.2s"}]), 200000);
  assert.strictEqual(page.responseBound([{expression: "p(99)>1ms"}, {expression: null}, {}]), null);
  assert.strictEqual(page.responseBound(undefined), null);
});

test("failures by their first second and their causes", () => {
  const points = seconds(10, {4: {failed: 10, failures: {timeout: 9, refused: 1}}, 6: {failed: 2, failures: {timeout: 2}}});
  assert.ok(told(resultOf(points)).includes(
    "Messages failed in 2 of 10 seconds, the first at 4 s: 12 in all, timeout 11, refused 1."));
  // The drain's belong to no second of measuring.
  const drained = resultOf(seconds(10));
  drained.totals.failed = 3;
  drained.totals.failures = {timeout: 3};
  assert.ok(told(drained).includes("3 messages failed: timeout."));
});

test("messages that needed a retry are said", () => {
  const result = resultOf(seconds(10));
  result.totals.success_by_retry = 7;
  assert.ok(told(result).includes("7 messages were acknowledged only after they had been sent again."));
});

test("a closed loop says that it hides waiting, and shows service times", () => {
  const none = {p50: null, p95: null, p99: null, max: null};
  const points = seconds(10).map((point) => ({...point, response_us: none}));
  const result = resultOf(points);
  result.plan = {model: "closed", in_flight: 2, mps: 0, planned_per_s: 0, duration_ns: 10e9};
  const texts = told(result);
  assert.match(texts[0], /^A closed loop: each message waited for the one before it/);
  assert.match(texts[1], /^Nothing stood out/);
  for (const live of [false, true]) {
    const keys = page.plotsOf(result, live).map((plot) => plot.key);
    assert.strictEqual(keys[0], "service");
    assert.ok(!keys.includes("response"));
    assert.strictEqual(new Set(keys).size, keys.length);
  }
});

test("connections that are lost together are a burst, others are not", () => {
  const burst = resultOf(seconds(10, {5: {connections_lost: 40, active_connections: 60}}));
  burst.totals.connections.losses = {closed_1001: 40};
  assert.ok(told(burst).includes("40 of 100 connections were lost within 1 s, at 5 s: closed_1001."));
  const single = resultOf(seconds(10, {5: {connections_lost: 1}, 8: {connections_lost: 2}}));
  single.totals.connections.losses = {reset: 2, eof: 1};
  assert.ok(told(single).includes("3 connections were lost, one by one, the first at 5 s: reset 2, eof 1."));
});

test("an outage says who was back and when, or how few were", () => {
  const passed = resultOf(seconds(10, {5: {connections_lost: 40, active_connections: 60}}), {outages: [
    {from_ns: 2e9, to_ns: 3e9, lost: 5, redialled: 5, reconnected: 5, back_us: {p99: 1000}, unsent: 0},
    {from_ns: 5e9, to_ns: 8e9, lost: 40, redialled: 80, reconnected: 40, back_us: {p99: 2100000}, unsent: 7}]});
  assert.ok(told(passed).includes("Of 40 clients that lost their connections at once 99 % were back 2,100 ms after their own " +
    "loss; 7 messages were due meanwhile and had no connection."), told(passed).join("\n"));
  const lasting = resultOf(seconds(10, {5: {connections_lost: 40, active_connections: 60}}), {outages: [
    {from_ns: 5e9, to_ns: null, lost: 40, redialled: 800, reconnected: 3, back_us: {p99: null}, unsent: 7}]});
  assert.ok(told(lasting).includes("Of 40 clients that lost their connections at once only 3 came back."));
  const stayed = resultOf(seconds(10), {outages: [{from_ns: 5e9, to_ns: null, lost: 40, redialled: 0, reconnected: 0}]});
  assert.ok(!told(stayed).some((line) => line.includes("at once")), "nobody was to come back");
});

test("agents, interruption, a load below the plan, growth, stalls", () => {
  const growing = seconds(40).map((point, i) => ({...point, response_us: {...point.response_us, p50: 4000 + i * 400}}));
  growing[11].loop_stall_us_max = 45000;
  const result = resultOf(growing, {interrupted: true, rates: {sent_per_s: 700}});
  result.plan.duration_ns = 60e9;
  result.agents.push({name: "b", address: "h2:7400", state: "lost", state_detail: "the stream broke"});
  const texts = told(result);
  assert.strictEqual(texts[0], "The run was interrupted after 40 s of 1 min.");
  assert.strictEqual(texts[1], "Agent h2:7400 was lost: the stream broke.");
  page.setLanguage("zh");
  const chinese = () => page.findingsOf(result).map(page.findingText);
  assert.ok(chinese().includes("压测节点 h2:7400 失联：the stream broke。"), "of an older result");
  result.agents[result.agents.length - 1].state_detail_zh = "流中断";
  assert.ok(chinese().includes("压测节点 h2:7400 失联：流中断。"));
  page.setLanguage("en");
  assert.ok(texts.includes("Response time grew over the run: its median was 5.60 ms in the first quarter and 17.6 ms in " +
    "the last."));
  assert.ok(texts.includes("The generator itself stood still at 12 s, 45.0 ms at most."));
  // An interrupted run sent less because it was interrupted.
  assert.ok(!texts.some((text) => text.startsWith("700")));
  assert.ok(told({...result, interrupted: false}).includes("700.0/s left of 800/s planned."));
});

test("short runs, runs that failed and documents with little in them are told without a fault", () => {
  assert.deepStrictEqual(told({error: "no agent"}), ["The run could not be carried out."]);
  assert.ok(told({}).length > 0);
  assert.ok(told(resultOf(seconds(1))).every((text) => !/NaN|undefined|null|\{/.test(text)));
  for (const language of ["en", "zh"]) {
    page.setLanguage(language);
    for (const live of [true, false]) {
      for (const result of [{}, resultOf(seconds(1)), resultOf(seconds(5))]) {
        for (const plot of page.plotsOf(result, live)) assert.ok(plot.title && Array.isArray(plot.rows));
      }
    }
  }
});

test("longer intervals are called so", () => {
  const points = seconds(10, {5: {p99: 600000}}).map((point) => ({...point, elapsed_s: point.elapsed_s * 3}));
  assert.match(told(resultOf(points))[0], /^In 1 of 10 intervals of 3 s the p99 was above 100 ms \(15 s\)/);
});

test("moments that touch are one span, and long lists are cut", () => {
  assert.deepStrictEqual(page.momentsOf([1, 2, 3, 7, 9, 10], 1), [[1, 3], [7, 7], [9, 10]]);
  const slow = {};
  for (let at = 2; at <= 40; at += 4) slow[at] = {p99: 600000};
  assert.match(told(resultOf(seconds(40, slow)))[0], /\(2 s, 6 s, 10 s, 14 s, and 6 more\)/);
});

test("phases are on one axis, with the measuring's begin at 0", () => {
  const timeline = page.timelineOf([{phase: "connect", elapsed_s: 1}, {phase: "connect", elapsed_s: 2},
    {phase: "measure", elapsed_s: 1}, {phase: "measure", elapsed_s: 1.5}, {phase: "drain", elapsed_s: 0.2},
    {phase: "close", elapsed_s: 0.1}]);
  assert.deepStrictEqual(timeline.map((point) => Number(point.t.toFixed(3))), [-1, 0, 1, 1.5, 1.7, 1.8]);
  assert.deepStrictEqual(timeline.map((point) => Number(point.length.toFixed(3))), [1, 1, 1, 0.5, 0.2, 0.1]);
});

test("curves by percentile go through the histogram's own quantiles", () => {
  const buckets = Array.from({length: 1000}, (_, i) => [i + 1, 1]);
  const rows = page.percentileCurve([buckets, []], 300);
  assert.strictEqual(rows.length, 301);
  assert.deepStrictEqual(rows[100].map((value) => (value === null ? null : Math.round(value))), [1, 901, null]);
  assert.strictEqual(rows[300][1], 1000);
  assert.strictEqual(page.quantileOf(buckets, 0.99), 990);
  assert.strictEqual(page.quantileOf([], 0.99), null);
  assert.deepStrictEqual(page.percentileCurve([[[5, 1]], []]), []);
});

function emptySeries() {
  return {step_s: 1, success: [], failed: [], response_us_p99: [], send_lag_us_p99: []};
}

test("an agent's series has 120 points at most, and loses nothing", () => {
  const series = emptySeries();
  for (let second = 1; second <= 1000; ++second) {
    page.addToAgentSeries(series, {success: 5, failed: second % 2, response_us_p99: second, send_lag_us_p99: 3}, second);
  }
  assert.strictEqual(series.step_s, 16);
  assert.strictEqual(series.success.length, Math.ceil(1000 / 16));
  assert.strictEqual(series.success.reduce((a, b) => a + b), 5000);
  assert.strictEqual(series.failed.reduce((a, b) => a + b), 500);
  assert.deepStrictEqual(series.response_us_p99.slice(0, 2), [16, 32]);
  assert.strictEqual(page.agentFigureAt(series, "success", 16), 5);
  assert.strictEqual(page.agentFigureAt(series, "response_us_p99", 17), 32);
  assert.strictEqual(page.agentFigureAt(series, "response_us_p99", 5000), null);
  assert.strictEqual(page.agentFigureAt(series, "response_us_p99", 0), null);
});

test("an agent's lines are beside the run's, and only where it is known by the second", () => {
  page.setLanguage("en");
  const result = resultOf(seconds(4));
  result.agents[0].series = {...emptySeries(), success: [1, 2, 3], failed: [0, 0, 0], response_us_p99: [1000, 0, 3000],
    send_lag_us_p99: [1, 1, 1]};
  const before = page.plotsOf(result, false);
  const after = page.withAgentLines(before, result, "h1:7400");
  const [response, rate] = after;
  assert.strictEqual(response.lines.at(-1).label, "p99 h1:7400");
  assert.deepStrictEqual(response.rows.map((row) => row.at(-1)), [1, null, 3, null]);
  assert.deepStrictEqual(rate.rows.map((row) => row.at(-1)), [1, 2, 3, null]);
  assert.ok(rate.lines.at(-1).right);
  assert.ok(after.every((spec) => spec.rows.every((row) => row.length === spec.lines.length + 1)));
  assert.strictEqual(page.withAgentLines(before, result, null), before);
  delete result.agents[0].series;
  assert.strictEqual(page.withAgentLines(before, result, "h1:7400"), before);
});

test("small charts share one scale, and break where nothing was measured", () => {
  const scale = page.smallScale([{response_us_p99: [0, 2000]}, {response_us_p99: [90000]}]);
  assert.deepStrictEqual(scale, {from: 1000, to: 100000});
  assert.strictEqual(page.smallPath([1000, 0, 100000], scale), "M0.0 44.0M180.0 0.0");
  assert.strictEqual(page.smallScale([{response_us_p99: [0]}]), null);
});

test("numbers", () => {
  assert.strictEqual(page.percentText(39999 / 40000), "99.997 %");
  assert.strictEqual(page.percentText(0.9999999), "99.99999 %");
  assert.strictEqual(page.percentText(0.99984), "99.98 %");
  assert.strictEqual(page.percentText(0.9969), "99.69 %");
  assert.strictEqual(page.percentText(1), "100 %");
  assert.strictEqual(page.percentText(0.04, 0), "4 %");
  assert.strictEqual(page.percentText(null), "-");
  assert.strictEqual(page.latencyText(4600), "4.60 ms");
  assert.strictEqual(page.latencyText(589000), "589 ms");
  assert.strictEqual(page.latencyText(12345678), "12.3 s");
  assert.strictEqual(page.msText(undefined), "-");
  assert.strictEqual(page.rateText(800), "800.0");
  assert.strictEqual(page.rateText(1234567), "1,234,567");
  assert.strictEqual(page.chosenText(0.5), "0.5");
  assert.strictEqual(page.clockText(3725), "1:02:05");
  assert.strictEqual(page.spanText(125, "en"), "2 min 5 s");
  assert.strictEqual(page.spanText(10800, "zh"), "3 小时");
  assert.strictEqual(page.offsetText(-40, 100), "-0.04 ± 0.10");
});

test("both languages say everything, with the same values", () => {
  for (const [key, texts] of Object.entries(page.WORDS)) {
    assert.strictEqual(texts.length, 2, key);
    const [english, chinese] = texts.map((text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
    assert.deepStrictEqual([...new Set(english)].sort(), [...new Set(chinese)].sort(), key);
    assert.ok(texts.every((text) => text.length > 0), key);
  }
  assert.ok(page.GLOSSARY.every((pairs) => pairs.every((pair) => pair.length === 2)));
});

test("all words that are said exist, and all that exist are said", () => {
  const text = sources();
  for (const match of text.matchAll(/\bsay\("(\w+)"/g)) {
    assert.ok(Object.hasOwn(page.WORDS, match[1]) || /_$/.test(match[1]), match[1]);
  }
  const used = (key) => text.includes(`"${key}"`) || /^(found|cause|latency|state|phase|findMax|findMaxEnd|findMaxAfter|why|says|class)_/.test(key) ||
    ["VALID", "GENERATOR_LIMITED", "DEGRADED", ...columnKeys(text)].includes(key);
  const unused = Object.keys(page.WORDS).filter((key) => !used(key));
  assert.deepStrictEqual(unused, []);
});

function columnKeys(text) {
  return [...text.matchAll(/^ {2}\["(\w+)", \(agent\)/gm)].map((match) => match[1]);
}

test("values are filled in as they are, and unknown words stay themselves", () => {
  page.setLanguage("en");
  assert.strictEqual(page.say("found_agentLost", {agent: "{detail}", detail: "$& <b>"}), "Agent {detail} was lost: $& <b>.");
  assert.strictEqual(page.say("closed_1001"), "closed_1001");
  assert.strictEqual(page.say("toString"), "toString");
  page.setLanguage("zh");
  assert.strictEqual(page.statementText({kind: "k", text: "English", text_zh: "中文"}), "中文");
  assert.strictEqual(page.statementText({kind: "k", text: "English"}), "English");
  page.setLanguage("en");
});

function trialOf(load, seconds, verdict, other = {}) {
  return {load, duration_ns: seconds * 1e9, why: "between", verdict, success_ratio: 1,
    response_us: {p50: 1000, p99: load, p99_9: 2 * load}, ...other};
}

test("find-max: the curve has the longest trial of each load, in the order of loads", () => {
  const find = {variable: "rate", answer: "found", lower_bound: 1000, upper_bound: 1010, trials: [
    trialOf(2000, 1, "bad", {success_ratio: 0.5}), trialOf(1000, 5, "good"), trialOf(1000, 1, "bad"),
    trialOf(1000, 5, "good", {response_us: {p50: 900, p99: 1200, p99_9: null}}), trialOf(4000, 1, "inconclusive"),
    trialOf(1500, 5, "bad", {why: "overload"})]};
  assert.deepStrictEqual(page.curveOf(find).map((trial) => trial.load), [1000, 2000]);
  const plot = page.findMaxPlot(find, {thresholds: [{expression: "p(99)<200ms", bound: 200000}]});
  assert.deepStrictEqual(plot.rows, [[1000, null, 1.2, 0.9, 100], [2000, 4, 2, 1, 50]]);
  assert.deepStrictEqual(plot.shaded, [[1000, 1010]]);
  assert.deepStrictEqual(plot.bounds.map((bound) => bound.value), [200]);
});

test("find-max: the answer and what stands with it are words in both languages", () => {
  const find = {variable: "rate", lower_bound: 1000, upper_bound: 1010, goal: {min_load: 50}, generator_limit: 4000,
    more_agents: {load_per_agent: 500.5, target_load: 8000, agents: 16}, end: "timeout", lower_is_provisional: true,
    conditional_throughput: 999.5, inversion: {failed_load: 300, held_load: 900}, after_overload: "bad",
    interrupted: true};
  for (const language of ["zh", "en"]) {
    page.setLanguage(language);
    for (const answer of ["found", "at_least", "none_holds", "unknown"]) {
      assert.doesNotMatch(page.findMaxAnswer({...find, answer}), /findMax|[{}]/);
    }
    const remarks = page.findMaxRemarks(find);
    assert.strictEqual(remarks.length, 8);
    for (const remark of remarks) assert.doesNotMatch(remark, /findMax|[{}]/);
  }
  assert.strictEqual(page.findMaxAnswer({...find, answer: "found"}), "1,000/s hold, 1,010/s do not.");
});
