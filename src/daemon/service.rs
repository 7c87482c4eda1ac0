//! The daemon's loop: refs move, predictions end, clients ask.

use std::{
    collections::BTreeSet,
    fs::{self, File, TryLockError},
    io,
    path::Path,
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self as blocking, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use serde_json::json;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{broadcast, mpsc},
    task::JoinSet,
    time::{self, Instant},
};
use zij_git::{BaseChoice, CommitId, Repository};

use super::{
    DaemonPlace, Status,
    calendar::Calendar,
    dispatcher::{Branch, Commit, Dispatcher, Effect, Event, Job, Sums},
    journal::Journal,
    listener::OwnerListener,
    meters::Meters,
    place::make_private_folder,
    protocol::STATUS_SCHEMA,
    rendered::Rendered,
    server::{Links, Neighbour, Roster, StatusQuestion, routes},
    watch::RefWatch,
};
use crate::{
    audit::Log,
    clock,
    error::{CommandError, CommandResult},
    prediction::{PROGRAM, Predictor},
    ui::Ui,
};

/// Moves of refs that follow each other this closely are looked at once.
const SETTLE: Duration = Duration::from_millis(30);

/// Refs are looked at this often even when no notification comes (network file systems).
const POLL: Duration = Duration::from_secs(30);

/// Events that a slow client may be behind.
const EVENTS_KEPT: usize = 256;

/// How long a record waits for an anchor.
const ANCHOR: Duration = Duration::from_secs(60);

/// With nothing to predict for so long, memory is given back.
const REST: Duration = Duration::from_secs(1);

/// The newest commits of each branch that are predicted one by one when the daemon starts.
const COMMITS_AT_START: usize = 20;
/// The most commits of a branch that are predicted one by one when it has moved.
const COMMITS_OF_A_MOVE: usize = 5_000;

/// What the daemon keeps of what it predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeps {
    /// Reports, in the cache.
    Reports,
    /// Reports, and what each commit deploys in refs of the repository.
    Rendered,
}

/// A repository that the daemon keeps predicted.
pub(crate) struct Charge {
    pub(crate) place: DaemonPlace,
    pub(crate) predictor: Predictor,
    pub(crate) log: Log,
}

/// One of them while it is served.
#[derive(Clone)]
struct Served {
    ui: Ui,
    place: DaemonPlace,
    predictor: Arc<Predictor>,
    journal: Arc<Journal>,
    /// All that this process serves.
    roster: Roster,
    /// Held by the one that predicts: repositories take turns, so that memory and processors are
    /// used as by a single one.
    turn: Arc<Mutex<()>>,
    keeps: Keeps,
}

/// Serves until a signal ends it. Each repository has its own socket, log and order of work.
///
/// # Errors
/// When another daemon serves one of the repositories, or a socket cannot be made.
pub(crate) fn serve(ui: &Ui, charges: Vec<Charge>, keeps: Keeps) -> CommandResult {
    let mut locks = Vec::new();
    for charge in &charges {
        if let Some(folder) = charge.place.lock.parent() {
            make_private_folder(folder)?;
        }
        locks.push(lock(charge)?);
    }
    // Before the file can be replaced.
    LazyLock::force(&PROGRAM);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (all, questions) = served(ui, charges, keeps);
    for one in &all {
        one.journal.started();
    }
    let ended = runtime.block_on(async {
        let mut running = JoinSet::new();
        for (one, questions) in all.iter().cloned().zip(questions) {
            running.spawn(run(one, questions));
        }
        // One that fails ends all: a service that is half there would go unnoticed.
        while let Some(ended) = running.join_next().await {
            ended.map_err(|error| CommandError::unevaluated(error.to_string()))??;
        }
        Ok(())
    });
    for one in &all {
        one.journal.stopped();
        one.journal.anchor(&one.predictor.repository().common_dir());
        drop(fs::remove_file(&one.place.socket));
    }
    ended
}

/// The repositories as they are served, and where the questions about each arrive.
fn served(
    ui: &Ui,
    charges: Vec<Charge>,
    keeps: Keeps,
) -> (Vec<Served>, Vec<mpsc::Receiver<StatusQuestion>>) {
    let (mut neighbours, mut questions) = (Vec::new(), Vec::new());
    for Charge { place, .. } in &charges {
        let (status, receiver) = mpsc::channel::<StatusQuestion>(16);
        neighbours.push(Neighbour { socket: place.socket.display().to_string(), status });
        questions.push(receiver);
    }
    let roster: Roster = neighbours.into();
    let turn = Arc::new(Mutex::new(()));
    let served = charges.into_iter().map(|Charge { place, predictor, log }| Served {
        ui: ui.clone(),
        place,
        predictor: Arc::new(predictor),
        journal: Arc::new(Journal::open(ui, log)),
        roster: Arc::clone(&roster),
        turn: Arc::clone(&turn),
        keeps,
    });
    (served.collect(), questions)
}

