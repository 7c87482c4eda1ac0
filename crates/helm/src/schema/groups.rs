//! Under which gathering keywords of a schema a violation stands.

/// A keyword whose violations the Go library tells as one with causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GroupKind {
    /// `allOf`.
    AllOf,
    /// `$ref` and its relatives; not told when there is a single cause.
    Reference,
    /// `then`, which only the older library tells.
    Then,
    /// `else`, which only the older library tells.
    Else,
}

/// A gathering keyword on the way to a violation.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) kind: GroupKind,
    /// Path of the keyword in the schema, references followed.
    pub(super) keyword: String,
    /// Path of the value it was applied to.
    pub(super) instance: String,
}

/// The gathering keywords on a path through a schema, outermost first.
pub(super) fn groups_of(evaluation_path: &str, instance_path: &str) -> Vec<Group> {
    let segments: Vec<&str> = evaluation_path.split('/').skip(1).collect();
    let (mut at, mut depth, mut groups) = (0, 0, Vec::new());
    while let Some(segment) = segments.get(at) {
        let numbered = segments.get(at + 1).is_some_and(|next| next.parse::<usize>().is_ok());
        let kind = match *segment {
            "allOf" => Some(GroupKind::AllOf),
            "then" => Some(GroupKind::Then),
            "else" => Some(GroupKind::Else),
            "$ref" | "$dynamicRef" | "$recursiveRef" => Some(GroupKind::Reference),
            _ => None,
        };
        if let Some(kind) = kind {
            let keyword = prefix(evaluation_path, at + 1);
            groups.push(Group { kind, keyword, instance: prefix(instance_path, depth) });
        }
        let (steps, levels) = match *segment {
            "properties" | "patternProperties" | "prefixItems" => (2, 1),
            "items" if numbered => (2, 1),
            "items"
            | "additionalProperties"
            | "additionalItems"
            | "contains"
            | "unevaluatedProperties"
            | "unevaluatedItems" => (1, 1),
            "dependentSchemas" | "dependencies" => (2, 0),
            "allOf" | "anyOf" | "oneOf" if numbered => (2, 0),
            _ => (1, 0),
        };
        at += steps;
        depth += levels;
    }
    groups
}

/// The first segments of a JSON pointer.
fn prefix(pointer: &str, segments: usize) -> String {
    pointer.split('/').skip(1).take(segments).flat_map(|segment| ["/", segment]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_told_from_names() {
        let group = |kind, keyword: &str, instance: &str| Group {
            kind,
            keyword: keyword.to_owned(),
            instance: instance.to_owned(),
        };
        assert_eq!(
            groups_of("/properties/allOf/$ref/allOf/1/items/required", "/allOf/3"),
            [
                group(GroupKind::Reference, "/properties/allOf/$ref", "/allOf"),
                group(GroupKind::AllOf, "/properties/allOf/$ref/allOf", "/allOf"),
            ]
        );
    }
}
