//! Go's `fmt.Sprintf`.

use crate::{
    compiler::quote::decode,
    error::Error,
    value::{
        Str, Value,
        fmt::{flags::Flags, print::Printer},
    },
};

/// Larger widths and precisions count as malformed.
const MAX_NUMBER: usize = 1_000_000;

/// Returns what Go's `fmt.Sprintf` gives, complaints such as `%!d(string=x)` included.
///
/// # Errors
/// A value is too deep (it may contain itself) or its text too large.
pub fn sprintf(format: &[u8], args: &[Value]) -> Result<Str, Error> {
    let mut out = Vec::with_capacity(format.len() + 16);
    let mut formatter =
        Formatter { format, at: 0, args, next: 0, reordered: false, good_index: true };
    formatter.run(&mut out)?;
    Ok(out.into())
}

struct Formatter<'f> {
    format: &'f [u8],
    at: usize,
    args: &'f [Value],
    next: usize,
    reordered: bool,
    good_index: bool,
}

impl Formatter<'_> {
    fn run(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        while self.at < self.format.len() {
            let rest = &self.format[self.at..];
            let literal = rest.iter().position(|byte| *byte == b'%').unwrap_or(rest.len());
            out.extend_from_slice(&rest[..literal]);
            self.at += literal;
            if self.at < self.format.len() {
                self.at += 1;
                self.verb(out)?;
            }
        }
        if !self.reordered && self.next < self.args.len() {
            self.extra(out)?;
        }
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    fn flags(&mut self) -> Flags {
        let mut flags = Flags::default();
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => break,
            }
            self.at += 1;
        }
        flags
    }

    fn verb(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.good_index = true;
        let mut flags = self.flags();
        let mut after_index = self.index();
        self.width(&mut flags, &mut after_index, out);
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.precision(&mut flags, &mut after_index, out);
        }
        if !after_index {
            self.index();
        }
        if self.at >= self.format.len() {
            out.extend_from_slice(b"%!(NOVERB)");
            return Ok(());
        }
        let (verb, width) = decode(&self.format[self.at..]);
        self.at += width;
        if verb == '%' {
            out.push(b'%');
        } else if !self.good_index {
            complain(out, verb, "(BADINDEX)");
        } else if self.next >= self.args.len() {
            complain(out, verb, "(MISSING)");
        } else {
            if verb == 'v' {
                flags.sharp_v = std::mem::take(&mut flags.sharp);
                flags.plus_v = std::mem::take(&mut flags.plus);
            }
            let mut printer = Printer::new(out);
            printer.flags = flags;
            printer.top(&self.args[self.next], verb)?;
            self.next += 1;
        }
        Ok(())
    }

    fn width(&mut self, flags: &mut Flags, after_index: &mut bool, out: &mut Vec<u8>) {
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.integer_argument() {
                Some(width) => {
                    flags.minus |= width < 0;
                    flags.zero &= width >= 0;
                    flags.width = Some(width.unsigned_abs() as usize);
                }
                None => out.extend_from_slice(b"%!(BADWIDTH)"),
            }
            *after_index = false;
            return;
        }
        flags.width = self.number();
        if *after_index && flags.width.is_some() {
            self.good_index = false;
        }
    }

    fn precision(&mut self, flags: &mut Flags, after_index: &mut bool, out: &mut Vec<u8>) {
        if *after_index {
            self.good_index = false;
        }
        *after_index = self.index();
        if self.peek() != Some(b'*') {
            flags.precision = Some(self.number().unwrap_or(0));
            return;
        }
        self.at += 1;
        flags.precision =
            self.integer_argument().and_then(|precision| usize::try_from(precision).ok());
        if flags.precision.is_none() {
            out.extend_from_slice(b"%!(BADPREC)");
        }
        *after_index = false;
    }

    /// Reads decimal digits; `None` if there are none or they are too large.
    fn number(&mut self) -> Option<usize> {
        let mut value = None;
        while let Some(byte) = self.peek().filter(u8::is_ascii_digit) {
            let next = value.unwrap_or(0) * 10 + usize::from(byte - b'0');
            if next > MAX_NUMBER {
                self.at = self.format.len();
                return None;
            }
            value = Some(next);
            self.at += 1;
        }
        value
    }

    /// Reads an explicit argument index such as `[2]`; true if there was a well-formed one.
    fn index(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let close = rest.iter().position(|byte| *byte == b']').filter(|_| rest.len() >= 3);
        let Some(close) = close else {
            self.at += 1;
            self.good_index = false;
            return false;
        };
        let digits = std::str::from_utf8(&rest[1..close]).unwrap_or_default();
        let number = digits
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| digits.parse::<usize>().ok())
            .flatten()
            .filter(|number| *number <= MAX_NUMBER);
        self.at += close + 1;
        match number {
            Some(number) if number >= 1 && number <= self.args.len() => self.next = number - 1,
            _ => self.good_index = false,
        }
        number.is_some()
    }

    fn integer_argument(&mut self) -> Option<i64> {
        let value = self.args.get(self.next)?;
        self.next += 1;
        let number = match value {
            Value::Uint8(number) => Some(i64::from(*number)),
            Value::Uint64(number) => i64::try_from(*number).ok(),
            other => other.as_int(),
        };
        number.filter(|number| number.unsigned_abs() <= MAX_NUMBER as u64)
    }

    fn extra(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        out.extend_from_slice(b"%!(EXTRA ");
        for (index, arg) in self.args[self.next..].iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(b", ");
            }
            if !arg.is_nil() {
                out.extend_from_slice(arg.type_name().as_bytes());
                out.push(b'=');
            }
            Printer::new(out).top(arg, 'v')?;
        }
        out.push(b')');
        Ok(())
    }
}

fn complain(out: &mut Vec<u8>, verb: char, text: &str) {
    out.extend_from_slice(b"%!");
    out.extend_from_slice(verb.encode_utf8(&mut [0; 4]).as_bytes());
    out.extend_from_slice(text.as_bytes());
}
