//! Assesses every workload that a change of a cell touches.

use super::{
    Answer, Rollout, RolloutVerdict, Stall, Trigger, TriggerKind,
    configs::{ConfigChange, Use},
    steps::{Controller, Steps},
    triggers::{only_reason, triggers},
    workload::{Hold, Place, Workload, template_of},
};
use crate::{
    diff::{Change, Changes},
    policy::{Finding, Severity, Subject, is_recreated},
    resource::{FieldPath, Resource, ResourceSet, Server, Value},
};

/// Families of rules of which a hit that blocks means that the API server refuses the object.
const REFUSING: [&str; 3] = ["ZIJ-F", "ZIJ-U", "ZIJ-V"];

/// What a rollout depends on in its cell.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'a> {
    /// The API server that gets the objects.
    pub(crate) server: Server,
    /// Nodes of the cluster, where they are known.
    pub(crate) nodes: Option<u32>,
    /// Objects as they will be.
    pub(crate) new: &'a ResourceSet,
    /// What differs.
    pub(crate) changes: &'a Changes<'a>,
    /// What the rules found.
    pub(crate) findings: &'a [Finding],
}

/// What happens to each workload that the change touches, the worst first.
pub(crate) fn rollouts(cell: Cell<'_>) -> Vec<Rollout> {
    let mut found: Vec<Rollout> = Vec::new();
    for change in &cell.changes.resources {
        let resource = change.resource();
        if template_of(resource).is_none() || resource.hook.is_some() {
            continue;
        }
        found.extend(match change {
            Change::Create(new) => cell.create(new),
            Change::Delete(old) => Some(cell.delete(old)),
            Change::Update { old, new, .. } => cell.update(old, new),
        });
    }
    cell.renames(&mut found);
    cell.configs(&mut found);
    found.sort_by(|a, b| (a.rank(), &a.subject).cmp(&(b.rank(), &b.subject)));
    found
}

