//! Reads expressions: words first, then terms by precedence.

use std::sync::Arc;

use super::{Binary, Each, Term, Test, Unsupported};
use crate::resource::{Data, Value};

/// The longest rule that is read, in bytes.
const LONGEST: usize = 8 * 1024;
/// The deepest nesting.
const DEPTH: usize = 48;
/// The most operators, calls and fields in a row, each of which nests what comes before it.
const CHAIN: usize = 256;

#[derive(Clone, Debug, PartialEq)]
enum Word {
    Name(String),
    Number(String),
    Text(String),
    Mark(&'static str),
}

/// Two-character marks come first.
const MARKS: [&str; 24] = [
    "||", "&&", "==", "!=", "<=", ">=", "<", ">", "!", "?", ":", ".", ",", "(", ")", "[", "]", "+",
    "-", "*", "/", "%", "{", "}",
];

fn no(what: impl Into<String>) -> Unsupported {
    Unsupported(what.into())
}

/// The names in a text that reads as words; nothing of one that does not.
pub(super) fn names(text: &str) -> impl Iterator<Item = String> {
    let words = words(text).unwrap_or_default().into_iter();
    words.filter_map(|word| if let Word::Name(name) = word { Some(name) } else { None })
}

pub(super) fn expression(text: &str) -> Result<Term, Unsupported> {
    let mut parser = Parser { words: words(text)?, at: 0, depth: 0, chain: 0 };
    let term = parser.choice()?;
    match parser.peek() {
        None => Ok(term),
        Some(word) => Err(no(format!("{word:?} after its end"))),
    }
}

fn words(text: &str) -> Result<Vec<Word>, Unsupported> {
    if text.len() > LONGEST {
        return Err(no("more text than is read"));
    }
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            rest = rest.trim_start();
        } else if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.find('\n').map_or("", |end| &comment[end..]);
        } else if first == '"' || first == '\'' {
            let (word, after) = quoted(rest, first)?;
            words.push(Word::Text(word));
            rest = after;
        } else if first.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.');
            let (number, after) = rest.split_at(end.unwrap_or(rest.len()));
            words.push(Word::Number(number.to_owned()));
            rest = after;
        } else if first.is_ascii_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
            if after.starts_with(['"', '\'']) {
                return Err(no(format!("a text with the prefix `{name}`")));
            }
            words.push(Word::Name(name.to_owned()));
            rest = after;
        } else {
            let mark = MARKS.iter().find(|mark| rest.starts_with(**mark));
            let mark = mark.ok_or_else(|| no(format!("`{first}`")))?;
            words.push(Word::Mark(mark));
            rest = &rest[mark.len()..];
        }
    }
    Ok(words)
}

/// A text in quotes with the plain escapes, and what follows it.
fn quoted(text: &str, quote: char) -> Result<(String, &str), Unsupported> {
    if text.starts_with("\"\"\"") || text.starts_with("'''") {
        return Err(no("a text in three quotes"));
    }
    let mut word = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Ok((word, &text[at + 1..])),
            '\\' => match chars.next() {
                Some((_, c @ ('\\' | '\'' | '"' | '`' | '?'))) => word.push(c),
                Some((_, 'n')) => word.push('\n'),
                Some((_, 't')) => word.push('\t'),
                _ => return Err(no("an escape in a text")),
            },
            c => word.push(c),
        }
    }
    Err(no("a text without an end"))
}

struct Parser {
    words: Vec<Word>,
    at: usize,
    depth: usize,
    chain: usize,
}

type Read = Result<Term, Unsupported>;

impl Parser {
    fn peek(&self) -> Option<&Word> {
        self.words.get(self.at)
    }

    /// Goes past a mark, if it is the next word.
    fn takes(&mut self, mark: &'static str) -> bool {
        let is_next = self.peek() == Some(&Word::Mark(mark));
        self.at += usize::from(is_next);
        is_next
    }

    fn wants(&mut self, mark: &'static str) -> Result<(), Unsupported> {
        if self.takes(mark) { Ok(()) } else { Err(no(format!("no `{mark}` where one belongs"))) }
    }

    /// Counts what nests without brackets.
    fn link(&mut self) -> Result<(), Unsupported> {
        self.chain += 1;
        if self.chain > CHAIN { Err(no("more operators than are read")) } else { Ok(()) }
    }

