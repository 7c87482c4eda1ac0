//! What a server adds to a verdict: overrides by those who may, and the record of the decision.

use std::{
    env,
    fmt::Write as _,
    os::unix::ffi::OsStrExt as _,
    time::{Duration, Instant},
};

use sha2::{Digest as _, Sha256};
use zij_core::report::hook::folded;
use zij_git::Repository;
use zij_hooks::{Decision as Exit, Hook, Outcome, OverrideRequest, PlanName, RefUpdate, Side};

use super::message::Judgement;
use crate::{
    audit::{Act, Decision, Event, Log, WaiversUsed},
    cli::audit::log_of,
    error::CommandResult,
};

/// More push options than this are not read.
const OPTIONS: usize = 64;

/// A push that a server decides about.
pub(super) struct Reception<'a> {
    pub(super) hook: Hook,
    pub(super) repository: &'a Repository,
    pub(super) updates: &'a [RefUpdate],
    pub(super) judgements: &'a [Judgement],
    pub(super) side: &'a Side,
    pub(super) started: Instant,
}

/// What came of a push.
pub(super) struct Ruling {
    pub(super) outcome: Outcome,
    /// What to say besides the judgements.
    pub(super) lines: Vec<String>,
}

/// Who may let a refused push through, from the server's own configuration of git.
struct Policy {
    allowed: Vec<String>,
    /// Whether git lets clients send push options at all.
    has_options: bool,
}

/// A wish that was not granted or was.
enum Answer {
    Granted { reason: String },
    Refused { why: String },
}

/// Decides about a push and puts the decision on record, which is on disk when this returns.
///
/// # Errors
/// When the record cannot be written: then nothing may be accepted.
pub(super) fn rule(reception: &Reception<'_>, outcome: Outcome) -> CommandResult<Ruling> {
    let plan = plan(reception.updates);
    let pusher = pusher();
    let log = log_of(reception.repository);
    let mut ruling = Ruling { outcome, lines: Vec::new() };
    let mut granted = None;
    if refuses(outcome.decide(reception.side)) && outcome != Outcome::Interrupted {
        let policy = Policy::of(reception.repository);
        match requests().into_iter().next() {
            None => ruling.lines = policy.offer(reception.hook, &plan),
            Some(request) => {
                let answer = policy.answer(&request, &plan, &pusher);
                record_request(&log, &request, &answer, &plan, &pusher)?;
                let (outcome, text) = match answer {
                    Answer::Granted { reason } => {
                        granted = Some("granted");
                        (Outcome::Warned, format!("accepted for {pusher}, on record: {reason}"))
                    }
                    Answer::Refused { why } => (Outcome::NotApproved, format!("refused: {why}")),
                };
                ruling.outcome = outcome;
                ruling.lines = folded("zij: override ", &text);
            }
        }
    }
    let exit = ruling.outcome.decide(reception.side);
    let mut event = of_push(reception, exit, &pusher).note("zij/plan", &plan.to_string());
    if let Some(granted) = granted {
        event = event.note("zij/override", granted);
    }
    let mut events = waivers(reception, &pusher, &plan);
    events.push(event);
    log.append_all(&events)?;
    Ok(ruling)
}

/// The waivers that the verdict stands on.
fn waivers(reception: &Reception<'_>, pusher: &str, plan: &PlanName) -> Vec<Event> {
    let mut used = WaiversUsed::default();
    for judgement in reception.judgements {
        used.extend(&judgement.waivers);
    }
    let events = used.events(pusher).into_iter();
    events.map(|event| event.note("zij/plan", &plan.to_string())).collect()
}

fn refuses(exit: Exit) -> bool {
    exit.code != 0
}

impl Policy {
    fn of(repository: &Repository) -> Self {
        let options = repository.setting("receive.advertisePushOptions");
        let is_true = |value: &String| {
            ["true", "yes", "on", "1"].iter().any(|word| value.eq_ignore_ascii_case(word))
        };
        Self {
            allowed: repository.setting("zij.override"),
            has_options: options.last().is_some_and(is_true),
        }
    }

    /// How a refused push can be let through.
    fn offer(&self, hook: Hook, plan: &PlanName) -> Vec<String> {
        let how = if self.allowed.is_empty() {
            "nobody may: the server's setting zij.override names nobody".to_owned()
        } else if !self.has_options || hook == Hook::Update {
            "needs pre-receive and receive.advertisePushOptions on the server".to_owned()
        } else {
            format!("git push -o zij.override=\"{plan} REASON\" (audited)")
        };
        vec![
            format!("  override {how}"),
            "           --no-verify does not skip the server".to_owned(),
        ]
    }

