//! Whole charts against what the real Helm of each generation makes of them; see
//! `testdata/charts/README.md`.

#[path = "charts/case.rs"]
mod case;
#[path = "charts/flags.rs"]
mod flags;

use std::{fs, path::Path, sync::Arc};

use zij_gotmpl::DataMap;
use zij_helm::{
    Capabilities, Chart, Engine, Error, Hooks, Inputs, Profile, Release, RenderOptions, Rendered,
    Stage,
    host::Surroundings,
    load::{LoadLimits, MemoryFolder},
    profile::{HELM_3_16, HELM_3_17, HELM_4_1, HELM_4_2, HELM_4_2_4},
};

use crate::{case::Case, flags::Flags};

fn render(engine: &Engine, chart: Chart, options: &RenderOptions) -> Result<Rendered, Error> {
    render_in(engine, chart, options, Surroundings::seeded("test"))
}

fn render_in(
    engine: &Engine,
    chart: Chart,
    options: &RenderOptions,
    around: Surroundings,
) -> Result<Rendered, Error> {
    let capabilities = Capabilities::default_for(engine.profile());
    let inputs = Inputs {
        chart: &Arc::new(chart),
        release: &Release::new("rel", "ns"),
        values: &DataMap::default(),
        capabilities: &capabilities,
        options,
    };
    engine.render(&inputs, around)
}

/// All cases below a folder of topics, but not those of the command itself.
fn cases(root: &Path) -> Vec<Case> {
    let topics = fs::read_dir(root).expect("a folder").map(|entry| entry.expect("a name").path());
    let wanted = |topic: &Path| topic.join("cases").exists() && !topic.ends_with("command");
    let mut topics: Vec<_> = topics.filter(|topic| wanted(topic)).collect();
    topics.sort();
    topics.iter().flat_map(|topic| case::of(topic)).collect()
}

/// Checks every case of `testdata/charts` under a generation.
fn check(profile: &'static Profile) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/charts");
    let engine = Engine::new(profile);
    let (mut seen, mut wrong) = (0, Vec::new());
    for case in cases(&root) {
        let Some(want) = case.want(profile.name) else { continue };
        let got = match Flags::parse(&case.arguments).run(&case.topic, &engine) {
            Ok(text) => Ok(String::from_utf8_lossy(&text).into_owned()),
            // Helm ran in the topic's folder.
            Err(error) => {
                Err(error.helm_text().replace(&format!("{}/", case.topic.display()), "") + "\n")
            }
        };
        seen += 1;
        if got != want {
            let topic = case.topic.file_name().expect("a folder").display();
            wrong.push(format!("{topic} {}:\n  want {want:?}\n  got  {got:?}", case.name));
        }
    }
    assert!(seen > 0, "no case is for {}", profile.name);
    assert!(wrong.is_empty(), "{} of {seen} differ:\n{}", wrong.len(), wrong.join("\n"));
}

macro_rules! generations {
    ($($name:ident: $profile:ident),* $(,)?) => {$(
        #[test]
        fn $name() {
            check(&$profile);
        }
    )*};
}

generations!(
    charts_are_as_helm_3_16_has_them: HELM_3_16,
    charts_are_as_helm_3_17_has_them: HELM_3_17,
    charts_are_as_helm_4_1_has_them: HELM_4_1,
    charts_are_as_helm_4_2_has_them: HELM_4_2,
    charts_are_as_helm_4_2_4_would_have_them: HELM_4_2_4,
);

