//! Reading the tables of `data/` when the program is compiled: a small build would spend more time
//! on reading them than on all else.

/// What is before the first such byte, and what is after it.
pub(crate) const fn split(text: &str, byte: u8) -> (&str, &str) {
    let mut at = 0;
    while at < text.len() && text.as_bytes()[at] != byte {
        at += 1;
    }
    let (before, rest) = text.split_at(at);
    (before, if rest.is_empty() { rest } else { rest.split_at(1).1 })
}

/// Whether the two are the same.
pub(crate) const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// A number in decimal digits, or none.
pub(crate) const fn number(text: &str) -> Option<usize> {
    let (mut number, mut at) = (0, 0);
    while at < text.len() {
        let digit = text.as_bytes()[at];
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number * 10 + (digit - b'0') as usize;
        at += 1;
    }
    if text.is_empty() { None } else { Some(number) }
}
