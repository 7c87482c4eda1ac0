//! Template errors in Helm's words.
//!
//! Source of the rules: `cleanupParseError` and `reformatExecErrorMsg` of Helm's
//! `pkg/engine/engine.go`.

use zij_gotmpl::{ErrorKind, Evidence};

use crate::{
    diagnosis::{Excerpt, Fact, TemplateFact},
    error::{Error, Place, Stage},
    functions::flow::{MESSAGE, TPL_NAME},
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
    marked(Error::new(Stage::Parse, text).with_trace(trace).with_fact(fact_of(error)), error)
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
    let failure = Error::new(Stage::Execute, text).with_trace(places(error));
    marked(failure.with_fact(fact_of(error)), error)
}

fn marked(failure: Error, error: &zij_gotmpl::Error) -> Error {
    if error.is_limit() { failure.over_limit() } else { failure }
}

fn places(error: &zij_gotmpl::Error) -> Vec<Place> {
    let mut places = Vec::new();
    let mut given = None;
    for error in error.chain() {
        let given_here = error.evidence().and_then(text_given);
        if let Some(place) = error.place() {
            let text_of = if place.file == TPL_NAME { given.take() } else { None };
            places.push(own_place(place, text_of));
        }
        given = given_here.or(given);
    }
    places
}

fn own_place(place: &zij_gotmpl::Place, text_of: Option<Vec<String>>) -> Place {
    Place {
        file: place.file.clone(),
        line: Some(place.line),
        column: Some(place.column),
        template: Some(place.template.clone()).filter(|name| !name.is_empty()),
        expression: Some(place.expression.clone()).filter(|text| !text.is_empty()),
        excerpt: Some(Excerpt::of_span(&place.text, place.span.clone())),
        text_of,
    }
}

/// Where the first text or table among the operands of `tpl` lies in the values.
fn text_given(evidence: &Evidence) -> Option<Vec<String>> {
    let whole = |trail: &&zij_gotmpl::Trail| trail.found == trail.fields.len();
    let mut paths = evidence.operands.iter().filter(whole).filter_map(|t| t.held.path.clone());
    paths.find(|path| path.len() > 1 && path[0] == "Values")
}

/// What is known of the innermost error that has a place.
fn fact_of(error: &zij_gotmpl::Error) -> Fact {
    let chain: Vec<&zij_gotmpl::Error> = error.chain().collect();
    let innermost = chain.iter().rposition(|error| error.place().is_some()).unwrap_or(0);
    let own = &chain[innermost..];
    let function = own.first().filter(|error| error.kind() == ErrorKind::Call);
    let function = function.and_then(|error| {
        let name = error.detail().strip_prefix("error calling ")?.strip_suffix(": ")?;
        Some(name.to_owned())
    });
    // What `tpl` says before the reason is the whole text that it was given.
    let skipped = match function.as_deref() {
        Some("tpl") if own.len() > 2 => 2,
        Some(_) => 1,
        None => 0,
    };
    let words = &own[skipped..];
    Fact::Template(Box::new(TemplateFact {
        message: error.find_tag(MESSAGE).map(|error| error.detail().to_owned()),
        function,
        detail: words.iter().map(|error| error.detail()).collect(),
        evidence: own.iter().find_map(|error| error.evidence().cloned()).unwrap_or_default(),
        clue: own.iter().find_map(|error| error.clue().cloned()),
        subchart: error.place().map(|place| subcharts_of(&place.file)).unwrap_or_default(),
    }))
}

/// The subcharts in a path such as `web/charts/redis/templates/service.yaml`.
fn subcharts_of(file: &str) -> Vec<String> {
    let parts: Vec<&str> = file.split('/').skip(1).collect();
    let pairs = parts.chunks_exact(2).take_while(|pair| pair[0] == "charts");
    pairs.map(|pair| pair[1].to_owned()).collect()
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