/// Holds the lock of the place, which the system lets go of however the process ends.
fn lock(charge: &Charge) -> CommandResult<File> {
    let file = File::create(&charge.place.lock)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let repository = absolute(&charge.predictor.repository().common_dir());
            Err(CommandError::usage("another daemon serves this repository already")
                .hint(format!("`zij status` in {repository} shows what it holds")))
        }
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

async fn run(served: Served, mut questions: mpsc::Receiver<StatusQuestion>) -> CommandResult {
    let Served { ui, place, predictor, journal, roster, keeps, .. } = &served;
    // A socket that a killed daemon left is in the way; the lock says that nobody serves it.
    drop(fs::remove_file(&place.socket));
    let listener = OwnerListener::bind(&place.socket)?;
    let (moved_sender, mut moved) = mpsc::channel(1);
    let (finished_sender, mut finished) = mpsc::unbounded_channel();
    let (events, _) = broadcast::channel(EVENTS_KEPT);
    let meters = Arc::new(Meters::new());
    let own = place.socket.display().to_string();
    let links = Links {
        own: roster.iter().position(|neighbour| neighbour.socket == own).unwrap_or_default(),
        roster: Arc::clone(roster),
        moved: moved_sender.clone(),
        events: events.clone(),
        meters: Arc::clone(&meters),
        journal: Arc::clone(journal),
    };
    let server = axum::serve(listener, routes(links, Arc::clone(predictor)));
    let server = tokio::spawn(server.into_future());
    let watch = RefWatch::start(&predictor.repository().common_dir(), moved_sender);
    if let Err(error) = &watch {
        ui.status(&format!("no notifications of changes ({error}); looking every {POLL:?}"));
    }
    let mut worker = Worker::start(&served, meters, finished_sender)?;
    let rendered = match *keeps {
        Keeps::Reports => None,
        Keeps::Rendered => Some(Rendered::start(ui, Arc::clone(predictor))?),
    };
    let mut dispatcher = Dispatcher::default();
    let started = Instant::now();
    let mut calendar = Calendar::new(clock::since_epoch(), Duration::ZERO);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut poll = time::interval_at(Instant::now() + POLL, POLL);
    let mut anchor = time::interval_at(Instant::now() + ANCHOR, ANCHOR);
    // Looked at before anybody can ask, so that nothing waiting always means that all is done.
    perform(&mut worker, dispatcher.handle(scan(ui, predictor.repository(), None)));
    journal.look_at_configuration(predictor.repository());
    ui.status(&format!("listening on {}", place.socket.display()));
    loop {
        let event = tokio::select! {
            _ = tokio::signal::ctrl_c() => break,
            _ = terminate.recv() => break,
            Some(question) = questions.recv() => {
                // A client that has gone away needs no answer.
                drop(question.send(status(predictor, &dispatcher)));
                continue;
            }
            _ = anchor.tick() => {
                let journal = Arc::clone(journal);
                let common_dir = predictor.repository().common_dir();
                tokio::task::spawn_blocking(move || journal.anchor(&common_dir));
                continue;
            }
            Some(event) = finished.recv() => event,
            _ = poll.tick() => scan(ui, predictor.repository(), Some(dispatcher.known())),
            Some(()) = moved.recv() => {
                time::sleep(SETTLE).await;
                while moved.try_recv().is_ok() {}
                scan(ui, predictor.repository(), Some(dispatcher.known()))
            }
        };
        // Nobody may be listening.
        drop(events.send(told(&event)));
        if matches!(event, Event::Scanned(_)) {
            journal.look_at_configuration(predictor.repository());
            let turn = calendar.look(clock::since_epoch(), started.elapsed());
            if let Some(seconds) = turn.jump {
                journal.clock_jumped(seconds);
            }
            if turn.is_new_day {
                perform(&mut worker, dispatcher.day_changed());
            }
        }
        perform(&mut worker, dispatcher.handle(event));
        if let Some(rendered) = rendered.as_ref().filter(|_| dispatcher.waiting() == 0) {
            rendered.look();
        }
    }
    server.abort();
    ui.status("stopped");
    Ok(())
}

/// An event as clients are told of it.
fn told(event: &Event) -> Arc<str> {
    let (name, data) = match event {
        Event::Scanned(branches) => ("looked", json!({ "branches": branches.len() })),
        Event::Finished { job, result } => {
            let (sums, error) = (result.as_ref().ok(), result.as_ref().err());
            (
                "predicted",
                json!({ "base": job.base, "head": job.head, "sums": sums, "error": error }),
            )
        }
    };
    format!("event: {name}\ndata: {data}\n\n").into()
}

