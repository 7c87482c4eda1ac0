//! Values that every real render makes anew, where they restart pods.

use crate::{
    policy::{Finding, Subject, UNSTABLE_TEMPLATE},
    resource::{FieldPath, Resource, ResourceSet, Step},
    source::Place,
};

/// Fields of pod templates that hold something unstable on head and did not on base.
///
/// (Source: argo-cd docs/user-guide/diffing.md: such a cell is never in sync and rolls on each.)
pub(crate) fn unstable_templates(base: &ResourceSet, head: &ResourceSet) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, resource) in &head.resources {
        let known: Vec<&FieldPath> = base.resources.get(id).into_iter().flat_map(fields).collect();
        let new = fields(resource).filter(|path| !known.contains(path));
        findings.extend(new.map(|path| finding(resource, path)));
    }
    findings
}

/// The unstable fields of a workload's pod template.
fn fields(resource: &Resource) -> impl Iterator<Item = &FieldPath> {
    let is_workload = matches!(&*resource.id.kind, "Deployment" | "StatefulSet" | "DaemonSet");
    let unstable = resource.unstable.iter().filter(move |_| is_workload && resource.hook.is_none());
    unstable.flat_map(|unstable| &unstable.fields).filter(|path| {
        let mut steps = path.steps().iter();
        ["spec", "template"].iter().all(|name| {
            steps.next().is_none_or(|step| matches!(step, Step::Key(key) if **key == **name))
        })
    })
}

fn finding(resource: &Resource, path: &FieldPath) -> Finding {
    let functions = resource.unstable.as_ref().map_or("", |unstable| &unstable.functions);
    Finding {
        rule: &UNSTABLE_TEMPLATE,
        severity: UNSTABLE_TEMPLATE.severity,
        subject: Some(Subject::from(resource)),
        message: format!("`{path}` is made anew at each render, from `{functions}`"),
        path: Some(path.clone()),
        fix: UNSTABLE_TEMPLATE.fix.to_owned(),
        place: Some(Place::file(resource.origin.template.clone())),
        is_new: true,
        waiver: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Anew, Document};

    fn deployment(rollme: &str) -> String {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a, labels: {{l: {rollme}}}}}\n\
             spec: {{template: {{metadata: {{annotations: {{rollme: {rollme}}}}}}}}}\n"
        )
    }

    /// A Deployment with the text of one render, and of another.
    fn set(one: &str, other: &str) -> ResourceSet {
        let bytes = |text: &str| deployment(text).into_bytes().into();
        let document = Document {
            template: "charts/a/templates/a.yaml".into(),
            chart_path: "a/templates/a.yaml".into(),
            bytes: bytes(one),
            line: None,
            hook: None,
            is_crd: false,
            anew: (one != other)
                .then(|| Anew { bytes: bytes(other), functions: "randAlphaNum".into() }),
        };
        ResourceSet::read([&document], &"shop".into())
    }

    #[test]
    fn only_what_is_new_and_in_a_pod_template_is_told() {
        let none = ResourceSet::default;
        for (base, head, want) in [
            (none(), set("x-ab", "x-cd"), 1),
            (none(), set("x-ab", "x-ab"), 0),
            (set("ab", "cd"), set("ef", "gh"), 0),
            (set("fixed", "fixed"), set("ef", "gh"), 1),
            (set("ab", "cd"), set("fixed", "fixed"), 0),
        ] {
            let found = unstable_templates(&base, &head);
            let paths = found.iter().filter_map(|finding| Some(finding.path.as_ref()?.to_string()));
            let want = vec!["spec.template.metadata.annotations.rollme"; want];
            assert_eq!(paths.collect::<Vec<_>>(), want);
        }
    }
}
