//! Native objects: Go structs and pointers with fields and methods.

use std::{any::Any, fmt, rc::Rc};

use crate::{
    function::Method,
    value::{Kind, Str, Value},
};

/// A Go struct (or pointer to one) as templates see it.
///
/// Only [`Object::type_name`] must be given; the rest defaults to an opaque struct.
pub trait Object: Any + fmt::Debug {
    /// Returns the Go type's name as `%T` prints it, such as `*common.Capabilities`.
    fn type_name(&self) -> &'static str;

    /// Returns the Go kind.
    fn kind(&self) -> Kind {
        if self.type_name().starts_with('*') { Kind::Ptr } else { Kind::Struct }
    }

    /// Returns an exported field; `None` makes it `can't evaluate field`.
    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    /// Returns the methods; they are found before fields.
    fn methods(&self) -> &'static [Method] {
        &[]
    }

    /// Returns what the Go type's `String` or `Error` method gives; `None` if it has none.
    ///
    /// Printing in a template and `%v`/`%s` use it.
    fn string(&self) -> Option<Str> {
        None
    }

    /// Returns what an action prints. A pointer receiver's `String` method is found by an action
    /// (the field is addressable) but not by a function that gets the value.
    fn action_string(&self) -> Option<Str> {
        self.string()
    }

    /// Returns the exported fields in order, with Go's names: what `%v` prints without `String`.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// Returns the view that YAML shows, and JSON where there is no struct: nil by default.
    fn to_json(&self) -> Value {
        self.json_fields().map_or(Value::Nil, |fields| Value::Map(fields.into_iter().collect()))
    }

    /// Returns the fields that JSON shows, in the struct's order; `None` if it shows no struct.
    fn json_fields(&self) -> Option<Vec<(Str, Value)>> {
        None
    }

    /// Returns the fields that goyaml v3 writes, in order: the exported ones in lower case, unless
    /// the struct says otherwise.
    fn yaml_fields(&self) -> Vec<(Str, Value)> {
        let exported =
            |field: &(&'static str, Value)| field.0.starts_with(|c: char| c.is_uppercase());
        let fields = self.fields().into_iter().filter(exported);
        fields.map(|(name, value)| (Str::from(name.to_lowercase()), value)).collect()
    }

    /// Returns Go's truth of this value: structs and non-nil pointers are true.
    fn truthy(&self) -> bool {
        true
    }
}

impl dyn Object {
    /// Returns the concrete object, if it is a `T`.
    #[must_use]
    pub fn downcast_ref<T: Object>(&self) -> Option<&T> {
        (self as &dyn Any).downcast_ref()
    }
}

impl Value {
    /// Wraps a native object.
    pub fn object(object: impl Object) -> Self {
        Self::Object(Rc::new(object))
    }

    /// Returns the concrete native object, if this is a `T`.
    #[must_use]
    pub fn downcast_ref<T: Object>(&self) -> Option<&T> {
        match self {
            Self::Object(object) => object.downcast_ref(),
            _ => None,
        }
    }
}
