//! `Chart.yaml`.
//!
//! Source of the rules: Helm's `pkg/chart/v2/metadata.go` and `dependency.go`.

use std::collections::{BTreeMap, BTreeSet};

use zij_gotmpl::Data;
use zij_goyaml::Node;

use super::decode::{self, DecodeError, Fields, Struct};
use crate::{
    profile::{Feature, Profile},
    semver::Version,
    yaml,
};

/// What `Chart.yaml` (and `requirements.yaml`) says about a chart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metadata {
    /// Name of the chart; the alias, when a parent gives one.
    pub name: String,
    /// Address of the project.
    pub home: String,
    /// Addresses of the sources.
    pub sources: Vec<String>,
    /// Version of the chart.
    pub version: String,
    /// One sentence about the chart.
    pub description: String,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// Who keeps it.
    pub maintainers: Vec<Maintainer>,
    /// Address of an icon.
    pub icon: String,
    /// Version of the file format, `v1` when the file has none.
    pub api_version: String,
    /// Condition under which a parent enables the chart (unused by Helm itself).
    pub condition: String,
    /// Tags (unused by Helm itself).
    pub tags: String,
    /// Version of the application inside.
    pub app_version: String,
    /// Whether the chart is deprecated.
    pub deprecated: bool,
    /// Free annotations; `None` when the file has none.
    pub annotations: Option<BTreeMap<String, String>>,
    /// Constraint on the Kubernetes version.
    pub kube_version: String,
    /// Declared dependencies; `None` when the file does not declare any.
    pub dependencies: Option<Vec<Dependency>>,
    /// `application`, `library` or empty.
    pub chart_type: String,
}

/// Somebody who keeps a chart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Maintainer {
    /// Name of a person or organisation.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// Web address.
    pub url: String,
}

/// A declared dependency.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dependency {
    /// Name of the chart; the alias, once dependencies are processed.
    pub name: String,
    /// Constraint on its version.
    pub version: String,
    /// Where it comes from.
    pub repository: String,
    /// Comma list of value paths that enable it.
    pub condition: String,
    /// Tags that enable it.
    pub tags: Vec<String>,
    /// Whether it is enabled; set by processing dependencies.
    pub enabled: bool,
    /// Values to import from it into the parent, as written.
    pub import_values: Vec<Data>,
    /// Name it is known by in the parent.
    pub alias: String,
}

/// The Go structs as the messages of a Helm version name them.
#[derive(Debug)]
pub(crate) struct Structs {
    metadata: Struct,
    maintainer: Struct,
    dependency: Struct,
    lock: Struct,
}

static V3: Structs = Structs {
    metadata: Struct { go_type: "chart.Metadata", name: "Metadata", path: "" },
    maintainer: Struct { go_type: "chart.Maintainer", name: "Maintainer", path: "maintainers." },
    dependency: Struct { go_type: "chart.Dependency", name: "Dependency", path: "dependencies." },
    lock: Struct { go_type: "chart.Lock", name: "Lock", path: "" },
};
static V4: Structs = Structs {
    metadata: Struct { go_type: "v2.Metadata", name: "Metadata", path: "" },
    maintainer: Struct { go_type: "v2.Maintainer", name: "Maintainer", path: "maintainers." },
    dependency: Struct { go_type: "v2.Dependency", name: "Dependency", path: "dependencies." },
    lock: Struct { go_type: "v2.Lock", name: "Lock", path: "" },
};

