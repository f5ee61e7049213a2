// Charts over one time axis, drawn by dygraphs: one cursor and one zoom for all of them, a legend of our own (texts, no
// HTML), bounds as dashed lines and shaded seconds.

const LOG_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400];
const TICK_WIDTH = 64;
const TICK_HEIGHT = 30;
const MARK_GAP = 4;
// A run of this length and more is told by the clock.
const CLOCK_FROM_S = 180;

// Its legend is HTML with style attributes, which the page's policy forbids.
Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);

/** What a line is drawn in, as the style sheet has it now. */
function colourOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

function timeTicks(low, high, width) {
  const most = Math.max(2, width / TICK_WIDTH);
  const step = LOG_STEPS_S.find((each) => (high - low) / each <= most) || Math.ceil((high - low) / most / 86400) * 86400;
  const ticks = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) ticks.push({v: at, label: timeText(at, high)});
  return ticks;
}

function timeText(at, longest) {
  if (longest < CLOCK_FROM_S) return String(Number(at.toFixed(1)));
  return (at < 0 ? "-" : "") + clockText(Math.abs(at));
}

/** As for a y-axis, as far apart as an x-axis' labels. */
function loadTicks(low, high, width) {
  return linearTicks(low, high, (width * TICK_HEIGHT) / TICK_WIDTH);
}

function percentileTicks(low, high, width) {
  const ticks = [{v: 0, label: "0 %"}, {v: Math.log10(2), label: "50 %"}];
  for (let nines = 1; nines <= high; ++nines) {
    const digits = Math.max(0, nines - 2);
    ticks.push({v: nines, label: (100 - 10 ** (2 - nines)).toFixed(digits) + " %"});
  }
  const least = ((high - low) * TICK_WIDTH) / Math.max(1, width);
  // What has no room is left out, the ends stay.
  return ticks.filter((tick, at) => at === 0 || tick.v - ticks[0].v >= least && tick.v >= low && tick.v <= high)
    .filter((tick, at, kept) => at === 0 || at === kept.length - 1 || kept[at + 1].v - tick.v >= least * 0.8);
}

function logTicks(low, high, height) {
  const decades = Math.log10(high / low);
  const inside = decades * TICK_HEIGHT * 1.6 < height ? [1, 2, 5] : [1];
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); ++power) {
    for (const factor of inside) {
      const at = factor * 10 ** power;
      if (at < low || at > high) continue;
      ticks.push({v: at, label: at >= 1 ? countText(at) : String(Number(at.toPrecision(1)))});
    }
  }
  return ticks;
}

function linearTicks(low, high, height) {
  const most = Math.max(2, height / TICK_HEIGHT);
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough || 1));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) || power;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-6; at += step) {
    ticks.push({v: at, label: digits === 0 ? countText(at) : at.toFixed(digits)});
  }
  return ticks;
}

/** All charts of a page. */
class ChartGroup {
  constructor() {
    this.charts = new Map();
    this.window = null;
    this.busy = false;
  }

  /** The figure of `spec`; what it shows is told by update(). A spec: {key, title, unit, note, lines, rows, ...}:
      lines [{label, colour, right, text}], rows [[x, y...]]; log, stacked, xAxis ("percentile" or "load", whose
      texts xText makes), bounds [{value, label}],
      shaded [[from, to]], marks [{value, label}] along x, empty (a text when there are no rows). */
  figure(spec) {
    const chart = {spec, plot: null, graph: null};
    chart.plot = element("div", {class: "plot", role: "img"});
    chart.legend = element("div", {class: "legend", "aria-hidden": "true"});
    chart.note = element("p", {class: "note"});
    chart.unit = element("span", {class: "unit"});
    chart.title = document.createTextNode("");
    chart.figure = element("figure", {id: "chart-" + spec.key},
      element("figcaption", {}, chart.title, " ", chart.unit), chart.plot, chart.legend, chart.note);
    this.charts.set(spec.key, chart);
    return chart.figure;
  }

  /** Draws or redraws; the figure must be in the document. */
  update(spec) {
    const chart = this.charts.get(spec.key);
    const same = chart.graph && chart.spec.lines.length === spec.lines.length &&
      chart.spec.lines.every((line, i) => line.label === spec.lines[i].label);
    chart.spec = spec;
    chart.title.data = spec.title;
    chart.unit.textContent = spec.unit;
    chart.note.textContent = (spec.rows.length >= 2 && spec.note) || "";
    chart.note.className = spec.noteIsForScreen ? "note screen" : "note";
    if (spec.rows.length < 2) {
      this.drop(chart);
      chart.plot.className = "plot none";
      chart.plot.textContent = spec.empty || "";
      chart.legend.replaceChildren();
      return;
    }
    chart.plot.setAttribute("aria-label", this.describe(spec));
    if (same) {
      const right = spec.lines.some((line) => line.right) ? {axes: {y2: {valueRange: [0, this.rightTop(spec)]}}} : {};
      chart.graph.updateOptions({file: spec.rows, ...this.ranges(spec), ...this.windowOf(spec), ...right});
      this.showLegend(chart, null);
    } else {
      this.drop(chart);
      chart.plot.className = "plot";
      chart.plot.textContent = "";
      chart.graph = new Dygraph(chart.plot, spec.rows, this.options(chart));
      this.showLegend(chart, null);
    }
  }

