//! What rules about several cells need to know of each: compact, and the same as long as nothing
//! of it changes.

mod claims;
mod limits;
mod pods;
mod references;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub(crate) use claims::Claim;
pub(crate) use limits::{Amounts, Extent, Limits, Size, Sizes, Turn};
pub(crate) use pods::Pods;
pub(crate) use references::{Name, Reference};

use super::{
    kube::Kube,
    loss::is_kept,
    standards::{Breach, Level, breaches},
    workloads::{is_built_in, pod_spec},
};
use crate::resource::{Resource, ResourceId, ResourceSet, Value};

/// The facts of one cell at one revision.
#[derive(Debug, Default, PartialEq)]
pub struct Facts {
    /// Every object.
    pub(crate) objects: BTreeMap<ResourceId, Object>,
    /// What only one object of a cluster may have, and who has it.
    pub(crate) claims: BTreeMap<Claim, BTreeSet<ResourceId>>,
    /// Classes that Ingresses without one get.
    pub(crate) default_classes: BTreeSet<Arc<str>>,
    /// Names that exist without an object that has them: what operators make.
    pub(crate) made: BTreeSet<Name>,
    /// The keys of ConfigMaps and Secrets.
    pub(crate) keys: BTreeMap<Name, BTreeSet<Arc<str>>>,
    /// What objects ask for by name.
    pub(crate) references: BTreeMap<Reference, BTreeSet<ResourceId>>,
    /// The pods of workloads.
    pub(crate) pods: Vec<Pods>,
    /// Objects that choose pods by their labels.
    pub(crate) selecting: BTreeMap<ResourceId, Selecting>,
    /// Autoscalers.
    pub(crate) scalers: BTreeMap<ResourceId, Scaler>,
    /// What namespaces allow.
    pub(crate) quotas: BTreeMap<ResourceId, BTreeMap<Arc<str>, i128>>,
    /// What LimitRanges allow.
    pub(crate) limits: BTreeMap<ResourceId, Vec<Limits>>,
    /// What workloads and claims ask for.
    pub(crate) sizes: BTreeMap<ResourceId, Sizes>,
    /// Namespaces that enforce a standard for pods, and which.
    pub(crate) enforced: BTreeMap<Arc<str>, Enforced>,
    /// What standards forbid of the pods of workloads; for pods of a runtime class, nothing is told.
    pub(crate) breaches: BTreeMap<ResourceId, Vec<Breach>>,
    /// Webhooks of admission.
    pub(crate) webhooks: BTreeMap<ResourceId, Vec<Webhook>>,
    /// Custom resources as they are.
    pub(crate) customs: BTreeMap<ResourceId, Arc<Value>>,
    /// Claims on volumes that only one node can mount.
    pub(crate) single_node: BTreeSet<ResourceId>,
    /// Custom resource definitions, by group and kind.
    pub(crate) definitions: BTreeMap<(Arc<str>, Arc<str>), Definition>,
}

/// What is kept of every object.
#[derive(Debug, PartialEq)]
pub(crate) struct Object {
    /// As written.
    pub(crate) api_version: Arc<str>,
    /// The file that rendered it.
    pub(crate) template: Arc<str>,
    /// Whether tools leave it when it is gone from the manifests.
    pub(crate) is_kept: bool,
    /// When it is applied: the phase of a hook, and the wave.
    pub(crate) phase: Phase,
}

/// A custom resource definition; two are equal when their `spec` is.
#[derive(Clone, Debug)]
pub(crate) struct Definition(Arc<Value>);

/// When Argo CD applies an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Phase {
    /// Whether it comes before the sync itself.
    pub(crate) stage: Stage,
    /// The wave inside the stage.
    pub(crate) wave: i64,
}

/// A stage of a sync.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// `PreSync`, or Helm's `pre-install` and `pre-upgrade`.
    Before,
    /// What is no hook.
    #[default]
    Sync,
    /// `PostSync` and the like.
    After,
}

/// An object that chooses pods.
#[derive(Debug, PartialEq)]
pub(crate) struct Selecting {
    /// The selector.
    pub(crate) selector: Selector,
    /// What it wants of the pods, by kind of object.
    pub(crate) wants: Wants,
}

/// What an object wants of the pods that it selects.
#[derive(Debug, PartialEq)]
pub(crate) enum Wants {
    /// A Service: the ports that it sends to, and whether it is meant for something else.
    Traffic { targets: Vec<Target> },
    /// A PodDisruptionBudget: its bounds as written.
    Budget { least: Option<Amount>, most_gone: Option<Amount> },
    /// A NetworkPolicy: whether it says who may enter, and on which ports.
    Entry { ports: Option<Vec<Target>> },
}

