//! Rules for what weakens a cluster: legal, and worth a second look when it is new.

use super::{
    amounts::amount,
    rule::{Hit, Severity, shown},
    workloads::{is_built_in, named_containers, pod_spec},
};
use crate::resource::{Data, FieldPath, Resource, Step, Value};

fn is(resource: &Resource, group: &str, kinds: &[&str]) -> bool {
    &*resource.id.group == group && kinds.contains(&&*resource.id.kind)
}

const RBAC: &str = "rbac.authorization.k8s.io";

/// H1: pods that reach beyond their own container.
///
/// (Source: Kubernetes, Pod Security Standards, Baseline.)
pub(crate) fn privileges(resource: &Resource) -> Vec<Hit> {
    let Some((path, spec)) = pod_spec(resource).filter(|_| is_built_in(resource)) else {
        return Vec::new();
    };
    let mut hits = Vec::new();
    for key in ["hostNetwork", "hostPID", "hostIPC"] {
        if let Some(value) = spec.get(key).filter(|value| value.is_true()) {
            hits.push(Hit::on(
                path.key(key),
                value,
                format!("the pods use the node's own: `{key}: true`"),
            ));
        }
    }
    for volume in spec.get("volumes").map(Value::items).unwrap_or_default() {
        let Some(host) = volume.get("hostPath") else { continue };
        let name = volume.text_at(&["name"]).unwrap_or_default();
        let path = path.key("volumes").then(Step::Item { key: "name", value: name.into() });
        let message = format!("volume `{name}` is the node's folder {}", shown(host.get("path")));
        hits.push(Hit::on(path.key("hostPath"), host, message));
    }
    for (path, container) in named_containers(resource) {
        let Some(context) = container.get("securityContext") else { continue };
        container_privileges(&path.key("securityContext"), context, &mut hits);
    }
    hits
}

fn container_privileges(path: &FieldPath, context: &Value, out: &mut Vec<Hit>) {
    for key in ["privileged", "allowPrivilegeEscalation"] {
        if let Some(value) = context.get(key).filter(|value| value.is_true()) {
            out.push(Hit::on(path.key(key), value, format!("`{key}: true`")));
        }
    }
    if let Some(value) = context.get("runAsUser").filter(|user| user.as_int() == Some(0)) {
        out.push(Hit::on(path.key("runAsUser"), value, "the container runs as root"));
    }
    let added = context.at(&["capabilities", "add"]);
    let granted: Vec<&str> = added
        .map(Value::items)
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_str)
        .filter(|name| *name != "NET_BIND_SERVICE")
        .collect();
    if let (Some(value), false) = (added, granted.is_empty()) {
        let message = format!("the container gets the capabilities {}", granted.join(", "));
        let mut hit = Hit::on(path.key("capabilities").key("add"), value, message);
        hit.value = None;
        out.push(hit);
    }
}

/// H2: who may do everything.
pub(crate) fn cluster_admin(resource: &Resource) -> Vec<Hit> {
    let role = resource.body.at(&["roleRef", "name"]);
    let is_admin = role.and_then(Value::as_str) == Some("cluster-admin");
    match role.filter(|_| is_admin && is(resource, RBAC, &["ClusterRoleBinding", "RoleBinding"])) {
        Some(role) => {
            let path = FieldPath::of(&["roleRef", "name"]);
            vec![Hit::on(path, role, format!("{} gives the rights of cluster-admin", resource.id))]
        }
        None => Vec::new(),
    }
}

/// The rules of a role.
fn granted(resource: &Resource) -> Vec<(FieldPath, &Value)> {
    if !is(resource, RBAC, &["ClusterRole", "Role"]) {
        return Vec::new();
    }
    let rules = resource.body.get("rules").map(Value::items).unwrap_or_default();
    let path = FieldPath::of(&["rules"]);
    rules.iter().enumerate().map(|(index, rule)| (path.index(index), rule)).collect()
}

fn words<'a>(rule: &'a Value, key: &str) -> Vec<&'a str> {
    rule.get(key).map(Value::items).unwrap_or_default().iter().filter_map(Value::as_str).collect()
}

/// H3: rights without bounds.
pub(crate) fn wildcards(resource: &Resource) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (path, rule) in granted(resource) {
        for key in ["apiGroups", "resources", "verbs"] {
            if words(rule, key).contains(&"*") {
                hits.push(Hit::new(
                    path.key(key),
                    format!("{} grants `*` as one of {key}", resource.id),
                ));
            }
        }
    }
    hits
}

/// H4: rights to get more rights.
pub(crate) fn escalation(resource: &Resource) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (path, rule) in granted(resource) {
        let verbs = words(rule, "verbs").into_iter();
        let risky = verbs.filter(|verb| matches!(*verb, "escalate" | "bind" | "impersonate"));
        hits.extend(risky.map(|verb| {
            let message =
                format!("{} grants `{verb}`, by which one gets other rights", resource.id);
            Hit::new(path.key("verbs").key(verb), message)
        }));
    }
    hits
}

/// H5: rights to read all Secrets.
pub(crate) fn all_secrets(resource: &Resource) -> Vec<Hit> {
    if &*resource.id.kind != "ClusterRole" {
        return Vec::new();
    }
    let reads = |rule: &Value| {
        let verbs = words(rule, "verbs");
        words(rule, "resources").contains(&"secrets")
            && words(rule, "apiGroups").iter().any(|group| matches!(*group, "" | "*"))
            && words(rule, "resourceNames").is_empty()
            && verbs.iter().any(|verb| matches!(*verb, "get" | "list" | "watch" | "*"))
    };
    let rules = granted(resource).into_iter().filter(|(_, rule)| reads(rule));
    let hit = |(path, _): (FieldPath, &Value)| {
        let message =
            format!("{} reads every Secret of the cluster, where it is bound so", resource.id);
        Hit::new(path.key("resources"), message)
    };
    rules.map(hit).collect()
}

