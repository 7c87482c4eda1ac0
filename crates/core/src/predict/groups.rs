//! Cells whose changes are the same are told once.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Group, ResourceAction, ResourceChange, outcome::Outcome};
use crate::{
    diff::{Change, Changes, FieldChange, Segment, ValueChange, ValueSide, hunks},
    policy::Subject,
    resource::{FieldPath, Resource, SecretTexts, Value, to_yaml},
    source::Place,
};

/// What tells changes apart.
pub(crate) type Digest = [u8; 32];

/// The distinct changes met so far, each as its first cell shows it.
#[derive(Default)]
pub(crate) struct Groups(Mutex<Met>);

#[derive(Default)]
struct Met {
    /// Each with its first cell.
    groups: HashMap<Digest, (usize, Group)>,
    /// The lines of all of them: what a chart renders for many clusters is mostly the same.
    lines: HashSet<Arc<[Segment]>>,
}

impl Groups {
    /// Adds a cell's change and returns what it is found by; `None` where nothing differs.
    ///
    /// The text diffs are made for the cell with the lowest index only, whatever the order in
    /// which cells arrive.
    pub(crate) fn add(
        &self,
        cell: usize,
        values: Vec<ValueChange>,
        outcome: &Outcome<'_>,
    ) -> Option<Digest> {
        if values.is_empty() && !outcome.differs {
            return None;
        }
        let values: Vec<ValueChange> =
            values.into_iter().map(|change| shown(change, &outcome.secrets)).collect();
        let digest = with_values(&values, &outcome.digest);
        if self.first(&digest).is_some_and(|first| first < cell) {
            return Some(digest);
        }
        let mut group = Group { cells: Vec::new(), values, resources: outcome.resources() };
        let mut met = self.met();
        if met.groups.get(&digest).is_none_or(|(first, _)| *first >= cell) {
            met.share_lines(&mut group);
            met.groups.insert(digest, (cell, group));
        }
        Some(digest)
    }

    fn first(&self, digest: &Digest) -> Option<usize> {
        self.met().groups.get(digest).map(|(first, _)| *first)
    }

    fn met(&self) -> MutexGuard<'_, Met> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The groups of all cells, most cells first, and for each cell that has one its group's index;
    /// `digests` is what the cells are found by.
    pub(crate) fn finish(
        self,
        digests: &BTreeMap<usize, Digest>,
    ) -> (Vec<Group>, Vec<(usize, usize)>) {
        let Met { mut groups, .. } = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (cell, digest) in digests {
            if let Some((_, group)) = groups.get_mut(digest) {
                group.cells.push(*cell);
            }
        }
        let mut sorted: Vec<(Digest, (usize, Group))> = groups.into_iter().collect();
        sorted.sort_by_key(|(_, (first, group))| (usize::MAX - group.cells.len(), *first));
        let index: HashMap<Digest, usize> =
            sorted.iter().map(|(digest, _)| *digest).zip(0..).collect();
        let of_cells = digests.iter();
        let of_cells =
            of_cells.filter_map(|(cell, digest)| Some((*cell, *index.get(digest)?))).collect();
        (sorted.into_iter().map(|(_, (_, group))| group).collect(), of_cells)
    }
}

impl Met {
    /// Lets a group hold the lines that others before it hold too.
    fn share_lines(&mut self, group: &mut Group) {
        let hunks = group.resources.iter_mut().flat_map(|change| &mut change.hunks);
        for line in hunks.flat_map(|hunk| &mut hunk.lines) {
            match self.lines.get(&line.segments) {
                Some(known) => line.segments = Arc::clone(known),
                None => drop(self.lines.insert(Arc::clone(&line.segments))),
            }
        }
    }
}

/// A value's change without what the cell's Secrets hold.
fn shown(change: ValueChange, secrets: &SecretTexts<'_>) -> ValueChange {
    let ValueChange { path, old, new } = change;
    let side = |side: ValueSide| ValueSide {
        value: secrets.value(&path, &side.value).into_owned(),
        place: side.place,
    };
    let (old, new) = (old.map(side), new.map(side));
    ValueChange { old, new, path }
}

