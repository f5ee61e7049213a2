// A result as sections: the report, and the live page's lower half. Each function makes one section of the document
// `result` (docs/measurement.md; while a run goes on, as much of it as is known), or null when it has nothing to say.

const FIRST_LATENCIES = ["response", "service", "send_lag", "connect", "push", "heartbeat", "reconnect", "move"];
const PERCENTILES = [["p50", "p50"], ["p90", "p90"], ["p95", "p95"], ["p99", "p99"], ["p99_9", "p99.9"],
  ["p99_99", "p99.99"]];

const SIGNS = {true: "✓", false: "✗"};

function loadOf(plan) {
  const duration = spanText(plan.duration_ns / 1e9, language);
  const load = plan.model === "closed" ? say("planClosed", {inFlight: countText(plan.in_flight), duration})
    : plan.stages ? say("planStages", {stages: plan.stages, duration})
    : isNumber(plan.mps) ? say("planRate", {mps: chosenText(plan.mps), duration}) : null;
  if (load === null || !(plan.warm_up_ns > 0)) return load;
  return say("planWarmUp", {load, warmUp: spanText(plan.warm_up_ns / 1e9, language)});
}

/** Where messages have several sizes, msg_size_bytes is their mean. */
function sizeOf(plan) {
  if (!isNumber(plan.msg_size_bytes)) return null;
  const bytes = countText(plan.msg_size_bytes);
  return plan.size ? say("planSizes", {sizes: plan.size, bytes}) : say("planSize", {bytes});
}

function headOf(result) {
  const plan = result.plan || {};
  const agents = (result.agents || []).length;
  const parts = [
    result.run_id ? say("run", {id: result.run_id}) : null,
    result.started_at ? momentOfDay(result.started_at) : null,
    isNumber(plan.clients) ? say("planClients", {clients: countText(plan.clients)}) : null,
    loadOf(plan),
    isNumber(plan.ramp_up_ns) ? say("planRampUp", {rampUp: spanText(plan.ramp_up_ns / 1e9, language)}) : null,
    sizeOf(plan),
    agents > 0 ? say(agents === 1 ? "planAgent" : "planAgents", {agents: countText(agents)}) : null,
    ...Object.entries(result.tags || {}).map(([name, value]) => `${name}=${value}`),
    result.wsload_version ? `wsload ${result.wsload_version}` : null,
  ];
  return element("header", {},
    element("h1", {}, titleOf(result)),
    element("p", {class: "quiet"}, parts.filter((part) => part !== null).join(" · ")));
}

/** "2026-11-25 10:30:32 UTC" of the same in RFC 3339. */
function momentOfDay(text) {
  return String(text).replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
}

function titleOf(result) {
  return result.title || say("titleOf", {server: (result.plan || {}).server || "-"});
}

/** The value in the unit in which the threshold was written: both are told in the same one. */
function thresholdText(threshold) {
  if (!isNumber(threshold.value)) return say("thresholdNothing");
  const written = /(<=?|>=?)\s*([\d.]+)\s*([a-zµ%/]*)\s*$/.exec(threshold.expression || "");
  if (!written || !isNumber(threshold.bound)) return shortNumber(threshold.value);
  const scale = threshold.bound === 0 ? 1 : Number(written[2]) / threshold.bound;
  const shown = threshold.value * (scale > 0 ? scale : 1);
  if (written[3] === "%") return percentText(shown / 100);
  // A share without a unit must not be rounded to its bound.
  const text = written[3] === "" && shown < 1 ? String(Math.floor(shown * 1e4) / 1e4) : shortNumber(shown);
  return written[3].startsWith("/") ? text + written[3] : `${text} ${written[3]}`.trim();
}

function thresholdItem(threshold) {
  const passed = threshold.passed === true;
  const first = isNumber(threshold.first_broken_s)
    ? `, ${say("thresholdFirst", {at: momentText(threshold.first_broken_s)})}` : "";
  return element("li", {},
    element("span", {class: passed ? "sign good" : "sign bad"}, SIGNS[passed]), " ",
    element("code", {}, threshold.expression || ""), ": ",
    isNumber(threshold.value) ? say("thresholdValue", {value: thresholdText(threshold)}) : thresholdText(threshold), first);
}

