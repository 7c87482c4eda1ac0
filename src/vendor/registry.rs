//! Charts and other artifacts of an OCI registry.
//!
//! Source of the rules: the OCI distribution and image specifications, the token specification of
//! the Docker registry, and Helm's `pkg/registry`.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

use super::{
    address::{Address, is_loopback},
    archive::{self, Fetched},
    artifact::{self, Artifact},
    error::FetchError,
    http::{Authorization, Client, Request, Response},
    versions::{choose, is_exact, nearest},
};

const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, \
                         application/vnd.docker.distribution.manifest.v2+json";
/// The layer that a chart is, and what it was called before Helm 3.7.
const CHART_LAYERS: [&str; 2] =
    ["application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/tar+gzip"];
/// Bytes of a manifest, of a page of tags, of a token.
const MAX_JSON: u64 = 4 << 20;
/// Pages of tags.
const MAX_PAGES: usize = 200;

/// Registries, with what they have let this session do.
#[derive(Default)]
pub(super) struct Registries {
    tokens: Mutex<BTreeMap<(String, String), String>>,
}

/// What a tag stands for.
struct Manifest {
    address: Address,
    /// The digest of the manifest itself, with its algorithm.
    digest: String,
    /// The media type and the digest of each layer.
    layers: Vec<(String, String)>,
}

/// A repository of a registry.
struct Place<'a> {
    host: &'a str,
    path: &'a str,
}

impl Registries {
    /// The version of a chart that a range stands for; `repository` is `host/path` with or without
    /// the chart's name at its end.
    pub(super) fn fetch(
        &self,
        client: &Client,
        repository: &str,
        name: &str,
        range: &str,
    ) -> Result<Fetched, FetchError> {
        let repository = repository.trim_start_matches("oci://").trim_end_matches('/');
        let below = format!("{repository}/{name}");
        // `oci://host/charts` holds charts by their names; `oci://host/charts/web` is one.
        let candidates = match repository.rsplit('/').next() {
            Some(last) if last == name => vec![repository, &below],
            _ => vec![below.as_str()],
        };
        let mut first = None;
        for candidate in candidates {
            match self.fetch_from(client, candidate, name, range) {
                Err(error @ FetchError::Status { status: 401 | 403 | 404, .. }) => {
                    first.get_or_insert(error);
                }
                other => return other,
            }
        }
        Err(first.unwrap_or_else(|| FetchError::Address(format!("`{repository}` is no registry"))))
    }

    /// The chart at `host/path:tag` or `host/path@digest`.
    pub(super) fn fetch_reference(
        &self,
        client: &Client,
        reference: &str,
        name: &str,
    ) -> Result<Fetched, FetchError> {
        let (repository, tag) = match reference.rsplit_once('@') {
            Some(split) => split,
            None => reference.rsplit_once(':').unwrap_or((reference, "latest")),
        };
        self.pull(client, &place(repository)?, tag, name)
    }

    /// The artifact at `oci://host/path`, by a tag, a digest or a range of versions.
    pub(super) fn fetch_artifact(
        &self,
        client: &Client,
        url: &str,
        reference: &str,
    ) -> Result<Artifact, FetchError> {
        let (repository, media_type) = artifact::parts(url);
        let place = place(repository.trim_end_matches('/'))?;
        if reference.starts_with("sha256:") || artifact::is_tag(reference) {
            match self.pull_artifact(client, &place, reference, media_type) {
                Err(FetchError::Status { status: 404, .. }) => {}
                other => return other,
            }
        }
        let tags = self.tags(client, &place)?;
        match artifact::newest(&tags, reference) {
            Some(tag) => self.pull_artifact(client, &place, tag, media_type),
            None => Err(FetchError::NoVersion {
                place: format!("oci://{repository}"),
                name: "the artifact".to_owned(),
                range: reference.to_owned(),
                near: nearest(&tags, reference),
            }),
        }
    }

