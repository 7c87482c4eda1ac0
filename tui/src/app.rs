//! The whole state of the interface, free of any terminal.

use std::sync::Arc;

use zij_core::report::model::{Problem, Report};

use crate::board::Board;
use crate::keymap::Place;
use crate::message::{Epoch, Progress};
use crate::screens::{CellScreen, Matrix, Overlay};
use crate::theme::{Glyphs, Palette};

/// How the interface looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub glyphs: Glyphs,
    pub palette: Palette,
}

/// Below this the interface only says that it needs more room.
pub(crate) const SMALLEST: (u16, u16) = (40, 10);

/// Everything that is on the screen and everything needed to answer the next key.
#[derive(Debug)]
pub struct State {
    pub(crate) options: Options,
    /// Columns and lines of the terminal.
    pub(crate) size: (u16, u16),
    pub(crate) epoch: Epoch,
    pub(crate) source: Source,
    pub(crate) matrix: Matrix,
    /// The second screen; it keeps its cell while the matrix is in front.
    pub(crate) cell: Option<CellScreen>,
    pub(crate) front: Front,
    /// What lies over the screen; keys go to the last.
    pub(crate) overlays: Vec<Overlay>,
    /// The first of two keys.
    pub(crate) pending: Option<char>,
    /// One line for the user, until the next key.
    pub(crate) notice: Option<String>,
}

/// Where the shown data stands.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) board: Option<Arc<Board>>,
    pub(crate) work: Work,
    /// Counts ticks, so that something moves while work is under way.
    pub(crate) ticks: usize,
}

/// Whether a report is being made.
#[derive(Debug)]
pub(crate) enum Work {
    Idle,
    Busy(Option<Progress>),
    Failed(Problem),
}

/// The screen in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Front {
    Matrix,
    Cell,
}

impl State {
    /// A state that waits for its first report.
    pub fn new(options: Options, columns: u16, lines: u16) -> Self {
        Self {
            options,
            size: (columns, lines),
            epoch: Epoch::default(),
            source: Source { board: None, work: Work::Busy(None), ticks: 0 },
            matrix: Matrix::default(),
            cell: None,
            front: Front::Matrix,
            overlays: Vec::new(),
            pending: None,
            notice: None,
        }
    }

    /// Whether something is under way, so that ticks are wanted.
    pub fn is_busy(&self) -> bool {
        matches!(self.source.work, Work::Busy(_))
    }

    /// The application and the cluster under the cursor.
    pub fn selected(&self) -> Option<(&str, &str)> {
        let board = self.source.board.as_ref()?;
        let (application, cluster) = self.matrix.selected()?;
        Some((&board.applications.get(application)?.raw, &board.clusters.get(cluster)?.raw))
    }

    /// The report on the screen.
    pub fn report(&self) -> Option<&Report> {
        self.source.board.as_ref().map(|board| &*board.report)
    }

    /// Where keys go when no text is being typed.
    pub(crate) fn place(&self) -> Place {
        match (self.overlays.last(), self.front) {
            (Some(Overlay::Sheet(sheet)), _) if sheet.search.is_some() => Place::Help,
            (Some(_), _) => Place::Sheet,
            (None, Front::Matrix) => Place::Matrix,
            (None, Front::Cell) => Place::Cell,
        }
    }

    pub(crate) fn is_too_small(&self) -> bool {
        self.size.0 < SMALLEST.0 || self.size.1 < SMALLEST.1
    }
}
