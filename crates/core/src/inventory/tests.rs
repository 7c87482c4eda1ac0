//! Which layouts are known, one tree a case.

use crate::source::{MemoryTree, Tree};

use super::{Application, CellId, Config, Inventory, Severity};

const CHART: &str = "apiVersion: v2\nname: x\nversion: 1.0.0\n";

fn tree(files: &[&str]) -> MemoryTree {
    MemoryTree::new(files.iter().map(|path| {
        let library = "apiVersion: v2\nname: x\nversion: 1.0.0\ntype: library\n";
        match path.strip_suffix(" (library)") {
            Some(path) => (path, library),
            None if path.ends_with("Chart.yaml") => (*path, CHART),
            None if path.ends_with("argo.yaml") => (*path, "apiVersion: argoproj.io/v1alpha1\n"),
            None => (*path, ""),
        }
    }))
}

/// Each cell as `cluster/application chart`.
fn cells(inventory: &Inventory) -> Vec<String> {
    let shown = |(id, application): (&CellId, &std::sync::Arc<Application>)| {
        format!("{id} {}", application.chart().unwrap().0)
    };
    inventory.cells.iter().map(shown).collect()
}

/// What detection finds in `files`: the patterns that match, the cells, what is said.
#[track_caller]
fn check(files: &[&str], rules: &[&str], want: &[&str], said: &[&str]) {
    let tree = tree(files);
    let inventory = Inventory::of(&tree, &Config::default());
    let patterns: Vec<&str> = inventory.rules.iter().map(|rule| &*rule.pattern).collect();
    assert_eq!(patterns, rules);
    assert_eq!(cells(&inventory), want);
    let messages: Vec<&str> = inventory.problems.iter().map(|p| &*p.message).collect();
    assert_eq!(messages, said);

    let starter = inventory.starter();
    let config = Config::parse(Config::FILE, starter.as_bytes());
    assert_eq!(config.problems, [], "{starter}");
    if !want.is_empty() {
        let again = Inventory::of(&tree, &config);
        assert_eq!(cells(&again), want, "{starter}");
        assert_eq!(again.problems, [], "{starter}");
        let sources = |inventory: &Inventory| {
            inventory.cells.values().map(|cell| cell.sources.clone()).collect::<Vec<_>>()
        };
        assert_eq!(sources(&again), sources(&inventory), "{starter}");
    }
}

#[test]
fn cluster_folders_with_charts_beside_them() {
    check(
        &[
            "charts/web/Chart.yaml",
            "clusters/eu/web/values.yaml",
            "clusters/us/web/values.yaml",
            "clusters/us/web/values-secret.yaml",
        ],
        &["clusters/{cluster}/{app}/values*.yaml", "charts/{app}/Chart.yaml"],
        &["eu/web charts/web", "us/web charts/web"],
        &[],
    );
}

#[test]
fn a_layout_with_few_charts_is_not_taken() {
    check(
        &["charts/web/Chart.yaml", "clusters/eu/web/values.yaml", "clusters/eu/db/values.yaml"],
        &["charts/{app}/Chart.yaml"],
        &["default/web charts/web"],
        &["`clusters/{cluster}/{app}/values*.yaml` matches 2 cells, but only 1 of them have a \
           chart (charts/{app}, apps/{app}, applications/{app}, {app}); the layout is not used"],
    );
}

#[test]
fn a_file_per_cluster_and_application() {
    check(
        &["charts/web/Chart.yaml", "environments/eu/web.yaml"],
        &["environments/{cluster}/{app}.yaml", "charts/{app}/Chart.yaml"],
        &["eu/web charts/web"],
        &[],
    );
}

#[test]
fn application_folders_with_a_chart_inside_or_beside() {
    check(
        &["applications/web/values-eu.yaml", "applications/web/Chart.yaml"],
        &["applications/{app}/values-{cluster}.yaml"],
        &["eu/web applications/web"],
        &[],
    );
    check(
        &[
            "applications/web/values-eu.yaml",
            "applications/web/values.yaml",
            "charts/web/Chart.yaml",
        ],
        &["applications/{app}/values-{cluster}.yaml", "charts/{app}/Chart.yaml"],
        &["eu/web charts/web"],
        &[],
    );
}

