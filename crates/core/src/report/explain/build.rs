//! Follows a field back through the report and the files of head.

use super::model::{Explanation, FieldStory, Line, ObjectStory, Touch, ValueStory};
use crate::{
    policy::Locator,
    report::model::{
        Cell, FieldChange, Finding, Group, Place, Report, ResourceChange, ValueChange, ValueSide,
    },
    resource::hidden_line,
    source::{Tree, TreePath},
};

/// What is asked: an object by its kind, its name, `KIND/NAME` or a rule that found something in it,
/// and a field by the beginning of its path. Nothing asks for all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Question<'a> {
    /// The object.
    pub object: Option<&'a str>,
    /// The field.
    pub path: Option<&'a str>,
}

/// Where lines and their history are read.
pub struct Sources<'a> {
    /// The files of base.
    pub base: &'a dyn Tree,
    /// The files of head.
    pub head: &'a dyn Tree,
    /// The newest commit that changed a line of a file, or the file.
    pub touched: &'a dyn Fn(&TreePath, Option<&str>) -> Option<Touch>,
}

/// Explains one cell of a report.
pub fn explain(
    report: &Report,
    cell: &Cell,
    question: Question<'_>,
    sources: &Sources<'_>,
) -> Explanation {
    let findings: Vec<&Finding> =
        cell.findings.iter().filter_map(|at| report.findings.get(*at)).collect();
    let nothing = Group { cells: Vec::new(), values: Vec::new(), resources: Vec::new() };
    let group = cell.group.and_then(|at| report.groups.get(at)).unwrap_or(&nothing);
    let story = Story { sources, group, findings: &findings, question };
    Explanation {
        cell: report.cell_name(cell),
        state: cell.state,
        causes: cell.causes.clone(),
        presence: cell.presence.clone(),
        problem: cell.problem.clone(),
        findings: findings
            .iter()
            .filter(|own| own.resource.is_none())
            .map(|f| (*f).clone())
            .collect(),
        values: group.values.iter().map(|value| story.value(value)).collect(),
        objects: story.objects(),
    }
}

struct Story<'a> {
    sources: &'a Sources<'a>,
    group: &'a Group,
    findings: &'a [&'a Finding],
    question: Question<'a>,
}

