//! In which styles a text may be written (libyaml's scalar analysis with goyaml's character set).

use super::emitter::Style;

/// The styles that keep a text as it is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "independent answers of one analysis")]
pub(crate) struct Analysis {
    pub(crate) multiline: bool,
    pub(crate) plain: bool,
    pub(crate) single_quoted: bool,
    pub(crate) literal: bool,
}

/// Bytes that never matter, wherever they stand.
const fn is_safe(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'/' | b'+' | b'=' | b'(' | b')' | b'$' | b';' | b'<' | b'^' | b'~')
}

pub(super) fn is_break(char: char) -> bool {
    matches!(char, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_printable(char: char) -> bool {
    match char {
        '\n' | ' '..='~' => true,
        '\u{FEFF}' => false,
        '\u{A0}'..='\u{FFFD}' => true,
        _ => false,
    }
}

pub(super) fn is_escaped(char: char) -> bool {
    !is_printable(char) || is_break(char) || char == '"' || char == '\\'
}

pub(crate) fn analyze(text: &str, style: Style) -> Analysis {
    let harmless = |byte: u8| is_safe(byte) || byte == b'.' || byte == b'-';
    if text.bytes().all(harmless) && text.bytes().next().is_some_and(is_safe) {
        return Analysis { multiline: false, plain: true, single_quoted: true, literal: true };
    }
    if text.is_empty() {
        return Analysis { multiline: false, plain: true, single_quoted: true, literal: false };
    }
    let mut scan = Scan { pretty: style == Style::Pretty, ..Scan::default() };
    scan.indicator = text.starts_with("---") || text.starts_with("...");
    scan.run(text);
    scan.verdict()
}

#[derive(Clone, Copy, PartialEq, Default)]
enum Previous {
    #[default]
    Start,
    Space,
    Tab,
    Break,
    Other,
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "the findings of one pass, each independent")]
struct Scan {
    pretty: bool,
    previous: Previous,
    indicator: bool,
    breaks: bool,
    special: bool,
    tab: bool,
    outer_space: bool,
    trailing_space: bool,
    break_space: bool,
    space_break: bool,
}

impl Scan {
    fn run(&mut self, text: &str) {
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            self.indicators(char, chars.peek().copied());
            self.previous = match char {
                ' ' => {
                    self.outer_space |= self.previous == Previous::Start;
                    self.break_space |= self.previous == Previous::Break;
                    Previous::Space
                }
                '\t' => {
                    self.tab = true;
                    Previous::Tab
                }
                _ if is_break(char) => {
                    self.breaks = true;
                    self.special |= !is_printable(char);
                    self.space_break |= self.previous == Previous::Space;
                    Previous::Break
                }
                _ => {
                    self.special |= !is_printable(char);
                    Previous::Other
                }
            };
        }
        self.trailing_space = self.previous == Previous::Space;
    }

    /// What would end or change a plain scalar outside of brackets.
    fn indicators(&mut self, char: char, next: Option<char>) {
        let before_blank = matches!(next, None | Some(' ' | '\t'));
        self.indicator |= match (char, self.previous) {
            (
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
                | '@' | '`',
                Previous::Start,
            ) => true,
            ('?' | '-', Previous::Start) => before_blank,
            (':', _) => before_blank,
            ('#', previous) => previous != Previous::Other,
            _ => false,
        };
    }

    fn verdict(&self) -> Analysis {
        let special = self.special || self.tab && !self.pretty;
        let plain = !(self.outer_space
            || self.trailing_space
            || self.break_space
            || self.space_break
            || self.breaks
            || self.indicator
            || special
            || self.tab);
        Analysis {
            multiline: self.breaks,
            plain,
            single_quoted: !(self.break_space || self.space_break || special || self.tab),
            literal: !(self.trailing_space || self.space_break || special),
        }
    }
}
