//! What Flux does to the text of objects after a build, before anything else sees them.
//!
//! (Source: fluxcd/pkg, `kustomize/kustomize_varsub.go`; fluxcd/helm-controller,
//! `internal/postrender`.)

use std::{collections::BTreeMap, sync::Arc};

use zij_goyaml::{Limits, Mapping, Node, NodeKind};
use zij_kustomize::{LoadRestrictor, MemoryFolder, Options, build};

use crate::{
    inventory::{Application, PostRenderedHooks, PostRenderer, PostStep, Substitution},
    source::Place,
};

use super::{
    Anew, Document, FailureKind, RenderFailure,
    renderer::Documents,
    substitute::{Variables, mentioned, substitute},
};

/// The label or annotation that keeps an object from being substituted.
const OPT_OUT: &str = "kustomize.toolkit.fluxcd.io/substitute";
/// The annotation that keeps an object encrypted.
const DECRYPT: &str = "kustomize.toolkit.fluxcd.io/decrypt";

/// The documents after the steps that change their text.
pub(super) fn rework(
    made: Documents,
    application: &Application,
) -> Result<Documents, RenderFailure> {
    let mut documents = made.documents;
    for step in &application.post {
        match step {
            PostStep::Decrypt => {
                documents = documents.iter().map(decrypted).collect::<Vec<_>>().into();
            }
            PostStep::Substitute(substitution) => {
                let substituted: Result<Vec<Document>, RenderFailure> = documents
                    .iter()
                    .map(|document| substituted(document, substitution, application))
                    .collect();
                documents = substituted?.into();
            }
            PostStep::Kustomize(renderer) => {
                documents = post_rendered(&documents, renderer, application)?.into();
            }
            PostStep::RefuseEncrypted => documents.iter().try_for_each(refuse_encrypted)?,
            PostStep::Track(_)
            | PostStep::Exclude(_)
            | PostStep::RequireNamespace
            | PostStep::Skip(_)
            | PostStep::CreateNamespace { .. }
            | PostStep::Metadata { .. } => {}
        }
    }
    Ok(Documents { documents, warnings: made.warnings })
}

/// The object without what SOPS has added to it; nothing else of it is known without the key.
fn decrypted(document: &Document) -> Document {
    let node = zij_goyaml::parse(&document.bytes, &Limits::default());
    let Ok(Node { kind: NodeKind::Mapping(object), .. }) = node else { return document.clone() };
    let is_encrypted = object.get("sops").and_then(|sops| sops.get("mac")).is_some();
    if !is_encrypted || stays_encrypted(&object) {
        return document.clone();
    }
    let kept = object.iter().filter(|field| &*field.key != "sops");
    let kept: Mapping = kept.map(|field| (Arc::clone(&field.key), field.value.clone())).collect();
    match zij_goyaml::to_yaml(&NodeKind::Mapping(kept).into()) {
        Ok(text) => Document { bytes: text.into_bytes().into(), ..document.clone() },
        Err(_) => document.clone(),
    }
}

/// Whether an object says that it is deployed as it is.
fn stays_encrypted(object: &Mapping) -> bool {
    let annotations = object.get("metadata").and_then(|metadata| metadata.get("annotations"));
    let mark = annotations.and_then(|annotations| annotations.get(DECRYPT)).and_then(Node::as_str);
    mark.is_some_and(|mark| mark.eq_ignore_ascii_case("disabled"))
}

/// Says of a Secret that SOPS has encrypted that it is not deployed so (Source:
/// fluxcd/kustomize-controller, `internal/decryptor`, `IsEncryptedSecret`).
fn refuse_encrypted(document: &Document) -> Result<(), RenderFailure> {
    // Most documents are not worth being read for it.
    if !document.text().contains("sops") {
        return Ok(());
    }
    let node = zij_goyaml::parse(&document.bytes, &Limits::default());
    let Ok(Node { kind: NodeKind::Mapping(object), .. }) = node else { return Ok(()) };
    let text = |key: &str| object.get(key).and_then(Node::as_str);
    let is_secret = text("kind") == Some("Secret") && text("apiVersion") == Some("v1");
    if !is_secret || object.get("sops").is_none() || stays_encrypted(&object) {
        return Ok(());
    }
    let field = |key: &str| object.get("metadata")?.get(key)?.as_str();
    let parts = [Some("Secret"), field("namespace"), field("name")];
    let shown: Vec<&str> = parts.into_iter().flatten().collect();
    let message = format!(
        "{} is SOPS encrypted, configuring decryption is required for this secret to be reconciled",
        shown.join("/")
    );
    Err(failure(message, Place { file: document.template.clone(), line: None, column: None }))
}

fn failure(message: String, place: Place) -> RenderFailure {
    let place = Some(place);
    RenderFailure { kind: FailureKind::Error, message, place, hint: None, diagnosis: None }
}