#[test]
fn charts_in_folders_by_cluster_or_in_one() {
    check(
        &["prod/web/Chart.yaml", "stage/web/Chart.yaml", "stage/db/Chart.yaml"],
        &["{cluster}/{app}/Chart.yaml"],
        &["stage/db stage/db", "prod/web prod/web", "stage/web stage/web"],
        &[],
    );
    check(
        &["charts/web/Chart.yaml", "charts/base/Chart.yaml (library)"],
        &["charts/{app}/Chart.yaml"],
        &["default/web charts/web"],
        &["library chart charts/base is no application"],
    );
    check(&["Chart.yaml"], &["Chart.yaml"], &["default/x ."], &[]);
}

#[test]
fn what_is_not_read_is_said() {
    check(
        &["web/Chart.yaml", "overlays/eu/kustomization.yaml", "overlays/us/kustomization.yaml"],
        &["{app}/Chart.yaml"],
        &["default/web web"],
        &["2 files are a kustomization, which this version does not read"],
    );
}

#[test]
fn nothing_found_says_what_was_looked_for() {
    let inventory = Inventory::of(&tree(&["README.md", "argo.yaml"]), &Config::default());
    let [argo, nothing] = &inventory.problems[..] else { panic!("{:?}", inventory.problems) };
    assert_eq!(argo.message, "argo.yaml is an Argo CD object, which this version does not read");
    assert_eq!(nothing.severity, Severity::Error);
    assert!(nothing.message.starts_with("no application found; looked for `apps` in zij.yaml"));
    assert_eq!(inventory.fault(), Some(nothing));
    let starter = inventory.starter();
    assert_eq!(Config::parse(Config::FILE, starter.as_bytes()).problems, []);
}

/// The cells of two compared revisions, whichever of them is the base.
#[track_caller]
fn check_both(sound: &[&str], broken: &[&str], want: &[&str], want_broken: &[&str]) {
    let (sound, broken) = (tree(sound), tree(broken));
    let config = Config::default();
    let (first, second) = ((&sound as &dyn Tree, &config), (&broken as &dyn Tree, &config));
    let forth = Inventory::of_both(first, second, None);
    let (back_broken, back_sound) = Inventory::of_both(second, first, None);
    for (inventory, want) in [
        (&forth.0, want),
        (&back_sound, want),
        (&forth.1, want_broken),
        (&back_broken, want_broken),
    ] {
        assert_eq!(cells(inventory), want);
    }
}

#[test]
fn a_broken_chart_does_not_make_another_layout() {
    check_both(
        &[
            "charts/web/Chart.yaml",
            "charts/db/Chart.yaml",
            "clusters/eu/web/values.yaml",
            "clusters/eu/db/values.yaml",
        ],
        &[
            "charts/web/templates/web.yaml",
            "charts/db/Chart.yaml",
            "clusters/eu/web/values.yaml",
            "clusters/eu/db/values.yaml",
        ],
        &["eu/db charts/db", "eu/web charts/web"],
        &["eu/db charts/db", "eu/web charts/web"],
    );
    check_both(
        &["applications/web/values-eu.yaml", "charts/web/Chart.yaml"],
        &["applications/web/values-eu.yaml", "charts/web/values.yaml", "db/Chart.yaml"],
        &["eu/web charts/web"],
        &["eu/web charts/web"],
    );
    check_both(
        &["prod/web/Chart.yaml", "stage/web/Chart.yaml", "stage/db/Chart.yaml"],
        &["prod/web/Chart.yaml", "stage/db/Chart.yaml"],
        &["stage/db stage/db", "prod/web prod/web", "stage/web stage/web"],
        &["stage/db stage/db", "prod/web prod/web"],
    );
}

#[test]
fn a_new_layout_is_not_taken_for_a_broken_one() {
    check_both(
        &["charts/web/Chart.yaml", "clusters/eu/web/values.yaml"],
        &["charts/web/Chart.yaml"],
        &["eu/web charts/web"],
        &["default/web charts/web"],
    );
}

#[test]
fn a_repository_that_is_a_broken_chart_keeps_its_name() {
    let config = Config::default();
    let sound = tree(&["Chart.yaml"]);
    let broken = MemoryTree::new([("Chart.yaml", "name: [\n")]);
    let (base, head) = Inventory::of_both((&sound, &config), (&broken, &config), None);
    assert_eq!(
        (cells(&base), cells(&head)),
        (vec!["default/x .".into()], vec!["default/x .".into()])
    );
}
