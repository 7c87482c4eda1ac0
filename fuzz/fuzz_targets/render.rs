//! A chart whose helper, template and values are any text, apart by lines of `%%`: rendering it with
//! every function ends, within limits and without a panic, in each generation of Helm.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use zij_gotmpl::Limits;
use zij_helm::{
    Capabilities, Chart, Engine, Inputs, Release, RenderOptions,
    host::Surroundings,
    load::{LoadLimits, MemoryFolder},
    profile::{HELM_3_17, HELM_4_2},
    values::{ValuesLayer, merge_layers},
};

const LIMITS: Limits =
    Limits { steps: 20_000, depth: 30, template_depth: 100, output: 1 << 16, memory: 1 << 22 };

fuzz_target!(|text: &str| {
    let mut parts = text.split("\n%%\n");
    let mut folder = MemoryFolder::default();
    folder.insert("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
    folder.insert("templates/a.yaml", parts.next().unwrap_or_default());
    let values = parts.next().unwrap_or_default();
    folder.insert("templates/_h.tpl", parts.next().unwrap_or_default());
    for profile in [&HELM_3_17, &HELM_4_2] {
        let Ok(chart) = Chart::load(&folder, "", profile, &LoadLimits::default()) else { return };
        let layer = ValuesLayer::file("values.yaml", values.as_bytes(), profile);
        let Ok(values) = layer.and_then(|layer| merge_layers(&[layer], profile)) else { return };
        let inputs = Inputs {
            chart: &Arc::new(chart),
            release: &Release::new("rel", "ns"),
            values: &values,
            capabilities: &Capabilities::default_for(profile),
            options: &RenderOptions { limits: LIMITS, ..RenderOptions::default() },
        };
        if let Ok(rendered) = Engine::new(profile).render_here(&inputs, Surroundings::seeded("")) {
            drop(rendered.to_text());
        }
    }
});
