//! Maps with identity: every alias sees what `set` wrote.

use std::{cell::RefCell, collections::BTreeMap, fmt, mem, rc::Rc};

use crate::value::{ANY_MAP, Data, DataMap, GoType, Str, Value, release};

/// A handle to a shared mutable map with string keys, like a Go map value.
///
/// Clones are aliases. The Go type belongs to the handle, not to the map: a subchart's `.Values`
/// and the parent's table are one map under two types. A map built from [`Data`] costs nothing
/// until a child container or a write needs a copy of this one level.
#[derive(Clone)]
pub struct Map {
    cell: Rc<MapCell>,
    go_type: &'static GoType,
}

struct MapCell(RefCell<Repr>);

enum Repr {
    Frozen(DataMap),
    Live(BTreeMap<Str, Value>),
}

impl Map {
    /// Returns an empty `map[string]interface {}`.
    #[must_use]
    pub fn new() -> Self {
        Self::with_type(BTreeMap::new(), &ANY_MAP)
    }

    /// Returns a map of the given type.
    #[must_use]
    pub fn with_type(entries: BTreeMap<Str, Value>, go_type: &'static GoType) -> Self {
        Self { cell: Rc::new(MapCell(RefCell::new(Repr::Live(entries)))), go_type }
    }

    /// Returns a map over shared data, in constant time.
    #[must_use]
    pub fn from_data(data: DataMap) -> Self {
        Self { cell: Rc::new(MapCell(RefCell::new(Repr::Frozen(data)))), go_type: &ANY_MAP }
    }

    /// Returns the same map seen as another Go type, like a conversion between map types.
    #[must_use]
    pub fn as_type(&self, go_type: &'static GoType) -> Self {
        Self { cell: Rc::clone(&self.cell), go_type }
    }

    /// Returns the Go type of this handle.
    #[must_use]
    pub fn go_type(&self) -> &'static GoType {
        self.go_type
    }

    /// Tells whether both handles are the same map.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.cell, &other.cell)
    }

    /// Returns the number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        match &*self.cell.0.borrow() {
            Repr::Frozen(data) => data.len(),
            Repr::Live(entries) => entries.len(),
        }
    }

    /// Tells whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tells whether the key exists.
    #[must_use]
    pub fn contains_key(&self, key: &[u8]) -> bool {
        match &*self.cell.0.borrow() {
            Repr::Frozen(data) => data.contains_key(key),
            Repr::Live(entries) => entries.contains_key(key),
        }
    }

    /// Returns the value of a key; `None` if it is absent.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        match &*self.cell.0.borrow() {
            Repr::Live(entries) => return entries.get(key).cloned(),
            Repr::Frozen(data) => {
                let value = data.get(key)?;
                if !matches!(value, Data::List(_) | Data::Map(_)) {
                    return Some(Value::from(value));
                }
            }
        }
        // A child container must keep its identity from now on.
        self.live(|entries| entries.get(key).cloned())
    }

    /// Sets a key for every alias and returns the value it had.
    pub fn insert(&self, key: Str, value: Value) -> Option<Value> {
        self.live(|entries| entries.insert(key, value))
    }

    /// Removes a key for every alias and returns the value it had.
    pub fn remove(&self, key: &[u8]) -> Option<Value> {
        self.live(|entries| entries.remove(key))
    }

    /// Returns the keys in bytewise order.
    #[must_use]
    pub fn keys(&self) -> Vec<Str> {
        match &*self.cell.0.borrow() {
            Repr::Frozen(data) => data.keys().cloned().collect(),
            Repr::Live(entries) => entries.keys().cloned().collect(),
        }
    }

    /// Returns a snapshot of the entries in bytewise order of the keys.
    #[must_use]
    pub fn entries(&self) -> Vec<(Str, Value)> {
        self.live(|entries| entries.iter().map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    /// Returns a new map of the same type with the same entries; child containers stay shared.
    #[must_use]
    pub fn shallow_copy(&self) -> Self {
        Self::with_type(self.live(|entries| entries.clone()), self.go_type)
    }

    /// Returns the shared data, if nothing has been thawed or written yet.
    #[must_use]
    pub fn frozen(&self) -> Option<DataMap> {
        match &*self.cell.0.borrow() {
            Repr::Frozen(data) => Some(DataMap::clone(data)),
            Repr::Live(_) => None,
        }
    }

    fn live<R>(&self, action: impl FnOnce(&mut BTreeMap<Str, Value>) -> R) -> R {
        let mut repr = self.cell.0.borrow_mut();
        if let Repr::Frozen(data) = &*repr {
            let entries = data.iter().map(|(k, v)| (k.clone(), Value::from(v))).collect();
            *repr = Repr::Live(entries);
        }
        match &mut *repr {
            Repr::Live(entries) => action(entries),
            Repr::Frozen(_) => action(&mut BTreeMap::new()),
        }
    }

    /// Takes the entries out if this is the last handle.
    pub(crate) fn into_children(self) -> Option<Vec<Value>> {
        let cell = Rc::into_inner(self.cell)?;
        Some(cell.take_containers())
    }
}

impl MapCell {
    fn take_containers(&self) -> Vec<Value> {
        match &mut *self.0.borrow_mut() {
            Repr::Frozen(_) => Vec::new(),
            Repr::Live(entries) => mem::take(entries)
                .into_values()
                .filter(|value| matches!(value, Value::List(_) | Value::Map(_)))
                .collect(),
        }
    }
}

impl Drop for MapCell {
    // A chain of a million nested maps must not recurse a million times.
    fn drop(&mut self) {
        let containers = self.take_containers();
        if !containers.is_empty() {
            release(containers);
        }
    }
}

impl Default for Map {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Map {
    // Shallow on purpose: maps can contain themselves.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({} entries)", self.go_type.name, self.len())
    }
}

impl<K: Into<Str>> FromIterator<(K, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        let entries = entries.into_iter().map(|(key, value)| (key.into(), value)).collect();
        Self::with_type(entries, &ANY_MAP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested() -> Map {
        let inner: Data = [("x", Data::from(1.0))].into_iter().collect();
        let outer: Data = [("in", inner), ("n", Data::from("s"))].into_iter().collect();
        match outer {
            Data::Map(map) => Map::from_data(map),
            _ => unreachable!("built as a map"),
        }
    }

    #[test]
    fn scalars_do_not_thaw_and_children_keep_identity() {
        let map = nested();
        assert_eq!(map.get(b"n").and_then(|v| v.as_str().cloned()), Some("s".into()));
        assert!(map.frozen().is_some());
        let first = map.get(b"in").and_then(|v| v.as_map().cloned()).expect("a map");
        let second = map.get(b"in").and_then(|v| v.as_map().cloned()).expect("a map");
        assert!(first.same(&second) && map.frozen().is_none());
        first.insert("y".into(), Value::Bool(true));
        assert!(second.contains_key(b"y"));
    }

    #[test]
    fn deep_chains_are_dropped_without_recursion() {
        let mut map = Map::new();
        for _ in 0..500_000 {
            map = [("k", Value::Map(map))].into_iter().collect();
        }
        drop(map);
    }
}
