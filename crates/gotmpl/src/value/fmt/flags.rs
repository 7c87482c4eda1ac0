//! Flags, width and precision of one verb, and padding by them.

use crate::{
    compiler::quote::decode,
    value::fmt::{
        append_quoted, append_quoted_ascii, format_float, is_print,
        quote::{append_quoted_char, can_backquote},
    },
};

/// What stands between `%` and the verb.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one field for each of Go's flags")]
pub(super) struct Flags {
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    pub(super) plus_v: bool,
    pub(super) sharp_v: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

fn rune_count(text: &[u8]) -> usize {
    let mut count = 0;
    let mut rest = text;
    while !rest.is_empty() {
        rest = &rest[decode(rest).1..];
        count += 1;
    }
    count
}

impl Flags {
    pub(super) fn pad(&self, out: &mut Vec<u8>, text: &[u8]) {
        let missing = match self.width {
            Some(width) => width.saturating_sub(rune_count(text)),
            None => 0,
        };
        if self.minus {
            out.extend_from_slice(text);
            out.extend(std::iter::repeat_n(b' ', missing));
        } else {
            let fill = if self.zero { b'0' } else { b' ' };
            out.extend(std::iter::repeat_n(fill, missing));
            out.extend_from_slice(text);
        }
    }

    fn without_zero(self) -> Self {
        Self { zero: false, ..self }
    }

    pub(super) fn integer(&self, out: &mut Vec<u8>, value: i128, base: u32, verb: char) {
        let magnitude = value.unsigned_abs();
        let signed = value < 0 || self.plus || self.space;
        let mut precision = self.precision.unwrap_or(0);
        if self.precision == Some(0) && value == 0 {
            return self.without_zero().pad(out, b"");
        }
        if self.precision.is_none()
            && self.zero
            && !self.minus
            && let Some(width) = self.width
        {
            precision = width.saturating_sub(usize::from(signed));
        }
        let mut digits = match base {
            2 => format!("{magnitude:b}"),
            8 => format!("{magnitude:o}"),
            16 if verb == 'X' => format!("{magnitude:X}"),
            16 => format!("{magnitude:x}"),
            _ => magnitude.to_string(),
        };
        let zeros = precision.saturating_sub(digits.len());
        digits.insert_str(0, &"0".repeat(zeros));
        let prefix = match base {
            2 if self.sharp => "0b",
            8 if self.sharp && !digits.starts_with('0') => "0",
            16 if self.sharp && verb == 'X' => "0X",
            16 if self.sharp => "0x",
            _ => "",
        };
        let octal = if verb == 'O' { "0o" } else { "" };
        let sign = match () {
            () if value < 0 => "-",
            () if self.plus => "+",
            () if self.space => " ",
            () => "",
        };
        self.without_zero().pad(out, format!("{sign}{octal}{prefix}{digits}").as_bytes());
    }

    pub(super) fn float(&self, out: &mut Vec<u8>, value: f64, verb: char, default: Option<usize>) {
        let precision = self.precision.or(default);
        let format = if verb == 'v' { b'g' } else { verb as u8 };
        let mut text = format_float(value, format, precision);
        if !text.starts_with(['-', '+']) {
            text.insert(0, '+');
        }
        if self.space && text.starts_with('+') && !self.plus {
            text.replace_range(..1, " ");
        }
        if value.is_infinite() || value.is_nan() {
            // Unlike a number, infinity always shows its sign.
            let from = usize::from(value.is_nan() && !self.space && !self.plus);
            return self.without_zero().pad(out, &text.as_bytes()[from..]);
        }
        if self.sharp && verb != 'b' {
            text = sharpen(&text, verb, precision);
        }
        if !self.plus && text.starts_with('+') {
            return self.pad(out, &text.as_bytes()[1..]);
        }
        match self.width {
            Some(width) if self.zero && !self.minus && width > text.len() => {
                out.push(text.as_bytes()[0]);
                out.extend(std::iter::repeat_n(b'0', width - text.len()));
                out.extend_from_slice(&text.as_bytes()[1..]);
            }
            _ => self.pad(out, text.as_bytes()),
        }
    }