/// A port by name or number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    Name(Arc<str>),
    Number(i64),
}

/// What a namespace enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Enforced {
    /// The level.
    pub(crate) level: Level,
    /// The version of the standards; absent for that of the cluster.
    pub(crate) version: Option<u32>,
}

/// A count or a share in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Amount {
    Count(i64),
    Share(i64),
}

/// A part of a selector: key, operator and values.
type Expression = (Arc<str>, Arc<str>, Vec<Arc<str>>);

/// A selector of labels; an empty one selects everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Selector {
    labels: BTreeMap<Arc<str>, Arc<str>>,
    expressions: Vec<Expression>,
}

/// An autoscaler and its target.
#[derive(Debug, PartialEq)]
pub(crate) struct Scaler {
    pub(crate) target: (Arc<str>, Arc<str>),
    pub(crate) least: i64,
    pub(crate) by_cpu_share: bool,
    pub(crate) is_vertical: bool,
}

/// Which pods a webhook is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those of every namespace.
    Everywhere,
    /// Fewer.
    Narrowed,
}

/// A webhook that may refuse objects.
#[derive(Debug, PartialEq)]
pub(crate) struct Webhook {
    pub(crate) name: Arc<str>,
    pub(crate) fails_closed: bool,
    pub(crate) reach: Reach,
    /// Namespace and name of the Service behind it.
    pub(crate) service: Option<(Arc<str>, Arc<str>)>,
    pub(crate) has_bundle: bool,
}

impl Definition {
    /// What it defines.
    pub(crate) fn spec(&self) -> &Value {
        self.0.get("spec").unwrap_or(&self.0)
    }
}

impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.spec() == other.spec()
    }
}

impl Facts {
    /// The facts of the objects of a cell.
    pub fn of(set: &ResourceSet) -> Self {
        let mut facts = Self::default();
        for resource in set.resources.values() {
            facts.add(resource);
        }
        facts
    }

    fn add(&mut self, resource: &Resource) {
        let object = Object {
            api_version: Arc::clone(&resource.api_version),
            template: Arc::clone(&resource.origin.template),
            is_kept: is_kept(resource),
            phase: phase(resource),
        };
        self.objects.insert(resource.id.clone(), object);
        for claim in claims::of(resource) {
            self.claims.entry(claim).or_default().insert(resource.id.clone());
        }
        self.default_classes.extend(claims::default_class(resource));
        references::collect(resource, self);
        self.pods.extend(pods::of(resource));
        self.selecting.extend(selecting(resource).map(|s| (resource.id.clone(), s)));
        self.scalers.extend(scaler(resource).map(|s| (resource.id.clone(), s)));
        self.quotas.extend(quota(resource).map(|quota| (resource.id.clone(), quota)));
        self.webhooks.extend(webhooks(resource).map(|hooks| (resource.id.clone(), hooks)));
        if !is_built_in(resource) && resource.unstable.is_none() {
            self.customs.insert(resource.id.clone(), Arc::clone(&resource.body));
        }
        self.limits.extend(limits::limits(resource).map(|limits| (resource.id.clone(), limits)));
        self.sizes.extend(limits::sizes(resource).map(|sizes| (resource.id.clone(), sizes)));
        if let Some(enforced) = enforced(resource) {
            self.enforced.insert(Arc::clone(&resource.id.name), enforced);
        }
        // Which runtime classes the cluster exempts is not known.
        let has_class =
            pod_spec(resource).is_some_and(|(_, s)| s.get("runtimeClassName").is_some());
        let breaches = if has_class { Vec::new() } else { breaches(resource) };
        if !breaches.is_empty() {
            self.breaches.insert(resource.id.clone(), breaches);
        }
        let modes = items(&resource.body, &["spec", "accessModes"]);
        if is(resource, "", &["PersistentVolumeClaim"])
            && !modes.is_empty()
            && modes
                .iter()
                .all(|mode| mode.as_str().is_some_and(|m| m.starts_with("ReadWriteOnce")))
        {
            self.single_node.insert(resource.id.clone());
        }
        if is(resource, "apiextensions.k8s.io", &["CustomResourceDefinition"])
            && let Some(spec) = resource.body.get("spec")
            && let (Some(group), Some(kind)) =
                (spec.text_at(&["group"]), spec.text_at(&["names", "kind"]))
        {
            let definition = Definition(Arc::clone(&resource.body));
            self.definitions.insert((group.into(), kind.into()), definition);
        }
    }
}

