//! Failures of templates in words.

use zij_gotmpl::{Clue, Condition, NameKind, Trail};

use super::{
    Diagnosis, Sources, TemplateFact,
    diagnose::did_you_mean,
    settings::{described, kind, names, path_in_values},
    values::dotted,
};
use crate::functions::flow::TPL_NAME;

/// The most conditions that are told of the way to a `fail`.
const MAX_CONDITIONS: usize = 3;
/// What marks a help that names a likely neighbour.
const MEANT: &str = "did you mean ";
/// The most operands of one action that are told.
const MAX_OPERANDS: usize = 6;

pub(super) fn told(fact: &TemplateFact, plain: Diagnosis, sources: &Sources<'_>) -> Diagnosis {
    let telling = Telling { fact, sources };
    let mut told = Diagnosis { headline: fact.detail.clone(), label: fact.detail.clone(), ..plain };
    match (&fact.message, &fact.clue) {
        (Some(message), _) => telling.refusal(message, &mut told),
        (None, Some(clue)) => telling.clue(clue, &mut told),
        (None, None) => match &fact.function {
            Some(function) => telling.call(function, &mut told),
            None => telling.action(&mut told),
        },
    }
    telling.text_of(&mut told);
    told
}

struct Telling<'t> {
    fact: &'t TemplateFact,
    sources: &'t Sources<'t>,
}

