//! Keeps what Secrets hold out of all else that is shown of a cell.
//!
//! A password in a values file, in a ConfigMap or in an argument is the same password. What is
//! secret is known by where else it stands (the cell's Secrets) and by what it is called.

use std::{borrow::Cow, collections::BTreeSet};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value as Json;

use super::{
    path::{FieldPath, Step},
    secret::{Mask, is_secret},
    unstable::MARK,
    value::{Data, Map, Value},
};

/// Shorter texts stand in a Secret and elsewhere by chance, such as `web`.
const SHORTEST: usize = 4;
/// Shorter texts stand inside of others by chance.
const SHORTEST_INSIDE: usize = 8;

/// What the last part of a name says of its value.
const NAMES: [&str; 17] = [
    "accesskey",
    "apikey",
    "authkey",
    "clientsecret",
    "connectionstring",
    "credentials",
    "encryptionkey",
    "jwtsecret",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secretaccesskey",
    "secretkey",
    "sharedsecret",
    "signingkey",
    "token",
];

/// What the last part of a name says of a value that stands elsewhere too.
const PLAIN: [&str; 8] =
    ["database", "dbname", "host", "hostname", "port", "region", "user", "username"];

/// The secret texts of a cell, and the mask that takes their place.
pub struct SecretTexts<'m> {
    mask: &'m Mask,
    texts: BTreeSet<String>,
    /// Names of the cell's objects, which are told everywhere.
    names: BTreeSet<String>,
}

impl<'m> SecretTexts<'m> {
    /// The texts that the Secrets among some objects hold, as written and decoded, without those
    /// that are an object's name or that their key calls a user, a host or the like.
    pub fn of<'a>(mask: &'m Mask, objects: impl IntoIterator<Item = &'a Value> + Clone) -> Self {
        let mut texts = BTreeSet::new();
        for secret in objects.clone().into_iter().filter(|object| is_secret(object)) {
            for field in ["data", "stringData"] {
                collect(secret.get(field).and_then(Value::as_map), &mut texts);
            }
        }
        let mut names = BTreeSet::new();
        if !texts.is_empty() {
            let all = objects.into_iter().filter_map(|own| own.text_at(&["metadata", "name"]));
            names.extend(all.map(str::to_owned));
            texts.retain(|text| !names.contains(text));
        }
        Self { mask, texts, names }
    }

    /// Adds what some values hold at these paths or below them, and what is called a password, a
    /// token or the like: the Secrets that a chart would make hold that.
    pub fn add_values(&mut self, values: &Json, paths: &BTreeSet<Vec<String>>) {
        let mut found = BTreeSet::new();
        for path in paths {
            let at = path.iter().try_fold(values, |at, key| at.get(key));
            if let Some(at) = at {
                leaves(path.last().map(String::as_str), at, &mut found);
            }
        }
        called_secret(None, values, &mut found);
        for text in found {
            self.texts.insert(STANDARD.encode(&text));
            // A text of several lines may be quoted by the line, such as a key.
            let lines = text.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_INSIDE);
            self.texts.extend(lines.map(str::to_owned));
            self.texts.insert(text);
        }
    }

    /// A text of unknown origin, such as what a chart says when it fails, without any of the secret
    /// texts in it.
    pub fn anywhere(&self, text: &str) -> String {
        let mut out = text.to_owned();
        // The longest first: one may be a part of another.
        let mut found: Vec<&str> =
            self.texts.iter().map(String::as_str).filter(|own| text.contains(own)).collect();
        found.sort_by_key(|own| (std::cmp::Reverse(own.len()), *own));
        for secret in found {
            out = out.replace(secret, &self.mask.text(secret));
        }
        out
    }

    /// The object as it may be shown: a Secret masked, and of others what a Secret holds too or
    /// what is called a password, a token or the like.
    pub fn object<'a>(&self, object: &'a Value) -> Cow<'a, Value> {
        if is_secret(object) { self.mask.object(object) } else { self.hide(None, object) }
    }

    /// The value at a path as it may be shown.
    pub fn value<'a>(&self, path: &FieldPath, value: &'a Value) -> Cow<'a, Value> {
        let name = path.steps().iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(&**key),
            Step::Index(_) | Step::Item { .. } | Step::Order { .. } => None,
        });
        self.hide(name, value)
    }

    /// A text of our own words about values, such as a finding's message, which quotes them between
    /// backticks.
    pub fn message(&self, text: &str) -> String {
        let part = |(index, part): (usize, &str)| {
            let is_quoted = index % 2 == 1;
            if is_quoted && self.is_hidden(None, part) {
                return self.mask.text(part);
            }
            let mut out = part.to_owned();
            for secret in self.texts.iter().rev().filter(|own| part.contains(own.as_str())) {
                out = out.replace(secret.as_str(), &self.mask.text(secret));
            }
            out
        };
        text.split('`').enumerate().map(part).collect::<Vec<_>>().join("`")
    }

    fn hide<'a>(&self, name: Option<&str>, value: &'a Value) -> Cow<'a, Value> {
        if !self.hides(name, value) {
            return Cow::Borrowed(value);
        }
        let mut shown = value.clone();
        self.hide_leaves(name, &mut shown);
        Cow::Owned(shown)
    }

    /// Whether anything in a value is secret.
    fn hides(&self, name: Option<&str>, value: &Value) -> bool {
        match &value.data {
            Data::Null | Data::Bool(_) => false,
            Data::String(text) => self.is_hidden(name, text),
            Data::Number(_) => name.is_some_and(names_secret),
            Data::List(items) => items.iter().any(|item| self.hides(name, item)),
            Data::Map(map) => {
                let of_entry = map.get("name").and_then(Value::as_str);
                map.iter().any(|(key, value)| self.hides(Some(name_of(of_entry, key)), value))
            }
        }
    }

    fn hide_leaves(&self, name: Option<&str>, value: &mut Value) {
        match &mut value.data {
            Data::Null | Data::Bool(_) => {}
            Data::String(text) => {
                if self.is_hidden(name, text) {
                    *text = self.mask.text(text).into();
                }
            }
            Data::Number(_) => {
                if name.is_some_and(names_secret) {
                    let text = self.mask.text(&value.to_string());
                    value.data = Data::String(text.into());
                }
            }
            Data::List(items) => items.iter_mut().for_each(|item| self.hide_leaves(name, item)),
            Data::Map(map) => {
                let of_entry = map.get("name").and_then(Value::as_str).map(str::to_owned);
                for (key, value) in map.iter_mut() {
                    self.hide_leaves(Some(name_of(of_entry.as_deref(), key)), value);
                }
            }
        }
    }

    fn is_hidden(&self, name: Option<&str>, text: &str) -> bool {
        if text.is_empty() || text == MARK {
            return false;
        }
        if name.is_some_and(names_secret) || self.texts.contains(text) {
            return true;
        }
        let holds =
            |secret: &String| secret.len() >= SHORTEST_INSIDE && text.contains(secret.as_str());
        let is_part = |secret: &String| text.len() >= SHORTEST_INSIDE && has_word(secret, text);
        !self.names.contains(text) && self.texts.iter().any(|own| holds(own) || is_part(own))
    }
}

