//! What can happen that is kept on record.

use std::collections::BTreeMap;

use super::clean;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// A file of the log was begun.
    Open,
    /// A record that a crash left half written was cut off.
    Recover,
    /// The daemon predicted what a commit deploys.
    Predict,
    /// A hook on the server decided about a push.
    Push,
    /// Somebody asked to let a rejected push through.
    Override,
    /// A verdict stands on a waiver.
    Waive,
    /// The daemon started.
    Start,
    /// The daemon stopped.
    Stop,
    /// The configuration of the fleet changed.
    Configure,
    /// Old files of the log were let go of.
    Retire,
    /// The clock was set, or the machine slept.
    Clock,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Allow,
    Deny,
    /// There is no verdict.
    Error,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(super) act: Act,
    pub(super) decision: Decision,
    pub(super) user: String,
    notes: BTreeMap<&'static str, String>,
}

impl Act {
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Recover => "recovered",
            Self::Predict => "predict",
            Self::Push => "push",
            Self::Override => "override",
            Self::Waive => "waive",
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Configure => "configure",
            Self::Retire => "retire",
            Self::Clock => "clock",
        }
    }

    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Open | Self::Recover | Self::Retire => "/zij/audit",
            Self::Predict => "/zij/predictions",
            Self::Push | Self::Override => "/zij/pushes",
            Self::Start | Self::Stop | Self::Clock => "/zij/daemon",
            Self::Waive => "/zij/waivers",
            Self::Configure => "/zij/configuration",
        }
    }
}

impl Decision {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Error => "error",
        }
    }

    pub(super) fn code(self) -> u16 {
        match self {
            Self::Allow => 200,
            Self::Deny => 403,
            Self::Error => 500,
        }
    }
}

impl Event {
    /// `user` is a login or a process's name, never a person's name or address.
    pub(crate) fn new(act: Act, decision: Decision, user: &str) -> Self {
        Self { act, decision, user: clean(user), notes: BTreeMap::new() }
    }

    /// The same with a text under a key without dots, such as `zij/refs`. It may come from anybody.
    pub(crate) fn note(mut self, key: &'static str, text: &str) -> Self {
        self.notes.insert(key, clean(text));
        self
    }

    /// The same with the first of a list of texts, and how many more there are.
    pub(crate) fn list<T: AsRef<str>>(self, key: &'static str, texts: &[T]) -> Self {
        const SHOWN: usize = 20;
        if texts.is_empty() {
            return self;
        }
        let mut listed: Vec<String> =
            texts.iter().take(SHOWN).map(|text| clean(text.as_ref())).collect();
        if let Some(more) = texts.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            listed.push(format!("and {more} more"));
        }
        let Self { act, decision, user, mut notes } = self;
        notes.insert(key, listed.join(", "));
        Self { act, decision, user, notes }
    }

    pub(super) fn annotations(&self) -> BTreeMap<String, String> {
        let mut annotations: BTreeMap<String, String> =
            self.notes.iter().map(|(key, text)| ((*key).to_owned(), text.clone())).collect();
        annotations.insert("zij/decision".to_owned(), self.decision.name().to_owned());
        annotations
    }
}