    fn choice(&mut self) -> Read {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(no("more nesting than is read"));
        }
        let condition = self.binary(0)?;
        let term = if self.takes("?") {
            let first = self.binary(0)?;
            self.wants(":")?;
            let second = self.choice()?;
            Term::Choice(Box::new([condition, first, second]))
        } else {
            condition
        };
        self.depth -= 1;
        Ok(term)
    }

    /// Operators from the weakest level on; those of one level bind from the left.
    fn binary(&mut self, level: usize) -> Read {
        const LEVELS: [&[(&str, Binary)]; 5] = [
            &[("||", Binary::Or)],
            &[("&&", Binary::And)],
            &[
                ("==", Binary::Equal),
                ("!=", Binary::Unequal),
                ("<=", Binary::LessOrEqual),
                (">=", Binary::MoreOrEqual),
                ("<", Binary::Less),
                (">", Binary::More),
            ],
            &[("+", Binary::Plus), ("-", Binary::Minus)],
            &[("*", Binary::Times)],
        ];
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        loop {
            let found = operators.iter().find(|(mark, _)| self.takes(mark)).map(|(_, b)| *b);
            let is_in = level == 2 && self.peek() == Some(&Word::Name("in".to_owned()));
            let operator = match found {
                Some(operator) => operator,
                None if is_in => {
                    self.at += 1;
                    Binary::In
                }
                None => return Ok(left),
            };
            self.link()?;
            let right = self.binary(level + 1)?;
            left = Term::Binary(operator, Box::new(left), Box::new(right));
        }
    }

    fn unary(&mut self) -> Read {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(no("more nesting than is read"));
        }
        let term = if self.takes("!") {
            Term::Not(Box::new(self.unary()?))
        } else if self.takes("-") {
            Term::Minus(Box::new(self.unary()?))
        } else {
            self.member()?
        };
        self.depth -= 1;
        Ok(term)
    }

    fn member(&mut self) -> Read {
        let mut term = self.primary()?;
        loop {
            self.link()?;
            if self.takes(".") {
                let Some(Word::Name(name)) = self.peek().cloned() else {
                    return Err(no("something that is no name after a dot"));
                };
                self.at += 1;
                term = if self.takes("(") {
                    self.method(term, &name)?
                } else {
                    Term::Field(Box::new(term), field_name(&name))
                };
            } else if self.takes("[") {
                let key = self.choice()?;
                self.wants("]")?;
                term = Term::Entry(Box::new(term), Box::new(key));
            } else {
                return Ok(term);
            }
        }
    }

    fn method(&mut self, owner: Term, name: &str) -> Read {
        let each = match name {
            "all" => Some(Each::All),
            "exists" => Some(Each::Exists),
            "exists_one" => Some(Each::ExistsOne),
            "filter" => Some(Each::Filter),
            "map" => Some(Each::Map),
            _ => None,
        };
        if let Some(each) = each {
            let Some(Word::Name(variable)) = self.peek().cloned() else {
                return Err(no(format!("`{name}` without a name")));
            };
            self.at += 1;
            self.wants(",")?;
            let body = self.choice()?;
            self.wants(")")?;
            let (owner, body) = (Box::new(owner), Box::new(body));
            return Ok(Term::Each(each, owner, variable.into(), body));
        }
        if name == "size" {
            self.wants(")")?;
            return Ok(Term::Size(Box::new(owner)));
        }
        let test = match name {
            "startsWith" => Test::Starts,
            "endsWith" => Test::Ends,
            "contains" => Test::Contains,
            "matches" => Test::Matches,
            _ => return Err(no(format!("the function `{name}`"))),
        };
        let argument = self.choice()?;
        self.wants(")")?;
        Ok(Term::Text(test, Box::new(owner), Box::new(argument)))
    }

    fn primary(&mut self) -> Read {
        let word = self.peek().cloned().ok_or_else(|| no("an end where a term belongs"))?;
        self.at += 1;
        match word {
            Word::Text(text) => Ok(Term::Literal(Value::from(text.as_str()))),
            Word::Number(text) => number(&text),
            Word::Mark("(") => {
                let term = self.choice()?;
                self.wants(")")?;
                Ok(term)
            }
            Word::Mark("[") => self.list(),
            Word::Mark(mark) => Err(no(format!("`{mark}`"))),
            Word::Name(name) => match &*name {
                "true" => Ok(Term::Literal(Data::Bool(true).into())),
                "false" => Ok(Term::Literal(Data::Bool(false).into())),
                "null" => Ok(Term::Literal(Data::Null.into())),
                _ if self.takes("(") => self.function(&name),
                _ => Ok(Term::Name(name.into())),
            },
        }
    }

    fn list(&mut self) -> Read {
        let mut items = Vec::new();
        while !self.takes("]") {
            items.push(self.choice()?);
            if !self.takes(",") {
                self.wants("]")?;
                break;
            }
        }
        Ok(Term::List(items))
    }

    fn function(&mut self, name: &str) -> Read {
        let argument = match name {
            "has" | "size" => self.choice()?,
            _ => return Err(no(format!("the function `{name}`"))),
        };
        self.wants(")")?;
        match (name, argument) {
            ("has", Term::Field(owner, field)) => Ok(Term::Has(owner, field)),
            ("has", _) => Err(no("`has` of what is no field")),
            (_, argument) => Ok(Term::Size(Box::new(argument))),
        }
    }
}

fn number(text: &str) -> Read {
    let is_plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if !is_plain || text.ends_with('.') || text.parse::<f64>().is_err() {
        return Err(no(format!("the number `{text}`")));
    }
    Ok(Term::Literal(Data::Number(text.into()).into()))
}

/// A field by the name that expressions call it.
fn field_name(name: &str) -> Arc<str> {
    const ESCAPES: [(&str, &str); 4] =
        [("__underscores__", "__"), ("__dot__", "."), ("__dash__", "-"), ("__slash__", "/")];
    let keyword = name.strip_prefix("__").and_then(|name| name.strip_suffix("__"));
    if let Some(keyword) = keyword.filter(|word| word.bytes().all(|b| b.is_ascii_lowercase()))
        && !matches!(keyword, "underscores" | "dot" | "dash" | "slash")
    {
        return keyword.into();
    }
    let mut out = String::new();
    let mut rest = name;
    while !rest.is_empty() {
        let escape = ESCAPES.iter().find(|(escape, _)| rest.starts_with(escape));
        match escape {
            Some((escape, text)) => {
                out.push_str(text);
                rest = &rest[escape.len()..];
            }
            None => {
                let end = rest.chars().next().map_or(0, char::len_utf8);
                out.push_str(&rest[..end]);
                rest = &rest[end..];
            }
        }
    }
    out.into()
}
