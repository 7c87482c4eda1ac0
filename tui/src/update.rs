//! The one function that changes the state.

use std::sync::Arc;

use zij_core::report::model::{Problem, Report};

use crate::app::{Front, State, Work};
use crate::board::Board;
use crate::document::Document;
use crate::filter::Filter;
use crate::keymap::{self, Command, Lookup};
use crate::message::{Effect, Key, Message};
use crate::screens::{
    self, CellScreen, Copies, Geometry, Order, Overlay, Pane, Prompt, Purpose, Room, Sheet,
};
use crate::text;
use crate::theme::Tone;
use crate::view;
use crate::widgets::Field;

/// The most bytes that are put on the clipboard: terminals drop longer sequences, some of them
/// without a word.
const COPY_LIMIT: usize = 72 * 1024;

/// Takes in a message and returns what is to be done outside of the state.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    let effects = match message {
        Message::Key(key) => {
            state.notice = None;
            press(state, key)
        }
        Message::Paste(text) => paste(state, &text),
        Message::Resize(columns, lines) => resize(state, (columns, lines)),
        Message::Tick => {
            state.source.ticks = state.source.ticks.wrapping_add(1);
            Vec::new()
        }
        Message::Progress(epoch, progress) if epoch == state.epoch => {
            state.source.work = Work::Busy(Some(progress));
            Vec::new()
        }
        Message::Report(epoch, report) if epoch == state.epoch => adopt(state, report),
        Message::Failed(epoch, problem) if epoch == state.epoch => fail(state, problem),
        Message::Progress(..) | Message::Report(..) | Message::Failed(..) => Vec::new(),
        Message::Stop => vec![Effect::Quit],
    };
    if !state.is_too_small() {
        state.matrix.follow(Geometry::of(&state.matrix, state.size));
    }
    effects
}

fn adopt(state: &mut State, report: Arc<Report>) -> Vec<Effect> {
    let board = Arc::new(Board::new(report));
    let before = state.source.board.replace(Arc::clone(&board));
    state.source.work = Work::Idle;
    state.matrix.adopt(&board, before.as_deref());
    if let (Some(mut screen), Some(before)) = (state.cell.take(), before) {
        let (application, cluster) = screen.cell;
        let names = (&before.applications[application].raw, &before.clusters[cluster].raw);
        let position = |names: &[crate::board::Name], raw: &str| {
            names.iter().position(|name| &*name.raw == raw)
        };
        let cell = position(&board.applications, names.0).zip(position(&board.clusters, names.1));
        if let Some(cell) = cell.filter(|(a, c)| board.cell(*a, *c).is_some()) {
            screen.cell = cell;
            screen.build(&board, Room::of(state.size));
            state.cell = Some(screen);
        } else if state.front == Front::Cell {
            state.front = Front::Matrix;
            state.notice = Some("the cell is not in the new report".to_owned());
        }
    }
    Vec::new()
}

fn fail(state: &mut State, problem: Problem) -> Vec<Effect> {
    if state.source.board.is_some() {
        let first = text::clean(problem.message.lines().next().unwrap_or_default());
        state.notice = Some(format!("could not refresh: {first}"));
    }
    state.source.work = Work::Failed(problem);
    Vec::new()
}

fn resize(state: &mut State, size: (u16, u16)) -> Vec<Effect> {
    state.size = size;
    if let (Some(board), Some(screen)) = (&state.source.board, &mut state.cell) {
        screen.build(board, Room::of(size));
    }
    Vec::new()
}

fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    if let Some(Overlay::Prompt(prompt)) = state.overlays.last_mut() {
        prompt.field.insert(text);
        typed(state);
    }
    Vec::new()
}

