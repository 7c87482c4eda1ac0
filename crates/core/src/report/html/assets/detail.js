// What is known of a cell, a finding or a change.
const CAUSES = ["values", "template", "inventory", "profile", "capabilities"];
const MOST_CELLS = 12;
const MOST_LINES = 600;
let sideBySide = false;
let current = () => {};

const part = (title, ...children) => element("section", { class: "part" }, element("h3", null, title), ...children);
const code = (text) => element("code", null, text);

function show(render) {
  current = render;
  const detail = byId("detail");
  detail.replaceChildren(...render().filter(Boolean));
  detail.scrollTop = 0;
}

function showCell(id) {
  history.replaceState(null, "", `#${encodeURIComponent(`${clusterOf(id)}/${applicationOf(id)}`)}`);
  show(() => {
    const [, state, meaning] = byLetter.get(letterOf(id));
    const own = cellOf(id);
    const causes = CAUSES.filter((_, at) => own && own.causes & (1 << at));
    const lines = [
      element("h2", null, nameOf(id)),
      element("p", null, element("span", { class: `badge s-${state}` }, meaning), causes.length ? ` cause: ${causes.join(", ")}` : ""),
    ];
    if (!own) return lines;
    if (own.presence >= 0) lines.push(presence(report.presences[own.presence]));
    if (own.problem >= 0) lines.push(problem(report.problems[own.problem]));
    if (own.findings.length) lines.push(part("findings", ...own.findings.map((at) => finding(report.findings[at]))));
    lines.push(impactOf(id));
    if (own.group >= 0) lines.push(...group(own.group, id));
    return lines;
  });
}

function showFinding(index) {
  const own = report.findings[index];
  show(() => [
    element("h2", null, `${own.rule} ${own.title}`),
    finding(own),
    part(counted(own.cells.length, "cell"), links(own.cells)),
    ...changeOf(own.cells[0]),
  ]);
}

function changeOf(id) {
  const own = cellOf(id);
  return own?.group >= 0 ? group(own.group, id) : [];
}

function showChange(index) {
  const change = report.changes[index];
  show(() => [
    element("h2", null, `Change ${index + 1}`),
    element("p", null, change.name),
    change.count > 1 ? element("p", { class: "quiet" }, `Each cell with its own values; shown is ${nameOf(change.cells[0])}.`) : null,
    ...group(change.group, change.cells[0]),
    part(counted(change.cells.length, "cell"), links(change.cells)),
  ]);
}

function links(ids) {
  const link = (id) => element("button", { type: "button", onclick: () => goTo(id) }, nameOf(id));
  const line = element("div", { class: "links" }, ...ids.slice(0, MOST_CELLS).map(link));
  if (ids.length > MOST_CELLS) line.append(`and ${(ids.length - MOST_CELLS).toLocaleString("en")} more`);
  return line;
}

function presence([side, message, place, renamed]) {
  const word = side === "base" ? "Gone" : "New";
  const other = side === "base" ? "renamed to" : "renamed from";
  return element("div", { class: "note" }, `${word}: `, renamed ? element("span", null, `${other} `, code(renamed), ": ") : "", `${message} `, code(place));
}

function problem([side, message, place, hint, lines]) {
  return element(
    "div",
    { class: "note" },
    element("p", null, side === "base" ? "On base, so that nothing is known of what changes: " : "", message),
    place ? element("p", null, "at ", code(place)) : null,
    lines ? element("pre", { class: "lines" }, lines) : null,
    hint ? element("p", null, "fix: ", ...prose(hint)) : null,
  );
}

function finding(own) {
  return element(
    "div",
    { class: "note" },
    element("p", null, element("span", { class: `badge b-${own.severity}` }, own.severity), " ", element("b", null, `${own.rule} ${own.title}`)),
    own.object ? element("p", null, code(own.object), " ", own.path ? code(own.path) : "") : null,
    element("p", null, ...prose(own.message)),
    own.place ? element("p", null, "at ", code(own.place)) : null,
    element("p", null, "fix: ", ...prose(own.fix)),
  );
}

// A group's values and objects, once they are read.
function group(index, id) {
  const place = element("div", { "aria-live": "polite" }, element("p", { class: "quiet" }, "Reading …"));
  fillGroup(place, index, id);
  return [place];
}

// Where a group's own differences are not in the page, those of one like it are shown.
async function fillGroup(place, index, id) {
  const made = [];
  let own = await groupAt(index);
  if (!own) {
    const like = report.changes.find((change) => change.cells.includes(id));
    own = like && (await groupAt(like.group));
    const text = own ? `Not in this page; shown is ${nameOf(like.cells[0])}, which changes alike.` : "Not in this page: the report is too large.";
    made.push(element("p", { class: "quiet" }, text, " ", code(`zij diff … --cluster ${clusterOf(id)} --app ${applicationOf(id)}`)));
  }
  if (own?.v.length) made.push(part("values", values(own.v)));
  if (own?.r.length) {
    const toggle = element("button", { type: "button", "aria-pressed": String(sideBySide), onclick: toggleSides }, "Side by side");
    made.push(part(counted(own.r.length, "object"), toggle, ...own.r.map(object)));
  }
  place.replaceChildren(...made);
}

