// When many connections were lost at once, and how it passed: a table, and what is said of the worst.

/** "2 to 6 s", "from 2 s on". */
function outageSpan(outage) {
  const from = rateText(outage.from_ns / 1e9);
  return isNumber(outage.to_ns) ? say("outageSpan", {from, to: rateText(outage.to_ns / 1e9)}) : say("outageFrom", {from});
}

function usOrNone(us) {
  return isNumber(us) ? latencyText(us) : "-";
}

function outagesOf(result) {
  const outages = result.outages || [];
  if (outages.length === 0) return null;
  const back = (outage, name) => usOrNone((outage.back_us || {})[name]);
  const p99 = (outage, when) => usOrNone((outage.response_us_p99 || {})[when]);
  return section("outages", say("outages"),
    table(say("outages"), [say("outage"), say("outageLost"), say("outageRedialled"), say("outageBack"),
      "50 %", "90 %", "99 %", "100 %", say("outageFailed"), say("outageUnsent"),
      say("outageBefore"), say("outageDuring"), say("outageAfter")],
    outages.map((outage) => [outageSpan(outage), countText(outage.lost), countText(outage.redialled),
      countText(outage.reconnected), back(outage, "p50"), back(outage, "p90"), back(outage, "p99"), back(outage, "p100"),
      countText(outage.failed), countText(outage.unsent),
      p99(outage, "before"), p99(outage, "during"), p99(outage, "after")])),
    element("p", {class: "note"}, say("outagesNote")));
}

/** What is to be said of the outage in which most were lost; null where there was none. */
function outageFinding(result) {
  const outages = result.outages || [];
  if (outages.length === 0) return null;
  const worst = outages.reduce((a, b) => (b.lost > a.lost ? b : a));
  const after = (worst.back_us || {}).p99;
  if (isNumber(after)) return {kind: "outageBack", args: {lost: worst.lost, after, unsent: worst.unsent}};
  if (!(worst.redialled > 0)) return null;
  return {kind: "outageNotBack", args: {lost: worst.lost, back: worst.reconnected}};
}