/// Whether a text has a word that stands alone in it, as a password does in a URL.
fn has_word(text: &str, word: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(is_letter) && !text[at + word.len()..].starts_with(is_letter)
    })
}

/// Adds what a map of a Secret holds.
fn collect(map: Option<&Map>, texts: &mut BTreeSet<String>) {
    for (_, value) in map.into_iter().flatten().filter(|(key, _)| !ends_with(key, &PLAIN)) {
        let Some(text) = value.as_str().filter(|text| *text != MARK) else { continue };
        let decoded = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let both = [Some(text.to_owned()), decoded].into_iter().flatten();
        texts.extend(
            both.filter(|text| {
                text.len() >= SHORTEST && !matches!(text.as_str(), "true" | "false")
            }),
        );
    }
}

/// Adds the texts of a value and of all below it, without what its name calls a user or the like.
fn leaves(name: Option<&str>, value: &Json, texts: &mut BTreeSet<String>) {
    match value {
        Json::Null | Json::Bool(_) => {}
        Json::String(_) | Json::Number(_) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let is_plain = name.is_some_and(|name| ends_with(name, &PLAIN));
            if text.len() >= SHORTEST && !is_plain {
                texts.insert(text);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| leaves(name, item, texts)),
        Json::Object(map) => map.iter().for_each(|(key, value)| leaves(Some(key), value, texts)),
    }
}

