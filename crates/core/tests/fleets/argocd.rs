//! `testdata/argocd`: what each repository would deploy through Argo CD, one file a case.
//!
//! In `testdata/argocd-render` the objects that would be applied are expected. The expectations follow Argo
//! CD's documentation and source (3.4 to 3.6), which each case names.

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::Value;
use zij_core::{
    inventory::{
        Application, Config, Context, Inventory, LinkKind, Memo, Meta, PostStep, Render, SetKind,
        Source, SyncPolicy, TrackingMethod, ValuesSource,
    },
    render::Renderer,
    report::fleet::{Fleet, Rendered},
    resource::{ResourceSet, applied, to_yaml},
    source::{MemoryTree, Tree},
};

use crate::case::{self, inventory, outcome, place, problems};

fn source(source: &Source) -> String {
    let at = place(&source.at);
    match &source.render {
        Render::Chart(chart) => {
            let mut text = format!("helm {at} as {}", chart.release);
            let _ = match &chart.namespace {
                Some(namespace) => write!(text, " in {namespace}"),
                None => Ok(()),
            };
            for (flag, is_set) in [
                ("skip-crds", !chart.flags.include_crds),
                ("skip-tests", chart.flags.skip_tests),
                ("skip-schema", chart.flags.skip_schema),
            ] {
                text.push_str(if is_set { " " } else { "" });
                text.push_str(if is_set { flag } else { "" });
            }
            if let Some(told) = &chart.capabilities {
                let kube = told.kube.as_deref().unwrap_or("-");
                let apis: Vec<&str> = told.apis.iter().flatten().map(|api| &**api).collect();
                let _ = write!(text, " kube:{kube} apis:{}", apis.join(","));
            }
            for layer in &chart.values {
                let _ = match layer {
                    ValuesSource::File(path) => write!(text, " {path}"),
                    ValuesSource::OptionalFile(path) => write!(text, " {path}?"),
                    ValuesSource::Pinned { at, .. } => write!(text, " {}@{}", at.path, at.revision),
                    ValuesSource::Inline { text: values, place } => {
                        write!(text, " {place}{{{}}}", values.trim_end().replace('\n', "; "))
                    }
                    ValuesSource::Set { kind: SetKind::Typed, text: value, .. } => {
                        write!(text, " set:{value}")
                    }
                    ValuesSource::Set { kind: SetKind::Text, text: value, .. } => {
                        write!(text, " set-string:{value}")
                    }
                    ValuesSource::Set { kind: SetKind::File(path), .. } => {
                        write!(text, " set-file:{path}")
                    }
                    ValuesSource::Set { kind: SetKind::PinnedFile(at), .. } => {
                        write!(text, " set-file:{}@{}", at.path, at.revision)
                    }
                };
            }
            text
        }
        Render::Kustomize(kustomize) => format!("kustomize {at} {:?}", kustomize.edits),
        Render::Directory(how) => {
            let mut text = format!("directory {at}");
            text.push_str(if how.recurse { " recurse" } else { "" });
            for (name, glob) in [("include", &how.include), ("exclude", &how.exclude)] {
                if let Some(glob) = glob {
                    let _ = write!(text, " {name}:{glob}");
                }
            }
            text
        }
        Render::Nothing => format!("nothing {at}"),
        Render::Unread(_) => at,
        Render::Opaque(unknown) => format!("? {}", unknown.message),
        Render::Refused(problem) => format!("refused: {}", problem.message),
    }
}

fn cell(application: &Application) -> String {
    let mut text = format!("{} in {}\n", application.id, application.namespace);
    for link in &application.origin.chain {
        let what = match &link.kind {
            LinkKind::Set { name, parameters, .. } => format!("set {name} {parameters}"),
            other => other.to_string(),
        };
        let _ = writeln!(text, "  by {what} ({})", link.place);
    }
    for one in &application.sources {
        let _ = writeln!(text, "  {}", source(one));
    }
    for line in application.post.iter().filter_map(|step| post(application, step)) {
        let _ = writeln!(text, "  {line}");
    }
    for line in meta(&application.meta) {
        let _ = writeln!(text, "  {line}");
    }
    text
}

