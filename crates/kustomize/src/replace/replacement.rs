//! Applying replacements (kustomize's `replacement.Filter`).

use zij_goyaml::NodeKind;

use super::path::{Make, for_each_match};
use super::structured::{Structured, set_in_text};
use crate::error::{Error, Result};
use crate::file::{
    Decoder, FieldOptions, Replacement, ReplacementField, Source, Target, decode_replacement,
};
use crate::load::Loader;
use crate::node::{Node, lookup, smart_split};
use crate::resource::{Id, Resource, ResourceSet, Selector, SelectorPattern};
use crate::transform::Context;

const DEFAULT_PATH: &str = "metadata.name";

/// Reads the files that `replacements` names.
pub(crate) fn load_replacements(
    fields: &[ReplacementField],
    loader: &Loader<'_>,
    context: &Context<'_>,
) -> Result<Vec<Replacement>> {
    let mut replacements = Vec::new();
    for field in fields {
        let inline = field.replacement.source.is_some()
            || field.replacement.targets.as_ref().is_some_and(|targets| !targets.is_empty());
        if field.path.is_empty() {
            replacements.push(field.replacement.clone());
            continue;
        }
        if inline {
            let problem = "cannot specify both path and inline replacement";
            return Err(Error::kustomization(problem));
        }
        let (bytes, file) = loader.load(&field.path)?;
        let name = loader.reads().name(file);
        let node = zij_goyaml::parse(&bytes, &context.limits.yaml)
            .map_err(|error| Error::from(error).in_file(&name))?;
        let decoder = Decoder::lenient("Replacement");
        let decode = |node: &zij_goyaml::Node| {
            decode_replacement(decoder, node, context.profile).map_err(|error| error.in_file(&name))
        };
        match &node.kind {
            NodeKind::Sequence(items) => {
                for item in items {
                    replacements.push(decode(item)?);
                }
            }
            NodeKind::Mapping(_) => replacements.push(decode(&node)?),
            _ => {
                let problem = "unsupported replacement type encountered within replacement path";
                return Err(Error::kustomization(problem).in_file(&name));
            }
        }
    }
    Ok(replacements)
}

/// Copies the values.
///
/// # Errors
/// No source or several, a source without the field, or a target without it.
pub(crate) fn apply_replacements(
    set: &mut ResourceSet,
    replacements: &[Replacement],
    context: &Context<'_>,
) -> Result<()> {
    for replacement in replacements {
        let targets = replacement.targets.as_deref();
        let has_source = replacement.source.is_some() || replacement.source_value.is_some();
        let Some(targets) = targets.filter(|_| has_source) else {
            let problem = "replacements must specify a source and at least one target";
            return Err(Error::change(problem));
        };
        let value = value_of(replacement, set)?;
        for target in targets {
            apply_target(set, &value, target, context)?;
        }
    }
    set.drop_empty();
    Ok(())
}

fn value_of(replacement: &Replacement, set: &ResourceSet) -> Result<Node> {
    match (&replacement.source, &replacement.source_value) {
        (Some(_), Some(_)) => {
            Err(Error::change("value and resource selectors are mutually exclusive"))
        }
        (None, value) => Ok(Node::scalar(value.as_deref().unwrap_or_default())),
        (Some(source), None) => source_value(source, set),
    }
}

fn source_value(source: &Source, set: &ResourceSet) -> Result<Node> {
    let wanted = source.selector.id();
    let fits = |resource: &&Resource| ids(resource).iter().any(|id| id.is_selected_by(&wanted));
    let mut found = set.resources.iter().filter(fits);
    let shown = || format!("{wanted}:{}", source.field_path);
    let Some(resource) = found.next() else {
        return Err(Error::change(format!("nothing selected by {}", shown())));
    };
    if found.next().is_some() {
        return Err(Error::change(format!("multiple matches for selector {}", shown())));
    }
    let path = if source.field_path.is_empty() { DEFAULT_PATH } else { &source.field_path };
    let node = lookup(&resource.node, &smart_split(path, '.'))
        .map_err(|error| error.context("error looking up replacement source"))?;
    let Some(node) = node.filter(|node| !node.is_nil_or_empty()) else {
        let problem = format!("fieldPath `{path}` is missing for replacement source {wanted}");
        return Err(Error::change(problem));
    };
    refined(node, source.options.as_ref())
}

/// The part of the value between delimiters.
fn refined(node: &Node, options: Option<&FieldOptions>) -> Result<Node> {
    let Some(options) = options.filter(|options| !options.delimiter.is_empty()) else {
        return Ok(node.clone());
    };
    if !node.is_scalar() {
        return Err(Error::change("delimiter option can only be used with scalar nodes"));
    }
    let mut parts = node.text().split(&options.delimiter);
    let part = usize::try_from(options.index).ok().and_then(|index| parts.nth(index));
    let Some(part) = part else {
        let (index, text) = (options.index, node.text());
        let problem = format!("options.index {index} is out of bounds for value {text}");
        return Err(Error::change(problem));
    };
    let mut refined = node.clone();
    refined.set_text(part);
    Ok(refined)
}

