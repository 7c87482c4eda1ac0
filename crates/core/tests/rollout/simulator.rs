//! The controllers of Kubernetes in small: pods are objects, controllers look at them and act, time
//! goes from event to event.
//!
//! It is written from what the controllers' own documentation and comments say they do, and shares
//! nothing with the code under test.

use proptest::prelude::*;
use zij_core::predict::rollout::{Controller, Pace, Steps};

/// A pod of the old or the new version.
#[derive(Clone, Debug)]
struct Pod {
    /// Its number in a StatefulSet, its node in a DaemonSet.
    place: usize,
    new: bool,
    /// When it becomes available; none while it waits for a place.
    ready_at: Option<u64>,
    /// When it is gone; none while nobody has deleted it.
    gone_at: Option<u64>,
}

impl Pod {
    fn is_available(&self, now: u64) -> bool {
        self.gone_at.is_none() && self.ready_at.is_some_and(|at| at <= now)
    }
    fn is_active(&self) -> bool {
        self.gone_at.is_none()
    }
}

/// A cluster with one workload.
#[derive(Debug)]
struct World {
    now: u64,
    pods: Vec<Pod>,
    pace: Pace,
    seen: Steps,
    wanted: usize,
    /// Whether a new pod needs the place of an old one.
    exclusive: bool,
}

impl World {
    fn new(from: usize, wanted: usize, pace: Pace) -> Self {
        let pod = |place| Pod { place, new: false, ready_at: Some(0), gone_at: None };
        let lowest = u32::try_from(from).expect("a sound test");
        let seen = Steps { lowest, peak: lowest, ..Steps::default() };
        Self { now: 0, pods: (0..from).map(pod).collect(), pace, seen, wanted, exclusive: false }
    }

    fn count(&self, is: impl Fn(&Pod) -> bool) -> usize {
        self.pods.iter().filter(|pod| is(pod)).count()
    }

    fn available(&self) -> usize {
        self.count(|pod| pod.is_available(self.now))
    }

    fn start(&mut self, place: usize, new: bool) {
        let ready_at = Some(self.now + self.pace.start);
        self.pods.push(Pod { place, new, ready_at, gone_at: None });
    }

    fn delete(&mut self, index: usize) {
        self.pods[index].gone_at = Some(self.now + self.pace.stop);
    }

    /// Looks around, then goes to the next moment at which something happens.
    fn tick(&mut self) -> bool {
        let available = self.available();
        self.seen.lowest = self.seen.lowest.min(u32::try_from(available).expect("a sound test"));
        let active = u32::try_from(self.count(Pod::is_active)).expect("a sound test");
        self.seen.peak = self.seen.peak.max(active);
        let times = self.pods.iter().flat_map(|pod| match pod.gone_at {
            Some(at) => [Some(at), None],
            None => [pod.ready_at.filter(|at| *at > self.now), None],
        });
        let Some(next) = times.flatten().filter(|at| *at > self.now).min() else { return false };
        let missing = self.wanted.saturating_sub(available) as u64;
        self.seen.missing += missing * (next - self.now);
        let before = self.now;
        self.now = next;
        let came = self.count(|pod| pod.is_available(next) && !pod.is_available(before));
        self.seen.waves += u32::from(came > 0);
        self.pods.retain(|pod| pod.gone_at.is_none_or(|at| at > next));
        true
    }

    fn finish(mut self, ends: bool) -> Steps {
        self.seen.seconds = self.now;
        self.seen.ends = ends;
        self.seen
    }
}