/// A change with the content of Secrets masked on both sides.
pub(crate) struct Masked<'a> {
    resource: &'a Resource,
    action: ResourceAction,
    old: Option<Cow<'a, Value>>,
    new: Option<Cow<'a, Value>>,
    fields: Cow<'a, [FieldChange]>,
}

impl<'a> Masked<'a> {
    /// The changes of a cell.
    pub(crate) fn all(changes: &'a Changes<'a>, secrets: &SecretTexts<'_>) -> Vec<Self> {
        changes.resources.iter().map(|change| Self::new(change, secrets)).collect()
    }

    fn new(change: &'a Change<'a>, secrets: &SecretTexts<'_>) -> Self {
        let shown = |resource: &'a Resource| Some(secrets.object(resource.stable()));
        let resource = change.resource();
        match change {
            Change::Create(new) => {
                let action = ResourceAction::Create;
                Self { resource, action, old: None, new: shown(new), fields: Cow::default() }
            }
            Change::Delete(old) => {
                let action = ResourceAction::Delete;
                Self { resource, action, old: shown(old), new: None, fields: Cow::default() }
            }
            Change::Update { old, new, fields } => {
                let action = ResourceAction::Update;
                let (old, new) = (secrets.object(old.stable()), secrets.object(new.stable()));
                let is_bare = matches!((&old, &new), (Cow::Borrowed(_), Cow::Borrowed(_)));
                let fields = if is_bare {
                    Cow::Borrowed(fields.as_slice())
                } else {
                    Cow::Owned(crate::diff::fields(&old, &new))
                };
                Self { resource, action, old: Some(old), new: Some(new), fields }
            }
        }
    }

    fn text(value: Option<&Value>) -> String {
        value.map(to_yaml).unwrap_or_default()
    }

    /// The change as it is told, with the difference of the texts.
    pub(crate) fn finish(self, rolls: Vec<FieldPath>) -> ResourceChange {
        ResourceChange {
            subject: Subject::from(self.resource),
            action: self.action,
            template: Place::file(self.resource.origin.template.clone()),
            rolls,
            hunks: hunks(&Self::text(self.old.as_deref()), &Self::text(self.new.as_deref())),
            fields: self.fields.into_owned(),
        }
    }
}

/// Hashes what two cells must have in common to be told as one: which values and fields differ and
/// how; for whole objects their content. Namespaces, places and unchanged lines may differ.
fn with_values(values: &[ValueChange], changes: &Digest) -> Digest {
    let mut hasher = blake3::Hasher::new();
    let mut add = |text: &str| {
        hasher.update(&text.len().to_le_bytes()).update(text.as_bytes());
    };
    for change in values {
        add(&change.path.to_string());
        for side in [&change.old, &change.new] {
            add(&side.as_ref().map(|side| side.value.to_string()).unwrap_or_default());
        }
    }
    hasher.update(changes);
    *hasher.finalize().as_bytes()
}

/// The part of it that follows from the objects.
pub(crate) fn digest_of(changes: &[Masked<'_>]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    let mut add = |text: &str| {
        hasher.update(&text.len().to_le_bytes()).update(text.as_bytes());
    };
    for change in changes {
        add(&change.resource.id.to_string());
        add(&change.resource.api_version);
        add(match change.action {
            ResourceAction::Create => "create",
            ResourceAction::Update => "update",
            ResourceAction::Delete => "delete",
        });
        for field in change.fields.iter() {
            add(&field.path.to_string());
            for side in [&field.old, &field.new] {
                add(&side.as_ref().map(ToString::to_string).unwrap_or_default());
            }
        }
        if change.action != ResourceAction::Update {
            add(&Masked::text(change.old.as_deref().or(change.new.as_deref())));
        }
    }
    *hasher.finalize().as_bytes()
}
