//! What of an object each real render makes anew, and the object without it.

use std::sync::Arc;

use super::{
    path::{FieldPath, Step},
    value::{Data, Map, Value},
};

/// The fields of an object that hold something else after each render.
#[derive(Clone, Debug, PartialEq)]
pub struct Unstable {
    /// The object with a mark in place of each such text.
    pub folded: Arc<Value>,
    /// The fields, in the order of the object.
    pub fields: Vec<FieldPath>,
    /// The functions that may be the reason, such as `genCA, randAlphaNum`.
    pub functions: Arc<str>,
}

impl Unstable {
    /// Compares an object with what another render has in its place.
    ///
    /// Of a text only the words that differ are folded, so that a change beside them still shows.
    pub(super) fn new(body: &Value, other: &Value, functions: &Arc<str>) -> Self {
        let mut folder = Folder::default();
        let folded = folder.value(&FieldPath::root(), body, other);
        Self { folded: Arc::new(folded), fields: folder.fields, functions: Arc::clone(functions) }
    }
}

/// What stands for a text that each render makes anew. It does not name the functions: another
/// function in the same file is no change of this text.
pub(super) const MARK: &str = "<made anew>";

#[derive(Default)]
struct Folder {
    fields: Vec<FieldPath>,
}

impl Folder {
    fn value(&mut self, path: &FieldPath, value: &Value, other: &Value) -> Value {
        let data = match (&value.data, &other.data) {
            (Data::Map(map), Data::Map(others)) if map.keys().eq(others.keys()) => {
                let item = |(key, item): (&Arc<str>, &Value)| {
                    let other = others.get(key).unwrap_or(item);
                    let path = path.then(Step::Key(Arc::clone(key)));
                    (Arc::clone(key), self.value(&path, item, other))
                };
                Data::Map(map.iter().map(item).collect::<Map>())
            }
            (Data::List(items), Data::List(others)) if items.len() == others.len() => {
                let pairs = items.iter().zip(others).enumerate();
                let item = |(index, (item, other))| self.value(&path.index(index), item, other);
                Data::List(pairs.map(item).collect())
            }
            (own, others) if own == others => own.clone(),
            (own, others) => {
                self.fields.push(path.clone());
                let text = match (own, others) {
                    (Data::String(text), Data::String(other)) => folded(text, other),
                    _ => MARK.to_owned(),
                };
                Data::String(text.into())
            }
        };
        Value { data, line: value.line }
    }
}

/// A text with what differs replaced.
fn folded(text: &str, other: &str) -> String {
    let (lines, others): (Vec<&str>, Vec<&str>) =
        (text.split('\n').collect(), other.split('\n').collect());
    if let ([line], [other]) = (&lines[..], &others[..]) {
        return replaced(&words(line), &words(other), |_, _| MARK.to_owned()).concat();
    }
    replaced(&lines, &others, folded).join("\n")
}

/// The parts with those that differ replaced, and marks side by side made one.
fn replaced(
    parts: &[&str],
    others: &[&str],
    replace: impl Fn(&str, &str) -> String,
) -> Vec<String> {
    if parts.len() != others.len() {
        let start = parts.iter().zip(others).take_while(|(a, b)| a == b).count();
        let (rest, other_rest) = (&parts[start..], &others[start..]);
        let same = rest.iter().rev().zip(other_rest.iter().rev()).take_while(|(a, b)| a == b);
        let end = parts.len() - same.count();
        let kept = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect();
        return [kept(&parts[..start]), vec![MARK.to_owned()], kept(&parts[end..])].concat();
    }
    let mut folded: Vec<String> = Vec::with_capacity(parts.len());
    for (part, other) in parts.iter().zip(others) {
        if part == other {
            folded.push((*part).to_owned());
            continue;
        }
        let part = replace(part, other);
        match &mut folded[..] {
            [.., last] if *last == part && part == MARK => {}
            // The parts of a date or a time are one text.
            [.., before, sign] if *before == part && part == MARK && is_sign(sign) => {
                drop(folded.pop());
            }
            _ => folded.push(part),
        }
    }
    folded
}

fn is_sign(text: &str) -> bool {
    matches!(text, "-" | ":" | "." | ",")
}

/// A line as words and what separates them; hashes and base64 but for its padding are one word.
fn words(line: &str) -> Vec<&str> {
    let is_word = |rune: char| rune.is_alphanumeric() || "+/_".contains(rune);
    let mut words = Vec::new();
    let mut start = 0;
    let mut previous = None;
    for (at, rune) in line.char_indices() {
        let kind = is_word(rune);
        if previous.is_some_and(|previous| previous != kind) {
            words.push(&line[start..at]);
            start = at;
        }
        previous = Some(kind);
    }
    words.push(&line[start..]);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(yaml: &str) -> Value {
        let node = zij_goyaml::parse(yaml.as_bytes(), &zij_goyaml::Limits::default()).unwrap();
        Value::from(&node)
    }

    #[test]
    fn only_what_differs_is_folded() {
        for (one, other, want, fields) in [
            ("a: x", "a: x", r#"{"a":"x"}"#, ""),
            ("a: abc1", "a: xyz9", r#"{"a":"<made anew>"}"#, "a"),
            ("a: web-abc1.eu", "a: web-xyz9.eu", r#"{"a":"web-<made anew>.eu"}"#, "a"),
            ("a: a1 b c2", "a: d3 b e4", r#"{"a":"<made anew> b <made anew>"}"#, "a"),
            ("a: on 2020-01-02 at", "a: on 2021-03-04 at", r#"{"a":"on <made anew> at"}"#, "a"),
            ("a: p a!b q", "a: p c q", r#"{"a":"p <made anew> q"}"#, "a"),
            ("a: [1, {b: 2}]", "a: [1, {b: 3}]", r#"{"a":[1,{"b":"<made anew>"}]}"#, "a[1].b"),
            ("a: [1]", "a: [1, 2]", r#"{"a":"<made anew>"}"#, "a"),
            ("{a: 1}", "{b: 1}", r#""<made anew>""#, ""),
            (
                "a: |\n  x=1\n  k1\n  k2\n  y=r3\n",
                "a: |\n  x=1\n  m1\n  m2\n  y=s4\n",
                "a: |\n  x=1\n  <made anew>\n  y=<made anew>\n",
                "a",
            ),
        ] {
            let unstable = Unstable::new(&value(one), &value(other), &"f".into());
            let paths: Vec<String> = unstable.fields.iter().map(ToString::to_string).collect();
            assert_eq!(*unstable.folded, value(want), "{one}");
            assert_eq!(paths.join(","), fields, "{one}");
        }
    }
}
