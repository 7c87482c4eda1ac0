//! Values that every real render makes anew, where they restart pods.

use std::collections::BTreeSet;

use crate::{
    policy::{Finding, Subject, UNSTABLE_TEMPLATE},
    render::{Rendering, Unstable},
    resource::{Data, FieldPath, Resource, ResourceId, ResourceSet, Step, Value},
    source::Place,
};

/// Fields of pod templates that hold an unstable value on head and did not on base.
///
/// (Source: argo-cd docs/user-guide/diffing.md: such a cell is never in sync and rolls on each.)
pub(crate) fn unstable_templates(
    base: Option<(&ResourceSet, &Rendering)>,
    head: Option<(&ResourceSet, &Rendering)>,
) -> Vec<Finding> {
    let known: BTreeSet<(&ResourceId, FieldPath)> =
        base.into_iter().flat_map(found).map(|hit| (&hit.0.id, hit.1)).collect();
    let hits = head.into_iter().flat_map(found);
    hits.filter(|(resource, path, _)| !known.contains(&(&resource.id, path.clone())))
        .map(|(resource, path, unstable)| Finding {
            rule: &UNSTABLE_TEMPLATE,
            severity: UNSTABLE_TEMPLATE.severity,
            subject: Some(Subject::from(resource)),
            message: format!(
                "`{path}` holds what `{}` makes anew at each render",
                unstable.function
            ),
            path: Some(path),
            fix: UNSTABLE_TEMPLATE.fix.to_owned(),
            place: Some(Place::file(unstable.template.clone())),
            is_new: true,
        })
        .collect()
}

fn found<'a>(
    (set, rendering): (&'a ResourceSet, &'a Rendering),
) -> Vec<(&'a Resource, FieldPath, &'a Unstable)> {
    /// Shorter texts turn up by chance.
    const SHORTEST: usize = 6;
    let unstable: Vec<&Unstable> =
        rendering.unstable.iter().filter(|unstable| unstable.value.len() >= SHORTEST).collect();
    let mut hits = Vec::new();
    if unstable.is_empty() {
        return hits;
    }
    for resource in set.resources.values().filter(|resource| resource.hook.is_none()) {
        let is_workload = matches!(&*resource.id.kind, "Deployment" | "StatefulSet" | "DaemonSet");
        if let Some(template) = resource.body.at(&["spec", "template"]).filter(|_| is_workload) {
            let path = FieldPath::of(&["spec", "template"]);
            search(&path, template, &unstable, &mut |path, unstable| {
                hits.push((resource, path, unstable));
            });
        }
    }
    hits
}

fn search<'a>(
    path: &FieldPath,
    value: &Value,
    unstable: &[&'a Unstable],
    hit: &mut dyn FnMut(FieldPath, &'a Unstable),
) {
    match &value.data {
        Data::String(text) => {
            if let Some(unstable) = unstable.iter().find(|unstable| text.contains(&*unstable.value))
            {
                hit(path.clone(), unstable);
            }
        }
        Data::List(items) => {
            for (index, item) in items.iter().enumerate() {
                search(&path.index(index), item, unstable, hit);
            }
        }
        Data::Map(map) => {
            for (key, item) in map {
                search(&path.then(Step::Key(key.clone())), item, unstable, hit);
            }
        }
        Data::Null | Data::Bool(_) | Data::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Document, EffectiveValues, InputsKey, Reads};

    fn rendering(annotation: &str, unstable: &str) -> (ResourceSet, Rendering) {
        let text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\n\
             spec: {{template: {{metadata: {{annotations: {{rollme: {annotation:?}}}}}}}}}\n"
        );
        let document = Document {
            template: "charts/a/templates/a.yaml".into(),
            chart_path: "a/templates/a.yaml".into(),
            bytes: text.as_bytes().into(),
            hook: None,
            is_crd: false,
        };
        let set = ResourceSet::read([&document], &"shop".into());
        let unstable = Unstable {
            function: "randAlphaNum",
            template: "charts/a/templates/a.yaml".into(),
            value: unstable.into(),
        };
        let rendering = Rendering {
            documents: [document].into(),
            values: EffectiveValues::default(),
            warnings: [].into(),
            unstable: [unstable].into(),
            reads: Reads { paths: [].into(), key: InputsKey([0; 32]) },
        };
        (set, rendering)
    }

    #[test]
    fn only_what_is_new_and_long_enough_is_told() {
        let check = |base: Option<(&str, &str)>, head: (&str, &str), want: usize| {
            let base = base.map(|(annotation, unstable)| rendering(annotation, unstable));
            let head = rendering(head.0, head.1);
            let found = unstable_templates(
                base.as_ref().map(|(set, rendering)| (set, rendering)),
                Some((&head.0, &head.1)),
            );
            let paths = found.iter().filter_map(|finding| Some(finding.path.as_ref()?.to_string()));
            let want: Vec<&str> = vec!["spec.template.metadata.annotations.rollme"; want];
            assert_eq!(paths.collect::<Vec<_>>(), want);
        };
        check(None, ("x-abcdef", "abcdef"), 1);
        check(None, ("x-abcdef", "abcdeg"), 0);
        check(None, ("x-abcde", "abcde"), 0);
        check(Some(("abcdef", "abcdef")), ("ghijkl", "ghijkl"), 0);
        check(Some(("fixed", "abcdef")), ("ghijkl", "ghijkl"), 1);
    }
}
