//! The part of a starting `zij.yaml` that describes a detected layout.

use std::{collections::BTreeSet, fmt::Write as _};

use super::text::counted;
use crate::inventory::{
    Application, Inventory, Rule, RuleMatch,
    detect::{LAYOUTS, Layout},
    pattern::{Bindings, Pattern},
};

impl Inventory {
    /// The entry of `apps` that gives the cells of the layout that `used` names.
    pub(super) fn write_layout(&self, text: &mut String, used: &RuleMatch) {
        let applications: BTreeSet<_> = self.cells.keys().map(|cell| &cell.application).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "# Found by `{}`: {}, {}.",
            used.pattern,
            counted(applications.len(), "application"),
            counted(self.clusters.len(), "cluster"),
        );
        self.write_others(text);
        self.write_rule(text, used);
    }

    fn write_others(&self, text: &mut String) {
        for other in self.rules.iter().skip(1) {
            let cells = counted(other.cells, "cell");
            let _ =
                writeln!(text, "# Not used: `{}` would also match, with {cells}.", other.pattern);
        }
    }

    fn write_rule(&self, text: &mut String, used: &RuleMatch) {
        let RuleMatch { rule, pattern, left_out, .. } = used;
        text.push_str("apps:\n");
        if *rule == Rule::RootChart {
            let name = self.cells.keys().next().map_or("app", |cell| cell.application.as_str());
            let _ = writeln!(
                text,
                "  - match: Chart.yaml\n    app: {name:?}\n    cluster: default\n    chart: .\n    \
                 values: []"
            );
        } else if let Some(layout) = self.layout(pattern) {
            let _ = writeln!(text, "  # Each set of values for the names in braces is a cell.");
            let _ = writeln!(text, "  - match: {pattern:?}");
            if !left_out.is_empty() {
                let _ = writeln!(text, "    # Library charts render nothing on their own.");
                let _ = writeln!(text, "    except: {{ app: {left_out:?} }}");
            }
            if let Some(cluster) = layout.cluster {
                let _ = writeln!(text, "    cluster: {cluster}");
            }
            let _ = writeln!(text, "    chart: {}", list(&self.used_charts(layout)));
            text.push_str("    # Later layers win; `{match}` stands for the matched files.\n");
            text.push_str("    values:\n");
            for shared in layout.shared {
                let _ = writeln!(text, "      - {{ file: {shared:?}, optional: true }}");
            }
            if layout.matches_values() {
                text.push_str("      - \"{match}\"\n");
            } else {
                text.truncate(text.len() - 1);
                text.push_str(" []\n");
            }
        }
        let _ = writeln!(text, "    # As `helm install` without `--namespace`.");
        let _ = writeln!(text, "    namespace: default");
        if *rule != Rule::RootChart {
            let _ = writeln!(text, "    release: \"{{app}}\"");
        }
    }

    /// The layout that was used, where one was.
    pub(in crate::inventory) fn used_layout(&self) -> Option<&'static Layout> {
        let used = self.rules.first().filter(|used| used.rule != Rule::Configured)?;
        self.layout(&used.pattern)
    }

    /// The layout of `pattern` whose charts are those of the cells.
    fn layout(&self, pattern: &str) -> Option<&'static Layout> {
        let same = || LAYOUTS.iter().filter(|layout| layout.find == pattern);
        same().find(|layout| !self.used_charts(layout).is_empty()).or_else(|| same().next())
    }

    /// The places for charts that some cell's chart really has.
    fn used_charts(&self, layout: &Layout) -> Vec<&'static str> {
        let is_used = |chart: &&&'static str| {
            let pattern = Pattern::parse(chart).ok();
            pattern.is_some_and(|pattern| self.cells.values().any(|app| chart_is(app, &pattern)))
        };
        layout.charts.iter().filter(is_used).copied().collect()
    }
}

fn chart_is(application: &Application, pattern: &Pattern) -> bool {
    let id = &application.id;
    let bindings = Bindings::from([
        ("app".into(), id.application.0.clone()),
        ("cluster".into(), id.cluster.0.clone()),
    ]);
    application.chart().is_some_and(|(path, _)| path.as_str() == pattern.fill(&bindings))
}

fn list(texts: &[&str]) -> String {
    match texts {
        [one] => format!("{one:?}"),
        several => format!("{several:?}"),
    }
}