fn substituted(
    document: &Document,
    substitution: &Substitution,
    application: &Application,
) -> Result<Document, RenderFailure> {
    let text = document.text();
    // Most objects have nothing to replace, and are what they were when read and written again.
    if !text.contains("${") && !text.contains("$$") {
        return Ok(document.clone());
    }
    let place = Place { file: document.template.clone(), line: document.line, column: None };
    let failed = |message: String| failure(format!("post build failed: {message}"), place.clone());
    let node = zij_goyaml::parse(text.as_bytes(), &Limits::default())
        .map_err(|error| failed(error.message().to_owned()))?;
    if is_left_out(&node) {
        return Ok(document.clone());
    }
    let envsubst =
        |error: super::SubstituteError| failed(format!("variable substitution failed: {error}"));
    if let Some(missing) = &substitution.missing {
        let names = mentioned(&text).map_err(envsubst)?;
        let unknown = names.iter().find(|name| !substitution.variables.contains_key(name.as_str()));
        if let Some(name) = unknown {
            return Err(RenderFailure {
                kind: FailureKind::Unknown(missing.kind),
                message: format!("`${{{name}}}` may come from elsewhere: {}", missing.message),
                place: missing.place.clone().or_else(|| Some(application.origin.place.clone())),
                hint: missing.hint.clone(),
                diagnosis: None,
            });
        }
    }
    let variables = Variables {
        values: &substitution.variables,
        strict: substitution.strict,
        keeps_unknown: substitution.keeps_unknown,
    };
    let text = substitute(&text, variables).map_err(envsubst)?;
    let node = zij_goyaml::parse(text.as_bytes(), &Limits::default())
        .map_err(|error| failed(format!("YAMLToJSON: {error}")))?;
    let text = zij_goyaml::to_yaml(&node).map_err(|error| failed(error.message().to_owned()))?;
    Ok(Document { bytes: text.into_bytes().into(), ..document.clone() })
}

fn is_left_out(node: &Node) -> bool {
    let metadata = node.get("metadata");
    ["labels", "annotations"].iter().any(|key| {
        let pairs = metadata.and_then(|metadata| metadata.get(key));
        pairs.and_then(|pairs| pairs.get(OPT_OUT)).and_then(Node::as_str) == Some("disabled")
    })
}

/// The documents after a kustomization over them; `crds` folders do not go through it.
fn post_rendered(
    documents: &[Document],
    renderer: &PostRenderer,
    application: &Application,
) -> Result<Vec<Document>, RenderFailure> {
    let all = |keep: fn(&Document) -> bool| -> Vec<&Document> {
        documents.iter().filter(|document| keep(document)).collect()
    };
    let run = |through: &[&Document]| kustomized_twice(through, renderer, application);
    let crds = all(|document| document.is_crd).into_iter().cloned();
    let own = |document: &Document| !document.is_crd && document.hook.is_none();
    let hooks = all(|document| !document.is_crd && document.hook.is_some());
    let made = match renderer.hooks {
        PostRenderedHooks::Combined => run(&all(|document| !document.is_crd))?,
        PostRenderedHooks::Separate => {
            // Helm begins with the hooks.
            let hooks = run(&hooks)?;
            run(&all(own))?.into_iter().chain(hooks).collect()
        }
        PostRenderedHooks::Untouched => {
            run(&all(own))?.into_iter().chain(hooks.into_iter().cloned()).collect()
        }
    };
    Ok(crds.chain(made).collect())
}

/// The documents after the kustomization, as this render and as another one has them.
fn kustomized_twice(
    through: &[&Document],
    renderer: &PostRenderer,
    application: &Application,
) -> Result<Vec<Document>, RenderFailure> {
    let mut made = kustomized(through, renderer, application)?;
    if through.iter().any(|document| document.anew.is_some()) {
        let others: Vec<Document> = through.iter().map(|document| other(document)).collect();
        let others: Vec<&Document> = others.iter().collect();
        let others = kustomized(&others, renderer, application)?;
        for (document, other) in made.iter_mut().zip(others) {
            document.anew = document.anew.take().map(|anew| Anew { bytes: other.bytes, ..anew });
        }
    }
    Ok(made)
}

/// The document as another render has it.
fn other(document: &Document) -> Document {
    let bytes = document.anew.as_ref().filter(|anew| !anew.bytes.is_empty());
    let bytes = bytes.map_or_else(|| document.bytes.clone(), |anew| anew.bytes.clone());
    Document { bytes, ..document.clone() }
}

fn kustomized(
    documents: &[&Document],
    renderer: &PostRenderer,
    application: &Application,
) -> Result<Vec<Document>, RenderFailure> {
    let failed = |message: String| {
        failure(format!("post-renderer failed: {message}"), application.origin.place.clone())
    };
    // A file each, so that the result tells which document an object was made from.
    let names: BTreeMap<String, &Document> = documents
        .iter()
        .enumerate()
        .map(|(index, document)| (format!("{index:06}.yaml"), *document))
        .collect();
    let resources: String = names.keys().map(|name| format!("\n- {name}")).collect();
    let file = format!("{}\nresources:{resources}\n", renderer.file.trim_end());
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let files = names.iter().map(|(name, document)| (name.as_str(), &*document.bytes));
    let folder: MemoryFolder = files.chain([("kustomization.yaml", file.as_bytes())]).collect();
    let options = Options { load_restrictor: LoadRestrictor::None, ..Options::default() };
    let built = build(&folder, "", &options).map_err(|error| failed(error.to_string()))?;
    let mut made = Vec::with_capacity(built.resources.len());
    for (index, resource) in built.resources.iter().enumerate() {
        let place = built.origins.get(index).and_then(|origin| origin.place.as_ref());
        let source = place.and_then(|place| names.get(&*place.path)).or(documents.first());
        let text =
            zij_goyaml::to_yaml(resource).map_err(|error| failed(error.message().to_owned()))?;
        let bytes: Arc<[u8]> = text.into_bytes().into();
        made.extend(source.map(|source| Document { bytes, ..Document::clone(source) }));
    }
    Ok(made)
}