impl<'a> Cell<'a> {
    fn place(&self) -> Place<'a> {
        Place { server: self.server, nodes: self.nodes, set: self.new }
    }

    fn create(&self, new: &Resource) -> Option<Rollout> {
        let place = self.place();
        let mut workload = Workload::new(place, new);
        if matches!(&*new.id.kind, "CronJob" | "Job") {
            let verdict = match &*new.id.kind {
                "CronJob" => RolloutVerdict::NextRunOnly,
                _ => RolloutVerdict::Create,
            };
            return Some(Rollout::plain(new, verdict, Answer::No));
        }
        let count = workload.replicas(place);
        let mut rollout = Rollout::plain(new, RolloutVerdict::Create, Answer::No);
        if let Some(count) = count.filter(|count| *count > 0) {
            let controller = match &*new.id.kind {
                "StatefulSet" => workload.controller(place, 0, count)?,
                _ => Controller::Recreate { from: 0, to: count },
            };
            rollout.measure(&workload, controller, count);
        }
        rollout.stall =
            Some(Stall { available: Some(0), message: "none of its pods is up".to_owned() });
        rollout.tell(workload);
        Some(rollout)
    }

    fn delete(&self, old: &Resource) -> Rollout {
        let mut rollout = Rollout::plain(old, RolloutVerdict::Delete, Answer::No);
        let mut workload = Workload::new(self.place(), old);
        rollout.replicas = workload.replicas(self.place());
        rollout.lowest = Some(0);
        rollout.unavailable = rollout.replicas;
        rollout.peak = rollout.replicas;
        rollout.notes.push("its pods stop".to_owned());
        rollout
    }

    /// A workload on both sides; `None` where nothing of it concerns pods.
    fn update(&self, old: &Resource, new: &Resource) -> Option<Rollout> {
        let place = self.place();
        let (keys, after) = template_of(new)?;
        let before = old.stable().at(keys)?;
        let found = triggers(self.server, keys, before, after, new);
        let mut workload = Workload::new(place, new);
        let count = workload.replicas(place);
        if let Some(rollout) = self.refused(new, &found) {
            return Some(rollout);
        }
        let from = match (count, written(old), written(new)) {
            (Some(_), Some(was), Some(will)) if was != will => Some(was),
            (count, ..) => count,
        };
        let verdict = match (&*new.id.kind, found.is_empty()) {
            ("CronJob", false) => RolloutVerdict::NextRunOnly,
            ("Job" | "CronJob", _) => RolloutVerdict::None,
            ("ReplicaSet" | "ReplicationController", false) => {
                workload
                    .notes
                    .push("its pods stay: only new ones are of the new version".to_owned());
                RolloutVerdict::None
            }
            (_, true) if from != count => RolloutVerdict::Scale,
            (_, true) => RolloutVerdict::None,
            (_, false) => RolloutVerdict::Roll,
        };
        let mut rollout = Rollout::plain(new, verdict, Answer::No);
        rollout.triggers = found;
        match verdict {
            RolloutVerdict::Roll => self.roll(&mut rollout, &mut workload, from, count),
            RolloutVerdict::Scale => rollout.scale(&workload, from, count),
            RolloutVerdict::None if rollout.triggers.is_empty() => {
                if place.server.stored(old) == place.server.stored(new) {
                    rollout.notes.push("the API server stores the same object".to_owned());
                }
                return Some(rollout);
            }
            _ => rollout.replicas = count,
        }
        rollout.tell(workload);
        Some(rollout)
    }

    /// What cannot be applied, or only by deleting it first.
    fn refused(&self, new: &Resource, found: &[Trigger]) -> Option<Rollout> {
        let subject = Subject::from(new);
        let mut hits = self.findings.iter().filter(|finding| {
            finding.is_new
                && REFUSING.iter().any(|family| finding.rule.id.starts_with(family))
                && finding.subject.as_ref() == Some(&subject)
        });
        let hit = hits.next()?;
        let is_recreated = is_recreated(new) && hit.rule.id.starts_with("ZIJ-U");
        if hit.severity != Severity::Block && !is_recreated {
            return None;
        }
        let verdict =
            if is_recreated { RolloutVerdict::DeleteCreate } else { RolloutVerdict::Blocked };
        let answer = if is_recreated { Answer::Yes } else { Answer::No };
        let mut rollout = Rollout::plain(new, verdict, answer);
        rollout.triggers = found.to_vec();
        let is_known = |path: &FieldPath| found.iter().any(|trigger| trigger.path == *path);
        let at_fault = hit.path.iter().filter(|path| !is_known(path));
        rollout.triggers.extend(at_fault.map(|path| Trigger {
            kind: TriggerKind::Template,
            path: path.clone(),
            of: None,
        }));
        rollout.triggers.sort();
        let mut workload = Workload::new(self.place(), new);
        let count = workload.replicas(self.place());
        rollout.replicas = count;
        if is_recreated {
            if let Some(count) = count {
                let controller = Controller::Recreate { from: count, to: count };
                rollout.measure(&workload, controller, count);
            }
            rollout.tell(workload);
        } else {
            rollout.notes.push(format!("the API server refuses it ({})", hit.rule.id));
        }
        Some(rollout)
    }

    fn roll(
        &self,
        rollout: &mut Rollout,
        workload: &mut Workload<'_>,
        from: Option<u32>,
        count: Option<u32>,
    ) {
        rollout.replicas = count;
        rollout.answer = Answer::Yes;
        rollout.notes.extend(only_reason(&rollout.triggers));
        if let Some(functions) = only_looked_up(workload.resource, &rollout.triggers) {
            rollout.answer = Answer::Unknown(functions);
        }
        if let Hold::Until(why) = workload.hold(count) {
            rollout.verdict = RolloutVerdict::Deferred;
            rollout.answer = Answer::No;
            rollout.notes.push(why.to_owned());
            (rollout.lowest, rollout.peak, rollout.unavailable) = (count, count, Some(0));
            return;
        }
        let is_empty = count == Some(0) || from == Some(0);
        let place = self.place();
        if is_empty {
            let to = count.unwrap_or(0);
            rollout.verdict = if to == 0 { RolloutVerdict::None } else { RolloutVerdict::Scale };
            rollout.answer = Answer::No;
            rollout.notes.push("it has no pods now".to_owned());
            if to > 0 {
                rollout.scale(workload, from, count);
            }
            return;
        }
        let (Some(from), Some(to)) = (from, count) else {
            // One node after the other, of which there are who knows how many.
            let share = workload.controller(place, 100, 100);
            rollout.of_nodes(workload, share);
            return;
        };
        let Some(controller) = workload.controller(place, from, to) else { return };
        if matches!(controller, Controller::Recreate { .. }) {
            rollout.verdict = RolloutVerdict::RecreatePods;
        }
        rollout.measure(workload, controller, to);
        rollout.stall = Some(stall(controller, workload));
        rollout.notes.extend(drains(self.new, workload.resource, rollout));
    }

    /// Pairs a workload that goes with the one of another name that comes in its place.
    fn renames(&self, found: &mut [Rollout]) {
        let images = |subject: &Subject| {
            let change = self.changes.resources.iter().find(|change| change.id() == &subject.id)?;
            let (_, template) = template_of(change.resource())?;
            let containers = template.at(&["spec", "containers"])?.items();
            let name = |container: &Value| {
                let image = container.text_at(&["image"])?;
                Some(image.rsplit_once(':').map_or(image, |(name, _)| name).to_owned())
            };
            containers.iter().map(name).collect::<Option<Vec<String>>>()
        };
        let of = |found: &[Rollout], verdict: RolloutVerdict| -> Vec<(usize, Subject)> {
            let is = found.iter().enumerate().filter(|(_, rollout)| rollout.verdict == verdict);
            is.map(|(index, rollout)| (index, rollout.subject.clone())).collect()
        };
        let (gone, come) = (of(found, RolloutVerdict::Delete), of(found, RolloutVerdict::Create));
        let mut taken = Vec::new();
        for (old_index, old) in gone {
            let fits = |(index, new): &&(usize, Subject)| {
                new.id.kind == old.id.kind
                    && new.id.namespace == old.id.namespace
                    && !taken.contains(index)
                    && images(&old).is_some_and(|own| !own.is_empty() && images(new) == Some(own))
            };
            let Some((new_index, new)) = come.iter().find(fits).cloned() else { continue };
            taken.push(new_index);
            if let Some(rollout) = found.get_mut(new_index) {
                rollout.verdict = RolloutVerdict::DeleteCreate;
                rollout.answer = Answer::Yes;
                rollout
                    .notes
                    .push(format!("takes the place of {}, which stops at the same time", old.id));
            }
            if let Some(rollout) = found.get_mut(old_index) {
                rollout.notes =
                    vec![format!("{} takes its place; nothing waits for it to be up", new.id)];
            }
        }
    }

    /// What changed configuration means for the workloads that use it.
    fn configs(&self, found: &mut Vec<Rollout>) {
        let changed: Vec<ConfigChange<'_>> = self
            .changes
            .resources
            .iter()
            .filter_map(|change| match change {
                Change::Update { new, fields, .. } => ConfigChange::of(new, fields),
                Change::Create(_) | Change::Delete(_) => None,
            })
            .collect();
        if changed.is_empty() {
            return;
        }
        for workload in self.new.resources.values() {
            let runs = matches!(
                &*workload.id.kind,
                "Deployment" | "StatefulSet" | "DaemonSet" | "Rollout" | "ReplicaSet"
            );
            if !runs || written(workload) == Some(0) || workload.hook.is_some() {
                continue;
            }
            for config in &changed {
                if let Some(used) = config.used_by(workload) {
                    self.config(found, workload, config, used);
                }
            }
        }
    }

    fn config(
        &self,
        found: &mut Vec<Rollout>,
        workload: &Resource,
        config: &ConfigChange<'_>,
        used: Use,
    ) {
        let subject = Subject::from(workload);
        let index = match found.iter().position(|rollout| rollout.subject == subject) {
            Some(index) => index,
            None => {
                found.push(Rollout::plain(workload, RolloutVerdict::None, Answer::No));
                found.len() - 1
            }
        };
        let Some(rollout) = found.get_mut(index) else { return };
        let is_quiet = matches!(
            rollout.verdict,
            RolloutVerdict::None | RolloutVerdict::Scale | RolloutVerdict::StaleConfig
        );
        if !is_quiet {
            return;
        }
        let of = Some(Subject::from(config.resource));
        let trigger = |path: &FieldPath| Trigger {
            kind: TriggerKind::Config,
            path: path.clone(),
            of: of.clone(),
        };
        rollout.triggers.extend(config.paths().map(trigger));
        let name = &config.resource.id;
        if config.is_watched_for(workload) {
            let place = self.place();
            let mut own = Workload::new(place, workload);
            let count = own.replicas(place);
            self.roll(rollout, &mut own, count, count);
            rollout.verdict = RolloutVerdict::Reload;
            rollout
                .notes
                .push(format!("a reloader restarts it once {name} changes; when is not said"));
            rollout.tell(own);
        } else if used == Use::Folder {
            let note = format!(
                "{name} is updated in running pods within about a minute; the process must read it again"
            );
            rollout.notes.push(note);
        } else {
            let how = match used {
                Use::Environment => "as environment",
                Use::SingleFile | Use::Folder => "as a single file (subPath)",
            };
            rollout.verdict = RolloutVerdict::StaleConfig;
            rollout.notes.push(format!(
                "uses {name} {how}: no running pod sees the change before it restarts"
            ));
        }
    }
}

