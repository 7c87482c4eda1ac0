//! Whether a change restarts pods.

use crate::{
    diff::fields,
    resource::{FieldPath, Resource, Server, Value},
};

/// The fields whose change makes a controller replace its running pods; empty where none does.
///
/// (Source: pkg/controller/deployment/util/deployment_util.go `EqualIgnoreHash`,
/// pkg/controller/statefulset/stateful_set_utils.go `getPatch`,
/// pkg/registry/apps/daemonset/strategy.go.)
pub(crate) fn rolls(server: Server, old: &Resource, new: &Resource) -> Vec<FieldPath> {
    const TEMPLATE: [&str; 2] = ["spec", "template"];
    let replaces = match (&*new.id.group, &*new.id.kind) {
        ("apps", "Deployment") | ("argoproj.io", "Rollout") => !is_paused(new),
        ("apps", "StatefulSet" | "DaemonSet") => {
            new.body.text_at(&["spec", "updateStrategy", "type"]) != Some("OnDelete")
        }
        // A ReplicaSet keeps its pods, and a CronJob's next run is a new pod anyway.
        _ => false,
    };
    if !replaces || has_no_pods(old) || has_no_pods(new) {
        return Vec::new();
    }
    let (Some(before), Some(after)) = (old.stable().at(&TEMPLATE), new.stable().at(&TEMPLATE))
    else {
        return Vec::new();
    };
    if before == after {
        return Vec::new();
    }
    let kind = &new.id.kind;
    let changes = fields(&server.template(kind, before), &server.template(kind, after));
    changes.into_iter().map(|change| FieldPath::of(&TEMPLATE).join(&change.path)).collect()
}

fn is_paused(resource: &Resource) -> bool {
    resource.body.at(&["spec", "paused"]).is_some_and(Value::is_true)
}

fn has_no_pods(resource: &Resource) -> bool {
    resource.body.at(&["spec", "replicas"]).and_then(Value::as_int) == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{render::Document, resource::ResourceSet};

    fn workload(kind: &str, spec: &str) -> Resource {
        let text =
            format!("apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{{spec}}}\n");
        let document = Document {
            template: "t.yaml".into(),
            chart_path: "t.yaml".into(),
            bytes: text.as_bytes().into(),
            line: None,
            hook: None,
            is_crd: false,
            anew: None,
        };
        ResourceSet::read(&[document], &"shop".into()).resources.into_values().next().unwrap()
    }

    fn check(kind: &str, old: &str, new: &str, want: &[&str]) {
        let got = rolls(Server::default(), &workload(kind, old), &workload(kind, new));
        let got: Vec<String> = got.iter().map(ToString::to_string).collect();
        assert_eq!(got, want, "{kind}: {old} → {new}");
    }

    /// Pod templates that the API server takes for the same.
    #[test]
    fn what_means_the_same_does_not_roll() {
        let same = [
            ("resources: {limits: {cpu: 1}}", "resources: {limits: {cpu: 1000m}}"),
            ("ports: [{containerPort: 80}]", "ports: [{containerPort: 80, protocol: TCP}]"),
            ("image: 'a:1'", "image: 'a:1', imagePullPolicy: IfNotPresent"),
            ("image: a", "image: a, imagePullPolicy: Always"),
            ("image: 'r:5000/a'", "image: 'r:5000/a', imagePullPolicy: Always"),
            ("env: []", "tty: false, command: null"),
            (
                "livenessProbe: {httpGet: {port: 80}}",
                "livenessProbe: {httpGet: {port: 80, scheme: HTTP}, periodSeconds: 10}",
            ),
        ];
        for (old, new) in same {
            let container =
                |text: &str| format!("template: {{spec: {{containers: [{{name: c, {text}}}]}}}}");
            check("Deployment", &container(old), &container(new), &[]);
        }
        let pod = |text: &str| {
            format!(
                "template: {{metadata: {{labels: {{a: b}}}}, spec: {{containers: [], {text}}}}}"
            )
        };
        check(
            "Deployment",
            &pod(""),
            &pod("restartPolicy: Always, securityContext: {}, hostPID: false"),
            &[],
        );
        check("Deployment", &pod("serviceAccount: x"), &pod("serviceAccountName: x"), &[]);
    }

    #[test]
    fn every_part_of_the_template_rolls() {
        let template = |image: &str, chart: &str| {
            format!(
                "template: {{metadata: {{labels: {{chart: {chart}}}}}, spec: {{containers: [{{name: c, image: '{image}'}}]}}}}"
            )
        };
        let (old, new) = (template("a:1", "web-1"), template("a:2", "web-2"));
        let both =
            ["spec.template.metadata.labels.chart", "spec.template.spec.containers[name=c].image"];
        for kind in ["Deployment", "StatefulSet", "DaemonSet"] {
            check(kind, &old, &new, &both);
        }
        check("ReplicaSet", &old, &new, &[]);
        check("Deployment", &old, &format!("paused: true, {new}"), &[]);
        check("Deployment", &old, &format!("replicas: 0, {new}"), &[]);
        check("Deployment", &old, &format!("replicas: 5, minReadySeconds: 3, {old}"), &[]);
        check("StatefulSet", &old, &format!("updateStrategy: {{type: OnDelete}}, {new}"), &[]);
        // The default pull policy follows the tag.
        let pulls = [
            "spec.template.spec.containers[name=c].image",
            "spec.template.spec.containers[name=c].imagePullPolicy",
        ];
        check("Deployment", &old, &template("a:latest", "web-1"), &pulls);
    }
}
