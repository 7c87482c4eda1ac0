//! Argo CD's own settings, as far as they are in git or in the configuration.

use std::{collections::BTreeMap, sync::Arc};

use zij_goyaml::{Limits, Node};

use super::{
    object::{Object, decoded, filled, text, texts},
    reader::SECRET_TYPE,
    scan::text_entries,
};
use crate::{
    inventory::{ClusterName, ExcludedKinds, TrackingMethod},
    source::{Glob, GlobStyle, Place},
};

/// Kinds that an Argo CD leaves alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exclusion {
    kinds: ExcludedKinds,
    /// Globs of the servers for which it holds; every one where there is none.
    servers: Vec<Arc<str>>,
}

/// All kinds that an Argo CD leaves alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exclusions {
    all: Vec<Exclusion>,
    /// The kinds of those that hold on every cluster.
    everywhere: Arc<[ExcludedKinds]>,
}

impl From<Vec<Exclusion>> for Exclusions {
    fn from(all: Vec<Exclusion>) -> Self {
        let everywhere = all.iter().filter(|one| one.servers.is_empty());
        let everywhere = everywhere.map(|one| one.kinds.clone()).collect();
        Self { all, everywhere }
    }
}

impl Exclusions {
    /// The kinds that it leaves alone on a cluster.
    pub(super) fn of(&self, server: &str) -> Arc<[ExcludedKinds]> {
        if self.everywhere.len() == self.all.len() {
            return Arc::clone(&self.everywhere);
        }
        let of_server = self.all.iter().filter(|one| one.is_of(server));
        of_server.map(|one| one.kinds.clone()).collect()
    }
}

impl Exclusion {
    /// Whether it holds for a cluster.
    fn is_of(&self, server: &str) -> bool {
        let fits = |glob: &Arc<str>| Glob::new(glob, GlobStyle::Crossing).matches(server);
        self.servers.is_empty() || self.servers.iter().any(fits)
    }
}

/// What holds for every application of an Argo CD.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of Argo CD")]
pub(super) struct Settings {
    pub(super) tracking: TrackingMethod,
    pub(super) label: Arc<str>,
    pub(super) installation: Option<Arc<str>>,
    pub(super) excluded: Exclusions,
    pub(super) build_options: Arc<str>,
    /// How addresses of values files may begin.
    pub(super) schemes: Vec<Arc<str>>,
    pub(super) disabled: Vec<&'static str>,
    /// Whether `*` of a git files generator stops at `/`.
    pub(super) new_globbing: bool,
    /// Whether links may lead out of a repository.
    pub(super) allows_links: bool,
    /// Whether git generators find folders whose names begin with a dot.
    pub(super) finds_hidden: bool,
    /// What the controller of sets does with applications, and whether a set may say otherwise.
    pub(super) policy: Option<Arc<str>>,
    pub(super) policy_may_be_overridden: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tracking: TrackingMethod::Annotation,
            label: "app.kubernetes.io/instance".into(),
            installation: None,
            excluded: default_exclusions().into(),
            build_options: "".into(),
            schemes: vec!["https".into(), "http".into()],
            disabled: Vec::new(),
            new_globbing: false,
            allows_links: false,
            finds_hidden: false,
            policy: None,
            policy_may_be_overridden: false,
        }
    }
}

impl Settings {
    /// Takes what an object says: an `argocd-cm` or `argocd-cmd-params-cm`, the operator's `ArgoCD`, or the values of the chart
    /// that Argo CD is installed with.
    pub(super) fn read(&mut self, object: &Object) {
        match object.kind() {
            "ConfigMap" => self.read_data(&text_entries(&object.node, &["data"])),
            "ArgoCD" => self.read_data(&of_operator(&object.node)),
            _ => {
                for data in of_values(&object.node, 0) {
                    self.read_data(&data);
                }
            }
        }
    }

