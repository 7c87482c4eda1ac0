// Views, filters and keys.
const TABS = ["foreword", "cells", "findings", "changes", "pods", "undo"];
const PAGE = 100;

function start() {
  byId("verdict").textContent = report.verdict[1];
  byId("verdict").classList.add(`v-${report.verdict[0]}`);
  byId("reason").textContent = report.reason;
  byId("range").textContent = report.range;
  byId("tab-findings").textContent = `Findings (${report.findings.length.toLocaleString("en")})`;
  byId("tab-changes").textContent = `Changes (${report.changes.length.toLocaleString("en")})`;
  byId("tab-pods").textContent = `Pods (${report.impact.rollouts.toLocaleString("en")})`;
  byId("tab-undo").textContent = `Undo (${report.impact.undo.toLocaleString("en")})`;
  if (report.foreword) {
    byId("tab-foreword").textContent = report.foreword.title;
    byId("tab-foreword").hidden = false;
  }
  stateFilters();
  filter();
  byId("cells").addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
  let wide = byId("cells").clientWidth;
  const resized = () => {
    if (byId("cells").clientWidth === wide || byId("cells").hidden) return draw();
    wide = byId("cells").clientWidth;
    layOut();
  };
  new ResizeObserver(() => requestAnimationFrame(resized)).observe(byId("cells"));
  byId("grid").addEventListener("click", (event) => {
    const at = event.target.closest?.(".cell");
    if (at) select(Number(at.id.slice("cell-".length)));
  });
  byId("grid").addEventListener("keydown", gridKey);
  for (const name of ["applications", "clusters"]) byId(name).addEventListener("input", filter);
  byId("all").addEventListener("click", toggleAll);
  byId("theme").addEventListener("click", toggleTheme);
  byId("help").addEventListener("click", () => byId("keys").showModal());
  TABS.forEach((tab) => byId(`tab-${tab}`).addEventListener("click", () => openTab(tab)));
  byId("tabs").addEventListener("keydown", tabKey);
  document.addEventListener("keydown", key);
  nameTheme();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", nameTheme);
  first();
  if (report.foreword) openTab("foreword");
  // Paper is filled at once when it is asked for.
  if (report.impact.rollouts + report.impact.undo > 0) setTimeout(readImpact, 500);
}

// What the address asks for, else the gravest cell.
function first() {
  let wanted = "";
  try {
    wanted = decodeURIComponent(location.hash.slice(1));
  } catch {
    // An address that is no name asks for nothing.
  }
  const at = wanted.lastIndexOf("/");
  const cluster = report.clusters.indexOf(wanted.slice(0, at));
  const application = report.applications.indexOf(wanted.slice(at + 1));
  if (cluster >= 0 && application >= 0 && report.rows[application][cluster] !== " ") return goTo(application * width + cluster);
  for (const [letter] of [...STATES].reverse()) {
    if (letter === ".") break;
    const row = report.rows.findIndex((letters) => letters.includes(letter));
    if (row >= 0) return select(row * width + report.rows[row].indexOf(letter));
  }
  show(() => [element("p", { class: "quiet" }, "Nothing differs."), ...report.faults.map(problem)]);
}

// Shows a cell in the matrix, whatever is filtered.
function goTo(id) {
  openTab("cells");
  if (!view.rows.includes(Math.floor(id / width)) || !view.columns.includes(id % width)) {
    byId("applications").value = byId("clusters").value = "";
    view.states.clear();
    byId("states").querySelectorAll("button").forEach((button) => button.setAttribute("aria-pressed", "false"));
    setAll(letterOf(id) === "." || view.all);
  }
  select(id);
}

function stateFilters() {
  const counts = new Map();
  for (const letters of report.rows) for (const letter of letters) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  for (const [letter, state, meaning] of STATES) {
    if (letter === "." || !counts.has(letter)) continue;
    const button = element("button", { type: "button", class: `s-${state}`, "aria-pressed": "false", title: meaning, "aria-label": `${meaning}: ${counted(counts.get(letter), "cell")}` }, `${letter} ${counts.get(letter).toLocaleString("en")}`);
    button.addEventListener("click", () => {
      if (!view.states.delete(letter)) view.states.add(letter);
      button.setAttribute("aria-pressed", view.states.has(letter));
      filter();
    });
    byId("states").append(button);
  }
}

function setAll(all) {
  view.all = all;
  byId("all").setAttribute("aria-pressed", all);
  filter();
}
const toggleAll = () => setAll(!view.all);

