//! Texts to lists and back (sprig `strings.go`).

use std::collections::BTreeMap;

use memchr::memmem;
use zij_gotmpl::{
    Error, Function, Machine, Map,
    Param::{Any, Int, String as Text},
    Str, Value,
    value::STRING_MAP,
};

use super::{
    arguments::{int, string_form, string_list, text},
    runes,
};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("join", &[Text, Any], join),
    Function::new("toStrings", &[Any], to_strings),
    Function::new("sortAlpha", &[Any], sort_alpha),
    Function::new("split", &[Text, Text], |machine, args| {
        let (separator, whole) = (text(args, 0), text(args, 1));
        numbered(machine, &separator, -1, &whole)
    }),
    Function::new("splitn", &[Text, Int, Text], |machine, args| {
        let (separator, count, whole) = (text(args, 0), int(args, 1), text(args, 2));
        numbered(machine, &separator, count, &whole)
    }),
    Function::new("splitList", &[Text, Text], split_list),
];

type Answer = Result<Value, Error>;

/// Bytes one list item or map entry costs at least.
const ITEM: usize = 32;

/// Returns sprig's `strslice`: the string forms of the items that are not nil.
pub(super) fn strings_of(value: &Value) -> Result<Vec<Str>, Error> {
    match value {
        Value::Nil | Value::Invalid => Ok(Vec::new()),
        Value::List(list) => list.iter().filter(|item| !item.is_nil()).map(string_form).collect(),
        Value::Bytes(bytes) => Ok(bytes.iter().map(|byte| byte.to_string().into()).collect()),
        other => Ok(vec![string_form(other)?]),
    }
}

fn join(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let separator = text(args, 0);
    let parts = strings_of(&args[1])?;
    let joints = parts.len().saturating_sub(1).saturating_mul(separator.len());
    machine.charge_memory(parts.iter().map(|part| part.len()).sum::<usize>() + joints)?;
    Ok(Value::from(parts.join(&separator[..])))
}

fn to_strings(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let parts = strings_of(&args[0])?;
    machine.charge_memory(parts.len() * ITEM)?;
    Ok(string_list(parts.into_iter().map(Value::from).collect()))
}

fn sort_alpha(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let mut parts = match &args[0] {
        Value::Nil => vec![string_form(&args[0])?],
        value => strings_of(value)?,
    };
    machine.charge_memory(parts.len() * ITEM)?;
    parts.sort_unstable();
    Ok(string_list(parts.into_iter().map(Value::from).collect()))
}

fn split_list(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (separator, whole) = (text(args, 0), text(args, 1));
    let parts = pieces(machine, &separator, -1, &whole)?;
    Ok(string_list(parts.into_iter().map(|part| Value::from(Str::from(part))).collect()))
}

fn numbered(machine: &mut Machine<'_>, separator: &[u8], count: i64, whole: &[u8]) -> Answer {
    let parts = pieces(machine, separator, count, whole)?;
    let entries: BTreeMap<Str, Value> = parts
        .into_iter()
        .enumerate()
        .map(|(index, part)| (format!("_{index}").into(), Value::from(Str::from(part))))
        .collect();
    Ok(Value::Map(Map::with_type(entries, &STRING_MAP)))
}

/// Splits as Go's `strings.SplitN`: -1 means all, an empty separator splits into runes.
pub(super) fn pieces<'t>(
    machine: &mut Machine<'_>,
    separator: &[u8],
    count: i64,
    whole: &'t [u8],
) -> Result<Vec<&'t [u8]>, Error> {
    let most = if count < 0 { usize::MAX } else { usize::try_from(count).unwrap_or(usize::MAX) };
    if most == 0 {
        return Ok(Vec::new());
    }
    let mut parts = Vec::new();
    let mut rest = whole;
    if separator.is_empty() {
        while parts.len() + 1 < most
            && let Some((_, width)) = runes::first(rest)
        {
            let (rune, after) = rest.split_at(width);
            parts.push(rune);
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(rest);
        }
    } else {
        let finder = memmem::Finder::new(separator);
        while parts.len() + 1 < most
            && let Some(end) = finder.find(rest)
        {
            parts.push(&rest[..end]);
            rest = &rest[end + separator.len()..];
        }
        parts.push(rest);
    }
    machine.charge_memory(whole.len() + parts.len() * ITEM)?;
    Ok(parts)
}
