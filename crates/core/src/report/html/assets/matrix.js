// The matrix: only the rows and columns in view exist as elements.
const ROW = 24;
const COLUMN = 24;
const HEAD = 150; // at most, for names of clusters
const OVERSCAN = 4;

const view = { rows: [], columns: [], head: HEAD, at: -1, drawn: "", states: new Set(), all: false };

const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
const hasAll = (name, wanted) => wanted.every((word) => name.includes(word));

// Chooses rows and columns: by name, then by whether a cell of a wanted state is among them.
function filter() {
  const applications = words(byId("applications").value);
  const clusters = words(byId("clusters").value);
  const wanted = (letter) => letter !== " " && (view.states.size > 0 ? view.states.has(letter) : view.all || letter !== ".");
  const columns = [];
  report.clusters.forEach((name, at) => hasAll(name.toLowerCase(), clusters) && columns.push(at));
  const used = new Uint8Array(width);
  const rows = [];
  let count = 0;
  report.applications.forEach((name, row) => {
    if (!hasAll(name.toLowerCase(), applications)) return;
    const letters = report.rows[row];
    let found = 0;
    for (const column of columns) {
      if (wanted(letters[column])) {
        used[column] = 1;
        found += 1;
      }
    }
    if (found > 0) rows.push(row);
    count += found;
  });
  view.rows = rows;
  view.columns = columns.filter((column) => used[column]);
  view.drawn = "";
  byId("shown").textContent = `${counted(count, "cell")}`;
  layOut();
}

function layOut() {
  const grid = byId("grid");
  const longest = view.rows.reduce((most, row) => Math.max(most, report.applications[row].length), 12);
  view.stub = Math.max(96, Math.min(320, 32 + longest * 8, Math.round(byId("cells").clientWidth * 0.42)));
  const widest = view.columns.reduce((most, column) => Math.max(most, report.clusters[column].length), 6);
  view.head = Math.min(HEAD, 20 + Math.ceil(widest * 7.2));
  grid.setAttribute("aria-rowcount", view.rows.length + 1);
  grid.setAttribute("aria-colcount", view.columns.length + 1);
  const sizer = element("div", { class: "sizer", role: "presentation" });
  sizer.style.height = `${view.head + view.rows.length * ROW}px`;
  sizer.style.width = `${view.stub + view.columns.length * COLUMN + 8}px`;
  grid.replaceChildren(sizer);
  if (view.rows.length === 0) {
    sizer.style.width = "auto";
    const isFiltered = view.states.size > 0 || byId("applications").value !== "" || byId("clusters").value !== "";
    sizer.append(element("p", { class: "quiet items" }, isFiltered ? "No cell matches." : report.rows.length > 0 ? "Every cell is unchanged." : "There is no cell."));
    return;
  }
  draw();
}

// The first and the last of `count` things of `size` that are in view.
function range(start, length, size, count) {
  const first = Math.max(0, Math.floor(start / size) - OVERSCAN);
  return [first, Math.min(count, Math.ceil((start + length) / size) + OVERSCAN)];
}

function draw() {
  const list = byId("cells");
  const sizer = byId("grid").firstChild;
  if (!sizer || view.rows.length === 0) return;
  const [top, bottom] = range(list.scrollTop - view.head, list.clientHeight, ROW, view.rows.length);
  const [left, right] = range(list.scrollLeft, list.clientWidth - view.stub, COLUMN, view.columns.length);
  const drawn = [top, bottom, left, right, view.at].join();
  if (drawn === view.drawn) return;
  view.drawn = drawn;
  const made = document.createDocumentFragment();
  made.append(heads(left, right));
  for (let at = top; at < bottom; at += 1) made.append(row(at, left, right));
  sizer.replaceChildren(made);
  const current = document.getElementById(`cell-${view.at}`);
  const grid = byId("grid");
  if (current) grid.setAttribute("aria-activedescendant", current.id);
  else grid.removeAttribute("aria-activedescendant");
}