    fn read_data(&mut self, data: &Data) {
        let get = |key: &str| data.get(key).filter(|text| !text.is_empty());
        if let Some(method) = get("application.resourceTrackingMethod") {
            self.tracking = tracking(method);
        }
        if let Some(label) = get("application.instanceLabelKey") {
            self.label = Arc::clone(label);
        }
        self.installation = get("installationID").cloned().or(self.installation.take());
        if let Some(options) = get("kustomize.buildOptions") {
            self.build_options = Arc::clone(options);
        }
        if let Some(schemes) = data.get("helm.valuesFileSchemes") {
            let schemes = schemes.split(',').map(str::trim).filter(|scheme| !scheme.is_empty());
            self.schemes = schemes.map(Arc::from).collect();
        }
        for (key, name) in [("helm.enable", "Helm"), ("kustomize.enable", "Kustomize")] {
            if get(key).is_some_and(|value| &**value == "false") {
                self.disabled.push(name);
            }
        }
        let is_set = |key: &str| get(key).map(|value| &**value == "true");
        for (key, flag) in [
            ("applicationsetcontroller.enable.new.git.file.globbing", &mut self.new_globbing),
            ("reposerver.allow.oob.symlinks", &mut self.allows_links),
            ("reposerver.include.hidden.directories", &mut self.finds_hidden),
            ("applicationsetcontroller.enable.policy.override", &mut self.policy_may_be_overridden),
        ] {
            *flag = is_set(key).unwrap_or(*flag);
        }
        self.policy = get("applicationsetcontroller.policy").cloned().or(self.policy.take());
        if let Some(exclusions) = get("resource.exclusions") {
            let parsed = zij_goyaml::parse(exclusions.as_bytes(), &Limits::default());
            let list = parsed.ok().and_then(|node| node.as_sequence().map(<[Node]>::to_vec));
            let own = list.unwrap_or_default();
            let all: Vec<Exclusion> = rows(&CORE).chain(own.iter().map(exclusion)).collect();
            self.excluded = all.into();
        }
    }

    /// Takes what `argocd` of the configuration says.
    pub(super) fn configure(&mut self, node: &Node) {
        if let Some(method) = filled(node, &["tracking"]) {
            self.tracking = tracking(method);
        }
        if let Some(options) = text(node, &["kustomizeBuildOptions"]) {
            self.build_options = options.into();
        }
        if let Some(label) = filled(node, &["instanceLabel"]) {
            self.label = label.into();
        }
        self.new_globbing |= text(node, &["fileGlobbing"]) == Some("doublestar");
    }
}

/// The entries of an `argocd-cm`.
type Data = BTreeMap<Arc<str>, Arc<str>>;

/// Keys of an `argocd-cm` or `argocd-cmd-params-cm` that say what is read here; a file with one of them
/// is looked into.
pub(super) const KEYS: [&str; 8] = [
    "kustomize.buildOptions",
    "helm.valuesFileSchemes",
    "application.resourceTrackingMethod",
    "resource.exclusions",
    "applicationsetcontroller.enable.new.git.file.globbing",
    "reposerver.allow.oob.symlinks",
    "reposerver.include.hidden.directories",
    "applicationsetcontroller.policy",
];

/// What the operator makes of its `ArgoCD` object (Source: argocd-operator, `getArgoCDConfigMap`).
fn of_operator(node: &Node) -> Data {
    const FIELDS: [(&str, &str); 5] = [
        ("kustomizeBuildOptions", "kustomize.buildOptions"),
        ("resourceTrackingMethod", "application.resourceTrackingMethod"),
        ("applicationInstanceLabelKey", "application.instanceLabelKey"),
        ("installationID", "installationID"),
        ("resourceExclusions", "resource.exclusions"),
    ];
    let fields = FIELDS.iter().filter_map(|(field, key)| {
        let value = filled(node, &["spec", field])?;
        Some((Arc::from(*key), Arc::from(value)))
    });
    fields.chain(text_entries(node, &["spec", "extraConfig"])).collect()
}

/// `configs.cm` and `configs.params` of the chart `argo-cd`, wherever a values file or an application holds its values.
fn of_values(node: &Node, depth: usize) -> Vec<Data> {
    const DEPTH: usize = 8;
    let mut found = Vec::new();
    for part in ["cm", "params"] {
        let data = text_entries(node, &["configs", part]);
        if KEYS.iter().any(|key| data.contains_key(*key)) {
            found.push(data);
        }
    }
    for entry in node.as_mapping().into_iter().flatten().filter(|_| depth < DEPTH) {
        match entry.value.as_str() {
            Some(text) if text.contains("configs:") => {
                let values = zij_goyaml::parse(text.as_bytes(), &Limits::default());
                found.extend(values.iter().flat_map(|values| of_values(values, depth + 1)));
            }
            Some(_) => {}
            None => {
                let items = entry.value.as_sequence().unwrap_or_default();
                let inner = items.iter().chain((items.is_empty()).then_some(&entry.value));
                found.extend(inner.flat_map(|value| of_values(value, depth + 1)));
            }
        }
    }
    found
}

