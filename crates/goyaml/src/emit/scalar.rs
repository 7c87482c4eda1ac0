//! Writing one text in the style that fits.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::analysis::{Analysis, analyze, is_break, is_escaped};
use super::emitter::{Emitter, Indicator, Style};
use crate::resolve::needs_quotes;

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Context {
    /// A key on one line with its value; it may not contain line breaks.
    SimpleKey,
    Value,
}

/// libyaml's bound for a key on one line, in bytes.
const LONGEST_SIMPLE_KEY: usize = 128;

pub(super) fn is_simple_key(key: &str) -> bool {
    key.len() <= LONGEST_SIMPLE_KEY && !key.contains(is_break)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum ScalarStyle {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

fn choose_style(text: &str, analysis: Analysis, context: Context) -> ScalarStyle {
    let simple_key = context == Context::SimpleKey;
    if text.contains('\n') {
        let literal = analysis.literal && !simple_key;
        return if literal { ScalarStyle::Literal } else { ScalarStyle::DoubleQuoted };
    }
    if simple_key && analysis.multiline || needs_quotes(text) {
        return ScalarStyle::DoubleQuoted;
    }
    if analysis.plain {
        ScalarStyle::Plain
    } else if analysis.single_quoted {
        ScalarStyle::SingleQuoted
    } else {
        ScalarStyle::DoubleQuoted
    }
}

impl Emitter {
    pub(super) fn write_text(&mut self, text: &str, context: Context) {
        let style = choose_style(text, analyze(text, self.style), context);
        let fold = context != Context::SimpleKey;
        match style {
            ScalarStyle::Plain => self.write_plain(text, fold),
            ScalarStyle::SingleQuoted => self.write_single_quoted(text, fold),
            ScalarStyle::DoubleQuoted => self.write_double_quoted(text, fold),
            ScalarStyle::Literal => self.write_literal(text),
        }
    }

    /// goyaml v3's form for strings that are not UTF-8.
    pub(super) fn write_binary(&mut self, bytes: &[u8], context: Context) {
        debug_assert_eq!(self.style, Style::Pretty);
        self.write_word("!!binary");
        let text = encode_base64(bytes);
        let analysis = analyze(&text, self.style);
        match (analysis.multiline, context) {
            (false, _) => self.write_plain(&text, false),
            (true, Context::Value) => self.write_literal(&text),
            (true, Context::SimpleKey) => self.write_double_quoted(&text, false),
        }
    }

    fn may_fold(&self, text: &str, fold: bool) -> bool {
        fold && self.column + text.len() > self.fold_width() && text.contains(' ')
    }

    fn write_plain(&mut self, text: &str, fold: bool) {
        if !self.whitespace {
            self.put(' ');
        }
        if self.may_fold(text, fold) {
            self.write_folding(text, |_, _| {});
        } else {
            self.push_chars(text);
        }
        self.whitespace = false;
        self.indention = false;
    }

    fn write_single_quoted(&mut self, text: &str, fold: bool) {
        self.write_indicator("'", Indicator::Spaced);
        if self.may_fold(text, fold) || text.contains(is_break) {
            // Without folding only breaks matter, and a blank at the ends never folds.
            self.write_single_quoted_chars(text, fold);
        } else {
            for (at, piece) in text.split('\'').enumerate() {
                self.push_str(if at == 0 { "" } else { "''" });
                self.push_chars(piece);
            }
        }
        self.write_indicator("'", Indicator::Tight);
    }

    fn write_single_quoted_chars(&mut self, text: &str, fold: bool) {
        let (mut blank, mut broken) = (false, false);
        let mut chars = text.char_indices().peekable();
        while let Some((at, char)) = chars.next() {
            let next = chars.peek().map(|(_, next)| *next);
            if char == ' ' {
                let inside = at > 0 && next.is_some_and(|next| next != ' ');
                if fold && !blank && inside && self.column > self.fold_width() {
                    self.write_indent_of(self.scalar_indent());
                } else {
                    self.put(' ');
                }
                blank = true;
            } else if is_break(char) {
                self.write_break(char);
                broken = true;
            } else {
                if std::mem::take(&mut broken) {
                    self.write_indent_of(self.scalar_indent());
                }
                if char == '\'' {
                    self.put('\'');
                }
                self.put(char);
                self.indention = false;
                blank = false;
            }
        }
    }

    /// Writes text without breaks and without blanks at its ends, breaking at single blanks beyond
    /// the width.
    fn write_folding(&mut self, text: &str, escape: fn(&mut Self, char)) {
        let mut blank = false;
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            if char == ' ' {
                let single = chars.peek() != Some(&' ');
                if !blank && single && self.column > self.fold_width() {
                    self.write_indent_of(self.scalar_indent());
                } else {
                    self.put(' ');
                }
                blank = true;
            } else {
                escape(self, char);
                self.put(char);
                self.indention = false;
                blank = false;
            }
        }
    }

    fn write_double_quoted(&mut self, text: &str, fold: bool) {
        self.write_indicator("\"", Indicator::Spaced);
        // goyaml looks for a byte order mark at the start only, and then escapes everything.
        let marked = text.starts_with('\u{FEFF}');
        let mut blank = false;
        let mut chars = text.char_indices().peekable();
        while let Some((at, char)) = chars.next() {
            if marked || is_escaped(char) {
                self.write_escape(char);
                blank = false;
            } else if char == ' ' {
                let next = chars.peek().map(|(_, next)| *next);
                let inside = at > 0 && next.is_some();
                if fold && !blank && inside && self.column > self.fold_width() {
                    self.write_indent_of(self.scalar_indent());
                    if next == Some(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                blank = true;
            } else {
                self.put(char);
                blank = false;
            }
        }
        self.write_indicator("\"", Indicator::Tight);
        self.indention = false;
    }

    fn write_escape(&mut self, char: char) {
        let short = match char {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{B}' => 'v',
            '\u{C}' => 'f',
            '\r' => 'r',
            '\u{1B}' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{A0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => {
                let code = u32::from(char);
                return self.push_str(&match code {
                    ..=0xFF => format!("\\x{code:02X}"),
                    0x100..=0xFFFF => format!("\\u{code:04X}"),
                    _ => format!("\\U{code:08X}"),
                });
            }
        };
        self.put('\\');
        self.put(short);
    }

    fn write_literal(&mut self, text: &str) {
        self.write_indicator("|", Indicator::Spaced);
        if text.starts_with(|first| first == ' ' || is_break(first)) {
            self.push_str("2");
        }
        let mut last = text.chars().rev();
        match (last.next().is_some_and(is_break), last.next()) {
            (false, _) => self.push_str("-"),
            (true, None) => self.push_str("+"),
            (true, Some(before)) if is_break(before) => self.push_str("+"),
            (true, Some(_)) => {}
        }
        self.put_break();
        self.indention = true;
        self.whitespace = true;
        for line in text.split_inclusive(is_break) {
            let content = line.trim_end_matches(is_break);
            if !content.is_empty() {
                self.write_indent_of(self.scalar_indent());
                self.push_chars(content);
                self.indention = false;
            }
            if let Some(end) = line[content.len()..].chars().next() {
                self.write_break(end);
            }
        }
    }

    fn write_break(&mut self, char: char) {
        self.out.push(char);
        self.column = 0;
        self.indention = true;
    }

    fn push_chars(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += if text.is_ascii() { text.len() } else { text.chars().count() };
    }
}

/// Standard base64 in lines of 70 characters, as goyaml writes it.
fn encode_base64(bytes: &[u8]) -> String {
    const LINE: usize = 70;
    let encoded = STANDARD.encode(bytes);
    if encoded.len() < LINE {
        return encoded;
    }
    let lines = encoded.as_bytes().chunks(LINE);
    lines.map(|line| String::from_utf8_lossy(line).into_owned() + "\n").collect()
}
