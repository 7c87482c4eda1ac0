//! Decoding and checking the bytes of a text (go-yaml `readerc.go`).

use std::borrow::Cow;

use crate::error::{Error, ErrorKind};
use crate::limits::Limits;

/// A text of which every character may stand in YAML.
pub(crate) struct Source<'t> {
    pub(crate) text: Cow<'t, str>,
    /// Bytes in front of the text: the byte order mark.
    pub(crate) start: u32,
    /// What is wrong right after the text. goyaml reads in pieces, so it may report an earlier
    /// mistake in the YAML first.
    pub(crate) broken: Option<Error>,
}

const CUT_OFF: &str = "incomplete UTF-8 octet sequence";

/// goyaml decodes this many bytes at a time; nothing of a piece with a bad byte is scanned.
const PIECE: usize = 512;

impl<'t> Source<'t> {
    pub(crate) fn new(bytes: &'t [u8], limits: &Limits) -> Result<Self, Error> {
        if bytes.len() > limits.max_bytes() {
            return Err(Error::limit("bytes", limits.max_bytes()));
        }
        match bytes {
            [0xEF, 0xBB, 0xBF, rest @ ..] => Ok(Self::utf8(rest, 3)),
            [0xFF, 0xFE, rest @ ..] => Ok(Self::utf16(rest, u16::from_le_bytes)),
            [0xFE, 0xFF, rest @ ..] => Ok(Self::utf16(rest, u16::from_be_bytes)),
            _ => Ok(Self::utf8(bytes, 0)),
        }
    }

    fn utf8(bytes: &'t [u8], start: u32) -> Self {
        let (valid, problem) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let (valid, invalid) = bytes.split_at(error.valid_up_to());
                (std::str::from_utf8(valid).unwrap_or_default(), Some(utf8_problem(invalid)))
            }
        };
        let control = find_control(valid.as_bytes());
        let (bad, problem) = match (control, problem) {
            (Some(at), _) => (at, "control characters are not allowed"),
            (None, Some(problem)) => (valid.len(), problem),
            (None, None) => {
                return Self { text: Cow::Borrowed(valid), start, broken: None };
            }
        };
        // Of a character that is cut off goyaml only learns when it wants to read on.
        let cut_off = bad == valid.len() && problem == CUT_OFF;
        let text = if cut_off { valid } else { &valid[..piece_start(valid, bad, start)] };
        let broken = Some(Error::yaml(ErrorKind::Syntax, problem));
        Self { text: Cow::Borrowed(text), start, broken }
    }

    fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Self {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let mut text = String::with_capacity(bytes.len());
        let mut problem = (bytes.len() % 2 == 1).then_some("incomplete UTF-16 character");
        for char in char::decode_utf16(units) {
            match char {
                Ok(char) => text.push(char),
                Err(_) => {
                    problem = Some("unexpected low surrogate area");
                    break;
                }
            }
        }
        if let Some(control) = find_control(text.as_bytes()) {
            text.truncate(piece_start(&text, control, 0));
            problem = Some("control characters are not allowed");
        }
        let broken = problem.map(|problem| Error::yaml(ErrorKind::Syntax, problem));
        Self { text: Cow::Owned(text), start: 2, broken }
    }
}

/// Returns the first byte of the first character that goyaml refuses.
fn find_control(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = find_suspicious(&bytes[from..]) {
        let at = from + at;
        match bytes[at..] {
            [0xC2, 0x85 | 0xA0.., ..] => {}
            [0xC2, ..] | [0xEF, 0xBF, 0xBE | 0xBF, ..] => return Some(at),
            [0xEF, ..] => {}
            _ => return Some(at),
        }
        from = at + 1;
    }
    None
}

/// Returns the first byte that is refused or starts a character that may be.
fn find_suspicious(bytes: &[u8]) -> Option<usize> {
    const BLOCK: usize = 64;
    let suspicious = |byte: u8| {
        (byte < 0x20 && byte != b'\n' && byte != b'\t' && byte != b'\r')
            || matches!(byte, 0x7F | 0xC2 | 0xEF)
    };
    // Without an early exit the compiler checks many bytes at once.
    let clean = |block: &&[u8]| !block.iter().fold(false, |any, byte| any | suspicious(*byte));
    let passed = BLOCK * bytes.chunks_exact(BLOCK).take_while(clean).count();
    bytes[passed..].iter().position(|byte| suspicious(*byte)).map(|at| passed + at)
}

/// Returns where the piece that holds the bad byte starts.
fn piece_start(text: &str, bad: usize, skipped: u32) -> usize {
    let mut start = 0;
    let mut end = PIECE - skipped as usize;
    while end <= bad {
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        start = end;
        end += PIECE;
    }
    start
}

fn utf8_problem(invalid: &[u8]) -> &'static str {
    let width = match invalid[0] {
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF7 => 4,
        _ => return "invalid leading UTF-8 octet",
    };
    if invalid.len() < width {
        return CUT_OFF;
    }
    if invalid[1..width].iter().any(|octet| octet & 0xC0 != 0x80) {
        return "invalid trailing UTF-8 octet";
    }
    match invalid {
        [0xC0 | 0xC1, ..] | [0xE0, ..0xA0, ..] | [0xF0, ..0x90, ..] => {
            "invalid length of a UTF-8 sequence"
        }
        _ => "invalid Unicode character",
    }
}
