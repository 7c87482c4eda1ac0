// What is told before the report: how branches were merged, or how a commit is undone.
const TONES = { good: "good", doubtful: "warn", bad: "block", plain: "info" };

function foreword() {
  const { lead, parts } = report.foreword;
  const item = ([tone, label, name, text, lines]) =>
    element(
      "div",
      { class: "note" },
      element("p", null, label ? element("span", { class: `badge b-${TONES[tone]}` }, label) : null, label ? " " : "", name ? element("b", null, name) : null, name ? " " : "", ...prose(text)),
      ...lines.map((line) => element("p", null, ...prose(line))),
    );
  return [
    element("p", null, element("b", null, lead)),
    ...parts.map(([heading, tone, text, all, more]) =>
      part(heading, element("p", { class: `t-${tone}` }, text), ...all.map(item), more > 0 ? element("p", { class: "quiet" }, `and ${more.toLocaleString("en")} more`) : null),
    ),
  ];
}

function fillForeword() {
  byId("foreword").append(element("div", { class: "items", tabindex: "-1" }, ...foreword()));
}
