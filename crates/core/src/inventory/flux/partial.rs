//! Entries that stand in git in parts: a Kustomization that a base describes and that a patch of each
//! cluster gives its path.

use super::{
    cluster::strict_by,
    expand::Expansion,
    item::{Item, objects_of},
    roots::{Entry, source_key},
};
use crate::{
    inventory::{
        Application, CellId, ClusterName, KustomizeRender, Meta, Origin, Owner, Render, Rule,
        Source, SourceAt, object::text,
    },
    source::{Place, TreePath},
};

impl Expansion<'_> {
    /// The entry with its Kustomization as the folder that it follows makes it, and with the sources
    /// that this folder makes; as it was where it is no part, or the folder makes none.
    pub(super) fn whole(&self, entry: Entry) -> Entry {
        let is_part = |item: &&Item| item.kind() == "Kustomization" && source_key(item).is_none();
        let Some(part) = entry.items.iter().find(is_part) else { return entry };
        let Some(made) = self.made_by_own_path(part) else { return entry };
        let own = made.iter().find(|item| {
            let path = |item: &Item| text(&item.node, &["spec", "path"]).map(str::to_owned);
            item.key() == part.key() && path(item) == path(part) && source_key(item).is_some()
        });
        let Some(own) = own.cloned() else { return entry };
        let controller = made.iter().find(|item| item.is_kustomize_controller());
        let controller = controller.and_then(|item| zij_goyaml::to_yaml(&item.node).ok());
        let strict = entry.strict.or_else(|| strict_by(&controller?));
        let source = source_key(&own);
        let sources = made.into_iter().filter(Item::is_referred);
        let items = sources.chain([self.located(own)]).collect();
        Entry { items, source, strict, ..entry }
    }

    /// What the folder that a Kustomization follows makes, before Flux changes anything of it.
    fn made_by_own_path(&self, item: &Item) -> Option<Vec<Item>> {
        let path = TreePath::parse(text(&item.node, &["spec", "path"])?).ok()?;
        let cluster = ClusterName::from(path.as_str());
        let render = KustomizeRender { unrestricted: true, ..KustomizeRender::default() };
        let application = Application {
            id: CellId {
                application: item.key().shown().as_str().into(),
                cluster: cluster.clone(),
                owner: Owner::Flux(item.kind().into()),
            },
            namespace: item.namespace().into(),
            sources: vec![Source { at: SourceAt::Tree(path), render: Render::Kustomize(render) }],
            post: Vec::new(),
            meta: Meta::default(),
            origin: Origin { rule: Rule::Flux, place: item.place.clone(), chain: Vec::new() },
        };
        let cluster = self.cluster(&cluster);
        let (roots, watched) = (self.context.roots, self.reader.watched);
        watched.note_root(&application, &cluster, roots);
        let documents = roots.render_root(watched.unwatched(), &application, &cluster).ok()?;
        let items = documents.iter().flat_map(|document| {
            let place = Place::file(document.file.clone());
            objects_of(&document.text).0.into_iter().map(move |(_, node)| Item {
                is_written: false,
                ..Item::written(node, place.clone())
            })
        });
        Some(items.collect())
    }
}
