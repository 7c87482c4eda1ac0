// What pods go through, and what undoing it takes. Both stand in a compressed block of their own.
const MOST_TOLD = 100;
const VERDICTS = { blocked: "block", "recreate-pods": "block", "delete-create": "block", delete: "warn", roll: "warn", reload: "warn", deferred: "warn", "stale-config": "warn" };
const ANSWERS = { clean: "good", rolls: "good", partial: "warn", "one-way": "block" };

let impact = null;
async function readImpact() {
  // What is asked for while the page opens waits until it stands.
  impact ??= opened.then(() => read(byId("impact"))).then((own) => {
    const by = (list, cells) => {
      const map = new Map();
      list.forEach((one, at) => cells(one).forEach((id) => map.set(id, [...(map.get(id) ?? []), at])));
      return map;
    };
    own.rolloutsOf = by(own.rollouts, (one) => one.cells);
    own.planOf = by(own.plans, (one) => one.cells);
    own.undoOf = by(own.undo, (one) => one.cells);
    own.text = (at) => (typeof at === "string" ? at : own.texts[at]);
    readImpact.own = own;
    return own;
  });
  return impact;
}

const MINUTE = 60;
function span(seconds) {
  if (seconds < 2 * MINUTE) return `${seconds} s`;
  if (seconds < 120 * MINUTE) {
    if (seconds % MINUTE === 0) return `${seconds / MINUTE} min`;
    return seconds < 10 * MINUTE ? `${Math.floor(seconds / MINUTE)} min ${seconds % MINUTE} s` : `${Math.ceil(seconds / MINUTE)} min`;
  }
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / MINUTE)];
  return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
}

const expected = (one) => one.duration?.[1] ?? 0;
const atMost = (one) => (expected(one) === 0 ? "" : one.duration[2] < 0 ? "unbounded" : span(one.duration[2]));
const available = (one) => (one.whole || one.lowest < 0 || one.replicas < 0 ? "" : `${one.lowest}/${one.replicas}`);
const figure = (value) => (value < 0 ? "" : String(value));
const placesOf = (one) => (one.cells.length === 1 ? nameOf(one.cells[0]) : counted(one.cells.length, "cell"));
const verdictBadge = (one) => element("span", { class: `badge b-${VERDICTS[one.verdict] ?? "info"}` }, one.words);

// A bar of the expected time, cut into its waves, from `start` seconds on; behind it what may come on top.
function track(one, start, scale) {
  const made = element("div", { class: "track", "aria-hidden": "true" });
  const percent = (seconds) => `${(100 * Math.min(seconds, scale)) / scale}%`;
  const length = expected(one);
  if (length === 0) return made;
  const upper = one.duration[2] < 0 ? scale : Math.min(scale, start + one.duration[2]);
  const tail = element("div", { class: "tail" });
  tail.style.left = percent(start);
  tail.style.width = percent(Math.max(upper - start, 0));
  const bar = element("div", { class: one.restarts ? "bar" : "bar calm" });
  bar.style.left = percent(start);
  bar.style.width = percent(length);
  for (let wave = 0; wave < Math.min(Math.max(one.waves, 1), 40); wave += 1) bar.append(element("div", { class: "wave" }));
  made.append(tail, bar);
  return made;
}

const FIGURES = ["workload", "available", "most pods", "waves", "expected", "at most"];

// A workload with its figures, and below them its bar.
function timelineRows(one, start, scale, open) {
  const cells = [available(one), one.restarts ? figure(one.peak) : "", one.restarts ? figure(one.waves) : "", expected(one) ? `~${span(expected(one))}` : "", atMost(one)];
  const name = element("th", { scope: "row" }, open ? element("button", { type: "button", class: "link", onclick: () => open(one) }, code(one.name)) : code(one.name), " ", element("span", { class: "quiet" }, one.words));
  const rows = [element("tr", null, name, ...cells.map((text) => element("td", null, text)))];
  if (expected(one) > 0) rows.push(element("tr", { class: "tracks" }, element("td", { colspan: FIGURES.length }, track(one, start, scale))));
  return rows;
}