/// What is done after the render, unless every application has it.
fn post(application: &Application, step: &PostStep) -> Option<String> {
    match step {
        PostStep::Track(tracking) => {
            let usual = tracking.method == TrackingMethod::Annotation
                && *tracking.instance == *application.id.application.0
                && tracking.installation.is_none();
            let installation = tracking.installation.as_deref().unwrap_or("none");
            (!usual).then(|| {
                let (method, label) = (tracking.method, &tracking.label);
                format!("tracked by {method:?} as {} ({label}, {installation})", tracking.instance)
            })
        }
        // Argo CD 3 excludes three groups of kinds always and seven more by itself.
        PostStep::Exclude(kinds) if kinds.len() == 10 => None,
        PostStep::Exclude(kinds) => {
            let kinds: Vec<String> = kinds
                .iter()
                .map(|one| format!("{}/{}", one.groups.join(","), one.kinds.join(",")))
                .collect();
            Some(format!("excludes {}", kinds.join(" ")))
        }
        other => Some(format!("{other:?}")),
    }
}

/// How it is applied, as far as that is not the default.
fn meta(meta: &Meta) -> Vec<String> {
    let mut lines = Vec::new();
    if meta.wave != 0 {
        lines.push(format!("wave {}", meta.wave));
    }
    if let SyncPolicy::Automatic { prune, self_heal } = meta.sync {
        lines.push(format!("automatic, prune {prune}, self-heal {self_heal}"));
    }
    for one in &meta.ignored {
        let paths: Vec<&str> =
            one.pointers.iter().chain(&one.jq_paths).map(|path| &**path).collect();
        let respected = if meta.respects_ignored { "left alone" } else { "applied all the same" };
        lines.push(format!("ignores {}/{} {}, {respected}", one.group, one.kind, paths.join(" ")));
    }
    if !meta.refresh_paths.is_empty() {
        lines.push(format!("refreshed by {}", meta.refresh_paths.join(" ")));
    }
    lines
}

fn shown(inventory: &Inventory) -> String {
    inventory.cells.values().map(|one| cell(one)).collect::<String>() + &problems(inventory)
}

/// The objects of every cell as they would be applied, or why there are none.
fn objects(tree: &MemoryTree, inventory: &Inventory, renderer: &Renderer) -> String {
    let mut text = String::new();
    for (id, application) in &inventory.cells {
        let _ = writeln!(text, "# {id}");
        match renderer.render(tree, application, &inventory.clusters[&id.cluster]) {
            Ok(rendering) => {
                let set = ResourceSet::of(rendering.documents.iter(), application);
                for resource in set.resources.values() {
                    let hook = if resource.hook.is_some() { "--- # hook\n" } else { "---\n" };
                    text.push_str(hook);
                    text.push_str(&to_yaml(&resource.body));
                }
                let (manifests, _) = applied(&rendering.documents, application);
                let shown: BTreeSet<Vec<u8>> =
                    manifests.into_iter().map(|manifest| manifest.text).collect();
                let bodies = set.resources.values().map(|resource| to_yaml(&resource.body).into());
                assert_eq!(shown, bodies.collect(), "{id}: `zij render` shows something else");
                for problem in &set.problems {
                    let _ = writeln!(text, "! {}: {}", problem.place, problem.message);
                }
            }
            Err(failure) => {
                let _ = writeln!(text, "{}: {}", outcome(&failure), failure.message);
            }
        }
    }
    text
}

/// Reads each case of a folder twice and has `show` say what comes of it.
fn check(folder: &str, show: &dyn Fn(&MemoryTree, &Inventory, &Renderer) -> String) {
    case::check(folder, &|text| {
        let tree = case::tree(&case::files(text));
        let (renderer, memo) = (Renderer::with_threads(1), Memo::default());
        let got = || show(&tree, &inventory(&tree, &renderer, &memo), &renderer);
        let first = got();
        assert_eq!(got(), first, "it is not the same twice: {text}");
        first
    });
}

