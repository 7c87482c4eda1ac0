//! Printing one value under a verb, and Go's `Sprint` family.

use crate::{
    error::Error,
    value::{
        Kind, Map, Object, Str, Value,
        convert::Walk,
        fmt::{append_float, flags::Flags},
    },
};

/// How large the text of one value may grow; shared items can make it exponential.
const MAX_TEXT: usize = 1 << 28;

/// Appends a value as `%v` prints it.
///
/// # Errors
/// The value is too deep (it may contain itself) or its text too large.
pub fn append(out: &mut Vec<u8>, value: &Value) -> Result<(), Error> {
    match value {
        Value::String(text) => out.extend_from_slice(text),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Int(value) | Value::Int64(value) => append_integer(out, *value),
        Value::Float(value) => append_float(out, *value),
        _ => return Printer::new(out).top(value, 'v'),
    }
    Ok(())
}

/// Appends a value as an action prints it: pointers are followed first.
pub(crate) fn append_dereferenced(out: &mut Vec<u8>, value: &Value) -> Result<(), Error> {
    if !matches!(value, Value::Object(_)) {
        return append(out, value);
    }
    let mut text = Vec::new();
    append(&mut text, value)?;
    out.extend_from_slice(text.strip_prefix(b"&").unwrap_or(&text));
    Ok(())
}

fn append_integer(out: &mut Vec<u8>, value: i64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// Returns a value as `%v` prints it.
///
/// # Errors
/// As [`append`].
pub fn display(value: &Value) -> Result<Str, Error> {
    if let Value::String(text) = value {
        return Ok(text.clone());
    }
    let mut out = Vec::new();
    append(&mut out, value)?;
    Ok(out.into())
}

/// Returns what Go's `fmt.Sprint` gives: a space between operands when neither is a string.
///
/// # Errors
/// As [`append`].
pub fn sprint(args: &[Value]) -> Result<Str, Error> {
    let mut out = Vec::new();
    let mut previous_string = true;
    for arg in args {
        let string = matches!(arg, Value::String(_));
        if !string && !previous_string {
            out.push(b' ');
        }
        append(&mut out, arg)?;
        previous_string = string;
    }
    Ok(out.into())
}

/// Returns what Go's `fmt.Sprintln` gives: spaces between all operands and a line end.
///
/// # Errors
/// As [`append`].
pub fn sprintln(args: &[Value]) -> Result<Str, Error> {
    let mut out = Vec::new();
    for (index, arg) in args.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        append(&mut out, arg)?;
    }
    out.push(b'\n');
    Ok(out.into())
}

/// Prints values under one set of flags.
pub(super) struct Printer<'o> {
    pub(super) out: &'o mut Vec<u8>,
    pub(super) flags: Flags,
    walk: Walk,
    /// Set while the text of a bad verb is written, where methods are not called.
    plain: bool,
}

