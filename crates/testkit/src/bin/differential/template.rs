//! Statements of templates: text, actions and blocks.

use crate::{
    expression::{Expressions, Scope},
    pools,
    random::Random,
    signatures::Kind,
    yaml,
};

/// How many named templates every chart has for others to include.
pub(crate) const HELPERS: usize = 4;

/// Writes the bodies of templates.
#[derive(Debug)]
pub(crate) struct Templates {
    pub(crate) expressions: Expressions,
    /// Templates with a fault, in percent.
    pub(crate) faults: usize,
}

/// Where a statement stands.
#[derive(Debug, Clone)]
struct Place {
    scope: Scope,
    in_loop: bool,
    depth: usize,
}

impl Templates {
    /// A file that defines the template `name`.
    pub(crate) fn case(&self, random: &mut Random, name: &str) -> String {
        let mut place = Place { scope: Scope::root(), in_loop: false, depth: 2 };
        let mut body = String::new();
        for _ in 0..random.between(1, 3) {
            body.push_str(&self.statement(random, &mut place));
        }
        if random.chance(self.faults) {
            if random.chance(60) {
                body.push_str(random.word(pools::BROKEN_TEMPLATES));
            } else {
                body = yaml::damaged(random, &body);
            }
        }
        format!("{{{{ define {name:?} }}}}{body}{{{{ end }}}}\n")
    }

    /// The templates that any other may include, with any argument.
    pub(crate) fn helpers(&self, random: &mut Random) -> String {
        let mut text = String::from("{{/* what others include */}}\n");
        for number in 1..=HELPERS {
            let scope = Scope { at_root: false, ..Scope::root() };
            let expression = if random.chance(60) {
                let after = random.word(&[
                    "toJson",
                    "toString",
                    "toYaml",
                    "quote",
                    "kindOf",
                    "len",
                    "default \"-\"",
                ]);
                format!(". | {after}")
            } else {
                self.expressions.of(random, &Scope { at_root: true, ..scope }, Kind::Any, 1).text
            };
            let dash = if random.chance(50) { "-" } else { "" };
            text.push_str(&format!(
                "{{{{{dash} define \"help{number}\" {dash}}}}}\n{{{{ {expression} }}}}\n{{{{{dash} end }}}}\n"
            ));
        }
        text
    }

    fn statements(&self, random: &mut Random, place: &Place) -> String {
        let mut inner = Place { depth: place.depth.saturating_sub(1), ..place.clone() };
        (0..random.between(1, 2)).map(|_| self.statement(random, &mut inner)).collect()
    }

    fn statement(&self, random: &mut Random, place: &mut Place) -> String {
        let nested = if place.depth > 0 { 2 } else { 0 };
        let escape = if place.in_loop { 1 } else { 0 };
        match random.weighted(&[2, 9, 2, nested, nested, nested, 1, 1, escape]) {
            0 => (random
                .word(&["text ", "\n", "  - x\n", "a: ", "\t", "é ", "{ }", "\n\n", " }} "]))
            .to_owned(),
            1 => {
                let kind = self.print(random, place);
                action(random, &kind)
            }
            2 => self.variable(random, place),
            3 => self.condition(random, place),
            4 => self.with(random, place),
            5 => self.range(random, place),
            6 => {
                let name = random.between(1, HELPERS);
                let data = self.expressions.argument(random, &place.scope, Kind::Any, 1);
                action(random, &format!("template \"help{name}\" {data}"))
            }
            7 => (random.word(&[
                "{{/* note */}}",
                "{{- /* note\n over lines */ -}}",
                "{{- /* x */}}",
            ]))
            .to_owned(),
            _ => {
                let condition = self.expressions.of(random, &place.scope, Kind::Truth, 1).text;
                let word = random.word(&["break", "continue"]);
                format!(
                    "{}{}{{{{ end }}}}",
                    action(random, &format!("if {condition}")),
                    action(random, word)
                )
            }
        }
    }

    fn print(&self, random: &mut Random, place: &Place) -> String {
        let kind = *random.pick(&[
            Kind::Text,
            Kind::Text,
            Kind::Text,
            Kind::Any,
            Kind::Number,
            Kind::Float,
            Kind::List,
            Kind::Map,
            Kind::Truth,
            Kind::Time,
        ]);
        self.expressions.of(random, &place.scope, kind, 3).text
    }

