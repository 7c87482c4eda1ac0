//! Template errors in Helm's words.
//!
//! Source of the rules: `cleanupParseError` and `reformatExecErrorMsg` of Helm's
//! `pkg/engine/engine.go`.

use crate::{
    error::{Error, Place, Stage},
    functions::flow::MESSAGE,
    profile::{ErrorFormat, Profile},
};

/// The failure of parsing a file.
pub(super) fn parse_failure(file: &str, error: &zij_gotmpl::Error) -> Error {
    let text = error.to_string();
    let parts: Vec<&str> = text.split(": ").collect();
    let text = match parts.as_slice() {
        [_, location, .., last] => format!("parse error at ({location}): {last}"),
        [_, last] => format!("parse error at ({last}): {last}"),
        _ => format!("parse error in ({file}): {text}"),
    };
    let mut trace = places(error);
    if trace.is_empty() {
        trace.push(Place { file: file.to_owned(), ..Place::default() });
    }
    marked(Error::new(Stage::Parse, text).with_trace(trace), error)
}

/// The failure of running a file.
pub(super) fn execution_failure(profile: &Profile, error: &zij_gotmpl::Error) -> Error {
    let text = match (error.find_tag(MESSAGE), error.place()) {
        (Some(message), Some(place)) => format!(
            "execution error at ({}:{}:{}): {}",
            place.file,
            place.line,
            place.column,
            message.detail()
        ),
        _ => match profile.errors {
            ErrorFormat::Trace => trace_of(error).unwrap_or_else(|| error.to_string()),
            ErrorFormat::Line => error.to_string(),
        },
    };
    marked(Error::new(Stage::Execute, text).with_trace(places(error)), error)
}

fn marked(failure: Error, error: &zij_gotmpl::Error) -> Error {
    if error.is_limit() { failure.over_limit() } else { failure }
}

fn places(error: &zij_gotmpl::Error) -> Vec<Place> {
    let places = error.chain().filter_map(zij_gotmpl::Error::place);
    let place = |place: &zij_gotmpl::Place| Place {
        file: place.file.clone(),
        line: Some(place.line),
        column: Some(place.column),
        template: Some(place.template.clone()).filter(|name| !name.is_empty()),
        expression: Some(place.expression.clone()).filter(|text| !text.is_empty()),
    };
    places.map(place).collect()
}

/// One block of Helm 4's trace.
#[derive(Debug, Default, PartialEq, Eq)]
struct Block {
    location: String,
    executing: String,
    message: String,
}

/// The trace, unless an error in the chain does not come from a template.
fn trace_of(error: &zij_gotmpl::Error) -> Option<String> {
    error.place()?;
    let mut blocks: Vec<Block> = Vec::new();
    for error in error.chain() {
        let block = Block::parse(&error.to_string())?;
        if blocks.last() != Some(&block) {
            blocks.push(block);
        }
    }
    let text: String = blocks.iter().map(Block::text).collect();
    Some(text.trim().to_owned())
}

impl Block {
    fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("template: ")?;
        if rest.starts_with("no template ") {
            return Some(Self { message: text.to_owned(), ..Self::default() });
        }
        Self::parse_executing(rest).or_else(|| {
            let (location, message) = rest.rsplit_once(": ")?;
            let (location, message) = (location.to_owned(), own_message(message).to_owned());
            Some(Self { location, message, ..Self::default() })
        })
    }

    fn parse_executing(rest: &str) -> Option<Self> {
        let (location, after) = rest.split_once(": executing \"")?;
        let (template, after) = after.split_once('"')?;
        let (expression, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
        Some(Self {
            location: location.to_owned(),
            executing: format!("executing \"{template}\" at <{expression}>:"),
            message: own_message(message).to_owned(),
        })
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (part, indent) in [(&self.location, "  "), (&self.executing, "    ")] {
            if !part.is_empty() {
                text.extend([part, "\n", indent]);
            }
        }
        if !self.message.is_empty() {
            text.extend([&self.message, "\n"]);
        }
        text
    }
}

/// The message without the nested error behind it.
fn own_message(message: &str) -> &str {
    message.find(" template:").map_or(message, |end| &message[..end])
}
