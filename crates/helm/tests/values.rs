//! Coalescing and dependencies, seen through the values a chart is rendered with.

use std::sync::Arc;

use zij_gotmpl::{Data, DataMap};
use zij_helm::{
    Chart, Profile,
    load::{LoadLimits, MemoryFolder},
    profile::{HELM_3_16, HELM_3_17, HELM_4_1, HELM_4_2},
    values::{Origin, SetFlag, ValuesLayer, effective, merge_layers, origin_of},
};

fn chart(files: &[(&str, &str)], profile: &Profile) -> Arc<Chart> {
    let folder: MemoryFolder = files.iter().copied().collect();
    Arc::new(Chart::load(&folder, "", profile, &LoadLimits::default()).expect("a valid chart"))
}

fn values(files: &[(&str, &str)], user: &str, profile: &Profile) -> DataMap {
    let layer = ValuesLayer::file("user.yaml", user.as_bytes(), profile).expect("valid values");
    let user = merge_layers(&[layer], profile).expect("valid values");
    effective(&chart(files, profile), &user, profile).expect("values that fit")
}

fn at<'d>(values: &'d DataMap, path: &str) -> Option<&'d Data> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let value = values.get(first.as_bytes())?;
    match (rest, value) {
        ("", value) => Some(value),
        (rest, Data::Map(map)) => at(map, rest),
        _ => None,
    }
}

fn shown(value: Option<&Data>) -> String {
    match value {
        None => "absent".to_owned(),
        Some(Data::Nil) => "null".to_owned(),
        Some(Data::Bool(value)) => value.to_string(),
        Some(Data::Int(value)) => value.to_string(),
        Some(Data::Float(value)) => value.to_string(),
        Some(Data::String(text)) => text.to_string(),
        Some(Data::List(items)) => format!("list of {}", items.len()),
        Some(Data::Map(map)) => format!("table of {}", map.len()),
    }
}

const GENERATIONS: [&Profile; 4] = [&HELM_3_16, &HELM_3_17, &HELM_4_1, &HELM_4_2];

const NULLS: [(&str, &str); 4] = [
    (
        "Chart.yaml",
        "apiVersion: v2\nname: p\nversion: 1.0.0\ndependencies: [{name: s, version: '*'}]\n",
    ),
    (
        "values.yaml",
        "topnull: null\ntop: {a: 1, b: null, c: {d: null, e: 1}}\nusernull: {x: 1}\n\
         s: {fromparent: null, k: {deep: null, z: null}, onlyparent: null}\n\
         global: {g: null, h: 1}\n",
    ),
    ("charts/s/Chart.yaml", "apiVersion: v2\nname: s\nversion: 1.0.0\n"),
    ("charts/s/values.yaml", "fromparent: 1\nk: {deep: 1, other: null, keep: 1}\nownnull: null\n"),
];

const NULLING_USER: &str = "topnull2: null\ntop: {a: null, zz: null, c: {e: null, q: null}}\n\
                            usernull: {x: null}\ns: {k: {keep: null, newnull: null}, un: null}\n";

