//! The rules that exist, with their documentation.
//!
//! An id is for ever: it stands in waivers, in hooks' messages and in people's notes.

mod cell;
mod cross;
mod format;
mod hygiene;
mod loss;
mod update;
mod version;

pub(crate) use cell::{APPLY_SIZE, BUDGET_EXCEEDED, DUPLICATE, WAIVER_EXPIRED};
pub use cell::{
    CELL_EMPTIED, CLUSTER_EMPTIED, RENDER_BROKEN, SET_EMPTIED, UNSTABLE_TEMPLATE, VERSION_VANISHES,
};

use super::rule::{Rule, Severity, TAGS};

/// Every rule, a family at a time.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let families =
        [format::RULES, update::RULES, loss::RULES, version::RULES, cross::RULES, hygiene::RULES];
    cell::RULES.iter().copied().chain(families.into_iter().flatten())
}

/// The rule with an id, such as `ZIJ-F001`.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

/// The families of rules, by the letter in their ids.
const FAMILIES: [(char, &str); 11] = [
    ('E', "Rendering"),
    ('F', "Format: the object would be rejected"),
    ('U', "Updates: the change would be rejected"),
    ('D', "Deletions and losses"),
    ('V', "API versions and schemas"),
    ('X', "Objects of one cluster together"),
    ('H', "Security and hygiene"),
    ('A', "Argo CD"),
    ('R', "Rollouts"),
    ('S', "Service levels"),
    ('P', "Policy of the repository"),
];

/// The rules as a page of the reference, in Markdown.
pub fn reference() -> String {
    let mut page = [
        "# Rules\n\nEach rule has an id that never changes. `block` rejects a change, `warn` asks for a \
         second look; a rule may do less where a hit is not certain. Only what is new in a change \
         counts: what base has too is never held against it. [configuration.md](configuration.md) says \
         how `zij.yaml` changes a severity and waives a finding.\n\nA source that ends in `@ v1.31 to \
         v1.36` is a file of kubernetes/kubernetes that was read at ",
        TAGS,
        ": the rule holds at each of them, but for what its line on versions says. What could not be \
         read there at most warns, unless the rule is about what is lost and not about what is refused.\n",
    ]
    .concat();
    let mut sorted: Vec<&Rule> = rules().collect();
    sorted.sort_by_key(|rule| rule.id);
    for (letter, title) in FAMILIES {
        let of_family = sorted.iter().filter(|rule| rule.id[4..].starts_with(letter));
        let rows: Vec<String> = of_family.map(|rule| row(rule)).collect();
        if !rows.is_empty() {
            page.push_str(&["\n## ", title, "\n"].concat());
            page.push_str(&rows.concat());
        }
    }
    page
}

fn row(rule: &Rule) -> String {
    let severity = match rule.severity {
        Severity::Block => "block",
        Severity::Warn => "warn",
        Severity::Info => "info",
    };
    let Rule { id, name, what, source, fix, versions, example, .. } = rule;
    format!(
        "\n### {id} {name}\n\n{what}\n\n- Severity: {severity}\n- Example: {example}\n- Fix: {fix}\n\
         - Kubernetes versions: {versions}\n- Source: {source}\n"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_reference_is_current() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/rules.md");
        let written = std::fs::read_to_string(file).unwrap_or_default();
        if std::env::var_os("ZIJ_WRITE_REFERENCE").is_some() {
            std::fs::write(file, reference()).unwrap();
            return;
        }
        assert!(
            written == reference(),
            "docs/reference/rules.md is not what `reference` returns; `ZIJ_WRITE_REFERENCE=1` with \
             this test writes it"
        );
    }

    /// A rule that says what an API server refuses, and rejects a change for it, names the text that it
    /// was checked against.
    #[test]
    fn what_blocks_for_an_api_server_names_its_text() {
        let refusing = rules().filter(|rule| "FUV".contains(&rule.id[4..5]));
        for rule in refusing.filter(|rule| rule.severity == Severity::Block) {
            let is_tagged = rule.source.contains(" @ v") || rule.source.contains(" v0.3");
            assert!(is_tagged, "{}: {}", rule.id, rule.source);
        }
    }

    #[test]
    fn ids_and_names_are_unique_and_documented() {
        let mut seen = BTreeSet::new();
        for rule in rules() {
            assert!(rule.id.starts_with("ZIJ-") && rule.id.len() == 8, "{}", rule.id);
            assert!(FAMILIES.iter().any(|(letter, _)| rule.id[4..].starts_with(*letter)));
            assert!(seen.insert(rule.id) && seen.insert(rule.name), "{} is there twice", rule.id);
            assert!(
                rule.what.ends_with('.') && !rule.fix.ends_with('.') && !rule.source.is_empty()
            );
            assert!(!rule.example.is_empty() && !rule.versions.is_empty(), "{}", rule.id);
        }
    }
}
