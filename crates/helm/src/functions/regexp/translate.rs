//! Go's regular expression syntax (`regexp/syntax/parse.go`), checked with Go's errors and
//! rewritten for the `regex` crate, whose syntax means other things in places: Unicode classes for
//! `\d`, set operations in brackets, `{,n}`, `\<`.

use std::fmt::Write as _;

/// A pattern in the syntax of the `regex` crate.
#[derive(Debug, PartialEq)]
pub(super) struct Translation {
    pub(super) pattern: String,
    /// The name of each group, the whole match first.
    pub(super) names: Vec<Option<String>>,
}

/// The text after `error parsing regexp: `.
type Refusal = String;

const MAX_REPEAT: u32 = 1000;
const MAX_NESTING: usize = 1000;

/// Checks and rewrites a pattern.
pub(super) fn translate(pattern: &str) -> Result<Translation, Refusal> {
    let mut translator = Translator {
        whole: pattern,
        rest: pattern,
        out: String::with_capacity(pattern.len() + 16),
        names: vec![None],
        open: Vec::new(),
        level: Level::default(),
    };
    translator.run()?;
    Ok(Translation { pattern: translator.out, names: translator.names })
}

struct Translator<'p> {
    whole: &'p str,
    rest: &'p str,
    out: String,
    names: Vec<Option<String>>,
    open: Vec<Level>,
    level: Level,
}

/// What is known of the group being read.
#[derive(Default)]
struct Level {
    /// How often the last item repeats at most what is in it; `None` without an item.
    last: Option<u32>,
    /// The largest such number in the group.
    most: u32,
}

fn refusal(problem: &str, part: &str) -> Refusal {
    format!("{problem}: `{part}`")
}

impl<'p> Translator<'p> {
    fn run(&mut self) -> Result<(), Refusal> {
        let mut previous_repeat: Option<&'p str> = None;
        while let Some(first) = self.rest.chars().next() {
            let before = self.rest;
            let mut repeat = None;
            match first {
                '(' => self.open_group()?,
                ')' => self.close_group()?,
                '|' => {
                    self.copy(1);
                    self.level.last = None;
                }
                '^' | '$' | '.' => {
                    self.copy(1);
                    self.item(1);
                }
                '[' => self.class()?,
                '*' | '+' | '?' => {
                    self.rest = &self.rest[1..];
                    self.repetition(before, previous_repeat, 1)?;
                    repeat = Some(before);
                }
                '{' => match counts(self.rest) {
                    Some((counts, rest)) => {
                        self.rest = rest;
                        self.counted(&counts, before, previous_repeat)?;
                        repeat = Some(before);
                    }
                    None => self.literal('{', 1),
                },
                '\\' => self.escape()?,
                other => self.literal(other, other.len_utf8()),
            }
            previous_repeat = repeat;
        }
        if self.open.is_empty() { Ok(()) } else { Err(refusal("missing closing )", self.whole)) }
    }

    fn copy(&mut self, width: usize) {
        let (copied, rest) = self.rest.split_at(width);
        self.out.push_str(copied);
        self.rest = rest;
    }

    fn item(&mut self, repeats: u32) {
        self.level.last = Some(repeats);
        self.level.most = self.level.most.max(repeats);
    }

    /// Takes `width` bytes that stand for one character.
    fn literal(&mut self, rune: char, width: usize) {
        push_rune(&mut self.out, rune);
        self.rest = &self.rest[width..];
        self.item(1);
    }

    fn open_group(&mut self) -> Result<(), Refusal> {
        if self.rest.starts_with("(?") {
            return self.open_special_group();
        }
        self.names.push(None);
        self.copy(1);
        self.enter()
    }

    fn enter(&mut self) -> Result<(), Refusal> {
        if self.open.len() >= MAX_NESTING {
            return Err(refusal("expression nests too deeply", self.whole));
        }
        self.open.push(std::mem::take(&mut self.level));
        Ok(())
    }

