//! The steps from a chart's folder to the printed bytes, each on its own.

use std::{fs, hint::black_box, path::Path, sync::Arc};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use zij_gotmpl::DataMap;
use zij_helm::{
    Capabilities, Chart, Engine, Inputs, Profile, Release, RenderOptions,
    host::Surroundings,
    load::{DiskFolder, LoadLimits, MemoryFolder},
    profile::HELM_4_2,
    values::{ValuesLayer, merge_layers},
};

static PROFILE: &Profile = &HELM_4_2;

fn testdata() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata"))
}

fn load(path: &Path) -> Chart {
    Chart::load(&DiskFolder::new(path), "", PROFILE, &LoadLimits::default()).expect("a good chart")
}

fn render(engine: &Engine, chart: &Arc<Chart>, values: &DataMap) -> Vec<u8> {
    let inputs = Inputs {
        chart,
        release: &Release::new("rel", "ns"),
        values,
        capabilities: &Capabilities::default_for(PROFILE),
        options: &RenderOptions { include_crds: true, ..RenderOptions::default() },
    };
    let rendered = engine.render(&inputs, Surroundings::seeded("bench"));
    rendered.expect("a chart that renders").to_text()
}

/// A megabyte of values of the usual shape.
fn large_values() -> String {
    let service = |number: usize| {
        format!(
            "service-{number}:\n  # How many there are.\n  replicas: {}\n  image:\n    repository: \
             registry.example.com/team/service\n    tag: \"1.{number}\"\n  args: [\"--port\", \"{}\"]\n  \
             env:\n  - name: MODE\n    value: 'fast'\n  - name: TEXT\n    value: |\n      one\n      \
             two\n",
            number % 7,
            8000 + number
        )
    };
    (0..)
        .map(service)
        .scan(0, |size, text| {
            *size += text.len();
            (*size <= 1 << 20).then_some(text)
        })
        .collect()
}

fn steps(criterion: &mut Criterion) {
    let chart = Arc::new(load(&testdata().join("demo/fleet/charts/web-service")));
    let none = DataMap::default();
    let engine = Engine::new(PROFILE);
    criterion.bench_function("render, compiled", |bencher| {
        bencher.iter(|| render(&engine, black_box(&chart), &none));
    });
    criterion.bench_function("compile and render", |bencher| {
        bencher.iter(|| render(&Engine::new(PROFILE), black_box(&chart), &none));
    });
}

fn yaml(criterion: &mut Criterion) {
    let text = large_values();
    let mut group = criterion.benchmark_group("a megabyte");
    group.sample_size(20).throughput(Throughput::Bytes(text.len() as u64));
    let read = || ValuesLayer::file("values.yaml", black_box(text.as_bytes()), PROFILE);
    group.bench_function("values file", |bencher| bencher.iter(read));
    let files = [
        ("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"),
        ("templates/a.yaml", "{{ toYaml .Values }}"),
    ];
    let folder: MemoryFolder = files.into_iter().collect();
    let chart = Chart::load(&folder, "", PROFILE, &LoadLimits::default()).expect("a good chart");
    let layer = read().expect("good values");
    let values = merge_layers(&[layer], PROFILE).expect("one layer");
    let (engine, chart) = (Engine::new(PROFILE), Arc::new(chart));
    group.bench_function("toYaml", |bencher| bencher.iter(|| render(&engine, &chart, &values)));
}

fn folders(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("folder to bytes");
    let entries = fs::read_dir(testdata().join("demo/fleet/charts")).expect("charts of the demo");
    let mut charts: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    charts.retain(|path| !load(path).metadata.is_library());
    charts.sort();
    for path in charts {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                render(&Engine::new(PROFILE), &Arc::new(load(&path)), &DataMap::default())
            });
        });
    }
}

criterion_group!(benches, steps, yaml, folders);
criterion_main!(benches);