function heads(left, right) {
  const made = element("div", { class: "heads", role: "row", "aria-rowindex": 1 });
  made.style.height = `${view.head}px`;
  const corner = element("div", { class: "corner", role: "columnheader", "aria-colindex": 1 }, "application");
  corner.style.width = `${view.stub}px`;
  made.append(corner);
  for (let at = left; at < right; at += 1) {
    const name = report.clusters[view.columns[at]];
    const head = element("div", { class: "head", role: "columnheader", "aria-colindex": at + 2, title: name }, name);
    head.style.left = `${view.stub + at * COLUMN}px`;
    made.append(head);
  }
  return made;
}

function row(at, left, right) {
  const application = view.rows[at];
  const made = element("div", { class: "row", role: "row", "aria-rowindex": at + 2 });
  made.style.top = `${view.head + at * ROW}px`;
  made.style.width = `${view.stub + view.columns.length * COLUMN + 8}px`;
  const name = report.applications[application];
  const head = element("div", { class: "name", role: "rowheader", "aria-colindex": 1, title: name }, name);
  head.style.width = `${view.stub}px`;
  made.append(head);
  for (let column = left; column < right; column += 1) {
    const letter = report.rows[application][view.columns[column]];
    if (letter !== " ") made.append(cell(application * width + view.columns[column], column, letter));
  }
  return made;
}

function cell(id, column, letter) {
  const [, state, meaning] = byLetter.get(letter);
  const found = findingsOf.get(id)?.length ?? 0;
  const findings = found ? `, ${counted(found, "finding")}` : "";
  const made = document.createElement("div");
  made.className = id === view.at ? `cell s-${state} at` : `cell s-${state}`;
  made.id = `cell-${id}`;
  made.textContent = letter === "." ? "·" : letter;
  made.style.left = `${view.stub + column * COLUMN + 1}px`;
  made.setAttribute("role", "gridcell");
  made.setAttribute("aria-colindex", column + 2);
  made.setAttribute("aria-label", `${nameOf(id)}: ${meaning}${findings}`);
  made.setAttribute("aria-selected", id === view.at);
  made.title = `${nameOf(id)}: ${meaning}`;
  return made;
}

// Makes a cell the current one, brings it into view and shows what is known of it.
function select(id) {
  view.at = id;
  const list = byId("cells");
  const at = view.rows.indexOf(Math.floor(id / width));
  const column = view.columns.indexOf(id % width);
  if (at >= 0 && column >= 0) {
    const top = at * ROW;
    const left = column * COLUMN;
    const room = [list.clientHeight - view.head - ROW, list.clientWidth - view.stub - COLUMN - 16];
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top > list.scrollTop + room[0]) list.scrollTop = top - room[0];
    if (left < list.scrollLeft) list.scrollLeft = left;
    else if (left > list.scrollLeft + room[1]) list.scrollLeft = left - room[1];
  }
  draw();
  showCell(id);
}

// Moves from the current cell; holes in the matrix are skipped.
function move(rows, columns) {
  const from = view.at < 0 ? 0 : view.at;
  const clamp = (value, length) => Math.max(0, Math.min(length - 1, value));
  const at = clamp(view.rows.indexOf(Math.floor(from / width)) + (view.at < 0 ? 0 : rows), view.rows.length);
  let column = clamp(view.columns.indexOf(from % width) + (view.at < 0 ? 0 : columns), view.columns.length);
  const letters = report.rows[view.rows[at]];
  const step = columns < 0 ? -1 : 1;
  while (letters[view.columns[column]] === " " && view.columns[column + step] !== undefined) column += step;
  if (letters[view.columns[column]] !== " ") select(view.rows[at] * width + view.columns[column]);
}

// The next cell in view that differs, row by row.
function nextDiffering(step) {
  const [rows, columns] = [view.rows.length, view.columns.length];
  const total = rows * columns;
  if (total === 0) return;
  const row = view.rows.indexOf(Math.floor(view.at / width));
  const column = view.columns.indexOf(view.at % width);
  const start = row < 0 || column < 0 ? (step > 0 ? -1 : total) : row * columns + column;
  for (let away = 1; away <= total; away += 1) {
    const at = (((start + step * away) % total) + total) % total;
    const id = view.rows[Math.floor(at / columns)] * width + view.columns[at % columns];
    const letter = letterOf(id);
    if (letter !== " " && letter !== ".") return select(id);
  }
}