/// The replicas that a manifest writes.
fn written(resource: &Resource) -> Option<u32> {
    let value = resource.body.at(&["spec", "replicas"]);
    match value.and_then(Value::as_int) {
        Some(count) => u32::try_from(count).ok(),
        None => Some(1),
    }
}

/// The reason why it cannot be known whether pods are replaced: the cluster itself is asked.
fn only_looked_up(resource: &Resource, triggers: &[Trigger]) -> Option<String> {
    let functions = &resource.unstable.as_ref()?.functions;
    let is_all = triggers.iter().all(|trigger| trigger.kind == TriggerKind::MadeAnew);
    (is_all && functions.contains("lookup"))
        .then(|| "its template asks the cluster (`lookup`)".to_owned())
}

/// What remains where new pods never get ready.
fn stall(controller: Controller, workload: &Workload<'_>) -> Stall {
    let (available, message) = match controller {
        Controller::Deployment { from, to, unavailable, .. } => {
            let spec = workload.resource.body.get("spec");
            let deadline =
                spec.and_then(|spec| spec.get("progressDeadlineSeconds")?.as_int()).unwrap_or(600);
            let message = format!(
                "it stops there and says so after {deadline} s (ProgressDeadlineExceeded); nothing rolls it back"
            );
            (to.saturating_sub(unavailable).min(from), message)
        }
        Controller::Recreate { .. } => (0, "the service is down until it is mended".to_owned()),
        Controller::StatefulSet { from, to, unavailable, .. } => {
            let message =
                "it stops there, and after a revert the broken pod must be deleted by hand";
            (from.min(to).saturating_sub(unavailable), message.to_owned())
        }
        Controller::DaemonSet { nodes, surge, unavailable } => {
            let down = if surge > 0 { 0 } else { unavailable };
            (nodes.saturating_sub(down), "it stops there until it is mended".to_owned())
        }
    };
    Stall { available: Some(available), message }
}

