//! The layout of the workspace: which crate may use which, and who owns which dependency.
//!
//! The rules are those of ARCHITECTURE.md; a change that does not fit changes that page first.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// Crates of this workspace that each crate may use, `dev-dependencies` not counted.
const EDGES: &[(&str, &[&str])] = &[
    ("zij-goyaml", &[]),
    ("zij-gotmpl", &[]),
    ("zij-helm", &["zij-goyaml", "zij-gotmpl"]),
    ("zij-kustomize", &["zij-goyaml"]),
    ("zij-core", &["zij-goyaml", "zij-gotmpl", "zij-helm", "zij-kustomize"]),
    ("zij-git", &["zij-core"]),
    ("zij-hooks", &[]),
    ("zij-tui", &["zij-core"]),
    ("zij-testkit", &["zij-core"]),
    (
        "zij",
        &[
            "zij-core",
            "zij-git",
            "zij-gotmpl",
            "zij-goyaml",
            "zij-helm",
            "zij-hooks",
            "zij-kustomize",
            "zij-tui",
        ],
    ),
];

/// Dependencies with one owner.
const OWNERS: &[(&str, &[&str])] = &[
    ("gix", &["zij-git"]),
    ("ratatui", &["zij-tui"]),
    ("crossterm", &["zij-tui"]),
    ("kube", &["zij"]),
    ("tokio", &["zij"]),
    ("hyper", &["zij"]),
    ("clap", &["zij"]),
    ("rusqlite", &["zij"]),
    ("notify", &["zij"]),
    ("ureq", &["zij"]),
    ("rustls", &["zij"]),
];

/// The corridor: a room of `crates/core/src` uses only rooms before it.
const ROOMS: &[&str] =
    &["source", "inventory", "render", "resource", "diff", "policy", "predict", "report"];

/// No more packages than this in `Cargo.lock`.
const LOCK_CEILING: usize = 400;

/// No more lines than this in one source file.
const FILE_CEILING: usize = 800;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[expect(clippy::disallowed_methods, reason = "cargo is asked for the manifests")]
fn manifests() -> BTreeMap<String, Value> {
    let mut command = std::process::Command::new(env!("CARGO"));
    command.args(["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let output = command.current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("a list").iter();
    packages
        .map(|package| (package["name"].as_str().expect("a text").to_owned(), package.clone()))
        .collect()
}

/// The names of what `package` depends on, except for its tests.
fn dependencies(package: &Value) -> BTreeSet<&str> {
    let all = package["dependencies"].as_array().expect("a list").iter();
    all.filter(|dependency| dependency["kind"] != "dev")
        .map(|dependency| dependency["name"].as_str().expect("a text"))
        .collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten().map(|entry| entry.path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                files.push(entry);
            }
        }
    }
    files.sort();
    files
}

#[test]
fn crates_use_only_the_crates_below_them() {
    let manifests = manifests();
    let known: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    for (name, package) in &manifests {
        let allowed = known.get(name.as_str()).unwrap_or_else(|| panic!("{name} has no edges"));
        for dependency in dependencies(package).into_iter().filter(|name| name.starts_with("zij")) {
            assert!(allowed.contains(&dependency), "{name} must not use {dependency}");
        }
    }
}

#[test]
fn owned_dependencies_are_used_by_their_owners_alone() {
    for (name, package) in &manifests() {
        for dependency in dependencies(package) {
            if let Some((_, owners)) = OWNERS.iter().find(|owner| owner.0 == dependency) {
                assert!(owners.contains(&name.as_str()), "{name} must not use {dependency}");
            }
        }
    }
}

#[test]
fn rooms_of_the_corridor_look_only_back() {
    for (at, room) in ROOMS.iter().enumerate() {
        for file in sources(&root().join("crates/core/src").join(room)) {
            let text = fs::read_to_string(&file).unwrap();
            for later in &ROOMS[at + 1..] {
                let used = [format!("crate::{later}::"), format!("crate::{later};")];
                let uses = used.iter().any(|path| text.contains(path));
                assert!(!uses, "{} uses the later room {later}", file.display());
            }
        }
    }
}

/// Rooms of the shell that many others use, and the rooms that they may use themselves.
const LEAVES: &[(&str, &[&str])] = &[("audit", &["audit", "clock", "process"])];

#[test]
fn leaves_of_the_shell_use_no_other_room() {
    for (room, allowed) in LEAVES {
        for file in sources(&root().join("src").join(room)) {
            let text = fs::read_to_string(&file).unwrap();
            let used = text.split("crate::").skip(1).map(|path| {
                path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
            });
            // `use crate::{a, b}` is a list of rooms.
            let listed = text.split("crate::{").skip(1).flat_map(|list| {
                let list = list.split('}').next().unwrap_or_default();
                list.split(',').map(|path| path.trim().split(':').next().unwrap_or_default())
            });
            for other in used.chain(listed).filter(|name| !name.is_empty()) {
                assert!(allowed.contains(&other), "{} uses the room {other}", file.display());
            }
        }
    }
}

#[test]
fn files_stay_small_and_have_telling_names() {
    let banned = ["utils", "util", "helpers", "common", "types", "manager", "misc"];
    for folder in ["src", "crates", "hooks", "tui"] {
        for file in sources(&root().join(folder)) {
            let stem = file.file_stem().unwrap().to_str().unwrap();
            assert!(!banned.contains(&stem), "{}: the name says nothing", file.display());
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            assert!(lines <= FILE_CEILING, "{} has {lines} lines", file.display());
        }
    }
}

#[test]
fn processes_start_in_one_place() {
    for file in sources(&root().join("src")) {
        if file.ends_with("src/process.rs") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains("Command::new("), "{} starts a process", file.display());
    }
}

#[test]
fn the_network_is_used_where_somebody_asked_for_it() {
    for file in sources(&root().join("src")) {
        let may = ["src/network.rs", "src/shared", "src/vendor"];
        if !may.iter().any(|place| file.starts_with(root().join(place))) {
            let text = fs::read_to_string(&file).unwrap();
            assert!(!text.contains("ureq"), "{} uses the network", file.display());
        }
    }
}

#[test]
fn the_lock_file_stays_small() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    // Packages for Windows are listed for completeness and built on no target of deny.toml.
    let names = lock.lines().filter_map(|line| line.strip_prefix("name = \""));
    let is_built = |name: &&str| !["windows", "winapi"].iter().any(|own| name.starts_with(own));
    let packages = names.filter(is_built).count();
    assert!(packages <= LOCK_CEILING, "{packages} packages");
}