/// What a namespace enforces, where it enforces anything.
fn enforced(resource: &Resource) -> Option<Enforced> {
    const LABEL: &str = "pod-security.kubernetes.io/enforce";
    if !is(resource, "", &["Namespace"]) {
        return None;
    }
    let label =
        |suffix: &str| resource.body.text_at(&["metadata", "labels", &format!("{LABEL}{suffix}")]);
    let version = label("-version").and_then(|version| Some(Kube::parse(version)?.minor));
    Some(Enforced { level: Level::parse(label("")?)?, version })
}

/// Whether the object is of a group and one of some kinds.
fn is(resource: &Resource, group: &str, kinds: &[&str]) -> bool {
    &*resource.id.group == group && kinds.contains(&&*resource.id.kind)
}

fn text(value: &Value, keys: &[&str]) -> Option<Arc<str>> {
    value.text_at(keys).filter(|text| !text.is_empty()).map(Arc::from)
}

fn items<'a>(value: &'a Value, keys: &[&str]) -> &'a [Value] {
    value.at(keys).map(Value::items).unwrap_or_default()
}

fn phase(resource: &Resource) -> Phase {
    let annotation = |key: &str| resource.body.text_at(&["metadata", "annotations", key]);
    let hook = annotation("argocd.argoproj.io/hook").or_else(|| annotation("helm.sh/hook"));
    let stage = hook.map_or(Stage::Sync, |hook| {
        let first = hook.split(',').next().unwrap_or_default().trim();
        match first {
            "PreSync" | "pre-install" | "pre-upgrade" => Stage::Before,
            "Sync" => Stage::Sync,
            _ => Stage::After,
        }
    });
    let wave =
        annotation("argocd.argoproj.io/sync-wave").or_else(|| annotation("helm.sh/hook-weight"));
    Phase { stage, wave: wave.and_then(|wave| wave.trim().parse().ok()).unwrap_or(0) }
}

impl Selector {
    /// A map of labels, as a Service has it.
    pub(crate) fn of_labels(labels: &Value) -> Self {
        let labels = labels.as_map().into_iter().flatten();
        let texts =
            labels.filter_map(|(key, value)| Some((Arc::clone(key), value.as_str()?.into())));
        Self { labels: texts.collect(), expressions: Vec::new() }
    }

    /// A label selector.
    pub(crate) fn of(selector: &Value) -> Self {
        let labels = selector.get("matchLabels").map(Self::of_labels).unwrap_or_default();
        let expressions = items(selector, &["matchExpressions"]).iter().filter_map(|expression| {
            let values = items(expression, &["values"]).iter().filter_map(Value::as_str);
            let values = values.map(Arc::from).collect();
            Some((text(expression, &["key"])?, text(expression, &["operator"])?, values))
        });
        Self { expressions: expressions.collect(), ..labels }
    }

    /// Whether it chooses what has these labels.
    pub(crate) fn matches(&self, labels: &BTreeMap<Arc<str>, Arc<str>>) -> bool {
        self.labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self.expressions.iter().all(|(key, operator, values)| {
                let found = labels.get(key);
                let is_listed = found.is_some_and(|found| values.contains(found));
                match &**operator {
                    "In" => is_listed,
                    "NotIn" => !is_listed,
                    "Exists" => found.is_some(),
                    "DoesNotExist" => found.is_none(),
                    _ => false,
                }
            })
    }
}

fn amount(value: Option<&Value>) -> Option<Amount> {
    let value = value?;
    match value.as_str() {
        Some(text) => Some(Amount::Share(text.strip_suffix('%')?.parse().ok()?)),
        None => value.as_int().map(Amount::Count),
    }
}

fn target(value: &Value) -> Option<Target> {
    match value.as_str() {
        Some(name) if !name.is_empty() => Some(Target::Name(name.into())),
        Some(_) => None,
        None => value.as_int().filter(|port| *port != 0).map(Target::Number),
    }
}

fn selecting(resource: &Resource) -> Option<Selecting> {
    let spec = resource.body.get("spec")?;
    if is(resource, "", &["Service"]) {
        let selector = spec.get("selector").filter(|selector| !selector.is_empty())?;
        if spec.text_at(&["type"]) == Some("ExternalName") {
            return None;
        }
        let ports = items(spec, &["ports"]).iter();
        let targets =
            ports.filter_map(|port| target(port.get("targetPort").or_else(|| port.get("port"))?));
        let wants = Wants::Traffic { targets: targets.collect() };
        return Some(Selecting { selector: Selector::of_labels(selector), wants });
    }
    if is(resource, "policy", &["PodDisruptionBudget"]) {
        let wants = Wants::Budget {
            least: amount(spec.get("minAvailable")),
            most_gone: amount(spec.get("maxUnavailable")),
        };
        return Some(Selecting { selector: Selector::of(spec.get("selector")?), wants });
    }
    if !is(resource, "networking.k8s.io", &["NetworkPolicy"]) {
        return None;
    }
    let kinds = items(spec, &["policyTypes"]);
    let is_on_entry = kinds.is_empty() || kinds.iter().any(|kind| kind.as_str() == Some("Ingress"));
    let wants = Wants::Entry { ports: entry_ports(spec) };
    is_on_entry.then(|| Selecting {
        selector: spec.get("podSelector").map(Selector::of).unwrap_or_default(),
        wants,
    })
}