    fn pull_artifact(
        &self,
        client: &Client,
        place: &Place<'_>,
        tag: &str,
        media_type: Option<&str>,
    ) -> Result<Artifact, FetchError> {
        let manifest = self.manifest(client, place, tag)?;
        let problem = |problem: String| {
            let url = manifest.address.to_string();
            FetchError::Content { url, problem }
        };
        let mut layers = manifest.layers.iter();
        let layer = match media_type {
            Some(wanted) => layers.find(|(found, _)| found == wanted).ok_or_else(|| {
                let kinds: Vec<&str> = manifest.layers.iter().map(|(kind, _)| &**kind).collect();
                problem(format!("no layer of type {wanted}, but {}", kinds.join(", ")))
            })?,
            None => {
                layers.next().ok_or_else(|| problem("no image manifest with layers".to_owned()))?
            }
        };
        let (_, digest) = layer;
        let address = place.address(&format!("blobs/{digest}"))?;
        let response = self.get(client, place, &address, "*/*", archive::MAX_BYTES)?;
        check(&response, digest)?;
        let files = artifact::unpacked(&address.to_string(), &response.body)?;
        Ok(Artifact { revision: manifest.digest, digest: digest.clone(), files })
    }

    fn fetch_from(
        &self,
        client: &Client,
        repository: &str,
        name: &str,
        range: &str,
    ) -> Result<Fetched, FetchError> {
        let place = place(repository)?;
        if is_exact(range) || range.starts_with("sha256:") {
            // A tag cannot hold a `+`.
            match self.pull(client, &place, &range.replace('+', "_"), name) {
                Err(FetchError::Status { status: 404, .. }) => {}
                other => return other,
            }
        }
        let versions = self.versions(client, &place)?;
        match choose(&versions, range) {
            Some(chosen) => self.pull(client, &place, &versions[chosen].replace('+', "_"), name),
            None => Err(FetchError::NoVersion {
                place: format!("oci://{repository}"),
                name: name.to_owned(),
                range: range.to_owned(),
                near: nearest(&versions, range),
            }),
        }
    }

    /// Every tag, as the version that it stands for.
    fn versions(&self, client: &Client, place: &Place<'_>) -> Result<Vec<String>, FetchError> {
        let tags = self.tags(client, place)?;
        Ok(tags.into_iter().map(|tag| tag.replace('_', "+")).collect())
    }

