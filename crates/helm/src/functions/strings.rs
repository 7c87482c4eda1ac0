//! Texts: trimming, cases, cutting, quoting, indenting (sprig `strings.go`, Go `strings`).

use std::borrow::Cow;

use memchr::memmem;
use zij_gotmpl::{
    Error, Function, Machine,
    Param::{Any, Int, String as Text},
    Str, Value,
    value::fmt,
};

use super::{
    arguments::{int, string_form, text},
    runes,
};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("hello", &[], |_, _| Ok(Value::from("Hello!"))),
    Function::new("trim", &[Text], trim),
    Function::new("trimall", &[Text, Text], trim_all),
    Function::new("trimAll", &[Text, Text], trim_all),
    Function::new("trimSuffix", &[Text, Text], trim_suffix),
    Function::new("trimPrefix", &[Text, Text], trim_prefix),
    Function::new("upper", &[Text], |_, args| Ok(map_runes(&text(args, 0), runes::upper))),
    Function::new("lower", &[Text], |_, args| Ok(map_runes(&text(args, 0), runes::lower))),
    Function::new("title", &[Text], title),
    Function::new("untitle", &[Text], untitle),
    Function::new("swapcase", &[Text], swapcase),
    Function::new("repeat", &[Int, Text], repeat),
    Function::new("nospace", &[Text], nospace),
    Function::new("contains", &[Text, Text], contains),
    Function::new("hasPrefix", &[Text, Text], has_prefix),
    Function::new("hasSuffix", &[Text, Text], has_suffix),
    Function::new("replace", &[Text, Text, Text], replace),
    Function::new("plural", &[Text, Text, Int], plural),
    Function::new("trunc", &[Int, Text], trunc),
    Function::new("substr", &[Int, Int, Text], substr),
    Function::variadic("quote", &[], Any, quote),
    Function::variadic("squote", &[], Any, squote),
    Function::variadic("cat", &[], Any, cat),
    Function::new("indent", &[Int, Text], indent),
    Function::new("nindent", &[Int, Text], nindent),
    Function::new("toString", &[Any], |_, args| string_form(&args[0]).map(Value::from)),
];

type Answer = Result<Value, Error>;

/// Returns the part of a text that was found in it, without copying when it is all of it.
fn part(whole: Str, part: std::ops::Range<usize>) -> Value {
    if part.len() == whole.len() {
        Value::from(whole)
    } else {
        Value::from(Str::from(&whole[part]))
    }
}

fn trim(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    trimmed(text(args, 0), char::is_whitespace)
}

fn trim_all(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let cut_set: Vec<char> = runes::each(&text(args, 0)).collect();
    trimmed(text(args, 1), |rune| cut_set.contains(&rune))
}

fn trimmed(whole: Str, cut: impl Fn(char) -> bool) -> Answer {
    let kept = runes::trim(&whole, cut);
    let start = kept.as_ptr().addr() - whole.as_ptr().addr();
    let range = if kept.is_empty() { 0..0 } else { start..start + kept.len() };
    Ok(part(whole, range))
}

fn trim_suffix(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (suffix, whole) = (text(args, 0), text(args, 1));
    let end = whole.strip_suffix(&*suffix).map_or(whole.len(), <[u8]>::len);
    Ok(part(whole, 0..end))
}

fn trim_prefix(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (prefix, whole) = (text(args, 0), text(args, 1));
    let start = if whole.starts_with(&prefix) { prefix.len() } else { 0 };
    let end = whole.len();
    Ok(part(whole, start..end))
}

fn map_runes(text: &[u8], map: impl FnMut(char) -> char) -> Value {
    Value::from(runes::each(text).map(map).collect::<String>())
}

fn title(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let mut previous = ' ';
    Ok(map_runes(&text(args, 0), |rune| {
        let starts_word = separates(previous);
        previous = rune;
        if starts_word { runes::upper(rune) } else { rune }
    }))
}

/// Go's `isSeparator` of `strings.Title`.
fn separates(rune: char) -> bool {
    match rune {
        '_' => false,
        _ if rune.is_ascii() => !rune.is_ascii_alphanumeric(),
        _ => !rune.is_alphanumeric() && rune.is_whitespace(),
    }
}

fn untitle(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let mut at_start = true;
    Ok(map_runes(&text(args, 0), |rune| {
        if rune.is_whitespace() {
            at_start = true;
            return rune;
        }
        if std::mem::take(&mut at_start) { runes::lower(rune) } else { rune }
    }))
}

fn swapcase(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    Ok(map_runes(&text(args, 0), |rune| {
        if rune.is_lowercase() {
            runes::upper(rune)
        } else if rune.is_uppercase() {
            runes::lower(rune)
        } else {
            rune
        }
    }))
}

fn repeat(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (count, unit) = (int(args, 0), text(args, 1));
    let count = count_of(count)?;
    if count == 1 {
        return Ok(Value::from(unit));
    }
    let overflow = || Error::function("strings: Repeat output length overflow");
    let size = unit.len().checked_mul(count).ok_or_else(overflow)?;
    machine.charge_memory(size)?;
    Ok(Value::from(unit.repeat(count)))
}

fn count_of(count: i64) -> Result<usize, Error> {
    usize::try_from(count).map_err(|_| Error::function("strings: negative Repeat count"))
}

/// goutils walks bytes as if they were Latin-1 runes.
fn nospace(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let whole = text(args, 0);
    let kept: String =
        whole.iter().map(|byte| char::from(*byte)).filter(|rune| !rune.is_whitespace()).collect();
    let unchanged = kept.chars().count() == whole.len();
    Ok(if unchanged { Value::from(whole) } else { Value::from(kept) })
}