fn chart(files: &[(&str, &str)]) -> Chart {
    let mut folder: MemoryFolder = files.iter().copied().collect();
    folder.insert("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
    Chart::load(&folder, "", &HELM_4_2, &LoadLimits::default()).expect("a valid chart")
}

const HOOKS: &str = "kind: A\n---\nkind: Job\nmetadata:\n  name: j\n  annotations:\n    \
                     helm.sh/hook: pre-install,test\n    helm.sh/hook-weight: \"3\"\n---\nkind: Pod\n\
                     metadata: {annotations: {helm.sh/hook: post-delete}}\n";

#[test]
fn hooks_are_kept_as_asked() {
    let engine = Engine::new(&HELM_4_2);
    for (hooks, want) in [
        (Hooks::All, vec!["Pod", "Job"]),
        (Hooks::WithoutTests, vec!["Pod"]),
        (Hooks::None, vec![]),
    ] {
        let options = RenderOptions { hooks, ..RenderOptions::default() };
        let rendered = render(&engine, chart(&[("templates/a.yaml", HOOKS)]), &options).unwrap();
        let kinds: Vec<&str> =
            rendered.hooks.iter().map(|hook| hook.manifest.kind.as_str()).collect();
        assert_eq!(kinds, want);
        assert_eq!(rendered.manifests.len(), 1);
    }
}

#[test]
fn trailing_newlines_follow_the_version() {
    let files = [("templates/a.yaml", "a: 1\n\n---\nb: 1\n\n\n"), ("templates/z.yaml", "z: 1")];
    let text = |profile| {
        let engine = Engine::new(profile);
        let rendered = render(&engine, chart(&files), &RenderOptions::default()).unwrap();
        String::from_utf8(rendered.to_text()).unwrap().replace("# Source: c/templates/", "# ")
    };
    assert_eq!(text(&HELM_4_1), "---\n# a.yaml\na: 1\n---\n# a.yaml\nb: 1\n---\n# z.yaml\nz: 1\n");
    assert_eq!(
        text(&HELM_4_2),
        "---\n# a.yaml\na: 1\n---\n# a.yaml\nb: 1\n\n\n\n---\n# z.yaml\nz: 1\n"
    );
    assert_eq!(
        text(&HELM_4_2_4),
        "---\n# a.yaml\na: 1\n\n\n---\n# a.yaml\nb: 1\n\n\n\n---\n# z.yaml\nz: 1\n"
    );
}

/// Clocks that go forward and back, a summer and a winter. Printed by
/// `TZ=Europe/Berlin helm template` (4.2.3) and `TZ=America/New_York helm template`.
#[test]
fn the_local_zone_is_that_of_the_surroundings() {
    let template = r#"a: {{ range list "07-01 00:00" "01-01 00:00" "03-29 02:30" "10-25 02:30" -}}
        {{ toDate "2006-01-02 15:04" (printf "2026-%s" .) | date "15:04 MST, " }}
        {{- end }}{{ date "15:04Z07:00" 1700000000 }}"#;
    let files = [("templates/a.yaml", template)];
    for (zone, want) in [
        ("Europe/Berlin", "a: 00:00 CEST, 00:00 CET, 03:30 CEST, 02:30 CET, 23:13+01:00"),
        ("America/New_York", "a: 00:00 EDT, 00:00 EST, 02:30 EDT, 02:30 EDT, 17:13-05:00"),
        ("No/Where", "a: 00:00 UTC, 00:00 UTC, 02:30 UTC, 02:30 UTC, 22:13Z"),
    ] {
        let mut around = Surroundings::seeded("");
        around.now.zone = zone.to_owned();
        let (engine, options) = (Engine::new(&HELM_4_2), RenderOptions::default());
        let rendered = render_in(&engine, chart(&files), &options, around).unwrap();
        assert_eq!(rendered.manifests[0].text.to_string().trim_end(), want);
    }
}

#[test]
fn single_files_can_be_shown() {
    let files = [("templates/a.yaml", "a: 1\n---\nb: 1"), ("templates/d/z.yaml", "z: 1")];
    let engine = Engine::new(&HELM_4_2);
    let rendered = render(&engine, chart(&files), &RenderOptions::default()).unwrap();
    let shown = |wanted: &str| {
        let text = rendered.to_text_of(&[wanted.to_owned()], &HELM_4_2);
        text.map(|text| String::from_utf8(text).unwrap().replace("# Source: c/templates/", "# "))
    };
    assert_eq!(shown("templates/d/z.yaml").unwrap(), "---\n# d/z.yaml\nz: 1\n\n");
    assert_eq!(shown("templates/*").unwrap(), "---\n# a.yaml\na: 1\n---\n# a.yaml\nb: 1\n");
    let error = shown("templates/nope.yaml").unwrap_err();
    assert_eq!(error.text(), "could not find template templates/nope.yaml in chart");
}

#[test]
fn failures_know_their_places() {
    let helpers = "{{ define \"h\" }}\n{{ .Values.a.b }}{{ end }}";
    let files = [("templates/_h.tpl", helpers), ("templates/x.yaml", "a: {{ include \"h\" . }}")];
    let engine = Engine::new(&HELM_4_2);
    let error = render(&engine, chart(&files), &RenderOptions::default()).unwrap_err();
    assert_eq!(error.stage(), Stage::Execute);
    let places: Vec<String> = error.trace().iter().map(ToString::to_string).collect();
    assert_eq!(places, ["c/templates/x.yaml:1:6", "c/templates/_h.tpl:2:10"]);
}

#[test]
fn endless_templates_end() {
    let engine = Engine::new(&HELM_4_2);
    for text in [
        "{{ define \"r\" }}{{ include \"r\" . }}{{ end }}a: {{ include \"r\" . }}",
        "{{ define \"r\" }}{{ template \"r\" . }}{{ end }}a: {{ template \"r\" . }}",
        "{{ $t := \"{{ tpl .t . }}\" }}{{ tpl $t (dict \"t\" $t) }}",
        "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}",
        "{{ repeat 1000000000 \"x\" | repeat 1000 }}",
    ] {
        let mut options = RenderOptions::default();
        options.limits.steps = 1_000_000;
        let outcome = render(&engine, chart(&[("templates/a.yaml", text)]), &options);
        assert!(outcome.is_err(), "{text}");
    }
}

#[test]
fn charts_are_refused_in_helms_words() {
    let validation = "validation: chart.metadata.";
    for (file, want) in [
        ("name: c\n", format!("{validation}version is required")),
        ("version: 1.0.0\n", format!("{validation}name is required")),
        ("name: c\nversion: x\n", format!("{validation}version \"x\" is invalid")),
        ("name: a/b\nversion: 1.0.0\n", format!("{validation}name \"a/b\" is invalid")),
        ("name: ..\nversion: 1.0.0\n", format!("{validation}name \"..\" is not allowed")),
        (
            "name: c\nversion: 1.0.0\ntype: other\n",
            format!("{validation}type must be application or library"),
        ),
        ("name: c\nversion: 1.0.0\napiVersion: v9\n", "unsupported chart version".to_owned()),
        (
            "name: c\nversion: [1]\n",
            "cannot load Chart.yaml: error unmarshaling JSON: while decoding JSON: json: cannot \
             unmarshal array into Go struct field Metadata.version of type string"
                .to_owned(),
        ),
    ] {
        let folder: MemoryFolder = [("Chart.yaml", file)].into_iter().collect();
        let error = Chart::load(&folder, "", &HELM_4_2, &LoadLimits::default()).unwrap_err();
        assert_eq!((error.stage(), error.text()), (Stage::Load, want.as_str()), "{file}");
    }
}

#[test]
fn charts_within_charts_end_somewhere() {
    let mut folder = MemoryFolder::default();
    let mut path = String::new();
    for _ in 0..40 {
        folder.insert(format!("{path}Chart.yaml"), "apiVersion: v2\nname: c\nversion: 1.0.0\n");
        path.push_str("charts/c/");
    }
    let load = |depth| {
        let limits = LoadLimits { depth, ..LoadLimits::default() };
        Chart::load(&folder, "", &HELM_4_2, &limits)
    };
    assert!(load(30).is_err_and(|error| error.is_limit()));
    assert!(load(100).is_ok());
}
