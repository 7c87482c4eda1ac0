//! What a work tree has that its commit has not, as git tells it.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};

use zij_core::source::TreePath;

use crate::{
    error::{CommandError, CommandResult},
    process,
};

/// Files larger than this are no part of a description.
const MAX_BYTES: u64 = 64 << 20;

/// A file of the work tree that differs from `HEAD`; nothing where it is gone.
pub(super) type Change = (TreePath, Option<Arc<[u8]>>);

/// The files that differ from `HEAD`, staged or not.
pub(super) fn changes(root: &Path) -> CommandResult<Vec<Change>> {
    let mut command = process::command("git");
    command.current_dir(root).args([
        "-c",
        "core.quotePath=false",
        "status",
        "--porcelain=v1",
        "-z",
    ]);
    command.args(["--untracked-files=all", "--no-renames", "--ignore-submodules=all"]);
    let output = command.output()?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(CommandError::unevaluated(format!("git status: {words}")));
    }
    let mut changes = Vec::new();
    for line in output.stdout.split(|byte| *byte == 0) {
        // `XY path`; names that are not UTF-8 cannot be read by anybody else either.
        let Some(Ok(name)) = line.get(3..).map(std::str::from_utf8) else { continue };
        let Ok(path) = TreePath::parse(name) else { continue };
        if path != TreePath::root() {
            changes.extend(change(&root.join(path.as_str()), path));
        }
    }
    Ok(changes)
}

fn change(file: &PathBuf, path: TreePath) -> Option<Change> {
    match fs::symlink_metadata(file) {
        Err(_) => Some((path, None)),
        Ok(data) if data.is_file() && data.len() <= MAX_BYTES => {
            Some((path, Some(fs::read(file).ok()?.into())))
        }
        Ok(_) => None,
    }
}

/// Those of the paths that git would not add.
pub(super) fn ignored(root: &Path, paths: &[TreePath]) -> Vec<String> {
    let mut command = process::command("git");
    command.current_dir(root).args(["check-ignore", "-z", "--stdin"]);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = child else { return Vec::new() };
    let names: Vec<&str> = paths.iter().map(TreePath::as_str).collect();
    let input = names.join("\0");
    // git answers while it reads, so the two must not wait for each other.
    let stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input.as_bytes())));
        child.wait_with_output()
    });
    let Ok(output) = output else { return Vec::new() };
    let names = output.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}