/// The present id and the former ones; kustomize does not look at scopes here.
fn ids(resource: &Resource) -> Vec<Id> {
    let now = Id {
        gvk: resource.gvk(),
        name: resource.name().to_owned(),
        namespace: resource.namespace().to_owned(),
        cluster_scoped: false,
    };
    [now].into_iter().chain(resource.previous_ids()).collect()
}

/// Which objects a target selects.
struct TargetPattern<'t> {
    target: &'t Target,
    select: SelectorPattern,
    reject: Vec<SelectorPattern>,
    patterns: bool,
}

impl<'t> TargetPattern<'t> {
    fn new(target: &'t Target, patterns: bool) -> Result<Self> {
        let Some(select) = &target.select else {
            return Err(Error::change("target must specify resources to select"));
        };
        let failed = |error: Error| error.context("error creating target selector");
        Ok(Self {
            target,
            select: SelectorPattern::new(select).map_err(failed)?,
            reject: target
                .reject
                .iter()
                .map(SelectorPattern::new)
                .collect::<Result<_>>()
                .map_err(failed)?,
            patterns,
        })
    }

    fn matches(&self, resource: &Resource) -> bool {
        if !self.select.matches_metadata(resource) {
            return false;
        }
        let ids = ids(resource);
        for (selector, pattern) in self.target.reject.iter().zip(&self.reject) {
            let has_metadata = !selector.annotations.is_empty() || !selector.labels.is_empty();
            if has_metadata && pattern.matches_metadata(resource) {
                return false;
            }
            let fits = |id: &Id| match self.patterns {
                true => pattern.matches_id(id),
                false => id.is_selected_by(&selector.id()),
            };
            if !selector.has_no_id() && ids.iter().any(fits) {
                return false;
            }
        }
        let selected = self.target.select.as_ref().map(Selector::id).unwrap_or_default();
        ids.iter().any(|id| match self.patterns {
            true => self.select.matches_id(id),
            false => id.is_selected_by(&selected),
        })
    }
}

fn apply_target(
    set: &mut ResourceSet,
    value: &Node,
    target: &Target,
    context: &Context<'_>,
) -> Result<()> {
    let pattern = TargetPattern::new(target, context.profile.has_replacement_patterns)?;
    let default = [DEFAULT_PATH.to_owned()];
    let paths = if target.field_paths.is_empty() { &default } else { &target.field_paths[..] };
    context.step(set.resources.len())?;
    for resource in &mut set.resources {
        if !pattern.matches(resource) {
            continue;
        }
        context.step(paths.len())?;
        for path in paths {
            let before = resource.shared_values();
            copy(&mut resource.node, value, path, target.options.as_ref(), context)?;
            resource.sync_shared(&before);
        }
    }
    Ok(())
}

fn copy(
    node: &mut Node,
    value: &Node,
    field_path: &str,
    options: Option<&FieldOptions>,
    context: &Context<'_>,
) -> Result<()> {
    let path = smart_split(field_path, '.');
    let create = options.is_some_and(|options| options.create);
    let make = if create { Make::like(value) } else { Make::Nothing };
    if context.profile.has_replacement_patterns
        && set_in_text(node, value, &path, make, &context.limits.yaml)? == Structured::Done
    {
        return Ok(());
    }
    let missing = || {
        let verb = if create { "find or create" } else { "find" };
        format!("unable to {verb} field \"{field_path}\" in replacement target")
    };
    let found = for_each_match(node, &path, make, &mut |field| set(field, value, options))
        .map_err(|error| error.context(missing()))?;
    if found == 0 { Err(Error::change(missing())) } else { Ok(()) }
}

/// Writes the value; a scalar keeps the type of the one that it replaces.
fn set(field: &mut Node, value: &Node, options: Option<&FieldOptions>) -> Result<()> {
    let mut value = value.clone();
    if let Some(options) = options.filter(|options| !options.delimiter.is_empty()) {
        if !field.is_scalar() {
            return Err(Error::change("delimiter option can only be used with scalar nodes"));
        }
        let text = value.value().to_owned();
        let mut parts: Vec<&str> = field.text().split(&options.delimiter).collect();
        match usize::try_from(options.index) {
            Err(_) => parts.insert(0, &text),
            Ok(index) if index >= parts.len() => parts.push(&text),
            Ok(index) => parts[index] = &text,
        }
        let joined = parts.join(&options.delimiter);
        value.set_text(joined);
    }
    if field.is_scalar() {
        field.set_text(value.shared_text());
    } else {
        *field = value;
    }
    Ok(())
}
