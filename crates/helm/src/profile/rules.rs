//! The rules that a profile chooses from.

use super::{ApiGroups, KindOrder};

/// How nulls in values behave (`coalesce.go`); each generation adds to the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NullRule {
    /// A null of the user deletes a default of the same chart.
    N0,
    /// A null of the user under a subchart's name reaches the subchart.
    N1,
    /// A null stays when there was no non-null default to delete.
    N2,
    /// Null defaults of charts are dropped.
    N3,
}

/// How a rendered file is split into documents (`manifest.go`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SplitRule {
    /// Separators eat the white space before them; documents are trimmed on both ends.
    D1,
    /// As D1, but only the left ends are trimmed: the last document keeps its final newlines.
    D2,
    /// Separators eat only blanks after them; only the left ends are trimmed.
    D3,
}

/// What `.Chart` is in templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChartObject {
    /// A Go struct: unknown fields are errors.
    Struct,
    /// A map with Go's field names: unknown fields are empty.
    Map,
}

/// How an execution error is told (`engine.go`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorFormat {
    /// Go's one line.
    Line,
    /// A trace with a block per template.
    Trace,
}

/// How `--kube-version` is read (`capabilities.go`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KubeVersionRule {
    /// As a semantic version: suffix kept, patch filled in.
    Semver,
    /// As Kubernetes reads versions: suffix dropped, patch as given.
    Generic,
    /// As `Generic` for constraints and printing; `.Version` keeps what was given.
    GenericKeepingText,
}

/// Whose wording schema violations have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SchemaLibrary {
    /// xeipuuv/gojsonschema.
    Gojsonschema,
    /// santhosh-tekuri/jsonschema v6.
    SanthoshTekuri,
}

/// Which Masterminds/semver is linked in, which decides its error texts and its pre-releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SemverLibrary {
    /// 3.3: errors are capitalized; each comparison must name a pre-release to match one.
    V3_3,
    /// 3.4: lower case; one pre-release among comparisons joined by AND is enough.
    V3_4,
    /// 3.5: a constraint is quoted.
    V3_5,
}

/// Single behaviours that a version has or has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Feature {
    /// All documents of a values file count, not only the first.
    MergedValuesDocuments,
    /// The line reader loses a last unterminated line of a multiple of 4096 bytes.
    LostLastLine,
    /// `--set-json` takes a whole object.
    SetJsonObject,
    /// An index of `--set` without its bracket ends the text quietly.
    OpenIndexes,
    /// A subchart that cannot be loaded is called a subchart.
    NamedSubcharts,
    /// Limits on the size of files and archives.
    SizeLimits,
    /// An unknown `apiVersion` in Chart.yaml is an error.
    KnownApiVersionsOnly,
    /// A chart may not be named `.` or `..`.
    NoDotNames,
    /// `child` and `parent` of import-values may be anything, not only strings.
    AnyImportValues,
    /// `toYamlPretty` and `fromToml` exist.
    PrettyYaml,
    /// `mustToYaml` and Helm's own `mustToJson` exist.
    MustToYaml,
    /// TOML writes large and small floats with exponents.
    TomlExponents,
    /// `mustToToml` exists.
    MustToToml,
}

/// A Helm version's behaviour. Two charts rendered under one profile differ only by their inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Name users choose it by (`helm-4.2`).
    pub name: &'static str,
    /// The first version that behaves so, within its minor.
    pub since: (u16, u16, u16),
    /// Exact version that templates see in `.Capabilities.HelmVersion.Version`.
    pub version: &'static str,
    /// Commit of that version, empty when unknown.
    pub git_commit: &'static str,
    /// Go version of that build.
    pub go_version: &'static str,
    /// Minor of the Kubernetes version assumed when none is given; the major is 1.
    pub kube_minor: u32,
    /// API versions assumed besides those that are given.
    pub api_groups: ApiGroups,
    /// Null rule of coalescing.
    pub nulls: NullRule,
    /// Document splitting.
    pub split: SplitRule,
    /// Order of kinds in the output.
    pub kinds: KindOrder,
    /// Shape of `.Chart`.
    pub chart_object: ChartObject,
    /// Form of execution errors.
    pub errors: ErrorFormat,
    /// Reading of `--kube-version`.
    pub kube_version: KubeVersionRule,
    /// Wording of schema violations.
    pub schema: SchemaLibrary,
    /// Wording of versions and constraints that cannot be read.
    pub semver: SemverLibrary,
    /// Behaviours the version has.
    pub features: &'static [Feature],
}

impl Profile {
    /// Whether the version behaves so.
    pub fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }

    /// Minor of the Go version, which decides the template language.
    pub fn go_minor(&self) -> u32 {
        self.go_release().0
    }

    /// Minor and patch of the Go version.
    pub fn go_release(&self) -> (u32, u32) {
        let mut parts = self.go_version.split('.').skip(1);
        let mut next = || parts.next().and_then(|part| part.parse().ok()).unwrap_or_default();
        (next(), next())
    }

    /// Major version of Helm, which decides Go package names in messages.
    pub fn is_v4(&self) -> bool {
        self.version.starts_with("v4")
    }

    /// Go package that holds `Values` and `Capabilities` (`chartutil` or `common`).
    pub fn values_package(&self) -> &'static str {
        if self.is_v4() { "common" } else { "chartutil" }
    }
}