function thresholdsOf(result, live) {
  const thresholds = result.thresholds || [];
  const failed = thresholds.filter((threshold) => threshold.passed !== true).length;
  const outcome = result.outcome || {};
  const text = thresholds.length === 0 ? say("noThresholds")
    : live ? say(failed > 0 ? "thresholdsSoFar" : "thresholdsKept", {failed, count: thresholds.length})
      : failed > 0 ? say("thresholdsFailed", {failed, count: thresholds.length})
        : say(thresholds.length === 1 ? "thresholdPassed" : "thresholdsPassed", {count: thresholds.length});
  const kind = thresholds.length === 0 ? "" : outcome.code === "inconclusive" ? "warn" : failed > 0 ? "bad" : "good";
  const isInconclusive = !live && outcome.code === "inconclusive";
  const boxes = [element("section", {class: "verdict " + kind, id: "thresholds"},
    element("p", {}, element("strong", {class: "sign"}, say("thresholds") + (language === "zh" ? "：" : ": ") + text)),
    thresholds.length > 0 ? element("ul", {}, thresholds.map(thresholdItem)) : null,
    isInconclusive ? element("p", {}, say("outcomeInconclusive")) : null)];
  const reasons = outcome.reasons || [];
  if (!live && outcome.code === "failed" && reasons.length > 0 && thresholds.length === 0) {
    boxes.push(element("section", {class: "verdict bad", id: "outcome"},
      element("p", {}, element("strong", {class: "sign"}, say("outcomeFailed"))),
      element("ul", {}, reasons.map((reason) => element("li", {}, statementText(reason))))));
  }
  return boxes;
}