/// The ports that a policy lets in; `None` where a rule lets in all.
fn entry_ports(spec: &Value) -> Option<Vec<Target>> {
    let mut ports = Vec::new();
    for rule in items(spec, &["ingress"]) {
        let of_rule = items(rule, &["ports"]);
        let is_range = |port: &Value| port.get("endPort").is_some() || port.get("port").is_none();
        if of_rule.is_empty() || of_rule.iter().any(is_range) {
            return None;
        }
        ports.extend(of_rule.iter().filter_map(|port| target(port.get("port")?)));
    }
    Some(ports)
}

fn scaler(resource: &Resource) -> Option<Scaler> {
    let spec = resource.body.get("spec")?;
    let is_vertical = is(resource, "autoscaling.k8s.io", &["VerticalPodAutoscaler"]);
    if !is_vertical && !is(resource, "autoscaling", &["HorizontalPodAutoscaler"]) {
        return None;
    }
    let reference = if is_vertical { "targetRef" } else { "scaleTargetRef" };
    let by_cpu_share = spec.get("targetCPUUtilizationPercentage").is_some()
        || items(spec, &["metrics"]).iter().any(|metric| {
            metric.text_at(&["resource", "name"]) == Some("cpu")
                && metric.text_at(&["resource", "target", "type"]) == Some("Utilization")
        });
    let is_off = spec.text_at(&["updatePolicy", "updateMode"]) == Some("Off");
    (!is_off).then_some(())?;
    Some(Scaler {
        target: (text(spec, &[reference, "kind"])?, text(spec, &[reference, "name"])?),
        least: spec.get("minReplicas").and_then(Value::as_int).unwrap_or(1),
        by_cpu_share,
        is_vertical,
    })
}

fn quota(resource: &Resource) -> Option<BTreeMap<Arc<str>, i128>> {
    if !is(resource, "", &["ResourceQuota"]) {
        return None;
    }
    let spec = resource.body.get("spec")?;
    // A quota for some pods only needs their classes, which are not known here.
    if ["scopes", "scopeSelector"].iter().any(|key| spec.get(key).is_some_and(|s| !s.is_empty())) {
        return None;
    }
    let hard = spec.get("hard")?.as_map()?.iter();
    Some(
        hard.filter_map(|(name, value)| Some((Arc::clone(name), super::amounts::amount(value)?)))
            .collect(),
    )
}

fn webhooks(resource: &Resource) -> Option<Vec<Webhook>> {
    if !is(
        resource,
        "admissionregistration.k8s.io",
        &["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
    ) {
        return None;
    }
    let annotations = resource.body.at(&["metadata", "annotations"]).and_then(Value::as_map);
    let is_injected = annotations.is_some_and(|map| {
        map.keys().any(|key| key.contains("inject-ca") || key.contains("inject-cabundle"))
    });
    let one = |hook: &Value| {
        let config = hook.get("clientConfig");
        let service = config.and_then(|config| {
            Some((text(config, &["service", "namespace"])?, text(config, &["service", "name"])?))
        });
        let covers_pods = items(hook, &["rules"]).iter().any(|rule| {
            let has = |key: &str, words: &[&str]| {
                items(rule, &[key]).iter().any(|v| v.as_str().is_some_and(|v| words.contains(&v)))
            };
            has("apiGroups", &["", "*"]) && has("resources", &["pods", "*", "*/*"])
        });
        let is_narrowed = ["namespaceSelector", "objectSelector"]
            .iter()
            .any(|key| hook.get(key).is_some_and(|s| !s.is_empty()))
            || !items(hook, &["matchConditions"]).is_empty();
        Some(Webhook {
            name: text(hook, &["name"])?,
            fails_closed: hook.text_at(&["failurePolicy"]).unwrap_or("Fail") == "Fail",
            reach: if covers_pods && !is_narrowed { Reach::Everywhere } else { Reach::Narrowed },
            service,
            has_bundle: is_injected
                || config.is_some_and(|config| text(config, &["caBundle"]).is_some()),
        })
    };
    Some(items(&resource.body, &["webhooks"]).iter().filter_map(one).collect())
}
