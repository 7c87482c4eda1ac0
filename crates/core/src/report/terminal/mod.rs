//! The report as text for a terminal or a pipe.

mod changes;
mod findings;
mod matrix;
mod pods;
mod presence;
mod summary;

use super::{model::Report, paper::Paper};

/// How the text is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether to use ANSI colours; nothing is told by colour alone.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// What the matrix shows of an application.
    pub rows: Rows,
}

impl Default for Options {
    fn default() -> Self {
        Self { color: false, width: 80, rows: Rows::default() }
    }
}

/// What the matrix shows of an application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// One row with each cell's state.
    #[default]
    State,
    /// Two rows that say where values differ and where manifests do.
    ValuesAndManifests,
}

/// The whole report. What comes from the repository cannot steer the terminal.
pub fn write(report: &Report, options: &Options) -> String {
    let mut paper = Paper::new(options.color, options.width.max(40));
    summary::head(&mut paper, report);
    matrix::write(&mut paper, report, options.rows);
    presence::write(&mut paper, report);
    pods::write(&mut paper, report);
    changes::write(&mut paper, report);
    findings::write(&mut paper, report);
    summary::verdict(&mut paper, report);
    paper.finish()
}
