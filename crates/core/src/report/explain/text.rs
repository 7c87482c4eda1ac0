//! An explanation for a terminal.

use super::model::{Explanation, Explanations, FieldStory, Line, ObjectStory, ValueStory};
use crate::report::{
    model::{Action, Finding, Severity, Side},
    paper::{Label, Paper, shortened},
};

impl Explanations {
    /// The explanations as JSON, described by `docs/reference/explanation.schema.json`.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl Explanation {
    /// The explanation as text. What comes from the repository cannot steer the terminal.
    pub fn to_text(&self, color: bool, width: usize) -> String {
        let mut paper = Paper::new(color, width.max(60));
        self.write(&mut paper);
        paper.finish()
    }

    fn write(&self, paper: &mut Paper) {
        paper.put(Label::Heading, &self.cell).plain("  ");
        paper.put(Label::State(self.state), self.state.meaning());
        let causes: Vec<String> =
            self.causes.iter().map(|cause| format!("{cause:?}").to_lowercase()).collect();
        if !causes.is_empty() {
            paper.put(Label::Dim, &format!("  cause: {}", causes.join(", ")));
        }
        paper.end();
        self.surroundings(paper);
        for object in &self.objects {
            paper.end();
            self.object(paper, object);
        }
        let used = |at: &usize| {
            self.objects.iter().flat_map(|own| &own.fields).any(|field| field.values.contains(at))
        };
        let rest: Vec<&ValueStory> = (0..self.values.len())
            .filter(|at| !used(at))
            .filter_map(|at| self.values.get(at))
            .collect();
        if !rest.is_empty() {
            paper.end().put(Label::Heading, "Other values that differ").end();
            for own in rest {
                value(paper, own, 2);
            }
        }
    }

    fn surroundings(&self, paper: &mut Paper) {
        if let Some(presence) = &self.presence {
            let word = if presence.side == Side::Base { "gone: " } else { "new: " };
            paper.spaces(2).plain(word).prose(Label::Plain, &presence.message, 2);
            paper.spaces(2).plain("at   ").put(Label::Place, &presence.place.to_string()).end();
        }
        if let Some(problem) = &self.problem {
            paper.spaces(2).plain("cannot render: ").prose(Label::Plain, &problem.message, 4);
        }
        self.findings.iter().for_each(|own| finding(paper, own, 2));
    }

    fn object(&self, paper: &mut Paper, object: &ObjectStory) {
        let sign = match object.action {
            Action::Create => "+",
            Action::Update => "~",
            Action::Delete => "-",
        };
        paper.plain(sign).plain(" ").put(Label::Name, &object.resource.to_string()).end();
        if object.fields.is_empty()
            && let Some(template) = &object.template
        {
            line(paper, "template", template, 2);
        }
        for field in &object.fields {
            self.field(paper, field, object.template.as_ref());
        }
        object.findings.iter().for_each(|own| finding(paper, own, 2));
    }

    fn field(&self, paper: &mut Paper, field: &FieldStory, template: Option<&Line>) {
        paper.spaces(2).put(Label::Name, &field.path);
        if field.rolls {
            paper.plain("  ").put(Label::Doubtful, "restarts pods");
        }
        paper.end();
        sides(paper, field.old.as_deref(), field.new.as_deref(), 4);
        if let Some(own) = field.line.as_ref().or(template) {
            line(paper, "template", own, 4);
        }
        for helper in &field.helpers {
            line(paper, "helper", helper, 4);
        }
        for at in &field.values {
            if let Some(own) = self.values.get(*at) {
                value(paper, own, 4);
            }
        }
        field.findings.iter().for_each(|own| finding(paper, own, 4));
    }
}

fn sides(paper: &mut Paper, old: Option<&str>, new: Option<&str>, indent: usize) {
    let room = paper.width.saturating_sub(indent + 2);
    for (sign, label, text) in [("- ", Label::Removed, old), ("+ ", Label::Added, new)] {
        if let Some(text) = text {
            paper.spaces(indent).put(label, sign).put(label, &shortened(text, room)).end();
        }
    }
}

fn value(paper: &mut Paper, own: &ValueStory, indent: usize) {
    let room = paper.width.saturating_sub(indent + 24).max(20) / 2;
    let side = |text: &Option<String>| {
        text.as_ref().map_or_else(|| "not set".to_owned(), |text| shortened(text, room))
    };
    let text = format!("{}  {} → {}", own.path, side(&own.old), side(&own.new));
    paper.spaces(indent).put(Label::Dim, "value     ").plain(&text).end();
    if let Some(own) = &own.line {
        line(paper, "set at", own, indent);
    }
}

fn line(paper: &mut Paper, title: &str, line: &Line, indent: usize) {
    paper
        .spaces(indent)
        .padded(Label::Dim, title, 10)
        .put(Label::Place, &line.place.to_string())
        .end();
    if let Some(text) = &line.text {
        let room = paper.width.saturating_sub(indent + 12);
        paper.spaces(indent + 12).put(Label::Dim, &shortened(text, room)).end();
    }
    if let Some(commit) = &line.commit {
        let short = commit.id.get(..9).unwrap_or(&commit.id);
        let before = if commit.in_range { "" } else { " (before this change)" };
        paper.spaces(indent).put(Label::Dim, "commit    ").put(Label::Name, short);
        paper.plain(" ").plain(&shortened(&commit.subject, 72));
        paper.put(Label::Dim, &format!(", {}{before}", commit.author)).end();
    }
}

fn finding(paper: &mut Paper, own: &Finding, indent: usize) {
    let (sign, label) = match own.severity {
        Severity::Block => ("! blocks", Label::Bad),
        Severity::Warn => ("? warns", Label::Doubtful),
        Severity::Info => ("i info", Label::Dim),
    };
    paper.spaces(indent).put(label, sign).plain("  ").put(Label::Name, &own.rule);
    paper.plain(" ").plain(&own.title).end();
    paper.spaces(indent + 2).prose(Label::Plain, &own.message, indent + 2);
    if let Some(place) = &own.place {
        paper.spaces(indent + 2).plain("at   ").put(Label::Place, &place.to_string()).end();
    }
    paper.spaces(indent + 2).plain("fix  ").prose(Label::Plain, &own.fix, indent + 7);
}
