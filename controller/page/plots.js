// Which charts a run has, as specs for ChartGroup; pure but for the words' language.

const BOUND_MS = (us) => us / 1000;

function inMs(us) {
  return us === null ? null : Math.max(us, 1) / 1000;
}

/** The seconds that broke the bound, as spans to shade. */
function shadedOf(result, points) {
  const intervals = slowIntervals(result, points);
  if (intervals === null) return [];
  return intervals.slow.map((point) => [point.t - point.length, point.t]);
}

function boundsOf(result) {
  const bound = responseBound(result.thresholds);
  return bound === null ? [] : [{value: BOUND_MS(bound), label: say("seriesBound") + " " + boundText(bound)}];
}

function responsePlot(result, timeline) {
  const points = timeline.filter((point) => point.phase === "warm_up" || point.phase === "measure" ||
    (point.phase === "drain" && point.of.success > 0));
  const figures = ["max", "p99", "p95", "p50"];
  const slow = slowIntervals(result, measuredPart(timeline));
  const shaded = shadedOf(result, measuredPart(timeline));
  return {
    key: "response", title: say("responseChart"), unit: say("unitMsLog"), log: true,
    lines: [{label: say("seriesMax"), colour: "grey", thin: true}, {label: "p99", colour: "red"},
      {label: "p95", colour: "orange"}, {label: "p50", colour: "blue"}],
    rows: points.map((point) => [point.t, ...figures.map((figure) => inMs(latencyAt(point, "response", figure)))]),
    bounds: boundsOf(result), shaded, marks: marksOf(result, say("measuredFrom")),
    note: shaded.length > 0 ? say("noteResponse", {shaded: say("shadedOver", {
      bound: slow.given === null ? latencyText(slow.bound) : boundText(slow.bound)})})
      : say("noteResponsePlain"),
    empty: say("noSeries"),
  };
}

function servicePlot(result, timeline) {
  const points = loadPart(timeline);
  return {
    key: "service", title: say("serviceChart"), unit: say("unitMsLog"), log: true,
    lines: [{label: "p99", colour: "red", thin: true}, {label: "p50", colour: "blue", thin: true}],
    rows: points.map((point) => [point.t, ...["p99", "p50"].map((figure) => inMs(latencyAt(point, "service", figure)))]),
    bounds: [], shaded: shadedOf(result, measuredPart(timeline)), marks: marksOf(result, say("measuredFrom")),
    note: say("noteService"), empty: say("noSeries"),
  };
}

function ratePlot(result, timeline) {
  const points = loadPart(timeline);
  return {
    key: "rate", title: say("rateChart"), unit: say("unitPerSecond"),
    lines: [{label: say("seriesDue"), colour: "grey", dashed: true}, {label: say("seriesSucceeded"), colour: "green"},
      {label: say("seriesFailed"), colour: "red"}],
    rows: points.map((point) => [point.t, rateAt(point, "scheduled"), rateAt(point, "success"), rateAt(point, "failed")]),
    shaded: shadedOf(result, measuredPart(timeline)), marks: marksOf(result, say("measuredFrom")), text: rateText, note: say("noteZoom"), noteIsForScreen: true, empty: say("noSeries"),
  };
}

function percentilePlot(result) {
  const bucketsOf = (name) => (((result.latency_us || {})[name] || {}).histogram || {}).buckets || [];
  const rows = percentileCurve([bucketsOf("response"), bucketsOf("service")]);
  const count = ((result.latency_us || {}).service || {}).count;
  return {
    key: "percentiles", title: say("percentileChart"), unit: say("unitMsLog"), log: true, xAxis: "percentile",
    lines: [{label: say("seriesResponse"), colour: "red"}, {label: say("seriesService"), colour: "blue"}],
    rows: rows.map(([x, ...values]) => [x, ...values.map(inMs)]), bounds: boundsOf(result),
    note: say("notePercentile", {count: countText(count)}), empty: say("noSeries"),
  };
}

function generatorPlot(result, timeline) {
  const points = measuredPart(timeline);
  const bound = ((result.generator || {}).bounds || {}).send_lag_us_p99;
  return {
    key: "generator", title: say("generatorChart"), unit: say("unitMs"),
    lines: [{label: say("seriesLag"), colour: "blue"}, {label: say("seriesStall"), colour: "orange"}],
    rows: points.map((point) => [point.t, inMs(latencyAt(point, "send_lag", "p99")),
      isNumber(point.of.loop_stall_us_max) ? point.of.loop_stall_us_max / 1000 : null]),
    bounds: isNumber(bound) ? [{value: BOUND_MS(bound), label: say("seriesBound") + " " + boundText(bound)}] : [],
    note: say("noteGenerator"), empty: say("noSeries"),
  };
}

const FAILURE_COLOURS = ["red", "orange", "violet", "blue", "grey"];

function failurePlot(result, timeline) {
  const points = timeline.filter((point) => ["warm_up", "measure", "drain"].includes(point.phase));
  const causes = Object.keys((points[0] || {of: {}}).of.failures || {});
  const seen = causes.filter((cause) => points.some((point) => point.of.failures[cause] > 0));
  return {
    key: "failures", title: say("failureChart"), unit: say("unitPerSecond"), stacked: true,
    lines: seen.map((cause) => ({label: causeText(cause), colour: FAILURE_COLOURS[causes.indexOf(cause) % 5]})),
    rows: seen.length === 0 ? []
      : points.map((point) => [point.t, ...seen.map((cause) => point.of.failures[cause] / point.length)]),
    marks: marksOf(result, say("measuredFrom")), text: rateText, empty: points.length < 2 ? say("noSeries") : say("noFailuresChart"),
  };
}

function connectionPlot(result, timeline) {
  return {
    key: "connections", title: say("connectionChart"), unit: say("unitConnections"),
    lines: [{label: say("seriesOpen"), colour: "blue"}, {label: say("seriesOpened"), colour: "green", right: true},
      {label: say("seriesLost"), colour: "red", right: true}],
    rows: timeline.map((point) => [point.t, point.of.active_connections, rateAt(point, "connections_opened"),
      rateAt(point, "connections_lost")]),
    text: shortNumber, empty: say("noSeries"),
  };
}

/** In the order in which they stand. `live`: while the run goes on there are no percentile curves. */
function plotsOf(result, live) {
  const timeline = timelineOf(result.series || []);
  // A closed loop has no response times.
  const closed = (result.plan || {}).model === "closed";
  return [
    closed ? servicePlot(result, timeline) : responsePlot(result, timeline),
    ratePlot(result, timeline),
    ...(live && closed ? [] : [live ? servicePlot(result, timeline) : percentilePlot(result)]),
    generatorPlot(result, timeline),
    failurePlot(result, timeline),
    connectionPlot(result, timeline),
  ];
}
