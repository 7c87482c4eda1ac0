//! Keeps what the tools say readable: endless recursion gives a trace of a thousand equal calls.

use std::{fmt::Write as _, ops::Range};

/// The longest message in bytes.
const LONGEST: usize = 2000;
/// Bytes that are kept of the end of a message that is too long for other reasons; the reason
/// comes last.
const END: usize = 1000;
/// The most templates that may call each other in a circle.
const MAX_CIRCLE: usize = 8;
/// Fewer rounds than this are told one by one.
const MIN_ROUNDS: usize = 3;

/// The text with its repeated frames told once, where it is too long to be read.
pub(super) fn readable(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    cut(folded(&frames(text)))
}

/// The calls of a trace, on one line or on several; one after the other they are the whole text.
fn frames(text: &str) -> Vec<&str> {
    const NESTED: &str = ": template: ";
    const TEMPLATE: usize = "template: ".len();
    let nested = text.match_indices(NESTED).map(|(at, found)| at + found.len() - TEMPLATE);
    let blocks = text.match_indices('\n').map(|(at, _)| at + 1);
    let mut starts: Vec<usize> =
        nested.chain(blocks.filter(|&at| !text[at..].starts_with(' '))).collect();
    starts.sort_unstable();
    let ends = starts.iter().copied().chain([text.len()]);
    let mut from = 0;
    ends.map(|end| &text[std::mem::replace(&mut from, end)..end]).collect()
}

fn folded(frames: &[&str]) -> String {
    let mut text = String::new();
    let mut rest = frames;
    while let Some(first) = rest.first() {
        let Some((circle, rounds)) = circle(rest) else {
            text.push_str(first);
            rest = &rest[1..];
            continue;
        };
        text.extend(rest[circle.clone()].iter().copied());
        let end = if text.ends_with('\n') { "\n" } else { ": " };
        // Writing to a string cannot fail.
        let _ = write!(text, "… the same {} times …{end}", rounds - 1);
        rest = &rest[circle.end * rounds..];
    }
    text
}

/// The shortest circle that `frames` begins with, and how many rounds it makes.
fn circle(frames: &[&str]) -> Option<(Range<usize>, usize)> {
    (1..=MAX_CIRCLE.min(frames.len())).find_map(|length| {
        let (first, _) = frames.split_at(length);
        let rounds = frames.chunks_exact(length).take_while(|round| *round == first).count();
        (rounds >= MIN_ROUNDS).then_some((0..length, rounds))
    })
}

/// The text without its middle, where it is still too long.
fn cut(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    let boundary = |at: usize| (at..text.len()).find(|&at| text.is_char_boundary(at));
    let (head, tail) = (boundary(LONGEST - END), boundary(text.len() - END));
    let (Some(head), Some(tail)) = (head, tail) else { return text };
    let left_out = text[head..tail].chars().count();
    format!("{} … {left_out} characters left out … {}", &text[..head], &text[tail..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &str) {
        assert_eq!(readable(text), want);
    }

    #[test]
    fn what_repeats_is_told_once() {
        let call = |name: &str| {
            format!(
                "template: {name}:1:2: executing \"{name}\" at <include>: error calling include: "
            )
        };
        let (a, b, c) = (call("a"), call("b"), call("c"));
        let end = "nested too deeply";
        check(&format!("{a}{a}{a}{end}"), &format!("{a}{a}{a}{end}"));
        check(
            &format!("{c}{}{end}", a.repeat(1000)),
            &format!("{c}{a}… the same 998 times …: {a}{end}"),
        );
        check(
            &format!("{c}{}{a}{end}", format!("{a}{b}").repeat(500)),
            &format!("{c}{a}{b}… the same 499 times …: {a}{end}"),
        );
        let block = |name: &str| format!("{name}:1:2\n  executing {name}:\n    error\n");
        let (a, b) = (block("a"), block("b"));
        check(
            &format!("{}{end}", format!("{a}{b}").repeat(500)),
            &format!("{a}{b}… the same 499 times …\n{end}"),
        );
    }

    #[test]
    fn every_message_is_short_and_ends_with_the_reason() {
        let names = (0..900).map(|n| format!("template: {n}: "));
        for long in ["ü".repeat(5000), "a: \n".repeat(5000), names.collect()] {
            let text = readable(&format!("{long}reason"));
            assert!(text.len() < LONGEST + 100 && text.ends_with("reason"), "{text}");
        }
    }
}
