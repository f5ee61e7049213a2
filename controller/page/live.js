// The page of a run that goes on: fed by /events, one JSON object a second, and turned into the report at its end.

const STOP_SURE_MS = 5000;
const MOST_NOTICES = 50;
// Beyond twice kMostReportPoints the server has thinned its history (controller/dashboard), and the page asks for it anew.
const MOST_POINTS = 7300;

class LivePage {
  constructor(owner) {
    this.owner = owner;
    // A result as far as it is known: what the sections read.
    this.result = {series: [], agents: [], agents_series: {}, totals: {}, thresholds: []};
    this.progress = {};
    this.notices = [];
    this.connected = true;
    this.stopping = false;
    this.error = "";
    this.agentTable = null;
  }

  listen() {
    const source = new EventSource("/events");
    source.addEventListener("history", (event) => {
      const history = JSON.parse(event.data);
      Object.assign(this.result, history.run, {series: history.series, agents_series: history.agents_series || {}});
      this.notices = history.notices;
      this.connected = true;
      if (history.last) this.take(history.last); else this.refresh();
    });
    source.addEventListener("interval", (event) => {
      const interval = JSON.parse(event.data);
      this.result.series.push(interval.point);
      this.result.agents = interval.agents;
      this.keepAgentPoints(interval.point);
      this.take(interval);
      if (this.result.series.length > MOST_POINTS) {
        source.close();
        this.listen();
      }
    });
    source.addEventListener("notice", (event) => {
      this.notices.push(JSON.parse(event.data));
      this.refresh();
    });
    source.addEventListener("end", (event) => {
      source.close();
      const result = JSON.parse(event.data);
      if (result) this.end(result); else location.reload();
    });
    source.onopen = () => {
      this.connected = true;
      this.refresh();
    };
    source.onerror = () => {
      this.connected = false;
      this.refresh();
    };
  }

  take(interval) {
    const {progress, point, ...state} = interval;
    this.progress = progress || this.progress;
    Object.assign(this.result, state);
    this.connected = true;
    this.refresh();
  }

  /** The run is over: the page is its report. */
  end(result) {
    const {owner} = this;
    owner.live = null;
    owner.data = {page: {...owner.data.page, live: false}, result};
    showPage();
    document.getElementById("top").prepend(element("p", {role: "status", class: "quiet"}, say("runOver")));
  }

  /** All anew: at the beginning, and in another language. */
  show(main) {
    this.owner.charts.clear();
    this.parts = {
      head: element("div"), judgement: element("div"), figures: element("div"), charts: element("div"),
      tables: element("div"), agents: element("div"),
      notices: element("section", {id: "notices", "aria-live": "polite"}),
    };
    this.state = element("span", {class: "state", role: "status"});
    this.bar = element("div");
    this.meter = element("div", {class: "progress", role: "progressbar", "aria-label": say("progressLabel"),
      "aria-valuemin": "0", "aria-valuemax": "100"}, this.bar);
    this.stopButton = element("button", {type: "button", class: "danger", id: "stop", onclick: () => this.stop()});
    this.agentTable = new AgentTable(() => this.result, () => this.drawCharts());
    this.specs = null;
    document.getElementById("top").replaceChildren(toolbar(this.state, this.stopButton,
      element("a", {href: "/report.html", target: "_blank", rel: "noopener"}, say("openReport"))));
    main.replaceChildren(this.parts.head, this.meter, this.parts.judgement, this.parts.figures, this.parts.charts,
      this.parts.agents, this.parts.notices, this.parts.tables);
    this.parts.agents.append(this.agentTable.part);
    this.refresh();
  }

