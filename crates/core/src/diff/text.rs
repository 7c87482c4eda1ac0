//! Line diffs with the differing words of a changed line marked.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use similar::{Algorithm, ChangeTag, DiffOp, InlineChangeOptions, TextDiff};

/// A run of lines that differ, with the lines around them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    /// The first line's number in the old text, from 1.
    pub old_start: usize,
    /// The first line's number in the new text, from 1.
    pub new_start: usize,
    /// The lines, without their ends.
    pub lines: Vec<Line>,
}

/// One line of a diff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which text it is in.
    pub kind: LineKind,
    /// Its text in pieces, without the line end; many lines of a fleet have the same.
    pub segments: Arc<[Segment]>,
}

/// Which text a line is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineKind {
    /// In both.
    Context,
    /// In the old one.
    Removed,
    /// In the new one.
    Added,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Segment {
    /// The text; untrusted, may hold control characters that a reader must not pass on.
    pub text: String,
    /// Whether it is what differs from the line's counterpart.
    pub emphasised: bool,
}

/// Lines shown on each side of a difference.
const CONTEXT: usize = 3;
/// After this time the diff is still right, but no longer the shortest.
const PATIENCE: Duration = Duration::from_millis(500);
/// Words are compared only inside changes of up to this many lines.
const WORD_LINES: usize = 60;

/// The differences between two texts; empty exactly when they are equal.
pub fn hunks(old: &str, new: &str) -> Vec<Hunk> {
    if old == new {
        return Vec::new();
    }
    let diff =
        TextDiff::configure().algorithm(Algorithm::Myers).timeout(PATIENCE).diff_lines(old, new);
    let groups = diff.grouped_ops(CONTEXT);
    groups.iter().map(|ops| hunk(&diff, ops)).collect()
}

fn hunk(diff: &TextDiff<'_, '_, str>, ops: &[DiffOp]) -> Hunk {
    let start = |range: Option<usize>| range.map_or(1, |line| line + 1);
    let mut lines: Vec<Line> = ops.iter().flat_map(|op| lines(diff, op)).collect();
    // A fleet that is new as a whole is mostly lines.
    lines.shrink_to_fit();
    Hunk {
        old_start: start(ops.first().map(|op| op.old_range().start)),
        new_start: start(ops.first().map(|op| op.new_range().start)),
        lines,
    }
}

fn lines(diff: &TextDiff<'_, '_, str>, op: &DiffOp) -> Vec<Line> {
    let count = op.old_range().len() + op.new_range().len();
    if count > WORD_LINES || !matches!(op, DiffOp::Replace { .. }) {
        return diff
            .iter_changes(op)
            .map(|change| line(change.tag(), [(false, change.value())]))
            .collect();
    }
    let mut options = InlineChangeOptions::new();
    options.semantic_cleanup(true).min_ratio(0.4);
    diff.iter_inline_changes_with_options(op, options)
        .map(|change| line(change.tag(), change.values().iter().copied()))
        .collect()
}

fn line<'a>(tag: ChangeTag, pieces: impl IntoIterator<Item = (bool, &'a str)>) -> Line {
    let kind = match tag {
        ChangeTag::Equal => LineKind::Context,
        ChangeTag::Delete => LineKind::Removed,
        ChangeTag::Insert => LineKind::Added,
    };
    let mut segments: Vec<Segment> = Vec::new();
    for (emphasised, text) in pieces {
        let text = text.trim_end_matches(['\n', '\r']);
        match segments.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.emphasised == emphasised => last.text.push_str(text),
            _ => segments.push(Segment { text: text.to_owned(), emphasised }),
        }
    }
    Line { kind, segments: segments.into() }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn shown(old: &str, new: &str) -> String {
        let mut out = String::new();
        for hunk in hunks(old, new) {
            writeln!(out, "@ {} {}", hunk.old_start, hunk.new_start).unwrap();
            for line in hunk.lines {
                out.push(match line.kind {
                    LineKind::Context => ' ',
                    LineKind::Removed => '-',
                    LineKind::Added => '+',
                });
                for segment in line.segments.iter() {
                    let (open, close) = if segment.emphasised { ("[", "]") } else { ("", "") };
                    write!(out, "{open}{}{close}", segment.text).unwrap();
                }
                out.push('\n');
            }
        }
        out
    }

    #[test]
    fn equal_texts_have_no_hunk() {
        assert_eq!(shown("a\nb\n", "a\nb\n"), "");
    }

    #[test]
    fn a_changed_word_is_marked_inside_its_line() {
        insta::assert_snapshot!(
            shown(
                "a: 1\nb: 2\nc: 3\nd: 4\nimage: registry.example/web:1.4.2\ne: 5\nf: 6\n",
                "a: 1\nb: 2\nc: 3\nd: 4\nimage: registry.example/web:1.5.0\ne: 5\nf: 6\n",
            ),
            @r"
        @ 2 2
         b: 2
         c: 3
         d: 4
        -image: registry.example/web:[1.4.2]
        +image: registry.example/web:[1.5.0]
         e: 5
         f: 6
        "
        );
    }

    #[test]
    fn far_apart_changes_are_hunks_of_their_own() {
        let old: String = (1..=20).map(|n| format!("line {n}\n")).collect();
        let new = old.replace("line 2\n", "").replace("line 19\n", "line 19\nline 19b\n");
        insta::assert_snapshot!(shown(&old, &new), @r"
        @ 1 1
         line 1
        -line 2
         line 3
         line 4
         line 5
        @ 17 16
         line 17
         line 18
         line 19
        +line 19b
         line 20
        ");
    }
}