/// A budget that the roll uses up, so that nodes cannot be drained meanwhile.
fn drains(set: &ResourceSet, workload: &Resource, rollout: &Rollout) -> Option<String> {
    let (lowest, count) = (rollout.lowest?, rollout.replicas?);
    let (_, template) = template_of(workload)?;
    let labels = template.at(&["metadata", "labels"])?;
    let budget = set.resources.values().find(|budget| {
        let wanted = budget.body.at(&["spec", "selector", "matchLabels"]).and_then(Value::as_map);
        &*budget.id.kind == "PodDisruptionBudget"
            && budget.id.namespace == workload.id.namespace
            && wanted.is_some_and(|wanted| {
                !wanted.is_empty()
                    && wanted.iter().all(|(key, value)| labels.get(key) == Some(value))
            })
    })?;
    let amount = |key: &str| super::Amount::read(budget.body.at(&["spec", key])?);
    let least = match (amount("minAvailable"), amount("maxUnavailable")) {
        (Some(least), _) => least.up(count),
        (None, Some(most)) => count.saturating_sub(most.up(count)),
        (None, None) => return None,
    };
    let seconds = rollout.duration?.expected;
    (lowest <= least && lowest < count)
        .then(|| format!("nodes cannot be drained for ~{seconds} s: it uses up {}", budget.id))
}