/** The sentence that proves what the measurement is worth; empty when nothing is known. */
function proofOf(result, live) {
  const totals = result.totals || {};
  const generator = result.generator || {};
  const bounds = generator.bounds || {};
  const lag = (result.latency_us || {}).send_lag || {};
  const parts = [];
  if (lag.count > 0 && isNumber(lag.p99)) {
    parts.push(say("proofLag", {lag: latencyText(lag.p99), bound: boundText(bounds.send_lag_us_p99)}));
  }
  if (isNumber(generator.worker_cpu_share_max) && isNumber(bounds.worker_cpu_share)) {
    parts.push(say("proofCpu", {share: percentText(generator.worker_cpu_share_max, 0),
      bound: percentText(bounds.worker_cpu_share, 0)}));
  }
  if (totals.scheduled > 0) {
    parts.push(say(live ? "proofSumLive" : totals.unaccounted > 0 ? "proofSumOpen" : "proofSum", {
      scheduled: countText(totals.scheduled), success: countText(totals.success), failed: countText(totals.failed),
      unsent: countText(totals.unsent), open: countText(totals.unaccounted)}));
  }
  if (parts.length === 0) return "";
  const text = parts.join(language === "zh" ? "；" : "; ") + (language === "zh" ? "。" : ".");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** While the run goes on: whether its figures are the server's, as far as that can be told. */
function measurementSoFar(result) {
  const lag = (result.latency_us || {}).send_lag || {};
  const bounds = (result.generator || {}).bounds || {};
  if (!(lag.count > 0)) return null;
  const isLate = lag.p99 > bounds.send_lag_us_p99 || result.generator.worker_cpu_share_max > bounds.worker_cpu_share;
  return element("section", {class: "verdict " + (isLate ? "warn" : "good"), id: "measurement"},
    element("p", {}, element("strong", {class: "sign"}, say("measurement") + (language === "zh" ? "：" : ": ") +
      say(isLate ? "lateSoFar" : "inTimeSoFar")), " ", proofOf(result, true)));
}

function measurementOf(result, live) {
  if (result.error) {
    return element("section", {class: "verdict bad", id: "measurement"},
      element("p", {}, element("strong", {class: "sign"}, say("runError", {error: ownText(result, "error")}))));
  }
  const verdict = result.verdict || {};
  if (live && !verdict.code) return measurementSoFar(result);
  const kinds = {VALID: ["good", "ofServer"], GENERATOR_LIMITED: ["bad", "ofGenerator"], DEGRADED: ["warn", "ofLess"]};
  const [kind, meaning] = kinds[verdict.code] || ["warn", ""];
  const colon = language === "zh" ? "：" : ": ";
  return element("section", {class: "verdict " + kind, id: "measurement"},
    element("p", {}, element("strong", {class: "sign"}, say("measurement") + colon + say(verdict.code || "-")), " ",
      meaning ? say(meaning) : "", " ", proofOf(result, false)),
    result.interrupted ? element("p", {}, say("interrupted")) : null,
    (verdict.reasons || []).length > 0
      ? element("ul", {}, verdict.reasons.map((reason) => element("li", {}, statementText(reason)))) : null);
}

/** What failed, as a figure: the commonest cause by its name. */
function failureFigure(totals) {
  const failed = (totals.failed || 0) + (totals.unsent || 0);
  const causes = largest({...totals.failures, unsent: totals.unsent});
  if (failed === 0 || causes.length === 0) return [countText(failed), say("noFailures")];
  const cause = causeText(causes[0][0]);
  if (causes.length > 1) return [countText(failed), say("failedMostly", {cause})];
  return [countText(failed), causes[0][0] === "timeout" ? say("timeouts") : say("failedAll", {cause})];
}

/** Clients that had a connection; one in the place of another is none more. */
function clientsOpened(connections) {
  const again = (connections.reconnected || 0) + (connections.replaced || 0) + (connections.moved || 0);
  return connections.opened - again;
}

function figuresOf(result) {
  if (result.error) return null;
  const totals = result.totals || {};
  // Those still open count neither way while the run goes on; afterwards there are none but lost agents'.
  const judged = (totals.scheduled || 0) - (result.verdict ? 0 : totals.unaccounted || 0);
  const rates = result.rates || {};
  const plan = result.plan || {};
  const closed = plan.model === "closed";
  const answers = (result.latency_us || {})[closed ? "service" : "response"] || {};
  const connections = totals.connections || {};
  const some = answers.count > 0;
  const figures = [
    [say("perSecond", {rate: rateText(rates.sent_per_s)}), closed ? say("sentClosed") : say("sentOf", {mps: chosenText(plannedRate(plan))})],
    [judged > 0 ? percentText(totals.success / judged) : "-", say("succeededShare")],
    [some ? latencyText(answers.p50) : "-", say(closed ? "medianService" : "medianResponse")],
    [some ? latencyText(answers.p99) : "-", say(closed ? "p99Service" : "p99Response")],
    failureFigure(totals),
    [countText(isNumber(result.active_connections) ? result.active_connections : clientsOpened(connections)),
      say("connectionsOf", {clients: countText(plan.clients - ((result.awkward || {}).clients || 0)), lost: countText(connections.lost || 0)})],
  ];
  return element("dl", {class: "figures", id: "figures"},
    figures.map(([value, label]) => element("div", {}, element("dt", {}, label), element("dd", {}, value))));
}

function findingsSection(result) {
  const findings = findingsOf(result);
  return section("what-happened", say("whatHappened"),
    element("ul", {}, findings.map((finding) => element("li", {}, findingText(finding)))));
}

function latenciesOf(result) {
  const latencies = result.latency_us || {};
  const rows = FIRST_LATENCIES.concat(Object.keys(latencies).filter((name) => !FIRST_LATENCIES.includes(name)))
    .map((name) => [name, latencies[name]]);
  const stall = (result.generator || {}).loop_stall_us;
  if (stall && (result.totals || {}).loop_stalls > 0) rows.push(["loop_stall", stall]);
  const counted = rows.filter(([, figures]) => figures && figures.count > 0);
  if (counted.length === 0) return null;
  return section("latencies", say("latencies"),
    table(say("latencies"), ["", say("count"), say("mean"), ...PERCENTILES.map(([, label]) => label), say("max")],
      counted.map(([name, figures]) => [say("latency_" + name), countText(figures.count), msText(figures.mean),
        ...PERCENTILES.map(([key]) => msText(figures[key])), msText(figures.max)])));
}

function stageName(stage) {
  return stage.kind === "warm_up" ? say("stageWarmUp") : stage.name;
}

/** The stages of the load, each with what became of the messages that were due in it. */
function stagesOf(result) {
  const stages = result.stages || [];
  if (stages.length === 0) return null;
  const warmUp = (result.plan || {}).warm_up_ns || 0;
  const rows = stages.map((stage) => {
    const {totals} = stage;
    const response = (stage.latency_us || {}).response || {};
    const measured = response.count > 0;
    const ended = totals.success + totals.failed + totals.unsent;
    const from = (stage.offset_ns - warmUp) / 1e9;
    return [stageName(stage), (from < 0 ? "-" : "") + clockText(Math.abs(from)),
      spanText(stage.duration_ns / 1e9, language), countText(totals.scheduled),
      countText(totals.success), countText(totals.failed), countText(totals.unsent),
      ended > 0 ? percentText(totals.success / ended) : "-",
      ...["p50", "p95", "p99", "max"].map((figure) => (measured ? msText(response[figure]) : "-"))];
  });
  return section("stages", say("stages"), table(say("stages"), [say("stage"),
    say("stageFrom"), say("stageLength"), say("scheduled"), say("succeeded"), say("failed"), say("unsent"),
    say("stageShare"), "p50", "p95", "p99", say("max")], rows,
  (at) => (stages[at].running ? {class: "running"} : {})),
  element("p", {class: "note"}, say("stageNote")));
}

/** What was of the clients that behave badly. */
function awkwardOf(result) {
  if (!result.awkward) return null;
  const {totals, latency_us: latencies} = result.awkward;
  const connections = totals.connections || {};
  const response = (latencies || {}).response || {};
  const row = [(result.plan || {}).awkward || "", countText(result.awkward.clients), countText(connections.opened),
    countText(connections.failed), countText(connections.lost), countText(totals.scheduled),
    countText(totals.success), countText(totals.failed),
    ...["p50", "p99", "max"].map((figure) => (response.count > 0 ? msText(response[figure]) : "-"))];
  return section("awkward", say("awkward"), table(say("awkward"), [say("awkwardKinds"), say("clients"),
    say("awkwardOpened"), say("awkwardNotOpened"), say("awkwardLost"), say("scheduled"), say("succeeded"),
    say("failed"), "p50", "p99", say("max")], [row]),
  ...causeTable(say("failedConnections"), connections.failures, connections.failure_examples),
  ...causeTable(say("lostConnections"), connections.losses, connections.loss_examples));
}

/** A table of causes: how many, what happened the first time, what to do. */
function causeTable(title, causes, examples, hints) {
  const rows = largest(causes);
  if (rows.length === 0) return [];
  if (!examples && !hints) {
    return [element("h3", {}, title), table(title, [say("cause"), say("number")],
      rows.map(([cause, count]) => [causeText(cause), countText(count)]))];
  }
  return [element("h3", {}, title), table(title, [say("cause"), say("number"),
    element("th", {scope: "col", class: "left"}, say("example"))],
  rows.map(([cause, count]) => [causeText(cause), countText(count), element("td", {class: "left wrap"},
    (examples || {})[cause] ? element("div", {}, examples[cause]) : null,
    (hints || {})[cause] ? element("div", {class: "quiet"}, statementText(hints[cause])) : null)]))];
}

function statementList(statements) {
  if (!statements || statements.length === 0) return null;
  return element("ul", {}, statements.map((statement) => element("li", {}, statementText(statement))));
}

/** What became of stamped messages. */
function pushesOf(result) {
  return section("pushes", say("pushes"), statementList((result.push || {}).statements));
}

function failuresOf(result, live) {
  if (result.error) return null;
  const totals = result.totals || {};
  const connections = totals.connections || {};
  const hints = result.hints || {};
  const parts = [
    ...causeTable(say("failedMessages"), {...totals.failures, unsent: totals.unsent}),
    statementList(hints.messages),
    ...causeTable(say("failedConnections"), connections.failures, connections.failure_examples, hints.connections),
    ...causeTable(say("lostConnections"), connections.losses, connections.loss_examples, hints.connections),
  ].filter((part) => part !== null);
  if (parts.length === 0) return live ? null : section("failures", say("failures"), element("p", {}, say("nothingFailed")));
  return section("failures", say("failures"), parts);
}

function alsoSeenOf(result) {
  const warnings = statementList(result.warnings);
  const seen = statementList((result.hints || {}).also_seen);
  return [section("warnings", say("warnings"), warnings), section("also-seen", say("alsoSeen"), seen)];
}

/** `onChoose`: called with an agent's key, or null. */
function agentsOf(result, onChoose) {
  const agents = result.agents || [];
  if (agents.length === 0) return null;
  const shown = new AgentTable(() => result, onChoose);
  shown.show(agents);
  if (isNumber(result.start_spread_us) && agents.length > 1) {
    shown.part.append(element("p", {class: "note"},
      say("startSpread", {spread: latencyText(result.start_spread_us)})));
  }
  return shown.part;
}

function repeatOf(result) {
  const command = result.command_line;
  return section("repeat", say("repeat"),
    command ? element("pre", {}, command) : element("p", {}, say("repeatUnknown")),
    command ? element("p", {class: "note"}, say("repeatNote")) : null);
}

function wordsOf() {
  return section("words", say("wordsMean"), element("dl", {class: "words"},
    GLOSSARY.flatMap(([word, meaning]) => [element("dt", {}, inLanguage(word)), element("dd", {}, inLanguage(meaning))])));
}

/** Where several intervals were made one, to keep the page small. */
function thinnedNote(result) {
  const points = measuredPart(timelineOf(result.series || []));
  const step = medianOf(points.map((point) => point.length));
  if (!(step > 1.5)) return null;
  return element("p", {class: "note"}, say("thinned", {points: countText(points.length), span: spanText(step, language)}));
}

function chartsOf(result, group, live) {
  // A run that could not be carried out has no lines to draw, and one of a second few.
  if (result.error) return {specs: [], part: null};
  const all = plotsOf(result, live);
  const specs = all.filter((spec) => spec.rows.length >= 2 || spec.empty !== say("noSeries"));
  const part = section("charts", say("charts"),
    all.length > specs.length ? element("p", {}, say("noSeries")) : null,
    element("div", {class: "charts"}, specs.map((spec) => group.figure(spec))), thinnedNote(result));
  return {specs, part};
}

/** Fills `main` with the whole report; `isUnfinished`: of a run that goes on; `find`: the search that the run is a trial
    of, or null. */
function showReport(main, result, group, isUnfinished, find) {
  group.clear();
  const searched = find === null ? {spec: null, part: null} : findMaxOf(find, result, group);
  const charts = chartsOf(result, group, isUnfinished);
  const drawCharts = (key) => {
    for (const spec of withAgentLines(charts.specs, result, key)) group.update(spec);
  };
  const parts = [headOf(result), isUnfinished ? element("p", {class: "verdict warn"}, say("unfinished")) : null,
    searched.part,
    thresholdsOf(result, isUnfinished), measurementOf(result, isUnfinished), figuresOf(result),
    findingsSection(result), charts.part, stagesOf(result), latenciesOf(result), pushesOf(result), outagesOf(result),
    failuresOf(result, false), awkwardOf(result), alsoSeenOf(result),
    agentsOf(result, drawCharts), repeatOf(result), wordsOf()];
  main.replaceChildren(...parts.flat().filter((part) => part !== null && part !== undefined));
  if (searched.spec !== null) group.update(searched.spec);
  drawCharts(null);
}
