//! Who this is to which host: from the environment and from what Helm and container tools keep.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use zij_goyaml::{Limits, Node};

use super::{address::Address, error::FetchError, helper::Helpers};

/// Users and passwords by host.
#[derive(Debug, Default)]
pub(super) struct Credentials {
    /// `Authorization` by host and port.
    by_host: BTreeMap<String, String>,
    /// URLs of chart repositories by the names that `helm repo add` gave them.
    aliases: BTreeMap<String, String>,
    helpers: Helpers,
    /// How long a helper may say nothing.
    patience: Duration,
    /// What helpers have said of hosts.
    asked: Mutex<BTreeMap<String, Result<Option<String>, String>>>,
}

impl Credentials {
    /// What the environment (`ZIJ_VENDOR_AUTH`), `helm repo add`, `helm registry login` and
    /// `docker login` have left; the first counts, and programs that keep logins come last.
    pub(super) fn of_user(patience: Duration) -> Self {
        let mut credentials = Self { patience, ..Self::default() };
        if let Ok(text) = env::var("ZIJ_VENDOR_AUTH") {
            credentials.read_variable(&text);
        }
        let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        let config = folder("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config"));
        let helm = folder("HELM_CONFIG_HOME").unwrap_or_else(|| config.join("helm"));
        let repositories =
            folder("HELM_REPOSITORY_CONFIG").unwrap_or_else(|| helm.join("repositories.yaml"));
        credentials.read_repositories(&read(&repositories));
        let registry =
            folder("HELM_REGISTRY_CONFIG").unwrap_or_else(|| helm.join("registry/config.json"));
        credentials.read_logins(&read(&registry));
        let docker = folder("DOCKER_CONFIG").unwrap_or_else(|| home.join(".docker"));
        credentials.read_logins(&read(&docker.join("config.json")));
        credentials
    }

    /// What to say to the host of a URL; a user in the URL itself counts first.
    pub(super) fn basic(&self, address: &Address) -> Option<String> {
        match &address.user {
            Some(user) => Some(basic(&unescaped(user))),
            None => self.for_host(&address.host),
        }
    }

    /// What to say to a host.
    pub(super) fn for_host(&self, host: &str) -> Option<String> {
        self.by_host.get(&host.to_ascii_lowercase()).cloned()
    }

    /// What to say to a registry, whose login a helper may keep.
    pub(super) fn for_registry(&self, host: &str) -> Option<String> {
        self.for_host(host).or_else(|| self.of_helper(host).ok().flatten())
    }

    /// Why what a helper knows of a registry is not known here.
    pub(super) fn helper_failure(&self, host: &str) -> Option<FetchError> {
        match self.for_host(host) {
            Some(_) => None,
            None => self.of_helper(host).err().map(FetchError::Helper),
        }
    }

    fn of_helper(&self, host: &str) -> Result<Option<String>, String> {
        let host = host.to_ascii_lowercase();
        // Kept while the helper answers: others who want to know wait for the same answer.
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = asked.get(&host) {
            return known.clone();
        }
        let login = self.helpers.login(&host, self.patience);
        let said = login.map(|login| login.map(|(user, word)| basic(&format!("{user}:{word}"))));
        asked.insert(host, said.clone());
        said
    }

    /// The URL of a repository that is written `@name` or `alias:name`.
    pub(super) fn repository(&self, alias: &str) -> Option<&str> {
        let name = alias.strip_prefix('@').or_else(|| alias.strip_prefix("alias:"))?;
        self.aliases.get(name).map(String::as_str)
    }

    fn add(&mut self, host: &str, authorization: String) {
        if !host.is_empty() {
            self.by_host.entry(host.to_ascii_lowercase()).or_insert(authorization);
        }
    }

    /// `host=user:password host=bearer:token`
    fn read_variable(&mut self, text: &str) {
        for entry in text.split_whitespace() {
            let Some((host, secret)) = entry.split_once('=') else { continue };
            match secret.strip_prefix("bearer:") {
                Some(token) => self.add(host, format!("Bearer {token}")),
                None => self.add(host, basic(secret)),
            }
        }
    }

    fn read_repositories(&mut self, bytes: &[u8]) {
        let Ok(node) = zij_goyaml::parse(bytes, &Limits::default()) else { return };
        let entries = node.get("repositories").and_then(Node::as_sequence).unwrap_or_default();
        for entry in entries {
            let field = |key| entry.get(key).and_then(Node::as_str).unwrap_or_default();
            self.aliases.entry(field("name").to_owned()).or_insert_with(|| field("url").to_owned());
            if let (Ok(address), false) =
                (Address::parse(field("url")), field("username").is_empty())
            {
                let secret = format!("{}:{}", field("username"), field("password"));
                self.add(&address.host, basic(&secret));
            }
        }
    }

    fn read_logins(&mut self, bytes: &[u8]) {
        let Ok(config) = serde_json::from_slice::<Value>(bytes) else { return };
        self.helpers.read(&config);
        for (host, login) in config["auths"].as_object().into_iter().flatten() {
            let host = host.split_once("://").map_or(host.as_str(), |(_, rest)| rest);
            let host = host.split('/').next().unwrap_or(host);
            let text = |key: &str| login[key].as_str().filter(|text| !text.is_empty());
            match (text("auth"), text("username"), text("password")) {
                (Some(auth), ..) => self.add(host, format!("Basic {auth}")),
                (None, Some(user), Some(password)) => {
                    self.add(host, basic(&format!("{user}:{password}")));
                }
                _ => {}
            }
        }
    }
}

fn basic(secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(secret))
}

/// `%40` and its like in the user of a URL.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = code.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (first, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn folder(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn read(file: &Path) -> Vec<u8> {
    fs::read(file).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_who_knows_a_host_counts() {
        let mut credentials = Credentials::default();
        credentials.read_variable("c.example.org=me:word r.example.org=bearer:abc nonsense");
        credentials.read_repositories(
            b"repositories:\n- {name: stable, url: \"https://C.example.org/x\", username: u, password: p}\n\
              - {name: open, url: \"https://o.example.org\"}\n\
              - {name: own, url: \"https://s.example.org/y\", username: u, password: \"p:q\"}\n",
        );
        credentials.read_logins(
            br#"{"auths": {"https://d.example.org/v1/": {"auth": "dTpw"}, "e.example.org": {}}}"#,
        );
        let said = |url: &str| credentials.basic(&Address::parse(url).unwrap());
        assert_eq!(said("https://c.example.org/index.yaml").as_deref(), Some("Basic bWU6d29yZA=="));
        assert_eq!(said("https://r.example.org/").as_deref(), Some("Bearer abc"));
        assert_eq!(said("https://s.example.org/").as_deref(), Some("Basic dTpwOnE="));
        assert_eq!(said("https://d.example.org/v2/").as_deref(), Some("Basic dTpw"));
        assert_eq!(said("https://a%40b:c@o.example.org/").as_deref(), Some("Basic YUBiOmM="));
        assert_eq!(said("https://o.example.org/"), None);
        assert_eq!(said("https://e.example.org/"), None);
        assert_eq!(credentials.repository("@own"), Some("https://s.example.org/y"));
        assert_eq!(credentials.repository("alias:stable"), Some("https://C.example.org/x"));
        assert_eq!(credentials.repository("https://s.example.org/y"), None);
    }
}
