// Elements made of text alone: nothing that comes from a server is ever read as HTML.

/** `attributes`: text by name; `on...` are listeners. `children`: elements, texts, and null for nothing. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) {
      made.addEventListener(key.slice(2), value);
    } else {
      made.setAttribute(key, value === true ? "" : String(value));
    }
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** A section with its heading; null when there is nothing in it. */
function section(id, title, ...children) {
  const inside = children.flat().filter((child) => child !== null && child !== undefined);
  if (inside.length === 0) return null;
  return element("section", {id, "aria-labelledby": id + "-title"},
    element("h2", {id: id + "-title"}, title), inside);
}

/** A table that scrolls by itself where the page is narrow. `head` and rows are texts or elements; the first column
    names the row. */
function table(label, head, rows, rowAttributes = () => ({})) {
  return element("div", {class: "scroll", role: "region", "aria-label": label, tabindex: "0"},
    element("table", {},
      element("thead", {}, element("tr", {}, head.map((cell) => (cell instanceof HTMLTableCellElement ? cell
        : element("th", {scope: "col"}, cell))))),
      element("tbody", {}, rows.map((row, index) => element("tr", rowAttributes(index),
        row.map((cell, column) => (column === 0 ? element("th", {scope: "row"}, cell)
          : cell instanceof HTMLTableCellElement ? cell : element("td", {}, cell))))))));
}
