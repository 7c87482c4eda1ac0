//! The first and the last lines.

use crate::report::{
    model::{CellState, Problem, Report, RevisionName, Side, Verdict},
    paper::{Label, Paper, columns},
    sketch::draw,
    sums::counted,
};

/// Of so many cells it is told that they were not rendered; fewer can be looked over.
const MANY: usize = 100;

/// Problems that are on both sides and shown; the change has nothing to do with them.
const OLD_PROBLEMS: usize = 3;

fn revision(paper: &mut Paper, revision: &RevisionName) {
    paper.put(Label::Name, &revision.name);
    let short = revision.commit.as_deref().map(|id| id.get(..9).unwrap_or(id));
    if let Some(short) = short.filter(|short| !revision.name.starts_with(short)) {
        paper.plain(" ").put(Label::Dim, short);
    }
}

/// Which revisions are compared, and what is wrong with the repository as a whole.
pub(crate) fn head(paper: &mut Paper, report: &Report) {
    revision(paper, &report.base);
    paper.plain(" → ");
    revision(paper, &report.head);
    paper.end();
    let size = format!(
        "{} × {}: ",
        counted(report.applications.len(), "application"),
        counted(report.clusters.len(), "cluster"),
    );
    let sums = report.sums();
    if columns(&size) + columns(&sums) > paper.width {
        paper.plain(&size).end();
        paper.spaces(2).prose(Label::Plain, &sums, 2);
    } else {
        paper.plain(&size).plain(&sums).end();
    }
    if report.untouched >= MANY {
        let cells = counted(report.untouched, "cell");
        let proof = format!("{cells} cannot be affected: nothing that they read differs");
        paper.spaces(2).prose(Label::Dim, &proof, 2);
    }
    let is_old = |problem: &&Problem| problem.side.is_none();
    let old = report.problems.iter().filter(is_old).count();
    let more = old.saturating_sub(OLD_PROBLEMS);
    for problem in &report.problems[..report.problems.len() - more] {
        paper.end();
        let side = if problem.side == Some(Side::Base) { "Problem on base" } else { "Problem" };
        paper.put(Label::Doubtful, side).end();
        write_problem(paper, problem);
    }
    if more > 0 {
        paper.end();
        let more =
            format!("{} more on both sides: `zij apps` lists them", counted(more, "problem"));
        paper.prose(Label::Dim, &more, 0);
    }
}

/// What a problem says, where, and what to do, below a title.
pub(crate) fn write_problem(paper: &mut Paper, problem: &Problem) {
    if let Some(evidence) = &problem.evidence {
        for line in evidence.headline.lines() {
            paper.spaces(2).prose(Label::Plain, line, 2);
        }
        return draw(paper, problem, 2);
    }
    let mut lines = problem.message.lines();
    paper.spaces(2).prose(Label::Plain, lines.next().unwrap_or_default(), 2);
    for line in lines.take(12) {
        paper.spaces(2).plain(line).end();
    }
    if let Some(place) = &problem.place {
        paper.spaces(2).plain("at   ").put(Label::Place, &place.to_string()).end();
    }
    if let Some(hint) = &problem.hint {
        paper.spaces(2).plain("fix  ").prose(Label::Plain, hint, 7);
    }
}

/// The verdict, why, and where to look next.
pub(crate) fn verdict(paper: &mut Paper, report: &Report) {
    paper.end();
    let label = match report.verdict {
        Verdict::Clean => Label::Good,
        Verdict::Warned | Verdict::Unevaluated => Label::Doubtful,
        Verdict::Blocked => Label::Bad,
    };
    paper.put(label, &report.verdict.word().to_uppercase()).plain("  ");
    let indent = report.verdict.word().len() + 2;
    paper.prose(Label::Plain, &report.reason(), indent);
    for (command, what) in next_commands(report) {
        paper.spaces(2).put(Label::Name, &command);
        if !what.is_empty() {
            paper.spaces(4).put(Label::Dim, what);
        }
        paper.end();
    }
}

fn next_commands(report: &Report) -> Vec<(String, &'static str)> {
    let worst = |state: CellState| report.cells.iter().find(|cell| cell.state == state);
    let order = [CellState::Blocked, CellState::Error, CellState::Rolls, CellState::Changed];
    let Some(cell) = order.into_iter().find_map(worst) else { return Vec::new() };
    vec![("zij tui".to_owned(), "browse all of it"), (report.command(Some(cell)), "")]
}
