// How compare.html looks.
#pragma once

#include <string_view>

namespace wsload {

// No script and nothing from elsewhere: the language is a radio button, dark mode and print are media.
inline constexpr std::string_view kCompareStyle = R"(
:root { --ink: #1c1f24; --soft: #5b6270; --line: #d9dce2; --paper: #fff; --band: #eef0f4; --a: #2f6fb5; --b: #c2571a;
  --worse: #b3261e; --better: #1a7f45; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ec; --soft: #a2a9b6; --line: #3a4049; --paper: #15181d;
  --band: #262b33; --a: #7db4ee; --b: #f0a06c; --worse: #ff8a80; --better: #6fd69a; } }
@media print { :root { --ink: #000; --paper: #fff; --line: #bbb; } .switch { display: none; }
  svg, tr { break-inside: avoid; } }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .3rem; } h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
p, li { color: var(--soft); } .scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { color: var(--soft); font-weight: 600; }
th:first-child, td:first-child, th:nth-child(2), .answer { text-align: left; }
.answer { white-space: normal; min-width: 9rem; }
.answer small { display: block; color: var(--soft); font-weight: 400; } td svg { display: block; }
.worse { color: var(--worse); } .better { color: var(--better); } td.worse, td.better { font-weight: 700; }
svg text { fill: var(--soft); font-size: 12px; } .grid { stroke: var(--line); }
.curves { width: 100%; min-width: 600px; height: auto; }
.curve { fill: none; stroke-width: 2.4; } .curve.thin { stroke-width: 1; opacity: .45; }
.curve.a { stroke: var(--a); } .curve.b { stroke: var(--b); stroke-dasharray: 7 4; }
.dot.a { fill: none; stroke: var(--a); stroke-width: 2; } .dot.b { fill: var(--b); }
.band { fill: var(--band); } .zero { stroke: var(--soft); } .interval { stroke: currentColor; stroke-width: 3; }
.effect { fill: currentColor; } .key { font-weight: 700; } .key.a { color: var(--a); } .key.b { color: var(--b); }
.switch { float: right; } input.language { position: absolute; opacity: 0; }
input.language:focus-visible ~ .switch { outline: 2px solid var(--a); }
#zh:checked ~ * [lang=en], #en:checked ~ * [lang=zh] { display: none; }
.switch label { cursor: pointer; color: var(--a); margin-left: .6rem; }
)";

}  // namespace wsload
