// A result's series on one time axis, and its histograms as curves. Pure.

/** The whole run second by second; `t` is the end of an interval, 0 the moment from which on is measured. */
function timelineOf(series) {
  const lengthOf = {};
  for (const point of series) lengthOf[point.phase] = point.elapsed_s;
  const measured = lengthOf.measure || 0;
  const base = {
    connect: -(lengthOf.connect || 0) - (lengthOf.warm_up || 0),
    warm_up: -(lengthOf.warm_up || 0),
    measure: 0,
    drain: measured,
    close: measured + (lengthOf.drain || 0),
  };
  let phase = null;
  let before = 0;
  return series.map((point) => {
    if (point.phase !== phase) {
      phase = point.phase;
      before = 0;
    }
    const length = point.elapsed_s - before;
    before = point.elapsed_s;
    return {phase, t: (base[phase] || 0) + point.elapsed_s, length: length > 0 ? length : 1, of: point};
  });
}

/** The part that is measured. */
function measuredPart(timeline) {
  return timeline.filter((point) => point.phase === "measure");
}

/** The part in which messages were sent: what was before 0 is in no figure, and seen all the same. */
function loadPart(timeline) {
  return timeline.filter((point) => point.phase === "warm_up" || point.phase === "measure");
}

/** Where stages begin, for charts: [{value, label}]; `label`: of the measured part after a warm-up alone. */
function marksOf(result, label) {
  const warmUp = (result.plan || {}).warm_up_ns || 0;
  const stages = (result.stages || []).filter((stage) => stage.measured !== false);
  const marks = stages.map((stage) => ({value: (stage.offset_ns - warmUp) / 1e9, label: stage.name}));
  return marks.length === 0 && warmUp > 0 ? [{value: 0, label}] : marks;
}

/** Of a percentile that nothing was counted in there is none. */
function latencyAt(point, name, figure) {
  const figures = point.of[name + "_us"];
  const counted = name === "send_lag" ? point.of.scheduled : point.of.success;
  if (!figures || !isNumber(figures[figure])) return null;
  return figures[figure] > 0 || counted > 0 ? figures[figure] : null;
}

/** What was counted in the interval, by the second. */
function rateAt(point, figure) {
  const value = point.of[figure];
  return isNumber(value) ? value / point.length : null;
}

/** Microseconds of the `share` lowest samples; null: there are none. `buckets`: [highest_us, count] in order. */
function quantileOf(buckets, share) {
  let total = 0;
  for (const bucket of buckets) total += bucket[1];
  let rank = Math.max(1, Math.ceil(share * total - 1e-9));
  for (const [highest, count] of buckets) {
    rank -= count;
    if (rank <= 0) return highest;
  }
  return null;
}

/** Rows [x, us...] of several histograms, x being log10 of 1 / (1 - share): the HDR axis. */
function percentileCurve(histograms, steps = 240) {
  const sums = histograms.map((buckets) => {
    let sum = 0;
    return buckets.map(([highest, count]) => [highest, (sum += count)]);
  });
  const counts = sums.map((sum) => (sum.length > 0 ? sum[sum.length - 1][1] : 0));
  const most = Math.max(...counts);
  if (most < 2) return [];
  const last = Math.log10(most);
  const rows = [];
  const at = sums.map(() => 0);
  for (let step = 0; step <= steps; ++step) {
    const x = (last * step) / steps;
    const share = 1 - 10 ** -x;
    rows.push([x, ...sums.map((sum, i) => {
      if (counts[i] === 0) return null;
      const rank = Math.min(counts[i], Math.floor(share * counts[i]) + 1);
      while (sum[at[i]][1] < rank) ++at[i];
      return sum[at[i]][0];
    })]);
  }
  return rows;
}

/** Seconds as a list that stays short: "7 s, 19 s, 31 to 33 s, and 4 more". `seconds` ascending, each an interval's end;
    `step`: an interval's length. */
function momentsOf(seconds, step) {
  const spans = [];
  for (const second of seconds) {
    const last = spans[spans.length - 1];
    if (last && second - last[1] <= step * 1.5) {
      last[1] = second;
    } else {
      spans.push([second, second]);
    }
  }
  return spans;
}