  /** With other colours, words or paper. */
  redraw() {
    for (const chart of this.charts.values()) {
      this.drop(chart);
      this.update(chart.spec);
    }
  }

  /** Makes a picture of every chart, until the next redraw(). */
  freeze() {
    for (const chart of this.charts.values()) {
      if (!chart.graph) continue;
      const canvases = [...chart.plot.querySelectorAll("canvas")];
      const pictures = canvases.map((canvas) => {
        const picture = element("img", {class: "frozen", alt: "", src: canvas.toDataURL()});
        picture.style.width = canvas.style.width;
        picture.style.height = canvas.style.height;
        return picture;
      });
      const still = chart.plot.cloneNode(true);
      still.querySelectorAll("canvas").forEach((canvas, i) => canvas.replaceWith(pictures[i]));
      const parts = [...still.childNodes];
      this.drop(chart);
      chart.plot.replaceChildren(...parts);
    }
  }

  drop(chart) {
    if (chart.graph) chart.graph.destroy();
    chart.graph = null;
  }

  clear() {
    for (const chart of this.charts.values()) this.drop(chart);
    this.charts.clear();
    this.window = null;
  }

  windowOf(spec) {
    return spec.xAxis ? {} : {dateWindow: this.window};
  }

  describe(spec) {
    const values = spec.rows.flatMap((row) => row.slice(1)).filter((value) => isNumber(value));
    if (values.length === 0) return spec.title;
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    return say("chartLabel", {title: spec.title, span: spec.unit, low: shortNumber(low), high: shortNumber(high)});
  }

  /** So that bounds are seen, and nothing is cut off. */
  ranges(spec) {
    const left = spec.lines.map((line, i) => (line.right ? null : i + 1)).filter((i) => i !== null);
    let low = Infinity;
    let high = 0;
    for (const row of spec.rows) {
      const values = left.map((i) => row[i]).filter((value) => isNumber(value));
      const top = spec.stacked ? values.reduce((a, b) => a + b, 0) : values.reduce((a, b) => Math.max(a, b), 0);
      high = Math.max(high, top);
      for (const value of values) if (value > 0) low = Math.min(low, value);
    }
    for (const bound of spec.bounds || []) {
      high = Math.max(high, bound.value);
      if (bound.value > 0) low = Math.min(low, bound.value);
    }
    if (high <= 0) return {valueRange: spec.log ? [0.1, 10] : [0, 1]};
    return {valueRange: spec.log ? [low / 1.4, Math.max(high * 1.4, low * 4)] : [0, high * 1.12]};
  }

  options(chart) {
    const {spec} = chart;
    const xTicks = {percentile: percentileTicks, load: loadTicks}[spec.xAxis] || timeTicks;
    const axisColour = colourOf("grey");
    const shared = {axisLineColor: axisColour, gridLineColor: colourOf("grid"), gridLineWidth: 1};
    const yTicks = (ticks) => (low, high, pixels) => ticks(low, high, pixels);
    const options = {
      labels: ["x", ...spec.lines.map((line) => line.label)],
      colors: spec.lines.map((line) => colourOf(line.colour)),
      legend: "never",
      strokeWidth: 1.6,
      highlightCircleSize: 3,
      logscale: Boolean(spec.log),
      stackedGraph: Boolean(spec.stacked),
      fillGraph: Boolean(spec.stacked),
      animatedZooms: false,
      // Paper has more dots than a screen.
      pixelRatio: document.documentElement.dataset.paper ? 3 : null,
      rightGap: spec.lines.some((line) => line.right) ? 4 : 12,
      xRangePad: 4,
      ...this.ranges(spec),
      ...this.windowOf(spec),
      axes: {
        x: {...shared, drawGrid: true, pixelsPerLabel: TICK_WIDTH,
          ticker: (low, high, pixels) => xTicks(low, high, pixels)},
        y: {...shared, axisLabelWidth: 52, ticker: yTicks(spec.log ? logTicks : linearTicks)},
      },
      series: {},
      underlayCallback: (context, area, graph) => this.drawUnder(chart, context, area, graph),
      highlightCallback: (event, x) => this.point(chart, x),
      unhighlightCallback: () => this.point(chart, null),
      zoomCallback: () => this.zoomed(chart),
    };
    for (const line of spec.lines) {
      options.series[line.label] = {
        axis: line.right ? "y2" : "y1",
        strokePattern: line.dashed ? [5, 4] : null,
        strokeWidth: line.thin ? 1 : 1.6,
      };
    }
    if (spec.lines.some((line) => line.right)) {
      options.axes.y2 = {...shared, drawGrid: false, independentTicks: true, axisLabelWidth: 52, logscale: false,
        valueRange: [0, this.rightTop(spec)], ticker: yTicks(linearTicks)};
    }
    return options;
  }