impl Structs {
    pub(crate) fn of(profile: &Profile) -> &'static Self {
        if profile.is_v4() { &V4 } else { &V3 }
    }

    /// Reads a lock file only to see whether Helm can.
    pub(crate) fn check_lock(&'static self, node: &Node) -> Result<(), DecodeError> {
        for field in Fields::of(node, &self.lock)? {
            match field.lower_name.as_str() {
                "digest" => field.string(&mut String::new())?,
                "dependencies" => {
                    for item in field.structs(&self.dependency)?.into_iter().flatten() {
                        if !item.is_null() {
                            Dependency::read(item, self)?;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Metadata {
    /// Reads the fields of a parsed file into `self`, as `requirements.yaml` adds to `Chart.yaml`.
    pub(crate) fn read(
        &mut self,
        node: &Node,
        structs: &'static Structs,
    ) -> Result<(), DecodeError> {
        for field in Fields::of(node, &structs.metadata)? {
            match field.lower_name.as_str() {
                "name" => field.string(&mut self.name)?,
                "home" => field.string(&mut self.home)?,
                "sources" => field.strings(&mut self.sources)?,
                "version" => field.string(&mut self.version)?,
                "description" => field.string(&mut self.description)?,
                "keywords" => field.strings(&mut self.keywords)?,
                "maintainers" => {
                    if let Some(items) = field.structs(&structs.maintainer)? {
                        let people = items.map(|item| Maintainer::read(item, structs));
                        self.maintainers = people.collect::<Result<_, _>>()?;
                    }
                }
                "icon" => field.string(&mut self.icon)?,
                "apiversion" => field.string(&mut self.api_version)?,
                "condition" => field.string(&mut self.condition)?,
                "tags" => field.string(&mut self.tags)?,
                "appversion" => field.string(&mut self.app_version)?,
                "deprecated" => field.boolean(&mut self.deprecated)?,
                "annotations" => field.string_map(&mut self.annotations)?,
                "kubeversion" => field.string(&mut self.kube_version)?,
                "dependencies" => {
                    if let Some(items) = field.structs(&structs.dependency)? {
                        let declared = items.map(|item| Dependency::read(item, structs));
                        self.dependencies = Some(declared.collect::<Result<_, _>>()?);
                    }
                }
                "type" => field.string(&mut self.chart_type)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Cleans the texts and checks the required fields; errors are Helm's without its prefix.
    pub(crate) fn validate(&mut self, profile: &Profile) -> Result<(), String> {
        self.sanitize();
        for (value, field) in [(&self.api_version, "apiVersion"), (&self.name, "name")] {
            if value.is_empty() {
                return Err(format!("chart.metadata.{field} is required"));
            }
        }
        if matches!(self.name.as_str(), "." | "..") && profile.has(Feature::NoDotNames) {
            return Err(format!("chart.metadata.name {:?} is not allowed", self.name));
        }
        if self.name.contains('/') {
            return Err(format!("chart.metadata.name {:?} is invalid", self.name));
        }
        if self.version.is_empty() {
            return Err("chart.metadata.version is required".to_owned());
        }
        if Version::parse(&self.version).is_err() {
            return Err(format!("chart.metadata.version {:?} is invalid", self.version));
        }
        if !matches!(self.chart_type.as_str(), "" | "application" | "library") {
            return Err("chart.metadata.type must be application or library".to_owned());
        }
        self.validate_dependencies()
    }

    fn validate_dependencies(&mut self) -> Result<(), String> {
        let mut names = BTreeSet::new();
        for dependency in self.dependencies.iter_mut().flatten() {
            dependency.sanitize();
            let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
            if !dependency.alias.bytes().all(allowed) {
                let name = &dependency.name;
                return Err(format!("dependency {name:?} has disallowed characters in the alias"));
            }
            let key = dependency.known_as();
            if !names.insert(key.to_owned()) {
                return Err(format!("more than one dependency with name or alias {key:?}"));
            }
        }
        Ok(())
    }

    fn sanitize(&mut self) {
        let singles = [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ];
        let lists = self.sources.iter_mut().chain(&mut self.keywords);
        let people = self
            .maintainers
            .iter_mut()
            .flat_map(|person| [&mut person.name, &mut person.email, &mut person.url]);
        singles.into_iter().chain(lists).chain(people).for_each(sanitize);
    }

    /// Whether the chart only lends its named templates.
    pub fn is_library(&self) -> bool {
        self.chart_type.eq_ignore_ascii_case("library")
    }
}

impl Maintainer {
    fn read(node: &Node, structs: &'static Structs) -> Result<Self, DecodeError> {
        if node.is_null() {
            return Err(DecodeError::Invalid("maintainers must not contain empty or null nodes"));
        }
        let mut person = Self::default();
        for field in Fields::of(node, &structs.maintainer)? {
            match field.lower_name.as_str() {
                "name" => field.string(&mut person.name)?,
                "email" => field.string(&mut person.email)?,
                "url" => field.string(&mut person.url)?,
                _ => {}
            }
        }
        Ok(person)
    }
}

impl Dependency {
    /// The name the parent knows it by.
    pub fn known_as(&self) -> &str {
        if self.alias.is_empty() { &self.name } else { &self.alias }
    }

    fn read(node: &Node, structs: &'static Structs) -> Result<Self, DecodeError> {
        if node.is_null() {
            return Err(DecodeError::Invalid("dependencies must not contain empty or null nodes"));
        }
        let mut dependency = Self::default();
        for field in Fields::of(node, &structs.dependency)? {
            match field.lower_name.as_str() {
                "name" => field.string(&mut dependency.name)?,
                "version" => field.string(&mut dependency.version)?,
                "repository" => field.string(&mut dependency.repository)?,
                "condition" => field.string(&mut dependency.condition)?,
                "tags" => field.strings(&mut dependency.tags)?,
                "enabled" => field.boolean(&mut dependency.enabled)?,
                "import-values" => {
                    if let Some(items) = field.items("[]interface {}")? {
                        dependency.import_values = items.map(yaml::data).collect();
                    }
                }
                "alias" => field.string(&mut dependency.alias)?,
                _ => {}
            }
        }
        Ok(dependency)
    }

    fn sanitize(&mut self) {
        let singles =
            [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition];
        singles.into_iter().chain(&mut self.tags).for_each(sanitize);
    }
}

/// White space becomes a space; what cannot be printed is dropped.
fn sanitize(text: &mut String) {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return;
    }
    *text = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| decode::is_printable(*c))
        .collect();
}