/// Two ReplicaSets whose counts a Deployment sets; each keeps as many pods as it is told.
fn deployment(
    world: &mut World,
    to: usize,
    surge: usize,
    unavailable: usize,
    exclusive: bool,
) -> bool {
    // The old ReplicaSet takes a new count before the new one exists.
    let mut old_count = to;
    world.exclusive = exclusive;
    let mut new_count = 0;
    let mut places_left = 0_usize;
    let mut known_gone: Vec<u64> = Vec::new();
    for _ in 0..100_000 {
        loop {
            replica_set(world, false, old_count, &mut known_gone);
            replica_set(world, true, new_count, &mut known_gone);
            let all = old_count + new_count;
            // Scale up, if we can.
            if new_count < to && all < to + surge {
                new_count += (to + surge - all).min(to - new_count);
                continue;
            }
            // Scale down, if we can.
            if old_count == 0 {
                break;
            }
            let available = |world: &World, new: bool| {
                world.count(|pod| pod.new == new && pod.is_available(world.now))
            };
            let least = to - unavailable;
            let new_waiting = new_count - available(world, true);
            let most = (old_count + new_count) as i64 - least as i64 - new_waiting as i64;
            if most <= 0 {
                break;
            }
            let unhealthy = old_count - available(world, false).min(old_count);
            let clean = unhealthy.min(most as usize);
            old_count -= clean;
            let spare = (available(world, true) + available(world, false)) as i64 - least as i64;
            let down = spare.max(0).min(old_count as i64) as usize;
            old_count -= down;
            if clean + down == 0 {
                break;
            }
        }
        if exclusive {
            // Pods that went leave their places to new pods, the eldest first.
            let now = world.now;
            places_left += known_gone.iter().filter(|at| **at <= now).count();
            known_gone.retain(|at| *at > now);
            let start = now + world.pace.start;
            for pod in world.pods.iter_mut().filter(|pod| pod.ready_at.is_none()) {
                if places_left > 0 {
                    pod.ready_at = Some(start);
                    places_left -= 1;
                }
            }
        }
        let done = world.count(|pod| pod.is_active() && !pod.new) == 0
            && world.count(|pod| pod.new && pod.is_available(world.now)) == to;
        if done {
            let available = u32::try_from(world.available()).expect("a sound test");
            world.seen.lowest = world.seen.lowest.min(available);
            world.seen.peak = world
                .seen
                .peak
                .max(u32::try_from(world.count(Pod::is_active)).expect("a sound test"));
            return true;
        }
        if !world.tick() {
            return false;
        }
    }
    false
}

/// Makes or deletes pods until there are as many as wanted; pods that are not ready go first.
fn replica_set(world: &mut World, new: bool, wanted: usize, gone: &mut Vec<u64>) {
    while world.count(|pod| pod.new == new && pod.is_active()) < wanted {
        world.start(0, new);
        if world.exclusive && new {
            world.pods.last_mut().expect("a sound test").ready_at = None;
        }
    }
    while world.count(|pod| pod.new == new && pod.is_active()) > wanted {
        let now = world.now;
        let own = |pod: &Pod| pod.new == new && pod.is_active();
        let index = world.pods.iter().position(|pod| own(pod) && !pod.is_available(now));
        let index = index.or_else(|| world.pods.iter().position(own)).expect("a sound test");
        world.delete(index);
        gone.push(world.now + world.pace.stop);
    }
}

fn recreate(world: &mut World, to: usize) -> bool {
    for index in 0..world.pods.len() {
        world.delete(index);
    }
    while !world.pods.is_empty() {
        world.tick();
    }
    world.seen.lowest = 0;
    (0..to).for_each(|_| world.start(0, true));
    while world.available() < to {
        world.tick();
    }
    world.seen.peak = world.seen.peak.max(u32::try_from(to).expect("a sound test"));
    true
}

struct Stateful {
    to: usize,
    partition: usize,
    unavailable: usize,
    ordered: bool,
}

impl Stateful {
    fn run(&self, world: &mut World) -> bool {
        for _ in 0..100_000 {
            self.sync(world);
            if !world.tick() {
                let now = world.now;
                return world.count(|pod| {
                    pod.place < self.to
                        && pod.is_available(now)
                        && (pod.new || pod.place < self.partition)
                }) == self.to;
            }
        }
        false
    }

    fn sync(&self, world: &mut World) {
        // Each pod from the first on; in order, one that is not available stops everything.
        for place in 0..self.to {
            let now = world.now;
            match world.pods.iter().find(|pod| pod.place == place) {
                None => world.start(place, place >= self.partition),
                Some(pod) if pod.is_available(now) => continue,
                Some(_) => {}
            }
            if self.ordered {
                return;
            }
        }
        // Pods beyond the count, the last one first; in order, one at a time.
        let mut beyond: Vec<usize> =
            (0..world.pods.len()).filter(|index| world.pods[*index].place >= self.to).collect();
        beyond.sort_by_key(|index| std::cmp::Reverse(world.pods[*index].place));
        if self.ordered {
            if let Some(last) = beyond.first() {
                if world.pods[*last].is_active() {
                    world.delete(*last);
                }
                return;
            }
        } else {
            for index in beyond {
                if world.pods[index].is_active() {
                    world.delete(index);
                }
            }
        }
        let now = world.now;
        let up = world.count(|pod| pod.place < self.to && pod.is_available(now));
        let mut may_go = self.unavailable.saturating_sub(self.to - up);
        for place in (self.partition..self.to).rev() {
            let old = world.pods.iter().position(|p| p.place == place && !p.new && p.is_active());
            if let Some(index) = old.filter(|_| may_go > 0) {
                world.delete(index);
                may_go -= 1;
            }
        }
    }
}

