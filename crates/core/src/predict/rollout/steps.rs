//! The controllers, stepped.
//!
//! Each loop does what the controller does at each event, on counts instead of objects, with pods
//! that all take the same time. There is no closed form in it.

use std::collections::VecDeque;

use super::stateful;

/// More pods than this are not stepped.
pub(super) const MOST_PODS: u32 = 5_000;

/// A controller with what it is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Controller {
    /// A Deployment that replaces its pods a few at a time.
    Deployment {
        /// Pods before.
        from: u32,
        /// Pods wanted.
        to: u32,
        /// Pods more than wanted.
        surge: u32,
        /// Pods fewer than wanted.
        unavailable: u32,
        /// Whether a new pod needs what an old one holds, such as a port of a node.
        exclusive: bool,
    },
    /// A Deployment that stops all pods first.
    Recreate {
        /// Pods before.
        from: u32,
        /// Pods wanted.
        to: u32,
    },
    /// A StatefulSet.
    StatefulSet {
        /// Pods before.
        from: u32,
        /// Pods wanted.
        to: u32,
        /// Pods below this number keep their version.
        partition: u32,
        /// Pods that may be down for the update.
        unavailable: u32,
        /// Whether pods are made one after the other.
        ordered: bool,
    },
    /// A DaemonSet on so many nodes.
    DaemonSet {
        /// Nodes that run it.
        nodes: u32,
        /// Pods more than nodes.
        surge: u32,
        /// Nodes that may be without.
        unavailable: u32,
    },
}

/// How long a pod takes, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// From its creation until it counts as available.
    pub start: u64,
    /// From its deletion until it is gone.
    pub stop: u64,
}

/// What stepping a controller gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// How often pods become available, one group after the other.
    pub waves: u32,
    /// The fewest available pods at any moment.
    pub lowest: u32,
    /// The most pods that exist and are not terminating at any moment.
    pub peak: u32,
    /// How long it takes.
    pub seconds: u64,
    /// Pods that were missing, each for so many seconds.
    pub missing: u64,
    /// Whether it comes to an end.
    pub ends: bool,
}

impl Controller {
    /// Steps the controller until nothing is left to do.
    pub fn steps(self, pace: Pace) -> Steps {
        match self {
            Self::Deployment { from, to, surge, unavailable, exclusive } => {
                Rolling::new(from, to, surge, unavailable, exclusive).run(pace)
            }
            Self::Recreate { from, to } => recreate(from, to, pace),
            Self::StatefulSet { from, to, partition, unavailable, ordered } => {
                stateful::steps(from, to, partition, unavailable.max(1), ordered, pace)
            }
            Self::DaemonSet { nodes, surge, unavailable } => {
                daemon_set(nodes, surge, unavailable, pace)
            }
        }
    }
}

/// The clock of a stepped controller, and the record of what it saw.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) now: u64,
    wanted: u32,
    steps: Steps,
}

impl Record {
    pub(super) fn new(from: u32, wanted: u32) -> Self {
        let steps = Steps { lowest: from, peak: from, ..Steps::default() };
        Self { now: 0, wanted, steps }
    }

    /// Notes how many pods are available and how many are there.
    pub(super) fn see(&mut self, available: u32, pods: u32) {
        self.steps.lowest = self.steps.lowest.min(available);
        self.steps.peak = self.steps.peak.max(pods);
    }

    /// Lets time pass until `until`.
    pub(super) fn pass(&mut self, until: u64, available: u32) {
        let missing = u64::from(self.wanted.saturating_sub(available));
        self.steps.missing += missing * (until - self.now);
        self.now = until;
    }

    pub(super) fn wave(&mut self) {
        self.steps.waves += 1;
    }

    pub(super) fn finish(self, ends: bool) -> Steps {
        Steps { seconds: self.now, ends, ..self.steps }
    }
}

/// Groups of pods with the time at which something happens to them, the earliest first.
#[derive(Debug, Default)]
struct Queue(VecDeque<(u64, u32)>);

impl Queue {
    fn push(&mut self, at: u64, count: u32) {
        if count > 0 {
            self.0.push_back((at, count));
        }
    }

    fn next(&self) -> Option<u64> {
        self.0.front().map(|(at, _)| *at)
    }

    /// Takes what is due.
    fn due(&mut self, now: u64) -> u32 {
        let mut count = 0;
        while self.0.front().is_some_and(|(at, _)| *at <= now) {
            count += self.0.pop_front().map_or(0, |(_, pods)| pods);
        }
        count
    }
}

/// A Deployment that rolls (pkg/controller/deployment/rolling.go and sync.go).
struct Rolling {
    to: u32,
    surge: u32,
    unavailable: u32,
    exclusive: bool,
    /// Old pods that are available, and old pods that are not.
    old: (u32, u32),
    /// New pods that are available, and new pods that are not.
    new: (u32, u32),
    /// Places that terminating pods have left.
    free: u32,
    /// New pods that wait for a place.
    homeless: u32,
    /// Pods that are too many from the start.
    dropped: u32,
    starting: Queue,
    starting_old: Queue,
    stopping: Queue,
    record: Record,
}

