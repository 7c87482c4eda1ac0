//! A bucket of an S3-compatible server: two requests, `GET` and `PUT` of one object.
//!
//! The crate `object_store` would bring 84 packages (47 with an HTTP client of ours beneath it) to a
//! lock file that may hold 3 more, for listing, copying and parts that are not needed here.

use std::{env, io::Read as _, time::Duration};

use ureq::{Agent, http::Response};

use super::signature::{Signer, Unsigned, encoded};
use crate::{
    clock,
    error::{CommandError, CommandResult},
    network,
};

/// A server that says nothing for so long is done without.
const SILENCE: Duration = Duration::from_secs(3);

/// Entries of a bucket, below a prefix.
pub(crate) struct Bucket {
    agent: Agent,
    signer: Signer,
    /// `https://HOST[:PORT]`.
    origin: String,
    host: String,
    /// The path of all entries, encoded: `/BUCKET/PREFIX/`.
    root: String,
}

impl Bucket {
    /// The bucket of `BUCKET[/PREFIX]`, with server, region and credentials as the variables of AWS's
    /// own tools name them.
    ///
    /// # Errors
    /// When one of them is missing or no server's address.
    pub(super) fn of_variables(name: &str) -> CommandResult<Self> {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let needed = |name: &str| {
            variable(name).ok_or_else(|| {
                CommandError::usage(format!("a shared cache in a bucket needs {name}"))
                    .hint("aws configure export-credentials --format env prints it")
            })
        };
        let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
        let region = region.unwrap_or_else(|| "us-east-1".to_owned());
        let endpoint = variable("AWS_ENDPOINT_URL_S3").or_else(|| variable("AWS_ENDPOINT_URL"));
        let endpoint = endpoint.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
        let signer = Signer {
            region,
            key_id: needed("AWS_ACCESS_KEY_ID")?,
            secret: needed("AWS_SECRET_ACCESS_KEY")?,
            token: variable("AWS_SESSION_TOKEN"),
        };
        Self::new(name, &endpoint, signer)
    }

    fn new(name: &str, endpoint: &str, signer: Signer) -> CommandResult<Self> {
        let name = name.trim_matches('/');
        let origin = endpoint.trim_end_matches('/').to_owned();
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        let is_host = |host: &&str| {
            !host.is_empty()
                && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
        };
        let Some(host) = host.filter(is_host).map(str::to_owned) else {
            let message = format!(
                "the address of an S3 server is like https://s3.example.org, not `{endpoint}`"
            );
            return Err(CommandError::usage(message));
        };
        if name.is_empty() {
            return Err(CommandError::usage(
                "a shared cache in a bucket is named s3://BUCKET/PREFIX",
            ));
        }
        let root = format!("/{}/", encoded(name));
        Ok(Self { agent: network::agent(SILENCE), signer, origin, host, root })
    }

    /// What is kept under a name, as far as it is no longer than `limit`.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub(super) fn get(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, String> {
        let (url, headers) = self.signed("GET", name, b"");
        let asked = headers.iter().fold(self.agent.get(url), |asked, (name, value)| {
            asked.header(name.as_str(), value.as_str())
        });
        let mut answer = asked.call().map_err(|error| error.to_string())?;
        match answer.status().as_u16() {
            200 => {}
            404 => return missing(answer),
            _ => return Err(refusal(answer)),
        }
        let mut bytes = Vec::new();
        let reader = answer.body_mut().as_reader().take(limit.saturating_add(1));
        { reader }.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        Ok((bytes.len() as u64 <= limit).then_some(bytes))
    }

    /// Keeps an entry; others see it whole or not at all.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let (url, headers) = self.signed("PUT", name, bytes);
        let asked = headers.iter().fold(self.agent.put(url), |asked, (name, value)| {
            asked.header(name.as_str(), value.as_str())
        });
        let answer = asked.send(bytes).map_err(|error| error.to_string())?;
        if answer.status().is_success() { Ok(()) } else { Err(refusal(answer)) }
    }

    fn signed(&self, method: &str, name: &str, body: &[u8]) -> (String, Vec<(String, String)>) {
        let path = format!("{}{}", self.root, encoded(name));
        let time = basic(&clock::timestamp());
        let headers = vec![("host", self.host.clone())];
        let request = Unsigned { method, path: &path, headers, body, time: &time };
        let mut headers = self.signer.headers(&request);
        // The client writes it from the URL.
        headers.retain(|(name, _)| name != "host");
        (format!("{}{path}", self.origin), headers)
    }
}

/// `2026-12-31T23:59:58.000000Z` as `20261231T235958Z`.
fn basic(timestamp: &str) -> String {
    let whole = timestamp.split('.').next().unwrap_or_default();
    let digits: String = whole.chars().filter(|c| !matches!(c, '-' | ':' | 'Z')).collect();
    digits + "Z"
}

/// No such object is what a cache expects; no such bucket is a mistake.
fn missing(answer: Response<ureq::Body>) -> Result<Option<Vec<u8>>, String> {
    let said = refusal(answer);
    if said.contains("NoSuchBucket") { Err(said) } else { Ok(None) }
}

/// Status and code of a refusal; servers say the rest in pages that are no use here.
fn refusal(mut answer: Response<ureq::Body>) -> String {
    const SOME: u64 = 4096;
    let status = answer.status();
    let mut text = String::new();
    // What cannot be read says nothing.
    drop(answer.body_mut().as_reader().take(SOME).read_to_string(&mut text));
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    match code.map(|(code, _)| code) {
        Some(code) if code.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            format!("the server answers {status} {code}")
        }
        _ => format!("the server answers {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(name: &str, endpoint: &str) -> CommandResult<Bucket> {
        let word = || "x".to_owned();
        Bucket::new(
            name,
            endpoint,
            Signer { region: word(), key_id: word(), secret: word(), token: None },
        )
    }

    #[test]
    fn where_entries_are() {
        let bucket = bucket("team/fleet a/", "http://127.0.0.1:9000/").unwrap();
        let (url, headers) = bucket.signed("GET", "v1/ab/c", b"");
        assert_eq!(url, "http://127.0.0.1:9000/team/fleet%20a/v1/ab/c");
        assert!(headers.iter().all(|(name, _)| name != "host"), "{headers:?}");
        assert_eq!(basic("2026-12-31T23:59:58.000001Z"), "20261231T235958Z");
    }

    #[test]
    fn what_is_no_bucket() {
        for (name, endpoint) in [
            ("", "https://s3.example.org"),
            ("team", "ftp://s3.example.org"),
            ("team", "https://user:word@s3.example.org"),
            ("team", "https://s3.example.org/below"),
            ("team", "https://"),
        ] {
            assert!(bucket(name, endpoint).is_err(), "{name} {endpoint}");
        }
    }
}
