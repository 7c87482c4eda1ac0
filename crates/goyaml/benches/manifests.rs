//! Reading and writing a megabyte of manifests.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use zij_goyaml::{Limits, json, parse, parse_all, to_yaml};

const MANIFEST: &str = r#"---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-NUMBER
  labels:
    app.kubernetes.io/name: web
    app.kubernetes.io/instance: "release-NUMBER"
    helm.sh/chart: web-1.2.3
spec:
  replicas: 3
  selector:
    matchLabels:
      app.kubernetes.io/name: web
  template:
    metadata:
      annotations:
        checksum/config: 01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b
    spec:
      containers:
        - name: web
          image: "registry.example.com/team/web:1.2.3"
          args: ["--port", "8080", "--verbose"]
          env:
            - name: MODE
              value: "true"
          resources:
            limits: {cpu: 500m, memory: 256Mi}
          livenessProbe:
            httpGet:
              path: /healthz
              port: http
            initialDelaySeconds: 10
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: web-NUMBER
data:
  nginx.conf: |
    server {
      listen 8080;
      location / { proxy_pass http://upstream; }
    }
  note: some longer text that has to be folded because it does not fit into the eighty columns of a line
"#;

fn manifests(criterion: &mut Criterion) {
    let text: String = (0..900).map(|n| MANIFEST.replace("NUMBER", &n.to_string())).collect();
    let limits = Limits::default();
    let mut group = criterion.benchmark_group("manifests");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| parse_all(black_box(text.as_bytes()), &limits));
    });
    let documents = parse_all(text.as_bytes(), &limits).expect("the manifests are well-formed");
    let written: usize = documents.iter().map(|node| to_yaml(node).map_or(0, |y| y.len())).sum();
    group.throughput(Throughput::Bytes(written as u64));
    group.bench_function("to_yaml", |bencher| {
        bencher.iter(|| documents.iter().map(to_yaml).filter_map(Result::ok).count());
    });
    group.bench_function("to_json", |bencher| {
        bencher.iter(|| documents.iter().map(json::write).filter_map(Result::ok).count());
    });
    let large = format!("key: |\n{}", "  a line of a large block\n".repeat(40_000));
    group.throughput(Throughput::Bytes(large.len() as u64));
    group.bench_function("parse a large block", |bencher| {
        bencher.iter(|| parse(black_box(large.as_bytes()), &limits));
    });
    group.finish();
}

criterion_group!(benches, manifests);
criterion_main!(benches);