fn contains(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (needle, whole) = (text(args, 0), text(args, 1));
    Ok(Value::from(memmem::find(&whole, &needle).is_some()))
}

fn has_prefix(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (prefix, whole) = (text(args, 0), text(args, 1));
    Ok(Value::from(whole.starts_with(&prefix)))
}

fn has_suffix(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (suffix, whole) = (text(args, 0), text(args, 1));
    Ok(Value::from(whole.ends_with(&suffix)))
}

fn replace(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (old, new, whole) = (text(args, 0), text(args, 1), text(args, 2));
    if old.is_empty() {
        return insert_everywhere(machine, &new, &whole);
    }
    let places: Vec<usize> = memmem::find_iter(&whole, &*old).collect();
    if places.is_empty() {
        return Ok(Value::from(whole));
    }
    let size = whole.len() - places.len() * old.len() + places.len().saturating_mul(new.len());
    machine.charge_memory(size)?;
    let mut out = Vec::with_capacity(size);
    let mut copied = 0;
    for place in places {
        out.extend_from_slice(&whole[copied..place]);
        out.extend_from_slice(&new);
        copied = place + old.len();
    }
    out.extend_from_slice(&whole[copied..]);
    Ok(Value::from(out))
}

/// Replacing nothing puts the new text around every rune.
fn insert_everywhere(machine: &mut Machine<'_>, new: &[u8], whole: &[u8]) -> Answer {
    machine
        .charge_memory(whole.len().saturating_add((whole.len() + 1).saturating_mul(new.len())))?;
    let mut out = new.to_vec();
    let mut rest = whole;
    while let Some((_, width)) = runes::first(rest) {
        let (rune, after) = rest.split_at(width);
        out.extend_from_slice(rune);
        out.extend_from_slice(new);
        rest = after;
    }
    Ok(Value::from(out))
}

fn plural(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let index = usize::from(int(args, 2) != 1);
    Ok(Value::from(text(args, index)))
}

fn trunc(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (count, whole) = (int(args, 0), text(args, 1));
    let size = whole.len();
    let wanted = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    if wanted >= size {
        return Ok(Value::from(whole));
    }
    Ok(part(whole, if count < 0 { size - wanted..size } else { 0..wanted }))
}

fn substr(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (start, end, whole) = (int(args, 0), int(args, 1), text(args, 2));
    let size = whole.len() as i64;
    let out_of_bounds = |detail: String| {
        Err(Error::function(format!("runtime error: slice bounds out of range {detail}")))
    };
    let range = match (start, end) {
        (..0, ..0) => return out_of_bounds(format!("[:{end}]")),
        (..0, _) if end > size => return out_of_bounds(format!("[:{end}] with length {size}")),
        (..0, _) => 0..end,
        _ if !(0..=size).contains(&end) && start > size => {
            return out_of_bounds(format!("[{start}:{size}]"));
        }
        _ if !(0..=size).contains(&end) => start..size,
        _ if start > end => return out_of_bounds(format!("[{start}:{end}]")),
        _ => start..end,
    };
    // Both ends lie between 0 and the length here.
    Ok(part(whole, range.start as usize..range.end as usize))
}

fn quote(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let mut out = Vec::new();
    for arg in args.iter().filter(|arg| !arg.is_nil()) {
        if !out.is_empty() {
            out.push(b' ');
        }
        match arg {
            Value::String(text) => fmt::append_quoted(&mut out, text),
            other => fmt::append_quoted(&mut out, &string_form(other)?),
        }
    }
    machine.charge_memory(out.len())?;
    Ok(Value::from(out))
}

fn squote(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let mut out = Vec::new();
    for arg in args.iter().filter(|arg| !arg.is_nil()) {
        if !out.is_empty() {
            out.push(b' ');
        }
        out.push(b'\'');
        fmt::append(&mut out, arg)?;
        out.push(b'\'');
    }
    machine.charge_memory(out.len())?;
    Ok(Value::from(out))
}

fn cat(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let mut out = Vec::new();
    for (index, arg) in args.iter().filter(|arg| !arg.is_nil()).enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        fmt::append(&mut out, arg)?;
    }
    machine.charge_memory(out.len())?;
    Ok(Value::from(out))
}

fn indent(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (spaces, whole) = (int(args, 0), text(args, 1));
    indented(machine, b"", spaces, &whole)
}

fn nindent(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (spaces, whole) = (int(args, 0), text(args, 1));
    indented(machine, b"\n", spaces, &whole)
}

fn indented(machine: &mut Machine<'_>, lead: &[u8], spaces: i64, whole: &[u8]) -> Answer {
    let spaces = count_of(spaces)?;
    let lines = 1 + memchr::memchr_iter(b'\n', whole).count();
    let size = lines.saturating_mul(spaces).saturating_add(lead.len() + whole.len());
    machine.charge_memory(size)?;
    let mut out = Vec::with_capacity(size);
    out.extend_from_slice(lead);
    let mut rest = whole;
    loop {
        out.resize(out.len() + spaces, b' ');
        let Some(end) = memchr::memchr(b'\n', rest) else { break };
        out.extend_from_slice(&rest[..=end]);
        rest = &rest[end + 1..];
    }
    out.extend_from_slice(rest);
    Ok(Value::from(out))
}

/// Returns a text as UTF-8, with bad bytes replaced as Go's rune conversions do.
pub(super) fn lossy(text: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(text) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(runes::each(text).collect()),
    }
}
