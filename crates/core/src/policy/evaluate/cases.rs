//! The cases of the rules: what passes, what is found, and what only looks like it.
//!
//! A file has many cases. `=== RULE VERDICT [1.34] TITLE` begins one; then come the objects on
//! base and, after a line `==>`, those on head; without that line all objects are new. A line such
//! as `deploy: {…}` stands for a workload with that pod spec, a line `ns: restricted v1.30` for a
//! namespace that enforces a standard, and a line `@name` begins a cell of Argo CD.

use std::{collections::BTreeMap, fmt::Write as _};

use super::*;
use crate::{
    diff::resources,
    inventory::{Application, CellId, Meta, Origin, Owner, Rule, SyncPolicy},
    policy::{ChangedCell, Facts, Peer, Peers},
    render::Document,
    source::MemoryTree,
};

const FILES: &[(&str, &str)] = &[
    ("format", include_str!("cases/format.txt")),
    ("update", include_str!("cases/update.txt")),
    ("loss", include_str!("cases/loss.txt")),
    ("version", include_str!("cases/version.txt")),
    ("hygiene", include_str!("cases/hygiene.txt")),
    ("cross", include_str!("cases/cross.txt")),
];

fn set(text: &str) -> ResourceSet {
    let documents: Vec<Document> = text
        .lines()
        .map(expanded)
        .collect::<String>()
        .split("---\n")
        .map(|text| Document {
            template: "charts/web/templates/all.yaml".into(),
            chart_path: "web/templates/all.yaml".into(),
            bytes: text.as_bytes().into(),
            line: None,
            hook: None,
            is_crd: false,
            anew: None,
        })
        .collect();
    ResourceSet::read(&documents, &"shop".into())
}

/// A line with the short forms of workloads written out.
fn expanded(line: &str) -> String {
    const SHORT: [(&str, &str, &str); 6] = [
        ("deploy: ", "apps/v1", "Deployment"),
        ("sts: ", "apps/v1", "StatefulSet"),
        ("ds: ", "apps/v1", "DaemonSet"),
        ("job: ", "batch/v1", "Job"),
        ("cron: ", "batch/v1", "CronJob"),
        ("pod: ", "v1", "Pod"),
    ];
    if let Some(words) = line.strip_prefix("ns: ") {
        const LABEL: &str = "pod-security.kubernetes.io/enforce";
        let (level, version) = words.split_once(' ').unwrap_or((words, "latest"));
        let labels = format!("{{{LABEL}: {level}, {LABEL}-version: {version}}}");
        let head = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: ";
        return format!("{head}{labels}}}\n---\n");
    }
    let short = SHORT.iter().find_map(|short| Some((short, line.strip_prefix(short.0)?)));
    let Some(((_, version, kind), rest)) = short else { return format!("{line}\n") };
    let (spec, more) = rest.split_once(" // ").unwrap_or((rest, ""));
    let (name, more) = more
        .strip_prefix("name=")
        .map_or(("web", more), |rest| rest.split_once(' ').unwrap_or((rest, "")));
    let head = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}}}\n");
    let template = format!("{{metadata: {{labels: {{app: web}}}}, spec: {spec}}}");
    let more = if more.is_empty() { String::new() } else { format!(", {more}") };
    head + &match *kind {
        "Pod" => format!("spec: {spec}\n"),
        "Job" => format!("spec: {{template: {template}{more}}}\n"),
        "CronJob" => format!(
            "spec: {{schedule: '@daily', jobTemplate: {{spec: {{template: {template}}}}}{more}}}\n"
        ),
        _ => format!(
            "spec: {{selector: {{matchLabels: {{app: web}}}}, template: {template}{more}}}\n"
        ),
    } + "---\n"
}

/// What a rule says of a change: the gravest severity and its messages.
fn judged(id: &str, kube: Option<Kube>, base: &str, head: &str) -> (&'static str, String) {
    if head.starts_with('@') || base.starts_with('@') {
        return judged_together(id, base, head);
    }
    let (old, new) = (set(base), set(head));
    let tree = MemoryTree::default();
    let locator = Locator { tree: &tree, values: None };
    let changes = resources(&old, &new);
    let found = findings(
        &old,
        &new,
        &changes,
        Some(locator),
        locator,
        How { kubes: Kubes { base: kube, head: kube }, is_applied_by_client: true },
    );
    let placed = found.iter().map(|found| found.placed(Some(locator), locator));
    told(id, &placed.collect::<Vec<_>>())
}

