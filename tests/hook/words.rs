//! What a terminal gets to see.

use crate::scene::{Scene, assert_harmless};

#[test]
fn pushed_content_cannot_steer_the_terminal() {
    let scene = Scene::with_pre_push();
    let long_name = format!("클러스터-{}", "한글".repeat(20));
    let values = [
        ("clusters/prod/shop.yaml", "team: \"\\e[31mred\\e]8;;http://x\\a \\r\\n\\u202e\"\n"),
        (&format!("clusters/{long_name}/shop.yaml"), &format!("team: {}\n", "한".repeat(70))),
        ("clusters/es\u{1b}[2J\u{202e}c/shop.yaml", "team: 'no label!'\n"),
    ];
    scene.repository.commit_files("steering", &values);
    for branch in ["main", "a\u{202e}b\u{200b}c", &"가나다".repeat(20)] {
        let pushed = scene.push(&[&format!("HEAD:refs/heads/{branch}")]);
        assert_eq!(pushed.code, Some(1), "{pushed}");
        assert!(pushed.stderr.contains(" REJECTED - 3 unsafe"), "{pushed}");
        assert_harmless(&pushed.stderr);
    }
    // The same from a server: git passes what a hook there says on as it is.
    scene.zij(&scene.remote, &["hook", "install"]).success();
    for branch in ["main", "a\u{202e}b\u{200b}c", &"가나다".repeat(20)] {
        let pushed = scene.push(&["--no-verify", &format!("HEAD:refs/heads/{branch}")]);
        assert_eq!(pushed.code, Some(1), "{pushed}");
        assert!(pushed.stderr.contains("remote: zij: push to"), "{pushed}");
        let ours = pushed.stderr.lines().filter(|line| line.starts_with("remote: "));
        assert_harmless(&ours.collect::<Vec<_>>().join("\n"));
    }
}

#[test]
fn a_clone_without_its_files_is_not_called_unsafe() {
    let scene = Scene::new();
    let environment = scene.repository.environment();
    let partial = environment.work().join("partial");
    let url = format!("file://{}", scene.remote.display());
    scene.repository.git(&[
        "-C",
        scene.remote.to_str().unwrap(),
        "config",
        "uploadpack.allowFilter",
        "true",
    ]);
    let folder = partial.to_str().unwrap();
    scene.repository.git(&[
        "clone",
        "--quiet",
        "--no-checkout",
        "--filter=blob:none",
        &url,
        folder,
    ]);
    let git = |arguments: &[&str]| {
        let all: Vec<&str> = ["-C", folder].iter().chain(arguments).copied().collect();
        scene.repository.try_git(&all)
    };
    let missing = || {
        git(&["rev-list", "--objects", "--missing=print", "HEAD"]).success().matches('?').count()
    };
    let before = missing();
    assert!(before > 0);
    git(&["read-tree", "HEAD"]).success();
    git(&["rm", "--quiet", "--cached", "clusters/dev/shop.yaml"]).success();
    let tree = git(&["write-tree", "--missing-ok"]).success();
    let commit = git(&["commit-tree", "-p", "HEAD", "-m", "less", &tree]).success();
    scene.zij(&partial, &["hook", "install"]).success();
    let pushed = git(&["push", "origin", &format!("{commit}:refs/heads/main")]);
    assert_eq!(pushed.code, Some(0), "{pushed}");
    assert!(pushed.stderr.contains("zij: push to main COULD NOT BE EVALUATED"), "{pushed}");
    assert!(!pushed.stderr.contains("REJECTED"), "{pushed}");
    assert_eq!(missing(), before, "nothing was fetched");
}