  rightTop(spec) {
    const right = spec.lines.map((line, i) => (line.right ? i + 1 : null)).filter((i) => i !== null);
    let high = 0;
    for (const row of spec.rows) for (const i of right) high = Math.max(high, row[i] || 0);
    return high > 0 ? high * 1.12 : 1;
  }

  drawUnder(chart, context, area, graph) {
    const {spec} = chart;
    context.save();
    context.beginPath();
    context.rect(area.x, area.y, area.w, area.h);
    context.clip();
    context.fillStyle = colourOf("shade");
    for (const [from, to] of spec.shaded || []) {
      const left = graph.toDomXCoord(from);
      // A single second of a long run must still be seen.
      context.fillRect(left, area.y, Math.max(2, graph.toDomXCoord(to) - left), area.h);
    }
    this.drawMarks(spec, context, area, graph);
    context.strokeStyle = colourOf("red");
    context.setLineDash([5, 4]);
    for (const bound of spec.bounds || []) {
      const y = graph.toDomYCoord(bound.value, 0);
      context.beginPath();
      context.moveTo(area.x, y);
      context.lineTo(area.x + area.w, y);
      context.stroke();
    }
    context.restore();
  }

  /** A thin line where each begins, with its name as far as there is room before the next. */
  drawMarks(spec, context, area, graph) {
    const marks = (spec.marks || []).map((mark) => ({...mark, x: graph.toDomXCoord(mark.value)}))
      .filter((mark) => mark.x > area.x - 1 && mark.x < area.x + area.w);
    context.strokeStyle = context.fillStyle = colourOf("grey");
    context.font = "11px sans-serif";
    context.textBaseline = "top";
    let last = -Infinity;
    marks.forEach((mark, at) => {
      // Of a thousand stages not every one has its line.
      if (mark.x - last < MARK_GAP) return;
      last = mark.x;
      context.fillRect(Math.round(mark.x), area.y, 1, area.h);
      const room = (at + 1 < marks.length ? marks[at + 1].x : area.x + area.w) - mark.x - 2 * MARK_GAP;
      if (context.measureText(mark.label).width <= room) context.fillText(mark.label, mark.x + MARK_GAP, area.y + 2);
    });
  }

  /** The cursor of `from` is at `x`; null: it has left. */
  point(from, x) {
    if (this.busy) return;
    this.busy = true;
    for (const chart of this.charts.values()) {
      const shares = chart === from || (!chart.spec.xAxis && !from.spec.xAxis);
      if (!chart.graph || !shares) continue;
      const row = x === null ? null : this.rowAt(chart.spec.rows, x);
      if (chart !== from) {
        if (row === null) chart.graph.clearSelection(); else chart.graph.setSelection(row);
      }
      this.showLegend(chart, row);
    }
    this.busy = false;
  }

  /** The row at `x`; null: there is none. */
  rowAt(rows, x) {
    let low = 0;
    let high = rows.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle][0] < x - 1e-9) low = middle + 1; else high = middle;
    }
    return rows.length > 0 && Math.abs(rows[low][0] - x) < 1e-6 ? low : null;
  }

  zoomed(from) {
    if (this.busy || from.spec.xAxis) return;
    this.busy = true;
    this.window = from.graph.isZoomed("x") ? from.graph.xAxisRange() : null;
    for (const chart of this.charts.values()) {
      if (chart.graph && !chart.spec.xAxis) {
        chart.graph.updateOptions({dateWindow: this.window, ...this.ranges(chart.spec)});
      }
    }
    this.busy = false;
  }

  showLegend(chart, row) {
    const {spec} = chart;
    const parts = spec.lines.map((line, i) => {
      const swatch = element("i", {class: line.dashed ? "dashed" : null});
      swatch.style.borderTopColor = colourOf(line.colour);
      const value = row === null ? null : spec.rows[row][i + 1];
      const text = value === null || value === undefined ? "" : ` ${(spec.text || shortNumber)(value)}`;
      return element("span", {}, swatch, line.label + text);
    });
    for (const bound of spec.bounds || []) {
      const swatch = element("i", {class: "dashed"});
      swatch.style.borderTopColor = colourOf("red");
      parts.push(element("span", {}, swatch, bound.label));
    }
    if (row !== null) {
      const x = spec.rows[row][0];
      const at = spec.xAxis === "percentile" ? percentText(1 - 10 ** -x) : spec.xText ? spec.xText(x)
        : x < CLOCK_FROM_S ? momentText(x) : clockText(x);
      parts.push(element("span", {class: "quiet"}, at));
    }
    chart.legend.replaceChildren(...parts);
  }
}
