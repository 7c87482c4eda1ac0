//! Runs the Helm engine for a cell.

use std::{collections::BTreeMap, sync::Arc};

use zij_gotmpl::Limits;
use zij_helm::{
    Capabilities, Engine, Hooks, Inputs, KubeVersion, Release, RenderOptions, Rendered,
    diagnosis::{Diagnosis, Sources},
    host::Surroundings,
    output::{self, HookEvent, Manifest},
    values::{ValuesLayer, merge_layers},
};

use crate::inventory::{Application, ChartFlags, ChartRender, Cluster, Rule, UnknownKind};

use super::{
    Document, FailureKind, Hook, RenderFailure,
    anew::Functions,
    chart::{ChartPlaces, LoadedChart},
    renderer::Documents,
    values::Layer,
};

/// Bytes that a render may hold as output; manifests beyond that fit into no release.
const OUTPUT: usize = 64 << 20;

/// What is rendered, apart from the chart and its values.
pub(super) struct Cell<'a> {
    pub(super) application: &'a Application,
    pub(super) render: &'a ChartRender,
    pub(super) cluster: &'a Cluster,
}

/// The documents of a cell; the current thread must have the stack that the engine asks for.
pub(super) fn documents(
    engine: &Engine,
    cell: &Cell<'_>,
    chart: &LoadedChart,
    layers: &[Layer],
) -> Result<Documents, RenderFailure> {
    let Cell { application, render, cluster } = cell;
    let profile = engine.profile();
    let layers: Vec<ValuesLayer> =
        layers.iter().map(|layer| ValuesLayer::clone(&layer.values)).collect();
    let chart_name = chart.places.root();
    let sources = Sources {
        layers: &layers,
        chart: Some(&chart.chart),
        chart_name,
        profile,
        takes_flags: false,
    };
    let failed = |error| chart.places.failure(&error, &sources);
    let capabilities = capabilities(render, cluster, engine)?;
    let options = RenderOptions {
        include_crds: render.flags.include_crds,
        skip_schema_validation: render.flags.skip_schema,
        hooks: match render.flags {
            ChartFlags { skip_hooks: true, .. } => Hooks::None,
            ChartFlags { skip_tests: true, .. } => Hooks::WithoutTests,
            _ => Hooks::All,
        },
        limits: Limits { output: OUTPUT, ..Limits::default() },
    };
    let namespace = render.namespace.as_ref().unwrap_or(&application.namespace);
    let inputs = Inputs {
        chart: &chart.chart,
        release: &Release::new(&*render.release, &**namespace),
        values: &merge_layers(&layers, profile).map_err(failed)?,
        capabilities: &capabilities,
        options: &options,
    };
    // The same for both revisions of a cell, so that random values do not look like changes, and
    // for all cells of equal inputs, so that those are rendered once.
    let seed = format!("{namespace}/{}", render.release);
    let rendered = engine
        .render_here(&inputs, Surroundings::seeded(&seed))
        .map_err(|error| unless_vendored(failed(error), chart))?;
    let mut warnings = rendered.warnings.clone();
    warnings.extend(asks_for_history(application, chart));
    let unstable = Functions::of(&rendered);
    let mut naming = Naming { places: &chart.places, known: BTreeMap::new() };
    let mut documents = naming.documents(rendered);
    if let Some(functions) = unstable {
        match engine.render_here(&inputs, Surroundings::anew(&seed)) {
            Ok(rendered) => functions.compare(&mut documents, &naming.documents(rendered)),
            Err(error) => {
                let message = failed(error).message;
                warnings.push(format!("fails with other random values: {message}"));
            }
        }
    }
    Ok(Documents { documents: documents.into(), warnings: warnings.into() })
}

/// Templates of a release of Flux that ask whether it is installed or upgraded: Flux upgrades it,
/// and here it is rendered as if it were installed.
fn asks_for_history(application: &Application, chart: &LoadedChart) -> Option<String> {
    const QUESTIONS: [&[u8]; 3] =
        [b".Release.IsUpgrade", b".Release.IsInstall", b".Release.Revision"];
    if application.origin.rule != Rule::Flux {
        return None;
    }
    let asks = |data: &[u8]| {
        QUESTIONS.iter().any(|part| data.windows(part.len()).any(|window| window == *part))
    };
    let template = chart.chart.templates.iter().find(|template| asks(&template.data))?;
    Some(format!(
        "{} asks whether the release is installed or upgraded; it is rendered as if installed",
        chart.places.file(&template.name)
    ))
}