/// Adds the texts of all values whose name says that they are secret.
fn called_secret(name: Option<&str>, value: &Json, texts: &mut BTreeSet<String>) {
    match value {
        Json::Null | Json::Bool(_) => {}
        Json::String(_) | Json::Number(_) => {
            if name.is_some_and(names_secret) {
                leaves(None, value, texts);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| called_secret(name, item, texts)),
        Json::Object(map) => {
            let of_entry = map.get("name").and_then(Json::as_str);
            for (key, value) in map {
                called_secret(Some(name_of(of_entry, key)), value, texts);
            }
        }
    }
}

/// The name that counts for an entry of a map: of `{name: DB_PASSWORD, value: …}` what it names.
fn name_of<'a>(of_entry: Option<&'a str>, key: &'a str) -> &'a str {
    of_entry.filter(|_| key == "value").unwrap_or(key)
}

/// Whether a value of that name is secret by its name alone: `dbPassword`, `API_TOKEN`.
fn names_secret(name: &str) -> bool {
    ends_with(name, &NAMES)
}

/// Whether a name ends with one of some words, whatever its case and what is between its letters.
fn ends_with(name: &str, words: &[&str]) -> bool {
    // Every leaf of every changed object is asked, so nothing is allocated.
    let letters = || name.bytes().rev().filter(|byte| !matches!(byte, b'-' | b'_' | b'.'));
    words.iter().any(|word| {
        let mut letters = letters().map(|byte| byte.to_ascii_lowercase());
        word.bytes().rev().all(|byte| letters.next() == Some(byte))
    })
}

/// A line of a values file as it may be shown: `password: …` without its value.
pub fn hidden_line(line: &str) -> Cow<'_, str> {
    let Some((key, value)) = line.split_once(": ") else { return Cow::Borrowed(line) };
    let name = key.trim().trim_start_matches("- ").trim_matches(['"', '\'']);
    let is_template = value.contains("{{");
    if value.trim().is_empty() || is_template || !names_secret(name) {
        return Cow::Borrowed(line);
    }
    Cow::Owned(format!("{key}: <masked {} bytes>", value.trim().len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    fn value(text: &str) -> Value {
        Value::from(&json(text))
    }

    fn shown(object: &str) -> String {
        let secret = value(
            r#"{"apiVersion":"v1","kind":"Secret","data":{"a":"aHVudGVyMi1jYW5hcnk=","b":"aGk="},
                "stringData":{"c":"plain-canary"}}"#,
        );
        let mask = Mask::new(b"key");
        let texts = SecretTexts::of(&mask, [&secret]);
        let object = value(object);
        texts.object(&object).to_string()
    }

    #[test]
    fn what_a_secret_holds_is_hidden_elsewhere() {
        for text in [
            r#"{"data":{"x":"hunter2-canary"}}"#,
            r#"{"data":{"url":"postgres://u:hunter2-canary@db/x"}}"#,
            r#"{"args":["--key=plain-canary"]}"#,
            r#"{"env":[{"name":"DB_PASSWORD","value":"canary"}]}"#,
            r#"{"data":{"apiToken":"canary"}}"#,
            r#"{"data":{"raw":"aHVudGVyMi1jYW5hcnk="}}"#,
        ] {
            let shown = shown(text);
            assert!(shown.contains("masked") && !shown.contains("canary"), "{shown}");
        }
        for text in [
            r#"{"data":{"greeting":"hi"}}"#,
            r#"{"secretName":"web-tls","automountServiceAccountToken":true}"#,
            r#"{"key":"password","tokenTTL":"5m"}"#,
        ] {
            assert_eq!(shown(text), value(text).to_string());
        }
    }

    #[test]
    fn what_a_chart_says_is_hidden_by_its_values() {
        let mask = Mask::new(b"key");
        let mut texts = SecretTexts::of(&mask, []);
        let values = json(
            r#"{"auth":{"keys":{"a":"canary-a","user":"plain-user"},"apiToken":"canary-t"},
                "pin":123456,"name":"plain-name","pem":"-----BEGIN canary\n  canary-line-two\n"}"#,
        );
        let paths = [vec!["auth", "keys"], vec!["pin"], vec!["pem"], vec!["no", "such"]];
        let own = |path: &Vec<&str>| path.iter().map(|key| (*key).to_owned()).collect();
        texts.add_values(&values, &paths.iter().map(own).collect());
        for text in [
            "xcanary-ax",
            "token=canary-t!",
            "pin 123456 is short",
            "bad: canary-line-two",
            "in base64 Y2FuYXJ5LWE=",
        ] {
            let shown = texts.anywhere(text);
            let is_bare = ["canary", "123456", "Y2FuYXJ5"].iter().any(|own| shown.contains(own));
            assert!(shown.contains("<masked ") && !is_bare, "{shown}");
        }
        assert_eq!(texts.anywhere("plain-name of plain-user"), "plain-name of plain-user");
    }

    #[test]
    fn messages_and_lines_are_hidden_too() {
        let mask = Mask::new(b"key");
        let secret =
            value(r#"{"apiVersion":"v1","kind":"Secret","stringData":{"c":"plain-canary"}}"#);
        let texts = SecretTexts::of(&mask, [&secret]);
        assert!(!texts.message("`plain-canary` is no number").contains("canary"));
        assert!(!hidden_line("  password: canary").contains("canary"));
        assert_eq!(hidden_line("  password: {{ .x }}"), "  password: {{ .x }}");
        assert_eq!(hidden_line("  image: canary"), "  image: canary");
    }
}
