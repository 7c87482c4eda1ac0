//! `testdata/flux`: what each repository would deploy through Flux, one file a case.
//!
//! Below `== rendered`, where that is asked for, stands what the cells deploy. The expectations follow
//! Flux's documentation and source (see `testdata/flux/README.md`).

use std::{fmt::Write as _, sync::Arc};

use zij_core::{
    inventory::{
        Application, ChartDefaults, Config, DefaultsFile, Inventory, KustomizeEdit, Memo,
        PostRenderedHooks, PostStep, Render, SetKind, Source, SourceAt, SyncPolicy, Unknown,
        ValuesSource,
    },
    render::{Renderer, Variables, substitute},
    resource::ResourceSet,
    source::MemoryTree,
};

use crate::case::{self, outcome, place, problems};

fn one_line(text: &str) -> String {
    format!("{{{}}}", text.trim_end().replace('\n', "; "))
}

fn edit(edit: &KustomizeEdit) -> String {
    match edit {
        KustomizeEdit::Patch { text, place } => format!("patch {place}{}", one_line(text)),
        KustomizeEdit::MergeImage(text) => format!("image {}", one_line(text)),
        KustomizeEdit::Append { key, text } => format!("{key} + {}", one_line(text)),
        KustomizeEdit::Set { key, text } => format!("{key} = {}", one_line(text)),
        KustomizeEdit::Component { path, optional } => {
            format!("component {path}{}", if *optional { "?" } else { "" })
        }
        other => format!("{other:?}"),
    }
}

fn defaults(defaults: &ChartDefaults) -> String {
    let files = defaults.files.iter().map(|file| match file {
        DefaultsFile::Source(at) => place(at),
        DefaultsFile::Chart(name) => format!("chart:{name}"),
    });
    let optional = if defaults.optional { "?" } else { "" };
    format!(" defaults[{}]{optional}", files.collect::<Vec<_>>().join(" "))
}

fn source(source: &Source) -> String {
    let at = place(&source.at);
    match &source.render {
        Render::Chart(chart) => {
            let mut text = format!("helm {at} as {}", chart.release);
            text += &chart.defaults.as_ref().map(defaults).unwrap_or_default();
            for layer in &chart.values {
                let _ = match layer {
                    ValuesSource::Inline { text: values, place } => {
                        write!(text, " {place}{}", one_line(values))
                    }
                    ValuesSource::Set { kind: SetKind::Typed, text: value, place } => {
                        write!(text, " {place} set:{value}")
                    }
                    ValuesSource::Set { text: value, place, .. } => {
                        write!(text, " {place} set-string:{value}")
                    }
                    other => write!(text, " {other:?}"),
                };
            }
            if !chart.flags.include_crds {
                text += " without-crds";
            }
            for (name, is_set) in
                [("without-hooks", chart.flags.skip_hooks), ("with-tests", !chart.flags.skip_tests)]
            {
                if is_set {
                    let _ = write!(text, " {name}");
                }
            }
            if chart.flags.skip_schema {
                text += " without-schema";
            }
            text
        }
        Render::Kustomize(kustomize) => {
            let edits: Vec<String> = kustomize.edits.iter().map(edit).collect();
            format!("kustomize {at} [{}]", edits.join(", "))
        }
        Render::Directory(_) => format!("directory {at}"),
        Render::Nothing => format!("nothing {at}"),
        Render::Unread(_) => match &source.at {
            SourceAt::Absent(missing) => unknown(missing),
            _ => at,
        },
        Render::Opaque(missing) => unknown(missing),
        Render::Refused(problem) => {
            let place = problem.place.as_ref().map(|place| format!(" ({place})"));
            format!("refused: {}{}", problem.message, place.unwrap_or_default())
        }
    }
}

fn unknown(unknown: &Unknown) -> String {
    let place = unknown.place.as_ref().map(|place| format!(" ({place})"));
    format!("? {}{}", unknown.message, place.unwrap_or_default())
}

fn step(step: &PostStep) -> Option<String> {
    Some(match step {
        PostStep::Substitute(substitution) => {
            let variables = substitution.variables.iter();
            let variables: Vec<String> = variables.map(|(k, v)| format!("{k}={v}")).collect();
            let strict = if substitution.strict { " strict" } else { "" };
            let missing = substitution.missing.as_ref();
            let missing = missing.map(|missing| format!(" but {}", missing.message));
            format!("substitute {}{strict}{}", variables.join(" "), missing.unwrap_or_default())
        }
        PostStep::Kustomize(renderer) => {
            let hooks = match renderer.hooks {
                PostRenderedHooks::Combined => " with hooks",
                PostRenderedHooks::Separate => " with hooks apart",
                PostRenderedHooks::Untouched => "",
            };
            format!("post-render {}{hooks}", one_line(&renderer.file))
        }
        PostStep::Metadata { labels, annotations, on } => {
            let pairs = labels.iter().chain(annotations);
            let pairs: Vec<String> = pairs.map(|(k, v)| format!("{k}={v}")).collect();
            let crds = if on.crds { "" } else { " not crds" };
            let hooks = if on.hooks { "" } else { " not hooks" };
            format!("mark {}{crds}{hooks}", pairs.join(" "))
        }
        PostStep::Decrypt => "decrypt".to_owned(),
        PostStep::CreateNamespace { .. } => "create namespace".to_owned(),
        PostStep::RefuseEncrypted
        | PostStep::RequireNamespace
        | PostStep::Skip(_)
        | PostStep::Track(_)
        | PostStep::Exclude(_) => return None,
    })
}

