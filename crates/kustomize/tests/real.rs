//! The cases of `testdata/kustomizations` against what the real tool made of them
//! (`.ci/record-kustomizations`).

use std::fs;
use std::path::{Path, PathBuf};

use zij_kustomize::{MemoryFolder, Options, Profile, build};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/kustomizations")
}

/// The sections `-- PATH --` of a case.
fn unpack(text: &str) -> MemoryFolder {
    let mut folder = MemoryFolder::default();
    let (mut path, mut content) = (String::new(), String::new());
    for line in text.split_inclusive('\n') {
        let header = line.strip_prefix("-- ").and_then(|line| line.strip_suffix(" --\n"));
        match header {
            Some(next) => {
                let content = std::mem::take(&mut content);
                if !path.is_empty() {
                    folder.insert(&path, content);
                }
                next.clone_into(&mut path);
            }
            None => content.push_str(line),
        }
    }
    folder.insert(path, content);
    folder
}

/// What differs, and why.
fn check(case: &Path, profile: Profile) -> Option<String> {
    let name = case.file_stem()?.to_str()?;
    let newest = Profile::default().version == profile.version;
    let older = cases().join(format!("{name}@{}.yaml", profile.version));
    let want = if newest || !older.exists() { case.with_extension("yaml") } else { older };
    let want = fs::read_to_string(want).expect("the case is recorded");
    let folder = unpack(&fs::read_to_string(case).expect("a case"));
    let options = Options { profile, ..Options::default() };
    let (got, why) = match build(&folder, "", &options).and_then(|build| build.to_yaml()) {
        Ok(text) => (text, String::new()),
        Err(error) => ("refused\n".to_owned(), error.to_string()),
    };
    (got != want)
        .then(|| format!("{name} as {}: {why}\n--- want\n{want}--- got\n{got}", profile.version))
}

#[test]
fn equal_to_the_real_tool() {
    let files =
        fs::read_dir(cases()).expect("the cases").map(|entry| entry.expect("a file").path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "txt")).collect();
    files.sort();
    assert!(files.len() > 100);
    let mut wrong = Vec::new();
    for profile in Profile::ALL {
        wrong.extend(files.iter().filter_map(|case| check(case, *profile)));
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