/// Charts that are fetched before a deployment are not wrong, they are just not in the repository.
pub(super) fn unless_vendored(failure: RenderFailure, chart: &LoadedChart) -> RenderFailure {
    if chart.chart.missing_dependencies().is_empty() {
        return failure;
    }
    let folder = chart.places.file("");
    let folder = folder.trim_end_matches('/');
    let hint = format!(
        "`zij vendor` fetches it; or commit what `helm dependency build {folder}` puts into \
         {folder}/charts"
    );
    let diagnosis = failure.diagnosis.map(|own| Box::new(Diagnosis { helps: Vec::new(), ..*own }));
    let kind = FailureKind::Unknown(UnknownKind::Chart);
    RenderFailure { kind, hint: Some(hint), diagnosis, ..failure }
}

fn capabilities(
    render: &ChartRender,
    cluster: &Cluster,
    engine: &Engine,
) -> Result<Capabilities, RenderFailure> {
    let profile = engine.profile();
    let own = render.capabilities.as_ref();
    let apis = own.and_then(|own| own.apis.as_ref()).unwrap_or(&*cluster.apis);
    let apis = apis.iter().map(ToString::to_string);
    let capabilities = Capabilities::default_for(profile).with_api_versions(apis);
    let own = own.and_then(|own| own.kube.as_ref());
    let Some(kube) = own.or(cluster.kube.as_ref()) else { return Ok(capabilities) };
    let version = KubeVersion::parse(kube, profile).map_err(|error| RenderFailure {
        kind: FailureKind::Error,
        message: error.text().to_owned(),
        place: cluster.place.clone(),
        hint: None,
        diagnosis: None,
    })?;
    Ok(capabilities.with_kube_version(version))
}

/// Gives documents the names that their templates have in the repository.
struct Naming<'a> {
    places: &'a ChartPlaces,
    known: BTreeMap<String, Arc<str>>,
}

impl Naming<'_> {
    fn documents(&mut self, rendered: Rendered) -> Vec<Document> {
        let mut documents = Vec::new();
        for file in rendered.crds {
            let template = self.template(&file.name);
            let chart_path = file.name.into();
            documents.push(Document {
                template,
                chart_path,
                bytes: file.data,
                hook: None,
                line: None,
                is_crd: true,
                anew: None,
            });
        }
        for manifest in rendered.manifests {
            documents.push(self.document(manifest, None));
        }
        for hook in rendered.hooks {
            let (manifest, hook) = split_hook(hook);
            documents.push(self.document(manifest, Some(hook)));
        }
        documents
    }

    fn document(&mut self, manifest: Manifest, hook: Option<Hook>) -> Document {
        Document {
            template: self.template(&manifest.path),
            chart_path: manifest.path.into(),
            bytes: line_ended(&manifest.text),
            hook,
            line: None,
            is_crd: false,
            anew: None,
        }
    }

    fn template(&mut self, shown: &str) -> Arc<str> {
        if let Some(known) = self.known.get(shown) {
            return Arc::clone(known);
        }
        let template: Arc<str> = self.places.rendered_file(shown).into();
        self.known.insert(shown.to_owned(), Arc::clone(&template));
        template
    }
}

/// A document as Helm hands it on: with a line end, which a block scalar at its end keeps.
/// (`helm template` prints it, and `Release.Manifest` has it: action.go `renderResources`.)
fn line_ended(text: &str) -> Arc<[u8]> {
    [text.as_bytes(), b"\n"].concat().into()
}

fn split_hook(hook: output::Hook) -> (Manifest, Hook) {
    let own = Hook {
        events: hook.events.iter().map(|event| event_name(*event).into()).collect(),
        weight: hook.weight,
        delete_policies: hook.delete_policies.iter().map(|policy| policy.as_str().into()).collect(),
    };
    (hook.manifest, own)
}

fn event_name(event: HookEvent) -> &'static str {
    match event {
        HookEvent::PreInstall => "pre-install",
        HookEvent::PostInstall => "post-install",
        HookEvent::PreDelete => "pre-delete",
        HookEvent::PostDelete => "post-delete",
        HookEvent::PreUpgrade => "pre-upgrade",
        HookEvent::PostUpgrade => "post-upgrade",
        HookEvent::PreRollback => "pre-rollback",
        HookEvent::PostRollback => "post-rollback",
        HookEvent::Test => "test",
    }
}
