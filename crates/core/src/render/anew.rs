//! What each real render makes anew, found by rendering twice.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

use zij_helm::Rendered;

use super::{Anew, Document};

/// The functions that gave a render values of no other render, by the file that called them.
pub(super) struct Functions(BTreeMap<String, BTreeSet<&'static str>>);

impl Functions {
    /// The functions of a render; nothing where every render is the same.
    pub(super) fn of(rendered: &Rendered) -> Option<Self> {
        let mut by_file: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
        for unstable in &rendered.unstable {
            let file = unstable.file.to_str_lossy().into_owned();
            by_file.entry(file).or_default().insert(unstable.function);
        }
        (!by_file.is_empty()).then_some(Self(by_file))
    }

    /// Gives every document of the first render what the second has in its place.
    ///
    /// Documents are paired by their file and their position in it.
    pub(super) fn compare(&self, first: &mut [Document], second: &[Document]) {
        let mut others: HashMap<&str, VecDeque<&Document>> = HashMap::new();
        for document in second {
            others.entry(&document.chart_path).or_default().push_back(document);
        }
        for document in first {
            let other = others.get_mut(&*document.chart_path).and_then(VecDeque::pop_front);
            let bytes = other.map_or_else(Arc::default, |other| Arc::clone(&other.bytes));
            if bytes != document.bytes {
                let functions = self.behind(&document.chart_path);
                document.anew = Some(Anew { bytes, functions });
            }
        }
    }

    /// The functions that the file called; all where it called none, since values may have come
    /// through what files share.
    fn behind(&self, file: &str) -> Arc<str> {
        let all = || self.0.values().flatten().copied().collect();
        let functions: BTreeSet<&str> =
            self.0.get(file).map_or_else(all, |own| own.iter().copied().collect());
        Vec::from_iter(functions).join(", ").into()
    }
}
