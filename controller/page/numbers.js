// Numbers as people read them. Everything is pure; the language is a parameter where it matters.

const GROUPED = new Intl.NumberFormat("en-US", {maximumFractionDigits: 0});

function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/** "32,000"; "-" for what is not known. */
function countText(value) {
  return isNumber(value) ? GROUPED.format(value) : "-";
}

/** Three digits that count, or more before the point: "0.09", "4.60", "56.8", "589", "12,345". */
function shortNumber(value) {
  if (!isNumber(value)) return "-";
  const size = Math.abs(value);
  if (size >= 100) return GROUPED.format(value);
  if (size >= 10) return value.toFixed(1);
  return value === 0 ? "0" : value.toFixed(2);
}

/** Milliseconds without their unit, of microseconds. */
function msText(us) {
  return isNumber(us) ? shortNumber(us / 1000) : "-";
}

/** With its unit: "0.45 ms", "589 ms", "12.3 s". */
function latencyText(us) {
  if (!isNumber(us)) return "-";
  return us >= 1e7 ? `${shortNumber(us / 1e6)} s` : `${msText(us)} ms`;
}

/** "800.0", "12,346", "0.25": messages per second. */
function rateText(perSecond) {
  if (!isNumber(perSecond)) return "-";
  if (perSecond >= 10000) return GROUPED.format(perSecond);
  return perSecond >= 10 || perSecond === 0 ? perSecond.toLocaleString("en-US", {
    minimumFractionDigits: 1, maximumFractionDigits: 1}) : perSecond.toFixed(2);
}

/** What somebody chose, as they wrote it: "400", "0.5", "10 ms", without digits that mean nothing. */
function chosenText(number) {
  return isNumber(number) ? number.toLocaleString("en-US", {maximumFractionDigits: 3}) : "-";
}
/** Messages a second that a plan sends on average; results of older versions knew one rate throughout. */
function plannedRate(plan) {
  return isNumber(plan.planned_per_s) ? plan.planned_per_s : plan.mps;
}
function boundText(us) {
  return us >= 1e7 ? `${chosenText(us / 1e6)} s` : `${chosenText(us / 1000)} ms`;
}

/** A share in percent, as the console has it (common/util/share_text.h): cut off and not rounded, with more digits near
    both ends, so that 100 is all and 0 nothing. */
function percentText(share, digits = 2) {
  if (!isNumber(share)) return "-";
  if (share <= 0) return "0 %";
  if (share >= 1) return "100 %";
  const mostDigits = 9;
  const noise = 1e-6;
  const percent = share * 100;
  const toAnEnd = Math.min(percent, 100 - percent);
  let shown = digits;
  while (shown < mostDigits && toAnEnd * 10 ** shown < 1 - noise) ++shown;
  return `${(Math.max(1, Math.floor(percent * 10 ** shown + noise)) / 10 ** shown).toFixed(shown)} %`;
}

/** "40 s", "2 min 5 s", "3 h"; in Chinese likewise. */
function spanText(seconds, language) {
  if (!isNumber(seconds)) return "-";
  const units = language === "zh" ? [" 小时", " 分", " 秒", " 毫秒"] : [" h", " min", " s", " ms"];
  if (seconds < 1 && seconds > 0) return `${shortNumber(seconds * 1000)}${units[3]}`;
  if (seconds < 60) return `${Number(seconds.toFixed(1))}${units[2]}`;
  const whole = Math.round(seconds);
  const parts = [[Math.floor(whole / 3600), units[0]], [Math.floor(whole / 60) % 60, units[1]], [whole % 60, units[2]]];
  return parts.filter(([number]) => number > 0).map(([number, unit]) => number + unit).join(" ");
}

/** On a clock: "0:25", "1:02:05". */
function clockText(seconds) {
  const whole = Math.max(0, Math.floor(seconds + 1e-6));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** "+0.01 ± 0.10": a clock's offset and its error, in milliseconds. */
function offsetText(offsetUs, errorUs) {
  if (!isNumber(offsetUs) || !isNumber(errorUs)) return "-";
  const digits = Math.abs(offsetUs) >= 1e5 ? 0 : 2;
  return `${offsetUs >= 0 ? "+" : ""}${(offsetUs / 1000).toFixed(digits)} ± ${(errorUs / 1000).toFixed(digits)}`;
}

/** "1.2 MB" of bytes. */
function bytesText(bytes) {
  if (!isNumber(bytes)) return "-";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  while (bytes >= 1000 && at + 1 < units.length) {
    bytes /= 1000;
    ++at;
  }
  return `${at === 0 ? bytes : shortNumber(bytes)} ${units[at]}`;
}

/** The middle of the numbers; null when there are none. */
function medianOf(numbers) {
  if (numbers.length === 0) return null;
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
