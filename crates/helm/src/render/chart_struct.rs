//! `.Chart` of Helm 3: the Go structs themselves, where Helm 4 shows maps.
//!
//! Source of names and order: `pkg/chart/metadata.go` and `dependency.go`.

use std::rc::Rc;

use zij_gotmpl::{Elem, GoType, List, Map, Object, Str, Value, value::STRING_LIST};

use super::objects::{NIL_STRING_LIST, NIL_STRING_MAP};
use crate::chart::{Dependency, Maintainer, Metadata};

static MAINTAINERS: GoType =
    GoType::unnamed("[]*chart.Maintainer", Elem::Object("*chart.Maintainer"));
static NIL_MAINTAINERS: GoType = GoType::unnamed(MAINTAINERS.name, MAINTAINERS.elem);
static DEPENDENCIES: GoType =
    GoType::unnamed("[]*chart.Dependency", Elem::Object("*chart.Dependency"));
static NIL_DEPENDENCIES: GoType = GoType::unnamed(DEPENDENCIES.name, DEPENDENCIES.elem);

/// Tells whether the type is that of a nil slice here.
pub(crate) fn is_nil_type(go_type: &'static GoType) -> bool {
    [&NIL_MAINTAINERS, &NIL_DEPENDENCIES].into_iter().any(|nil| std::ptr::eq(nil, go_type))
}

/// `.Chart`.
pub(super) fn chart(metadata: &Metadata, is_root: bool) -> Value {
    Value::object(Chart { metadata: Rc::new(record(metadata)), is_root })
}

#[derive(Debug)]
struct Chart {
    metadata: Rc<Record>,
    is_root: bool,
}

impl Object for Chart {
    fn type_name(&self) -> &'static str {
        "struct { chart.Metadata; IsRoot bool }"
    }

    fn field(&self, name: &str) -> Option<Value> {
        let own = self.fields().into_iter().find(|field| field.0 == name).map(|field| field.1);
        own.or_else(|| self.metadata.field(name))
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let metadata: Rc<dyn Object> = self.metadata.clone();
        vec![("Metadata", Value::Object(metadata)), ("IsRoot", Value::Bool(self.is_root))]
    }

    fn json_fields(&self) -> Option<Vec<(Str, Value)>> {
        let mut fields = self.metadata.json_fields()?;
        fields.push((Str::from_static("IsRoot"), Value::Bool(self.is_root)));
        Some(fields)
    }
}

/// A Go struct with the names that JSON has for its fields.
#[derive(Debug)]
struct Record {
    go_type: &'static str,
    fields: Vec<Field>,
    /// The names in YAML are those in JSON, not those in Go.
    yaml_as_json: bool,
}

#[derive(Debug)]
struct Field {
    name: &'static str,
    json: &'static str,
    value: Value,
    /// JSON shows it even when it is empty.
    always: bool,
}

fn field(name: &'static str, json: &'static str, value: Value) -> Field {
    Field { name, json, value, always: false }
}

impl Object for Record {
    fn type_name(&self) -> &'static str {
        self.go_type
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.value.clone())
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.fields.iter().map(|field| (field.name, field.value.clone())).collect()
    }

    fn json_fields(&self) -> Option<Vec<(Str, Value)>> {
        let shown = self.fields.iter().filter(|field| field.always || field.value.truthy());
        Some(shown.map(|field| (Str::from_static(field.json), field.value.clone())).collect())
    }

    fn yaml_fields(&self) -> Vec<(Str, Value)> {
        if self.yaml_as_json {
            return self.json_fields().unwrap_or_default();
        }
        let fields = self.fields.iter();
        fields.map(|field| (field.name.to_lowercase().into(), field.value.clone())).collect()
    }
}

fn text(text: &str) -> Value {
    Value::from(text)
}

fn texts(list: &[String]) -> Value {
    let go_type = if list.is_empty() { &NIL_STRING_LIST } else { &STRING_LIST };
    Value::List(List::with_type(list.iter().map(|item| text(item)).collect(), go_type))
}

fn records(items: Vec<Record>, go_type: &'static GoType, nil_type: &'static GoType) -> Value {
    let go_type = if items.is_empty() { nil_type } else { go_type };
    Value::List(List::with_type(items.into_iter().map(Value::object).collect(), go_type))
}

fn record(metadata: &Metadata) -> Record {
    let maintainers = metadata.maintainers.iter().map(maintainer).collect();
    let dependencies = metadata.dependencies.iter().flatten().map(dependency).collect();
    let annotations = metadata.annotations.as_ref().map_or_else(
        || Map::with_type(Default::default(), &NIL_STRING_MAP),
        |entries| {
            let entries = entries.iter().map(|(key, value)| (Str::from(key.as_str()), text(value)));
            Map::with_type(entries.collect(), &zij_gotmpl::value::STRING_MAP)
        },
    );
    let fields = vec![
        field("Name", "name", text(&metadata.name)),
        field("Home", "home", text(&metadata.home)),
        field("Sources", "sources", texts(&metadata.sources)),
        field("Version", "version", text(&metadata.version)),
        field("Description", "description", text(&metadata.description)),
        field("Keywords", "keywords", texts(&metadata.keywords)),
        field("Maintainers", "maintainers", records(maintainers, &MAINTAINERS, &NIL_MAINTAINERS)),
        field("Icon", "icon", text(&metadata.icon)),
        field("APIVersion", "apiVersion", text(&metadata.api_version)),
        field("Condition", "condition", text(&metadata.condition)),
        field("Tags", "tags", text(&metadata.tags)),
        field("AppVersion", "appVersion", text(&metadata.app_version)),
        field("Deprecated", "deprecated", Value::Bool(metadata.deprecated)),
        field("Annotations", "annotations", Value::Map(annotations)),
        field("KubeVersion", "kubeVersion", text(&metadata.kube_version)),
        field(
            "Dependencies",
            "dependencies",
            records(dependencies, &DEPENDENCIES, &NIL_DEPENDENCIES),
        ),
        field("Type", "type", text(&metadata.chart_type)),
    ];
    Record { go_type: "chart.Metadata", fields, yaml_as_json: false }
}

fn maintainer(person: &Maintainer) -> Record {
    let fields = vec![
        field("Name", "name", text(&person.name)),
        field("Email", "email", text(&person.email)),
        field("URL", "url", text(&person.url)),
    ];
    Record { go_type: "*chart.Maintainer", fields, yaml_as_json: false }
}

fn dependency(dependency: &Dependency) -> Record {
    let imports = dependency.import_values.iter().map(Value::from).collect();
    let fields = vec![
        Field { always: true, ..field("Name", "name", text(&dependency.name)) },
        field("Version", "version", text(&dependency.version)),
        Field { always: true, ..field("Repository", "repository", text(&dependency.repository)) },
        field("Condition", "condition", text(&dependency.condition)),
        field("Tags", "tags", texts(&dependency.tags)),
        field("Enabled", "enabled", Value::Bool(dependency.enabled)),
        field("ImportValues", "import-values", Value::List(imports)),
        field("Alias", "alias", text(&dependency.alias)),
    ];
    Record { go_type: "*chart.Dependency", fields, yaml_as_json: true }
}
