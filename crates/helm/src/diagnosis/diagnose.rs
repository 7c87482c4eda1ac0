//! From an error to what is told of it.

use super::{Fact, nearest::nearest, settings::names, template, values};
use crate::{
    chart::Chart,
    error::{Error, Place, Stage},
    profile::Profile,
    values::ValuesLayer,
};

/// Of more calls than both together, those nearest to the failure that are told.
const NEAR_CALLS: usize = 5;
/// The outermost calls that are told.
const FAR_CALLS: usize = 3;

/// What was rendered, as far as a message may refer to it.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'s> {
    /// The user's values.
    pub layers: &'s [ValuesLayer],
    /// The chart, if it could be loaded.
    pub chart: Option<&'s Chart>,
    /// What commands should call the chart: the path or name it was given as.
    pub chart_name: &'s str,
    /// The Helm version.
    pub profile: &'static Profile,
    /// Whether whoever reads this can add flags of `helm template`.
    pub takes_flags: bool,
}

/// What is told of a failure. All texts may hold whatever charts and values hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnosis {
    /// What is wrong, in one fragment of a sentence; several lines where a chart's author wrote
    /// them.
    pub headline: String,
    /// What to say beside the marked part of the source.
    pub label: String,
    /// The place to look at.
    pub place: Option<Place>,
    /// What the place's lines are lines of, when it is not the file.
    pub lines_of: Option<&'static str>,
    /// The calls that led there, the nearest first; of very many only the first and the last.
    pub calls: Vec<Place>,
    /// Calls that are left out before the last three of `calls`.
    pub calls_left_out: usize,
    /// Facts that explain it.
    pub notes: Vec<String>,
    /// What to do, the likeliest first.
    pub helps: Vec<String>,
}

/// Says what is wrong and what can be done, from what is known of an error.
pub fn diagnose(error: &Error, sources: &Sources<'_>) -> Diagnosis {
    let (place, calls, calls_left_out) = way_to(error);
    let headline = error.text().trim_end().to_owned();
    let plain = Diagnosis { place, calls, calls_left_out, headline, ..Diagnosis::default() };
    let mut told = match error.fact() {
        Some(Fact::Template(fact)) => template::told(fact, plain, sources),
        Some(Fact::Violations(violations)) => values::violations(violations, plain, sources),
        Some(Fact::Yaml(problem)) => values::unreadable(error, problem, plain),
        Some(Fact::MissingDependencies(names)) => missing(names, plain, sources),
        Some(Fact::KubeVersion { wanted, given }) => kube_version(wanted, given, plain, sources),
        Some(Fact::ReleaseName(name)) => release_name(name, plain),
        Some(Fact::NotShown { wanted, known }) => not_shown(wanted, known, plain),
        Some(Fact::NotATable(path)) => values::not_a_table(path, plain, sources),
        None => plain,
    };
    if error.is_limit() {
        told.notes.push("this is a limit of zij; Helm has none here".to_owned());
        told.helps.push("make the template do less, or render it with fewer values".to_owned());
    }
    if error.stage() == Stage::Release && error.text().ends_with("charts are not installable") {
        let help = "depend on it from a chart of type `application`, and render that one";
        told.helps.push(help.to_owned());
    }
    told
}

/// The innermost place, and the calls from there outward.
fn way_to(error: &Error) -> (Option<Place>, Vec<Place>, usize) {
    let (place, callers) = match error.trace().split_last() {
        Some((place, callers)) => (Some(place.clone()), callers),
        None => (None, &[][..]),
    };
    let left_out = callers.len().saturating_sub(NEAR_CALLS + FAR_CALLS);
    let near = callers.iter().rev().take(if left_out == 0 { usize::MAX } else { NEAR_CALLS });
    let far = callers.iter().rev().skip(NEAR_CALLS + left_out);
    let far = far.take(if left_out == 0 { 0 } else { FAR_CALLS });
    (place, near.chain(far).cloned().collect(), left_out)
}

fn missing(names: &[String], plain: Diagnosis, sources: &Sources<'_>) -> Diagnosis {
    let mut unique: Vec<String> = Vec::new();
    for name in names.iter().filter(|name| !name.is_empty()) {
        if !unique.contains(name) {
            unique.push(name.clone());
        }
    }
    let what = if unique.len() == 1 { "the dependency" } else { "the dependencies" };
    let shown: Vec<String> = unique.iter().map(|name| format!("`{name}`")).collect();
    let place = sources.chart.map(|_| Place { file: "Chart.yaml".to_owned(), ..Place::default() });
    Diagnosis {
        headline: format!("{what} {} cannot be found in charts/", shown.join(", ")),
        notes: wanted_versions(&unique, sources),
        helps: vec![format!("run `helm dependency build {}`", sources.chart_name)],
        place: plain.place.or(place),
        ..plain
    }
}

/// What `Chart.yaml` asks for, so that a wrong repository is seen at once.
fn wanted_versions(names: &[String], sources: &Sources<'_>) -> Vec<String> {
    let declared = sources.chart.and_then(|chart| chart.metadata.dependencies.as_ref());
    let wanted = declared.into_iter().flatten().filter(|own| names.contains(&own.name));
    let mut notes: Vec<String> = wanted
        .map(|own| match own.repository.as_str() {
            "" => format!("Chart.yaml wants {} {}", own.name, own.version),
            from => format!("Chart.yaml wants {} {} from {from}", own.name, own.version),
        })
        .collect();
    notes.dedup();
    notes
}

fn kube_version(wanted: &str, given: &str, plain: Diagnosis, sources: &Sources<'_>) -> Diagnosis {
    let help = match sources.takes_flags {
        true => "name the cluster's version with --kube-version",
        false => "the version is that of the cluster, in zij.yaml or of the profile",
    };
    Diagnosis {
        headline: format!("the chart does not support Kubernetes {given}: it wants {wanted}"),
        place: Some(Place { file: "Chart.yaml".to_owned(), ..Place::default() }),
        helps: vec![help.to_owned()],
        ..plain
    }
}

fn release_name(name: &str, plain: Diagnosis) -> Diagnosis {
    let allowed = "small letters, digits, `-` and `.`, beginning and ending with a letter or digit, \
                   at most 53 characters";
    let possible: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' })
        .take(53)
        .collect();
    let possible = possible.trim_matches(['-', '.']);
    let mut helps = vec![format!("a release's name has {allowed}")];
    if !possible.is_empty() && possible != name {
        helps.push(format!("`{possible}` would do"));
    }
    Diagnosis { headline: format!("`{name}` cannot be the name of a release"), helps, ..plain }
}

fn not_shown(wanted: &str, known: &[String], plain: Diagnosis) -> Diagnosis {
    let near = did_you_mean(wanted, known.iter().map(String::as_str));
    let help = match (near.strip_prefix("; "), known) {
        (Some(near), _) => near.to_owned(),
        (None, []) => "the chart renders no document at all with these values".to_owned(),
        (None, known) => format!("documents come from {}", names(known)),
    };
    let note = "a template that renders nothing with these values has no document".to_owned();
    let headline = format!("no document comes from `{wanted}`");
    Diagnosis { headline, notes: vec![note], helps: vec![help], ..plain }
}

/// `; did you mean ...?` for a name that has a likely neighbour.
pub(super) fn did_you_mean<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(name, known).map_or(String::new(), |near| format!("; did you mean `{near}`?"))
}