impl Telling<'_> {
    /// `fail` and `required`: the author's words, and what led to them.
    fn refusal(&self, message: &str, told: &mut Diagnosis) {
        told.headline = message.trim().to_owned();
        let function = self.fact.function.as_deref().unwrap_or("fail");
        told.label = String::new();
        let operands = &self.fact.evidence.operands;
        if function == "required" {
            told.notes.extend(operands.iter().filter_map(|trail| self.note(trail)));
            let value = operands.last();
            told.helps
                .extend(value.and_then(|trail| self.path(trail)).map(|path| self.set_it(&path)));
            return;
        }
        for condition in self.fact.evidence.conditions.iter().take(MAX_CONDITIONS) {
            told.notes.push(self.condition(condition));
        }
    }

    fn condition(&self, condition: &Condition) -> String {
        let Condition { word, expression, line, .. } = condition;
        let because = if condition.otherwise { "the else of" } else { "" };
        let values: Vec<String> =
            condition.operands.iter().filter_map(|own| self.note(own)).collect();
        let values = match &values[..] {
            [] => String::new(),
            values => format!(": {}", values.join("; ")),
        };
        let gap = if because.is_empty() { "" } else { " " };
        format!("line {line} leads here, {because}{gap}{{{{ {word} {expression} }}}}{values}")
            .replace("here, {{", "here: {{")
    }

    /// A function that failed on what it was given.
    fn call(&self, function: &str, told: &mut Diagnosis) {
        told.headline = format!("`{function}` failed: {}", self.fact.detail);
        let operands = self.fact.evidence.operands.iter().take(MAX_OPERANDS);
        told.notes.extend(operands.filter_map(|trail| self.note(trail)));
        if self.fact.detail.contains("nested reference name") {
            told.headline = "the template includes itself without end".to_owned();
        }
    }

    /// An action that failed by itself: its operand is to blame.
    fn action(&self, told: &mut Diagnosis) {
        let detail = &self.fact.detail;
        let operand = self.fact.evidence.operands.first();
        if detail.starts_with("nil pointer evaluating ") {
            match operand {
                Some(trail) if trail.found < trail.fields.len() => self.nil(trail, told),
                _ => {}
            }
        } else if detail.starts_with("can't evaluate field ") {
            match operand {
                Some(trail) if trail.found < trail.fields.len() => self.no_field(trail, told),
                _ => {}
            }
        } else if let Some(wanted) = wanted_type(detail) {
            self.wrong_type(wanted, told);
        } else if let Some(rest) = detail.strip_prefix("wrong number of args for ") {
            wrong_count(rest, told);
        } else if let Some(trail) = operand.filter(|_| detail.starts_with("range can't iterate")) {
            let name = self.shown_prefix(trail, trail.fields.len());
            told.headline =
                format!("`{name}` is {}: `range` needs a list or table", described(trail));
            told.notes.extend(self.set_in(trail).map(|source| format!("`{name}` is {source}")));
        } else if detail.starts_with("can't give argument to non-function ") {
            self.not_a_function(told);
        } else {
            let operands = self.fact.evidence.operands.iter().take(MAX_OPERANDS);
            told.notes.extend(operands.filter_map(|trail| self.note(trail)));
            told.helps.extend(syntax_hint(detail).map(str::to_owned));
        }
    }

    /// A field of nothing.
    fn nil(&self, trail: &Trail, told: &mut Diagnosis) {
        let missing = self.shown_prefix(trail, trail.found + 1);
        let state = if trail.is_null { "is null" } else { "is not set" };
        told.headline = match trail.fields.get(trail.found + 1) {
            Some(next) => format!("`{missing}` {state}, so `.{next}` cannot be read"),
            None => format!("`{missing}` {state}"),
        };
        self.how_to_set(trail, told);
    }

    /// Says who set a missing value to null, or how it can be set.
    fn how_to_set(&self, trail: &Trail, told: &mut Diagnosis) {
        let missing = self.missing_path(trail);
        let origin = missing.as_ref().and_then(|missing| self.sources.origin(missing));
        let origin = origin.filter(|origin| origin.is_null);
        if origin.is_none() {
            self.neighbours(trail, told);
        }
        if let Some((origin, missing)) = origin.zip(missing) {
            let default = Sources { layers: &[], ..*self.sources }.origin(&missing);
            let deleted = default.filter(|own| !own.is_null && !origin.is_default);
            let what = if deleted.is_some() { ", which deletes the chart's default" } else { "" };
            told.notes.push(format!("{} sets it to null{what}", self.sources.shown(&origin)));
        }
        let meant = told.helps.last().is_some_and(|help| help.contains(MEANT));
        if !meant {
            told.helps.extend(self.path(trail).map(|path| self.set_it(&path)));
        }
    }

    /// A field of something that has none of that name.
    fn no_field(&self, trail: &Trail, told: &mut Diagnosis) {
        let holder = self.shown_prefix(trail, trail.found);
        let field = &trail.fields[trail.found];
        if trail.held.keys.is_empty() {
            let what = described(trail);
            told.headline = format!("`{holder}` is {what}, so it has no field `.{field}`");
            told.notes.extend(self.set_in(trail).map(|source| format!("`{holder}` is {source}")));
        } else {
            told.headline = format!("`{holder}` has no field `.{field}`");
            self.neighbours(trail, told);
        }
    }

    /// The keys beside one that is missing.
    fn neighbours(&self, trail: &Trail, told: &mut Diagnosis) {
        let (holder, keys) = (self.shown_prefix(trail, trail.found), &trail.held.keys);
        let Some(name) = trail.fields.get(trail.found) else { return };
        let others: Vec<String> = keys.iter().filter(|key| *key != name).cloned().collect();
        if others.is_empty() || trail.is_null {
            return;
        }
        let near = did_you_mean(name, others.iter().map(String::as_str));
        told.helps.push(format!("`{holder}` has {}{near}", names(&others)));
    }

    fn wrong_type(&self, wanted: &str, told: &mut Diagnosis) {
        let wanted = kind(wanted);
        let expression = told.place.as_ref().and_then(|place| place.expression.clone());
        let Some(expression) = expression else { return };
        let operands = &self.fact.evidence.operands;
        let only = operands.first().filter(|_| operands.len() == 1);
        let own = operands.iter().find(|own| own.expression == expression);
        let Some(trail) = own.or(only) else {
            told.headline = format!("`{expression}` is given where {wanted} is wanted");
            told.notes.extend(operands.iter().filter_map(|trail| self.note(trail)));
            return;
        };
        mark(&trail.expression, told);
        let name = self.shown_prefix(trail, trail.fields.len());
        let is = match trail.found < trail.fields.len() {
            true => "not set".to_owned(),
            false => described(trail),
        };
        told.headline = format!("`{name}` is {is} where {wanted} is wanted");
        if trail.found == trail.fields.len() {
            told.notes.extend(self.set_in(trail).map(|source| format!("`{name}` is {source}")));
        }
        match (wanted, self.missing_path(trail)) {
            (_, Some(_)) => self.how_to_set(trail, told),
            ("a string", None) if trail.held.text.is_some() => {
                told.helps.push("`toString` makes a text of it".to_owned());
            }
            ("a number" | "a whole number", None) if trail.held.text.is_some() => {
                told.helps.push("`int` makes a whole number of it".to_owned());
            }
            _ => {}
        }
    }

    fn not_a_function(&self, told: &mut Diagnosis) {
        const WORDS: [&str; 9] = ["and", "or", "not", "eq", "ne", "lt", "gt", "le", "ge"];
        const SAID: &str = "can't give argument to non-function ";
        let name = self.fact.detail.strip_prefix(SAID).unwrap_or_default();
        told.headline = format!("`{name}` is a value and cannot be called with arguments");
        let expression = told.place.as_ref().and_then(|place| place.expression.as_deref());
        let word = expression.unwrap_or_default().split_whitespace().nth(1);
        if let Some(word) = word.filter(|word| WORDS.contains(word)) {
            told.helps.push(format!("`{word}` is a function and comes first: `{word} A B`"));
        }
    }

    /// A name that does not exist, or an action left open.
    fn clue(&self, clue: &Clue, told: &mut Diagnosis) {
        match clue {
            Clue::Unknown { kind, name, known } => {
                let what = match kind {
                    NameKind::Function => "function",
                    NameKind::Variable => "variable",
                    NameKind::Template => "template",
                };
                told.headline = format!("there is no {what} `{name}`");
                let near = did_you_mean(name, known.iter().map(String::as_str));
                match (near.strip_prefix("; "), kind) {
                    (Some(near), _) => told.helps.push(near.to_owned()),
                    (None, NameKind::Template) => {
                        let help = "no file of the chart or of its dependencies defines it";
                        told.helps.push(help.to_owned());
                    }
                    (None, NameKind::Variable) => {
                        let help = format!("variables here: {}", names(known));
                        told.helps.push(help);
                    }
                    (None, NameKind::Function) => {}
                }
            }
            Clue::Unclosed { word, line } => {
                told.headline = format!("the file ends before `{{{{ {word} … }}}}` is closed");
                told.notes.push(format!("it is opened in line {line}"));
                told.helps.push("add `{{ end }}` where it should end".to_owned());
            }
            _ => {}
        }
    }

    /// For text that `tpl` ran: where it came from.
    fn text_of(&self, told: &mut Diagnosis) {
        let Some(place) = told.place.as_ref().filter(|place| place.file == TPL_NAME) else {
            return;
        };
        told.lines_of = Some("the text given to `tpl`");
        let path = place.text_of.as_deref();
        let Some(path) = path.and_then(|path| path_in_values(&self.fact.subchart, path)) else {
            return;
        };
        let source = self.sources.origin(&path);
        let source =
            source.map_or(String::new(), |origin| format!(", {}", self.sources.setting(&origin)));
        told.notes.push(format!("the text comes from `.Values{}`{source}", dotted(&path)));
    }

    /// What a chain led to and where that was set; nothing for the whole `.` and the like.
    fn note(&self, trail: &Trail) -> Option<String> {
        let whole = trail.found == trail.fields.len();
        if trail.fields.is_empty() && trail.held.path.as_ref().is_none_or(Vec::is_empty) {
            return None;
        }
        let name = self.shown_prefix(trail, trail.fields.len());
        if !whole {
            return Some(match trail.is_null {
                true => format!("`{name}` is null"),
                false => format!("`{name}` is not set"),
            });
        }
        let source = self.set_in(trail).map_or(String::new(), |source| format!(", {source}"));
        Some(format!("`{name}` is {}{source}", described(trail)))
    }

    /// Where a value was set, if it is a part of the values.
    fn set_in(&self, trail: &Trail) -> Option<String> {
        let path = path_in_values(&self.fact.subchart, trail.held.path.as_ref()?)?;
        let origin = self.sources.origin(&path).filter(|_| !path.is_empty())?;
        Some(self.sources.setting(&origin))
    }

    /// The path of the first field that is missing, from the values of the release.
    fn missing_path(&self, trail: &Trail) -> Option<Vec<String>> {
        let field = trail.fields.get(trail.found)?;
        let mut path = path_in_values(&self.fact.subchart, trail.held.path.as_ref()?)?;
        path.push(field.clone());
        Some(path)
    }

    /// The path of the whole chain, from the values of the release.
    fn path(&self, trail: &Trail) -> Option<Vec<String>> {
        let mut path = path_in_values(&self.fact.subchart, trail.held.path.as_ref()?)?;
        path.extend_from_slice(&trail.fields[trail.found..]);
        Some(path).filter(|path| !path.is_empty())
    }

    /// How to set a value.
    fn set_it(&self, path: &[String]) -> String {
        let (mut shown, mut typed) = (String::new(), String::new());
        for key in path {
            let dot = if shown.is_empty() { "" } else { "." };
            shown.extend([dot, key]);
            if key.bytes().all(|byte| byte.is_ascii_digit()) {
                typed.extend(["[", key, "]"]);
            } else {
                typed.extend([dot, &key.replace('.', "\\.")]);
            }
        }
        match self.sources.takes_flags {
            true => format!("set `{shown}` in a values file, or with --set '{typed}=…'"),
            false => format!("set `{shown}` in the values"),
        }
    }

    /// The first fields of a chain, from the `.` of the chart where that is known.
    fn shown_prefix(&self, trail: &Trail, fields: usize) -> String {
        let known = trail.held.path.as_ref().filter(|path| !path.is_empty());
        match known {
            Some(path) => {
                // The held value stands at `found`: what is asked for lies before or behind it.
                let kept = path.len().saturating_sub(trail.found.saturating_sub(fields));
                let further = trail.fields.get(trail.found..fields).unwrap_or_default();
                format!("{}{}", dotted(&path[..kept]), dotted(further))
            }
            None => {
                let root = if trail.root == "." && fields > 0 { "" } else { trail.root.as_str() };
                format!("{root}{}", dotted(&trail.fields[..fields.min(trail.fields.len())]))
            }
        }
    }
}

