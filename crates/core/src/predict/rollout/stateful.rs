//! A StatefulSet, stepped (pkg/controller/statefulset/stateful_set_control.go).

use super::steps::{Pace, Record, Steps};

/// What a pod is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Absent,
    /// Until then it is not available.
    Starting(u64),
    Ready,
    /// Until then it is there.
    Stopping(u64),
}

/// A pod by its number.
#[derive(Clone, Copy, Debug)]
struct Pod {
    state: State,
    is_new: bool,
}

struct Set {
    pods: Vec<Pod>,
    /// Pods wanted; those beyond are too many.
    wanted: usize,
    partition: usize,
    unavailable: usize,
    ordered: bool,
    pace: Pace,
    record: Record,
}

/// Steps a StatefulSet from one count and version to another.
pub(super) fn steps(
    from: u32,
    to: u32,
    partition: u32,
    unavailable: u32,
    ordered: bool,
    pace: Pace,
) -> Steps {
    let [from_count, to_count, partition, unavailable] =
        [from, to, partition, unavailable].map(|number| number as usize);
    let pod = |index| {
        let state = if index < from_count { State::Ready } else { State::Absent };
        Pod { state, is_new: false }
    };
    let pods = (0..from_count.max(to_count)).map(pod).collect();
    let record = Record::new(from, to);
    Set { pods, wanted: to_count, partition, unavailable, ordered, pace, record }.run()
}

impl Set {
    fn run(mut self) -> Steps {
        loop {
            self.act();
            let (available, present) = self.counts();
            self.record.see(available, present);
            let Some(next) = self.next_event() else {
                let is_done = self.is_done();
                return self.record.finish(is_done);
            };
            self.record.pass(next, available);
            self.happen(next);
        }
    }

    fn counts(&self) -> (u32, u32) {
        let count = |is: fn(&Pod) -> bool| {
            u32::try_from(self.pods.iter().filter(|pod| is(pod)).count()).unwrap_or(u32::MAX)
        };
        let available = count(|pod| pod.state == State::Ready);
        (available, available + count(|pod| matches!(pod.state, State::Starting(_))))
    }

    fn next_event(&self) -> Option<u64> {
        let times = self.pods.iter().filter_map(|pod| match pod.state {
            State::Starting(at) | State::Stopping(at) => Some(at),
            State::Absent | State::Ready => None,
        });
        times.min()
    }

    fn is_done(&self) -> bool {
        self.pods.iter().enumerate().all(|(index, pod)| {
            let is_wanted = index < self.wanted;
            let is_current = index < self.partition || pod.is_new;
            if is_wanted { pod.state == State::Ready && is_current } else { true }
        })
    }

    fn happen(&mut self, now: u64) {
        let mut ready = false;
        for pod in &mut self.pods {
            match pod.state {
                State::Starting(at) if at <= now => {
                    pod.state = State::Ready;
                    ready = true;
                }
                State::Stopping(at) if at <= now => pod.state = State::Absent,
                State::Starting(_) | State::Stopping(_) | State::Absent | State::Ready => {}
            }
        }
        if ready {
            self.record.wave();
        }
    }

    /// One pass of the controller; in order, nothing else happens before each pod is available.
    fn act(&mut self) {
        let is_busy = self.create();
        if self.ordered && is_busy {
            return;
        }
        let is_shrinking = self.condemn();
        if !(self.ordered && is_shrinking) {
            self.update();
        }
    }

    /// Makes absent pods: the first one, or all; whether one is not available yet.
    fn create(&mut self) -> bool {
        let at = self.record.now + self.pace.start;
        let mut is_busy = false;
        for (index, pod) in self.pods.iter_mut().take(self.wanted).enumerate() {
            if pod.state == State::Absent {
                *pod = Pod { state: State::Starting(at), is_new: index >= self.partition };
            }
            is_busy |= pod.state != State::Ready;
            if self.ordered && is_busy {
                break;
            }
        }
        is_busy
    }

    /// Removes pods that are too many, the last one first; whether some are still there.
    fn condemn(&mut self) -> bool {
        let at = self.record.now + self.pace.stop;
        let mut is_left = false;
        for pod in self.pods.iter_mut().skip(self.wanted).rev() {
            match pod.state {
                State::Absent => {}
                State::Stopping(_) => is_left = true,
                State::Starting(_) | State::Ready => {
                    pod.state = State::Stopping(at);
                    is_left = true;
                }
            }
            if self.ordered && is_left {
                break;
            }
        }
        is_left
    }

    /// Deletes pods of the old version, the last one first, as many as may be down.
    fn update(&mut self) {
        let wanted = &mut self.pods[..self.wanted];
        let down = wanted.iter().filter(|pod| pod.state != State::Ready).count();
        let mut left = self.unavailable.saturating_sub(down);
        let at = self.record.now + self.pace.stop;
        for pod in wanted.iter_mut().skip(self.partition).rev() {
            let is_old = !pod.is_new && !matches!(pod.state, State::Stopping(_) | State::Absent);
            if left > 0 && is_old {
                pod.state = State::Stopping(at);
                left -= 1;
            }
        }
    }
}
