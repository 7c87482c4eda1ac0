//! The second screen: what changes in one cell, in three panes.

use zij_core::report::model::{Cell, Group};

use crate::board::Board;
use crate::document::Document;
use crate::keymap::Command;
use crate::screens::diff;

/// What is shown of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pane {
    Manifests,
    Values,
    Findings,
}

impl Pane {
    pub(crate) const ALL: [Self; 3] = [Self::Manifests, Self::Values, Self::Findings];
}

/// Whether base and head are shown below or beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sides {
    Unified,
    Split,
}

/// The cell on the screen and how far it is scrolled.
#[derive(Debug)]
pub(crate) struct CellScreen {
    /// Application and cluster, as indices of the board.
    pub(crate) cell: (usize, usize),
    pub(crate) pane: Pane,
    pub(crate) document: Document,
    pub(crate) top: usize,
    /// Columns scrolled to the right.
    pub(crate) shift: usize,
    /// What the user asked for; by width otherwise.
    sides: Option<Sides>,
    context: usize,
    pub(crate) search: String,
    /// The rows that match the search.
    pub(crate) matches: Vec<usize>,
}

/// The most context that a diff can show is what the report brought along.
const ALL_CONTEXT: usize = 1000;
/// Columns from which on both sides fit beside each other.
const WIDE: u16 = 160;

impl CellScreen {
    pub(crate) fn new(board: &Board, cell: (usize, usize), room: Room) -> Option<Self> {
        let mut screen = Self {
            cell,
            pane: first_pane(board, board.cell(cell.0, cell.1)?),
            document: Document::default(),
            top: 0,
            shift: 0,
            sides: None,
            context: ALL_CONTEXT,
            search: String::new(),
            matches: Vec::new(),
        };
        screen.build(board, room);
        Some(screen)
    }

    /// Goes to another cell; search, sides and context stay, the pane stays if it has content.
    pub(crate) fn visit(&mut self, board: &Board, cell: (usize, usize), room: Room) {
        let Some(target) = board.cell(cell.0, cell.1) else { return };
        self.cell = cell;
        if pane_is_empty(board, target, self.pane) {
            self.pane = first_pane(board, target);
        }
        (self.top, self.shift) = (0, 0);
        self.build(board, room);
    }

    /// Makes the document anew, after anything that it depends on.
    pub(crate) fn build(&mut self, board: &Board, room: Room) {
        let Some(cell) = board.cell(self.cell.0, self.cell.1) else { return };
        let group = board.group(cell);
        self.document = match self.pane {
            Pane::Manifests => diff::manifests(cell, group, self.sides(room), self.context),
            Pane::Values => diff::values(cell, group),
            Pane::Findings => diff::findings(board, cell, usize::from(room.columns)),
        };
        self.matches = self.document.matches(&self.search);
        self.scroll_to(self.top, room);
    }

    pub(crate) fn sides(&self, room: Room) -> Sides {
        let by_width = if room.screen >= WIDE { Sides::Split } else { Sides::Unified };
        self.sides.unwrap_or(by_width)
    }

    pub(crate) fn show(&mut self, board: &Board, pane: Pane, room: Room) {
        self.pane = pane;
        (self.top, self.shift) = (0, 0);
        self.build(board, room);
    }

    pub(crate) fn toggle_sides(&mut self, board: &Board, room: Room) {
        self.sides = Some(match self.sides(room) {
            Sides::Unified => Sides::Split,
            Sides::Split => Sides::Unified,
        });
        let section = self.document.section_at(self.top);
        self.build(board, room);
        if let Some(section) = section.and_then(|index| self.document.sections.get(index)) {
            self.scroll_to(section.row, room);
        }
    }

    pub(crate) fn set_context(&mut self, board: &Board, command: Command, room: Room) {
        let most = board
            .cell(self.cell.0, self.cell.1)
            .and_then(|cell| board.group(cell))
            .map_or(0, diff::longest_context);
        let now = self.context.min(most);
        self.context =
            if command == Command::MoreContext { now + 1 } else { now.saturating_sub(1) };
        if self.context >= most {
            self.context = ALL_CONTEXT;
        }
        self.build(board, room);
    }

    /// Searches and goes to the first match from here on.
    pub(crate) fn find(&mut self, pattern: &str, from: usize, room: Room) {
        pattern.clone_into(&mut self.search);
        self.matches = self.document.matches(pattern);
        let next = self.matches.iter().find(|row| **row >= from).or(self.matches.first());
        if let Some(row) = next.copied() {
            self.scroll_to(row, room);
        }
    }

