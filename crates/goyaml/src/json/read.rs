//! Reading JSON.

use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::node::{Mapping, MappingEntry, Node, NodeKind, Span};
use crate::utf8::to_valid_utf8;

/// Reads a JSON text as `json.Unmarshal` into an empty interface does: all numbers are `Float`,
/// the last of equal keys wins, bytes that are not UTF-8 become U+FFFD. Spans are all zero.
///
/// # Errors
/// `encoding/json`'s message for malformed text (`invalid character 'x' looking for beginning of
/// value`), or nesting beyond [`Limits::MAX_DEPTH`].
pub fn parse(text: &[u8]) -> Result<Node, Error> {
    match parse_all(text)? {
        (value, None) => Ok(value),
        (_, Some(error)) => Err(error),
    }
}

/// As [`parse`], with null for each number that no float can hold and the error of the first: what
/// `json.Unmarshal` leaves behind.
///
/// # Errors
/// Malformed text, or nesting beyond [`Limits::MAX_DEPTH`].
pub fn parse_all(text: &[u8]) -> Result<(Node, Option<Error>), Error> {
    let mut reader = Reader { text, at: 0, depth: 0, overflow: None };
    let value = reader.value()?;
    reader.skip_space();
    match reader.peek() {
        None => Ok((value, reader.overflow)),
        Some(byte) => Err(unexpected(byte, "after top-level value")),
    }
}

/// Reads one JSON value at the start of a text, as a `json.Decoder` does, and tells where it ends.
///
/// # Errors
/// As [`parse`].
pub fn parse_prefix(text: &[u8]) -> Result<(Node, usize), Error> {
    let mut reader = Reader { text, at: 0, depth: 0, overflow: None };
    let value = reader.value()?;
    match reader.overflow {
        None => Ok((value, reader.at)),
        Some(error) => Err(error),
    }
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    depth: usize,
    /// The first number that no float can hold; Go reads on to the end.
    overflow: Option<Error>,
}

fn json_error(message: String) -> Error {
    Error::new(ErrorKind::Json, message)
}