fn press(state: &mut State, key: Key) -> Vec<Effect> {
    match (state.overlays.last_mut(), key) {
        (_, Key::Ctrl('c')) => return vec![Effect::Quit],
        (Some(Overlay::Prompt(prompt)), _) => {
            match key {
                Key::Enter => drop(state.overlays.pop()),
                Key::Esc => give_up(state),
                _ if prompt.field.edit(key) => typed(state),
                _ => {}
            }
            return Vec::new();
        }
        (Some(Overlay::Copies(menu)), Key::Char(letter)) => {
            let item = menu.items.iter().position(|(key, ..)| *key == letter);
            let item = item.map(|index| menu.items.swap_remove(index));
            state.overlays.pop();
            return item.map_or_else(Vec::new, |(_, what, text)| copy(state, what, text));
        }
        _ => {}
    }
    match keymap::lookup(state.place(), state.pending.take(), key) {
        Lookup::Command(command) => run(state, command),
        Lookup::Begins(first) => {
            state.pending = Some(first);
            Vec::new()
        }
        Lookup::Nothing => Vec::new(),
    }
}

fn copy(state: &mut State, what: &str, text: String) -> Vec<Effect> {
    let kilobytes = text.len().div_ceil(1024);
    if text.len() > COPY_LIMIT {
        let most = COPY_LIMIT / 1024;
        state.notice =
            Some(format!("{what} is too long to copy: {kilobytes} KiB, at most {most} KiB"));
        return Vec::new();
    }
    state.notice = Some(format!("copied the {what}"));
    vec![Effect::Copy(text)]
}

/// Follows a line while it is typed.
fn typed(state: &mut State) {
    let Some(Overlay::Prompt(prompt)) = state.overlays.last() else { return };
    let text = prompt.field.text();
    match &prompt.purpose {
        Purpose::Filter { selected, .. } => {
            let selected = *selected;
            set_filter(state, Filter::parse(&text));
            state.matrix.return_to(selected);
        }
        Purpose::Search { top, .. } => {
            let (top, room) = (*top, Room::of(state.size));
            if let Some(screen) = &mut state.cell {
                screen.find(&text, top, room);
            }
        }
        Purpose::Help => search_help(state, &text),
    }
}

/// Closes a prompt and undoes what was typed.
fn give_up(state: &mut State) {
    let Some(Overlay::Prompt(prompt)) = state.overlays.pop() else { return };
    match prompt.purpose {
        Purpose::Filter { before, selected } => {
            set_filter(state, before);
            state.matrix.return_to(selected);
        }
        Purpose::Search { before, top } => {
            if let Some(screen) = &mut state.cell {
                screen.find(&before, top, Room::of(state.size));
                screen.top = top;
            }
        }
        Purpose::Help => search_help(state, ""),
    }
}

fn set_filter(state: &mut State, filter: Filter) {
    state.matrix.filter = filter;
    if let Some(board) = &state.source.board {
        state.matrix.arrange(board);
    }
}

fn search_help(state: &mut State, search: &str) {
    let marks = state.options.glyphs.marks();
    let sheets = state.overlays.iter_mut().rev();
    let help = sheets
        .filter_map(|overlay| if let Overlay::Sheet(sheet) = overlay { Some(sheet) } else { None });
    if let Some(sheet) = help.into_iter().find(|sheet| sheet.search.is_some()) {
        sheet.document = screens::help(search, marks);
        sheet.search = Some(search.to_owned());
        sheet.top = 0;
    }
}

fn run(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::Abort => return vec![Effect::Quit],
        Command::Suspend => return vec![Effect::Suspend],
        Command::Refresh => return refresh(state),
        Command::Help => open_help(state),
        Command::Clear | Command::Quit | Command::Back => return leave(state, command),
        _ if !state.overlays.is_empty() => return on_overlay(state, command),
        Command::Why => open_why(state),
        Command::Findings => open_findings(state),
        Command::Reproduce => open_command(state),
        Command::Copy => {
            let items = screens::copies(state);
            if !items.is_empty() {
                state.overlays.push(Overlay::Copies(Copies { items }));
            }
        }
        Command::MatrixScreen => state.front = Front::Matrix,
        Command::CellScreen | Command::Open => open_cell(state, command),
        _ => on_screen(state, command),
    }
    Vec::new()
}

fn refresh(state: &mut State) -> Vec<Effect> {
    state.epoch = state.epoch.next();
    state.source.work = Work::Busy(None);
    vec![Effect::Refresh(state.epoch)]
}

