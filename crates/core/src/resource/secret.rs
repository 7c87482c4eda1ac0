//! Keeps the content of Secrets out of everything that is shown or stored.

use std::{borrow::Cow, fmt};

use super::{
    unstable::MARK,
    value::{Data, Map, Value},
};

/// Replaces secret texts by their length and a keyed fingerprint.
///
/// Equal texts keep equal fingerprints under one key, so a change still shows as one; without the
/// key the fingerprint cannot be searched for a short text.
#[derive(Clone)]
pub struct Mask([u8; 32]);

impl Mask {
    /// A mask whose key is derived from `secret`, which must not be shown beside its fingerprints.
    pub fn new(secret: &[u8]) -> Self {
        Self(blake3::derive_key("zij 2026 secret mask", secret))
    }

    /// What is shown instead of `text`: `<masked 12 bytes #9f86d081>`.
    pub fn text(&self, text: &str) -> String {
        let hash = blake3::keyed_hash(&self.0, text.as_bytes());
        let fingerprint = u32::from_be_bytes([0, 1, 2, 3].map(|at| hash.as_bytes()[at]));
        format!("<masked {} bytes #{fingerprint:08x}>", text.len())
    }

    /// What tells this mask from one of another key, without saying what its key is.
    pub fn id(&self) -> String {
        self.text("")
    }

    /// The object as it may be shown: a Secret with its `data` and `stringData` masked, anything
    /// else unchanged.
    pub fn object<'a>(&self, object: &'a Value) -> Cow<'a, Value> {
        if !is_secret(object) {
            return Cow::Borrowed(object);
        }
        let mut shown = object.clone();
        if let Data::Map(map) = &mut shown.data {
            for field in ["data", "stringData"] {
                if let Some(value) = map.get_mut(field) {
                    self.mask_leaves(value);
                }
            }
            if let Some(Data::Map(metadata)) = map.get_mut("metadata").map(|m| &mut m.data) {
                self.mask_copies(metadata);
            }
        }
        Cow::Owned(shown)
    }

    /// `kubectl apply` keeps a copy of the whole object in an annotation.
    fn mask_copies(&self, metadata: &mut Map) {
        const COPY: &str = "kubectl.kubernetes.io/last-applied-configuration";
        if let Some(Data::Map(annotations)) = metadata.get_mut("annotations").map(|a| &mut a.data)
            && let Some(copy) = annotations.get_mut(COPY)
        {
            self.mask_leaves(copy);
        }
    }

    fn mask_leaves(&self, value: &mut Value) {
        match &mut value.data {
            Data::Null => {}
            // What each render makes anew is not known to anyone.
            Data::String(text) if &**text == MARK => {}
            Data::String(text) => *text = self.text(text).into(),
            Data::Bool(_) | Data::Number(_) => {
                let text = self.text(&value.to_string());
                value.data = Data::String(text.into());
            }
            Data::List(items) => items.iter_mut().for_each(|item| self.mask_leaves(item)),
            Data::Map(map) => map.iter_mut().for_each(|(_, item)| self.mask_leaves(item)),
        }
    }
}

impl Default for Mask {
    fn default() -> Self {
        Self::new(b"")
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mask(…)")
    }
}

pub(super) fn is_secret(object: &Value) -> bool {
    object.text_at(&["kind"]) == Some("Secret") && object.text_at(&["apiVersion"]) == Some("v1")
}