    /// The number of the match at or after the top, from 1.
    pub(crate) fn match_number(&self) -> usize {
        let before = self.matches.partition_point(|row| *row < self.top);
        (before + 1).min(self.matches.len())
    }

    /// Scrolls; says whether the command was one that scrolls.
    pub(crate) fn travel(&mut self, command: Command, room: Room) -> bool {
        let page = usize::from(room.lines).max(1);
        let top = self.top;
        let rows = |rows: &mut dyn Iterator<Item = usize>| rows.next();
        let target = match command {
            Command::Up => Some(top.saturating_sub(1)),
            Command::Down => Some(top + 1),
            Command::HalfUp => Some(top.saturating_sub((page / 2).max(1))),
            Command::HalfDown => Some(top + (page / 2).max(1)),
            Command::PageUp => Some(top.saturating_sub(page)),
            Command::PageDown => Some(top + page),
            Command::First => Some(0),
            Command::Last => Some(usize::MAX),
            Command::NextHunk => {
                rows(&mut self.document.hunks.iter().copied().filter(|row| *row > top))
            }
            Command::PreviousHunk => {
                rows(&mut self.document.hunks.iter().rev().copied().filter(|row| *row < top))
            }
            Command::NextResource => {
                let sections = self.document.sections.iter().map(|section| section.row);
                rows(&mut sections.filter(|row| *row > top))
            }
            Command::PreviousResource => {
                let sections = self.document.sections.iter().rev().map(|section| section.row);
                rows(&mut sections.filter(|row| *row < top))
            }
            Command::NextMatch => {
                let next = self.matches.iter().copied().find(|row| *row > top);
                next.or(self.matches.first().copied())
            }
            Command::PreviousMatch => {
                let before = self.matches.iter().rev().copied().find(|row| *row < top);
                before.or(self.matches.last().copied())
            }
            Command::Left
            | Command::Right
            | Command::PageLeft
            | Command::PageRight
            | Command::FirstColumn
            | Command::LastColumn => {
                self.slide(command, room);
                None
            }
            _ => return false,
        };
        if let Some(target) = target {
            self.scroll_to(target, room);
        }
        true
    }

    fn slide(&mut self, command: Command, room: Room) {
        let page = usize::from(room.columns / 2).max(1);
        let most = self.document.columns.saturating_sub(page);
        self.shift = match command {
            Command::Left => self.shift.saturating_sub(8),
            Command::Right => self.shift + 8,
            Command::PageLeft => self.shift.saturating_sub(page),
            Command::PageRight => self.shift + page,
            Command::LastColumn => most,
            _ => 0,
        };
        self.shift = self.shift.min(most);
    }

    fn scroll_to(&mut self, row: usize, room: Room) {
        let last = self.document.rows.len().saturating_sub(usize::from(room.lines));
        // Jumps put their row on top even near the end, so that repeating them makes progress.
        self.top = if self.is_target(row) { row } else { row.min(last) };
    }

    fn is_target(&self, row: usize) -> bool {
        self.document.hunks.contains(&row)
            || self.matches.contains(&row)
            || self.document.sections.iter().any(|section| section.row == row)
    }
}

fn first_pane(board: &Board, cell: &Cell) -> Pane {
    let filled = |pane: &Pane| !pane_is_empty(board, cell, *pane);
    if cell.problem.is_some() {
        return Pane::Findings;
    }
    Pane::ALL.into_iter().find(filled).unwrap_or(Pane::Manifests)
}

fn pane_is_empty(board: &Board, cell: &Cell, pane: Pane) -> bool {
    let group = board.group(cell);
    match pane {
        Pane::Manifests => group.is_none_or(|group: &Group| group.resources.is_empty()),
        Pane::Values => group.is_none_or(|group| group.values.is_empty()),
        Pane::Findings => cell.findings.is_empty() && cell.problem.is_none(),
    }
}

/// How much room the document has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    /// Columns of the whole screen.
    pub(crate) screen: u16,
    /// Columns of the list of resources; 0 where there is none.
    pub(crate) list: u16,
    pub(crate) columns: u16,
    pub(crate) lines: u16,
    /// Whether a line parts the head from the document.
    pub(crate) ruled: bool,
}

impl Room {
    pub(crate) fn of((width, height): (u16, u16)) -> Self {
        let list = match width {
            ..110 => 0,
            110..160 => 32,
            _ => 40,
        };
        let ruled = height >= 16;
        // Title, cell, panes, footer; a line above and below.
        let around = 4 + if ruled { 2 } else { 0 };
        Self {
            screen: width,
            list,
            columns: width.saturating_sub(if list > 0 { list + 3 } else { 2 }),
            lines: height.saturating_sub(around),
            ruled,
        }
    }
}
