//! A fault drawn with the lines of its source, the calls that led there and what to do.

use unicode_width::UnicodeWidthChar as _;

use super::{
    model::{Evidence, Problem, SourceLines},
    paper::{Label, Paper, columns, fitting, shortened, wrap},
    printable::printable,
};

/// Columns of the shown lines where stderr has no width of its own.
const MAX_ROOM: usize = 160;

/// Draws a fault, as `error: …` with all that is known of it; ends with a line's end.
pub fn sketch(problem: &Problem, color: bool, width: usize) -> String {
    let mut paper = Paper::new(color, width);
    let headline = problem.evidence.as_ref().map_or(&problem.message, |own| &own.headline);
    paper.put(Label::Bad, "error").put(Label::Heading, ": ");
    let mut lines = headline.lines();
    paper.prose(Label::Heading, lines.next().unwrap_or_default(), 7);
    for line in lines {
        paper.spaces(7).prose(Label::Heading, line, 7);
    }
    draw(&mut paper, problem, 0);
    paper.finish()
}

/// Draws everything of a fault below its headline, behind an indent.
pub(crate) fn draw(paper: &mut Paper, problem: &Problem, indent: usize) {
    let nothing = Evidence::default();
    let evidence = problem.evidence.as_deref().unwrap_or(&nothing);
    let source = evidence.source.as_ref();
    let last = source.map_or(0, |source| source.first as usize + source.lines.len() - 1);
    let sketch = Sketch { indent, gutter: indent + last.max(10).to_string().len() };
    if let Some(place) = &problem.place {
        paper.spaces(sketch.gutter).put(Label::Place, "--> ").plain(&place.to_string());
        if let Some(of) = source.and_then(|source| source.of.as_deref()) {
            let line = source.map_or(0, |source| source.line);
            paper.put(Label::Dim, &format!(" (line {line} of {of})"));
        }
        paper.end();
    }
    if let Some(source) = source {
        sketch.source(paper, source, &evidence.label);
    }
    sketch.calls(paper, evidence);
    for note in &evidence.notes {
        sketch.remark(paper, "note", note);
    }
    let hint = problem.hint.iter().filter(|_| evidence.helps.is_empty());
    for help in evidence.helps.iter().chain(hint) {
        sketch.remark(paper, "help", help);
    }
}

/// Where the parts of a drawing stand.
struct Sketch {
    indent: usize,
    /// Columns up to the bar.
    gutter: usize,
}

impl Sketch {
    fn bar<'p>(&self, paper: &'p mut Paper, number: Option<u32>) -> &'p mut Paper {
        let number = number.map(|number| number.to_string()).unwrap_or_default();
        let space = self.gutter - self.indent - number.len();
        paper.spaces(self.indent + space).put(Label::Place, &number).put(Label::Place, " | ")
    }

    fn source(&self, paper: &mut Paper, source: &SourceLines, label: &str) {
        let room = paper.width.min(MAX_ROOM).saturating_sub(self.gutter + 3).max(30);
        let meant = source.lines.get(source.line.saturating_sub(source.first) as usize);
        let view = View::of(meant.map_or("", String::as_str), source, room);
        self.bar(paper, None).end();
        for (number, line) in (source.first..).zip(&source.lines) {
            self.bar(paper, Some(number)).plain(&view.cut(line)).end();
            if number == source.line {
                self.mark(paper, &view, label, room);
            }
        }
        self.bar(paper, None).end();
    }

    /// The line below the meant one: the mark, and what to say beside it.
    fn mark(&self, paper: &mut Paper, view: &View, label: &str, room: usize) {
        self.bar(paper, None).spaces(view.column).put(Label::Bad, &"^".repeat(view.length));
        let used = view.column + view.length + 1;
        let label: Vec<&str> =
            label.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let label = label.join(" ");
        if used + columns(&label) <= room {
            paper.plain(" ").put(Label::Bad, &label).end();
            return;
        }
        paper.end();
        for line in wrap(&label, room) {
            self.bar(paper, None).put(Label::Bad, &line).end();
        }
    }

    fn calls(&self, paper: &mut Paper, evidence: &Evidence) {
        let far = evidence.calls.len().saturating_sub(3);
        for (index, call) in evidence.calls.iter().enumerate() {
            if evidence.calls_left_out > 0 && index == far {
                let text = format!("… {} more calls …", evidence.calls_left_out);
                self.sign(paper).put(Label::Dim, &text).end();
            }
            self.sign(paper).plain("called from ").put(Label::Place, &call.place.to_string());
            if !call.expression.is_empty() {
                let room = paper.width.min(MAX_ROOM).saturating_sub(self.gutter + 20);
                let text = shortened(&call.expression, room.max(30));
                paper.plain("  ").put(Label::Dim, &text);
            }
            paper.end();
        }
    }

    fn remark(&self, paper: &mut Paper, title: &str, text: &str) {
        let indent = self.gutter + 3 + title.len() + 2;
        for (index, line) in text.lines().enumerate() {
            if index == 0 {
                self.sign(paper).put(Label::Name, title).plain(": ");
            } else {
                paper.spaces(indent);
            }
            // What a text is indented by has a meaning, such as that of a list's parts.
            let own = line.len() - line.trim_start().len();
            paper.spaces(own).prose(Label::Plain, line, indent + own);
        }
    }

    fn sign<'p>(&self, paper: &'p mut Paper) -> &'p mut Paper {
        paper.spaces(self.gutter).put(Label::Place, " = ")
    }
}

