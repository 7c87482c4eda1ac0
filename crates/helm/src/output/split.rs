//! Splitting a rendered file into documents.
//!
//! Source of the rules: `SplitManifests` of Helm's `pkg/release/v1/util/manifest.go`.

use memchr::memmem;

use crate::profile::SplitRule;

/// The documents of a rendered file in order, blank ones left out.
pub fn split_documents(text: &str, rule: SplitRule) -> Vec<&str> {
    let text = match rule {
        SplitRule::D1 => text.trim(),
        SplitRule::D2 | SplitRule::D3 => text.trim_start(),
    };
    let pieces = match rule {
        SplitRule::D1 | SplitRule::D2 => split_eating_blanks(text),
        SplitRule::D3 => split_at_lines(text),
    };
    let trim = match rule {
        SplitRule::D1 => str::trim,
        SplitRule::D2 | SplitRule::D3 => str::trim_start,
    };
    pieces.into_iter().map(trim).filter(|piece| !piece.trim().is_empty()).collect()
}

/// White space as Go's regular expressions see it.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0c | b'\r')
}

/// Splits at `(?:^|\s*\n)---\s*`, where `^` is the start of the text only.
fn split_eating_blanks(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let after = |mut at: usize| {
        while at < bytes.len() && is_blank(bytes[at]) {
            at += 1;
        }
        at
    };
    let mut pieces = Vec::new();
    let mut start = 0;
    if text.starts_with("---") {
        pieces.push("");
        start = after(3);
    }
    while let Some(found) = memmem::find(&bytes[start..], b"\n---") {
        let newline = start + found;
        let mut end = newline;
        while end > start && is_blank(bytes[end - 1]) {
            end -= 1;
        }
        pieces.push(&text[start..end]);
        start = after(newline + 4);
    }
    pieces.push(&text[start..]);
    pieces
}

/// Splits at `(?m)^---[ \t]*`.
fn split_at_lines(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut line) = (0, 0);
    loop {
        let here = &text[line..];
        if let Some(rest) = here.strip_prefix("---") {
            pieces.push(&text[start..line]);
            start = text.len() - rest.trim_start_matches([' ', '\t']).len();
            line = start;
        }
        match memmem::find(&text.as_bytes()[line..], b"\n---") {
            Some(found) => line += found + 1,
            None => break,
        }
    }
    pieces.push(&text[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, d1: &[&str], d2: &[&str], d3: &[&str]) {
        assert_eq!(split_documents(text, SplitRule::D1), d1, "D1 {text:?}");
        assert_eq!(split_documents(text, SplitRule::D2), d2, "D2 {text:?}");
        assert_eq!(split_documents(text, SplitRule::D3), d3, "D3 {text:?}");
    }

    #[test]
    fn documents_are_split_by_the_rule_of_the_version() {
        check("a: 1\n", &["a: 1"], &["a: 1\n"], &["a: 1\n"]);
        check(
            "\n\n---\na: 1\n\n---\nb: 2\n\n",
            &["a: 1", "b: 2"],
            &["a: 1", "b: 2\n\n"],
            &["a: 1\n\n", "b: 2\n\n"],
        );
        check(
            "a: 1\n---apiVersion: v1\n",
            &["a: 1", "apiVersion: v1"],
            &["a: 1", "apiVersion: v1\n"],
            &["a: 1\n", "apiVersion: v1\n"],
        );
        check(
            "a: 1\n--- # note\nb: 2",
            &["a: 1", "# note\nb: 2"],
            &["a: 1", "# note\nb: 2"],
            &["a: 1\n", "# note\nb: 2"],
        );
        check("# only\n---\n\n", &["# only"], &["# only"], &["# only\n"]);
        check(
            "a: |\n  x\n  ---\nb: 1",
            &["a: |\n  x\n  ---\nb: 1"],
            &["a: |\n  x\n  ---\nb: 1"],
            &["a: |\n  x\n  ---\nb: 1"],
        );
        check(" \n ", &[], &[], &[]);
    }

    #[test]
    fn a_second_separator_in_a_row_stays_where_separators_eat_newlines() {
        check(
            "a: 1\n---\n---\nb: 2",
            &["a: 1", "---\nb: 2"],
            &["a: 1", "---\nb: 2"],
            &["a: 1\n", "b: 2"],
        );
    }
}
