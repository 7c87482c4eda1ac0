//! Charts of an HTTP chart repository (`index.yaml`).
//!
//! Source of the rules: Helm, `pkg/repo/v1/index.go`, `chartrepo.go`.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use zij_goyaml::{Limits, Node};

use super::{
    address::Address,
    archive::{self, Fetched},
    error::FetchError,
    http::{Authorization, Client, Request},
    versions::{choose, nearest},
};

/// Bytes of an index; the largest public ones have about thirty million.
const MAX_INDEX: u64 = 128 << 20;

/// Chart repositories, each index read once.
#[derive(Default)]
pub(super) struct Repositories {
    indices: Mutex<BTreeMap<String, Arc<Slot>>>,
}

/// An index that the first who wants it reads.
#[derive(Default)]
struct Slot(Mutex<Option<Arc<Index>>>);

/// What a repository has.
struct Index {
    base: Address,
    charts: BTreeMap<String, Vec<Entry>>,
}

struct Entry {
    version: String,
    url: Option<String>,
    digest: Option<String>,
}

/// Where a chart is.
pub(super) enum Found {
    /// Here.
    Chart(Fetched),
    /// In a registry that the index names, as `host/path:tag`.
    Registry(String),
}

impl Repositories {
    /// The version of a chart that a range stands for.
    pub(super) fn fetch(
        &self,
        client: &Client,
        repository: &str,
        name: &str,
        range: &str,
    ) -> Result<Found, FetchError> {
        let index = self.index(client, repository)?;
        let place = index.base.to_string();
        let entries = index.charts.get(name).filter(|entries| !entries.is_empty());
        let Some(entries) = entries else {
            let near = closest(index.charts.keys(), name);
            return Err(FetchError::NoChart { place, name: name.to_owned(), near });
        };
        let versions: Vec<String> = entries.iter().map(|entry| entry.version.clone()).collect();
        let Some(chosen) = choose(&versions, range) else {
            let near = nearest(&versions, range);
            let (name, range) = (name.to_owned(), range.to_owned());
            return Err(FetchError::NoVersion { place, name, range, near });
        };
        let entry = &entries[chosen];
        let Some(url) = &entry.url else {
            let problem = format!("{name} {} has no URL", entry.version);
            return Err(FetchError::Content { url: place, problem });
        };
        if let Some(reference) = url.strip_prefix("oci://") {
            return Ok(Found::Registry(reference.to_owned()));
        }
        let address = resolved(&index.base, url)?;
        let request = Request {
            accept: "*/*",
            authorization: Authorization::Own,
            limit: archive::MAX_BYTES,
            gzip: false,
        };
        let response = client.get(&address, request)?;
        let fetched =
            archive::chart(&address.to_string(), &response.body, name, entry.digest.as_deref())?;
        Ok(Found::Chart(fetched))
    }

    fn index(&self, client: &Client, repository: &str) -> Result<Arc<Index>, FetchError> {
        let slot = {
            let mut indices = self.indices.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(indices.entry(repository.to_owned()).or_default())
        };
        let mut slot = slot.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = &*slot {
            return Ok(Arc::clone(index));
        }
        let index = Arc::new(read(client, repository)?);
        *slot = Some(Arc::clone(&index));
        Ok(index)
    }
}

fn read(client: &Client, repository: &str) -> Result<Index, FetchError> {
    let base = Address::parse(repository)?;
    // A query of the repository belongs to everything in it.
    let address = Address { query: base.query.clone(), ..base.as_folder().join("index.yaml")? };
    let address = Address { user: base.user.clone(), ..address };
    let request = Request {
        accept: "application/yaml, text/yaml, */*",
        authorization: Authorization::Own,
        limit: MAX_INDEX,
        gzip: true,
    };
    let response = client.get(&address, request)?;
    let problem = |problem: String| FetchError::Content { url: address.to_string(), problem };
    let start = response.body.trim_ascii_start();
    if response.content_type.starts_with("text/html") || start.starts_with(b"<") {
        return Err(problem("a web page instead of the index of a chart repository".to_owned()));
    }
    let limits = Limits { bytes: MAX_INDEX as usize, nodes: 32_000_000, ..Limits::default() };
    let node = zij_goyaml::parse(&response.body, &limits)
        .map_err(|error| problem(error.message().to_owned()))?;
    let Some(entries) = node.get("entries").and_then(Node::as_mapping) else {
        return Err(problem("no `entries`, so not the index of a chart repository".to_owned()));
    };
    let charts = entries.iter().map(|chart| {
        let versions = chart.value.as_sequence().unwrap_or_default();
        (chart.key.to_string(), versions.iter().filter_map(entry).collect())
    });
    Ok(Index { base, charts: charts.collect() })
}

fn entry(node: &Node) -> Option<Entry> {
    let text = |key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
    let urls = node.get("urls").and_then(Node::as_sequence).unwrap_or_default();
    Some(Entry {
        version: text("version")?,
        url: urls.first().and_then(Node::as_str).map(str::to_owned),
        digest: text("digest"),
    })
}

/// A URL of an index; the query and the user of the repository count for what lies in it.
fn resolved(base: &Address, url: &str) -> Result<Address, FetchError> {
    if url.contains("://") {
        return Address::parse(url);
    }
    let joined = base.as_folder().join(url)?;
    let query = joined.query.clone().or_else(|| base.query.clone());
    Ok(Address { query, user: base.user.clone(), ..joined })
}

fn closest<'n>(names: impl Iterator<Item = &'n String>, wanted: &str) -> Option<String> {
    let scored = names.map(|name| (similarity(name, wanted), name));
    let best = scored.filter(|(score, _)| *score > 0.6).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map(|(_, name)| name.clone())
}

/// How much of two names is the same, by the pairs of letters that they share.
fn similarity(a: &str, b: &str) -> f64 {
    let pairs = |text: &str| -> Vec<[u8; 2]> {
        text.as_bytes().windows(2).filter_map(|pair| pair.try_into().ok()).collect()
    };
    let (left, mut right) = (pairs(a), pairs(b));
    let total = left.len() + right.len();
    let mut shared = 0;
    for pair in left {
        if let Some(at) = right.iter().position(|other| *other == pair) {
            right.swap_remove(at);
            shared += 2;
        }
    }
    f64::from(shared) / total.max(1) as f64
}