impl<'o> Printer<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out, flags: Flags::default(), walk: Walk::new(), plain: false }
    }

    /// Prints an operand of a print function.
    pub(super) fn top(&mut self, value: &Value, verb: char) -> Result<(), Error> {
        match (value, verb) {
            (Value::Invalid | Value::Nil, 'v' | 'T') => self.flags.pad(self.out, b"<nil>"),
            (Value::Invalid | Value::Nil, _) => self.bad_verb(verb, value)?,
            (_, 'T') => self.flags.text(self.out, value.type_name().as_bytes()),
            _ => self.value(value, verb, 0)?,
        }
        Ok(())
    }

    fn value(&mut self, value: &Value, verb: char, depth: usize) -> Result<(), Error> {
        self.walk.enter()?;
        if self.out.len() > MAX_TEXT {
            return Err(Error::limit(format!("text of a value exceeds {MAX_TEXT} bytes")));
        }
        match value {
            Value::Invalid | Value::Nil if self.flags.sharp_v => {
                self.out.extend_from_slice(b"interface {}(nil)");
            }
            Value::Invalid | Value::Nil => self.out.extend_from_slice(b"<nil>"),
            Value::Bool(flag) if matches!(verb, 't' | 'v') => {
                self.flags.pad(self.out, if *flag { b"true" } else { b"false" });
            }
            Value::Bool(_) => self.bad_verb(verb, value)?,
            Value::Int(number) | Value::Int64(number) => {
                self.integer(value, i128::from(*number), verb)?;
            }
            Value::Uint8(number) => self.integer(value, i128::from(*number), verb)?,
            Value::Uint64(number) => self.integer(value, i128::from(*number), verb)?,
            Value::Float(number) => self.float(value, *number, verb)?,
            Value::String(text) => self.string(value, text, verb)?,
            Value::Bytes(bytes) => self.bytes(value, bytes, verb)?,
            Value::List(list) => self.list(list.go_type().name, list.as_slice(), verb, depth)?,
            Value::Map(map) => self.map(map, verb, depth)?,
            Value::Object(object) => self.object(value, object.as_ref(), verb, depth)?,
        }
        self.walk.leave();
        Ok(())
    }

    fn bad_verb(&mut self, verb: char, value: &Value) -> Result<(), Error> {
        self.out.extend_from_slice(b"%!");
        self.out.extend_from_slice(verb.encode_utf8(&mut [0; 4]).as_bytes());
        self.out.push(b'(');
        if value.is_nil() {
            self.out.extend_from_slice(b"<nil>");
        } else {
            self.out.extend_from_slice(value.type_name().as_bytes());
            self.out.push(b'=');
            let outer = std::mem::replace(&mut self.plain, true);
            self.value(value, 'v', 0)?;
            self.plain = outer;
        }
        self.out.push(b')');
        Ok(())
    }

    fn integer(&mut self, value: &Value, number: i128, verb: char) -> Result<(), Error> {
        let flags = self.flags;
        let unsigned = matches!(value, Value::Uint8(_) | Value::Uint64(_));
        match verb {
            'v' if flags.sharp_v && unsigned => {
                Flags { sharp: true, ..flags }.integer(self.out, number, 16, 'x');
            }
            'v' | 'd' => flags.integer(self.out, number, 10, verb),
            'b' => flags.integer(self.out, number, 2, verb),
            'o' | 'O' => flags.integer(self.out, number, 8, verb),
            'x' | 'X' => flags.integer(self.out, number, 16, verb),
            'c' => flags.character(self.out, number),
            'q' => flags.quoted_character(self.out, number),
            'U' => flags.unicode(self.out, number),
            _ => self.bad_verb(verb, value)?,
        }
        Ok(())
    }

    fn float(&mut self, value: &Value, number: f64, verb: char) -> Result<(), Error> {
        match verb {
            'v' | 'b' | 'g' | 'G' | 'x' | 'X' => self.flags.float(self.out, number, verb, None),
            'f' | 'F' | 'e' | 'E' => self.flags.float(self.out, number, verb, Some(6)),
            _ => self.bad_verb(verb, value)?,
        }
        Ok(())
    }

    fn string(&mut self, value: &Value, text: &[u8], verb: char) -> Result<(), Error> {
        match verb {
            'v' if self.flags.sharp_v => self.flags.quoted(self.out, text),
            'v' | 's' => self.flags.text(self.out, text),
            'x' | 'X' => self.flags.hex(self.out, text, verb),
            'q' => self.flags.quoted(self.out, text),
            _ => self.bad_verb(verb, value)?,
        }
        Ok(())
    }

    fn bytes(&mut self, value: &Value, bytes: &[u8], verb: char) -> Result<(), Error> {
        match verb {
            's' | 'q' | 'x' | 'X' => self.string(value, bytes, verb),
            _ => {
                let items: Vec<Value> = bytes.iter().map(|byte| Value::Uint8(*byte)).collect();
                self.list("[]byte", &items, verb, 0)
            }
        }
    }

    fn list(&mut self, name: &str, items: &[Value], verb: char, depth: usize) -> Result<(), Error> {
        let sharp = self.flags.sharp_v;
        if sharp {
            self.out.extend_from_slice(name.as_bytes());
        }
        self.out.push(if sharp { b'{' } else { b'[' });
        for (index, item) in items.iter().enumerate() {
            self.separate(index);
            self.value(item, verb, depth + 1)?;
        }
        self.out.push(if sharp { b'}' } else { b']' });
        Ok(())
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.out.extend_from_slice(if self.flags.sharp_v { b", " } else { b" " });
        }
    }

    fn map(&mut self, map: &Map, verb: char, depth: usize) -> Result<(), Error> {
        let sharp = self.flags.sharp_v;
        let open = if sharp { map.go_type().name } else { "map" };
        self.out.extend_from_slice(open.as_bytes());
        self.out.push(if sharp { b'{' } else { b'[' });
        for (index, (key, item)) in map.entries().iter().enumerate() {
            self.separate(index);
            self.value(&Value::String(key.clone()), verb, depth + 1)?;
            self.out.push(b':');
            self.value(item, verb, depth + 1)?;
        }
        self.out.push(if sharp { b'}' } else { b']' });
        Ok(())
    }

    fn object(
        &mut self,
        value: &Value,
        object: &dyn Object,
        verb: char,
        depth: usize,
    ) -> Result<(), Error> {
        let speaks = matches!(verb, 'v' | 's' | 'x' | 'X' | 'q');
        if speaks
            && !self.flags.sharp_v
            && !self.plain
            && let Some(text) = object.string()
        {
            return self.string(value, &text, verb);
        }
        if object.kind() == Kind::Ptr {
            if depth > 0 {
                self.out.extend_from_slice(b"0xc000000000");
                return Ok(());
            }
            self.out.push(b'&');
        }
        let names = self.flags.plus_v || self.flags.sharp_v;
        if self.flags.sharp_v {
            let name = object.type_name().trim_start_matches('*');
            self.out.extend_from_slice(name.as_bytes());
        }
        self.out.push(b'{');
        for (index, (name, field)) in object.fields().iter().enumerate() {
            self.separate(index);
            if names {
                self.out.extend_from_slice(name.as_bytes());
                self.out.push(b':');
            }
            self.value(field, verb, depth + 1)?;
        }
        self.out.push(b'}');
        Ok(())
    }
}
