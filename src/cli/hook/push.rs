//! From what git says of a push to an exit code.

use std::{
    io::{self, IsTerminal as _},
    os::unix::ffi::OsStrExt as _,
    path::Path,
    time::{Duration, Instant},
};

use zij_core::report::hook::fit;
use zij_hooks::{
    Failure, Hook, Outcome, ProtocolError, RefUpdate, Side, parse_pre_push, parse_pre_receive,
    parse_update, read_input,
};

use super::{
    command::{PrePushArgs, ServerArgs, UpdateArgs},
    comparison::Receiver,
    evaluation::Push,
    message::{self, Judgement},
    server::{self, Reception},
    surroundings,
};
use crate::{
    error::{CommandError, CommandResult, Kind},
    ui::Ui,
};

/// How a hook goes about its work.
struct Manner {
    hook: Hook,
    side: Side,
    receiver: Receiver,
    started: Instant,
    deadline: Duration,
}

pub(super) fn pre_push(ui: &Ui, directory: &Path, args: &PrePushArgs) -> CommandResult {
    let started = Instant::now();
    let updates = parse_pre_push(&input()?).map_err(wrong_use)?;
    let manner = Manner {
        hook: Hook::PrePush,
        side: Side::Local { strict: args.strict },
        receiver: Receiver::Remote(args.remote.to_string_lossy().into_owned()),
        started,
        deadline: args.deadline,
    };
    judge(ui, directory, &updates, manner)
}

pub(super) fn pre_receive(ui: &Ui, directory: &Path, args: &ServerArgs) -> CommandResult {
    let started = Instant::now();
    surroundings::expect_git()?;
    let updates = parse_pre_receive(&input()?).map_err(wrong_use)?;
    judge(ui, directory, &updates, Manner::of_server(Hook::PreReceive, args, started))
}

pub(super) fn update(ui: &Ui, directory: &Path, args: &UpdateArgs) -> CommandResult {
    let started = Instant::now();
    surroundings::expect_git()?;
    let update = parse_update(args.name.as_bytes(), args.old.as_bytes(), args.new.as_bytes());
    let updates = vec![update.map_err(wrong_use)?];
    judge(ui, directory, &updates, Manner::of_server(Hook::Update, &args.server, started))
}

impl Manner {
    fn of_server(hook: Hook, args: &ServerArgs, started: Instant) -> Self {
        let fail_open = args.fail_open.then_some(Failure::Unevaluated).into_iter().collect();
        let side = Side::Server { fail_open };
        Self { hook, side, receiver: Receiver::Here, started, deadline: args.deadline }
    }
}

/// Says what the push does and gives the exit code that git goes by.
fn judge(ui: &Ui, directory: &Path, updates: &[RefUpdate], manner: Manner) -> CommandResult {
    if updates.is_empty() {
        return Ok(());
    }
    let Manner { hook, side, receiver, started, deadline } = manner;
    let repository = match surroundings::repository(directory) {
        Ok(repository) => Ok(repository),
        Err(error) if error.kind == Kind::Usage => return Err(error),
        Err(error) => Err(error),
    };
    let judgements = match &repository {
        Ok(repository) => {
            let apart = !surroundings::quarantine(directory).0.is_empty();
            let ask_daemon = matches!(side, Side::Local { .. }) && !apart;
            let (repository, updates) = (repository.clone(), updates.to_vec());
            Push { repository, receiver, updates, ask_daemon, started, deadline }.judge(ui)
        }
        Err(error) => vec![Judgement::failed("this repository", error)],
    };
    let worst = judgements.iter().map(|judgement| judgement.outcome).max();
    let mut outcome = worst.unwrap_or(Outcome::Passed);
    let mut further = Vec::new();
    if let (Side::Server { .. }, Ok(repository)) = (&side, &repository) {
        let judgements = &judgements[..];
        let reception = Reception { hook, repository, updates, judgements, side: &side, started };
        let ruling = server::rule(&reception, outcome).map_err(|error| {
            let text = format!("zij: refused: the decision cannot be recorded: {error}");
            CommandError { message: text, ..error }
        })?;
        (outcome, further) = (ruling.outcome, ruling.lines);
    }
    let decision = outcome.decide(&side);
    let mut text = message::message(&judgements, &side, decision);
    for line in further {
        text.push('\n');
        text.push_str(&fit(&line));
    }
    if !text.is_empty() {
        ui.status(&text);
    }
    match decision.code {
        0 => Ok(()),
        1 => Err(CommandError::rejected()),
        2 => Err(CommandError::usage("")),
        5 => Err(CommandError::new(Kind::NotApproved, "")),
        4 => Err(CommandError::new(Kind::Unreachable, "")),
        _ => Err(CommandError::unevaluated("")),
    }
}

/// Everything git writes to the hook. A person's terminal would be waited for in vain.
fn input() -> CommandResult<Vec<u8>> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Err(CommandError::usage("git calls this hook and writes the refs to its input")
            .hint("zij check says the verdict on what is not pushed yet"));
    }
    read_input(stdin.lock()).map_err(wrong_use)
}

#[expect(clippy::needless_pass_by_value, reason = "the form that `map_err` takes")]
fn wrong_use(error: ProtocolError) -> CommandError {
    CommandError::usage(error.to_string())
}