/// Measured with Helm 3.16.1, 3.17.3, 4.1.4 and 4.2.3: `helm template` printing `toJson .Values`.
#[test]
fn nulls_follow_the_generation_of_the_version() {
    let table: [(&str, [&str; 4], [&str; 4]); 20] = [
        ("topnull", ["null", "null", "null", "absent"], ["null", "null", "null", "absent"]),
        ("top.b", ["null", "null", "null", "absent"], ["null", "null", "null", "absent"]),
        ("top.c.d", ["null", "null", "null", "absent"], ["null", "null", "null", "absent"]),
        ("topnull2", ["absent"; 4], ["null"; 4]),
        ("top.zz", ["absent"; 4], ["null"; 4]),
        ("top.c.q", ["absent"; 4], ["null"; 4]),
        ("s.un", ["absent"; 4], ["null"; 4]),
        ("s.k.newnull", ["absent"; 4], ["null"; 4]),
        ("top.a", ["1"; 4], ["absent"; 4]),
        ("top.c.e", ["1"; 4], ["absent"; 4]),
        ("usernull.x", ["1"; 4], ["absent"; 4]),
        ("global.g", ["null", "null", "null", "absent"], ["null", "null", "null", "absent"]),
        ("s.global.g", ["null", "null", "null", "absent"], ["null"; 4]),
        ("s.fromparent", ["absent", "absent", "absent", "1"], ["absent"; 4]),
        ("s.k.deep", ["absent", "absent", "absent", "1"], ["absent"; 4]),
        ("s.k.z", ["null", "null", "null", "absent"], ["null"; 4]),
        ("s.onlyparent", ["null", "null", "null", "absent"], ["null"; 4]),
        ("s.k.other", ["absent", "absent", "null", "absent"], ["absent", "absent", "null", "null"]),
        ("s.k.keep", ["1"; 4], ["1", "absent", "absent", "absent"]),
        ("s.ownnull", ["absent"; 4], ["absent"; 4]),
    ];
    let without = GENERATIONS.map(|profile| values(&NULLS, "", profile));
    let with = GENERATIONS.map(|profile| values(&NULLS, NULLING_USER, profile));
    for (path, want_without, want_with) in table {
        let got = [0, 1, 2, 3].map(|generation| shown(at(&without[generation], path)));
        assert_eq!(got, want_without, "{path} without a user file");
        let got = [0, 1, 2, 3].map(|generation| shown(at(&with[generation], path)));
        assert_eq!(got, want_with, "{path} with the user file");
    }
}

fn check(files: &[(&str, &str)], user: &str, want: &[(&str, &str)]) {
    let values = values(files, user, &HELM_4_2);
    for (path, want) in want {
        assert_eq!(shown(at(&values, path)), *want, "{path} with {user:?}");
    }
}

/// Dependencies that are switched off leave their values out of the result.
#[test]
fn conditions_beat_tags_and_the_first_boolean_decides() {
    let files = [
        (
            "Chart.yaml",
            "apiVersion: v2\nname: p\nversion: 1.0.0\ndependencies:\n\
             - {name: one, version: 1.x, condition: 'gone.enabled,one.enabled', tags: [front]}\n\
             - {name: two, version: ^1.0, alias: second, tags: [front, back]}\n\
             - {name: old, version: '>=2'}\n",
        ),
        ("values.yaml", "tags: {front: false}\n"),
        ("charts/one/Chart.yaml", "apiVersion: v2\nname: one\nversion: 1.2.0\n"),
        ("charts/one/values.yaml", "a: 1\n"),
        ("charts/two/Chart.yaml", "apiVersion: v2\nname: two\nversion: 1.2.0\n"),
        ("charts/two/values.yaml", "b: 2\n"),
        ("charts/old/Chart.yaml", "apiVersion: v2\nname: old\nversion: 1.0.0\n"),
        ("charts/old/values.yaml", "c: 3\n"),
        ("charts/extra/Chart.yaml", "apiVersion: v2\nname: extra\nversion: 1.0.0\n"),
        ("charts/extra/values.yaml", "d: 4\n"),
    ];
    check(&files, "", &[("one", "absent"), ("second", "absent"), ("extra.d", "4")]);
    check(&files, "one: {enabled: true}\n", &[("one.a", "1"), ("second", "absent")]);
    check(&files, "tags: {back: true}\n", &[("one", "absent"), ("second.b", "2")]);
    check(
        &files,
        "tags: {front: true}\none: {enabled: false}\n",
        &[("one.a", "absent"), ("second.b", "2"), ("two", "absent")],
    );
    // A version that does not fit: the chart under charts/ matches no declaration and is kept.
    check(&files, "", &[("old.c", "3")]);
    check(&files, "gone: {enabled: text}\none: {enabled: true}\n", &[("one.a", "1")]);
}

#[test]
fn a_default_of_the_subchart_satisfies_its_own_condition() {
    let files = |enabled| {
        [
            (
                "Chart.yaml",
                "apiVersion: v2\nname: p\nversion: 1.0.0\ndependencies:\n\
                 - {name: two, version: '*', condition: two.enabled}\n",
            ),
            ("charts/two/Chart.yaml", "apiVersion: v2\nname: two\nversion: 1.2.0\n"),
            ("charts/two/values.yaml", enabled),
        ]
    };
    check(&files("enabled: true\n"), "", &[("two.enabled", "true")]);
    check(&files("enabled: false\n"), "", &[("two", "absent")]);
}