function stepRow([phase, wave, changes, hooks], start) {
  const facts = [wave === 0 ? phase : `${phase} wave ${wave}`, start > 0 ? `after ~${span(start)}` : "", changes > 0 ? counted(changes, "change") : ""];
  const told = hooks.flatMap((hook) => [" hook ", code(hook)]);
  return element("tr", { class: "step" }, element("th", { colspan: FIGURES.length, scope: "rowgroup" }, facts.filter(Boolean).join(", "), ...told));
}

// The workloads of a cell in the order in which they are synced, on one scale of time.
function timeline(rollouts, plan, open) {
  const steps = plan ?? [];
  const total = steps.reduce((sum, step) => sum + step[5], 0);
  const scale = Math.max(1, total, ...rollouts.map(expected)) * 1.15;
  const rows = [];
  const left = new Set(rollouts);
  let start = 0;
  for (const step of steps) {
    rows.push(stepRow(step, start));
    for (const name of step[4]) {
      const one = rollouts.find((each) => each.name === name && left.has(each));
      if (one) rows.push(...timelineRows(one, start, scale, open));
      left.delete(one);
    }
    start += step[5];
  }
  if (steps.length > 0 && left.size > 0) rows.push(element("tr", { class: "step" }, element("th", { colspan: FIGURES.length, scope: "rowgroup" }, "not waited for")));
  for (const one of left) rows.push(...timelineRows(one, 0, scale, open));
  const head = element("thead", null, element("tr", null, ...FIGURES.map((text) => element("th", { scope: "col" }, text))));
  const table = element("table", { class: "timeline" }, head, element("tbody", null, ...rows));
  if (!rollouts.some((one) => expected(one) > 0)) return element("div", { class: "wide" }, table);
  return element("div", { class: "wide" }, table, element("p", { class: "quiet axis", "aria-hidden": "true" }, element("span", null, "0 s"), element("span", null, `~${span(Math.round(scale))}`)));
}

function bullets(title, texts, tag = "ul") {
  if (texts.length === 0) return null;
  return element("div", null, element("p", { class: "quiet" }, title), element(tag, null, ...texts.map((text) => element("li", null, ...prose(text)))));
}

// What had to be assumed, for those who ask.
function assumptions(own, rollouts) {
  const texts = [...new Set(rollouts.flatMap((one) => one.assumptions))].map(own.text);
  if (texts.length === 0) return null;
  return element("details", { class: "assumed" }, element("summary", null, `Assumed (${texts.length})`), element("ul", null, ...texts.map((text) => element("li", null, ...prose(text)))));
}

function why(own, one) {
  const lines = [];
  if (one.triggers.length) lines.push(element("p", null, "why: ", ...one.triggers.slice(0, 12).flatMap((at) => [code(own.text(at)), " "]), one.triggers.length > 12 ? `and ${one.triggers.length - 12} more` : ""));
  if (one.unknown >= 0) lines.push(element("p", null, "not sure: ", own.text(one.unknown)));
  lines.push(...one.notes.map((at) => element("p", null, ...prose(own.text(at)))));
  if (one.stall) lines.push(element("p", null, `if the new version never gets ready: ${one.stall[0]}; `, own.text(one.stall[1])));
  return lines;
}

function undoing(own, one) {
  const texts = (list) => list.map(own.text);
  return element(
    "div",
    { class: "note" },
    element("p", null, element("span", { class: `badge b-${ANSWERS[one.verdict]}` }, one.words)),
    ...texts(one.reasons).map((text) => element("p", null, ...prose(text))),
    bullets("by hand", texts(one.steps), "ol"),
    bullets("not undone by a revert", texts(one.rest)),
  );
}

// Both parts of a cell, once they are read.
function impactOf(id) {
  const place = element("div", null);
  if (report.impact.rollouts + report.impact.undo > 0) fillImpact(place, id);
  return place;
}

