//! The content of an OCI registry, as far as fetching charts needs it.

use std::{collections::BTreeMap, fmt::Write as _};

use sha2::{Digest as _, Sha256};

use crate::server::{Answer, Request};

/// Repositories with tagged charts, behind a token that has to be asked for.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    /// Archives by repository and tag.
    charts: BTreeMap<String, BTreeMap<String, Layers>>,
    needed: Option<String>,
}

/// Media types and bytes of an artifact's layers.
type Layers = Vec<(String, Vec<u8>)>;

/// The token that the registry gives.
const TOKEN: &str = "Bearer a-token";
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

impl Registry {
    /// The same with one more chart.
    #[must_use]
    pub fn with(self, repository: &str, tag: &str, archive: Vec<u8>) -> Self {
        self.with_layers(repository, tag, &[(CHART, archive)])
    }

    /// The same with one more artifact, by the media types and bytes of its layers.
    #[must_use]
    pub fn with_layers(mut self, repository: &str, tag: &str, layers: &[(&str, Vec<u8>)]) -> Self {
        let layers = layers.iter().map(|(kind, bytes)| ((*kind).to_owned(), bytes.clone()));
        let tags = self.charts.entry(repository.to_owned()).or_default();
        tags.insert(tag.to_owned(), layers.collect());
        self
    }

    /// The same, with tokens only for who sends this `Authorization`.
    #[must_use]
    pub fn for_the_known(mut self, authorization: &str) -> Self {
        self.needed = Some(authorization.to_owned());
        self
    }

    /// Answers as the distribution and token specifications say.
    pub fn answer(&self, request: &Request) -> Answer {
        if request.path() == "/token" {
            return match &self.needed {
                Some(needed) if request.authorization.as_ref() != Some(needed) => {
                    Answer::status(401, "{}")
                }
                _ => Answer::ok(r#"{"token": "a-token"}"#),
            };
        }
        let Some(rest) = request.path().strip_prefix("/v2/") else {
            return Answer::status(404, "");
        };
        if request.authorization.as_deref() != Some(TOKEN) {
            let challenge =
                format!(r#"Bearer realm="http://{}/token",service="here""#, request.host);
            return Answer::status(401, "{}").with("WWW-Authenticate", challenge);
        }
        self.content(rest, request).unwrap_or_else(|| Answer::status(404, r#"{"errors": []}"#))
    }

    fn content(&self, rest: &str, request: &Request) -> Option<Answer> {
        if let Some(name) = rest.strip_suffix("/tags/list") {
            return self.tags(name, request);
        }
        if let Some((name, tag)) = rest.split_once("/manifests/") {
            let tags = self.charts.get(name)?;
            let own = |layers: &&Layers| digest(manifest(layers).as_bytes()) == tag;
            let layers = tags.get(tag).or_else(|| tags.values().find(own))?;
            return Some(Answer::ok(manifest(layers)).with("Content-Type", MANIFEST));
        }
        let (name, wanted) = rest.split_once("/blobs/")?;
        let mut layers = self.charts.get(name)?.values().flatten();
        layers
            .find(|(_, bytes)| digest(bytes) == wanted)
            .map(|(_, bytes)| Answer::ok(bytes.clone()))
    }

    /// One tag a page, so that clients have to turn it.
    fn tags(&self, name: &str, request: &Request) -> Option<Answer> {
        let tags = self.charts.get(name)?;
        let last = request.target.split_once("last=").map_or("", |(_, last)| last);
        let mut rest = tags.keys().filter(|tag| tag.as_str() > last);
        let tag = rest.next();
        let page = tag.map(|tag| format!("{tag:?}")).unwrap_or_default();
        let answer = Answer::ok(format!(r#"{{"name": "{name}", "tags": [{page}]}}"#));
        Some(match (tag, rest.next()) {
            (Some(tag), Some(_)) => {
                answer.with("Link", format!(r#"</v2/{name}/tags/list?last={tag}>; rel="next""#))
            }
            _ => answer,
        })
    }
}

fn manifest(layers: &Layers) -> String {
    let layers: Vec<String> = layers
        .iter()
        .map(|(kind, bytes)| {
            let (digest, size) = (digest(bytes), bytes.len());
            format!(r#"{{"mediaType": "{kind}", "digest": "{digest}", "size": {size}}}"#)
        })
        .collect();
    format!(
        r#"{{"schemaVersion": 2,
"config": {{"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": "sha256:0", "size": 2}},
"layers": [{}]}}"#,
        layers.join(", ")
    )
}

/// `sha256:` and the digest in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    let mut text = "sha256:".to_owned();
    for byte in Sha256::digest(bytes) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
