//! Where each sort of thing is fetched from.

use std::time::Duration;

use zij_core::inventory::{Locked, Wanted};

use super::{
    address::Address,
    archive::Fetched,
    artifact::Artifact,
    charts::{Found, Repositories},
    copy::{Content, Copy},
    credentials::Credentials,
    error::FetchError,
    git,
    http::{Authorization, Client, Request},
    registry::Registries,
};

/// Bytes of a single file.
const MAX_FILE: u64 = 32 << 20;

/// Everything that things are fetched from.
pub(super) struct Sources {
    client: Client,
    repositories: Repositories,
    registries: Registries,
}

impl Sources {
    /// Sources that are given up when they say nothing for so long.
    pub(super) fn new(silence: Duration) -> Self {
        Self {
            client: Client::new(Credentials::of_user(silence), silence),
            repositories: Repositories::default(),
            registries: Registries::default(),
        }
    }

    /// Fetches something; what is `locked` is fetched as it was chosen then, and must be the same.
    pub(super) fn fetch(
        &self,
        wanted: &Wanted,
        locked: Option<&Locked>,
    ) -> Result<Copy, FetchError> {
        let chosen = locked.and_then(|locked| locked.resolved.as_deref());
        let copy = match wanted {
            Wanted::Chart { repository, name, version } => {
                self.chart(repository, name, chosen.unwrap_or(version))?
            }
            Wanted::Repository { url, revision } if url.starts_with("oci://") => {
                let reference = chosen.unwrap_or(revision);
                let fetched = self.registries.fetch_artifact(&self.client, url, reference)?;
                let Artifact { revision, digest, files } = fetched;
                let content = Content::Folder(files);
                Copy { resolved: Some(revision), digest: Some(digest), manifest: None, content }
            }
            Wanted::Repository { url, revision } => {
                let fetched = git::fetch(url, chosen.unwrap_or(revision))?;
                let content = Content::Folder(fetched.files);
                Copy { resolved: Some(fetched.commit), digest: None, manifest: None, content }
            }
            Wanted::File { url } => self.file(url)?,
        };
        let promised = locked.and_then(|locked| locked.digest.as_deref());
        if let (Some(promised), Some(found)) = (promised, &copy.digest)
            && promised != found
        {
            let (found, expected) = (found.clone(), promised.to_owned());
            return Err(FetchError::Changed { what: wanted.to_string(), found, expected });
        }
        Ok(copy)
    }

    fn chart(&self, repository: &str, name: &str, range: &str) -> Result<Copy, FetchError> {
        let is_alias = repository.starts_with('@') || repository.starts_with("alias:");
        let repository = match self.client.credentials.repository(repository) {
            Some(url) => url,
            None if is_alias => {
                let problem = format!("no repository of `helm repo list` is called `{repository}`");
                return Err(FetchError::Address(problem));
            }
            None => repository,
        };
        let is_registry = repository.starts_with("oci://") || !repository.contains("://");
        let fetched = if is_registry {
            self.registries.fetch(&self.client, repository, name, range)?
        } else {
            match self.repositories.fetch(&self.client, repository, name, range)? {
                Found::Chart(fetched) => fetched,
                Found::Registry(reference) => {
                    self.registries.fetch_reference(&self.client, &reference, name)?
                }
            }
        };
        let Fetched { version, digest, manifest, files } = fetched;
        let digest = Some(format!("sha256:{digest}"));
        Ok(Copy { resolved: Some(version), digest, manifest, content: Content::Folder(files) })
    }

    fn file(&self, url: &str) -> Result<Copy, FetchError> {
        let address = Address::parse(url)?;
        let request = Request {
            accept: "*/*",
            authorization: Authorization::Own,
            limit: MAX_FILE,
            gzip: true,
        };
        let response = self.client.get(&address, request)?;
        if response.content_type.starts_with("text/html") {
            let problem = "a web page instead of a file".to_owned();
            return Err(FetchError::Content { url: address.to_string(), problem });
        }
        let digest = Some(format!("sha256:{}", super::archive::sha256(&response.body)));
        let content = Content::File(response.body.into());
        Ok(Copy { resolved: None, digest, manifest: None, content })
    }
}
