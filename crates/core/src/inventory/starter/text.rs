//! The whole of a starting `zij.yaml`.

use std::fmt::Write as _;

use crate::inventory::{Inventory, ProfileName, Rule};

impl Inventory {
    /// A commented `zij.yaml` that gives the cells of this inventory, for a person to go on from.
    ///
    /// It says what was detected and writes down what was taken for granted; where nothing was
    /// found, it is an example in comments.
    pub fn starter(&self) -> String {
        let mut text = String::from(
            "# What this repository deploys, and where. Everything here is optional.\n\
             version: 1\n\n",
        );
        match self.rules.first() {
            Some(used) if matches!(used.rule, Rule::ArgoCd | Rule::Flux) => {
                self.write_objects(&mut text);
            }
            Some(used) if used.rule != Rule::Configured => {
                write_engine(&mut text);
                text.push('\n');
                self.write_layout(&mut text, used);
                self.write_clusters(&mut text);
            }
            _ => {
                write_engine(&mut text);
                text.push('\n');
                text.push_str(EXAMPLE);
                self.write_clusters(&mut text);
            }
        }
        text
    }

    pub(super) fn write_clusters(&self, text: &mut String) {
        text.push_str(CAPABILITIES);
        if self.clusters.is_empty() {
            text.push_str("# clusters:\n#   prod: { kube: \"1.34.2\", apis: [apis/prod.txt] }\n");
            return;
        }
        text.push_str("clusters:\n");
        for name in self.clusters.keys() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {:?}:", name.as_str());
            text.push_str("    # kube: \"1.34.2\"\n");
            text.push_str("    # apis: [monitoring.coreos.com/v1]\n");
        }
    }
}

pub(super) fn write_engine(text: &mut String) {
    text.push_str("# The tools whose output is predicted; a cluster may have its own.\n");
    text.extend(["engine: ", ProfileName::DEFAULT, "\n"]);
}

pub(super) const CAPABILITIES: &str = "
# What clusters differ in. Without `kube`, the engine's own version of Kubernetes is
# assumed, and without `apis` only the APIs that it knows.
";

const EXAMPLE: &str = "\
# No known layout was found. An entry here finds cells by the names in braces:
# apps:
#   - match: \"clusters/{cluster}/{app}/values*.yaml\"
#     chart: \"charts/{app}\"
#     values: [\"{match}\"]
#     namespace: default
#     release: \"{app}\"
";

pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
