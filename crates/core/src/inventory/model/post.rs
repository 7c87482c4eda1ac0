//! What is done to the rendered objects before they are applied, and how they are applied.

use std::{collections::BTreeMap, sync::Arc};

use super::Unknown;

/// A step after the render; an application's steps are done in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostStep {
    /// Objects are marked as the application's.
    Track(Tracking),
    /// Objects of these kinds are left out; mostly the same ones for every application.
    Exclude(Arc<[ExcludedKinds]>),
    /// A namespace is made first, though no manifest says so.
    CreateNamespace {
        /// Its labels.
        labels: BTreeMap<Arc<str>, Arc<str>>,
        /// Its annotations.
        annotations: BTreeMap<Arc<str>, Arc<str>>,
    },
    /// Objects with one of these pairs among their labels or annotations are left out.
    Skip(Vec<(Arc<str>, Arc<str>)>),
    /// Labels and annotations are put on objects.
    Metadata {
        /// The labels.
        labels: BTreeMap<Arc<str>, Arc<str>>,
        /// The annotations.
        annotations: BTreeMap<Arc<str>, Arc<str>>,
        /// On which ones.
        on: Marked,
    },
    /// Objects that SOPS has encrypted are decrypted, which cannot be done here: their values stay
    /// encrypted, without what SOPS has added.
    Decrypt,
    /// A Secret that is still encrypted is refused.
    RefuseEncrypted,
    /// An object without a namespace is refused where it needs one.
    RequireNamespace,
    /// Variables are replaced in the text of every object, as Flux does after a build.
    Substitute(Substitution),
    /// Kustomize patches and images over the result, as one of Flux's post-renderers.
    Kustomize(PostRenderer),
}

/// A kustomization over rendered objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostRenderer {
    /// Its file as YAML, without the objects.
    pub file: Arc<str>,
    /// What of the hooks goes through it.
    pub hooks: PostRenderedHooks,
}

/// How hooks go through a post-renderer (Source: Helm, `pkg/action`, `PostRenderStrategy`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PostRenderedHooks {
    /// Together with all other objects.
    #[default]
    Combined,
    /// By themselves, so that a patch has to fit on either side.
    Separate,
    /// Not at all.
    Untouched,
}

/// Which objects of an application are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marked {
    /// Whether those of a chart's `crds` folders are.
    pub crds: bool,
    /// Whether hooks of a chart are.
    pub hooks: bool,
}

impl Default for Marked {
    fn default() -> Self {
        Self { crds: true, hooks: true }
    }
}

/// How Argo CD marks the objects of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracking {
    /// Where the mark goes.
    pub method: TrackingMethod,
    /// The application's name as the mark has it: `name`, or `namespace_name` for one that lives
    /// outside Argo CD's own namespace.
    pub instance: Arc<str>,
    /// The label's key.
    pub label: Arc<str>,
    /// The id of the installation, which is one more annotation.
    pub installation: Option<Arc<str>>,
}

/// Where Argo CD's mark goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrackingMethod {
    /// The annotation `argocd.argoproj.io/tracking-id`.
    #[default]
    Annotation,
    /// A label, over the chart's own.
    Label,
    /// Both.
    AnnotationAndLabel,
}

/// Kinds that are left out: globs of API groups and kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExcludedKinds {
    /// The API groups; all where it is empty.
    pub groups: Vec<Arc<str>>,
    /// The kinds; all where it is empty.
    pub kinds: Vec<Arc<str>>,
}

/// Variables by name; what is unknown is empty or an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Substitution {
    /// The variables.
    pub variables: BTreeMap<Arc<str>, Arc<str>>,
    /// Whether an unknown variable is an error.
    pub strict: bool,
    /// Why variables that are not among them may have values all the same.
    pub missing: Option<Unknown>,
    /// Whether expressions of such variables stay as they are; what they are is not known
    /// otherwise.
    pub keeps_unknown: bool,
}

/// How an application is applied; nothing of it changes what is rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// The project that it belongs to.
    pub project: Option<Arc<str>>,
    /// When it is applied among its siblings; 0 where it does not say.
    pub wave: i64,
    /// Whether changes are applied without being asked.
    pub sync: SyncPolicy,
    /// Differences that do not count as drift; they are applied all the same unless
    /// `respects_ignored` says so.
    pub ignored: Vec<IgnoredDifference>,
    /// Whether ignored fields are left alone when something else is applied.
    pub respects_ignored: bool,
    /// Who works out what an update changes.
    pub applier: Applier,
    /// Whether its objects are deleted with it.
    pub cascades: bool,
    /// The paths whose change makes Argo CD look again at once; a hint only.
    pub refresh_paths: Vec<Arc<str>>,
    /// Applications that must be ready before it (Flux).
    pub depends_on: Vec<Arc<str>>,
    /// Labels of the application object itself.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
}

/// Who works out what an update changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Applier {
    /// The client, which keeps what it applied last in an annotation.
    #[default]
    Client,
    /// The API server; or nobody, as objects are replaced.
    Server,
}

/// Whether changes are applied without being asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SyncPolicy {
    /// Someone has to ask.
    #[default]
    Manual,
    /// They are.
    Automatic {
        /// Whether objects that git no longer has are deleted.
        prune: bool,
        /// Whether drift is undone.
        self_heal: bool,
    },
}

/// Fields of objects whose difference does not count as drift.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoredDifference {
    /// A glob of API groups.
    pub group: Arc<str>,
    /// A glob of kinds.
    pub kind: Arc<str>,
    /// The object's name; all where absent.
    pub name: Option<Arc<str>>,
    /// The object's namespace; all where absent.
    pub namespace: Option<Arc<str>>,
    /// JSON pointers.
    pub pointers: Vec<Arc<str>>,
    /// jq paths.
    pub jq_paths: Vec<Arc<str>>,
}