    fn answer(&self, request: &OverrideRequest, plan: &PlanName, pusher: &str) -> Answer {
        let refused = |why: String| Answer::Refused { why };
        if !self.allowed.iter().any(|login| login == "*" || login == pusher) {
            return refused(format!("{pusher} is not one of those whom zij.override names"));
        }
        match &request.plan {
            Some(named) if named == plan => {}
            Some(named) => {
                return refused(format!("it is for {named}, and this push is {plan}"));
            }
            None => return refused(format!("it names no push, and this one is {plan}")),
        }
        if request.reason.is_empty() {
            return refused("a reason is missing after the plan's name".to_owned());
        }
        Answer::Granted { reason: request.reason.clone() }
    }
}

/// The name of this very push.
fn plan(updates: &[RefUpdate]) -> PlanName {
    let name = |id: &Option<zij_hooks::ObjectName>| {
        id.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)
    };
    let mut lines: Vec<Vec<u8>> = updates
        .iter()
        .map(|update| {
            let tips = format!("{} {} ", name(&update.old), name(&update.new));
            [tips.as_bytes(), update.remote_ref.as_bytes(), b"\n"].concat()
        })
        .collect();
    lines.sort();
    let hash = Sha256::digest(lines.concat());
    PlanName::of(&hash.iter().take(4).fold(String::new(), |mut digits, byte| {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    }))
}

/// The overrides among the push options (githooks(5)).
fn requests() -> Vec<OverrideRequest> {
    let count = env::var("GIT_PUSH_OPTION_COUNT").ok().and_then(|text| text.parse().ok());
    let options = 0..count.unwrap_or(0).min(OPTIONS);
    let option = |index| env::var_os(format!("GIT_PUSH_OPTION_{index}"));
    let options = options.filter_map(option);
    options.filter_map(|option| OverrideRequest::parse(option.as_bytes())).collect()
}

/// The login of who pushes, as the program that serves git names it; else that of this process.
///
/// Only what runs git can set these variables: git passes none from a client.
fn pusher() -> String {
    ["GL_USERNAME", "GITEA_PUSHER_NAME", "GL_USER", "REMOTE_USER", "LOGNAME", "USER"]
        .into_iter()
        .filter_map(|name| env::var(name).ok())
        .find(|login| !login.is_empty())
        .unwrap_or_else(|| format!("uid-{}", rustix::process::getuid().as_raw()))
}

fn record_request(
    log: &Log,
    request: &OverrideRequest,
    answer: &Answer,
    plan: &PlanName,
    pusher: &str,
) -> CommandResult {
    let decision = match answer {
        Answer::Granted { .. } => Decision::Allow,
        Answer::Refused { .. } => Decision::Deny,
    };
    let mut event = Event::new(Act::Override, decision, pusher)
        .note("zij/plan", &plan.to_string())
        .note("zij/reason", &request.reason);
    if let Answer::Refused { why } = answer {
        event = event.note("zij/refused", why);
    }
    log.append(&event)?;
    Ok(())
}

fn of_push(reception: &Reception<'_>, exit: Exit, pusher: &str) -> Event {
    let mut outcomes = reception.judgements.iter().map(|judgement| judgement.outcome);
    let decision =
        match (!refuses(exit), outcomes.any(|outcome| matches!(outcome, Outcome::Failed(_)))) {
            (true, _) => Decision::Allow,
            (false, true) => Decision::Error,
            (false, false) => Decision::Deny,
        };
    let refs: Vec<String> = reception.updates.iter().map(in_words).collect();
    let mut rules: Vec<&str> = reception.judgements.iter().flat_map(Judgement::rules).collect();
    rules.sort_unstable();
    rules.dedup();
    let verdict = reception.judgements.iter().map(|judgement| judgement.outcome).max();
    let verdict = verdict.unwrap_or(Outcome::Passed);
    let took = reception.started.elapsed().min(Duration::from_secs(86_400));
    Event::new(Act::Push, decision, pusher)
        .list("zij/refs", &refs)
        .list("zij/rule", &rules)
        .note("zij/hook", reception.hook.name())
        .note("zij/verdict", verdict_word(verdict))
        .note("zij/milliseconds", &took.as_millis().to_string())
}

fn verdict_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "clean",
        Outcome::Warned => "warned",
        Outcome::Failed(_) | Outcome::WrongUse | Outcome::Interrupted => "unevaluated",
        Outcome::NotApproved | Outcome::Rejected => "blocked",
    }
}

/// `refs/heads/main 1139826..14c2ad8`, `-` where the ref is not there.
fn in_words(update: &RefUpdate) -> String {
    let short = |id: &Option<zij_hooks::ObjectName>| {
        id.as_ref().map_or_else(|| "-".to_owned(), |id| id.as_str()[..12].to_owned())
    };
    format!("{} {}..{}", update.remote_ref, short(&update.old), short(&update.new))
}
