//! The commits after the first, each one small change.

use crate::{
    arguments::Arguments,
    charts,
    layout::{Layout, STAGES},
    stream::Files,
};

/// What each commit changes, with its message.
pub(crate) fn changes(layout: &Layout, arguments: &Arguments) -> Vec<(String, Files)> {
    (1..=arguments.commits).map(|number| change(layout, number)).collect()
}

fn change(layout: &Layout, number: usize) -> (String, Files) {
    let version = number + 1;
    if number.is_multiple_of(4) {
        let chart = charts::NAMES[layout.draw(&[number], charts::NAMES.len())];
        let (path, text) = charts::deployment(chart, version);
        return (format!("{chart}: another annotation"), [(path, text)].into());
    }
    let wants_chart = number % 4 != 3;
    let fitting = |index: &usize| layout.apps[*index].chart.is_some() == wants_chart;
    let known: Vec<usize> = (0..layout.apps.len()).filter(fitting).collect();
    let Some(index) = known.get(layout.draw(&[number], known.len())).copied() else {
        return (format!("nothing {number}"), Files::new());
    };
    let app = &layout.apps[index];
    let file = |path: &str, text: String| [(format!("{}/{path}", app.folder()), text)].into();
    if app.chart.is_some() {
        let text = layout.values(index, version);
        return (format!("{}: another image", app.name), file("values.yaml", text));
    }
    let stage = layout.draw(&[number, 2], STAGES.len());
    let path = format!("overlays/{}/kustomization.yaml", STAGES[stage]);
    let text = layout.overlay(index, stage, version);
    (format!("{}: another image in {}", app.name, STAGES[stage]), file(&path, text))
}