    fn tags(&self, client: &Client, place: &Place<'_>) -> Result<Vec<String>, FetchError> {
        let mut all = Vec::new();
        let mut address = place.address("tags/list?n=1000")?;
        for _ in 0..MAX_PAGES {
            let response = self.get(client, place, &address, "application/json", MAX_JSON)?;
            let page = json(&response)?;
            let tags = page["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
            all.extend(tags.map(str::to_owned));
            let next = response.link.as_deref().and_then(next_page);
            match next {
                Some(next) => {
                    let joined = address.join(next)?;
                    if !joined.is_same_origin(&address) {
                        break;
                    }
                    address = joined;
                }
                None => break,
            }
        }
        Ok(all)
    }

    fn manifest(
        &self,
        client: &Client,
        place: &Place<'_>,
        tag: &str,
    ) -> Result<Manifest, FetchError> {
        let address = place.address(&format!("manifests/{tag}"))?;
        let response = self.get(client, place, &address, MANIFESTS, MAX_JSON)?;
        if tag.starts_with("sha256:") {
            check(&response, tag)?;
        }
        let manifest = json(&response)?;
        let layers = manifest["layers"].as_array().into_iter().flatten();
        let text = |layer: &Value, key: &str| layer[key].as_str().map(str::to_owned);
        let layers = layers.filter_map(|layer| {
            Some((text(layer, "mediaType").unwrap_or_default(), text(layer, "digest")?))
        });
        let layers = layers.collect();
        let digest = format!("sha256:{}", archive::sha256(&response.body));
        Ok(Manifest { address, digest, layers })
    }

    fn pull(
        &self,
        client: &Client,
        place: &Place<'_>,
        tag: &str,
        name: &str,
    ) -> Result<Fetched, FetchError> {
        let Manifest { address, digest: manifest, layers } = self.manifest(client, place, tag)?;
        let layer = layers.iter().find(|(kind, _)| CHART_LAYERS.contains(&kind.as_str()));
        let Some((_, digest)) = layer else {
            let kinds: Vec<&str> = layers.iter().map(|(kind, _)| &**kind).collect();
            let problem = match kinds.is_empty() {
                true => "no image manifest with layers".to_owned(),
                false => format!("no Helm chart, but {}", kinds.join(", ")),
            };
            return Err(FetchError::Content { url: address.to_string(), problem });
        };
        let address = place.address(&format!("blobs/{digest}"))?;
        let response = self.get(client, place, &address, "*/*", archive::MAX_BYTES)?;
        let chart = archive::chart(&address.to_string(), &response.body, name, Some(digest))?;
        Ok(Fetched { manifest: Some(manifest), ..chart })
    }

    /// Asks, and asks again as whom the registry wants to see.
    fn get(
        &self,
        client: &Client,
        place: &Place<'_>,
        address: &Address,
        accept: &str,
        limit: u64,
    ) -> Result<Response, FetchError> {
        let key = (place.host.to_owned(), place.path.to_owned());
        let known = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let ask = |authorization: Option<&str>| {
            let authorization = authorization.map_or(Authorization::Nobody, Authorization::Given);
            client.ask(address, Request { accept, authorization, limit, gzip: false })
        };
        let mut response = ask(known.as_deref())?;
        // Whoever is refused as nobody may be known to a helper that does not answer.
        let refused = |error: FetchError| match error {
            FetchError::Status { status: 401 | 403, .. } => {
                client.credentials.helper_failure(place.host).unwrap_or(error)
            }
            error => error,
        };
        if response.status == 401
            && let Some(challenge) = response.challenge.clone()
            && let Some(authorization) =
                authorize(client, place, address, &challenge).map_err(refused)?
        {
            response = ask(Some(&authorization))?;
            let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            tokens.insert(key, authorization);
        }
        match response.status {
            200..=299 => Ok(response),
            status => Err(refused(FetchError::Status { url: address.to_string(), status })),
        }
    }
}

impl Place<'_> {
    fn address(&self, rest: &str) -> Result<Address, FetchError> {
        let scheme = if is_loopback(self.host) { "http" } else { "https" };
        let host = match self.host {
            "docker.io" => "registry-1.docker.io",
            host => host,
        };
        Address::parse(&format!("{scheme}://{host}/v2/{}/{rest}", self.path))
    }
}

fn place(repository: &str) -> Result<Place<'_>, FetchError> {
    let wrong = || FetchError::Address(format!("`{repository}` is no repository of a registry"));
    let (host, path) = repository.split_once('/').ok_or_else(wrong)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    if path.is_empty() || !path.chars().all(is_plain) || path.split('/').any(|part| part == "..") {
        return Err(wrong());
    }
    Ok(Place { host, path })
}

