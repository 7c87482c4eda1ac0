"use strict";
// The report as it was written into this page; nothing is fetched.
const report = JSON.parse(document.getElementById("report").textContent);
const width = report.clusters.length;
const STATES = report.states; // [letter, name, meaning], in the order of a legend
const byLetter = new Map(STATES.map((state) => [state[0], state]));
const byId = (id) => document.getElementById(id);

// What is known of cells that are more than unchanged: five numbers a cell, and where they begin.
const known = new Int32Array(report.applications.length * width).fill(-1);
for (let at = 0; at < report.cells.length; at += 5) known[report.cells[at]] = at;
const findingsOf = new Map();
report.findings.forEach((finding, index) => {
  for (const id of finding.cells) findingsOf.set(id, [...(findingsOf.get(id) ?? []), index]);
});

function cellOf(id) {
  if (known[id] < 0) return null;
  const [, group, causes, problem, presence] = report.cells.slice(known[id], known[id] + 5);
  return { group, causes, problem, presence, findings: findingsOf.get(id) ?? [] };
}

const applicationOf = (id) => report.applications[Math.floor(id / width)];
const clusterOf = (id) => report.clusters[id % width];
const letterOf = (id) => report.rows[Math.floor(id / width)][id % width];
const nameOf = (id) => `${applicationOf(id)} on ${clusterOf(id)}`;
const counted = (count, thing) => `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;

// Groups stand in compressed blocks of their own, which are read when one of them is looked at.
const blocks = new Map();
async function groupAt(index) {
  const block = Math.floor(index / report.block);
  if (!blocks.has(block)) blocks.set(block, read(byId(`groups-${block}`)));
  return (await blocks.get(block))[index % report.block] ?? null;
}

async function read(element) {
  const bytes = Uint8Array.from(atob(element.textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

// Elements get their text as text: nothing of the report is ever read as markup.
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}