fn perform(worker: &mut Worker, effects: Vec<Effect>) {
    for effect in effects {
        match effect {
            Effect::Predict(job) => worker.start_on(job),
            Effect::Stop => worker.stop.store(true, Ordering::Relaxed),
        }
    }
}

fn status(predictor: &Predictor, dispatcher: &Dispatcher) -> Status {
    Status {
        schema: STATUS_SCHEMA.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        program: PROGRAM.clone(),
        pid: std::process::id(),
        repository: absolute(&predictor.repository().common_dir()),
        waiting: dispatcher.waiting(),
        branches: dispatcher.status(),
    }
}

fn absolute(path: &Path) -> String {
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// The branches as they are now, each with its commits down to a known one; a branch that cannot be
/// read is told and left out.
fn scan(ui: &Ui, repository: &Repository, known: Option<BTreeSet<String>>) -> Event {
    let folder = repository.common_dir();
    // Told once: from then on no branch is known.
    if !folder.is_dir() && known.as_ref().is_none_or(|known| !known.is_empty()) {
        ui.status(&format!("{} is gone: nothing is predicted until it is back", folder.display()));
    }
    let branches = repository.branches().unwrap_or_else(|error| {
        ui.status(&format!("cannot list the branches: {error}"));
        Vec::new()
    });
    let limit = known.as_ref().map_or(COMMITS_AT_START, |_| COMMITS_OF_A_MOVE);
    let known = known.unwrap_or_default();
    let mut dated = Vec::new();
    for branch in branches {
        let base = repository.default_base(branch.id).ok();
        let is_fork = matches!(&base, Some((_, BaseChoice::MergeBase { .. })));
        let base = base.and_then(|(base, _)| base.commit());
        // What a branch has in common with another is named there.
        let is_known = |id: CommitId| {
            let is_base = limit == COMMITS_OF_A_MOVE && is_fork && Some(id) == base;
            id != branch.id && (is_base || known.contains(&id.to_string()))
        };
        let commits = match repository.first_parents(branch.id, limit, &is_known) {
            Ok(commits) => commits,
            Err(error) => {
                ui.status(&format!("{}: {error}", branch.name));
                continue;
            }
        };
        let time = commits.first().map_or(0, |commit| commit.time);
        let commits = commits.into_iter().map(|commit| Commit {
            id: commit.id.to_string(),
            parent: commit.parents.first().map(ToString::to_string),
            subject: commit.subject,
        });
        let base = base.map(|id| id.to_string());
        dated.push((time, Branch { name: branch.name, commits: commits.collect(), base }));
    }
    dated.sort_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.name.cmp(&b.name)));
    Event::Scanned(dated.into_iter().map(|(_, branch)| branch).collect())
}

/// The thread that predicts, one job after the other.
struct Worker {
    jobs: blocking::Sender<(Job, Arc<AtomicBool>)>,
    /// Set to end the job that runs.
    stop: Arc<AtomicBool>,
}

impl Worker {
    fn start(
        served: &Served,
        meters: Arc<Meters>,
        finished: mpsc::UnboundedSender<Event>,
    ) -> io::Result<Self> {
        let Served { predictor, journal, turn, .. } = served.clone();
        let (jobs, queue) = blocking::channel::<(Job, Arc<AtomicBool>)>();
        thread::Builder::new().name("predict".to_owned()).spawn(move || {
            let mut rests = true;
            loop {
                let job = match rests {
                    true => queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
                    false => queue.recv_timeout(REST),
                };
                let (job, stop) = match job {
                    Ok(job) => job,
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) => {
                        predictor.rest();
                        rests = true;
                        continue;
                    }
                };
                rests = false;
                let (started, report) = {
                    let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
                    (Instant::now(), predictor.between(job.base.as_deref(), &job.head, &stop))
                };
                let report = report.map_err(|error| error.to_string()).transpose();
                let result = match &report {
                    Some(report) => {
                        let report = report.as_ref();
                        journal.predicted(&job, report.map_err(|e| &**e), started.elapsed());
                        meters.predicted(report.is_ok(), started.elapsed());
                        report.map(Sums::of).map_err(Clone::clone)
                    }
                    None => Err("it was not needed any more".to_owned()),
                };
                if finished.send(Event::Finished { job, result }).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { jobs, stop: Arc::default() })
    }

    fn start_on(&mut self, job: Job) {
        self.stop = Arc::default();
        // The thread ends only with the loop that calls this.
        drop(self.jobs.send((job, Arc::clone(&self.stop))));
    }
}