impl Rollout {
    fn plain(resource: &Resource, verdict: RolloutVerdict, answer: Answer) -> Self {
        Self {
            subject: Subject::from(resource),
            verdict,
            answer,
            triggers: Vec::new(),
            replicas: None,
            lowest: None,
            unavailable: None,
            peak: None,
            waves: None,
            duration: None,
            outage: None,
            stall: None,
            assumptions: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Whether running pods are replaced.
    pub fn restarts(&self) -> bool {
        matches!(
            self.verdict,
            RolloutVerdict::Roll
                | RolloutVerdict::RecreatePods
                | RolloutVerdict::DeleteCreate
                | RolloutVerdict::Reload
        )
    }

    /// What is shown first: what is worse, by verdict and then by the share of pods that stay up.
    fn rank(&self) -> (RolloutVerdict, u64) {
        let share = match (self.lowest, self.replicas) {
            (Some(lowest), Some(count)) if count > 0 => {
                u64::from(lowest) * 1_000_000 / u64::from(count)
            }
            _ => 1_000_000,
        };
        (self.verdict, share)
    }

    fn measure(&mut self, workload: &Workload<'_>, controller: Controller, count: u32) {
        let paces = &workload.paces;
        let Steps { waves, lowest, peak, missing, ends, .. } = controller.steps(paces.expected);
        self.replicas = Some(count);
        self.waves = Some(waves);
        self.lowest = Some(lowest);
        self.peak = Some(peak);
        self.unavailable = Some(count.saturating_sub(lowest));
        self.outage = Some(missing / u64::from(count.max(1)));
        if ends {
            self.duration = Some(paces.duration(|pace| controller.steps(pace).seconds));
        }
    }

    fn scale(&mut self, workload: &Workload<'_>, from: Option<u32>, to: Option<u32>) {
        self.replicas = to;
        let (Some(from), Some(to)) = (from, to) else { return };
        (self.lowest, self.peak) = (Some(from.min(to)), Some(from.max(to)));
        self.unavailable = Some(to.saturating_sub(from));
        self.waves = Some(u32::from(to > from));
        let more = to > from;
        self.duration = Some(workload.paces.duration(|p| if more { p.start } else { p.stop }));
        self.notes.push(format!("{from} → {to} pods"));
    }

    /// A DaemonSet on a cluster whose nodes are not counted: what is known of each hundred.
    fn of_nodes(&mut self, workload: &mut Workload<'_>, share: Option<Controller>) {
        let Some(Controller::DaemonSet { surge, unavailable, .. }) = share else { return };
        let how = if surge > 0 {
            "new pods start beside the old ones: no node is without".to_owned()
        } else if unavailable == 1 {
            "one node at a time is without".to_owned()
        } else {
            format!("up to {unavailable} of 100 nodes at a time are without")
        };
        let one = workload.paces.expected;
        let each = if surge > 0 { one.start } else { one.start + one.stop };
        self.notes.push(format!("{how}, ~{each} s each"));
        self.assumptions
            .push("nodes are not counted; label the cluster `nodes` to have figures".to_owned());
        let message = "it stops there until it is mended".to_owned();
        self.stall = Some(Stall { available: None, message });
    }

    /// Takes over what the workload had to assume.
    fn tell(&mut self, workload: Workload<'_>) {
        if self.duration.is_some() || self.replicas.is_none() {
            self.assumptions.extend(workload.assumptions);
        }
        if self.restarts() || self.verdict == RolloutVerdict::None {
            self.notes.extend(workload.notes);
        }
    }
}
