//! Slash-separated paths (Go `path`; the `os` functions are the same on Linux).

use zij_gotmpl::{Function, Param::String as Text, Str, Value};

use super::arguments::text;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("base", &[Text], |_, args| Ok(base(&text(args, 0)))),
    Function::new("osBase", &[Text], |_, args| Ok(base(&text(args, 0)))),
    Function::new("dir", &[Text], |_, args| Ok(dir(&text(args, 0)))),
    Function::new("osDir", &[Text], |_, args| Ok(dir(&text(args, 0)))),
    Function::new("clean", &[Text], |_, args| Ok(Value::from(clean(&text(args, 0))))),
    Function::new("osClean", &[Text], |_, args| Ok(Value::from(clean(&text(args, 0))))),
    Function::new("ext", &[Text], |_, args| Ok(ext(&text(args, 0)))),
    Function::new("osExt", &[Text], |_, args| Ok(ext(&text(args, 0)))),
    Function::new("isAbs", &[Text], |_, args| Ok(Value::from(text(args, 0).starts_with(b"/")))),
    Function::new("osIsAbs", &[Text], |_, args| Ok(Value::from(text(args, 0).starts_with(b"/")))),
];

fn base(path: &[u8]) -> Value {
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |last| last + 1);
    match path[..end].rsplit(|byte| *byte == b'/').next() {
        _ if path.is_empty() => Value::from("."),
        Some(name) if !name.is_empty() => Value::from(Str::from(name)),
        _ => Value::from("/"),
    }
}

fn dir(path: &[u8]) -> Value {
    let end = memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1);
    Value::from(clean(&path[..end]))
}

fn ext(path: &[u8]) -> Value {
    let start = path.iter().rposition(|byte| matches!(byte, b'.' | b'/'));
    match start {
        Some(dot) if path[dot] == b'.' => Value::from(Str::from(&path[dot..])),
        _ => Value::from(""),
    }
}

/// Takes out empty elements, `.`, and `..` with what it leaves.
fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.starts_with(b"/");
    let mut kept: Vec<&[u8]> = Vec::new();
    for element in path.split(|byte| *byte == b'/') {
        match element {
            b"" | b"." => {}
            b".." if kept.last().is_some_and(|last| *last != b"..") => _ = kept.pop(),
            b".." if rooted => {}
            _ => kept.push(element),
        }
    }
    let mut out = if rooted { b"/".to_vec() } else { Vec::new() };
    out.extend_from_slice(&kept.join(&b"/"[..]));
    if out.is_empty() {
        out.push(b'.');
    }
    out
}