/// The type that an argument should have had.
fn wanted_type(detail: &str) -> Option<&str> {
    let wrong = detail.strip_prefix("wrong type for value; expected ");
    let invalid = detail.strip_prefix("invalid value; expected ");
    let wanted = wrong.or(invalid)?;
    Some(wanted.split(';').next().unwrap_or(wanted))
}

/// `x: want 2 got 1`.
fn wrong_count(rest: &str, told: &mut Diagnosis) {
    let parts = rest.split_once(": want ").and_then(|(name, counts)| {
        let (want, got) = counts.rsplit_once(" got ")?;
        Some((name, want, got))
    });
    if let Some((name, want, got)) = parts {
        let noun = if want == "1" { "argument" } else { "arguments" };
        told.headline = format!("`{name}` takes {want} {noun}, but is given {got}");
    }
}

/// Marks another part of the line, where that is written in it.
fn mark(expression: &str, told: &mut Diagnosis) {
    let excerpt = told.place.as_mut().and_then(|place| place.excerpt.as_mut());
    let Some(excerpt) = excerpt else { return };
    if let Some(at) = excerpt.text().find(expression) {
        let start = excerpt.text()[..at].chars().count();
        excerpt.span = start..start + expression.chars().count();
    }
}

/// What to do about a text that is no template.
fn syntax_hint(detail: &str) -> Option<&'static str> {
    let hints = [
        ("unexpected {{end}}", "no `if`, `with`, `range` or `define` is open here"),
        ("unexpected {{else}}", "no `if`, `with` or `range` is open here"),
        ("unexpected \"}\"", "an action ends with `}}`"),
        ("unclosed action", "an action ends with `}}`"),
        ("unterminated quoted string", "a text in quotes ends in the line it begins in"),
        ("bad character U+201", "use plain quotes, not typographic ones"),
        ("missing value for ", "something must be written between the keyword and `}}`"),
    ];
    hints.into_iter().find(|(words, _)| detail.contains(words)).map(|(_, hint)| hint)
}
