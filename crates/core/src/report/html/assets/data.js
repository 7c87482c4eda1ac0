"use strict";
// The report as it was written into this page; nothing is fetched.
const byId = (id) => document.getElementById(id);
const report = await read(byId("report"));
const width = report.clusters.length;
const STATES = report.states; // [letter, name, meaning], in the order of a legend
const byLetter = new Map(STATES.map((state) => [state[0], state]));

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

// Kept once the page stands.
let stands;
const opened = new Promise((resolve) => (stands = resolve));

// Groups stand in compressed blocks of their own, which are read when one of them is looked at.
const blocks = new Map();
async function groupAt(index) {
  const block = Math.floor(index / report.block);
  if (!blocks.has(block)) blocks.set(block, read(byId(`groups-${block}`)));
  return (await blocks.get(block))[index % report.block] ?? null;
}

async function read(element) {
  const stream = new DecompressionStream("deflate");
  const writer = stream.writable.getWriter();
  writer.write(bytes(element.textContent));
  writer.close();
  return JSON.parse(await new Response(stream.readable).text());
}

function bytes(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const raw = atob(text);
  const made = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at += 1) made[at] = raw.charCodeAt(at);
  return made;
}

// A text of our own words about values, which stand between backticks.
function prose(text) {
  const parts = text.split("`");
  if (parts.length % 2 === 0) return [text];
  return parts.map((part, at) => (at % 2 ? element("code", null, part) : part)).filter((part) => part !== "");
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
