//! Quantities in the one form in which they are compared.

use std::sync::Arc;

use crate::resource::{
    quantity,
    value::{Data, Map, Value},
};

/// How two quantities are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amounts {
    /// By what they amount to, as `equality.Semantic.DeepEqual` does for a Deployment.
    Value,
    /// By how the server writes them, since the controllers of StatefulSets and DaemonSets compare
    /// bytes: `1Gi` and `1073741824` differ, `1024Mi` and `1Gi` do not.
    Text,
}

const BILLION: i128 = 1_000_000_000;

impl Amounts {
    /// Makes every value of a map of amounts comparable.
    pub(super) fn all(self, amounts: &mut Map) {
        for (_, value) in amounts {
            self.one(value);
        }
    }

    /// Makes one amount comparable; what is no amount stays as it is.
    pub(super) fn one(self, value: &mut Value) {
        let text = match &value.data {
            Data::String(text) => Arc::clone(text),
            Data::Number(text) => Arc::from(&**text),
            Data::Null | Data::Bool(_) | Data::List(_) | Data::Map(_) => return,
        };
        let Some(billionths) = quantity(text.trim()) else { return };
        value.data = Data::String(match self {
            Self::Value => canonical(to_milli(billionths), ""),
            Self::Text => canonical(to_milli(billionths), text.trim()),
        });
    }
}

/// Finer parts than thousandths are rounded up when resources are read.
///
/// (Source: `SetDefaults_ResourceList`.)
fn to_milli(billionths: i128) -> i128 {
    const MILLI: i128 = BILLION / 1000;
    billionths.div_euclid(MILLI) * MILLI + if billionths.rem_euclid(MILLI) > 0 { MILLI } else { 0 }
}

/// An amount as the server writes it; the notation of `like` is kept where it can be.
///
/// (Source: `CanonicalizeBytes` in staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go.)
fn canonical(billionths: i128, like: &str) -> Arc<str> {
    let is_binary = like.ends_with('i');
    let is_exponent = like.contains(['e', 'E']) && !like.ends_with('E');
    let whole = billionths / BILLION;
    if is_binary && billionths % BILLION == 0 && whole.abs() >= 1024 {
        return steps(whole, 1024, &["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]).into();
    }
    if billionths == 0 {
        return "0".into();
    }
    let thousandths = billionths / (BILLION / 1000);
    if is_exponent {
        let text = steps(thousandths, 1000, &["e-3", "", "e3", "e6", "e9", "e12", "e15", "e18"]);
        return text.into();
    }
    steps(thousandths, 1000, &["m", "", "k", "M", "G", "T", "P", "E"]).into()
}

/// A number with the largest suffix that leaves it whole.
fn steps(mut number: i128, step: i128, suffixes: &[&str]) -> String {
    let mut at = 0;
    while number != 0 && number % step == 0 && at + 1 < suffixes.len() {
        number /= step;
        at += 1;
    }
    format!("{number}{}", suffixes.get(at).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_the_server_writes_them() {
        for (text, value, bytes) in [
            ("1000m", "1", "1"),
            ("0.5", "500m", "500m"),
            ("1024Mi", "1073741824", "1Gi"),
            ("1Gi", "1073741824", "1Gi"),
            ("1.5Gi", "1610612736", "1536Mi"),
            ("512", "512", "512"),
            ("0.5Ki", "512", "512"),
            ("1000M", "1G", "1G"),
            ("1e3", "1k", "1e3"),
            ("1500", "1500", "1500"),
            ("0", "0", "0"),
            ("0Gi", "0", "0"),
            ("100n", "1m", "1m"),
            ("-1000m", "-1", "-1"),
        ] {
            for (how, want) in [(Amounts::Value, value), (Amounts::Text, bytes)] {
                let mut got = Value::from(text);
                how.one(&mut got);
                assert_eq!(got.as_str(), Some(want), "{text} {how:?}");
            }
        }
    }
}