#[test]
fn import_values_lend_below_the_parents_own_defaults() {
    let files = [
        (
            "Chart.yaml",
            "apiVersion: v2\nname: p\nversion: 1.0.0\ndependencies:\n\
             - name: lib\n  version: '*'\n  alias: l\n  import-values:\n  - base\n\
             \x20 - {child: x.sub, parent: imp.here}\n  - {child: none, parent: imp.none}\n",
        ),
        ("values.yaml", "imp: {here: {z: own}}\n"),
        ("charts/lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 1.0.0\n"),
        (
            "charts/lib/values.yaml",
            "x: {sub: {z: 1, w: 2, nn: null}}\nexports: {base: {port: 80, deep: {a: 1}}}\n",
        ),
    ];
    check(
        &files,
        "deep: {a: user}\n",
        &[
            ("imp.here.z", "own"),
            ("imp.here.w", "2"),
            ("imp.here.nn", "absent"),
            ("imp.none", "absent"),
            ("port", "80"),
            ("deep.a", "user"),
            ("l.x.sub.w", "2"),
            ("l.x.sub.nn", "absent"),
        ],
    );
    let older = values(&files, "", &HELM_4_1);
    assert_eq!(shown(at(&older, "imp.here.nn")), "null");
    assert_eq!(shown(at(&older, "l.x.sub.nn")), "null");
    let oldest = values(&files, "", &HELM_3_17);
    assert_eq!(shown(at(&oldest, "imp.here.nn")), "null");
    assert_eq!(shown(at(&oldest, "l.x.sub.nn")), "absent");
}

#[test]
fn deep_tables_under_global_are_shared_by_parent_and_subchart() {
    let files = [
        ("Chart.yaml", "apiVersion: v2\nname: p\nversion: 1.0.0\n"),
        ("values.yaml", "global: {img: {reg: {x: 1}}, flat: {a: 1}}\n"),
        ("charts/s/Chart.yaml", "apiVersion: v2\nname: s\nversion: 1.0.0\n"),
        ("charts/s/values.yaml", "global: {img: {reg: {z: 2}}, flat: {b: 2}}\n"),
    ];
    check(
        &files,
        "",
        &[
            ("s.global.img.reg.z", "2"),
            ("s.global.img.reg.x", "1"),
            ("global.img.reg.z", "2"),
            ("s.global.flat.b", "2"),
            ("global.flat.b", "absent"),
        ],
    );
}

#[test]
fn values_know_where_they_come_from() {
    let files = [
        ("Chart.yaml", "apiVersion: v2\nname: p\nversion: 1.0.0\n"),
        ("values.yaml", "a: 1\nb:\n  c: 2\n"),
        ("charts/s/Chart.yaml", "apiVersion: v2\nname: s\nversion: 1.0.0\n"),
        ("charts/s/values.yaml", "# note\nk: 1\n"),
    ];
    let chart = chart(&files, &HELM_4_2);
    let layers = [
        ValuesLayer::flag(SetFlag::Typed, "s.k=3,l[1].x=1"),
        ValuesLayer::file("u.yaml", b"b:\n  d: 1\n---\nb:\n  e: 1\n", &HELM_4_2).unwrap(),
    ];
    for (path, layer, line) in [
        ("a", "values.yaml", Some(1)),
        ("b.c", "values.yaml", Some(3)),
        ("b.d", "u.yaml", Some(2)),
        ("b.e", "u.yaml", Some(5)),
        ("s.k", "--set s.k=3,l[1].x=1", None),
        ("l.1.x", "--set s.k=3,l[1].x=1", None),
    ] {
        let path: Vec<&str> = path.split('.').collect();
        let is_default = layer == "values.yaml";
        let want = Origin { layer: layer.to_owned(), line, is_default, is_null: false };
        assert_eq!(origin_of(&path, &layers, &chart, &HELM_4_2), Some(want), "{path:?}");
    }
    let default = origin_of(&["s", "k"], &[], &chart, &HELM_4_2).unwrap();
    assert_eq!((default.layer.as_str(), default.line), ("charts/s/values.yaml", Some(2)));
    assert_eq!(origin_of(&["l", "0"], &layers, &chart, &HELM_4_2), None);
}