    fn close_group(&mut self) -> Result<(), Refusal> {
        let outer = self.open.pop().ok_or_else(|| refusal("unexpected )", self.whole))?;
        let inner = std::mem::replace(&mut self.level, outer);
        self.copy(1);
        self.item(inner.most.max(1));
        Ok(())
    }

    fn open_special_group(&mut self) -> Result<(), Refusal> {
        let name_at = if self.rest.starts_with("(?P<") && self.rest.len() > 4 {
            Some(4)
        } else if self.rest.starts_with("(?<") && self.rest.len() > 3 {
            Some(3)
        } else {
            None
        };
        let Some(name_at) = name_at else { return self.flags() };
        const PROBLEM: &str = "invalid named capture";
        let end = self.rest.find('>').ok_or_else(|| refusal(PROBLEM, self.rest))?;
        let name = &self.rest[name_at..end];
        if name.is_empty() || !name.chars().all(|c| c == '_' || c.is_alphanumeric()) {
            return Err(refusal(PROBLEM, &self.rest[..=end]));
        }
        self.names.push(Some(name.to_owned()));
        self.out.push('(');
        self.rest = &self.rest[end + 1..];
        self.enter()
    }

    fn flags(&mut self) -> Result<(), Refusal> {
        let mut negated = false;
        let mut saw_flag = false;
        let mut at = 2;
        for rune in self.rest[2..].chars() {
            at += rune.len_utf8();
            match rune {
                'i' | 'm' | 's' | 'U' => saw_flag = true,
                '-' if !negated => (negated, saw_flag) = (true, false),
                ':' | ')' if !negated || saw_flag => {
                    // The other syntax has no `(?)`.
                    if at == 3 && rune == ')' {
                        self.rest = &self.rest[at..];
                        return Ok(());
                    }
                    self.copy(at);
                    return if rune == ':' { self.enter() } else { Ok(()) };
                }
                _ => break,
            }
        }
        Err(refusal("invalid or unsupported Perl syntax", &self.rest[..at]))
    }

    fn counted(
        &mut self,
        (least, most): &(Option<u32>, Option<Option<u32>>),
        before: &'p str,
        previous_repeat: Option<&'p str>,
    ) -> Result<(), Refusal> {
        let invalid =
            |rest: &str| Err(refusal("invalid repeat count", &before[..before.len() - rest.len()]));
        // A number that is too large is `None`.
        let (Some(least), most) = (*least, *most) else { return invalid(self.rest) };
        let times = match most {
            None => least,
            Some(Some(most)) if most >= least => most,
            _ => return invalid(self.rest),
        };
        if least > MAX_REPEAT || times > MAX_REPEAT {
            return invalid(self.rest);
        }
        let times = times.max(1);
        let product = self.level.last.unwrap_or(1).saturating_mul(times);
        self.repetition(before, previous_repeat, times)?;
        if times > 1 && product > MAX_REPEAT { invalid(self.rest) } else { Ok(()) }
    }

