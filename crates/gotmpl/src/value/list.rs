//! Lists: Go slices as far as a template can tell.

use std::{cell::OnceCell, fmt, rc::Rc};

use crate::value::{ANY_LIST, DataList, GoType, Value, release};

/// A handle to an immutable list with its Go slice type.
///
/// No template function writes into a slice in place, so sharing is safe; maps inside keep
/// their identity. A list built from [`crate::Data`] is converted on first access.
#[derive(Clone)]
pub struct List {
    cell: Rc<ListCell>,
    go_type: &'static GoType,
}

struct ListCell {
    items: OnceCell<Vec<Value>>,
    frozen: Option<DataList>,
}

impl List {
    /// Returns a `[]interface {}`.
    #[must_use]
    pub fn new(items: Vec<Value>) -> Self {
        Self::with_type(items, &ANY_LIST)
    }

    /// Returns a list of the given type.
    #[must_use]
    pub fn with_type(items: Vec<Value>, go_type: &'static GoType) -> Self {
        Self { cell: Rc::new(ListCell { items: OnceCell::from(items), frozen: None }), go_type }
    }

    /// Returns a list over shared data, in constant time.
    #[must_use]
    pub fn from_data(data: DataList) -> Self {
        let cell = ListCell { items: OnceCell::new(), frozen: Some(data) };
        Self { cell: Rc::new(cell), go_type: &ANY_LIST }
    }

    /// Returns the same list seen as another Go type.
    #[must_use]
    pub fn as_type(&self, go_type: &'static GoType) -> Self {
        Self { cell: Rc::clone(&self.cell), go_type }
    }

    /// Returns the Go type of this handle.
    #[must_use]
    pub fn go_type(&self) -> &'static GoType {
        self.go_type
    }

    /// Tells whether both handles are the same list.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.cell, &other.cell)
    }

    /// Returns the number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        match (self.cell.items.get(), &self.cell.frozen) {
            (Some(items), _) => items.len(),
            (None, Some(data)) => data.len(),
            (None, None) => 0,
        }
    }

    /// Tells whether there is no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the items.
    #[must_use]
    pub fn as_slice(&self) -> &[Value] {
        self.cell.items.get_or_init(|| match &self.cell.frozen {
            Some(data) => data.iter().map(Value::from).collect(),
            None => Vec::new(),
        })
    }

    /// Iterates over the items.
    pub fn iter(&self) -> std::slice::Iter<'_, Value> {
        self.as_slice().iter()
    }

    /// Takes the containers out if this is the last handle.
    pub(crate) fn into_children(self) -> Option<Vec<Value>> {
        let mut cell = Rc::into_inner(self.cell)?;
        Some(cell.take_containers())
    }
}

impl ListCell {
    fn take_containers(&mut self) -> Vec<Value> {
        let items = self.items.take().unwrap_or_default();
        items.into_iter().filter(|v| matches!(v, Value::List(_) | Value::Map(_))).collect()
    }
}

impl Drop for ListCell {
    fn drop(&mut self) {
        let containers = self.take_containers();
        if !containers.is_empty() {
            release(containers);
        }
    }
}

impl<'a> IntoIterator for &'a List {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromIterator<Value> for List {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self::new(items.into_iter().collect())
    }
}

impl fmt::Debug for List {
    // Shallow on purpose: lists can contain themselves through maps.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({} items)", self.go_type.name, self.len())
    }
}