function values(changes) {
  const side = (text, place, name) =>
    text == null ? null : element("div", { class: name }, name === "old" ? "− " : "+ ", code(text), place ? element("span", { class: "quiet" }, " ", code(place)) : null);
  const line = ([path, old, oldPlace, now, newPlace]) =>
    element("tr", null, element("th", { scope: "row" }, code(path)), element("td", null, side(old, oldPlace, "old"), side(now, newPlace, "new")));
  return element("table", { class: "values" }, element("tbody", null, ...changes.map(line)));
}

const ACTIONS = { create: ["+", "new"], update: ["~", "changes"], delete: ["−", "goes"] };

function object([action, name, template, rolls, hunks]) {
  const [sign, word] = ACTIONS[action];
  const body = element("div", { class: "diff" });
  const made = element(
    "details",
    { class: "object", open: action === "update" },
    element("summary", null, element("b", null, `${sign} ${name}`), ` ${word}`, template ? element("span", { class: "quiet" }, " from ", code(template)) : null),
    rolls.length ? element("p", null, "restarts pods: ", ...rolls.flatMap((path) => [code(path), " "])) : null,
    body,
  );
  const fill = () => body.childElementCount || fillDiff(body, hunks, MOST_LINES);
  if (made.open) fill();
  else made.addEventListener("toggle", fill, { once: true });
  return made;
}

function toggleSides() {
  sideBySide = !sideBySide;
  show(current);
}

function fillDiff(body, hunks, most) {
  const table = element("table", { class: sideBySide ? "lines split" : "lines" });
  if (sideBySide) table.append(element("colgroup", null, element("col", { class: "number" }), element("col"), element("col", { class: "number" }), element("col")));
  const rows = element("tbody");
  let left = most;
  for (const hunk of hunks) {
    if (left <= 0) break;
    rows.append(...(sideBySide ? split(hunk, left) : unified(hunk, left)));
    left -= hunk[2].length;
  }
  table.append(rows);
  body.replaceChildren(table);
  const total = hunks.reduce((sum, hunk) => sum + hunk[2].length, 0);
  if (total > most) {
    const all = () => fillDiff(body, hunks, Infinity);
    body.append(element("button", { type: "button", onclick: all }, `Show ${counted(total - most, "more line")}`));
  }
}

const KINDS = { " ": "", "-": "removed", "+": "added" };

// A line is its sign and text, or its sign and pieces of which every second one differs.
function textOf(line) {
  if (typeof line === "string") return [line.slice(1)];
  return line.slice(1).map((piece, at) => (at % 2 ? element("mark", null, piece) : piece));
}

const head = (hunk, span) => element("tr", { class: "hunk" }, element("td", { colspan: span }, `@@ -${hunk[0]} +${hunk[1]} @@`));
const number = (value) => element("td", { class: "number" }, value == null ? "" : String(value));

function unified(hunk, most) {
  let [old, now] = hunk;
  const line = (own) => {
    const sign = own[0];
    const row = element(
      "tr",
      { class: KINDS[sign] },
      number(sign === "+" ? null : old),
      number(sign === "-" ? null : now),
      element("td", { class: "sign" }, sign),
      element("td", null, ...textOf(own)),
    );
    if (sign !== "+") old += 1;
    if (sign !== "-") now += 1;
    return row;
  };
  return [head(hunk, 4), ...hunk[2].slice(0, most).map(line)];
}

function split(hunk, most) {
  let [old, now] = hunk;
  const rows = [head(hunk, 4)];
  const lines = hunk[2].slice(0, most);
  const side = (own, at) => (own ? [number(at), element("td", { class: KINDS[own[0]] }, ...textOf(own))] : [number(null), element("td", { class: "none" })]);
  for (let at = 0; at < lines.length; ) {
    if (lines[at][0] === " ") {
      rows.push(element("tr", null, ...side(lines[at], old++), ...side(lines[at], now++)));
      at += 1;
      continue;
    }
    const [removed, added] = [[], []];
    for (; at < lines.length && lines[at][0] === "-"; at += 1) removed.push(lines[at]);
    for (; at < lines.length && lines[at][0] === "+"; at += 1) added.push(lines[at]);
    for (let pair = 0; pair < Math.max(removed.length, added.length); pair += 1) {
      const left = side(removed[pair], removed[pair] ? old++ : null);
      rows.push(element("tr", null, ...left, ...side(added[pair], added[pair] ? now++ : null)));
    }
  }
  return rows;
}
