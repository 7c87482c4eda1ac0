use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

fn value(text: &str) -> Value {
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    Value::from(&json)
}

fn shown(old: &str, new: &str) -> String {
    let (old, new) = (value(old), value(new));
    let changes = fields(&old, &new);
    assert_eq!(apply(&old, &changes), new);
    let mut out = String::new();
    for change in changes {
        let side = |value: Option<Value>| value.map_or("-".to_owned(), |v| v.to_string());
        writeln!(out, "{}: {} → {}", change.path, side(change.old), side(change.new)).unwrap();
    }
    out
}

#[test]
fn maps_are_compared_by_key() {
    insta::assert_snapshot!(
        shown(r#"{"a": 1, "b": {"c": "x", "d/e": 1}, "f": null}"#, r#"{"a": "1", "b": {"d/e": 2}, "g": []}"#),
        @r#"
    a: 1 → "1"
    b.c: x → -
    b["d/e"]: 1 → 2
    f: null → -
    g: - → []
    "#
    );
}

#[test]
fn items_with_names_are_paired_by_name() {
    insta::assert_snapshot!(
        shown(
            r#"{"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}, {"name": "C"}]}"#,
            r#"{"env": [{"name": "B", "value": "3"}, {"name": "C"}, {"name": "D"}]}"#
        ),
        @r#"
    env[name=A]: {name: A, value: "1"} → -
    env[name=B].value: "2" → "3"
    env[name=D]: - → {name: D}
    "#
    );
    insta::assert_snapshot!(
        shown(r#"[{"name": "A"}, {"name": "B"}]"#, r#"[{"name": "B"}, {"name": "A"}]"#),
        @r#"[order]: [A, B] → [B, A]"#
    );
    // Two items of one name cannot be told apart.
    insta::assert_snapshot!(
        shown(r#"[{"name": "A"}, {"name": "A", "x": 1}]"#, r#"[{"name": "A"}, {"name": "A", "x": 2}]"#),
        @"[1].x: 1 → 2"
    );
}

#[test]
fn other_items_are_paired_between_equal_ends() {
    insta::assert_snapshot!(shown(r#"["a", "b", "c"]"#, r#"["a", "x", "y", "c"]"#), @r#"
    [1]: b → x
    [2]: - → "y"
    "#);
    insta::assert_snapshot!(shown(r#"["a", "b", "c"]"#, r#"["c"]"#), @r"
    [0]: a → -
    [1]: b → -
    ");
    insta::assert_snapshot!(shown("[]", "[1]"), @"[0]: - → 1");
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::from(Data::Null)),
        any::<bool>().prop_map(|b| Data::Bool(b).into()),
        (0..3_u8).prop_map(|n| Data::Number(n.to_string().into()).into()),
        "[ab]{0,2}".prop_map(|text| Value::from(text.as_str())),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let named = ("[abc]", inner.clone()).prop_map(|(name, rest)| {
            let entries = [("name".into(), Value::from(name.as_str())), ("rest".into(), rest)];
            Value::from(Data::Map(entries.into_iter().collect()))
        });
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| Data::List(items).into()),
            prop::collection::vec(named, 0..5).prop_map(|items| Data::List(items).into()),
            prop::collection::btree_map("[a-d]|name", inner, 0..5).prop_map(|map| {
                let map: Map = map.into_iter().map(|(key, value)| (key.into(), value)).collect();
                Data::Map(map).into()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_value_does_not_differ_from_itself(a in any_value()) {
        prop_assert_eq!(fields(&a, &a), Vec::new());
    }

    #[test]
    fn applying_the_difference_gives_the_other(a in any_value(), b in any_value()) {
        let changes = fields(&a, &b);
        prop_assert_eq!(apply(&a, &changes), b.clone());
        prop_assert_eq!(changes.is_empty(), a == b);
    }
}
