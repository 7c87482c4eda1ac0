//! Complex constants: templates can write and print them, and do nothing else with them.

use crate::value::{Kind, Object, Str, fmt};

/// A Go `complex128`.
#[derive(Debug)]
pub(crate) struct Complex(pub(crate) f64, pub(crate) f64);

impl Object for Complex {
    fn type_name(&self) -> &'static str {
        "complex128"
    }

    fn kind(&self) -> Kind {
        Kind::Complex128
    }

    fn string(&self) -> Option<Str> {
        let (real, imaginary) =
            (fmt::format_float(self.0, b'g', None), fmt::format_float(self.1, b'g', None));
        let sign = if imaginary.starts_with(['+', '-']) { "" } else { "+" };
        Some(Str::from(format!("({real}{sign}{imaginary}i)")))
    }

    fn truthy(&self) -> bool {
        self.0 != 0.0 || self.1 != 0.0
    }
}
