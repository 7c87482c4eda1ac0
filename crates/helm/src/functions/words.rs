//! Words in texts: wrapping, abbreviating, initials (Masterminds/goutils `wordutils.go`,
//! `stringutils.go`). All of them count bytes.

use memchr::{memchr, memrchr};
use zij_gotmpl::{
    Error, Function, Machine,
    Param::{Int, String as Text},
    Value,
};

use super::arguments::{int, text};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("abbrev", &[Int, Text], abbrev),
    Function::new("abbrevboth", &[Int, Int, Text], abbrev_both),
    Function::new("initials", &[Text], initials),
    Function::new("wrap", &[Int, Text], |machine, args| {
        let (width, whole) = (int(args, 0), text(args, 1));
        wrapped(machine, width, &whole, b"\n", LongWords::Keep)
    }),
    Function::new("wrapWith", &[Int, Text, Text], |machine, args| {
        let (width, separator, whole) = (int(args, 0), text(args, 1), text(args, 2));
        let separator = if separator.is_empty() { b"\n" } else { &separator[..] };
        wrapped(machine, width, &whole, separator, LongWords::Cut)
    }),
];

type Answer = Result<Value, Error>;

const MARKER: &[u8] = b"...";

#[derive(Clone, Copy)]
enum LongWords {
    Keep,
    Cut,
}

fn abbrev(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (width, whole) = (int(args, 0), text(args, 1));
    match usize::try_from(width) {
        Ok(width @ 4..) => Ok(Value::from(abbreviated(&whole, 0, width))),
        _ => Ok(Value::from(whole)),
    }
}

fn abbrev_both(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let (left, right, whole) = (int(args, 0), int(args, 1), text(args, 2));
    if right < 4 || (left > 0 && right < 7) {
        return Ok(Value::from(whole));
    }
    let width = usize::try_from(right).unwrap_or(usize::MAX);
    Ok(Value::from(abbreviated(&whole, left, width)))
}

/// Shortens to `width` bytes with dots at the ends that were cut; `offset` stays visible.
fn abbreviated(whole: &[u8], offset: i64, width: usize) -> Vec<u8> {
    if whole.len() <= width {
        return whole.to_vec();
    }
    let room = width - MARKER.len();
    let shown_from = match usize::try_from(offset) {
        Ok(offset) => offset.min(whole.len() - room.min(whole.len())),
        Err(_) => 0,
    };
    if shown_from <= 4 {
        return [&whole[..room], MARKER].concat();
    }
    if width < 7 {
        return Vec::new();
    }
    if shown_from + room < whole.len() {
        let tail = abbreviated(&whole[shown_from..], 0, room);
        return [MARKER, &tail].concat();
    }
    [MARKER, &whole[whole.len() - room..]].concat()
}

fn initials(_: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let mut after_gap = true;
    let mut out = String::new();
    for rune in text(args, 0).iter().map(|byte| char::from(*byte)) {
        if rune.is_whitespace() {
            after_gap = true;
        } else if std::mem::take(&mut after_gap) {
            out.push(rune);
        }
    }
    Ok(Value::from(out))
}

fn wrapped(
    machine: &mut Machine<'_>,
    width: i64,
    whole: &[u8],
    separator: &[u8],
    long_words: LongWords,
) -> Answer {
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    let mut out = Vec::new();
    let mut rest = whole;
    while rest.len() > width {
        if rest[0] == b' ' {
            rest = &rest[1..];
            continue;
        }
        let (line, skipped) = match (memrchr(b' ', &rest[..=width]), long_words) {
            (Some(space), _) => (space, 1),
            (None, LongWords::Cut) => (width, 0),
            (None, LongWords::Keep) => match memchr(b' ', &rest[width..]) {
                Some(space) => (width + space, 1),
                None => break,
            },
        };
        machine.charge_memory(line + separator.len())?;
        out.extend_from_slice(&rest[..line]);
        out.extend_from_slice(separator);
        rest = &rest[line + skipped..];
    }
    out.extend_from_slice(rest);
    Ok(Value::from(out))
}