impl Rolling {
    fn new(from: u32, to: u32, surge: u32, unavailable: u32, exclusive: bool) -> Self {
        Self {
            to,
            surge,
            unavailable: unavailable.min(to),
            exclusive,
            // A change of the count goes to the old ReplicaSet first.
            old: (from.min(to), to.saturating_sub(from)),
            new: (0, 0),
            free: 0,
            homeless: 0,
            dropped: from.saturating_sub(to),
            starting: Queue::default(),
            starting_old: Queue::default(),
            stopping: Queue::default(),
            record: Record::new(from, to),
        }
    }

    fn run(mut self, pace: Pace) -> Steps {
        self.starting_old.push(pace.start, self.old.1);
        self.stopping.push(pace.stop, self.dropped);
        loop {
            while self.scale_up() || self.scale_down(pace) {}
            self.place(pace);
            self.record.see(self.available(), self.pods());
            if self.old == (0, 0) && self.new == (self.to, 0) {
                return self.record.finish(true);
            }
            let events = [&self.starting, &self.starting_old, &self.stopping];
            let Some(next) = events.into_iter().filter_map(Queue::next).min() else {
                return self.record.finish(false);
            };
            self.record.pass(next, self.old.0 + self.new.0);
            self.happen(next);
        }
    }

    fn available(&self) -> u32 {
        self.old.0 + self.new.0
    }

    fn pods(&self) -> u32 {
        self.available() + self.old.1 + self.new.1
    }

    /// What is due at this time.
    fn happen(&mut self, now: u64) {
        let ready = self.starting.due(now);
        self.new = (self.new.0 + ready, self.new.1 - ready);
        // Some of them may have been removed before they were ready.
        let ready_old = self.starting_old.due(now).min(self.old.1);
        self.old = (self.old.0 + ready_old, self.old.1 - ready_old);
        self.free += self.stopping.due(now);
        if ready + ready_old > 0 {
            self.record.wave();
        }
    }

    /// `NewRSNewReplicas`.
    fn scale_up(&mut self) -> bool {
        let room = (self.to + self.surge).saturating_sub(self.pods());
        let more = room.min(self.to - (self.new.0 + self.new.1));
        self.new.1 += more;
        self.homeless += more;
        more > 0
    }

    /// `reconcileOldReplicaSets`: pods that are not available go first.
    fn scale_down(&mut self, pace: Pace) -> bool {
        let least = self.to - self.unavailable;
        let most = self.pods().saturating_sub(least + self.new.1);
        let unhealthy = self.old.1.min(most);
        self.old.1 -= unhealthy;
        let healthy = if most == 0 {
            0
        } else {
            let spare = self.available().saturating_sub(least);
            spare.min(self.old.0 + self.old.1)
        };
        // The ReplicaSet itself removes what is not ready before what is.
        let first = self.old.1.min(healthy);
        self.old.1 -= first;
        self.old.0 -= healthy - first;
        self.stopping.push(self.record.now + pace.stop, unhealthy + healthy);
        unhealthy + healthy > 0
    }

    /// Starts new pods: all at once, or as many as there are places.
    fn place(&mut self, pace: Pace) {
        let count = if self.exclusive { self.homeless.min(self.free) } else { self.homeless };
        self.homeless -= count;
        if self.exclusive {
            self.free -= count;
        }
        self.starting.push(self.record.now + pace.start, count);
    }
}

/// All pods stop, and when the last is gone the new ones start
/// (pkg/controller/deployment/recreate.go).
fn recreate(from: u32, to: u32, pace: Pace) -> Steps {
    let mut record = Record::new(from, to);
    record.see(0, from);
    if from > 0 {
        record.pass(pace.stop, 0);
    }
    record.see(0, to);
    if to > 0 {
        record.pass(record.now + pace.start, 0);
        record.wave();
    }
    record.finish(true)
}

/// A pod a node (pkg/controller/daemon/update.go).
fn daemon_set(nodes: u32, surge: u32, unavailable: u32, pace: Pace) -> Steps {
    let mut record = Record::new(nodes, nodes);
    let (mut old, mut new) = (nodes, 0);
    let (mut stopping, mut starting) = (Queue::default(), Queue::default());
    let mut under_way = 0;
    // Both 0 is refused by the server; one at a time is what older ones do.
    let unavailable = if surge == 0 { unavailable.max(1) } else { unavailable };
    while new < nodes {
        let limit = if surge > 0 { surge } else { unavailable };
        let waiting = if surge > 0 { old - under_way } else { old };
        let next = waiting.min(limit.saturating_sub(under_way));
        under_way += next;
        if surge > 0 {
            // The old pod stays until the new one beside it is available.
            starting.push(record.now + pace.start, next);
            record.see(old + new, old + new + under_way);
        } else {
            old -= next;
            stopping.push(record.now + pace.stop, next);
            record.see(old + new, old + new);
        }
        let Some(at) = [&stopping, &starting].into_iter().filter_map(Queue::next).min() else {
            return record.finish(false);
        };
        record.pass(at, old + new);
        let (gone, ready) = (stopping.due(at), starting.due(at));
        starting.push(at + pace.start, gone);
        if ready > 0 {
            record.wave();
        }
        under_way -= ready;
        new += ready;
        if surge > 0 {
            old -= ready;
        }
    }
    record.finish(true)
}