/// The gravest severity among the findings of a rule, and their messages.
fn told(id: &str, found: &[Finding]) -> (&'static str, String) {
    let mut messages = String::new();
    let mut hits = found.iter().filter(|finding| finding.rule.id == id).collect::<Vec<_>>();
    hits.sort_by_key(|finding| finding.severity);
    let mut hits = hits.into_iter().peekable();
    let verdict = hits.peek().map_or("pass", |finding| match finding.severity {
        Severity::Block => "block",
        Severity::Warn => "warn",
        Severity::Info => "info",
    });
    for finding in hits {
        writeln!(messages, "    {}", finding.message).unwrap();
    }
    (verdict, messages)
}

/// Untouched cells, whatever their namespace.
struct Rest<'a>(Vec<Peer<'a>>);

impl<'a> Peers<'a> for Rest<'a> {
    fn peers(&self, _: Option<&str>) -> Vec<Peer<'a>> {
        self.0.clone()
    }

    fn count(&self) -> usize {
        self.0.len()
    }
}

/// The facts of each cell of a side.
fn cells(text: &str) -> BTreeMap<String, Arc<Facts>> {
    let cells = text.split('@').skip(1);
    cells
        .map(|cell| {
            let (name, objects) = cell.split_once('\n').unwrap_or((cell, ""));
            (name.to_owned(), Arc::new(Facts::of(&set(objects))))
        })
        .collect()
}

/// The same for cells of one cluster; those that differ are changed.
fn judged_together(id: &str, base: &str, head: &str) -> (&'static str, String) {
    let (old, new) = (cells(base), cells(head));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let applications: Vec<(CellId, Application)> = names
        .iter()
        .map(|name| {
            let id = CellId {
                application: name.as_str().into(),
                cluster: "eu".into(),
                owner: Owner::Argo("eu".into()),
            };
            let place = Place::file("apps.yaml");
            let application = Application {
                id: id.clone(),
                namespace: "shop".into(),
                sources: Vec::new(),
                post: Vec::new(),
                meta: Meta {
                    sync: SyncPolicy::Automatic { prune: true, self_heal: true },
                    ..Meta::default()
                },
                origin: Origin::plain(Rule::ArgoCd, place),
            };
            (id, application)
        })
        .collect();
    let (mut changed, mut rest) = (Vec::new(), Vec::new());
    for (name, (id, application)) in names.into_iter().zip(&applications) {
        let side = |cells: &BTreeMap<String, Arc<Facts>>| cells.get(name).cloned();
        let (base, head) = (side(&old).unwrap_or_default(), side(&new).unwrap_or_default());
        if base == head {
            rest.push(Peer { id, facts: Some(head) });
        } else {
            changed.push(ChangedCell { id, application, base, head, stays: true });
        }
    }
    let rest = Rest(rest);
    let scene = Scene::new(&changed, &rest);
    let found: Vec<Finding> = together(&scene).into_iter().map(|(_, finding)| finding).collect();
    told(id, &found)
}

#[test]
fn every_case_is_judged_as_it_says() {
    let mut wrong = String::new();
    let mut told = BTreeSet::new();
    for (file, text) in FILES {
        for case in text.split("\n=== ").skip(1) {
            let (title, body) = case.split_once('\n').unwrap_or((case, ""));
            let mut words = title.split(' ');
            let (id, want) = (words.next().unwrap(), words.next().unwrap());
            let kube = words.next().and_then(Kube::parse);
            let (base, head) = body.split_once("==>\n").unwrap_or(("", body));
            let id = format!("ZIJ-{id}");
            assert!(rules().any(|rule| rule.id == id), "{file}: no rule {id}");
            told.insert((id.clone(), want == "pass"));
            let (verdict, messages) = judged(&id, kube, base, head);
            if verdict != want {
                writeln!(wrong, "{file}: {title}\n  is {verdict}\n{messages}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    // Every rule on single objects that came after the first ones has cases of both kinds.
    let has_cases = |id: &str, passes: bool| told.contains(&(id.to_owned(), passes));
    for rule in rules().filter(|rule| has_cases(rule.id, true) || has_cases(rule.id, false)) {
        assert!(
            has_cases(rule.id, true) && has_cases(rule.id, false),
            "{} lacks a hit or a near miss",
            rule.id
        );
    }
}