    fn cut<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let Some(precision) = self.precision else { return text };
        let mut end = 0;
        for _ in 0..precision {
            if end >= text.len() {
                break;
            }
            end += decode(&text[end..]).1;
        }
        &text[..end]
    }

    pub(super) fn text(&self, out: &mut Vec<u8>, text: &[u8]) {
        if self.width.is_none() && self.precision.is_none() {
            out.extend_from_slice(text);
        } else {
            self.pad(out, self.cut(text));
        }
    }

    pub(super) fn quoted(&self, out: &mut Vec<u8>, text: &[u8]) {
        let text = self.cut(text);
        let mut quoted = Vec::with_capacity(text.len() + 2);
        if self.sharp && can_backquote(text) {
            quoted.push(b'`');
            quoted.extend_from_slice(text);
            quoted.push(b'`');
        } else if self.plus {
            append_quoted_ascii(&mut quoted, text);
        } else {
            append_quoted(&mut quoted, text);
        }
        self.pad(out, &quoted);
    }

    pub(super) fn hex(&self, out: &mut Vec<u8>, text: &[u8], verb: char) {
        let length = self.precision.unwrap_or(text.len()).min(text.len());
        let mut hex = String::new();
        for (index, byte) in text[..length].iter().enumerate() {
            if self.space && index > 0 {
                hex.push(' ');
            }
            if self.sharp && (self.space || index == 0) {
                hex.push_str("0x");
            }
            for nibble in [byte >> 4, byte & 15] {
                hex.extend(char::from_digit(u32::from(nibble), 16));
            }
        }
        if verb == 'X' {
            hex.make_ascii_uppercase();
        }
        self.pad(out, hex.as_bytes());
    }

    pub(super) fn character(&self, out: &mut Vec<u8>, value: i128) {
        self.pad(out, code_point(value).encode_utf8(&mut [0; 4]).as_bytes());
    }

    pub(super) fn quoted_character(&self, out: &mut Vec<u8>, value: i128) {
        let mut quoted = Vec::new();
        append_quoted_char(&mut quoted, code_point(value), self.plus);
        self.pad(out, &quoted);
    }

    pub(super) fn unicode(&self, out: &mut Vec<u8>, value: i128) {
        let width = self.precision.unwrap_or(4).max(4);
        let mut text = format!("U+{:0width$X}", value.unsigned_abs());
        if self.sharp
            && let Some(c) = u32::try_from(value).ok().and_then(char::from_u32)
            && is_print(c)
        {
            text = format!("{text} '{c}'");
        }
        self.without_zero().pad(out, text.as_bytes());
    }
}

fn code_point(value: i128) -> char {
    u32::try_from(value).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
}

/// Writes the decimal point that `#` forces, and the zeros that `%#g` keeps.
fn sharpen(text: &str, verb: char, precision: Option<usize>) -> String {
    let general = matches!(verb, 'v' | 'g' | 'G' | 'x');
    let mut wanted = if general { precision.unwrap_or(6) as i64 } else { 0 };
    let letters: &[char] = if matches!(verb, 'x' | 'X') { &['p', 'P'] } else { &['e', 'E'] };
    let cut = text.find(letters).unwrap_or(text.len());
    let (number, tail) = text.split_at(cut);
    let mut seen = false;
    for c in number.chars().skip(1).filter(|c| *c != '.') {
        seen |= c != '0';
        wanted -= i64::from(seen);
    }
    let mut number = number.to_owned();
    if !number.contains('.') {
        if &number[1..] == "0" {
            wanted -= 1;
        }
        number.push('.');
    }
    number.push_str(&"0".repeat(wanted.max(0) as usize));
    number + tail
}