/// H6: rights in the whole cluster.
pub(crate) fn cluster_binding(resource: &Resource) -> Vec<Hit> {
    if !is(resource, RBAC, &["ClusterRoleBinding"]) {
        return Vec::new();
    }
    let role = shown(resource.body.at(&["roleRef", "name"]));
    let message = format!("{} gives the rights of {role} in the whole cluster", resource.id);
    vec![Hit::new(FieldPath::root(), message)]
}

/// H7: images that change under their name.
pub(crate) fn moving_image(resource: &Resource) -> Vec<Hit> {
    let mut hits = Vec::new();
    if !is_built_in(resource) {
        return hits;
    }
    for (path, container) in named_containers(resource) {
        let Some(value) = container.get("image") else { continue };
        let Some(image) = value.as_str().filter(|image| !image.is_empty()) else { continue };
        let name = image.rsplit('/').next().unwrap_or(image);
        let fault = match name.split_once(':') {
            _ if image.contains('@') => continue,
            None => "has no tag",
            Some((_, "latest")) => "has the tag `latest`",
            Some(_) => continue,
        };
        let message = format!(
            "image `{image}` {fault}: what runs changes without a change here, and each start pulls it"
        );
        hits.push(Hit::on(path.key("image"), value, message));
    }
    hits
}

/// H8: a tag that stands for another image than before.
///
/// Whether an image is there at all is told only by its registry, which is not asked.
pub(crate) fn moved_tag(old: &Resource, new: &Resource) -> Vec<Hit> {
    let before = named_containers(old);
    let pinned = |container: &Value| {
        let (name, digest) = container.text_at(&["image"])?.split_once('@')?;
        let is_tagged = name.rsplit('/').next().is_some_and(|last| last.contains(':'));
        is_tagged.then(|| (name.to_owned(), digest.to_owned()))
    };
    let mut hits = Vec::new();
    for (path, container) in named_containers(new) {
        let was = before.iter().find(|(other, _)| *other == path).and_then(|(_, c)| pinned(c));
        if let (Some(was), Some(will)) = (was, pinned(container))
            && was.0 == will.0
            && was.1 != will.1
        {
            let message = format!(
                "the tag `{}` stands for another image than before: who names the tag alone gets it too",
                will.0
            );
            // Tags such as `1.2` and `main` are made to move.
            let is_version =
                will.0.rsplit(':').next().is_some_and(|tag| tag.split('.').count() > 2);
            let most = if is_version { Severity::Warn } else { Severity::Info };
            hits.push(Hit::new(path.key("image"), message).at_most(most));
        }
    }
    hits
}

/// H9: containers that ask for nothing.
pub(crate) fn without_requests(resource: &Resource) -> Vec<Hit> {
    let mut hits = Vec::new();
    if !is_built_in(resource) {
        return hits;
    }
    for (path, container) in named_containers(resource) {
        let is_given = |list: &str| {
            container.at(&["resources", list]).is_some_and(|amounts| !amounts.is_empty())
        };
        if !is_given("requests") && !is_given("limits") {
            let name = container.text_at(&["name"]).unwrap_or_default();
            let message =
                format!("container `{name}` asks for no resources: it is the first to be evicted");
            hits.push(Hit::new(path.key("resources"), message));
        }
    }
    hits
}

/// H10: less memory than before.
pub(crate) fn less_memory(old: &Resource, new: &Resource) -> Vec<Hit> {
    let before = named_containers(old);
    let mut hits = Vec::new();
    for (path, container) in named_containers(new) {
        const KEYS: [&str; 3] = ["resources", "limits", "memory"];
        let was = before.iter().find(|(other, _)| *other == path).and_then(|(_, c)| c.at(&KEYS));
        let will = container.at(&KEYS);
        if let (Some(was), Some(will)) = (was, will)
            && let (Some(least), Some(most)) = (amount(will), amount(was))
            && least < most
        {
            let message = format!("the memory limit goes from {was} to {will}");
            hits.push(Hit::on(path.join(&FieldPath::of(&KEYS)), will, message));
        }
    }
    hits
}

/// H12: a Secret whose content stands in git. Names keys only.
pub(crate) fn plain_secret(resource: &Resource) -> Vec<Hit> {
    // What each render makes anew does not stand in git.
    if !is(resource, "", &["Secret"]) || resource.unstable.is_some() {
        return Vec::new();
    }
    const PUBLIC: [&str; 5] = ["ca.crt", "tls.crt", "namespace", "url", "type"];
    let labels = resource.body.at(&["metadata", "labels"]);
    let is_argo = labels.and_then(|labels| labels.get("argocd.argoproj.io/secret-type")).is_some();
    let mut hits = Vec::new();
    for field in ["data", "stringData"] {
        for (key, value) in resource.body.get(field).and_then(Value::as_map).into_iter().flatten() {
            let is_said = matches!(&value.data, Data::String(text) if !text.is_empty());
            let is_reference = value.as_str().is_some_and(|text| {
                // Placeholders that a plugin of Argo CD or Flux replaces.
                text.contains("<path:")
                    || text.contains("${")
                    || text.starts_with("ref+")
                    || text.starts_with("AGE-")
                    || text.starts_with("ENC[")
            });
            if is_said && !is_reference && !PUBLIC.contains(&&**key) && !is_argo {
                let message = format!("the content of `{key}` can be read in the repository");
                let mut hit = Hit::new(FieldPath::of(&[field]).key(key), message);
                hit.line = value.line;
                hits.push(hit);
                break;
            }
        }
    }
    hits
}