/// Which part of the lines fits, and where the meant part lies in it.
struct View {
    /// Characters left out at the beginning of each line.
    from: usize,
    /// Whether that, or the source itself, leaves something out.
    is_cut: bool,
    room: usize,
    /// Columns before the meant part, and of it.
    column: usize,
    length: usize,
}

impl View {
    fn of(line: &str, source: &SourceLines, room: usize) -> Self {
        let chars: Vec<char> = printable(line).chars().collect();
        let start = source.start.min(chars.len());
        let end = (source.start + source.length).clamp(start, chars.len());
        let mut from = 0;
        if source.skipped > 0 || wide(&chars[..end]) + 2 > room {
            // A third of what fits stands before the meant part.
            let before = |from: usize| wide(&chars[from..start]);
            from = (0..start).find(|from| before(*from) <= room / 3).unwrap_or(start);
        }
        let is_cut = from > 0 || source.skipped > 0;
        let column = wide(&chars[from..start]) + usize::from(is_cut);
        let length = wide(&chars[start..end]).min(room.saturating_sub(column)).max(1);
        Self { from, is_cut, room, column, length }
    }

    /// The part of a line that is shown.
    fn cut(&self, line: &str) -> String {
        let chars: Vec<char> = printable(line).chars().skip(self.from).collect();
        let mut out = String::from(if self.is_cut && !chars.is_empty() { "…" } else { "" });
        let room = self.room.saturating_sub(usize::from(self.is_cut));
        if wide(&chars) <= room {
            out.extend(&chars);
        } else {
            out.extend(fitting(chars.into_iter(), room - 1));
            out.push('…');
        }
        out
    }
}

fn wide(chars: &[char]) -> usize {
    chars.iter().map(|c| c.width().unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::{Call, Place};

    fn place(file: &str, line: usize, column: usize) -> Place {
        Place { file: file.to_owned(), line: Some(line), column: Some(column) }
    }

    fn problem(line: &str, marked: &str, label: &str) -> Problem {
        let start = line.find(marked).map_or(0, |at| line[..at].chars().count());
        let source = SourceLines {
            first: 13,
            lines: vec!["  ports:".to_owned(), line.to_owned()],
            line: 14,
            start,
            length: marked.chars().count(),
            ..SourceLines::default()
        };
        let evidence = Evidence {
            headline: "`.Values.service.http` is not set, so `.port` cannot be read".to_owned(),
            label: label.to_owned(),
            source: Some(source),
            calls: vec![Call {
                place: place("charts/web/templates/web.yaml", 3, 8),
                expression: "include \"web.service\" .".to_owned(),
            }],
            notes: vec![
                "the text comes from `.Values.ports`, set in values-prod.yaml:3".to_owned(),
            ],
            helps: vec!["`.Values.service` has `https`, `name`; did you mean `https`?".to_owned()],
            ..Evidence::default()
        };
        Problem {
            side: None,
            message: "nil pointer".to_owned(),
            place: Some(place("charts/web/templates/_service.tpl", 14, start + 1)),
            hint: None,
            evidence: Some(Box::new(evidence)),
        }
    }

    const CHAIN: &str = ".Values.service.http.port";

    #[test]
    fn a_fault_with_all_its_parts() {
        let problem = problem(
            "    port: {{ .Values.service.http.port }}",
            CHAIN,
            "nil pointer evaluating it",
        );
        insta::assert_snapshot!("plain", sketch(&problem, false, 80));
        insta::assert_snapshot!("colour", sketch(&problem, true, 80).replace('\u{1b}', "ESC"));
        insta::assert_snapshot!("narrow", sketch(&problem, false, 40));
    }

    #[test]
    fn hostile_and_long_lines_stay_in_their_place() {
        let mut text = String::new();
        let far = format!("{}{CHAIN}{}", "left ".repeat(60), " right".repeat(60));
        for line in [
            "\t\tport: {{ .Values.service.http.port }}",
            "端口名: \u{1b}[31m\u{202e} {{ .Values.service.http.port }} \u{7}",
            &far,
        ] {
            text.push_str(&sketch(&problem(line, CHAIN, "here"), false, 70));
        }
        let mut folded =
            problem("x", "", "a text\nof several lines, \u{1b}[2J longer than the room");
        if let Some(evidence) = &mut folded.evidence {
            evidence.headline = "first\nsecond \u{9b}2J".to_owned();
            evidence.calls = vec![evidence.calls[0].clone(); 6];
            evidence.calls_left_out = 994;
        }
        text.push_str(&sketch(&folded, false, 40));
        insta::assert_snapshot!("hostile", text);
    }
}
