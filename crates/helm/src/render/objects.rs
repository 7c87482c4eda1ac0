//! The Go structs that templates see: `.Capabilities` and its parts.

use zij_gotmpl::{Elem, Error, GoType, List, Machine, Method, Object, Param, Str, Value};

use crate::{
    capabilities::{Capabilities, KubeVersion},
    profile::Profile,
};

static VERSION_SET_V4: GoType = GoType {
    name: "common.VersionSet",
    elem: Elem::String,
    named: true,
    methods: &[Method::new("Has", &[Param::String], has_version)],
};
static VERSION_SET_V3: GoType = GoType {
    name: "chartutil.VersionSet",
    elem: Elem::String,
    named: true,
    methods: &[Method::new("Has", &[Param::String], has_version)],
};

/// Go's nil `map[string]string`.
pub(crate) static NIL_STRING_MAP: GoType = GoType::unnamed("map[string]string", Elem::String);

/// Go's nil `[]string`.
pub(crate) static NIL_STRING_LIST: GoType = GoType::unnamed("[]string", Elem::String);

fn has_version(
    _: &mut Machine<'_>,
    receiver: &Value,
    arguments: &mut [Value],
) -> Result<Value, Error> {
    let wanted = arguments.first().and_then(Value::as_str);
    let found =
        receiver.as_list().is_some_and(|list| list.iter().any(|item| item.as_str() == wanted));
    Ok(Value::Bool(found))
}

/// `.Capabilities`.
#[derive(Debug)]
struct CapabilitiesObject {
    profile: &'static Profile,
    kube_version: Value,
    api_versions: Value,
    helm_version: Value,
}

/// `.Capabilities` of a render.
pub(crate) fn capabilities(capabilities: &Capabilities, profile: &'static Profile) -> Value {
    let set = if profile.is_v4() { &VERSION_SET_V4 } else { &VERSION_SET_V3 };
    let versions =
        capabilities.api_versions.iter().map(|text| Value::from(text.as_str())).collect();
    let kube_version = capabilities.kube_version.clone();
    Value::object(CapabilitiesObject {
        profile,
        kube_version: Value::object(KubeVersionObject { profile, kube_version }),
        api_versions: Value::List(List::with_type(versions, set)),
        helm_version: Value::object(BuildInfo { profile }),
    })
}

impl Object for CapabilitiesObject {
    fn type_name(&self) -> &'static str {
        if self.profile.is_v4() { "*common.Capabilities" } else { "*chartutil.Capabilities" }
    }

    fn field(&self, name: &str) -> Option<Value> {
        find(self.fields(), name)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("KubeVersion", self.kube_version.clone()),
            ("APIVersions", self.api_versions.clone()),
            ("HelmVersion", self.helm_version.clone()),
        ]
    }

    fn json_fields(&self) -> Option<Vec<(Str, Value)>> {
        named(self.fields())
    }
}

#[derive(Debug)]
struct KubeVersionObject {
    profile: &'static Profile,
    kube_version: KubeVersion,
}

static KUBE_VERSION_METHODS: [Method; 2] = [
    Method::new("String", &[], |_, receiver, _| Ok(kube_text(receiver, |v| &v.normalized))),
    Method::new("GitVersion", &[], |_, receiver, _| Ok(kube_text(receiver, |v| &v.version))),
];

fn kube_text(receiver: &Value, of: fn(&KubeVersion) -> &String) -> Value {
    let object = receiver.downcast_ref::<KubeVersionObject>();
    object.map_or(Value::Nil, |object| Value::from(of(&object.kube_version).as_str()))
}

impl Object for KubeVersionObject {
    fn type_name(&self) -> &'static str {
        if self.profile.is_v4() { "common.KubeVersion" } else { "chartutil.KubeVersion" }
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Version" | "Major" | "Minor" => find(self.fields(), name),
            _ => None,
        }
    }

    fn methods(&self) -> &'static [Method] {
        &KUBE_VERSION_METHODS
    }

    fn action_string(&self) -> Option<Str> {
        Some(self.kube_version.normalized.as_str().into())
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let own = &self.kube_version;
        let text = |text: &String| Value::from(text.as_str());
        let mut fields = vec![("Version", text(&own.version))];
        if self.profile.is_v4() {
            fields.push(("normalizedVersion", text(&own.normalized)));
        }
        fields.extend([("Major", text(&own.major)), ("Minor", text(&own.minor))]);
        fields
    }

    fn json_fields(&self) -> Option<Vec<(Str, Value)>> {
        let mut fields = self.fields();
        fields.retain(|field| field.0 != "normalizedVersion");
        named(fields)
    }
}

/// `.Capabilities.HelmVersion`.
#[derive(Debug)]
struct BuildInfo {
    profile: &'static Profile,
}

impl Object for BuildInfo {
    fn type_name(&self) -> &'static str {
        "version.BuildInfo"
    }

    fn field(&self, name: &str) -> Option<Value> {
        find(self.fields(), name)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let profile = self.profile;
        let mut fields = vec![
            ("Version", Value::from(profile.version)),
            ("GitCommit", Value::from(profile.git_commit)),
            ("GitTreeState", Value::from("clean")),
            ("GoVersion", Value::from(profile.go_version)),
        ];
        if profile.is_v4() {
            let client = format!("v1.{}", profile.kube_minor);
            fields.push(("KubeClientVersion", Value::from(client)));
        }
        fields
    }

    fn json_fields(&self) -> Option<Vec<(Str, Value)>> {
        let json_name = |name| match name {
            "Version" => "version",
            "GitCommit" => "git_commit",
            "GitTreeState" => "git_tree_state",
            "GoVersion" => "go_version",
            _ => "kube_client_version",
        };
        named(self.fields().into_iter().map(|(name, value)| (json_name(name), value)))
    }
}

fn find(fields: Vec<(&'static str, Value)>, name: &str) -> Option<Value> {
    fields.into_iter().find(|field| field.0 == name).map(|field| field.1)
}

fn named(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Option<Vec<(Str, Value)>> {
    Some(fields.into_iter().map(|(name, value)| (Str::from(name), value)).collect())
}