    /// Ends a repetition whose operator was taken.
    fn repetition(
        &mut self,
        before: &'p str,
        previous_repeat: Option<&'p str>,
        times: u32,
    ) -> Result<(), Refusal> {
        if let Some(rest) = self.rest.strip_prefix('?') {
            self.rest = rest;
        }
        let part = |from: &'p str| &from[..from.len() - self.rest.len()];
        if let Some(previous) = previous_repeat {
            return Err(refusal("invalid nested repetition operator", part(previous)));
        }
        let Some(last) = self.level.last else {
            return Err(refusal("missing argument to repetition operator", part(before)));
        };
        self.out.push_str(part(before));
        self.item(last.saturating_mul(times));
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Refusal> {
        let mut two = self.rest[1..].chars();
        match two.next() {
            Some('A') => self.verbatim(2, r"\A"),
            Some('z') => self.verbatim(2, r"\z"),
            Some('b') => self.verbatim(2, r"(?-u:\b)"),
            Some('B') => self.verbatim(2, r"(?-u:\B)"),
            Some('Q') => {
                let quoted = &self.rest[2..];
                let (quoted, rest) = quoted.split_once(r"\E").unwrap_or((quoted, ""));
                self.rest = rest;
                for rune in quoted.chars() {
                    self.literal(rune, 0);
                }
            }
            Some('p' | 'P') => {
                let (class, width) = unicode_class(self.rest)?;
                self.verbatim(width, &class);
            }
            Some(letter) if perl_class(letter).is_some() => {
                let class = perl_class(letter).unwrap_or_default();
                self.verbatim(2, &format!("[{class}]"));
            }
            _ => {
                let (rune, width) = escaped_rune(self.rest)?;
                self.literal(rune, width);
            }
        }
        Ok(())
    }

    fn verbatim(&mut self, width: usize, translation: &str) {
        self.out.push_str(translation);
        self.rest = &self.rest[width..];
        self.item(1);
    }

    fn class(&mut self) -> Result<(), Refusal> {
        let whole = self.rest;
        self.copy(1);
        if self.rest.starts_with('^') {
            self.copy(1);
        }
        let mut first = true;
        while first || !self.rest.starts_with(']') {
            first = false;
            if let Some(end) = self.rest.strip_prefix("[:").and_then(|rest| rest.find(":]")) {
                let name = &self.rest[..end + 4];
                if !is_posix_class(name) {
                    return Err(refusal("invalid character class range", name));
                }
                self.copy(end + 4);
                continue;
            }
            if self.rest.starts_with(r"\p") || self.rest.starts_with(r"\P") {
                let (class, width) = unicode_class(self.rest)?;
                self.verbatim(width, &class);
                continue;
            }
            if let Some(class) = self
                .rest
                .strip_prefix('\\')
                .and_then(|rest| rest.chars().next())
                .and_then(perl_class)
            {
                self.out.push('[');
                self.out.push_str(class);
                self.out.push(']');
                self.rest = &self.rest[2..];
                continue;
            }
            self.class_range(whole)?;
        }
        self.copy(1);
        self.item(1);
        Ok(())
    }

    fn class_range(&mut self, whole: &str) -> Result<(), Refusal> {
        let range = self.rest;
        let low = self.class_rune(whole)?;
        let is_range =
            self.rest.len() >= 2 && self.rest.starts_with('-') && !self.rest.starts_with("-]");
        push_rune(&mut self.out, low);
        if is_range {
            self.rest = &self.rest[1..];
            let high = self.class_rune(whole)?;
            if high < low {
                let range = &range[..range.len() - self.rest.len()];
                return Err(refusal("invalid character class range", range));
            }
            self.out.push('-');
            push_rune(&mut self.out, high);
        }
        Ok(())
    }

    fn class_rune(&mut self, whole: &str) -> Result<char, Refusal> {
        let (rune, width) = match self.rest.chars().next() {
            None => return Err(refusal("missing closing ]", whole)),
            Some('\\') => escaped_rune(self.rest)?,
            Some(rune) => (rune, rune.len_utf8()),
        };
        self.rest = &self.rest[width..];
        Ok(rune)
    }
}

/// Writes a character so that it has no other meaning in or outside brackets.
fn push_rune(out: &mut String, rune: char) {
    if rune.is_ascii_alphanumeric() || !rune.is_ascii() {
        out.push(rune);
    } else {
        _ = write!(out, "\\x{:02x}", u32::from(rune));
    }
}

/// Reads `{n}`, `{n,}` or `{n,m}`; numbers of more than eight digits are `None`.
#[expect(clippy::type_complexity, reason = "two numbers that may be missing or too large")]
fn counts(text: &str) -> Option<((Option<u32>, Option<Option<u32>>), &str)> {
    let (least, rest) = number(text.strip_prefix('{')?)?;
    if let Some(rest) = rest.strip_prefix('}') {
        return Some(((least, Some(least)), rest));
    }
    let rest = rest.strip_prefix(',')?;
    if let Some(rest) = rest.strip_prefix('}') {
        return Some(((least, None), rest));
    }
    let (most, rest) = number(rest)?;
    Some(((least, Some(most)), rest.strip_prefix('}')?))
}

fn number(text: &str) -> Option<(Option<u32>, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    // Leading zeros make it no number.
    if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0')) {
        return None;
    }
    Some((if digits.len() > 8 { None } else { digits.parse().ok() }, rest))
}

