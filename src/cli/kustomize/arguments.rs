//! The flags of `kustomize build`, under kustomize's names.

use std::{ffi::OsString, path::PathBuf};

use crate::cli::template::Switch;

/// Builds a kustomization as `kustomize build` does.
///
/// Takes kustomize's flags and prints kustomize's bytes. No program is started and no network is used:
/// remote content is refused, and charts are rendered by zij itself.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = "Example: zij kustomize overlays/production")]
pub(crate) struct KustomizeArgs {
    /// The directory with the kustomization
    #[arg(value_name = "DIR", default_value = ".")]
    pub(super) kustomization: PathBuf,
    /// Write to this file, or a file an object into this directory
    #[arg(short, long, value_name = "PATH")]
    pub(super) output: Option<PathBuf>,
    /// Which files kustomizations may name
    #[arg(long, value_name = "RULE", default_value = "LoadRestrictionsRootOnly")]
    pub(super) load_restrictor: Restrictor,
    /// The order of the objects where the kustomization has no `sortOptions`
    #[arg(long, value_name = "ORDER", default_value = "legacy")]
    pub(super) reorder: Order,
    /// Label all objects as managed by kustomize
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false")]
    pub(super) enable_managedby_label: Switch,
    /// Build as this version of kustomize does: 5.4, 5.7 or 5.8
    #[arg(long = "as", value_name = "VERSION")]
    pub(super) version: Option<String>,
    /// Print which file set each field, with its line, instead of the objects
    #[arg(long)]
    pub(super) origins: bool,
    #[command(flatten)]
    pub(super) helm: HelmArgs,
    #[command(flatten)]
    pub(super) ignored: IgnoredArgs,
}

impl KustomizeArgs {
    /// The arguments of a line with a directory and no flag, or with nothing; none of any other line.
    ///
    /// Most builds are run so, and describing all flags to clap takes a tenth of a small one.
    pub(crate) fn of_directory(words: &[OsString]) -> Option<Self> {
        let directory = match words {
            [] => ".".into(),
            [word] if !word.is_empty() && !word.as_encoded_bytes().starts_with(b"-") => word.into(),
            _ => return None,
        };
        Some(Self { kustomization: directory, ..Self::default() })
    }
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
pub(super) enum Restrictor {
    #[default]
    #[value(name = "LoadRestrictionsRootOnly", alias = "rootOnly")]
    RootOnly,
    #[value(name = "LoadRestrictionsNone", alias = "none")]
    None,
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
pub(super) enum Order {
    #[default]
    Legacy,
    None,
}

/// The Helm that renders charts where none is asked for.
const HELM: &str = "helm-4.2";

/// How charts are rendered.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Charts")]
pub(super) struct HelmArgs {
    /// Render `helmCharts`
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false")]
    pub(super) enable_helm: Switch,
    /// The Kubernetes version that charts see where they name none (.Capabilities.KubeVersion)
    #[arg(long, value_name = "VERSION")]
    pub(super) helm_kube_version: Option<String>,
    /// An API version that charts see where they name none (repeatable)
    #[arg(long, value_name = "VERSION")]
    pub(super) helm_api_versions: Vec<String>,
    /// Render as this version of Helm does, as `zij template --engine`
    #[arg(long, value_name = "PROFILE", default_value = HELM)]
    pub(super) helm_engine: String,
    /// Make random values, keys and dates repeatable: equal seeds give equal output
    #[arg(long, value_name = "TEXT")]
    pub(super) seed: Option<String>,
}

impl Default for HelmArgs {
    fn default() -> Self {
        Self {
            enable_helm: Switch::default(),
            helm_kube_version: None,
            helm_api_versions: Vec::new(),
            helm_engine: HELM.to_owned(),
            seed: None,
        }
    }
}

/// Flags that only matter to programs, which zij does not start: a kustomization that needs one is
/// refused.
#[derive(Debug, Default, clap::Args)]
pub(super) struct IgnoredArgs {
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false")]
    enable_alpha_plugins: Switch,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false")]
    enable_exec: Switch,
    #[arg(long, hide = true)]
    helm_command: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false")]
    helm_debug: Switch,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false")]
    network: Switch,
    #[arg(long, hide = true)]
    network_name: Option<String>,
    #[arg(long, hide = true)]
    mount: Vec<String>,
    #[arg(short, long, hide = true)]
    env: Vec<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false")]
    as_current_user: Switch,
}