impl Story<'_> {
    fn objects(&self) -> Vec<ObjectStory> {
        let asked = self.group.resources.iter().filter(|change| self.asks_for(change));
        asked.map(|change| self.object(change)).collect()
    }

    fn asks_for(&self, change: &ResourceChange) -> bool {
        let Some(asked) = self.question.object else { return true };
        let name = &change.resource;
        let is = |text: &str| text.eq_ignore_ascii_case(asked);
        is(&name.name)
            || is(&name.kind)
            || is(&format!("{}/{}", name.kind, name.name))
            || self.of_object(change).any(|finding| is(&finding.rule) || is(&finding.title))
    }

    fn of_object<'s>(&'s self, change: &'s ResourceChange) -> impl Iterator<Item = &'s Finding> {
        let own = move |finding: &&&Finding| finding.resource.as_ref() == Some(&change.resource);
        self.findings.iter().filter(own).copied()
    }

    fn object(&self, change: &ResourceChange) -> ObjectStory {
        let asks = |field: &&FieldChange| {
            self.question.path.is_none_or(|asked| is_below(&field.path, asked))
        };
        let fields: Vec<FieldStory> =
            change.fields.iter().filter(asks).map(|field| self.field(change, field)).collect();
        let told = |finding: &&Finding| {
            fields.iter().any(|field| finding.path.as_ref() == Some(&field.path))
        };
        let findings = self.of_object(change).filter(|finding| !told(finding)).cloned().collect();
        ObjectStory {
            resource: change.resource.clone(),
            action: change.action,
            template: change.template.as_ref().map(|place| self.line(place)),
            fields,
            findings,
        }
    }

    fn field(&self, change: &ResourceChange, field: &FieldChange) -> FieldStory {
        let findings: Vec<Finding> = self
            .of_object(change)
            .filter(|finding| finding.path.as_ref() == Some(&field.path))
            .cloned()
            .collect();
        let key = last_key(&field.path);
        let located = |template: &Place| {
            let locator = Locator { tree: self.sources.head, values: None };
            locator.key_line(&template.file, key?).map(|place| Place::from(&place))
        };
        let line = change.template.as_ref().and_then(located).map(|place| self.line(&place));
        let text = line.as_ref().and_then(|line| line.text.as_deref());
        FieldStory {
            path: field.path.clone(),
            old: field.old.clone(),
            new: field.new.clone(),
            rolls: change.rolls.contains(&field.path),
            values: self.values_of(field, text),
            helpers: self.helpers(line.as_ref()),
            line: line.map(|line| unless_masked(line, field.old.as_deref(), field.new.as_deref())),
            findings,
        }
    }

    /// What the helpers that a line includes have to do with it.
    fn helpers(&self, line: Option<&Line>) -> Vec<Line> {
        let Some((line, text)) = line.and_then(|line| Some((line, line.text.as_deref()?))) else {
            return Vec::new();
        };
        let folder = TreePath::parse(&line.place.file).ok().and_then(|path| path.parent());
        let Some(folder) = folder else { return Vec::new() };
        included(text).filter_map(|name| self.helper(&folder, name)).collect()
    }

    /// The line of a helper that the range changed, else the one that defines it.
    fn helper(&self, folder: &TreePath, name: &str) -> Option<Line> {
        let head = self.sources.head;
        let entries = head.list(folder).ok()??;
        let files = entries.iter().filter(|entry| entry.name.starts_with('_'));
        let (file, text, first) =
            files.map(|entry| folder.child(&entry.name)).find_map(|file| {
                let bytes = head.read(&file).ok().flatten()?;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let first = text.lines().position(|line| defines(line, name))?;
                Some((file, text, first))
            })?;
        let place = |at: usize| Place { file: file.to_string(), line: Some(at + 1), column: None };
        let body = text.lines().enumerate().skip(first);
        let body = body.take_while(|(at, line)| *at == first || !line.contains("define "));
        let changed = body.take(HELPER_LINES).find(|(_, line)| {
            let commit = (self.sources.touched)(&file, Some(*line));
            !line.trim().is_empty() && commit.is_some_and(|commit| commit.in_range)
        });
        Some(self.line(&place(changed.map_or(first, |(at, _)| at))))
    }

    /// The values that a template's line names; where it names none, those of the same text.
    fn values_of(&self, field: &FieldChange, line: Option<&str>) -> Vec<usize> {
        let named = |change: &ValueChange| line.is_some_and(|line| names(line, &change.path));
        let said = |change: &ValueChange| {
            let inside = |field: &Option<String>, side: Option<&str>| match (field, side) {
                (Some(field), Some(value)) => value.len() > 1 && field.contains(value),
                _ => false,
            };
            let text = |side: &Option<ValueSide>| {
                side.as_ref().map(|side| side.value.trim_matches('"').to_owned())
            };
            inside(&field.new, text(&change.new).as_deref())
                || inside(&field.old, text(&change.old).as_deref())
        };
        let all = || self.group.values.iter().enumerate();
        let by_name: Vec<usize> = all().filter(|(_, own)| named(own)).map(|(at, _)| at).collect();
        if !by_name.is_empty() {
            return by_name;
        }
        all().filter(|(_, own)| said(own)).map(|(at, _)| at).collect()
    }

    fn value(&self, change: &ValueChange) -> ValueStory {
        let side = change.new.as_ref().or(change.old.as_ref());
        let place = side.and_then(|side| side.place.as_ref());
        let text = |side: &ValueSide| side.value.clone();
        let (old, new) = (change.old.as_ref().map(text), change.new.as_ref().map(text));
        let line =
            place.map(|place| unless_masked(self.line(place), old.as_deref(), new.as_deref()));
        ValueStory { path: change.path.clone(), old, new, line }
    }

    /// A place with its text and its commit; of what only base has, the commit that took it away.
    fn line(&self, place: &Place) -> Line {
        let path = TreePath::parse(&place.file).ok();
        let read = |tree: &dyn Tree| {
            let bytes = tree.read(path.as_ref()?).ok().flatten()?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            text.lines().nth(place.line?.checked_sub(1)?).map(str::to_owned)
        };
        let own = read(self.sources.head);
        let shown = own.clone().or_else(|| read(self.sources.base));
        let commit = path.as_ref().and_then(|path| (self.sources.touched)(path, own.as_deref()));
        let text = shown.map(|line| hidden_line(line.trim()).into_owned());
        Line { place: place.clone(), text, commit }
    }
}

