//! The demo's files; they lie in `testdata/demo/fleet` and are part of the binary.

macro_rules! fleet {
    ($($path:literal,)*) => {
        &[$(($path, include_str!(concat!("../../../testdata/demo/fleet/", $path)))),*]
    };
}

/// Path and content of every file of the demo fleet on its main branch.
pub(super) const FLEET: &[(&str, &str)] = fleet![
    "charts/ingress-gateway/Chart.yaml",
    "charts/ingress-gateway/templates/configmap.yaml",
    "charts/ingress-gateway/templates/deployment.yaml",
    "charts/ingress-gateway/templates/rbac.yaml",
    "charts/ingress-gateway/templates/service.yaml",
    "charts/ingress-gateway/values.yaml",
    "charts/node-agent/Chart.yaml",
    "charts/node-agent/templates/daemonset.yaml",
    "charts/node-agent/values.yaml",
    "charts/platform-lib/Chart.yaml",
    "charts/platform-lib/templates/_names.tpl",
    "charts/platform-lib/templates/_pod.tpl",
    "charts/scheduled-job/Chart.yaml",
    "charts/scheduled-job/templates/cronjob.yaml",
    "charts/scheduled-job/values.yaml",
    "charts/stateful-store/Chart.yaml",
    "charts/stateful-store/templates/disruption.yaml",
    "charts/stateful-store/templates/service.yaml",
    "charts/stateful-store/templates/statefulset.yaml",
    "charts/stateful-store/values.yaml",
    "charts/web-service/Chart.yaml",
    "charts/web-service/templates/_traffic.tpl",
    "charts/web-service/templates/configmap.yaml",
    "charts/web-service/templates/deployment.yaml",
    "charts/web-service/templates/ingress.yaml",
    "charts/web-service/templates/service.yaml",
    "charts/web-service/values.yaml",
    "clusters/dev/gateway/values.yaml",
    "clusters/dev/ledger/values.yaml",
    "clusters/dev/nightly-report/values.yaml",
    "clusters/dev/node-agent/values.yaml",
    "clusters/dev/payments/values.yaml",
    "clusters/dev/shop/values.yaml",
    "clusters/prod-eu-central/gateway/values.yaml",
    "clusters/prod-eu-central/ledger/values.yaml",
    "clusters/prod-eu-central/nightly-report/values.yaml",
    "clusters/prod-eu-central/node-agent/values.yaml",
    "clusters/prod-eu-central/payments/values.yaml",
    "clusters/prod-eu-central/shop/values.yaml",
    "clusters/prod-us/gateway/values.yaml",
    "clusters/prod-us/ledger/values.yaml",
    "clusters/prod-us/nightly-report/values.yaml",
    "clusters/prod-us/node-agent/values.yaml",
    "clusters/prod-us/payments/values.yaml",
    "clusters/prod-us/shop/values.yaml",
    "clusters/staging/gateway/values.yaml",
    "clusters/staging/ledger/values.yaml",
    "clusters/staging/nightly-report/values.yaml",
    "clusters/staging/node-agent/values.yaml",
    "clusters/staging/payments/values.yaml",
    "clusters/staging/shop/values.yaml",
    "zij.yaml",
];

/// Symbolic links of the fleet: every chart finds the library chart beside it.
pub(super) const LINKS: &[(&str, &str)] = &[
    ("charts/ingress-gateway/charts/platform-lib", "../../platform-lib"),
    ("charts/node-agent/charts/platform-lib", "../../platform-lib"),
    ("charts/scheduled-job/charts/platform-lib", "../../platform-lib"),
    ("charts/stateful-store/charts/platform-lib", "../../platform-lib"),
    ("charts/web-service/charts/platform-lib", "../../platform-lib"),
];

/// One commit of the demo's feature branch: `old` becomes `new` in the file at `path`.
pub(super) struct Edit {
    pub(super) subject: &'static str,
    pub(super) path: &'static str,
    pub(super) old: &'static str,
    pub(super) new: &'static str,
}

/// What the feature branch does, a commit each.
pub(super) const FEATURE: &[Edit] = &[
    Edit {
        subject: "staging: let the ledger take more connections",
        path: "clusters/staging/ledger/values.yaml",
        old: "maxConnections: 100",
        new: "maxConnections: 250",
    },
    Edit {
        subject: "web-service: traffic label names team and mesh region",
        path: "charts/web-service/templates/_traffic.tpl",
        old: r#"{{ .Values.cluster }}-{{ include "platform.name" . }}"#,
        new: r#"customer-traffic.mesh-region-2.{{ .Values.cluster }}.{{ .Values.team }}.{{ include "platform.name" . }}"#,
    },
    Edit {
        subject: "dev: new contact for the nightly report",
        path: "clusters/dev/nightly-report/values.yaml",
        old: "contact: payments@example.com",
        new: "contact: reports@example.com",
    },
];

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn every_file_of_the_fleet_is_in_the_binary() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo/fleet");
        let mut on_disk = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                match entry.file_type().unwrap() {
                    kind if kind.is_dir() => folders.push(entry.path()),
                    _ => on_disk.push(
                        entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_owned(),
                    ),
                }
            }
        }
        on_disk.sort();
        let mut embedded: Vec<&str> =
            FLEET.iter().map(|file| file.0).chain(LINKS.iter().map(|link| link.0)).collect();
        embedded.sort_unstable();
        assert_eq!(embedded, on_disk);
    }

    #[test]
    fn every_edit_finds_its_line_once() {
        for edit in FEATURE {
            let (_, content) = FLEET.iter().find(|file| file.0 == edit.path).unwrap();
            assert_eq!(content.matches(edit.old).count(), 1, "{}", edit.subject);
        }
    }
}
