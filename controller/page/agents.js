// One agent's own lines: in the charts beside the run's, and many agents' small ones side by side.

// As AgentSeries::kMostPoints has it.
const MOST_AGENT_POINTS = 120;
const MOST_SMALL_CHARTS = 24;
const SMALL_WIDTH = 180;
const SMALL_HEIGHT = 44;
const AGENT_FIGURES = ["success", "failed", "response_us_p99", "send_lag_us_p99"];

/** What an agent is known by, in tables and in a stream's history. */
function keyOf(agent) {
  return agent.address || agent.name || "";
}

/** {step_s, success: [], ...} of an agent; null: nothing is known of it by the second. */
function agentSeriesOf(result, agent) {
  const series = agent.series || (result.agents_series || {})[keyOf(agent)];
  return series && Array.isArray(series.success) && series.step_s > 0 && series.success.length > 0 ? series : null;
}

/** A figure at `t` seconds of the measure phase, which is an interval's end; null: nothing was measured. */
function agentFigureAt(series, figure, t) {
  const at = Math.ceil(t / series.step_s - 1e-6) - 1;
  if (at < 0 || at >= series.success.length) return null;
  if (figure === "success" || figure === "failed") return series[figure][at] / series.step_s;
  return series[figure][at] > 0 ? series[figure][at] : null;
}

/** Adds an interval that ended at `t`, as the server does: of neighbours one is made where there are too many. */
function addToAgentSeries(series, point, t) {
  while (t / series.step_s > MOST_AGENT_POINTS + 1e-6) {
    for (const figure of AGENT_FIGURES) {
      const merged = [];
      series[figure].forEach((value, i) => {
        if (i % 2 === 0) merged.push(value);
        else merged[merged.length - 1] = mergedFigure(figure, merged[merged.length - 1], value);
      });
      series[figure] = merged;
    }
    series.step_s *= 2;
  }
  const at = Math.max(0, Math.ceil(t / series.step_s - 1e-6) - 1);
  for (const figure of AGENT_FIGURES) {
    while (series[figure].length <= at) series[figure].push(0);
    series[figure][at] = mergedFigure(figure, series[figure][at], point[figure] || 0);
  }
}

function mergedFigure(figure, a, b) {
  return figure.endsWith("_p99") ? Math.max(a, b) : a + b;
}

/** The charts' specs with the lines of the agent `key` as well; as they are where nothing is known of it. */
function withAgentLines(specs, result, key) {
  const agent = (result.agents || []).find((each) => keyOf(each) === key);
  const series = agent ? agentSeriesOf(result, agent) : null;
  if (series === null) return specs;
  const added = {
    response: {label: "p99 " + key, figure: "response_us_p99", value: inMs},
    rate: {label: say("agentRight", {figure: say("seriesSucceeded"), agent: key}), figure: "success", right: true},
    generator: {label: say("seriesLag") + " " + key, figure: "send_lag_us_p99", value: inMs},
  };
  return specs.map((spec) => {
    const line = added[spec.key];
    if (!line || spec.rows.length < 2) return spec;
    const drawnAs = {label: line.label, colour: "violet", thin: true, right: Boolean(line.right)};
    return {...spec, lines: [...spec.lines, drawnAs],
      rows: spec.rows.map((row) => {
        const value = agentFigureAt(series, line.figure, row[0]);
        return [...row, line.value ? line.value(value) : value];
      })};
  });
}

/** Of all agents that are shown small: one scale, so that they can be held against each other. Rows of a figure in
    ms; `from` and `to` are powers of ten around all of them. */
function smallScale(allSeries) {
  let low = Infinity;
  let high = 0;
  for (const series of allSeries) {
    for (const us of series.response_us_p99) {
      if (us <= 0) continue;
      low = Math.min(low, us);
      high = Math.max(high, us);
    }
  }
  if (high === 0) return null;
  const from = 10 ** Math.floor(Math.log10(low));
  return {from, to: Math.max(from * 10, 10 ** Math.ceil(Math.log10(high)))};
}

/** A line through the points of a figure, broken where nothing was measured: the "d" of a path. */
function smallPath(values, scale) {
  const step = SMALL_WIDTH / Math.max(1, values.length - 1);
  const high = Math.log10(scale.to / scale.from);
  let path = "";
  let isDown = false;
  values.forEach((us, i) => {
    if (us <= 0) {
      isDown = false;
      return;
    }
    const share = Math.min(1, Math.max(0, Math.log10(us / scale.from) / high));
    path += `${isDown ? "L" : "M"}${(i * step).toFixed(1)} ${((1 - share) * SMALL_HEIGHT).toFixed(1)}`;
    isDown = true;
  });
  return path;
}

function drawn(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/** p99 of response time as a line, and a tick below for every point in which messages failed. */
function smallChart(name, series, scale) {
  const step = SMALL_WIDTH / Math.max(1, series.success.length - 1);
  const worst = Math.max(...series.response_us_p99);
  const failed = series.failed.reduce((a, b) => a + b, 0);
  const label = say("smallLabel", {agent: name, worst: latencyText(worst), failed: countText(failed)});
  const image = drawn("svg", {class: "small", viewBox: `0 -3 ${SMALL_WIDTH} ${SMALL_HEIGHT + 14}`, role: "img",
    "aria-label": label, preserveAspectRatio: "none"},
  drawn("path", {class: "edge", d: `M0 0H${SMALL_WIDTH}M0 ${SMALL_HEIGHT}H${SMALL_WIDTH}`}),
  drawn("path", {class: "line", d: smallPath(series.response_us_p99, scale)}));
  series.failed.forEach((count, i) => {
    if (count > 0) image.append(drawn("path", {class: "fault", d: `M${(i * step).toFixed(1)} ${SMALL_HEIGHT + 3}v7`}));
  });
  return image;
}

/** Small charts of the worst agents, in the order given; null: one agent alone, or nothing known by the second. */
function smallCharts(result, agents, chosen, onChoose) {
  const known = agents.map((agent) => ({agent, series: agentSeriesOf(result, agent)}))
    .filter((each) => each.series !== null && each.series.success.length > 1);
  const shown = known.slice(0, MOST_SMALL_CHARTS);
  const scale = smallScale(shown.map((each) => each.series));
  if (agents.length < 2 || scale === null) return null;
  return [
    element("h3", {}, say("smallTitle")),
    element("p", {class: "note"}, say("smallNote", {from: latencyText(scale.from), to: latencyText(scale.to),
      shown: countText(shown.length), count: countText(agents.length)})),
    element("div", {class: "smalls"}, shown.map(({agent, series}) => element("button", {type: "button",
      class: "smallbox", "data-key": keyOf(agent), "aria-pressed": String(chosen === keyOf(agent)),
      onclick: () => onChoose(keyOf(agent))},
    element("span", {}, (isIll(agent) ? "! " : "") + keyOf(agent)), smallChart(keyOf(agent), series, scale),
    element("span", {class: "quiet"}, latencyText(p99Of(agent, "response")))))),
  ];
}
