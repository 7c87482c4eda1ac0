//! Label selectors as Kubernetes reads them (`apimachinery/pkg/labels`).

use std::collections::BTreeMap;

use crate::error::{Error, Result};

/// The requirements of a selector, all of which must hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct LabelSelector {
    requirements: Vec<Requirement>,
}

#[derive(Debug, Clone)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    Exists,
    Missing,
    In(Vec<String>),
    NotIn(Vec<String>),
    Greater(i64),
    Less(i64),
}

impl LabelSelector {
    /// Parses `a=b,c!=d,e in (f,g),!h`; an empty text selects everything.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut parser = Parser { tokens: tokens(text), at: 0, text };
        let mut requirements = Vec::new();
        if parser.peek().is_none() {
            return Ok(Self::default());
        }
        loop {
            requirements.push(parser.requirement()?);
            match parser.next() {
                None => return Ok(Self { requirements }),
                Some(",") => {}
                Some(found) => return Err(parser.refuse(found)),
            }
        }
    }

    pub(crate) fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.requirements.iter().all(|requirement| requirement.matches(labels))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }
}

impl Requirement {
    fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.key);
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match &self.test {
            Test::Exists => value.is_some(),
            Test::Missing => value.is_none(),
            Test::In(values) => value.is_some_and(|value| values.contains(value)),
            Test::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
            Test::Greater(than) => number().is_some_and(|number| number > *than),
            Test::Less(than) => number().is_some_and(|number| number < *than),
        }
    }
}

/// Splits into words and the symbols `= == != ! < > ( ) ,`.
fn tokens(text: &str) -> Vec<&str> {
    let symbol = |char: char| "=!(),<>".contains(char);
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("==") || rest.starts_with("!=") {
            2
        } else if symbol(first) {
            1
        } else {
            rest.find(|char: char| symbol(char) || char.is_whitespace()).unwrap_or(rest.len())
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

struct Parser<'t> {
    tokens: Vec<&'t str>,
    at: usize,
    text: &'t str,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t str> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<&'t str> {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn refuse(&self, found: &str) -> Error {
        Error::change(format!("unable to parse requirement: found '{found}' in '{}'", self.text))
    }

    fn requirement(&mut self) -> Result<Requirement> {
        let mut key = self.next().unwrap_or_default();
        let missing = key == "!";
        if missing {
            key = self.next().unwrap_or_default();
        }
        if !is_name(key) {
            return Err(self.refuse(key));
        }
        let key = key.to_owned();
        if missing {
            return Ok(Requirement { key, test: Test::Missing });
        }
        let test = match self.peek() {
            None | Some(",") => Test::Exists,
            Some(_) => self.test()?,
        };
        Ok(Requirement { key, test })
    }

    fn test(&mut self) -> Result<Test> {
        let operator = self.next().unwrap_or_default();
        match operator {
            "=" | "==" => Ok(Test::In(vec![self.exact_value()?])),
            "!=" => Ok(Test::NotIn(vec![self.exact_value()?])),
            "in" => Ok(Test::In(self.values()?)),
            "notin" => Ok(Test::NotIn(self.values()?)),
            ">" | "<" => {
                let value = self.exact_value()?;
                let number = value.parse().map_err(|_| self.refuse(&value))?;
                Ok(if operator == ">" { Test::Greater(number) } else { Test::Less(number) })
            }
            other => Err(self.refuse(other)),
        }
    }

    fn exact_value(&mut self) -> Result<String> {
        match self.peek() {
            None | Some(",") => Ok(String::new()),
            Some(value) if is_value(value) => {
                self.at += 1;
                Ok(value.to_owned())
            }
            Some(other) => Err(self.refuse(other)),
        }
    }

    fn values(&mut self) -> Result<Vec<String>> {
        match self.next() {
            Some("(") => {}
            other => return Err(self.refuse(other.unwrap_or_default())),
        }
        let mut values = Vec::new();
        loop {
            match self.next() {
                Some(")") => return Ok(values),
                Some(",") => {}
                Some(value) if is_value(value) => values.push(value.to_owned()),
                other => return Err(self.refuse(other.unwrap_or_default())),
            }
        }
    }
}

fn is_name(text: &str) -> bool {
    let name = text.rsplit('/').next().unwrap_or_default();
    !name.is_empty() && name.len() <= 63 && is_value(name) && text.matches('/').count() <= 1
}

fn is_value(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let bytes = text.as_bytes();
    let outer = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_alphanumeric);
    text.len() <= 63
        && outer(bytes.first())
        && outer(bytes.last())
        && bytes.iter().all(|byte| inner(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors() {
        let labels: BTreeMap<String, String> =
            [("a", "1"), ("b.io/c", "x")].map(|(k, v)| (k.into(), v.into())).into();
        let yes =
            ["", "a", "a=1", "a == 1,b.io/c", "a in (1, 2)", "!z", "z!=1", "a>0", "z notin (1)"];
        let no = ["z", "a=2", "a notin (1)", "!a", "a<1"];
        for text in yes {
            assert!(LabelSelector::parse(text).unwrap().matches(&labels), "{text}");
        }
        for text in no {
            assert!(!LabelSelector::parse(text).unwrap().matches(&labels), "{text}");
        }
        for text in ["=", "a=b=c", "a in 1", "a b"] {
            assert!(LabelSelector::parse(text).is_err(), "{text}");
        }
    }
}
