// What is printed: every list, and what is being looked at, without the matrix, which is wider than paper.
const MOST_ROWS = 300;

function printedCells() {
  const rows = view.rows.slice(0, MOST_ROWS).map((row) => {
    const by = new Map();
    for (const column of view.columns) {
      const letter = report.rows[row][column];
      if (letter !== " " && letter !== ".") by.set(letter, [...(by.get(letter) ?? []), report.clusters[column]]);
    }
    const told = [...by].flatMap(([letter, names]) => {
      const [, state, meaning] = byLetter.get(letter);
      const more = names.length > MOST_CELLS ? ` and ${names.length - MOST_CELLS} more` : "";
      return [element("span", { class: `badge s-${state}` }, `${letter} ${meaning}`), ` ${names.slice(0, MOST_CELLS).join(", ")}${more} `];
    });
    return element("tr", null, element("th", { scope: "row" }, report.applications[row]), element("td", null, ...told));
  });
  return part("cells", element("table", { class: "values" }, element("tbody", null, ...rows)), moreThan(view.rows.length, MOST_ROWS));
}

const moreThan = (count, most) => (count > most ? element("p", null, `and ${(count - most).toLocaleString("en")} more`) : null);

function listed(title, all, make, head = []) {
  if (all.length === 0 && head.length === 0) return null;
  return part(title, ...head, ...all.slice(0, MOST_TOLD).map(make), moreThan(all.length, MOST_TOLD));
}

function fillPaper() {
  const own = readImpact.own;
  const shown = byId("detail").cloneNode(true);
  shown.removeAttribute("id");
  shown.querySelectorAll("button").forEach((button) => button.replaceWith(button.textContent));
  const paper = [
    report.foreword ? part(report.foreword.title, ...foreword()) : null,
    printedCells(),
    listed("findings", report.findings, (one) => element("div", null, finding(one), element("p", { class: "quiet" }, placesOf(one))), report.faults.map(problem)),
    own ? listed("pods", own.rollouts, (one) => element("div", { class: "note" }, element("p", null, verdictBadge(one), ` ${one.name} `, placesOf(one)), timeline([one]), ...why(own, one), assumptions(own, [one])), podsHead()) : null,
    own ? listed("undo", own.undo, (one) => element("div", null, undoing(own, one), element("p", { class: "quiet" }, placesOf(one))), undoHead()) : null,
    listed("changes", report.changes, (one, at) => element("p", null, ...changeItem(at))),
    element("section", { class: "part" }, ...shown.childNodes),
  ];
  byId("paper").replaceChildren(...paper.filter(Boolean));
  byId("paper").querySelectorAll("details").forEach((one) => (one.open = true));
}

addEventListener("beforeprint", fillPaper);
addEventListener("afterprint", () => byId("paper").replaceChildren());