fn unexpected(byte: u8, context: &str) -> Error {
    let quoted = match byte {
        b'\'' => r"'\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        b'\\' => r"'\\'".to_owned(),
        0x07 => r"'\a'".to_owned(),
        0x08 => r"'\b'".to_owned(),
        0x0B => r"'\v'".to_owned(),
        0x0C => r"'\f'".to_owned(),
        b'\n' => r"'\n'".to_owned(),
        b'\r' => r"'\r'".to_owned(),
        b'\t' => r"'\t'".to_owned(),
        ..0x20 | 0x7F => format!("'\\x{byte:02x}'"),
        0x80..=0xA0 | 0xAD => format!("'\\u{byte:04x}'"),
        _ => format!("'{}'", char::from(byte)),
    };
    json_error(format!("invalid character {quoted} {context}"))
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Takes a byte that must be there.
    fn next(&mut self) -> Result<u8, Error> {
        let byte = self.peek();
        self.at += 1;
        byte.ok_or_else(|| json_error("unexpected end of JSON input".into()))
    }

    /// Takes a byte inside a word or number: Go ends the text with a blank there.
    fn next_inside(&mut self) -> u8 {
        let byte = self.peek().unwrap_or(b' ');
        self.at += 1;
        byte
    }

    /// Takes the next byte after white space.
    fn next_token(&mut self) -> Result<u8, Error> {
        self.skip_space();
        self.next()
    }

    fn value(&mut self) -> Result<Node, Error> {
        let kind = match self.next_token()? {
            b'{' => return self.nested(Self::object),
            b'[' => return self.nested(Self::array),
            b'"' => NodeKind::String(self.string()?),
            b't' => self.literal("true", NodeKind::Bool(true))?,
            b'f' => self.literal("false", NodeKind::Bool(false))?,
            b'n' => self.literal("null", NodeKind::Null)?,
            byte @ (b'-' | b'0'..=b'9') => self.number(byte)?,
            byte => return Err(unexpected(byte, "looking for beginning of value")),
        };
        Ok(kind.into())
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<NodeKind, Error>) -> Result<Node, Error> {
        self.depth += 1;
        if self.depth > Limits::MAX_DEPTH {
            let most = Limits::MAX_DEPTH;
            let message = format!("json: exceeded the limit of {most} levels of nesting");
            return Err(Error::new(ErrorKind::Limit, message));
        }
        let kind = read(self)?;
        self.depth -= 1;
        Ok(kind.into())
    }

    fn literal(&mut self, word: &'static str, kind: NodeKind) -> Result<NodeKind, Error> {
        for expected in word.bytes().skip(1) {
            let byte = self.next_inside();
            if byte != expected {
                let expected = char::from(expected);
                let context = format!("in literal {word} (expecting '{expected}')");
                return Err(unexpected(byte, &context));
            }
        }
        Ok(kind)
    }

    fn array(&mut self) -> Result<NodeKind, Error> {
        let mut items = Vec::new();
        self.skip_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(NodeKind::Sequence(items));
        }
        loop {
            items.push(self.value()?);
            match self.next_token()? {
                b',' => {}
                b']' => return Ok(NodeKind::Sequence(items)),
                byte => return Err(unexpected(byte, "after array element")),
            }
        }
    }

    fn object(&mut self) -> Result<NodeKind, Error> {
        let mut mapping = Mapping::new();
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(NodeKind::Mapping(mapping));
        }
        loop {
            let byte = self.next_token()?;
            if byte != b'"' {
                return Err(unexpected(byte, "looking for beginning of object key string"));
            }
            let key = self.string()?;
            let byte = self.next_token()?;
            if byte != b':' {
                return Err(unexpected(byte, "after object key"));
            }
            let value = self.value()?;
            mapping.insert(MappingEntry { key, key_span: Span::default(), value });
            match self.next_token()? {
                b',' => {}
                b'}' => return Ok(NodeKind::Mapping(mapping)),
                byte => return Err(unexpected(byte, "after object key:value pair")),
            }
        }
    }

    fn digits(&mut self) -> usize {
        let digits = self.text[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        digits
    }

    fn required_digits(&mut self, context: &str) -> Result<(), Error> {
        if self.digits() > 0 {
            return Ok(());
        }
        Err(unexpected(self.next_inside(), context))
    }

    /// Reads a number of which the first byte was taken.
    fn number(&mut self, first: u8) -> Result<NodeKind, Error> {
        let start = self.at - 1;
        let leading = if first == b'-' { self.next_inside() } else { first };
        match leading {
            b'0' => {}
            b'1'..=b'9' => _ = self.digits(),
            byte => return Err(unexpected(byte, "in numeric literal")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.required_digits("after decimal point in numeric literal")?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.required_digits("in exponent of numeric literal")?;
        }
        let text = String::from_utf8_lossy(&self.text[start..self.at]);
        if let Some(value) = text.parse().ok().filter(|value: &f64| value.is_finite()) {
            return Ok(NodeKind::Float(value));
        }
        let message = format!("json: cannot unmarshal number {text} into Go value of type float64");
        self.overflow.get_or_insert_with(|| json_error(message));
        Ok(NodeKind::Null)
    }

    /// Reads a string of which the opening quote was taken.
    fn string(&mut self) -> Result<Arc<str>, Error> {
        let mut bytes: Vec<u8> = Vec::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let run = rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | ..0x20)).count();
            self.at += run;
            let plain = &rest[..run];
            match self.next()? {
                b'"' if bytes.is_empty() => return Ok(to_valid_utf8(plain).into()),
                b'"' => {
                    bytes.extend_from_slice(plain);
                    return Ok(to_valid_utf8(&bytes).into());
                }
                b'\\' => {
                    bytes.extend_from_slice(plain);
                    let char = self.escape()?;
                    bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                }
                byte => return Err(unexpected(byte, "in string literal")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Error> {
        Ok(match self.next_inside() {
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{C}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            byte => return Err(unexpected(byte, "in string escape code")),
        })
    }

    /// Reads four digits, and the other half of a surrogate pair if it follows.
    fn unicode_escape(&mut self) -> Result<char, Error> {
        let unit = self.code_unit()?;
        if let Some(char) = char::from_u32(unit) {
            return Ok(char);
        }
        let low = self.text.get(self.at..self.at + 6).filter(|next| next.starts_with(b"\\u"));
        let low = low.and_then(|next| std::str::from_utf8(&next[2..]).ok());
        let low = low.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match low {
            Some(low @ 0xDC00..0xE000) if unit < 0xDC00 => {
                self.at += 6;
                let code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
            }
            _ => Ok(char::REPLACEMENT_CHARACTER),
        }
    }

    fn code_unit(&mut self) -> Result<u32, Error> {
        let mut unit = 0;
        for _ in 0..4 {
            let byte = self.next_inside();
            let Some(digit) = char::from(byte).to_digit(16) else {
                return Err(unexpected(byte, "in \\u hexadecimal character escape"));
            };
            unit = unit << 4 | digit;
        }
        Ok(unit)
    }
}
