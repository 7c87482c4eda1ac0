# The verbs of this repository; `.ci/run` runs them all.

# List the verbs.
default:
    @just --list

# Show the main job on a small fleet.
demo:
    cargo run --release -- demo

# Every test.
test:
    cargo test --workspace

# Format, lints and documentation, with warnings denied.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# Licences, duplicate versions and sources of the dependencies.
deny:
    cargo deny check bans licenses sources

# A short run of each fuzz target: seconds for each.
fuzz seconds="20":
    .ci/fuzz {{seconds}}

# Renders the repository's own charts with the real Helm of four generations and compares all they say.
compare:
    .ci/compare

# Renders random charts with the real Helm 3.17, 4.1 and 4.2 and compares bytes and error texts.
differential seconds="30":
    .ci/differential {{seconds}}

# Measures zij against the real Helm on public charts, from a folder or downloaded.
bench-helm charts="":
    .ci/bench-helm {{charts}}

# Measures zij against the real kustomize on public kustomizations, from folders or downloaded.
bench-kustomize *folders:
    .ci/bench-kustomize {{folders}}

# Measures what a diff costs beyond rendering, on the demo's charts and those of a folder.
bench-diff *charts:
    .ci/bench-diff {{charts}}

# Times fleets of up to 1,000 applications on 100 clusters, alone and with the daemon (docs/reference/performance.md).
bench-fleet sizes="50x10,400x50,1000x100":
    cargo build --release -p zij-testkit --bin fleet
    cargo bench --bench fleet -- target/fleet --sizes {{sizes}} --helm "${HELM:-$(.ci/tools helm)}"

# Ends a daemon 200 times at scattered moments and damages its files.
faults rounds="200":
    .ci/faults {{rounds}}

# Checks the units of packaging/systemd.
systemd:
    .ci/systemd

# Reads clones of public repositories with Argo CD or Flux, and replays their last commits (docs/reference/fleets.md).
fleets count *clones:
    .ci/fleets {{count}} {{clones}}

# Opens the HTML report of 1000 × 50 cells in a real browser: time, keys, hostile texts, screenshots.
browser folder="target/browser":
    .ci/browser {{folder}}

# Checks reports against the schemas of SARIF and of zij, and the rules of JUnit.
reports:
    cargo build
    .ci/reports

# Runs the steps of the ready-made CI jobs against a repository and a forge made for it.
forges:
    cargo build
    .ci/forges

# All that continuous integration runs.
ci:
    .ci/run
