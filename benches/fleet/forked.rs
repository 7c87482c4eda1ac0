//! What the real Helm would take, a process a cell.

use std::{fs, path::Path, process::Stdio};

use crate::{
    Outcome,
    process::{children, command},
};

/// How many cells are rendered for it.
const CELLS: usize = 40;

/// The processor seconds of rendering the chart of every cell, from those of some; kustomizations
/// are left out.
pub(crate) fn sample(helm: &str, folder: &Path, apps: usize, clusters: usize) -> Outcome<f64> {
    let mut charts: Vec<(String, String)> = Vec::new();
    for team in fs::read_dir(folder.join("apps"))? {
        for app in fs::read_dir(team?.path())? {
            let path = app?.path();
            let text = fs::read_to_string(path.join("app.yaml"))?;
            let chart = text.lines().find_map(|line| line.strip_prefix("chart: "));
            let path = path.to_str().ok_or("a path that is no text")?.to_owned();
            charts.push((path, chart.ok_or("no chart")?.to_owned()));
        }
    }
    charts.sort();
    let before = children()?;
    for number in 0..CELLS {
        let (app, chart) = &charts[number * charts.len() / CELLS];
        let mut render = command(helm);
        render.args(["template", "release", &format!("charts/{chart}")]).current_dir(folder);
        render.args(["--values", &format!("{app}/values.yaml")]);
        render.args(["--values", &format!("{app}/stages/dev.yaml")]);
        render.args(["--set", "cluster.name=dev-eu-west-00,cluster.region=eu-west"]);
        render.stdout(Stdio::null()).stdin(Stdio::null());
        if !render.status()?.success() {
            return Err("helm failed".into());
        }
    }
    let each = (children()? - before) / CELLS as f64;
    let share = charts.len() as f64 / apps as f64;
    Ok(each * (apps * clusters) as f64 * share)
}
