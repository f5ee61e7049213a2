// Begins: reads the data inside the page, shows the report or the live page, and keeps language, colours and paper.

const page = {
  data: null,
  charts: new ChartGroup(),
  live: null,
};

function setWords() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.querySelector(".skip").textContent = say("skip");
  document.querySelector("#licence summary").textContent = say("licence");
}

function switchLanguage() {
  setLanguage(language === "zh" ? "en" : "zh");
  showPage();
  document.getElementById("language").focus();
}

/** The report's own bar: language and paper. */
function toolbar(...more) {
  return element("div", {class: "bar"}, more,
    element("button", {type: "button", id: "language", lang: language === "zh" ? "en" : "zh-CN", onclick: switchLanguage},
      say("otherLanguage")),
    page.live ? null : element("button", {type: "button", id: "print", onclick: () => window.print()}, say("printIt")));
}

function showPage() {
  setWords();
  const main = document.getElementById("main");
  if (page.live) {
    page.live.show(main);
    return;
  }
  const {result} = page.data;
  const isUnfinished = Boolean(page.data.page.unfinished);
  document.title = `${titleOf(result)} - wsload`;
  document.getElementById("top").replaceChildren(toolbar());
  showReport(main, result, page.charts, isUnfinished, page.data.find_max || null);
}

function begin() {
  page.data = JSON.parse(document.getElementById("data").textContent);
  setLanguage(page.data.page.language);
  const {result} = page.data;
  // Of a run that goes on, what does not change stands apart.
  if (result && result.run) page.data.result = {...result.run, ...result};
  if (page.data.page.live) page.live = new LivePage(page);
  showPage();
  if (page.live) page.live.listen();
  document.addEventListener("visibilitychange", () => {
    if (page.live) page.live.refresh();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => page.charts.redraw());
  // Paper is white, whatever the screen is.
  const onPaper = (isPaper) => {
    const {dataset} = document.documentElement;
    if (isPaper) dataset.theme = dataset.paper = "light"; else for (const name of ["theme", "paper"]) delete dataset[name];
    page.charts.redraw();
    // What is printed is laid out anew, which empties the charts' canvases.
    if (isPaper) page.charts.freeze();
  };
  window.addEventListener("beforeprint", () => onPaper(true));
  window.addEventListener("afterprint", () => onPaper(false));
}

begin();
