// The page's scripts in one scope, as the page has them, for tests without a browser.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const FOLDER = path.join(__dirname, "..", "..", "controller", "page");
const PURE = ["words.js", "numbers.js", "series.js", "outages.js", "findings.js", "plots.js", "find_max.js", "agents.js"];

/** What `names` are in that scope. */
function load(names) {
  const source = PURE.map((name) => fs.readFileSync(path.join(FOLDER, name), "utf8")).join("\n");
  // Values of this realm, so that they compare as such.
  return vm.runInThisContext(`(function () {"use strict";\n${source}\nreturn {${names.join(", ")}};\n})`)();
}

/** All of the page's own scripts that have to do with words, as text. */
function sources() {
  return fs.readdirSync(FOLDER).filter((name) => name.endsWith(".js"))
    .map((name) => fs.readFileSync(path.join(FOLDER, name), "utf8")).join("\n");
}

module.exports = {load, sources};