// A list of which a page at a time is made, below what is said of all of it.
function items(id, count, make, open, head = []) {
  const list = element("ul", { class: "items", role: "listbox", "aria-label": id, tabindex: "0" });
  let made = 0;
  const more = element("button", { type: "button", class: "more" }, "Show more");
  const grow = () => {
    for (const end = Math.min(count, made + PAGE); made < end; made += 1) list.append(item(make(made), made));
    more.hidden = made >= count;
  };
  const choose = (at) => {
    const chosen = list.children[at];
    if (!chosen) return;
    list.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
    chosen.setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
    open(at);
  };
  const item = (body, at) => element("li", { role: "option", id: `${id}-${at}`, "aria-selected": "false", onclick: () => choose(at) }, ...body);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const chosen = list.querySelector('[aria-selected="true"]');
    choose(chosen ? [...list.children].indexOf(chosen) + step : 0);
  });
  more.addEventListener("click", grow);
  grow();
  const faults = id === "findings" ? report.faults.map(problem) : [];
  const empty = count === 0 && faults.length === 0 && head.length === 0 ? element("p", { class: "items quiet" }, "None.") : null;
  const before = head.length > 0 ? element("div", { class: "items sum" }, ...head) : null;
  list.hidden = count === 0;
  byId(id).replaceChildren(...[before, ...faults, empty, list, more].filter(Boolean));
}

function findingItem(at) {
  const own = report.findings[at];
  const where = own.cells.length === 1 ? nameOf(own.cells[0]) : counted(own.cells.length, "cell");
  return [
    element("span", { class: `badge b-${own.severity}` }, own.severity),
    ` ${own.rule} ${own.title} `,
    element("span", { class: "quiet" }, where),
    element("p", null, ...prose(own.message)),
    own.place ? code(own.place) : "",
  ];
}

function changeItem(at) {
  const change = report.changes[at];
  return [element("b", null, `Change ${at + 1}`), ` ${change.name} `, element("span", { class: "quiet" }, counted(change.cells.length, "cell"))];
}

// A list is made when it is first looked at.
function fill(name) {
  if (name === "cells" || byId(name).childElementCount > 0) return;
  if (name === "findings") items(name, report.findings.length, findingItem, showFinding);
  if (name === "changes") items(name, report.changes.length, changeItem, showChange);
  if (name === "foreword") fillForeword();
  if (name !== "pods" && name !== "undo") return;
  byId(name).append(element("p", { class: "items quiet" }, "Reading …"));
  if (name === "pods") fillPods();
  else fillUndo();
}

function openTab(name) {
  fill(name);
  for (const tab of TABS) {
    byId(tab).hidden = tab !== name;
    byId(`tab-${tab}`).setAttribute("aria-selected", tab === name);
    byId(`tab-${tab}`).tabIndex = tab === name ? 0 : -1;
  }
  if (name === "cells") draw();
}

function tabKey(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const tabs = TABS.filter((tab) => !byId(`tab-${tab}`).hidden);
  const open = tabs.findIndex((tab) => !byId(tab).hidden);
  const next = tabs[(open + step + tabs.length) % tabs.length];
  openTab(next);
  byId(`tab-${next}`).focus();
}

function gridKey(event) {
  const page = Math.max(1, Math.floor((byId("cells").clientHeight - view.head) / ROW) - 1);
  const far = event.ctrlKey || event.metaKey ? Infinity : 0;
  const moves = {
    ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    PageUp: [-page, 0], PageDown: [page, 0], Home: [-far, -Infinity], End: [far, Infinity],
  };
  const step = moves[event.key];
  if (step) {
    event.preventDefault();
    move(...step.map((value) => (Number.isNaN(value) ? 0 : value)));
  } else if (event.key === "Enter") {
    event.preventDefault();
    byId("detail").focus();
  }
}

function key(event) {
  if (event.key === "Escape" && !byId("keys").open) {
    const open = TABS.find((tab) => !byId(tab).hidden);
    (open === "cells" ? byId("grid") : byId(open).querySelector("ul:not([hidden]), [tabindex]"))?.focus();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input") || byId("keys").open) return;
  const actions = {
    "/": () => byId("applications").focus(), n: () => nextDiffering(1), p: () => nextDiffering(-1),
    s: toggleSides, u: toggleAll, d: toggleTheme, "?": () => byId("keys").showModal(),
    1: () => openTab("cells"), 2: () => openTab("findings"), 3: () => openTab("changes"),
    4: () => openTab("pods"), 5: () => openTab("undo"),
    0: () => report.foreword && openTab("foreword"),
  };
  if (Object.hasOwn(actions, event.key)) {
    event.preventDefault();
    actions[event.key]();
  }
}

const isDark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};
const nameTheme = () => (byId("theme").textContent = isDark() ? "Light" : "Dark");
function toggleTheme() {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  nameTheme();
}

start();
performance.mark("zij-ready");
setTimeout(stands);