    fn variable(&self, random: &mut Random, place: &mut Place) -> String {
        let known = !place.scope.variables.is_empty();
        if known && random.chance(30) {
            let (name, kind) = random.pick(&place.scope.variables).clone();
            let value = self.expressions.of(random, &place.scope, kind, 2).text;
            return action(random, &format!("{name} = {value}"));
        }
        let kind = *random.pick(&[Kind::Text, Kind::Number, Kind::List, Kind::Map, Kind::Any]);
        let value = self.expressions.of(random, &place.scope, kind, 2).text;
        let name = format!("$v{}", place.scope.variables.len());
        place.scope.variables.push((name.clone(), kind));
        action(random, &format!("{name} := {value}"))
    }

    fn condition(&self, random: &mut Random, place: &Place) -> String {
        let kind = if random.chance(60) { Kind::Truth } else { Kind::Any };
        let first = self.expressions.of(random, &place.scope, kind, 2).text;
        let mut text = action(random, &format!("if {first}"));
        text.push_str(&self.statements(random, place));
        if random.chance(30) {
            let second = self.expressions.of(random, &place.scope, Kind::Truth, 1).text;
            text.push_str(&action(random, &format!("else if {second}")));
            text.push_str(&self.statements(random, place));
        }
        self.otherwise(random, place, &mut text);
        text
    }

    fn with(&self, random: &mut Random, place: &Place) -> String {
        let kind = *random.pick(&[Kind::Text, Kind::Number, Kind::Map, Kind::List, Kind::Any]);
        let value = self.expressions.of(random, &place.scope, kind, 2).text;
        let mut inner = place.clone();
        inner.scope.dot = kind;
        inner.scope.at_root = false;
        let head = if random.chance(40) {
            let name = format!("$w{}", inner.scope.variables.len());
            inner.scope.variables.push((name.clone(), kind));
            format!("with {name} := {value}")
        } else {
            format!("with {value}")
        };
        let mut text = action(random, &head);
        text.push_str(&self.statements(random, &inner));
        if random.chance(15) {
            let second = self.expressions.of(random, &place.scope, Kind::Map, 1).text;
            text.push_str(&action(random, &format!("else with {second}")));
            text.push_str(&self.statements(random, place));
        }
        self.otherwise(random, place, &mut text);
        text
    }

    fn range(&self, random: &mut Random, place: &Place) -> String {
        let kind = *random.pick(&[Kind::List, Kind::List, Kind::Map, Kind::Any]);
        let mut value = self.expressions.of(random, &place.scope, kind, 2).text;
        if random.chance(6) {
            (random.word(&["3", "0", "-1", "(int 2)", "until 3"])).clone_into(&mut value);
        }
        let mut inner = place.clone();
        inner.scope.dot = Kind::Any;
        inner.scope.at_root = false;
        inner.in_loop = true;
        let at = inner.scope.variables.len();
        let head = match random.below(4) {
            0 | 1 => format!("range {value}"),
            2 => {
                inner.scope.variables.push((format!("$r{at}"), Kind::Any));
                format!("range $r{at} := {value}")
            }
            _ => {
                let key = if kind == Kind::Map { Kind::Text } else { Kind::Number };
                inner.scope.variables.push((format!("$k{at}"), key));
                inner.scope.variables.push((format!("$r{at}"), Kind::Any));
                format!("range $k{at}, $r{at} := {value}")
            }
        };
        let mut text = action(random, &head);
        text.push_str(&self.statements(random, &inner));
        self.otherwise(random, place, &mut text);
        text
    }

    fn otherwise(&self, random: &mut Random, place: &Place, text: &mut String) {
        if random.chance(30) {
            text.push_str(&action(random, "else"));
            text.push_str(&self.statements(random, place));
        }
        text.push_str(&action(random, "end"));
    }
}

/// The action in its delimiters, now and then trimming its neighbours.
fn action(random: &mut Random, inner: &str) -> String {
    let left = if random.chance(20) { "{{- " } else { "{{ " };
    let right = if random.chance(20) { " -}}" } else { " }}" };
    format!("{left}{inner}{right}")
}
