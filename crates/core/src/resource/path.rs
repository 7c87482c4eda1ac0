//! The way from an object's root to one of its fields.

use std::{fmt, sync::Arc};

/// The steps from the root of a value to a part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(Vec<Step>);

/// One step down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into a map.
    Key(Arc<str>),
    /// Into a list, by position.
    Index(usize),
    /// Into a list whose items are told apart by one of their fields.
    Item {
        /// The field, such as `name`.
        key: &'static str,
        /// Its value.
        value: Arc<str>,
    },
    /// The order of the items of a list; only ever the last step.
    Order {
        /// The field that names the items.
        key: &'static str,
    },
}

impl FieldPath {
    /// The path of the value itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// A path of map keys.
    pub fn of(keys: &[&str]) -> Self {
        Self(keys.iter().map(|key| Step::Key((*key).into())).collect())
    }

    /// The steps from the root on.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// This path and one more step.
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// This path and all steps of `rest`.
    pub fn join(&self, rest: &Self) -> Self {
        Self(self.0.iter().chain(&rest.0).cloned().collect())
    }

    /// This path and one more map key.
    pub fn key(&self, key: &str) -> Self {
        self.then(Step::Key(key.into()))
    }

    /// This path and one more position.
    pub fn index(&self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    /// This path with the positions in lists left out, for telling findings apart although items
    /// have moved.
    pub fn without_positions(&self) -> Self {
        let is_position = |step: &&Step| matches!(step, Step::Index(_));
        Self(self.0.iter().filter(|step| !is_position(step)).cloned().collect())
    }

    /// Whether this path begins with the given map keys.
    pub fn starts_with(&self, keys: &[&str]) -> bool {
        keys.len() <= self.0.len()
            && keys
                .iter()
                .zip(&self.0)
                .all(|(key, step)| matches!(step, Step::Key(k) if **k == **key))
    }
}

/// The way to a value while values are walked through; no path is made of it until one is needed,
/// since most values are left as they are found.
#[derive(Clone, Copy, Debug)]
pub struct Way<'w> {
    before: Option<&'w Self>,
    part: Part<'w>,
}

/// One step down, borrowed from the value itself.
#[derive(Clone, Copy, Debug)]
enum Part<'w> {
    Root,
    Key(&'w str),
    Index(usize),
    Item { key: &'static str, value: &'w str },
}

impl<'w> Way<'w> {
    /// The way to the value itself.
    pub fn root() -> Self {
        Self { before: None, part: Part::Root }
    }

    /// This way and one more map key.
    pub fn key(&'w self, key: &'w str) -> Self {
        Self { before: Some(self), part: Part::Key(key) }
    }

    /// This way and one more position.
    pub fn index(&'w self, index: usize) -> Self {
        Self { before: Some(self), part: Part::Index(index) }
    }

    /// This way and the item of a list that has `value` in its field `key`.
    pub fn item(&'w self, key: &'static str, value: &'w str) -> Self {
        Self { before: Some(self), part: Part::Item { key, value } }
    }

    /// The way as a path.
    pub fn path(&self) -> FieldPath {
        let ways = std::iter::successors(Some(self), |way| way.before);
        let mut steps: Vec<Step> = ways.filter_map(|way| way.part.step()).collect();
        steps.reverse();
        FieldPath(steps)
    }
}

impl Part<'_> {
    fn step(self) -> Option<Step> {
        Some(match self {
            Self::Root => return None,
            Self::Key(key) => Step::Key(key.into()),
            Self::Index(index) => Step::Index(index),
            Self::Item { key, value } => Step::Item { key, value: value.into() },
        })
    }
}

/// Whether a map key can stand in a path as it is.
fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if is_plain(key) => {
                    write!(f, "{}{key}", if index == 0 { "" } else { "." })?;
                }
                Step::Key(key) => write!(f, "[{:?}]", &**key)?,
                Step::Index(position) => write!(f, "[{position}]")?,
                Step::Order { .. } => f.write_str("[order]")?,
                Step::Item { key, value } if is_plain(value) => write!(f, "[{key}={value}]")?,
                Step::Item { key, value } => write!(f, "[{key}={:?}]", &**value)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_a_person_would_write_them() {
        let image = FieldPath::of(&["spec", "template", "spec", "containers"])
            .then(Step::Item { key: "name", value: "web".into() })
            .key("image");
        assert_eq!(image.to_string(), "spec.template.spec.containers[name=web].image");
        let label = FieldPath::of(&["metadata", "labels", "app.kubernetes.io/name"]);
        assert_eq!(label.to_string(), r#"metadata.labels["app.kubernetes.io/name"]"#);
        assert_eq!(FieldPath::of(&["args"]).index(2).to_string(), "args[2]");
        let root = Way::root();
        let (spec, item) = (root.key("spec"), root.key("spec"));
        let item = item.item("name", "web");
        assert_eq!(spec.index(1).path().to_string(), "spec[1]");
        assert_eq!(item.key("image").path().to_string(), "spec[name=web].image");
        assert!(label.starts_with(&["metadata", "labels"]) && !label.starts_with(&["spec"]));
    }
}
