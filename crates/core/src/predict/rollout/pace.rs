//! How long pods take, as far as a manifest tells.

use super::{Duration, Pace};
use crate::resource::Value;

/// Seconds that a pod is assumed to need before it answers.
const START: u64 = 20;
/// Seconds that a pod is assumed to need to stop.
const STOP: u64 = 5;

/// How long the pods of a workload take to start and to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Paces {
    /// At least.
    pub(super) lower: Pace,
    /// As assumed.
    pub(super) expected: Pace,
    /// At most, where something bounds it.
    pub(super) upper: Option<Pace>,
    /// What was assumed.
    pub(super) assumptions: Vec<String>,
    /// What is doubtful about it.
    pub(super) notes: Vec<String>,
}

/// The paces of a pod template with its defaults; `deadline` is the time after which a Deployment
/// counts as stuck.
pub(super) fn paces(template: &Value, ready_seconds: u64, deadline: Option<u64>) -> Paces {
    let spec = template.get("spec");
    let containers = spec.and_then(|spec| spec.get("containers")).map_or(&[][..], Value::items);
    let starts: Vec<Start> = containers.iter().map(Start::of).collect();
    let most = |of: fn(&Start) -> u64| starts.iter().map(of).max().unwrap_or_default();
    let bounds: Option<Vec<u64>> = starts.iter().map(|start| start.upper).collect();
    let upper = bounds.and_then(|bounds| bounds.into_iter().max()).or(deadline);
    let grace = spec.and_then(|spec| number(spec, "terminationGracePeriodSeconds")).unwrap_or(30);
    let sleep = containers.iter().filter_map(sleep_before_stop).max();
    let stop = sleep.unwrap_or(STOP).min(grace);
    let mut notes = Vec::new();
    if !containers.is_empty() && starts.iter().all(|start| !start.has_readiness) {
        notes.push("no readiness probe: available means started, not healthy".to_owned());
    }
    let mut assumed = vec![format!("a pod needs {START} s to start")];
    if sleep.is_none() {
        assumed.push(format!("{stop} s to stop"));
    }
    let mut assumptions = vec![assumed.join(" and ")];
    let list = |key: &str| spec.and_then(|spec| spec.get(key)).map_or(0, |list| list.items().len());
    if list("initContainers") > 0 {
        assumptions.push("its init containers are part of that".to_owned());
    }
    Paces {
        lower: Pace { start: most(|start| start.lower) + ready_seconds, stop: sleep.unwrap_or(0) },
        expected: Pace { start: most(|start| start.expected) + ready_seconds, stop },
        upper: upper.map(|start| Pace { start: start + ready_seconds, stop: grace }),
        assumptions,
        notes,
    }
}

impl Paces {
    /// The duration that `seconds` gives of each pace.
    pub(super) fn duration(&self, seconds: impl Fn(Pace) -> u64) -> Duration {
        Duration {
            lower: seconds(self.lower),
            expected: seconds(self.expected),
            upper: self.upper.map(seconds),
        }
    }
}

/// How long a container takes until it is ready.
struct Start {
    lower: u64,
    expected: u64,
    upper: Option<u64>,
    has_readiness: bool,
}

impl Start {
    fn of(container: &Value) -> Self {
        let startup = container.get("startupProbe").map(Probe::of);
        let readiness = container.get("readinessProbe").map(Probe::of);
        let started = startup.as_ref().map_or(START, |probe| probe.first_pass(START));
        let expected = readiness.as_ref().map_or(started, |probe| probe.first_pass(started));
        let least = |probe: &Option<Probe>| probe.as_ref().map_or(0, Probe::least);
        Self {
            lower: least(&startup).max(least(&readiness)),
            expected,
            upper: startup.as_ref().map(Probe::bound),
            has_readiness: readiness.is_some(),
        }
    }
}

/// A probe with its defaults.
struct Probe {
    delay: u64,
    period: u64,
    successes: u64,
    failures: u64,
}

impl Probe {
    fn of(probe: &Value) -> Self {
        let field = |key, default| number(probe, key).unwrap_or(default);
        Self {
            delay: field("initialDelaySeconds", 0),
            period: field("periodSeconds", 10).max(1),
            successes: field("successThreshold", 1).max(1),
            failures: field("failureThreshold", 3),
        }
    }

    /// When it passes, where the container answers from `seconds` on.
    fn first_pass(&self, seconds: u64) -> u64 {
        let rounds = seconds.saturating_sub(self.delay).div_ceil(self.period);
        self.delay + rounds * self.period + (self.successes - 1) * self.period
    }

    fn least(&self) -> u64 {
        self.delay + (self.successes - 1) * self.period
    }

    fn bound(&self) -> u64 {
        self.delay + self.failures * self.period
    }
}

/// A number of seconds or tries; what no manifest means is cut off, so that sums stay sums.
pub(super) fn number(owner: &Value, key: &str) -> Option<u64> {
    const MOST: u64 = 1_000_000;
    u64::try_from(owner.get(key)?.as_int()?).ok().map(|number| number.min(MOST))
}

/// A pause before the container is told to stop, where it is written as one.
fn sleep_before_stop(container: &Value) -> Option<u64> {
    let hook = container.at(&["lifecycle", "preStop"])?;
    if let Some(sleep) = hook.get("sleep") {
        return number(sleep, "seconds");
    }
    let command: Vec<&str> =
        hook.at(&["exec", "command"])?.items().iter().filter_map(Value::as_str).collect();
    let text = command.join(" ");
    let rest = text.split_once("sleep ")?.1;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok().map(|n: u64| n.min(1_000_000))
}
