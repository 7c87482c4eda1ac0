//! Text of unknown origin, made inert in Markdown and in HTML alike.
//!
//! A character reference is never structure, neither in Markdown (CommonMark 0.31, 2.5) nor in
//! HTML, so one form serves paragraphs, tables and the HTML of `<details>`. What forges read into
//! finished text (mentions, references to issues) they do not read into `<code>`; elsewhere a
//! word joiner keeps the sign and the name apart.

use crate::report::printable::printable;

/// A character that shows nothing and at which no word may be broken.
const JOINER: &str = "&#8288;";

/// Appends a text as code: nothing in it is markup, a mention or a link.
pub(crate) fn code(out: &mut String, text: &str) {
    out.push_str("<code>");
    inert(out, text, false);
    out.push_str("</code>");
}

/// Appends prose; what stands between backticks becomes code. A line's end becomes a space.
pub(crate) fn prose(out: &mut String, text: &str) {
    let mut parts = text.split('`').peekable();
    let mut is_code = false;
    while let Some(part) = parts.next() {
        match (is_code, parts.peek()) {
            (true, Some(_)) => code(out, part),
            (true, None) => {
                out.push_str("&#96;");
                inert(out, part, true);
            }
            (false, _) => inert(out, part, true),
        }
        is_code = !is_code;
    }
}

/// [`prose()`] as a text of its own.
pub(crate) fn prose_text(text: &str) -> String {
    let mut out = String::new();
    prose(&mut out, text);
    out
}

fn inert(out: &mut String, text: &str, apart: bool) {
    let text = text.replace(['\n', '\r', '\t'], " ");
    let text = printable(&text);
    let mut before = ['\0'; 3];
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let next = rest.as_str();
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '.' if before.iter().all(|c| c.eq_ignore_ascii_case(&'w')) => out.push_str("&#46;"),
            ':' if next.starts_with("//") => out.push_str("&#58;"),
            '"' | '\'' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '+' | '!' | '|' | '~' | '@'
            | '$' | '^' | '=' | '{' | '}' => {
                out.push_str("&#");
                out.push_str(&u32::from(c).to_string());
                out.push(';');
            }
            c => out.push(c),
        }
        let is_word = next.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let refers = matches!(c, '@' | '#' | '!' | '$' | '%' | '~' | '&')
            || (c == '-' && before[1..].eq_ignore_case("gh"));
        if apart && refers && is_word {
            out.push_str(JOINER);
        }
        before = [before[1], before[2], c];
    }
}

trait EqualsWord {
    fn eq_ignore_case(&self, word: &str) -> bool;
}

impl EqualsWord for [char] {
    fn eq_ignore_case(&self, word: &str) -> bool {
        self.len() == word.len()
            && self.iter().zip(word.chars()).all(|(a, b)| a.eq_ignore_ascii_case(&b))
    }
}

/// Appends lines as a fenced block that none of them can end.
pub(crate) fn fenced<'a>(
    out: &mut String,
    language: &str,
    lines: impl Iterator<Item = &'a str> + Clone,
) {
    let longest = lines.clone().map(longest_run).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    out.push_str(&fence);
    out.push_str(language);
    out.push('\n');
    for line in lines {
        out.push_str(&printable(line));
        out.push('\n');
    }
    out.push_str(&fence);
    out.push('\n');
}

/// The length of the longest run of backticks.
fn longest_run(line: &str) -> usize {
    line.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_is_read_into_a_text() {
        for (text, want) in [
            ("plain words, 1.5.0", "plain words, 1.5.0"),
            ("a `b_c` d", "a <code>b&#95;c</code> d"),
            ("one ` tick", "one &#96; tick"),
            ("<img src=x onerror=alert(1)>", "&lt;img src&#61;x onerror&#61;alert(1)&gt;"),
            ("@octocat closes #12", "&#64;&#8288;octocat closes &#35;&#8288;12"),
            ("GH-12, !7, ~bug", "GH-&#8288;12, &#33;&#8288;7, &#126;&#8288;bug"),
            ("[x](https://e.com)", "&#91;x&#93;(https&#58;//e.com)"),
            ("WWW.e.com", "WWW&#46;e.com"),
            ("a|b\nc", "a&#124;b c"),
            ("user\u{202e}nimda", "user\u{fffd}nimda"),
            ("`@team`", "<code>&#64;team</code>"),
        ] {
            assert_eq!(prose_text(text), want);
        }
    }

    #[test]
    fn no_line_ends_a_fence() {
        let mut out = String::new();
        fenced(&mut out, "diff", ["+ a", "  ````", " ```"].into_iter());
        assert_eq!(out, "`````diff\n+ a\n  ````\n ```\n`````\n");
    }

    proptest! {
        #[test]
        fn only_our_own_markup_is_left(text in any::<String>()) {
            let out = prose_text(&text);
            let bare = out.replace("<code>", "").replace("</code>", "");
            prop_assert!(!bare.contains(['<', '>', '"', '\'', '`', '*', '_', '[', ']', '|', '@', '\n', '\\', '$', '~']));
            let mut rest = bare.as_str();
            while let Some((_, after)) = rest.split_once('&') {
                let (name, after) = after.split_once(';').expect("a reference ends");
                let is_name = ["amp", "lt", "gt"].contains(&name);
                prop_assert!(is_name || name.strip_prefix('#').is_some_and(|n| n.parse::<u32>().is_ok()));
                rest = after;
            }
        }

        #[test]
        fn a_fence_is_longer_than_any_in_it(lines in proptest::collection::vec("[`~ a]{0,12}", 0..6)) {
            let mut out = String::new();
            fenced(&mut out, "", lines.iter().map(String::as_str));
            let fence = out.lines().next().unwrap_or_default();
            let ends = out.lines().filter(|line| line.trim_start().starts_with(fence)).count();
            prop_assert_eq!(ends, 2);
        }
    }
}
