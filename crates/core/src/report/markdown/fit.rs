//! Fits a text into a limit by saying less of its least important parts, one level at a time.

/// A part of a text in several forms, the fullest first.
#[derive(Debug, Default)]
pub(crate) struct Piece {
    pub(crate) forms: Vec<String>,
}

/// Pieces of one sort, the most important first.
#[derive(Debug, Default)]
pub(crate) struct Section {
    pub(crate) pieces: Vec<Piece>,
    /// The form that each piece is in.
    levels: Vec<usize>,
}

/// A section and the form that its pieces are brought down to.
pub(crate) type Step = (usize, usize);

impl Section {
    pub(crate) fn new(pieces: Vec<Piece>) -> Self {
        let levels = vec![0; pieces.len()];
        Self { pieces, levels }
    }

    /// The forms that were chosen.
    pub(crate) fn chosen(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().zip(&self.levels).map(|(piece, level)| piece.form(*level))
    }

    /// How many pieces say nothing any more.
    pub(crate) fn left_out(&self) -> usize {
        self.chosen().filter(|form| form.is_empty()).count()
    }

    /// How many pieces say less than they could.
    pub(crate) fn shortened(&self) -> usize {
        self.levels.iter().filter(|level| **level > 0).count()
    }

    fn size(&self) -> usize {
        self.chosen().map(str::len).sum()
    }
}

impl Piece {
    /// A form; there is nothing to say beyond the last.
    fn form(&self, level: usize) -> &str {
        self.forms.get(level).map_or("", String::as_str)
    }
}

/// Brings pieces down, step by step and in each step from the last piece on, until all fit into
/// `room` bytes. Nothing that would not become smaller is brought down.
pub(crate) fn fit(sections: &mut [Section], steps: &[Step], room: usize) {
    let mut size: usize = sections.iter().map(Section::size).sum();
    for (section, level) in steps {
        let Some(section) = sections.get_mut(*section) else { continue };
        for (piece, current) in section.pieces.iter().zip(&mut section.levels).rev() {
            if size <= room {
                return;
            }
            let (old, new) = (piece.form(*current).len(), piece.form(*level).len());
            if *level > *current && new < old {
                size -= old - new;
                *current = *level;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(pieces: &[&[&str]]) -> Section {
        let piece =
            |forms: &&[&str]| Piece { forms: forms.iter().map(|f| (*f).to_owned()).collect() };
        Section::new(pieces.iter().map(piece).collect())
    }

    #[test]
    fn the_least_important_is_told_in_fewer_words_first() {
        for (room, want) in [
            (100, "AAAA BBBB | cccc dddd"),
            (16, "AAAA BBBB | cccc dddd"),
            (15, "AAAA BBBB | cccc d"),
            (12, "AAAA BBBB | c d"),
            (9, "AAAA BB | c d"),
            (5, "AA BB | c "),
            (0, "  |  "),
        ] {
            let mut sections = [
                section(&[&["AAAA", "AA"], &["BBBB", "BB"]]),
                section(&[&["cccc", "c"], &["dddd", "d"]]),
            ];
            fit(&mut sections, &[(1, 1), (0, 1), (1, 2), (0, 2)], room);
            let texts: Vec<String> =
                sections.iter().map(|s| s.chosen().collect::<Vec<_>>().join(" ")).collect();
            assert_eq!(texts.join(" | "), want, "{room}");
        }
    }
}
