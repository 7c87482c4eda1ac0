//! What `.` is in the templates of each chart.
//!
//! Source of the rules: `recAllTpls` of Helm's `pkg/engine/engine.go`.

use std::collections::BTreeMap;

use zij_gotmpl::{List, Map, Str, Value, value::STRING_MAP};

use super::{
    Release, chart_struct, files,
    objects::{self, NIL_STRING_MAP},
    values_object,
};
use crate::{
    capabilities::Capabilities,
    chart::{Dependency, Maintainer, Metadata, Node},
    load::File,
    profile::{ChartObject, Profile},
};

/// A template file with the chart's `.` and the path of its `templates/` folder.
pub(crate) struct Renderable<'n> {
    pub(crate) name: String,
    pub(crate) file: &'n File,
    pub(crate) scope: Map,
    pub(crate) base_path: Str,
}

/// Everything that is the same for all charts of a render.
pub(crate) struct Builder {
    profile: &'static Profile,
    release: Value,
    capabilities: Value,
}

impl Builder {
    pub(crate) fn new(
        profile: &'static Profile,
        release: &Release,
        capabilities: &Capabilities,
    ) -> Self {
        let fields = [
            ("Name", Value::from(release.name.as_str())),
            ("Namespace", Value::from(release.namespace.as_str())),
            ("IsUpgrade", Value::Bool(release.is_upgrade)),
            ("IsInstall", Value::Bool(!release.is_upgrade)),
            ("Revision", Value::Int(release.revision)),
            ("Service", Value::from("Helm")),
        ];
        Self {
            profile,
            release: Value::Map(fields.into_iter().collect()),
            capabilities: objects::capabilities(capabilities, profile),
        }
    }

    /// All templates of a tree of charts, each with its scope, by file path.
    pub(crate) fn templates<'n>(
        &self,
        root: &'n Node,
        values: &Map,
    ) -> BTreeMap<String, Renderable<'n>> {
        let mut found = BTreeMap::new();
        self.chart(root, root.name(), Some(values.clone()), true, &mut found);
        found
    }

    fn chart<'n>(
        &self,
        node: &'n Node,
        path: &str,
        values: Option<Map>,
        is_root: bool,
        found: &mut BTreeMap<String, Renderable<'n>>,
    ) -> Map {
        let values = values.unwrap_or_default().as_type(values_object::values_type(self.profile));
        let subcharts = Map::new();
        let scope: Map = [
            ("Chart", self.chart_object(&node.metadata, is_root)),
            ("Files", files::object(&node.chart.files)),
            ("Release", self.release.clone()),
            ("Capabilities", self.capabilities.clone()),
            ("Values", Value::Map(values.clone())),
            ("Subcharts", Value::Map(subcharts.clone())),
        ]
        .into_iter()
        .collect();
        let scope = scope.as_type(values_object::values_type(self.profile));
        for subchart in &node.dependencies {
            let name = subchart.name();
            let own = values.get(name.as_bytes()).and_then(|value| value.as_map().cloned());
            let path = format!("{path}/charts/{name}");
            let sub = self.chart(subchart, &path, own, false, found);
            // A scope inside `.Subcharts` is a plain map to Go.
            let sub = sub.as_type(&zij_gotmpl::value::ANY_MAP);
            subcharts.insert(name.into(), Value::Map(sub));
        }
        let base_path = Str::from(format!("{path}/templates"));
        let library = node.metadata.is_library();
        for file in &node.chart.templates {
            let base = file.name.rsplit('/').next().unwrap_or(&file.name);
            if library && !base.starts_with('_') {
                continue;
            }
            let name = format!("{path}/{}", file.name);
            let base_path = base_path.clone();
            let scope = scope.clone();
            found.insert(name.clone(), Renderable { name, file, scope, base_path });
        }
        scope
    }

    fn chart_object(&self, metadata: &Metadata, is_root: bool) -> Value {
        if self.profile.chart_object == ChartObject::Struct {
            return chart_struct::chart(metadata, is_root);
        }
        let mut fields = chart_fields(metadata);
        fields.push(("IsRoot", Value::Bool(is_root)));
        Value::Map(fields.into_iter().collect())
    }
}

/// `.Template` while a file is rendered.
pub(crate) fn template_object(name: &str, base_path: &Str, profile: &Profile) -> Value {
    let fields = [("Name", Value::from(name)), ("BasePath", Value::from(base_path.clone()))];
    let map: Map = fields.into_iter().collect();
    Value::Map(map.as_type(values_object::values_type(profile)))
}

fn texts(list: &[String]) -> Value {
    Value::List(list.iter().map(|text| Value::from(text.as_str())).collect::<List>())
}

/// The fields of Go's `chart.Metadata`.
fn chart_fields(metadata: &Metadata) -> Vec<(&'static str, Value)> {
    let text = |text: &String| Value::from(text.as_str());
    let maintainers = maps(metadata.maintainers.iter().map(maintainer_fields));
    let dependencies = maps(metadata.dependencies.iter().flatten().map(dependency_fields));
    let go_type = if metadata.annotations.is_some() { &STRING_MAP } else { &NIL_STRING_MAP };
    let annotations = metadata.annotations.iter().flatten();
    let annotations = annotations.map(|(key, value)| (Str::from(key.as_str()), text(value)));
    let annotations = Map::with_type(annotations.collect(), go_type);
    vec![
        ("Name", text(&metadata.name)),
        ("Home", text(&metadata.home)),
        ("Sources", texts(&metadata.sources)),
        ("Version", text(&metadata.version)),
        ("Description", text(&metadata.description)),
        ("Keywords", texts(&metadata.keywords)),
        ("Maintainers", maintainers),
        ("Icon", text(&metadata.icon)),
        ("APIVersion", text(&metadata.api_version)),
        ("Condition", text(&metadata.condition)),
        ("Tags", text(&metadata.tags)),
        ("AppVersion", text(&metadata.app_version)),
        ("Deprecated", Value::Bool(metadata.deprecated)),
        ("Annotations", Value::Map(annotations)),
        ("KubeVersion", text(&metadata.kube_version)),
        ("Dependencies", dependencies),
        ("Type", text(&metadata.chart_type)),
    ]
}

fn maps(items: impl Iterator<Item = Vec<(&'static str, Value)>>) -> Value {
    Value::List(items.map(|fields| Value::Map(fields.into_iter().collect())).collect())
}

fn maintainer_fields(person: &Maintainer) -> Vec<(&'static str, Value)> {
    let text = |text: &String| Value::from(text.as_str());
    vec![("Name", text(&person.name)), ("Email", text(&person.email)), ("URL", text(&person.url))]
}

fn dependency_fields(dependency: &Dependency) -> Vec<(&'static str, Value)> {
    let text = |text: &String| Value::from(text.as_str());
    vec![
        ("Name", text(&dependency.name)),
        ("Version", text(&dependency.version)),
        ("Repository", text(&dependency.repository)),
        ("Condition", text(&dependency.condition)),
        ("Tags", texts(&dependency.tags)),
        ("Enabled", Value::Bool(dependency.enabled)),
        ("ImportValues", Value::List(dependency.import_values.iter().map(Value::from).collect())),
        ("Alias", text(&dependency.alias)),
    ]
}