fn perl_class(letter: char) -> Option<&'static str> {
    Some(match letter {
        'd' => "0-9",
        'D' => "^0-9",
        's' => r"\t\n\f\r\x20",
        'S' => r"^\t\n\f\r\x20",
        'w' => "0-9A-Za-z_",
        'W' => "^0-9A-Za-z_",
        _ => return None,
    })
}

fn is_posix_class(name: &str) -> bool {
    const NAMES: [&str; 14] = [
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
        "space", "upper", "word", "xdigit",
    ];
    let name = name.trim_start_matches("[:").trim_end_matches(":]");
    NAMES.contains(&name.strip_prefix('^').unwrap_or(name))
}

/// Reads `\pN`, `\p{Name}`, `\p{^Name}` and their negations; returns the class and its width.
fn unicode_class(text: &str) -> Result<(String, usize), Refusal> {
    const PROBLEM: &str = "invalid character class range";
    let mut negated = text.starts_with(r"\P");
    let Some(first) = text[2..].chars().next() else { return Err(refusal(PROBLEM, text)) };
    let (mut name, width) = if first == '{' {
        let end = text.find('}').ok_or_else(|| refusal(PROBLEM, text))?;
        (&text[3..end], end + 1)
    } else {
        (&text[2..2 + first.len_utf8()], 2 + first.len_utf8())
    };
    if let Some(inverse) = name.strip_prefix('^') {
        (name, negated) = (inverse, !negated);
    }
    let class = format!("\\{}{{{name}}}", if negated { 'P' } else { 'p' });
    let is_name = !name.is_empty() && name.chars().all(|c| c == '_' || c.is_ascii_alphabetic());
    if !is_name || regex::Regex::new(&class).is_err() {
        return Err(refusal(PROBLEM, &text[..width]));
    }
    Ok((class, width))
}

/// Reads an escape that stands for one character; returns it and its width.
fn escaped_rune(text: &str) -> Result<(char, usize), Refusal> {
    let mut runes = text[1..].chars();
    let Some(first) = runes.next() else {
        return Err(refusal("trailing backslash at end of expression", ""));
    };
    let after = runes.as_str();
    let used = text.len() - after.len();
    let octal_digits = after.bytes().take(2).take_while(|b| (b'0'..=b'7').contains(b)).count();
    let rune = match first {
        'a' => '\x07',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '0' | '1'..='7' if first == '0' || octal_digits > 0 => {
            let end = used + octal_digits;
            let code = u32::from_str_radix(&text[1..end], 8).unwrap_or_default();
            return Ok((rune_of(code), end));
        }
        'x' => return hex_rune(text, after),
        _ if first.is_ascii() && !first.is_ascii_alphanumeric() => first,
        _ => return Err(refusal("invalid escape sequence", &text[..used])),
    };
    Ok((rune, used))
}

fn hex_rune(text: &str, after: &str) -> Result<(char, usize), Refusal> {
    let invalid = |width: usize| refusal("invalid escape sequence", &text[..width]);
    let Some(braced) = after.strip_prefix('{') else {
        let mut digits = after.chars();
        // Go looks at two characters before it refuses.
        let width = 2 + digits.by_ref().take(2).map(char::len_utf8).sum::<usize>();
        return match after.get(..2).and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(code) if !after.starts_with('+') => Ok((rune_of(code), 4)),
            _ => Err(invalid(width)),
        };
    };
    let mut code = 0_u32;
    for (at, rune) in braced.char_indices() {
        match rune.to_digit(16) {
            Some(digit) if code <= 0x10_FFFF => code = code * 16 + digit,
            None if rune == '}' && at > 0 && code <= 0x10_FFFF => {
                return Ok((rune_of(code), at + 4));
            }
            _ => return Err(invalid(at + 3 + rune.len_utf8())),
        }
    }
    Err(invalid(text.len()))
}

/// Surrogates are no characters; Go's matcher would see U+FFFD for them.
fn rune_of(code: u32) -> char {
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}