/// Lines of a helper whose history is asked for.
const HELPER_LINES: usize = 60;

/// The helpers that a template's line includes.
fn included(line: &str) -> impl Iterator<Item = &str> {
    ["include \"", "template \""]
        .into_iter()
        .flat_map(move |word| line.split(word).skip(1))
        .filter_map(|rest| rest.split('"').next())
}

/// Whether a line begins a helper: `{{- define "web.name" -}}`.
fn defines(line: &str, name: &str) -> bool {
    line.split("define \"").skip(1).any(|rest| rest.split('"').next() == Some(name))
}

/// A line without its text where the value that it sets is not shown.
fn unless_masked(line: Line, old: Option<&str>, new: Option<&str>) -> Line {
    let is_masked = [old, new].into_iter().flatten().any(|text| text.contains("<masked "));
    if is_masked { Line { text: None, ..line } } else { line }
}

/// Whether a path is another one, or inside of it.
fn is_below(path: &str, asked: &str) -> bool {
    path.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Whether a template's line uses a value: `.Values.image.tag`, or a table that it is in.
fn names(line: &str, path: &str) -> bool {
    let mut path = path;
    loop {
        let name = format!(".Values.{path}");
        let ends =
            |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
        if line.match_indices(&name).any(|(at, _)| ends(&line[at + name.len()..])) {
            return true;
        }
        match path.rfind(['.', '[']) {
            Some(at) => path = &path[..at],
            None => return false,
        }
    }
}

/// The last key of a path: `image` of `spec.containers[name=web].image`, `a.b/c` of `labels["a.b/c"]`.
fn last_key(path: &str) -> Option<&str> {
    let mut path = path;
    while let Some(open) = path.strip_suffix(']').and_then(|_| path.rfind('[')) {
        let inside = &path[open + 1..path.len() - 1];
        if let Some(key) = inside.strip_prefix('"').and_then(|key| key.strip_suffix('"')) {
            return Some(key);
        }
        path = &path[..open];
    }
    let key = path.rsplit('.').next().unwrap_or(path);
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_from_their_end() {
        for (path, want) in [
            ("spec.replicas", "replicas"),
            ("spec.containers[name=web].image", "image"),
            ("spec.containers[name=web].args[0]", "args"),
            (r#"metadata.labels["app.kubernetes.io/name"]"#, "app.kubernetes.io/name"),
        ] {
            assert_eq!(last_key(path), Some(want));
        }
    }

    #[test]
    fn a_line_names_a_value_or_its_table() {
        for (line, path, want) in [
            ("image: {{ .Values.image.tag }}", "image.tag", true),
            ("{{ toYaml .Values.image | nindent 8 }}", "image.tag", true),
            ("image: {{ .Values.imageTag }}", "image", false),
            ("image: {{ .Values.image.repository }}", "image.tag", false),
            ("{{ range .Values.ports }}", "ports[0].name", true),
        ] {
            assert_eq!(names(line, path), want, "{line} {path}");
        }
    }
}