  refresh() {
    // What nobody sees is drawn when somebody does.
    if (!this.parts || document.hidden) return;
    const {result} = this;
    document.title = `${titleOf(result)} - wsload`;
    this.showState();
    const fill = (part, ...children) =>
      part.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
    fill(this.parts.head, result.plan ? headOf(result) : null);
    fill(this.parts.judgement, result.plan ? thresholdsOf(result, true) : null, measurementOf(result, true));
    fill(this.parts.figures, result.plan ? figuresOf(result) : null);
    fill(this.parts.tables, stagesOf(result), latenciesOf(result), failuresOf(result, true));
    fill(this.parts.notices, element("h2", {}, say("notices")), this.noticeList());
    this.parts.agents.hidden = result.agents.length === 0;
    this.agentTable.show(result.agents);
    this.drawCharts();
  }

  drawCharts() {
    const specs = withAgentLines(plotsOf(this.result, true), this.result, this.agentTable.chosen);
    if (this.specs === null) {
      this.parts.charts.replaceChildren(section("charts", say("charts"), element("div", {class: "charts"},
        specs.map((spec) => this.owner.charts.figure(spec)))));
    }
    this.specs = specs;
    for (const spec of specs) this.owner.charts.update(spec);
  }

  showState() {
    const {phase, elapsed_s: at, planned_s: all} = this.progress;
    const words = [phase ? say("phase_" + phase) : say("phaseStarting")];
    const running = (this.result.stages || []).find((stage) => stage.running && stage.measured);
    if (running && phase === "measure") {
      const begin = running.offset_ns - ((this.result.plan || {}).warm_up_ns || 0);
      const left = clockText(Math.max(0, (begin + running.duration_ns) / 1e9 - at));
      words.push(say("stageLeft", {stage: running.name, left}));
    }
    let percent = 0;
    if (all > 0 && at <= all) {
      percent = Math.floor((at / all) * 100 + 1e-6);
      words.push(say("progress", {percent, at: clockText(at), all: clockText(all)}));
    } else if (isNumber(at)) {
      words.push(clockText(at));
    }
    if (!this.connected) words.push(say("connectionLost"));
    if (this.error) words.push(this.error);
    this.state.textContent = words.join(" · ");
    // Set by the style's own interface, as the page's policy allows no style attribute.
    this.bar.style.width = percent + "%";
    this.meter.setAttribute("aria-valuenow", String(percent));
    if (!this.sure) this.stopButton.textContent = say(this.stopping ? "stopping" : "stop");
    this.stopButton.disabled = this.stopping;
  }

  noticeList() {
    if (this.notices.length === 0) return element("p", {class: "quiet"}, say("noNotices"));
    return element("ul", {class: "notices"}, this.notices.slice(-MOST_NOTICES).reverse()
      .map((notice) => element("li", {}, statementText(notice))));
  }

  /** The first click asks, a second one within a few seconds stops the run. */
  stop() {
    if (!this.sure) {
      this.sure = setTimeout(() => this.forget(), STOP_SURE_MS);
      this.stopButton.classList.add("sure");
      this.stopButton.textContent = say("stopSure");
      return;
    }
    this.forget();
    this.stopping = true;
    this.showState();
    const failed = (error) => {
      this.stopping = false;
      this.error = say("stopFailed", {error});
      this.showState();
    };
    fetch("/stop", {method: "POST", headers: {"X-Wsload-Secret": this.owner.data.page.secret}})
      .then((answer) => (answer.ok ? null : answer.text().then((text) => failed(text.trim()))))
      .catch((error) => failed(error.message));
  }

  forget() {
    clearTimeout(this.sure);
    this.sure = null;
    this.stopButton.classList.remove("sure");
    this.showState();
  }

  /** What each agent did in the interval goes behind what it did before. */
  keepAgentPoints(point) {
    if (!point || point.phase !== "measure") return;
    const known = this.result.agents_series;
    for (const agent of this.result.agents) {
      if (!agent.interval) continue;
      const key = keyOf(agent);
      if (!Object.hasOwn(known, key)) {
        known[key] = {step_s: ((this.result.plan || {}).report_interval_ns || 1e9) / 1e9, success: [], failed: [],
          response_us_p99: [], send_lag_us_p99: []};
      }
      addToAgentSeries(known[key], agent.interval, point.elapsed_s);
    }
  }
}
