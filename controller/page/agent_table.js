// The table of agents, with their small charts below.

const MOST_AGENTS = 50;

const AGENT_COLUMNS = [
  ["agent", (agent) => agent.address || agent.name || "-", null],
  ["state", (agent) => say("state_" + (agent.state || "running")), (agent) => (agent.state === "done" ? 0 : 1)],
  ["clients", (agent) => countText(connectionsOf(agent)), (agent) => connectionsOf(agent)],
  ["scheduled", (agent) => countText((agent.totals || {}).scheduled), (agent) => (agent.totals || {}).scheduled],
  ["succeeded", (agent) => countText((agent.totals || {}).success), (agent) => (agent.totals || {}).success],
  ["failed", (agent) => countText((agent.totals || {}).failed), (agent) => (agent.totals || {}).failed],
  ["unsent", (agent) => countText((agent.totals || {}).unsent), (agent) => (agent.totals || {}).unsent],
  ["p99ms", (agent) => msText(p99Of(agent, "response")), (agent) => p99Of(agent, "response")],
  ["lagMs", (agent) => msText(p99Of(agent, "send_lag")), (agent) => p99Of(agent, "send_lag")],
  ["workerCpu", (agent) => percentText(busiestOf(agent), 0), (agent) => busiestOf(agent)],
  ["waited", (agent) => percentText(waitedOf(agent), 0), (agent) => waitedOf(agent)],
  ["clockMs", (agent) => offsetText(agent.clock_offset_us, agent.clock_error_us), (agent) =>
    Math.abs(agent.clock_offset_us || 0)],
];

function connectionsOf(agent) {
  const connections = (agent.totals || {}).connections || {};
  return isNumber(connections.active) ? connections.active : connections.opened;
}

function p99Of(agent, name) {
  const figures = (agent.latency_us || {})[name];
  return figures && figures.count > 0 ? figures.p99 : null;
}

function mostOf(numbers) {
  const known = numbers.filter(isNumber);
  return known.length > 0 ? Math.max(...known) : null;
}

function busiestOf(agent) {
  const own = (agent.cpu || {}).busiest_worker_share || agent.worker_cpu_share_max;
  return own > 0 ? own : mostOf((agent.worker_loads || []).map((worker) => worker.cpu_share));
}

function waitedOf(agent) {
  if (isNumber(agent.worker_cpu_waited_share_max)) return agent.worker_cpu_waited_share_max;
  return mostOf((agent.worker_loads || []).map((worker) => worker.cpu_waited_share));
}

/** Not well first, then by what failed, then by lateness. */
function isIll(agent) {
  return Boolean(agent.state) && !["done", "running"].includes(agent.state);
}
function badnessOf(agent) {
  const totals = agent.totals || {};
  return [isIll(agent) ? 1 : 0, (totals.failed || 0) + (totals.unsent || 0), p99Of(agent, "send_lag") || 0];
}
function worseFirst(a, b) {
  const [left, right] = [badnessOf(a), badnessOf(b)];
  const at = left.findIndex((value, i) => value !== right[i]);
  return at < 0 ? 0 : right[at] - left[at];
}

/** The agents' table: sortable by its heads, the worst first unless asked otherwise, cut at MOST_AGENTS until all are
    asked for. Keeps its order over updates. */
class AgentTable {
  /** `resultOf`: answers the result that the agents are of. `onChoose`: called with the chosen agent's key, or null. */
  constructor(resultOf, onChoose) {
    this.resultOf = resultOf;
    this.onChoose = onChoose;
    this.chosen = null;
    this.sortBy = null;
    this.descending = true;
    this.all = false;
    this.agents = [];
    this.head = element("tr");
    this.body = element("tbody");
    this.note = element("p", {class: "note"});
    this.hint = element("p", {class: "note screen"});
    this.smalls = element("div");
    this.more = element("button", {type: "button", onclick: () => {
      this.all = !this.all;
      this.show(this.agents);
    }});
    this.table = element("table", {}, element("thead", {}, this.head), this.body);
    this.part = section("agents", say("agents"), element("div", {class: "scroll", role: "region",
      "aria-label": say("agents"), tabindex: "0"}, this.table), this.note, this.hint, this.more,
    this.smalls);
  }

