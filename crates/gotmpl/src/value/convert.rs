//! Conversions that walk a whole value, with bounds on depth and size.

use std::collections::BTreeMap;

use crate::{
    error::Error,
    value::{Data, List, Map, Str, Value},
};

/// How deep a value may nest wherever it is walked; maps can contain themselves.
pub const MAX_DEPTH: usize = 1000;

/// How many values one walk may visit; lists can share their items exponentially.
pub const MAX_NODES: usize = 1 << 24;

/// Counts depth and size of one walk over a value.
///
/// ```
/// use zij_gotmpl::value::convert::Walk;
/// let mut walk = Walk::new();
/// walk.enter().and_then(|()| Ok(walk.leave())).expect("one level is fine");
/// ```
#[derive(Debug)]
pub struct Walk {
    depth: usize,
    nodes: usize,
}

impl Walk {
    /// Returns the start of a walk.
    #[must_use]
    pub const fn new() -> Self {
        Self { depth: 0, nodes: 0 }
    }

    /// Goes into a value.
    ///
    /// # Errors
    /// The value nests deeper than [`MAX_DEPTH`] or has more than [`MAX_NODES`] parts.
    pub fn enter(&mut self) -> Result<(), Error> {
        self.depth += 1;
        self.nodes += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::limit(format!("value nests deeper than {MAX_DEPTH} levels")));
        }
        if self.nodes > MAX_NODES {
            return Err(Error::limit(format!("value has more than {MAX_NODES} parts")));
        }
        Ok(())
    }

    /// Comes back out of a value.
    pub fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}

impl Default for Walk {
    fn default() -> Self {
        Self::new()
    }
}

/// Copies lists and maps at every level, so that no write is seen by the original.
///
/// # Errors
/// The value is too deep (it may contain itself) or too large.
pub fn deep_copy(value: &Value) -> Result<Value, Error> {
    copy(value, &mut Walk::new())
}

fn copy(value: &Value, walk: &mut Walk) -> Result<Value, Error> {
    walk.enter()?;
    let copied = match value {
        Value::List(list) => {
            let items = list.iter().map(|item| copy(item, walk)).collect::<Result<_, _>>()?;
            Value::List(List::with_type(items, list.go_type()))
        }
        Value::Map(map) => match map.frozen() {
            Some(data) => Value::Map(Map::from_data(data).as_type(map.go_type())),
            None => Value::Map(Map::with_type(
                map.entries()
                    .into_iter()
                    .map(|(key, value)| Ok((key, copy(&value, walk)?)))
                    .collect::<Result<BTreeMap<Str, Value>, Error>>()?,
                map.go_type(),
            )),
        },
        other => other.clone(),
    };
    walk.leave();
    Ok(copied)
}

/// Turns a value into plain data; native objects become their JSON view, bytes a list of numbers.
///
/// # Errors
/// The value is too deep (it may contain itself) or too large.
pub fn to_data(value: &Value) -> Result<Data, Error> {
    plain(value, &mut Walk::new())
}

fn plain(value: &Value, walk: &mut Walk) -> Result<Data, Error> {
    walk.enter()?;
    let data = match value {
        Value::Invalid | Value::Nil => Data::Nil,
        Value::Bool(value) => Data::Bool(*value),
        Value::Int(value) | Value::Int64(value) => Data::Int(*value),
        Value::Uint8(value) => Data::Int(i64::from(*value)),
        Value::Uint64(value) => i64::try_from(*value).map_or(Data::Float(*value as f64), Data::Int),
        Value::Float(value) => Data::Float(*value),
        Value::String(text) => Data::String(text.clone()),
        Value::Bytes(bytes) => {
            bytes.iter().map(|byte| Data::Int(i64::from(*byte))).collect::<Vec<_>>().into()
        }
        Value::List(list) => {
            list.iter().map(|item| plain(item, walk)).collect::<Result<Vec<_>, _>>()?.into()
        }
        Value::Map(map) => match map.frozen() {
            Some(data) => Data::Map(data),
            None => map
                .entries()
                .into_iter()
                .map(|(key, value)| Ok((key, plain(&value, walk)?)))
                .collect::<Result<BTreeMap<_, _>, Error>>()?
                .into(),
        },
        Value::Object(object) => plain(&object.to_json(), walk)?,
    };
    walk.leave();
    Ok(data)
}
