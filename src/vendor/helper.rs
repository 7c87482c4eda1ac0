//! Programs that keep logins to registries: `docker-credential-NAME get`.
//!
//! Source of the rules: the protocol of docker/docker-credential-helpers (`client`, `credentials`), and
//! the keys `credsStore` and `credHelpers` of the Docker CLI's `config.json`.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    process::Stdio,
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::process;

/// Bytes of an answer.
const MAX_ANSWER: u64 = 64 << 10;
/// What a helper says of a host that it does not know.
const UNKNOWN: &str = "credentials not found";
/// The user that stands for a token which is no password.
const TOKEN_USER: &str = "<token>";
/// What helpers know Docker's own registry by.
const DOCKER: &str = "https://index.docker.io/v1/";

/// Which helper to ask for which host.
#[derive(Clone, Debug, Default)]
pub(super) struct Helpers {
    /// By host.
    own: BTreeMap<String, String>,
    /// For every other host.
    store: Option<String>,
}

impl Helpers {
    /// Those that a `config.json` names; what is known already counts.
    pub(super) fn read(&mut self, config: &Value) {
        for (host, name) in config["credHelpers"].as_object().into_iter().flatten() {
            if let Some(name) = name.as_str() {
                self.own.entry(host.to_ascii_lowercase()).or_insert_with(|| name.to_owned());
            }
        }
        let store = config["credsStore"].as_str().filter(|name| !name.is_empty());
        self.store = self.store.take().or_else(|| store.map(str::to_owned));
    }

    /// The user and password for a host; nothing where no helper knows it.
    ///
    /// # Errors
    /// What is wrong with the helper.
    pub(super) fn login(
        &self,
        host: &str,
        patience: Duration,
    ) -> Result<Option<(String, String)>, String> {
        let Some(name) = self.own.get(host).or(self.store.as_ref()) else { return Ok(None) };
        let is_docker = matches!(host, "docker.io" | "index.docker.io" | "registry-1.docker.io");
        let server = if is_docker { DOCKER } else { host };
        let program = format!("docker-credential-{name}");
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if !name.chars().all(is_plain) {
            return Err(format!("`{program}` is no name of a program"));
        }
        let answer = asked(&program, server, patience)
            .map_err(|problem| format!("`{program} get` for {host}: {problem}"))?;
        understood(&answer).map_err(|problem| format!("`{program} get` for {host}: {problem}"))
    }
}

fn asked(program: &str, server: &str, patience: Duration) -> Result<String, String> {
    let mut command = process::command(program);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let child = command.spawn();
    let mut child = child.map_err(|error| format!("it cannot be started: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        // A helper that does not want to know says so itself.
        input.write_all(server.as_bytes()).ok();
    }
    let (sender, receiver) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        thread::spawn(move || {
            let mut text = String::new();
            let read = output.take(MAX_ANSWER).read_to_string(&mut text);
            sender.send(read.map(|_| text)).ok();
        });
    }
    let answer = receiver.recv_timeout(patience);
    // Whoever has answered, or never will, has nothing more to do.
    child.kill().ok();
    child.wait().ok();
    match answer {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(error)) => Err(format!("its answer cannot be read: {error}")),
        Err(_) => Err(format!("no answer for {} s", patience.as_secs())),
    }
}

/// What an answer says. What went wrong is text, and not shown: it may hold a secret.
fn understood(answer: &str) -> Result<Option<(String, String)>, String> {
    if answer.trim_start().starts_with(UNKNOWN) {
        return Ok(None);
    }
    let answer: Value =
        serde_json::from_str(answer).map_err(|_| "its answer is no JSON".to_owned())?;
    match (answer["Username"].as_str(), answer["Secret"].as_str()) {
        (Some(TOKEN_USER), Some(_)) => {
            Err("it gives an identity token, which is not understood".to_owned())
        }
        (Some(user), Some(secret)) if !secret.is_empty() => {
            Ok(Some((user.to_owned(), secret.to_owned())))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_understood() {
        let login = |user: &str, secret: &str| Ok(Some((user.to_owned(), secret.to_owned())));
        for (answer, want) in [
            (r#"{"ServerURL": "r", "Username": "me", "Secret": "word"}"#, login("me", "word")),
            ("credentials not found in native keychain\n", Ok(None)),
            (r#"{"Username": "", "Secret": ""}"#, Ok(None)),
            ("a secret went wrong", Err("its answer is no JSON".to_owned())),
            (
                r#"{"Username": "<token>", "Secret": "x"}"#,
                Err("it gives an identity token, which is not understood".to_owned()),
            ),
        ] {
            assert_eq!(understood(answer), want, "{answer}");
        }
    }

    #[test]
    fn the_helper_of_a_host_comes_before_the_store() {
        let mut helpers = Helpers::default();
        let second = Duration::from_secs(1);
        assert_eq!(helpers.login("r.example.org", second), Ok(None));
        helpers.read(&serde_json::json!({"credHelpers": {"R.example.org": "a/b"}}));
        helpers.read(&serde_json::json!({"credsStore": "no-such-helper"}));
        let said = helpers.login("r.example.org", second).unwrap_err();
        assert_eq!(said, "`docker-credential-a/b` is no name of a program");
        let said = helpers.login("s.example.org", second).unwrap_err();
        assert!(
            said.starts_with("`docker-credential-no-such-helper get` for s.example.org: "),
            "{said}"
        );
    }
}