  heads() {
    return AGENT_COLUMNS.map(([key], column) => element("th", {scope: "col", "aria-sort": this.sortBy !== column ? null
      : this.descending ? "descending" : "ascending"}, element("button", {type: "button", "data-key": key,
      onclick: () => {
        this.descending = this.sortBy === column ? !this.descending : column !== 0;
        this.sortBy = column;
        this.show(this.agents);
        this.head.children[column].firstChild.focus();
      }}, say(key) + (this.sortBy === column ? (this.descending ? " ↓" : " ↑") : ""))));
  }

  ordered() {
    const agents = [...this.agents].sort(worseFirst);
    if (this.sortBy === null) return agents;
    const [, text, number] = AGENT_COLUMNS[this.sortBy];
    const compare = number === null ? (a, b) => text(a).localeCompare(text(b), undefined, {numeric: true})
      : (a, b) => (number(a) ?? -1) - (number(b) ?? -1);
    agents.sort((a, b) => (this.descending ? -compare(a, b) : compare(a, b)));
    return agents;
  }

  row(agent) {
    const key = keyOf(agent);
    const cells = AGENT_COLUMNS.map(([, text], column) => (column === 0 ? null : element("td", {}, text(agent))));
    const name = (isIll(agent) ? "! " : "") + AGENT_COLUMNS[0][1](agent);
    cells[0] = element("th", {scope: "row"}, agentSeriesOf(this.resultOf(), agent) === null ? name
      : element("button", {type: "button", "data-key": key, "aria-pressed": String(this.chosen === key),
        onclick: () => this.choose(key)}, name));
    return element("tr", {class: isIll(agent) ? "ill" : this.chosen === key ? "chosen" : null,
      title: ownText(agent, "state_detail") || null}, cells);
  }

  /** An agent's lines come into the charts, and leave them when it is chosen again. */
  choose(key) {
    this.chosen = this.chosen === key ? null : key;
    this.onChoose(this.chosen);
    this.show(this.agents);
  }

  show(agents) {
    this.agents = agents;
    const ordered = this.ordered();
    const shown = this.all ? ordered : ordered.slice(0, MOST_AGENTS);
    const active = document.activeElement;
    const place = [this.table, this.smalls].find((each) => each.contains(active));
    const focused = place && active.dataset.key !== undefined ? active.dataset.key : null;
    this.head.replaceChildren(...this.heads());
    this.body.replaceChildren(...shown.map((agent) => this.row(agent)));
    const smalls = smallCharts(this.resultOf(), ordered, this.chosen, (key) => this.choose(key));
    this.smalls.replaceChildren(...(smalls || []));
    if (focused !== null) {
      const again = [...place.querySelectorAll("button")].find((button) => button.dataset.key === focused);
      if (again) again.focus({preventScroll: true});
    }
    const isCut = ordered.length > MOST_AGENTS;
    const isKnown = shown.some((agent) => agentSeriesOf(this.resultOf(), agent) !== null);
    this.note.textContent = [
      isCut && !this.all ? say("worstFirst", {shown: countText(shown.length), count: countText(ordered.length)}) : "",
      this.chosen !== null ? say("agentChosen", {agent: this.chosen}) : "",
    ].filter((text) => text !== "").join(" ");
    this.hint.textContent = this.chosen === null && isKnown && agents.length > 1 ? say("agentChoose") : "";
    this.more.hidden = !isCut;
    this.more.textContent = this.all ? say("showWorst", {count: MOST_AGENTS})
      : say("showAll", {count: countText(ordered.length)});
  }
}