/// What to say to a registry that refuses; nothing where this is nobody to it.
fn authorize(
    client: &Client,
    place: &Place<'_>,
    registry: &Address,
    challenge: &str,
) -> Result<Option<String>, FetchError> {
    let own = client.credentials.for_registry(place.host);
    let (kind, rest) = challenge.split_once(' ').unwrap_or((challenge, ""));
    if kind.eq_ignore_ascii_case("basic") {
        return Ok(own);
    }
    let fields = fields(rest);
    let Some(realm) = fields.get("realm").filter(|_| kind.eq_ignore_ascii_case("bearer")) else {
        return Ok(None);
    };
    if let Some(token) = own.as_ref().filter(|own| own.starts_with("Bearer ")) {
        return Ok(Some(token.clone()));
    }
    let realm = Address::parse(realm)?;
    if registry.scheme == "https" && realm.scheme != "https" {
        return Err(FetchError::Downgrade { from: registry.to_string(), to: realm.to_string() });
    }
    let scope = format!("repository:{}:pull", place.path);
    let scope = fields.get("scope").unwrap_or(&scope);
    let service = fields.get("service").map(|service| format!("service={}&", escaped(service)));
    let query = format!("{}scope={}", service.unwrap_or_default(), escaped(scope));
    let query = realm.query.as_ref().map_or(query.clone(), |own| format!("{own}&{query}"));
    let address = Address { query: Some(query), ..realm };
    let authorization = own.as_deref().map_or(Authorization::Nobody, Authorization::Given);
    let accept = "application/json";
    let response =
        client.get(&address, Request { accept, authorization, limit: MAX_JSON, gzip: false })?;
    let answer = json(&response)?;
    let token = ["token", "access_token"].iter().find_map(|key| answer[*key].as_str());
    let is_plain = |token: &&str| token.bytes().all(|byte| byte.is_ascii_graphic());
    match token.filter(is_plain) {
        Some(token) => Ok(Some(format!("Bearer {token}"))),
        None => {
            let problem = "the answer holds no token".to_owned();
            Err(FetchError::Content { url: address.to_string(), problem })
        }
    }
}

/// `key="value"` pairs of a challenge.
fn fields(text: &str) -> BTreeMap<&str, String> {
    let mut fields = BTreeMap::new();
    let mut rest = text;
    while let Some((key, after)) = rest.split_once('=') {
        let key = key.trim_matches([' ', ',']);
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        fields.insert(key, value.to_owned());
        rest = after;
    }
    fields
}

/// The URL of `<url>; rel="next"`.
fn next_page(link: &str) -> Option<&str> {
    let (url, rest) = link.strip_prefix('<')?.split_once('>')?;
    rest.contains("next").then_some(url)
}

fn check(response: &Response, digest: &str) -> Result<(), FetchError> {
    let found = archive::sha256(&response.body);
    let expected = digest.trim_start_matches("sha256:").to_owned();
    match found == expected {
        true => Ok(()),
        false => Err(FetchError::Digest { url: response.address.to_string(), found, expected }),
    }
}

fn json(response: &Response) -> Result<Value, FetchError> {
    serde_json::from_slice(&response.body).map_err(|error| FetchError::Content {
        url: response.address.to_string(),
        problem: format!("no JSON: {error}"),
    })
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            // Writing to a String cannot fail.
            byte => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_and_links_are_read() {
        let read = fields(
            r#"realm="https://a.example.org/token",service="r, s",scope="repository:a/b:pull""#,
        );
        let got: Vec<_> = read.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let want = [
            ("realm", "https://a.example.org/token"),
            ("scope", "repository:a/b:pull"),
            ("service", "r, s"),
        ];
        assert_eq!(got, want);
        assert_eq!(
            next_page(r#"</v2/a/tags/list?last=1&n=2>; rel="next""#),
            Some("/v2/a/tags/list?last=1&n=2")
        );
        assert_eq!(next_page(r#"</v2/a>; rel="prev""#), None);
        assert_eq!(escaped("repository:a/b:pull"), "repository%3Aa%2Fb%3Apull");
    }

    #[test]
    fn repositories_of_registries_are_told_from_paths() {
        for wrong in ["host", "host/", "host/a/../b", "host/a b", "host/a?b"] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
        let found = place("127.0.0.1:5000/a/b").unwrap().address("tags/list").unwrap();
        assert_eq!(found.to_string(), "http://127.0.0.1:5000/v2/a/b/tags/list");
        let found = place("docker.io/a").unwrap().address("blobs/sha256:1").unwrap();
        assert_eq!(found.to_string(), "https://registry-1.docker.io/v2/a/blobs/sha256:1");
    }
}