fn daemon_set(world: &mut World, surge: usize, unavailable: usize) -> bool {
    let nodes = world.wanted;
    for _ in 0..100_000 {
        let now = world.now;
        let on = |world: &World, node: usize, new: bool| {
            world.pods.iter().position(|p| p.place == node && p.new == new && p.is_active())
        };
        if surge > 0 {
            let mut busy = 0;
            for node in 0..nodes {
                if let (Some(new), old) = (on(world, node, true), on(world, node, false)) {
                    match (world.pods[new].is_available(now), old) {
                        (true, Some(old)) => world.delete(old),
                        (true, None) => {}
                        (false, _) => busy += 1,
                    }
                }
            }
            for node in 0..nodes {
                if busy < surge && on(world, node, true).is_none() {
                    world.start(node, true);
                    busy += 1;
                }
            }
        } else {
            let mut down = 0;
            for node in 0..nodes {
                let there = world.pods.iter().any(|p| p.place == node);
                if !there {
                    world.start(node, true);
                }
                let up = world.pods.iter().any(|p| p.place == node && p.is_available(now));
                down += usize::from(!up);
            }
            for node in 0..nodes {
                if let Some(old) = on(world, node, false).filter(|_| down < unavailable.max(1)) {
                    world.delete(old);
                    down += 1;
                }
            }
        }
        let done = world.count(|pod| pod.new && pod.is_available(world.now)) == nodes
            && world.count(|pod| !pod.new && pod.is_active()) == 0;
        if done {
            return true;
        }
        if !world.tick() {
            return false;
        }
    }
    false
}

/// What the simulator makes of a controller's task.
pub(crate) fn simulate(controller: Controller, pace: Pace) -> Steps {
    let size = |count: u32| count as usize;
    match controller {
        Controller::Deployment { from, to, surge, unavailable, exclusive } => {
            let mut world = World::new(size(from), size(to), pace);
            let ends = deployment(&mut world, size(to), size(surge), size(unavailable), exclusive);
            world.finish(ends)
        }
        Controller::Recreate { from, to } => {
            let mut world = World::new(size(from), size(to), pace);
            let ends = recreate(&mut world, size(to));
            world.finish(ends)
        }
        Controller::StatefulSet { from, to, partition, unavailable, ordered } => {
            let mut world = World::new(size(from), size(to), pace);
            let (to, partition) = (size(to), size(partition));
            let set = Stateful { to, partition, unavailable: size(unavailable), ordered };
            let ends = set.run(&mut world);
            world.finish(ends)
        }
        Controller::DaemonSet { nodes, surge, unavailable } => {
            let mut world = World::new(size(nodes), size(nodes), pace);
            let ends = daemon_set(&mut world, size(surge), size(unavailable));
            world.finish(ends)
        }
    }
}

prop_compose! {
    /// A task of any controller.
    pub(crate) fn task()(
        kind in 0..4,
        from in 0_u32..14,
        to in 0_u32..14,
        surge in 0_u32..6,
        unavailable in 0_u32..6,
        flag in any::<bool>(),
        same in any::<bool>(),
    ) -> Controller {
        let from = if same { to } else { from };
        match kind {
            0 => {
                let unavailable = unavailable.min(to);
                let unavailable = if surge == 0 { unavailable.max(1).min(to) } else { unavailable };
                Controller::Deployment { from, to, surge, unavailable, exclusive: flag }
            }
            1 => Controller::Recreate { from, to },
            2 => Controller::StatefulSet {
                from, to, partition: surge, unavailable: unavailable.max(1), ordered: flag,
            },
            _ => Controller::DaemonSet {
                nodes: to,
                surge: if flag { surge } else { 0 },
                unavailable: if flag && surge > 0 { 0 } else { unavailable.max(1) },
            },
        }
    }
}

prop_compose! {
    pub(crate) fn pace()(start in 1_u64..60, stop in 1_u64..60) -> Pace {
        Pace { start, stop }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// What is computed is what pods go through one by one.
    #[test]
    fn stepping_agrees_with_simulating(task in task(), pace in pace()) {
        prop_assert_eq!(task.steps(pace), simulate(task, pace));
    }

    #[test]
    fn available_pods_are_never_fewer_than_none_nor_more_than_wanted(task in task(), pace in pace()) {
        let steps = task.steps(pace);
        let to = match task {
            Controller::Deployment { to, .. }
            | Controller::Recreate { to, .. }
            | Controller::StatefulSet { to, .. } => to,
            Controller::DaemonSet { nodes, .. } => nodes,
        };
        prop_assert!(steps.lowest <= to && to <= steps.peak || !steps.ends, "{:?}", steps);
    }
}
