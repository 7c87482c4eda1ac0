//! Which waivers a verdict stands on.

use std::collections::{BTreeMap, BTreeSet};

use zij_core::report::model::Report;

use super::event::{Act, Decision, Event};

/// The waivers that findings of some changes needed, each with the cells that needed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WaiversUsed(BTreeMap<Waiver, BTreeSet<String>>);

/// A waiver as its record names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Waiver {
    rule: String,
    title: String,
    owner: String,
    scope: String,
    reason: String,
    expires: String,
    place: String,
}

impl WaiversUsed {
    /// Those of a report.
    pub(crate) fn of(report: &Report) -> Self {
        let mut used = Self::default();
        for finding in &report.findings {
            let Some(waiver) = &finding.waiver else { continue };
            let key = Waiver {
                rule: finding.rule.clone(),
                title: finding.title.clone(),
                owner: login(&waiver.owner).to_owned(),
                scope: waiver.scope.to_string(),
                reason: waiver.reason.to_string(),
                expires: waiver.expires.clone(),
                place: waiver.place.to_string(),
            };
            let cell = report.cells.get(finding.cell).map(|cell| report.cell_name(cell));
            used.0.entry(key).or_default().extend(cell);
        }
        used
    }

    /// Adds those of another change.
    pub(crate) fn extend(&mut self, other: &Self) {
        for (waiver, cells) in &other.0 {
            self.0.entry(waiver.clone()).or_default().extend(cells.iter().cloned());
        }
    }

    /// An event for each; `user` is whose verdict it was.
    pub(crate) fn events(&self, user: &str) -> Vec<Event> {
        let event = |(waiver, cells): (&Waiver, &BTreeSet<String>)| {
            let cells: Vec<&String> = cells.iter().collect();
            Event::new(Act::Waive, Decision::Allow, user)
                .note("zij/rule", &waiver.rule)
                .note("zij/title", &waiver.title)
                .note("zij/owner", &waiver.owner)
                .note("zij/scope", &waiver.scope)
                .note("zij/reason", &waiver.reason)
                .note("zij/expires", &waiver.expires)
                .note("zij/place", &waiver.place)
                .list("zij/cells", &cells)
        };
        self.0.iter().map(event).collect()
    }
}

/// An owner without the domain of an address: the log holds logins and no addresses.
fn login(owner: &str) -> &str {
    owner.split_once('@').map_or(owner, |(login, domain)| match login {
        // `@team` is how forges write a team.
        "" => domain,
        login => login,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_is_recorded() {
        for (owner, want) in [("ann@example.com", "ann"), ("@team", "team"), ("ann", "ann")] {
            assert_eq!(login(owner), want);
        }
    }
}
