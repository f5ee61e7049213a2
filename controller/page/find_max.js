// What `wsload find-max` found: its answer, the curve of load against latency and success, and every trial. `find` is
// the object of find_max.json.

/** One row per load: its longest trial, the last of them. */
function curveOf(find) {
  const longest = new Map();
  for (const trial of find.trials || []) {
    const known = longest.get(trial.load);
    if (trial.verdict === "inconclusive" || trial.why === "overload" || trial.why === "after_overload") continue;
    if (known === undefined || trial.duration_ns >= known.duration_ns) longest.set(trial.load, trial);
  }
  return [...longest.values()].sort((a, b) => a.load - b.load);
}

function loadText(find, load) {
  return say(find.variable === "clients" ? "loadClients" : "loadRate", {load: countText(load)});
}

/** The bounds as a span to shade; nothing where one is missing. */
function betweenBounds(find) {
  return isNumber(find.lower_bound) && isNumber(find.upper_bound) ? [[find.lower_bound, find.upper_bound]] : [];
}

function findMaxPlot(find, result) {
  const curve = curveOf(find);
  const response = (trial, figure) => {
    const us = (trial.response_us || {})[figure];
    return isNumber(us) ? Math.max(us, 1) / 1000 : null;
  };
  return {
    key: "find-max", title: say("findMaxChart"),
    unit: say(find.variable === "clients" ? "unitMsOverClients" : "unitMsOverRate"), log: true, xAxis: "load",
    lines: [{label: "p99.9", colour: "orange"}, {label: "p99", colour: "red"}, {label: "p50", colour: "blue"},
      {label: say("seriesSucceededShare"), colour: "green", right: true, dashed: true}],
    rows: curve.map((trial) => [trial.load, response(trial, "p99_9"), response(trial, "p99"), response(trial, "p50"),
      isNumber(trial.success_ratio) ? trial.success_ratio * 100 : null]),
    bounds: boundsOf(result), shaded: betweenBounds(find), note: say("noteFindMax"), empty: say("noCurve"),
    xText: (load) => loadText(find, load),
  };
}

function findMaxAnswer(find) {
  const lower = isNumber(find.lower_bound) ? loadText(find, find.lower_bound) : "";
  const upper = isNumber(find.upper_bound) ? loadText(find, find.upper_bound) : "";
  return say("findMax_" + find.answer, {lower, upper, least: loadText(find, (find.goal || {}).min_load)});
}

/** What stands with the answer. */
function findMaxRemarks(find) {
  const more = find.more_agents;
  return [
    isNumber(find.generator_limit) ? say("findMaxGenerator", {limit: loadText(find, find.generator_limit)}) : null,
    more ? say("findMaxAgents", {each: loadText(find, Math.floor(more.load_per_agent)),
      target: loadText(find, more.target_load), agents: countText(more.agents)}) : null,
    ["timeout", "trial_limit", "most_load_holds"].includes(find.end) ? say("findMaxEnd_" + find.end) : null,
    find.lower_is_provisional || find.upper_is_provisional ? say("findMaxProvisional") : null,
    isNumber(find.conditional_throughput) && find.variable === "rate"
      ? say("findMaxConditional", {rate: rateText(find.conditional_throughput)}) : null,
    find.inversion ? say("findMaxInversion", {failed: loadText(find, find.inversion.failed_load),
      held: loadText(find, find.inversion.held_load)}) : null,
    find.after_overload ? say("findMaxAfter_" + find.after_overload) : null,
    find.interrupted ? say("findMaxInterrupted") : null,
  ].filter((remark) => remark !== null);
}

function findMaxTable(find) {
  const head = [say("trialLoad"), say("trialDuration"), say("trialWhy"), say("trialSays"), "p50", "p99", "p99.9",
    say("succeededShare"), say("lagMs"), say("measurement"), say("trialLoadIs")];
  return table(say("findMaxTrials"), head, (find.trials || []).map((trial) => {
    const response = trial.response_us || {};
    return [loadText(find, trial.load), spanText(trial.duration_ns / 1e9, language), say("why_" + trial.why),
      say("says_" + trial.verdict), msText(response.p50), msText(response.p99), msText(response.p99_9),
      percentText(trial.success_ratio), msText(trial.send_lag_us_p99), trial.measurement || "-",
      say("class_" + trial.load_class)];
  }));
}

/** The section and the chart in it. */
function findMaxOf(find, result, group) {
  const spec = findMaxPlot(find, result);
  const part = section("find-max", say("findMax"),
    element("p", {}, say("findMaxGoal", {thresholds: (find.goal || {}).thresholds || "-"}), " ",
      element("strong", {}, findMaxAnswer(find))),
    element("ul", {}, findMaxRemarks(find).map((remark) => element("li", {}, remark))),
    element("div", {class: "charts"}, group.figure(spec)), findMaxTable(find),
    element("p", {class: "note"}, say("findMaxNote")));
  return {spec, part};
}