#[test]
fn every_case_gives_what_argo_cd_would_deploy() {
    let schema = include_str!("../../../../docs/reference/fleet.schema.json");
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("the schema is one");
    check("argocd", &|tree, inventory, renderer| {
        let rendered = inventory.cells.values().map(|cell| {
            match renderer.render(tree, cell, &inventory.clusters[&cell.id.cluster]) {
                Ok(rendering) => Rendered::Documents { count: rendering.documents.len() },
                Err(failure) => Rendered::failed(&failure),
            }
        });
        // What `zij apps --format json` prints, rendered and not.
        for rendered in [rendered.collect(), Vec::new()] {
            let json = Fleet::new("HEAD", inventory, rendered).to_json();
            let json: Value = serde_json::from_str(&json).expect("the output is JSON");
            let faults: Vec<String> =
                schema.iter_errors(&json).map(|error| error.to_string()).collect();
            assert_eq!(faults, [""; 0], "{json:#}");
        }
        shown(inventory)
    });
}

/// What `zij init` writes for a case is sound, and deploys what was deployed without it.
#[test]
fn a_starting_configuration_changes_nothing() {
    check("argocd", &|tree, inventory, renderer| {
        if Config::of(tree).file.is_none() {
            let starter = inventory.starter();
            let config = Config::parse(Config::FILE, starter.as_bytes());
            assert_eq!(config.problems, [], "{starter}");
            let again = case::configured(tree, &config, renderer, &Memo::default());
            assert!(again.cells.keys().eq(inventory.cells.keys()), "{starter}");
        }
        shown(inventory)
    });
}

#[test]
fn every_object_is_what_argo_cd_would_apply() {
    check("argocd-render", &objects);
}

/// Nothing changes against itself: what one revision takes for granted, the other one does too.
#[test]
fn a_tree_is_read_alike_on_both_sides() {
    for (place, text) in case::texts("argocd") {
        let tree = case::tree(&case::files(&text));
        let (config, checkout) = (Config::of(&tree), case::checkout());
        let (renderer, memo) = (Renderer::with_threads(1), Memo::default());
        let context = Context { checkout: &checkout, roots: &renderer, memo: &memo };
        let sides = ((&tree as &dyn Tree, &config), (&tree as &dyn Tree, &config));
        let (base, head) = Inventory::of_both(sides.0, sides.1, Some(&context));
        assert_eq!(base, head, "{place}");
    }
}

/// What is remembered of one tree never shows in another: every file of every case is left out, emptied
/// or given a line more, with and without memory.
#[test]
fn a_memory_of_other_revisions_changes_nothing() {
    let (mut trees, mut reused) = (0, 0);
    for (place, text) in case::texts("argocd") {
        let files = case::files(&text);
        let renderer = Renderer::with_threads(1);
        let memo = Memo::default();
        let whole = MemoryTree::new(&files);
        let before = inventory(&whole, &renderer, &memo);
        for (number, (changed, _)) in files.iter().enumerate() {
            let change = ["\n# more\n", "gone", ""][number % 3];
            let kept = files.iter().filter_map(|(path, content)| {
                let content = match (path == changed, change) {
                    (true, "gone") => return None,
                    (true, "") => String::new(),
                    (true, more) => format!("{content}{more}"),
                    (false, _) => content.clone(),
                };
                Some((path.clone(), content))
            });
            let tree = MemoryTree::new(kept);
            let with = inventory(&tree, &renderer, &memo);
            let without = inventory(&tree, &renderer, &Memo::default());
            assert_eq!(shown(&with), shown(&without), "{place}: {changed} {change:?}");
            assert_eq!(with, without, "{place}: {changed} {change:?}");
            trees += 1;
            reused += usize::from(with == before);
        }
    }
    assert!(trees > 100 && reused > 10, "{reused} of {trees}");
}
