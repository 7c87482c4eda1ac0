//! The effective values in which two renderings of a cell differ, each with its layer.

use crate::{
    diff::fields::fields,
    render::EffectiveValues,
    resource::{FieldPath, Step, Value},
    source::Place,
};

/// One effective value that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueChange {
    /// The value's path, such as `image.tag`.
    pub path: FieldPath,
    /// Before; absent where the path is new.
    pub old: Option<ValueSide>,
    /// After; absent where the path is gone.
    pub new: Option<ValueSide>,
}

/// A value and what sets it.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueSide {
    /// The value.
    pub value: Value,
    /// The line that sets it; absent where no single layer does.
    pub place: Option<Place>,
}

/// Every path in which the values that templates see differ.
pub fn values(old: &EffectiveValues, new: &EffectiveValues) -> Vec<ValueChange> {
    if old.are_made_alike(new) || old.data() == new.data() {
        return Vec::new();
    }
    let (old_data, new_data) = (Value::from(old.data()), Value::from(new.data()));
    let side = |values: &EffectiveValues, data: &Value, path: &FieldPath, value: Option<Value>| {
        let place = position_path(data, path)
            .and_then(|parts| values.origin(&parts.iter().map(String::as_str).collect::<Vec<_>>()));
        value.map(|value| ValueSide { value, place })
    };
    fields(&old_data, &new_data)
        .into_iter()
        .map(|change| ValueChange {
            old: side(old, &old_data, &change.path, change.old),
            new: side(new, &new_data, &change.path, change.new),
            path: change.path,
        })
        .collect()
}

/// The path in keys and positions, as layers know it.
fn position_path(data: &Value, path: &FieldPath) -> Option<Vec<String>> {
    let mut value = data;
    let mut parts = Vec::new();
    for step in path.steps() {
        let (part, next) = match step {
            Step::Key(key) => (key.to_string(), value.get(key)?),
            Step::Index(index) => (index.to_string(), value.items().get(*index)?),
            Step::Order { .. } => return None,
            Step::Item { key, value: name } => {
                let has_name = |item: &Value| item.text_at(&[key]) == Some(name);
                let index = value.items().iter().position(has_name)?;
                (index.to_string(), &value.items()[index])
            }
        };
        parts.push(part);
        value = next;
    }
    Some(parts)
}