/// Goes back by one: closes what is on top, clears what is set, leaves the screen, quits.
fn leave(state: &mut State, command: Command) -> Vec<Effect> {
    if state.overlays.pop().is_some() {
        return Vec::new();
    }
    match state.front {
        Front::Cell => {
            let room = Room::of(state.size);
            match &mut state.cell {
                Some(screen) if command == Command::Clear && !screen.search.is_empty() => {
                    let top = screen.top;
                    screen.find("", top, room);
                }
                _ => state.front = Front::Matrix,
            }
        }
        Front::Matrix if command == Command::Quit => return vec![Effect::Quit],
        Front::Matrix if command == Command::Back && state.cell.is_some() => {
            state.front = Front::Cell;
        }
        Front::Matrix if command == Command::Clear => {
            if state.matrix.marks.is_empty() {
                set_filter(state, Filter::default());
            }
            state.matrix.marks.clear();
        }
        Front::Matrix => {}
    }
    Vec::new()
}

fn on_overlay(state: &mut State, command: Command) -> Vec<Effect> {
    let lines = view::sheet_lines(state.size);
    match state.overlays.last_mut() {
        Some(Overlay::Sheet(sheet)) if command == Command::Find => {
            if let Some(search) = &sheet.search {
                let prompt = Prompt { purpose: Purpose::Help, field: Field::new(search) };
                state.overlays.push(Overlay::Prompt(prompt));
            }
        }
        Some(Overlay::Sheet(sheet)) if command == Command::Copy => {
            let (what, text) = sheet.copy.clone();
            return copy(state, what, text);
        }
        Some(Overlay::Sheet(sheet)) => {
            sheet.travel(command, lines);
        }
        Some(Overlay::Prompt(_) | Overlay::Copies(_)) | None => {}
    }
    Vec::new()
}

fn open_help(state: &mut State) {
    let is_open =
        |overlay: &Overlay| matches!(overlay, Overlay::Sheet(sheet) if sheet.search.is_some());
    if state.overlays.iter().any(is_open) {
        return;
    }
    let document = screens::help("", state.options.glyphs.marks());
    let copy = ("help", screens::plain(&document));
    let mut sheet = Sheet::new("Help", document, copy);
    sheet.search = Some(String::new());
    state.overlays.push(Overlay::Sheet(sheet));
}

/// The cell that commands are about: that of the screen in front.
fn current(state: &State) -> Option<(usize, usize)> {
    match (&state.cell, state.front) {
        (Some(screen), Front::Cell) => Some(screen.cell),
        _ => state.matrix.selected(),
    }
}

fn open_why(state: &mut State) {
    let Some(board) = &state.source.board else { return };
    let Some(cell) = current(state).and_then(|(a, c)| board.cell(a, c)) else { return };
    let (application, cluster) = board.names(cell);
    let title = format!("Why {}: {application} on {cluster}", cell.state.letter());
    let columns = view::sheet_columns(state.size);
    let document = screens::why(board, cell, state.options.glyphs.marks(), columns);
    let copy = ("explanation", screens::plain(&document));
    state.overlays.push(Overlay::Sheet(Sheet::new(&title, document, copy)));
}

fn open_findings(state: &mut State) {
    let Some(board) = &state.source.board else { return };
    let document = screens::all_findings(board, view::sheet_columns(state.size));
    let copy = ("findings", screens::plain(&document));
    state.overlays.push(Overlay::Sheet(Sheet::new("Findings", document, copy)));
}

fn open_command(state: &mut State) {
    let Some(command) = screens::command(state) else { return };
    let mut document = Document::default();
    document.paragraph(Tone::Strong, &command, 0, view::sheet_columns(state.size));
    let sheet = Sheet::new("The same on the command line", document, ("command", command));
    state.overlays.push(Overlay::Sheet(sheet));
}