fn cell(application: &Application) -> String {
    let place = &application.origin.place;
    let mut text = format!("{} in {} ({place})\n", application.id, application.namespace);
    for link in &application.origin.chain {
        let _ = writeln!(text, "  by {} ({})", link.kind, link.place);
    }
    for one in &application.sources {
        let _ = writeln!(text, "  {}", source(one));
    }
    for line in application.post.iter().filter_map(step) {
        let _ = writeln!(text, "  {line}");
    }
    let meta = &application.meta;
    if !meta.depends_on.is_empty() {
        let _ = writeln!(text, "  after {}", meta.depends_on.join(" "));
    }
    let _ = match meta.sync {
        SyncPolicy::Manual => writeln!(text, "  suspended"),
        SyncPolicy::Automatic { prune: true, .. } => Ok(()),
        SyncPolicy::Automatic { prune: false, .. } => writeln!(text, "  prunes nothing"),
    };
    text
}

fn shown(inventory: &Inventory) -> String {
    inventory.cells.values().map(|one| cell(one)).collect::<String>() + &problems(inventory)
}

/// What the cells deploy, after all steps.
fn deployed(tree: &MemoryTree, inventory: &Inventory, renderer: &Renderer) -> String {
    let mut text = String::new();
    // What Flux itself follows is the objects that the inventory shows.
    let cells = inventory.cells.values();
    for cell in cells.filter(|cell| cell.id.application.as_str() != "ks/flux-system") {
        let _ = writeln!(text, "# {}", cell.id);
        match renderer.render(tree, cell, &inventory.clusters[&cell.id.cluster]) {
            Ok(rendering) => {
                let set = ResourceSet::of(rendering.documents.iter(), cell);
                for resource in set.resources.values() {
                    let _ = writeln!(text, "{}", resource.body);
                }
                for problem in &set.problems {
                    let _ = writeln!(text, "problem: {}", problem.message);
                }
                for warning in rendering.warnings.iter() {
                    let _ = writeln!(text, "warning: {warning}");
                }
            }
            Err(failure) => {
                let _ = writeln!(text, "{}: {failure}", outcome(&failure));
            }
        }
    }
    text
}

#[test]
fn every_case_gives_what_flux_would_deploy() {
    case::check("flux", &|text| {
        let tree = case::tree(&case::files(text));
        let (renderer, memo) = (Renderer::with_threads(1), Memo::default());
        let inventory = case::inventory(&tree, &renderer, &memo);
        let got = shown(&inventory);
        let again = case::inventory(&tree, &renderer, &memo);
        assert_eq!(shown(&again), got, "it is not the same twice: {text}");
        starts_the_same(&tree, &inventory, &renderer);
        match text.contains("== rendered\n") {
            true => format!("{got}== rendered\n{}", deployed(&tree, &inventory, &renderer)),
            false => got,
        }
    });
}

/// What `zij init` writes is sound, and deploys what was deployed without it.
fn starts_the_same(tree: &MemoryTree, inventory: &Inventory, renderer: &Renderer) {
    if Config::of(tree).file.is_some() {
        return;
    }
    let starter = inventory.starter();
    let config = Config::parse(Config::FILE, starter.as_bytes());
    assert_eq!(config.problems, [], "{starter}");
    let again = case::configured(tree, &config, renderer, &Memo::default());
    assert!(again.cells.keys().eq(inventory.cells.keys()), "{starter}");
}

/// The variables of `envsubst.jsonl`.
const VARIABLES: [(&str, &str); 10] = [
    ("x", "value"),
    ("e", ""),
    ("p", "path/to/file.tar.gz"),
    ("u", "Ünïcode Text"),
    ("n", "8080"),
    ("d", "a.b.c"),
    ("s", "  sp "),
    ("b", "back\\slash"),
    ("star", "*"),
    ("dollar", "$x"),
];

#[test]
fn expressions_are_replaced_as_flux_replaces_them() {
    let text = include_str!("../../../../testdata/flux/envsubst.jsonl");
    let values =
        VARIABLES.iter().map(|(name, value)| (Arc::from(*name), Arc::from(*value))).collect();
    let mut wrong = Vec::new();
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("a case is JSON");
        let text = row["text"].as_str().expect("a case has a text");
        for strict in [false, true] {
            let want = if strict { row.get("strict").unwrap_or(&row) } else { &row };
            let variables = Variables { values: &values, strict, keeps_unknown: false };
            let same = match substitute(text, variables) {
                Ok(got) => want["out"] == got.as_str(),
                // Flux panics where a slice ends before it begins.
                Err(error) => {
                    want["err"] == error.to_string().as_str()
                        || (want["err"] == "panic" && error.to_string().contains("slice"))
                }
            };
            if !same {
                let got = substitute(text, variables);
                wrong.push(format!("{text:?} (strict: {strict})\n  got {got:?}\n  want {want}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}
