//! Text to be scrolled through: rows of toned pieces with places to jump to.

use zij_core::report::model::LineKind;

use crate::text;
use crate::theme::Tone;

/// A piece of a row; its text is always safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    text: String,
    tone: Tone,
}

impl Piece {
    /// Takes untrusted text.
    pub(crate) fn new(tone: Tone, text: &str) -> Self {
        Self { text: text::clean(text), tone }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn tone(&self) -> Tone {
        self.tone
    }
}

/// One side of a diff's row.
#[derive(Clone, Debug)]
pub(crate) struct DiffLine {
    pub(crate) kind: LineKind,
    pub(crate) number: usize,
    pub(crate) pieces: Vec<Piece>,
}

/// A row of a document.
#[derive(Clone, Debug)]
pub(crate) enum Row {
    Text(Vec<Piece>),
    /// A line of a unified diff; a context line has its number on head.
    Unified {
        old: Option<usize>,
        line: DiffLine,
    },
    /// A line of base beside a line of head.
    Split(Option<DiffLine>, Option<DiffLine>),
}

impl Row {
    pub(crate) fn empty() -> Self {
        Self::Text(Vec::new())
    }

    fn pieces(&self) -> impl Iterator<Item = &Piece> {
        let (first, second): (&[Piece], &[Piece]) = match self {
            Self::Text(pieces) => (pieces, &[]),
            Self::Unified { line, .. } => (&line.pieces, &[]),
            Self::Split(old, new) => (side(old.as_ref()), side(new.as_ref())),
        };
        first.iter().chain(second)
    }

    fn columns(&self) -> usize {
        let measure = |pieces: &[Piece]| pieces.iter().map(|piece| text::width(&piece.text)).sum();
        match self {
            Self::Text(pieces) => measure(pieces),
            Self::Unified { line, .. } => measure(&line.pieces),
            Self::Split(old, new) => measure(side(old.as_ref())).max(measure(side(new.as_ref()))),
        }
    }
}

fn side(line: Option<&DiffLine>) -> &[Piece] {
    line.map_or(&[], |line| &line.pieces)
}

/// A run of rows that belong to one resource or heading.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) row: usize,
    pub(crate) mark: Piece,
    pub(crate) name: String,
}

/// Rows and the places in them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Document {
    pub(crate) rows: Vec<Row>,
    pub(crate) sections: Vec<Section>,
    /// Rows at which a hunk begins.
    pub(crate) hunks: Vec<usize>,
    /// The columns of the widest line.
    pub(crate) columns: usize,
    /// The digits of the highest line number.
    pub(crate) digits: usize,
}

impl Document {
    pub(crate) fn push(&mut self, row: Row) {
        self.columns = self.columns.max(row.columns());
        let number = match &row {
            Row::Text(_) => 0,
            Row::Unified { old, line } => old.unwrap_or(0).max(line.number),
            Row::Split(old, new) => {
                let number = |line: &Option<DiffLine>| line.as_ref().map_or(0, |line| line.number);
                number(old).max(number(new))
            }
        };
        self.digits = self.digits.max(number.to_string().len());
        self.rows.push(row);
    }

    /// Adds a row of pieces.
    pub(crate) fn line<const N: usize>(&mut self, pieces: [(Tone, &str); N]) {
        self.push(Row::Text(pieces.map(|(tone, text)| Piece::new(tone, text)).to_vec()));
    }

    /// Adds text in lines of at most so many columns, each after an indent.
    pub(crate) fn paragraph(&mut self, tone: Tone, text: &str, indent: usize, columns: usize) {
        for line in text.lines() {
            for part in text::wrap(&text::clean(line), columns.saturating_sub(indent)) {
                self.line([(Tone::Text, &" ".repeat(indent)), (tone, &part)]);
            }
        }
    }

    /// Adds an empty row unless the document begins here.
    pub(crate) fn gap(&mut self) {
        if !self.rows.is_empty() {
            self.push(Row::empty());
        }
    }

    /// The section that a row is in.
    pub(crate) fn section_at(&self, row: usize) -> Option<usize> {
        self.sections.partition_point(|section| section.row <= row).checked_sub(1)
    }

    /// The rows that hold a text. A pattern in lower case ignores (ASCII) case.
    pub(crate) fn matches(&self, pattern: &str) -> Vec<usize> {
        if pattern.is_empty() {
            return Vec::new();
        }
        let holds = |row: &Row| {
            let line: String = row.pieces().map(Piece::text).collect();
            !find_all(&line, pattern).is_empty()
        };
        (0..self.rows.len()).filter(|index| holds(&self.rows[*index])).collect()
    }
}

/// The byte ranges at which a pattern occurs in a text.
pub(crate) fn find_all(text: &str, pattern: &str) -> Vec<(usize, usize)> {
    if pattern.is_empty() {
        return Vec::new();
    }
    let ranges = |text: &str| -> Vec<(usize, usize)> {
        text.match_indices(pattern).map(|(start, hit)| (start, start + hit.len())).collect()
    };
    if pattern.chars().any(|c| c.is_ascii_uppercase()) {
        ranges(text)
    } else {
        ranges(&text.to_ascii_lowercase())
    }
}

/// Parts pieces so that every occurrence of a pattern is a piece of its own, in the match's tone.
pub(crate) fn highlight(pieces: &[Piece], pattern: &str) -> Vec<Piece> {
    let line: String = pieces.iter().map(Piece::text).collect();
    let ranges = find_all(&line, pattern);
    let mut parted = Vec::with_capacity(pieces.len() + 2 * ranges.len());
    let mut start = 0;
    for piece in pieces {
        let end = start + piece.text.len();
        let mut from = start;
        for &(low, high) in ranges.iter().filter(|(low, high)| *low < end && *high > start) {
            let (low, high) = (low.max(start), high.min(end));
            for (range, tone) in [(from..low, piece.tone), (low..high, Tone::Match)] {
                if !range.is_empty() {
                    let text = line[range].to_owned();
                    parted.push(Piece { text, tone });
                }
            }
            from = high;
        }
        if from < end {
            parted.push(Piece { text: line[from..end].to_owned(), tone: piece.tone });
        }
        start = end;
    }
    parted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_are_cut_out_across_pieces() {
        let pieces = [Piece::new(Tone::Text, "image: ng"), Piece::new(Tone::Strong, "inx:1")];
        let got: Vec<(String, Tone)> =
            highlight(&pieces, "nginx").into_iter().map(|piece| (piece.text, piece.tone)).collect();
        let want = [
            ("image: ", Tone::Text),
            ("ng", Tone::Match),
            ("inx", Tone::Match),
            (":1", Tone::Strong),
        ];
        assert_eq!(got, want.map(|(text, tone)| (text.to_owned(), tone)));
    }

    #[test]
    fn capitals_in_a_pattern_make_case_count() {
        assert_eq!(find_all("Image image", "image").len(), 2);
        assert_eq!(find_all("Image image", "Image").len(), 1);
        assert_eq!(find_all("x", ""), []);
    }
}