fn open_cell(state: &mut State, command: Command) {
    let Some(board) = state.source.board.clone() else { return };
    if command == Command::CellScreen && state.cell.is_some() {
        state.front = Front::Cell;
        return;
    }
    let mut target = state.matrix.selected();
    let marked = state.matrix.walk(&board);
    if !state.matrix.marks.is_empty() && target.is_none_or(|target| !marked.contains(&target)) {
        target = marked.first().copied().or(target);
    }
    let Some(target) = target.filter(|(a, c)| board.cell(*a, *c).is_some()) else {
        state.notice = Some("the application is not on this cluster".to_owned());
        return;
    };
    let room = Room::of(state.size);
    match &mut state.cell {
        Some(screen) => screen.visit(&board, target, room),
        None => state.cell = CellScreen::new(&board, target, room),
    }
    state.front = Front::Cell;
}

fn on_screen(state: &mut State, command: Command) {
    let Some(board) = state.source.board.clone() else { return };
    match state.front {
        Front::Matrix => on_matrix(state, &board, command),
        Front::Cell => on_cell(state, &board, command),
    }
}

fn on_matrix(state: &mut State, board: &Board, command: Command) {
    let geometry = Geometry::of(&state.matrix, state.size);
    let matrix = &mut state.matrix;
    match command {
        Command::OnlyChanged => {
            matrix.only_changed = !matrix.only_changed;
            matrix.arrange(board);
        }
        Command::Order => {
            matrix.order = match matrix.order {
                Order::Name => Order::Risk,
                Order::Risk => Order::Name,
            };
            matrix.arrange(board);
        }
        Command::Transpose => matrix.transpose(board),
        Command::Mark => matrix.toggle_mark(board),
        Command::MarkAll => matrix.toggle_all_marks(board),
        Command::NextMatch | Command::PreviousMatch => {
            let changing = matrix.changing(board);
            if let Some(target) =
                neighbour(matrix.selected(), &changing, command, |cell| matrix.rank(cell))
            {
                matrix.select(Some(target.0), Some(target.1));
            }
        }
        Command::Find => {
            let before = matrix.filter.clone();
            let field = Field::new(before.typed());
            let prompt =
                Prompt { purpose: Purpose::Filter { before, selected: matrix.selected() }, field };
            state.overlays.push(Overlay::Prompt(prompt));
        }
        _ => {
            matrix.travel(command, geometry);
        }
    }
}

/// The next or previous of some cells in reading order, round the corner at the ends.
fn neighbour(
    from: Option<(usize, usize)>,
    cells: &[(usize, usize)],
    command: Command,
    rank: impl Fn((usize, usize)) -> Option<(usize, usize)>,
) -> Option<(usize, usize)> {
    let here = from.and_then(&rank);
    let forward = matches!(command, Command::NextMatch | Command::NextCell);
    if forward {
        let next = cells.iter().find(|cell| rank(**cell) > here);
        next.or(cells.first()).copied()
    } else {
        let previous = cells.iter().rev().find(|cell| rank(**cell) < here);
        previous.or(cells.last()).copied()
    }
}

fn on_cell(state: &mut State, board: &Board, command: Command) {
    let room = Room::of(state.size);
    let Some(screen) = &mut state.cell else { return };
    let turn = |pane: Pane, by: usize| {
        let index = Pane::ALL.iter().position(|other| *other == pane).unwrap_or(0);
        Pane::ALL[(index + by) % Pane::ALL.len()]
    };
    match command {
        Command::NextPane => screen.show(board, turn(screen.pane, 1), room),
        Command::PreviousPane => screen.show(board, turn(screen.pane, 2), room),
        Command::SideBySide => screen.toggle_sides(board, room),
        Command::MoreContext | Command::LessContext => screen.set_context(board, command, room),
        Command::NextCell | Command::PreviousCell => {
            let cells = state.matrix.walk(board);
            let matrix = &state.matrix;
            let next = neighbour(Some(screen.cell), &cells, command, |cell| matrix.rank(cell));
            if let Some(target) = next {
                screen.visit(board, target, room);
                state.matrix.select(Some(target.0), Some(target.1));
            }
        }
        Command::Find => {
            let purpose = Purpose::Search { before: screen.search.clone(), top: screen.top };
            let prompt = Prompt { purpose, field: Field::default() };
            state.overlays.push(Overlay::Prompt(prompt));
        }
        _ => {
            screen.travel(command, room);
        }
    }
}