fn tracking(method: &str) -> TrackingMethod {
    match method {
        "label" => TrackingMethod::Label,
        "annotation+label" => TrackingMethod::AnnotationAndLabel,
        _ => TrackingMethod::Annotation,
    }
}

fn exclusion(node: &Node) -> Exclusion {
    let kinds =
        ExcludedKinds { groups: texts(node, &["apiGroups"]), kinds: texts(node, &["kinds"]) };
    Exclusion { kinds, servers: texts(node, &["clusters"]) }
}

/// Groups and kinds.
type Row<'r> = (&'r [&'r str], &'r [&'r str]);

/// What is excluded whatever `argocd-cm` says (Source: Argo CD, `util/settings/resources_filter.go`).
const CORE: [Row<'static>; 3] = [
    (&["events.k8s.io", "metrics.k8s.io"], &[]),
    (&[""], &["Event"]),
    (&["coordination.k8s.io"], &["Lease"]),
];

fn rows<'r>(rows: &'r [Row<'r>]) -> impl Iterator<Item = Exclusion> + 'r {
    let list = |texts: &[&str]| texts.iter().map(|text| Arc::from(*text)).collect();
    rows.iter().map(move |(groups, kinds)| Exclusion {
        kinds: ExcludedKinds { groups: list(groups), kinds: list(kinds) },
        servers: Vec::new(),
    })
}

/// The exclusions of Argo CD 3's own `argocd-cm`.
fn default_exclusions() -> Vec<Exclusion> {
    const OWN: [Row<'static>; 7] = [
        (&["", "discovery.k8s.io"], &["Endpoints", "EndpointSlice"]),
        (&["coordination.k8s.io"], &["Lease"]),
        (
            &["authentication.k8s.io", "authorization.k8s.io"],
            &[
                "SelfSubjectReview",
                "TokenReview",
                "LocalSubjectAccessReview",
                "SelfSubjectAccessReview",
                "SelfSubjectRulesReview",
                "SubjectAccessReview",
            ],
        ),
        (&["certificates.k8s.io"], &["CertificateSigningRequest"]),
        (&["cert-manager.io"], &["CertificateRequest"]),
        (&["cilium.io"], &["CiliumIdentity", "CiliumEndpoint", "CiliumEndpointSlice"]),
        (
            &["kyverno.io", "reports.kyverno.io", "wgpolicyk8s.io"],
            &[
                "PolicyReport",
                "ClusterPolicyReport",
                "EphemeralReport",
                "ClusterEphemeralReport",
                "AdmissionReport",
                "ClusterAdmissionReport",
                "BackgroundScanReport",
                "ClusterBackgroundScanReport",
                "UpdateRequest",
            ],
        ),
    ];
    rows(&CORE).chain(rows(&OWN)).collect()
}

/// A cluster that Argo CD knows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct KnownCluster {
    pub(super) place: Place,
    pub(super) name: Arc<str>,
    pub(super) server: Arc<str>,
    pub(super) project: Arc<str>,
    /// The Argo CD that knows it; every one where absent.
    pub(super) argocd: Option<ClusterName>,
    pub(super) labels: BTreeMap<Arc<str>, Arc<str>>,
    pub(super) annotations: BTreeMap<Arc<str>, Arc<str>>,
}

impl KnownCluster {
    /// A cluster of which nothing but the name is known.
    pub(super) fn named(name: Arc<str>, place: Place) -> Self {
        let (server, project) = (Arc::default(), Arc::default());
        let (labels, annotations) = Default::default();
        Self { place, name, server, project, argocd: None, labels, annotations }
    }

    /// The cluster that a Secret describes.
    pub(super) fn of_secret(secret: &Object) -> Option<Self> {
        let field = |key: &str| {
            let plain = text(&secret.node, &["stringData", key]).map(str::to_owned);
            plain.or_else(|| decoded(text(&secret.node, &["data", key])?))
        };
        let name = field("name").filter(|name| !name.is_empty());
        let server = field("server").unwrap_or_default();
        Some(Self {
            place: secret.place.clone(),
            name: name.or_else(|| Some(server.clone()))?.into(),
            server: server.into(),
            project: field("project").unwrap_or_default().into(),
            argocd: None,
            labels: text_entries(&secret.node, &["metadata", "labels"]),
            annotations: text_entries(&secret.node, &["metadata", "annotations"]),
        })
    }
}

/// Whether an object is a cluster Secret.
pub(super) fn is_cluster_secret(object: &Object) -> bool {
    object.kind() == "Secret"
        && text(&object.node, &["metadata", "labels", SECRET_TYPE]) == Some("cluster")
}
