//! The flags of `helm template`, under Helm's names.

use std::path::PathBuf;

/// A switch as pflag reads it: `--flag`, `--flag=true`, `--flag=false`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Switch(pub(crate) bool);

impl std::str::FromStr for Switch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Self(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Self(false)),
            _ => Err("expected true or false".to_owned()),
        }
    }
}

/// Renders a chart as `helm template` does.
///
/// Takes Helm's flags and prints Helm's bytes, from a chart folder or a packed chart. No cluster and
/// no network is used; flags that would need one are refused. Errors say what is wrong, where, and
/// what to do; with --helm-errors they are Helm's.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: zij template web ./charts/web -f values.yaml --set image.tag=1.2")]
pub(crate) struct TemplateArgs {
    /// The release's name, then the chart; the chart alone is released as `release-name`
    #[arg(value_name = "[NAME] CHART", num_args = 1..=2, required = true)]
    pub(crate) release_and_chart: Vec<String>,

    #[command(flatten)]
    pub(crate) values: ValuesArgs,
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) refused: RefusedArgs,
    #[command(flatten)]
    pub(crate) ignored: IgnoredArgs,

    /// Render as this version does: helm-3.17, an exact Helm version, or the Argo CD that ships it
    /// (argocd-3.4)
    #[arg(long, value_name = "PROFILE", default_value = "helm-4.2")]
    pub(crate) engine: String,
    /// Make random values, keys and dates repeatable: equal seeds give equal output
    #[arg(long, value_name = "TEXT")]
    pub(crate) seed: Option<String>,
    /// Print errors in Helm's own words, byte for byte, for programs that read them
    #[arg(long)]
    pub(crate) helm_errors: bool,
    /// Verbose output: after an error, the manifests that could not be read
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false")]
    pub(crate) debug: Switch,
}

/// Where values come from; the later kind wins, as the kinds are listed.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Values")]
pub(crate) struct ValuesArgs {
    /// A values file, `-` for standard input (repeatable, or separated by commas)
    #[arg(short = 'f', long = "values", value_name = "FILE", value_delimiter = ',')]
    pub(crate) files: Vec<String>,
    /// JSON values: key=json, or one whole object
    #[arg(long, value_name = "VALUES", allow_hyphen_values = true)]
    pub(crate) set_json: Vec<String>,
    /// Values: key1=val1,key2=val2
    #[arg(long, value_name = "VALUES", allow_hyphen_values = true)]
    pub(crate) set: Vec<String>,
    /// Values that stay strings
    #[arg(long, value_name = "VALUES", allow_hyphen_values = true)]
    pub(crate) set_string: Vec<String>,
    /// Values read from files: key1=path1,key2=path2
    #[arg(long, value_name = "VALUES", allow_hyphen_values = true)]
    pub(crate) set_file: Vec<String>,
    /// One literal string: key=everything after the first equals sign
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub(crate) set_literal: Vec<String>,
}

/// What the templates are told of the release and the cluster.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Release and cluster")]
pub(crate) struct ReleaseArgs {
    /// The release's namespace
    #[arg(short, long, default_value = "default")]
    pub(crate) namespace: String,
    /// Make up the release's name and leave NAME out
    #[arg(short, long)]
    pub(crate) generate_name: bool,
    /// A template for the release's name
    #[arg(long, value_name = "TEMPLATE", allow_hyphen_values = true)]
    pub(crate) name_template: Option<String>,
    /// Set .Release.IsUpgrade instead of .Release.IsInstall
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false")]
    pub(crate) is_upgrade: Switch,
    /// The Kubernetes version of .Capabilities.KubeVersion
    #[arg(long, value_name = "VERSION", allow_hyphen_values = true)]
    pub(crate) kube_version: Option<String>,
    /// API versions added to .Capabilities.APIVersions (repeatable, or separated by commas)
    #[arg(short, long, value_name = "VERSIONS", value_delimiter = ',')]
    pub(crate) api_versions: Vec<String>,
    /// Do not check the values against the charts' schemas
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false")]
    pub(crate) skip_schema_validation: Switch,
}

/// What is printed, and where.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Print the custom resource definitions too
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false")]
    pub(crate) include_crds: Switch,
    /// Leave test hooks out
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false")]
    pub(crate) skip_tests: Switch,
    /// Leave all hooks out
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false")]
    pub(crate) no_hooks: Switch,
    /// Print only the manifests of this template, a path below the chart (repeatable)
    #[arg(short, long, value_name = "TEMPLATE")]
    pub(crate) show_only: Vec<String>,
    /// Write the manifests to files below this folder instead of printing them
    #[arg(long, value_name = "DIR")]
    pub(crate) output_dir: Option<PathBuf>,
    /// Put the release's name into the paths below --output-dir
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false")]
    pub(crate) release_name: Switch,
}

/// Flags that would need a cluster, the network or another program.
#[derive(Debug, clap::Args)]
pub(crate) struct RefusedArgs {
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) validate: Option<Switch>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) dependency_update: Option<Switch>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    pub(crate) dry_run: Option<String>,
    #[arg(long, hide = true)]
    pub(crate) post_renderer: Option<String>,
    #[arg(long, hide = true)]
    pub(crate) repo: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) enable_dns: Option<Switch>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) verify: Option<Switch>,
}

impl RefusedArgs {
    /// The flag that was given although zij cannot honour it, and why it cannot.
    pub(crate) fn given(&self) -> Option<(&'static str, &'static str)> {
        let on = |flag: Option<Switch>| flag.is_some_and(|Switch(on)| on);
        let network = "zij template uses no network";
        if on(self.validate) || self.dry_run.as_deref() == Some("server") {
            return Some(("--validate", "it asks a cluster, and zij template uses none"));
        }
        if on(self.dependency_update) {
            return Some(("--dependency-update", network));
        }
        if self.repo.is_some() {
            return Some(("--repo", network));
        }
        if on(self.enable_dns) {
            return Some(("--enable-dns", network));
        }
        if on(self.verify) {
            return Some(("--verify", "zij checks no provenance files"));
        }
        self.post_renderer.as_ref().map(|_| ("--post-renderer", "zij starts no other program"))
    }
}

/// Flags of Helm that change nothing in the output of `helm template`.
#[derive(Debug, clap::Args)]
pub(crate) struct IgnoredArgs {
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    create_namespace: Option<Switch>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    disable_openapi_validation: Option<Switch>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    replace: Option<Switch>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "watcher")]
    wait: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    skip_crds: Option<Switch>,
    #[arg(long, hide = true)]
    timeout: Option<String>,
    #[arg(long, hide = true)]
    description: Option<String>,
    #[arg(long, hide = true)]
    kubeconfig: Option<String>,
    #[arg(long, hide = true)]
    kube_context: Option<String>,
    #[arg(short, long, hide = true)]
    labels: Vec<String>,
}
