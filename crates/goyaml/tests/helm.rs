//! Every golden of the real Helm, see `goldens/README.md`.

use std::fmt::Write as _;

use zij_goyaml::{Limits, Mapping, Node, NodeKind, json, parse, to_yaml, to_yaml_pretty};

const GOLDENS: &str = include_str!("goldens/helm-4.2.3.jsonl");

/// What Helm's functions make of an input, by the names of the goldens' fields.
fn actual(kind: &str, input: &[u8]) -> Vec<(&'static str, String)> {
    let read = if kind == "json" { json::parse(input) } else { parse(input, &Limits::default()) };
    let node = match read {
        Ok(_) if kind == "json" => return Vec::new(),
        Ok(node) => node.with_float_numbers(),
        Err(error) if kind == "json" => return vec![("error", error.to_string())],
        Err(error) => return vec![("error", format!("error converting YAML to JSON: {error}"))],
    };
    let node = match node.kind {
        // Helm reads into a map that is there already, and complains about anything else.
        NodeKind::Null => NodeKind::Mapping(Mapping::new()).into(),
        NodeKind::Mapping(_) => node,
        kind => return vec![("error", type_error(&kind))],
    };
    written(&node)
}

fn written(node: &Node) -> Vec<(&'static str, String)> {
    let yaml = |text: Result<String, _>| {
        let text = text.unwrap_or_default();
        text.strip_suffix('\n').unwrap_or(&text).to_owned()
    };
    vec![
        ("yaml", yaml(to_yaml(node))),
        ("pretty", yaml(to_yaml_pretty(node))),
        ("json", json::write(node).expect("the numbers are finite")),
        ("jsonp", json::write_pretty(node).expect("the numbers are finite")),
        ("jsonraw", json::write_raw(node).expect("the numbers are finite")),
    ]
}

fn type_error(kind: &NodeKind) -> String {
    let kind = match kind {
        NodeKind::Bool(_) => "bool",
        NodeKind::String(_) => "string",
        NodeKind::Sequence(_) => "array",
        _ => "number",
    };
    format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go value \
         of type map[string]interface {{}}"
    )
}

#[test]
fn agrees_with_helm() {
    let mut differences = String::new();
    let mut fields = 0;
    for line in GOLDENS.lines() {
        let case = json::parse(line.as_bytes()).unwrap();
        let field = |name| case.get(name).and_then(Node::as_str);
        let input: Vec<u8> = field("input").unwrap().chars().map(|char| char as u8).collect();
        let actual = actual(field("kind").unwrap(), &input);
        assert!(field("error").is_none() || !actual.is_empty(), "{line}");
        for (name, got) in actual {
            let equal_to_json = if name == "jsonraw" { "json" } else { name };
            let want = field(name).or_else(|| field(equal_to_json));
            fields += 1;
            if want != Some(&got) {
                let case = field("name").unwrap();
                writeln!(differences, "{case}, {name}:\n want {want:?}\n got  {got:?}").unwrap();
            }
        }
    }
    assert!(differences.is_empty(), "{differences}");
    assert!(fields > 5000, "only {fields} fields were compared");
}
