//! Helm's control functions: `include`, `tpl`, `required`, `fail`, `lookup` (`engine.go`).

use memchr::memmem;
use zij_gotmpl::{
    Error, Function, Machine, Map,
    Param::{Any, String as Text},
    Str, Value,
    value::fmt,
};

use super::arguments::{any, text};
use crate::host::Host;

/// Marks the error of `fail` and `required`; its text is the chart author's message.
pub const MESSAGE: &str = "message";
/// The name under which Helm runs a text that is given to `tpl`.
pub(crate) const TPL_NAME: &str = "gotpl";

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("include", &[Text, Any], include),
    Function::new("tpl", &[Text, Any], tpl),
    Function::new("required", &[Text, Any], required),
    Function::new("fail", &[Text], |_, args| Err(message(&text(args, 0)))),
    Function::new("lookup", &[Text, Text, Text, Text], |_, _| Ok(Value::from(Map::new()))),
];

type Answer = Result<Value, Error>;

/// Go's text for a missing value, which Helm removes from what it renders.
const NO_VALUE: &[u8] = b"<no value>";

fn include(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (name, data) = (text(args, 0), any(args, 1));
    if !machine.host::<Host>()?.enter_include(&name) {
        return Err(Error::function(format!(
            "rendering template has a nested reference name: {name}: unable to execute template"
        )));
    }
    let rendered = machine.execute(&name, data);
    machine.host::<Host>()?.leave_include(&name);
    rendered.map(Value::from)
}

fn tpl(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (template, data) = (text(args, 0), any(args, 1));
    if memmem::find(&template, b"{{").is_none() {
        return Ok(Value::from(without_no_value(template)));
    }
    match machine.execute_text(TPL_NAME, &template, data) {
        Ok(rendered) => Ok(Value::from(without_no_value(rendered))),
        Err(error) => Err(tpl_error(&template, error)),
    }
}

fn tpl_error(template: &[u8], error: Error) -> Error {
    let mut detail = Vec::new();
    let syntax = error.kind() == zij_gotmpl::ErrorKind::Syntax;
    let what =
        if syntax { "cannot parse template " } else { "error during tpl function execution for " };
    detail.extend_from_slice(what.as_bytes());
    fmt::append_quoted(&mut detail, template);
    detail.extend_from_slice(b": ");
    Error::wrap(String::from_utf8_lossy(&detail).into_owned(), error)
}

/// Removes Go's text for missing values, as Helm does from files and from `tpl`.
pub(crate) fn without_no_value(text: Str) -> Str {
    if memmem::find(&text, NO_VALUE).is_none() {
        return text;
    }
    let mut out = Vec::with_capacity(text.len());
    let mut copied = 0;
    for place in memmem::find_iter(&text, NO_VALUE) {
        out.extend_from_slice(&text[copied..place]);
        copied = place + NO_VALUE.len();
    }
    out.extend_from_slice(&text[copied..]);
    out.into()
}

fn required(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (warning, value) = (text(args, 0), any(args, 1));
    match &value {
        Value::Nil | Value::Invalid => Err(message(&warning)),
        Value::String(text) if text.is_empty() => Err(message(&warning)),
        _ => Ok(value),
    }
}

fn message(text: &Str) -> Error {
    Error::function(text.to_string()).with_tag(MESSAGE)
}