async function fillImpact(place, id) {
  const own = await readImpact();
  const rollouts = (own.rolloutsOf.get(id) ?? []).map((at) => own.rollouts[at]);
  const plan = (own.planOf.get(id) ?? []).map((at) => own.plans[at].steps)[0];
  const undo = (own.undoOf.get(id) ?? []).map((at) => own.undo[at])[0];
  const made = [];
  if (rollouts.length || plan) {
    made.push(part("pods", timeline(rollouts, plan, (one) => showRollout(own, one)), assumptions(own, rollouts)));
  }
  if (undo) made.push(part("undo", undoing(own, undo)));
  place.replaceChildren(...made);
}

function showRollout(own, one) {
  const row = (title, text) => (text ? [element("dt", null, title), element("dd", null, text)] : []);
  show(() => [
    element("h2", null, one.name),
    element("p", null, verdictBadge(one)),
    element(
      "dl",
      { class: "figures" },
      ...row("available at the worst moment", available(one)),
      ...row("most pods", one.restarts ? figure(one.peak) : ""),
      ...row("waves", one.restarts ? figure(one.waves) : ""),
      ...row("expected", expected(one) ? `~${span(expected(one))}` : ""),
      ...row("at most", atMost(one)),
      ...row("lost capacity", one.outage > 0 ? `as much as ${span(one.outage)} of a full outage` : ""),
    ),
    ...why(own, one),
    assumptions(own, [one]),
    part(counted(one.cells.length, "cell"), links(one.cells)),
    impactOf(one.cells[0]),
  ]);
}

function showUndo(own, one) {
  show(() => [element("h2", null, "Undo"), undoing(own, one), part(counted(one.cells.length, "cell"), links(one.cells)), impactOf(one.cells[0])]);
}

// The sum of all rollouts, above their list.
function podsHead() {
  const { headline, lengths, path } = report.impact;
  const legend = element("p", { class: "quiet legend", "aria-hidden": "true" }, element("span", { class: "sample" }), "expected, in waves ", element("span", { class: "sample tail" }), "at most");
  return [
    element("p", null, element("b", null, headline)),
    lengths ? element("p", null, lengths) : null,
    path ? element("p", null, "critical path: ", path) : null,
    report.impact.rollouts > 0 ? legend : null,
  ].filter(Boolean);
}

const undoHead = () => [element("p", null, element("b", null, report.impact.undone ?? "nothing deploys, so that nothing has to be undone"))];

async function fillPods() {
  const own = await readImpact();
  const scale = Math.max(1, ...own.rollouts.map(expected)) * 1.15;
  const make = (at) => {
    const one = own.rollouts[at];
    const facts = [available(one) ? `${available(one)} available` : "", one.restarts && one.peak > one.replicas ? `up to ${one.peak} pods` : "", expected(one) ? `~${span(expected(one))} (${atMost(one) === "unbounded" ? "nothing bounds it" : `at most ${atMost(one)}`})` : ""];
    return [verdictBadge(one), " ", element("b", null, one.name), " ", element("span", { class: "quiet" }, placesOf(one)), element("p", null, facts.filter(Boolean).join(", ")), expected(one) > 0 ? track(one, 0, scale) : ""];
  };
  items("pods", own.rollouts.length, make, (at) => showRollout(own, own.rollouts[at]), podsHead());
}

async function fillUndo() {
  const own = await readImpact();
  const make = (at) => {
    const one = own.undo[at];
    const first = one.reasons[0] ?? one.rest[0];
    return [element("span", { class: `badge b-${ANSWERS[one.verdict]}` }, one.words), " ", element("span", { class: "quiet" }, placesOf(one)), first === undefined ? "" : element("p", null, ...prose(own.text(first)))];
  };
  items("undo", own.undo.length, make, (at) => showUndo(own, own.undo[at]), undoHead());
}
