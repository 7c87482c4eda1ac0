//! Charts in charts: conditions, tags, aliases, imports, globals and nulls.

use crate::{random::Random, scenario::Scenario, yaml};

/// Gives the chart subcharts, and values on every side of each border.
pub(crate) fn add(scenario: &mut Scenario, random: &mut Random) {
    let mut chart = scenario.files.remove("chart/Chart.yaml").unwrap_or_default();
    let declared = random.chance(85);
    if declared {
        chart.push_str("dependencies:\n");
        chart.push_str(&dependency(random, "sub"));
        if random.chance(60) {
            chart.push_str(&dependency(random, "two"));
        }
    }
    scenario.add("chart/Chart.yaml", chart);
    scenario.add("chart/values.yaml", parent_values(random));
    scenario.add("chart/templates/shown.yaml", SHOWN.to_owned());
    for name in ["sub", "two"] {
        let library = if random.chance(8) { "type: library\n" } else { "" };
        let mut chart = format!(
            "apiVersion: v2\nname: {name}\nversion: 0.{}.0\n{library}",
            random.between(1, 3)
        );
        let folder = format!("chart/charts/{name}");
        if name == "sub" && random.chance(60) {
            if random.chance(80) {
                chart.push_str("dependencies:\n- name: leaf\n  version: \"*\"\n");
                if random.chance(40) {
                    chart.push_str("  condition: leaf.enabled,global.leaf\n");
                }
                if random.chance(30) {
                    chart.push_str("  import-values: [data]\n");
                }
            }
            let leaf = format!("{folder}/charts/leaf");
            scenario.add(
                &format!("{leaf}/Chart.yaml"),
                "apiVersion: v2\nname: leaf\nversion: 1.0.0\n".to_owned(),
            );
            scenario.add(&format!("{leaf}/values.yaml"), child_values(random));
            scenario.add(&format!("{leaf}/templates/shown.yaml"), SHOWN.to_owned());
        }
        scenario.add(&format!("{folder}/Chart.yaml"), chart);
        scenario.add(&format!("{folder}/values.yaml"), child_values(random));
        scenario.add(&format!("{folder}/templates/shown.yaml"), SHOWN.to_owned());
        scenario.add(
            &format!("{folder}/templates/_help.tpl"),
            format!("{{{{ define \"who\" }}}}{name}{{{{ end }}}}"),
        );
    }
    if random.chance(30) {
        scenario.add("chart/templates/change.yaml", CHANGE.to_owned());
    }
}

/// Shows all that a chart sees.
const SHOWN: &str = "values: {{ .Values | toJson }}\nchart: {{ .Chart.Name }} {{ .Template.Name }}\n\
                     who: {{ include \"who\" . }}\nsubs: {{ keys .Subcharts | sortAlpha }}\n";

/// Changes what the charts share, in the middle of the render.
const CHANGE: &str = "{{- $_ := set .Values \"late\" 1 }}{{- $_ := set .Values.global \"late\" 2 }}\n\
                      {{- $_ := unset .Values \"str1\" }}late: {{ mergeOverwrite .Values.map1 (dict \"x\" 1) | toJson }}\n";

fn dependency(random: &mut Random, name: &str) -> String {
    let version = random.word(&["*", "*", ">=0.1.0", "0.2.x", "~0.1", "9.x"]);
    let mut text = format!("- name: {name}\n  version: \"{version}\"\n");
    if random.chance(15) {
        text.push_str(&format!("  alias: {}\n", random.pick(&["other", "two", "map1"])));
    }
    if random.chance(30) {
        let condition = random.word(&["enabled", "flag", "enabled,global.on", "map1", "str1"]);
        text.push_str(&format!("  condition: {name}.{condition}\n"));
    }
    if random.chance(30) {
        text.push_str("  tags: [t, u]\n");
    }
    if random.chance(30) {
        text.push_str(random.word(&[
            "  import-values: [data]\n",
            "  import-values:\n  - data\n  - gone\n",
            "  import-values:\n  - child: map1\n    parent: taken\n",
            "  import-values:\n  - child: map1.nested\n    parent: .\n",
            "  import-values:\n  - child: exports.data\n    parent: map1\n  - other\n",
        ]));
    }
    text
}

/// A value that meets another of the same name on the far side.
fn meeting(random: &mut Random, depth: usize, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let mut text = String::new();
    for key in ["str1", "map1", "nested", "a", "global", "flag", "enabled"] {
        if !random.chance(45) {
            continue;
        }
        let table = if depth > 0 { 4 } else { 0 };
        match random.weighted(&[2, 2, table, 1, 1]) {
            0 => text.push_str(&format!(
                "{pad}{key}: {}\n",
                random.pick(&["1", "text", "true", "false", "\"\"", "0"])
            )),
            1 => text.push_str(&format!("{pad}{key}: null\n")),
            2 => {
                let inner = meeting(random, depth - 1, indent + 2);
                let inner = if inner.is_empty() {
                    format!("{pad}{key}: {{}}\n")
                } else {
                    format!("{pad}{key}:\n{inner}")
                };
                text.push_str(&inner);
            }
            3 => text.push_str(&format!("{pad}{key}: [1, {{a: null}}]\n")),
            _ => text.push_str(&format!("{pad}{key}: {{}}\n")),
        }
    }
    text
}

fn child_values(random: &mut Random) -> String {
    let mut text = meeting(random, 3, 0);
    if random.chance(50) {
        text.push_str("exports:\n  data:\n    imported: 1\n    map1: {from: child, nested: null}\n  other: {x: null}\n");
    }
    if random.chance(30) {
        text.push_str(&format!("leaf:\n  own: 1\n{}", meeting(random, 2, 2)));
    }
    if random.chance(15) {
        text.push_str(&yaml::entry(random, "odd1", 0, 2));
    }
    text
}

fn parent_values(random: &mut Random) -> String {
    let mut text = meeting(random, 3, 0);
    for name in ["sub", "two", "other"] {
        match random.weighted(&[5, 1, 1, 3]) {
            0 => text.push_str(&format!("{name}:\n  here: 1\n{}", meeting(random, 3, 2))),
            1 => text.push_str(&format!("{name}: null\n")),
            2 if random.chance(20) => text.push_str(&format!("{name}: text\n")),
            _ => {}
        }
    }
    if random.chance(30) {
        text.push_str(random.word(&[
            "tags: {t: false}\n",
            "tags: {t: true, u: false}\n",
            "tags: {t: \"no\"}\n",
            "tags: 1\n",
        ]));
    }
    text
}
