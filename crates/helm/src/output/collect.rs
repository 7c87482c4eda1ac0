//! From rendered files to sorted documents.
//!
//! Source of the rules: Helm's `pkg/release/v1/util/manifest_sorter.go` and `pkg/action/action.go`.

use std::collections::BTreeMap;

use zij_gotmpl::Str;

use super::{
    head::Head,
    rendered::{Hook, HookEvent, Manifest, Rendered},
    split::split_documents,
};
use crate::{
    chart::decode::DecodeError,
    diagnosis::Fact,
    error::{Error, Place, Stage},
    load::File,
    profile::Profile,
    render::{Hooks, RenderOptions},
};

const NOTES: &str = "NOTES.txt";

/// Turns the files of one render into documents.
pub(crate) struct Manifests<'r> {
    pub(crate) profile: &'static Profile,
    pub(crate) options: &'r RenderOptions,
    pub(crate) root: &'r str,
}

impl Manifests<'_> {
    /// Splits, reads the heads, tells hooks from manifests and sorts both.
    pub(crate) fn collect(
        &self,
        files: BTreeMap<String, Str>,
        crds: Vec<File>,
    ) -> Result<Rendered, Error> {
        let mut rendered = Rendered { crds, ..Rendered::default() };
        let own_notes = format!("{}/templates/{NOTES}", self.root);
        for (path, content) in files {
            if path.ends_with(NOTES) {
                if path == own_notes {
                    rendered.notes = Some(content.to_string());
                }
                continue;
            }
            self.file(&path, &content, &mut rendered)?;
        }
        let kinds = self.profile.kinds;
        rendered.manifests.sort_by(|a, b| kinds.rank(&a.kind).cmp(&kinds.rank(&b.kind)));
        rendered
            .hooks
            .sort_by(|a, b| kinds.rank(&a.manifest.kind).cmp(&kinds.rank(&b.manifest.kind)));
        Ok(rendered)
    }

    fn file(&self, path: &str, content: &Str, rendered: &mut Rendered) -> Result<(), Error> {
        let Some(text) = content.to_str() else {
            // Only reading it gives the text of the failure.
            let head = Head::read(content, self.profile).map(drop);
            return head.map_err(|error| failed(path, content, error));
        };
        for document in split_documents(text, self.profile.split) {
            let head = Head::read(document.as_bytes(), self.profile);
            let head = head.map_err(|error| failed(path, document.as_bytes(), error))?;
            let hook = head.annotations.get("helm.sh/hook").cloned();
            let manifest = Manifest {
                path: path.to_owned(),
                text: document.into(),
                api_version: head.api_version,
                kind: head.kind,
                name: head.name,
            };
            let Some(events) = hook else {
                rendered.manifests.push(manifest);
                continue;
            };
            match events_of(&events) {
                Some(events) => {
                    let hook = hook_of(manifest, events, &head.annotations);
                    if self.keeps(&hook) {
                        rendered.hooks.push(hook);
                    }
                }
                None => rendered.warnings.push(format!("skipping unknown hooks: {events:?}")),
            }
        }
        Ok(())
    }

    fn keeps(&self, hook: &Hook) -> bool {
        match self.options.hooks {
            Hooks::All => true,
            Hooks::WithoutTests => !hook.events.contains(&HookEvent::Test),
            Hooks::None => false,
        }
    }
}

/// The failure of reading a rendered document; its lines are those of the document.
fn failed(path: &str, document: &[u8], error: DecodeError) -> Error {
    let failure = Error::new(Stage::Manifest, format!("YAML parse error on {path}: {error}"));
    match error {
        DecodeError::Type(error) => failure
            .with_trace(vec![Place { line: None, ..Place::in_yaml(path, document, &error) }])
            .with_fact(Fact::Yaml(error.problem)),
        DecodeError::Invalid(_) => {
            failure.with_trace(vec![Place { file: path.to_owned(), ..Place::default() }])
        }
    }
}

/// The events of a comma list; `None` when one of them is unknown.
fn events_of(list: &str) -> Option<Vec<HookEvent>> {
    list.split(',').map(|name| HookEvent::parse(&name.trim().to_lowercase())).collect()
}

fn hook_of(
    manifest: Manifest,
    events: Vec<HookEvent>,
    annotations: &BTreeMap<String, String>,
) -> Hook {
    let weight = annotations.get("helm.sh/hook-weight");
    let policies = annotations.get("helm.sh/hook-delete-policy");
    let names = |list: &String| list.split(',').map(|name| name.trim().to_lowercase()).collect();
    Hook {
        manifest,
        events,
        weight: weight.and_then(|text| text.parse().ok()).unwrap_or(0),
        delete_policies: policies.map(names).unwrap_or_default(),
    }
}
