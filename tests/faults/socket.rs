//! What the daemon says on its socket, besides reports.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::net::UnixStream,
};

use crate::scene::{PATIENCE, Scene};

fn ask(scene: &Scene, request: &str) -> BufReader<UnixStream> {
    let mut stream = UnixStream::connect(scene.socket()).expect("the daemon listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time above zero");
    write!(stream, "{request} HTTP/1.1\r\nhost: zij\r\nconnection: close\r\n\r\n")
        .expect("the daemon reads");
    BufReader::new(stream)
}

fn answer(scene: &Scene, request: &str) -> String {
    let mut text = String::new();
    ask(scene, request).read_to_string(&mut text).expect("the daemon answers");
    text
}

#[test]
fn health_numbers_and_events() {
    let scene = Scene::new();
    let _daemon = scene.start_listening();
    scene.settled();
    let health = answer(&scene, "GET /healthz");
    assert!(health.starts_with("HTTP/1.1 200 OK") && health.ends_with("ok\n"), "{health}");

    let mut events = ask(&scene, "GET /v1/events");
    let mut until = |wanted: &str| {
        let mut line = String::new();
        while !line.contains(wanted) {
            line.clear();
            assert!(events.read_line(&mut line).unwrap() > 0, "{wanted} never came");
        }
        line
    };
    until("content-type: text/event-stream");
    until("event: hello");
    let head = scene.commit(1);
    until("event: looked");
    until("event: predicted");
    let data = until("data: ");
    assert!(
        data.contains(&format!("\"head\":\"{head}\"")) && data.contains("\"verdict\":\"clean\""),
        "{data}"
    );

    scene.settled();
    let metrics = answer(&scene, "GET /metrics");
    for words in [
        "content-type: text/plain; version=0.0.4",
        "# TYPE zij_predictions_total counter",
        "zij_predictions_total{result=\"failed\"} 0",
        "zij_waiting 0",
        "zij_branches 1",
        "zij_audit_dropped_total 0",
        "process_resident_memory_bytes ",
    ] {
        assert!(metrics.contains(words), "{words}: {metrics}");
    }
    assert!(answer(&scene, "GET /v1/nothing").starts_with("HTTP/1.1 404"));
    assert!(answer(&scene, "POST /v1/look").ends_with("{}"));
    assert!(answer(&scene, "GET /v1/report?head=xyz").starts_with("HTTP/1.1 422"));
}

#[test]
fn a_change_of_the_configuration_is_on_record() {
    let scene = Scene::new();
    let mut daemon = scene.start_listening();
    scene.settled();
    assert_eq!(scene.records("configure"), 1);
    daemon.kill();
    scene.repository.commit_files("other", &[("zij.yaml", "apps:\n  - match: \"clusters/{cluster}/{app}.yaml\"\n    chart: chart\nkube: \"1.34.0\"\n")]);
    let _daemon = scene.start_listening();
    scene.settled();
    assert_eq!(scene.records("configure"), 2, "also where it came while no daemon ran");
    scene.commit(1);
    scene.settled();
    assert_eq!(scene.records("configure"), 2);
    assert_eq!(scene.records("start"), 2);
}

#[test]
fn what_each_commit_deploys_is_kept_in_refs() {
    let scene = Scene::new();
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: key\nstringData:\n  key: c4n4ry-0123\n";
    scene.repository.commit_files("a secret", &[("chart/templates/secret.yaml", secret)]);
    let _daemon = scene.start_with(&["--rendered"]);
    let git = |arguments: &[&str]| scene.repository.try_git(arguments).stdout;
    let name = "refs/zij/rendered/main";
    let wait = |source: &str| scene.wait_for_rendered(source);
    wait(&git(&["rev-parse", "HEAD"]));
    assert_eq!(git(&["ls-tree", "-r", "--name-only", name]).lines().count(), 12);
    let before = git(&["rev-parse", name]);
    wait(&scene.commit(1));
    assert_eq!(git(&["rev-parse", &format!("{name}~1")]), before, "one commit for a commit");
    assert_eq!(git(&["diff", "--name-only", &format!("{name}~1"), name]), "b/one.yaml\n");
    let shown = git(&["show", &format!("{name}:b/one.yaml")]);
    assert!(shown.contains("team: t1") && shown.contains("kind: Secret"), "{shown}");
    assert!(!shown.contains("c4n4ry") && shown.contains("<masked 11 bytes #"), "{shown}");
    scene.repository.git(&["rm", "--quiet", "clusters/a/two.yaml"]);
    wait(&scene.repository.commit("less"));
    assert_eq!(git(&["ls-tree", "-r", "--name-only", name]).lines().count(), 11);
    assert_eq!(git(&["log", "--format=%s", name]), "less\nteam\na secret\nthe fleet\n");
}
