//! The functions (sprig `regex.go`).

use std::rc::Rc;

use zij_gotmpl::{
    Error, Function, Machine,
    Param::{Int, String as Text},
    Str, Value,
};

use super::{
    super::arguments::{int, nil_string_list, string_list, text},
    pattern::{Pattern, compile, must_compile},
};

pub(in super::super) static FUNCTIONS: &[Function] = &[
    Function::new("regexMatch", &[Text, Text], |machine, args| {
        // The one function that swallows a bad pattern.
        match compile(&text(args, 0)) {
            Ok(pattern) => is_match(machine, &pattern, &text(args, 1)),
            Err(_) => Ok(Value::from(false)),
        }
    }),
    Function::new("mustRegexMatch", &[Text, Text], |machine, args| {
        let pattern = fallible(&text(args, 0))?;
        is_match(machine, &pattern, &text(args, 1))
    }),
    Function::new("regexFind", &[Text, Text], |machine, args| find(machine, args, panicking)),
    Function::new("mustRegexFind", &[Text, Text], |machine, args| find(machine, args, fallible)),
    Function::new("regexFindAll", &[Text, Text, Int], |machine, args| {
        find_all(machine, args, panicking)
    }),
    Function::new("mustRegexFindAll", &[Text, Text, Int], |machine, args| {
        find_all(machine, args, fallible)
    }),
    Function::new("regexReplaceAll", &[Text, Text, Text], |machine, args| {
        replace_all(machine, args, panicking)
    }),
    Function::new("mustRegexReplaceAll", &[Text, Text, Text], |machine, args| {
        replace_all(machine, args, fallible)
    }),
    Function::new("regexReplaceAllLiteral", &[Text, Text, Text], |machine, args| {
        replace_literally(machine, args, panicking)
    }),
    Function::new("mustRegexReplaceAllLiteral", &[Text, Text, Text], |machine, args| {
        replace_literally(machine, args, fallible)
    }),
    Function::new("regexSplit", &[Text, Text, Int], |machine, args| {
        split(machine, args, panicking)
    }),
    Function::new("mustRegexSplit", &[Text, Text, Int], |machine, args| {
        split(machine, args, fallible)
    }),
    Function::new("regexQuoteMeta", &[Text], quote_meta),
];

type Answer = Result<Value, Error>;
type Compile = fn(&Str) -> Result<Rc<Pattern>, Error>;

fn fallible(pattern: &Str) -> Result<Rc<Pattern>, Error> {
    compile(pattern).map_err(|error| Error::function(error.to_string()))
}

fn panicking(pattern: &Str) -> Result<Rc<Pattern>, Error> {
    must_compile(pattern).map_err(|error| Error::function(error.to_string()))
}

fn is_match(machine: &mut Machine<'_>, pattern: &Pattern, text: &[u8]) -> Answer {
    machine.charge_steps(text.len())?;
    Ok(Value::from(pattern.is_match(text)))
}

fn find(machine: &mut Machine<'_>, args: &mut [Value], compile: Compile) -> Answer {
    let (pattern, whole) = (compile(&text(args, 0))?, text(args, 1));
    machine.charge_steps(whole.len())?;
    Ok(Value::from(pattern.find(&whole).map_or(Str::EMPTY, Str::from)))
}

/// Go's count of results wanted: negative is all.
fn wanted(count: i64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn find_all(machine: &mut Machine<'_>, args: &mut [Value], compile: Compile) -> Answer {
    let (pattern, whole, count) = (compile(&text(args, 0))?, text(args, 1), wanted(int(args, 2)));
    machine.charge_steps(whole.len())?;
    let mut found = Vec::new();
    for (start, end) in pattern.matches(&whole).take(count) {
        machine.charge_memory(size_of::<Value>())?;
        found.push(Value::from(Str::from(&whole[start..end])));
    }
    Ok(if found.is_empty() { nil_string_list() } else { string_list(found) })
}

fn replace_all(machine: &mut Machine<'_>, args: &mut [Value], compile: Compile) -> Answer {
    let (pattern, whole, new) = (compile(&text(args, 0))?, text(args, 1), text(args, 2));
    if memchr::memchr(b'$', &new).is_none() {
        return replaced(machine, &pattern, &whole, &new);
    }
    machine.charge_steps(whole.len())?;
    let mut out = Vec::with_capacity(whole.len());
    let mut copied = 0;
    for found in pattern.captures(&whole) {
        let Some(Some((start, end))) = found.first().copied() else { continue };
        let before = out.len();
        out.extend_from_slice(&whole[copied..start]);
        pattern.expand(&mut out, &new, &whole, &found);
        machine.charge_memory(out.len() - before)?;
        copied = end;
    }
    out.extend_from_slice(&whole[copied..]);
    Ok(Value::from(out))
}

fn replace_literally(machine: &mut Machine<'_>, args: &mut [Value], compile: Compile) -> Answer {
    let (pattern, whole, new) = (compile(&text(args, 0))?, text(args, 1), text(args, 2));
    replaced(machine, &pattern, &whole, &new)
}

fn replaced(machine: &mut Machine<'_>, pattern: &Pattern, whole: &Str, new: &[u8]) -> Answer {
    machine.charge_steps(whole.len())?;
    let mut out = Vec::new();
    let mut copied = 0;
    for (start, end) in pattern.matches(whole) {
        machine.charge_memory(start - copied + new.len())?;
        out.extend_from_slice(&whole[copied..start]);
        out.extend_from_slice(new);
        copied = end;
    }
    out.extend_from_slice(&whole[copied..]);
    Ok(Value::from(out))
}

fn split(machine: &mut Machine<'_>, args: &mut [Value], compile: Compile) -> Answer {
    let (pattern, whole, count) = (compile(&text(args, 0))?, text(args, 1), int(args, 2));
    machine.charge_steps(whole.len())?;
    if count == 0 {
        return Ok(nil_string_list());
    }
    if !pattern.is_empty && whole.is_empty() {
        return Ok(string_list(vec![Value::from(Str::EMPTY)]));
    }
    let mut parts = Vec::new();
    let (mut begin, mut end) = (0, 0);
    for found in pattern.matches(&whole).take(wanted(count)) {
        if parts.len() + 1 == wanted(count) {
            break;
        }
        machine.charge_memory(size_of::<Value>())?;
        end = found.0;
        if found.1 != 0 {
            parts.push(Value::from(Str::from(&whole[begin..end])));
        }
        begin = found.1;
    }
    if end != whole.len() {
        parts.push(Value::from(Str::from(&whole[begin..])));
    }
    Ok(string_list(parts))
}

fn quote_meta(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let mut out = Vec::new();
    for byte in text(args, 0).iter() {
        if br"\.+*?()|[]{}^$".contains(byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    Ok(Value::from(out))
}
