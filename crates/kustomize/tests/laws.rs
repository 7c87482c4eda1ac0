//! What holds for every build.

use proptest::prelude::*;
use zij_kustomize::{MemoryFolder, Options, build};

/// Objects that refer to each other: a workload, what it mounts, and a binding.
#[derive(Clone, Debug)]
struct Fleet {
    names: Vec<String>,
    namespace: String,
}

/// No word that YAML reads as something else: those are printed in quotes.
fn name() -> impl Strategy<Value = String> {
    "x[a-z0-9]{0,5}(-[a-z0-9]{1,3})?"
}

fn fleet() -> impl Strategy<Value = Fleet> {
    (proptest::collection::btree_set(name(), 1..5), prop_oneof![Just(String::new()), name()])
        .prop_map(|(names, namespace)| Fleet { names: names.into_iter().collect(), namespace })
}

impl Fleet {
    /// The manifests, one a file.
    fn files(&self) -> Vec<(String, String)> {
        let metadata = |name: &str| match self.namespace.as_str() {
            "" => format!("{{name: \"{name}\"}}"),
            namespace => format!("{{name: \"{name}\", namespace: \"{namespace}\"}}"),
        };
        let mut files = Vec::new();
        for name in &self.names {
            let metadata = metadata(name);
            files.push((
                format!("{name}-map.yaml"),
                format!(
                    "apiVersion: v1\nkind: ConfigMap\nmetadata: {metadata}\ndata: {{a: \"1\"}}\n"
                ),
            ));
            files.push((
                format!("{name}-account.yaml"),
                format!("apiVersion: v1\nkind: ServiceAccount\nmetadata: {metadata}\n"),
            ));
            files.push((
                format!("{name}-pod.yaml"),
                format!(
                    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {metadata}\nspec:\n  template:\n    \
                     spec:\n      serviceAccountName: \"{name}\"\n      volumes:\n      - name: v\n        \
                     configMap: {{name: \"{name}\"}}\n"
                ),
            ));
        }
        files
    }
}

/// Builds the files with a kustomization on top of them.
fn built(files: &[(String, String)], fields: &str) -> String {
    let listed: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let file = format!("resources: [{}]\n{fields}", listed.join(", "));
    let mut folder: MemoryFolder =
        files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    folder.insert("kustomization.yaml", file);
    let build = build(&folder, "", &Options::default()).expect("it builds");
    build.to_yaml().expect("it can be written")
}

/// Builds what another build printed.
fn again(printed: &str, fields: &str) -> String {
    built(&[("all.yaml".to_owned(), printed.to_owned())], fields)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_build_of_what_was_built_is_the_same(fleet in fleet()) {
        let once = built(&fleet.files(), "");
        prop_assert_eq!(again(&once, ""), once);
    }

    #[test]
    fn the_order_of_files_does_not_matter(fleet in fleet(), turns in 0_usize..12) {
        let mut files = fleet.files();
        let want = built(&files, "namePrefix: p-\n");
        let count = files.len();
        files.rotate_left(turns % count);
        prop_assert_eq!(built(&files, "namePrefix: p-\n"), want);
    }

    #[test]
    fn references_follow_names(fleet in fleet(), prefix in "[a-z]{0,3}", suffix in "[a-z]{0,3}") {
        let printed = built(&fleet.files(), &format!("namePrefix: \"{prefix}\"\nnameSuffix: \"{suffix}\"\n"));
        for name in &fleet.names {
            let full = format!("{prefix}{name}{suffix}");
            prop_assert_eq!(printed.matches(&format!("\n  name: {full}\n")).count(), 3, "{}", printed);
            let account = format!("serviceAccountName: {full}\n");
            prop_assert_eq!(printed.matches(&account).count(), 1, "{}", printed);
            let map = format!("configMap:\n          name: {full}\n");
            prop_assert_eq!(printed.matches(&map).count(), 1, "{}", printed);
        }
    }

    #[test]
    fn two_layers_of_names_are_one(fleet in fleet(), inner in "[a-z]{1,3}", outer in "[a-z]{1,3}") {
        let files = fleet.files();
        let mut folder = MemoryFolder::default();
        let mut listed = Vec::new();
        for (name, text) in &files {
            folder.insert(format!("base/{name}"), text.as_str());
            listed.push(name.as_str());
        }
        let base = format!("resources: [{}]\nnamePrefix: \"{inner}\"\n", listed.join(", "));
        folder.insert("base/kustomization.yaml", base);
        folder.insert("kustomization.yaml", format!("resources: [base]\nnamePrefix: \"{outer}\"\n"));
        let layered = build(&folder, "", &Options::default()).expect("it builds");
        let at_once = built(&files, &format!("namePrefix: \"{outer}{inner}\"\n"));
        prop_assert_eq!(layered.to_yaml().expect("it can be written"), at_once);
    }

    #[test]
    fn changes_that_set_a_value_may_be_made_twice(fleet in fleet(), label in name(), space in name()) {
        let fields = format!("namespace: \"{space}\"\nlabels: [{{pairs: {{l: \"{label}\"}}}}]\n\
                              commonAnnotations: {{a: \"{label}\"}}\n");
        let once = built(&fleet.files(), &fields);
        prop_assert_eq!(again(&once, &fields), once);
    }

    #[test]
    fn any_text_is_built_or_refused(text in "[ -~\n]{0,200}") {
        let mut folder = MemoryFolder::default();
        folder.insert("kustomization.yaml", text);
        drop(build(&folder, "", &Options::default()));
    }
}
