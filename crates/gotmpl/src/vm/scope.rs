//! What one running template keeps: its frame, cursors, variables and loops.

use std::{rc::Rc, sync::Arc};

use crate::{
    set::Entry,
    value::{Elem, List, Str, Value},
};

/// A cursor or variable, and whether Go would hold it as an interface (for error texts).
#[derive(Clone, Default)]
pub(super) struct Slot {
    pub(super) value: Value,
    pub(super) interface: bool,
}

impl Slot {
    pub(super) fn concrete(value: Value) -> Self {
        Self { value, interface: false }
    }
}

/// A running template.
pub(super) struct Frame {
    pub(super) entry: Rc<Entry>,
    pub(super) pc: usize,
    pub(super) variables: usize,
    pub(super) dots: usize,
    pub(super) loops: usize,
}

/// What is left of a loop, and where it writes keys and items.
pub(super) struct Iteration {
    items: Items,
    index: i64,
}

enum Items {
    List(List),
    Bytes(Arc<[u8]>),
    Entries(std::vec::IntoIter<(Str, Value)>, bool),
    Count(i64, fn(i64) -> Value),
}

impl Iteration {
    /// Starts a loop; the error is the value that cannot be iterated over.
    pub(super) fn start(value: Value, ints: bool) -> Result<Self, Value> {
        let items = match value {
            Value::Invalid | Value::Nil => Items::Count(0, Value::Int),
            Value::List(list) => Items::List(list),
            Value::Bytes(bytes) => Items::Bytes(bytes),
            Value::Map(map) => {
                let interface = map.go_type().elem == Elem::Any;
                Items::Entries(map.entries().into_iter(), interface)
            }
            Value::Int(count) if ints => Items::Count(count, Value::Int),
            Value::Int64(count) if ints => Items::Count(count, Value::Int64),
            Value::Uint8(count) if ints => {
                Items::Count(i64::from(count), |index| Value::Uint8(index as u8))
            }
            Value::Uint64(count) if ints => {
                Items::Count(i64::try_from(count).unwrap_or(i64::MAX), |index| {
                    Value::Uint64(index as u64)
                })
            }
            other => return Err(other),
        };
        Ok(Self { items, index: 0 })
    }

    /// Returns the next key and item.
    pub(super) fn next(&mut self) -> Option<(Value, Slot)> {
        let index = self.index;
        let pair = match &mut self.items {
            Items::List(list) => {
                let value = list.as_slice().get(index as usize)?.clone();
                let interface = list.go_type().elem == Elem::Any;
                (Value::Int(index), Slot { value, interface })
            }
            Items::Bytes(bytes) => {
                let byte = *bytes.get(index as usize)?;
                (Value::Int(index), Slot::concrete(Value::Uint8(byte)))
            }
            Items::Entries(entries, interface) => {
                let (key, value) = entries.next()?;
                (Value::String(key), Slot { value, interface: *interface })
            }
            Items::Count(count, make) if index < *count => {
                (Value::Invalid, Slot::concrete(make(index)))
            }
            Items::Count(..) => return None,
        };
        self.index += 1;
        Some(pair)
    }
}
