//! The Pod Security Standards, control by control.
//!
//! (Source: kubernetes/pod-security-admission v0.36.2, `policy/check_*.go`, each control in one
//! function here.)

use std::{fmt, ops::Range};

use super::workloads::{named_containers, pod_spec, pod_template};
use crate::resource::{Data, FieldPath, Map, Resource, Step, Value};

/// How much a namespace enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Baseline,
    Restricted,
}

/// What of a pod a level forbids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Breach {
    /// The lowest level that forbids it.
    pub(crate) level: Level,
    /// The versions of the standard that forbid it, as minor versions.
    pub(crate) versions: Range<u32>,
    /// Whether only something is missing, which a webhook may put there.
    pub(crate) is_absence: bool,
    /// The field.
    pub(crate) path: FieldPath,
    /// What it says, or lacks.
    pub(crate) message: String,
}

/// The version from which the standard relaxes for pods with users of their own.
const USER_NAMESPACES: u32 = 35;
const ALWAYS: Range<u32> = 0..u32::MAX;

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        })
    }
}

impl Level {
    /// The level of a label's value; `None` for `privileged` and what is no level.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "baseline" => Some(Self::Baseline),
            "restricted" => Some(Self::Restricted),
            _ => None,
        }
    }
}

/// Everything that any level forbids in any version, in the order of the fields.
pub(crate) fn breaches(resource: &Resource) -> Vec<Breach> {
    let Some((path, spec)) = pod_spec(resource) else { return Vec::new() };
    let mut pod = Pod { path, spec, out: Vec::new() };
    pod.host();
    pod.volumes();
    pod.annotations(resource);
    let context = pod.path.key("securityContext");
    let own = pod.spec.get("securityContext");
    if let Some(own) = own {
        pod.context(&context, own);
        pod.sysctls(&context, own);
    }
    for (path, container) in named_containers(resource) {
        pod.container(&path, container);
    }
    pod.out
}

struct Pod<'a> {
    path: FieldPath,
    spec: &'a Value,
    out: Vec<Breach>,
}

fn is_off(value: Option<&Value>) -> bool {
    matches!(value.map(|value| &value.data), Some(Data::Bool(false)))
}

fn is_on(value: Option<&Value>) -> bool {
    value.is_some_and(Value::is_true)
}

fn given<'v>(value: &'v Value, keys: &[&str]) -> Option<&'v Value> {
    value.at(keys).filter(|value| !matches!(value.data, Data::Null))
}

fn words<'v>(value: &'v Value, keys: &[&str]) -> Vec<&'v str> {
    let items = value.at(keys).map(Value::items).unwrap_or_default();
    items.iter().filter_map(Value::as_str).collect()
}

impl Pod<'_> {
    fn breach(&mut self, level: Level, path: FieldPath, message: String) {
        self.within(level, ALWAYS, path, message);
    }

    fn within(&mut self, level: Level, versions: Range<u32>, path: FieldPath, message: String) {
        self.out.push(Breach { level, versions, is_absence: false, path, message });
    }

    /// Something that `restricted` wants to be said, of pods that are not for Windows.
    fn absence(&mut self, path: FieldPath, message: &str, of_windows: bool) {
        let is_windows = self.spec.text_at(&["os", "name"]) == Some("windows");
        let versions = if is_windows && of_windows { 0..25 } else { ALWAYS };
        self.out.push(Breach {
            level: Level::Restricted,
            versions,
            is_absence: true,
            path,
            message: message.to_owned(),
        });
    }

    /// Versions in which a control holds that pods with users of their own need not follow later.
    fn unless_own_users(&self) -> Range<u32> {
        if is_off(self.spec.get("hostUsers")) { 0..USER_NAMESPACES } else { ALWAYS }
    }

    fn host(&mut self) {
        for key in ["hostNetwork", "hostPID", "hostIPC"] {
            if is_on(self.spec.get(key)) {
                self.breach(Level::Baseline, self.path.key(key), format!("{key}: true"));
            }
        }
    }

    fn volumes(&mut self) {
        const FREE: [&str; 10] = [
            "name",
            "configMap",
            "csi",
            "downwardAPI",
            "emptyDir",
            "ephemeral",
            "image",
            "persistentVolumeClaim",
            "projected",
            "secret",
        ];
        let volumes = self.spec.get("volumes").map(Value::items).unwrap_or_default();
        for volume in volumes {
            let name = volume.text_at(&["name"]).unwrap_or_default();
            let path =
                self.path.key("volumes").then(Step::Item { key: "name", value: name.into() });
            let kinds = volume.as_map().into_iter().flatten();
            let mut kinds =
                kinds.filter(|(_, value)| !matches!(value.data, Data::Null)).map(|(key, _)| &**key);
            if let Some(kind) = kinds.find(|kind| !FREE.contains(kind)) {
                let level = if kind == "hostPath" { Level::Baseline } else { Level::Restricted };
                self.breach(level, path.key(kind), format!("volume `{name}` is a {kind}"));
            }
        }
    }

    fn annotations(&mut self, resource: &Resource) {
        const PREFIX: &str = "container.apparmor.security.beta.kubernetes.io/";
        let (path, owner) = match pod_template(resource) {
            Some((path, template)) => (path, template),
            None => (FieldPath::root(), &*resource.body),
        };
        let path = path.key("metadata").key("annotations");
        let map = owner.at(&["metadata", "annotations"]).and_then(Value::as_map);
        for (key, value) in map.into_iter().flatten().filter(|(key, _)| key.starts_with(PREFIX)) {
            let text = value.as_str().unwrap_or_default();
            if !matches!(text, "" | "runtime/default") && !text.starts_with("localhost/") {
                self.breach(Level::Baseline, path.key(key), format!("AppArmor profile `{text}`"));
            }
        }
    }

    fn sysctls(&mut self, path: &FieldPath, context: &Value) {
        // From which version each one is safe.
        const SAFE: [(&str, u32); 12] = [
            ("kernel.shm_rmid_forced", 0),
            ("net.ipv4.ip_local_port_range", 0),
            ("net.ipv4.tcp_syncookies", 0),
            ("net.ipv4.ping_group_range", 0),
            ("net.ipv4.ip_unprivileged_port_start", 0),
            ("net.ipv4.ip_local_reserved_ports", 27),
            ("net.ipv4.tcp_keepalive_time", 29),
            ("net.ipv4.tcp_fin_timeout", 29),
            ("net.ipv4.tcp_keepalive_intvl", 29),
            ("net.ipv4.tcp_keepalive_probes", 29),
            ("net.ipv4.tcp_rmem", 32),
            ("net.ipv4.tcp_wmem", 32),
        ];
        let items = context.get("sysctls").map(Value::items).unwrap_or_default();
        for name in items.iter().filter_map(|item| item.text_at(&["name"])) {
            let safe = SAFE.iter().find(|(safe, _)| *safe == name).map(|(_, from)| *from);
            let path = path.key("sysctls").then(Step::Item { key: "name", value: name.into() });
            let message = format!("the sysctl {name}");
            match safe {
                Some(0) => {}
                Some(from) => self.within(Level::Baseline, 0..from, path, message),
                None => self.breach(Level::Baseline, path, message),
            }
        }
    }

    /// What a pod and each of its containers can say alike.
    fn context(&mut self, path: &FieldPath, context: &Value) {
        for key in ["appArmorProfile", "seccompProfile"] {
            if let Some(profile) = given(context, &[key]) {
                let kind = profile.text_at(&["type"]).unwrap_or_default();
                if !matches!(kind, "RuntimeDefault" | "Localhost") {
                    let path = path.key(key).key("type");
                    self.breach(Level::Baseline, path, format!("{key} `{kind}`"));
                }
            }
        }
        self.labels(&path.key("seLinuxOptions"), context.get("seLinuxOptions"));
        if is_on(context.at(&["windowsOptions", "hostProcess"])) {
            let path = path.key("windowsOptions").key("hostProcess");
            self.breach(Level::Baseline, path, "hostProcess: true".to_owned());
        }
        let root = given(context, &["runAsUser"]).filter(|user| user.as_int() == Some(0));
        if root.is_some() {
            let versions = self.unless_own_users();
            self.within(Level::Restricted, versions, path.key("runAsUser"), "runAsUser: 0".into());
        }
        if is_off(context.get("runAsNonRoot")) {
            let (versions, path) = (self.unless_own_users(), path.key("runAsNonRoot"));
            self.within(Level::Restricted, versions, path, "runAsNonRoot: false".to_owned());
        }
    }

    fn labels(&mut self, path: &FieldPath, options: Option<&Value>) {
        let Some(options) = options else { return };
        let kind = options.text_at(&["type"]).unwrap_or_default();
        let versions = match kind {
            "" | "container_t" | "container_init_t" | "container_kvm_t" => 0..0,
            "container_engine_t" => 0..31,
            _ => ALWAYS,
        };
        if !versions.is_empty() {
            let message = format!("SELinux type `{kind}`");
            self.within(Level::Baseline, versions, path.key("type"), message);
        }
        for key in ["user", "role"] {
            if let Some(text) = options.text_at(&[key]).filter(|text| !text.is_empty()) {
                self.breach(Level::Baseline, path.key(key), format!("SELinux {key} `{text}`"));
            }
        }
    }

    fn container(&mut self, path: &FieldPath, container: &Value) {
        for (index, port) in
            container.get("ports").map(Value::items).unwrap_or_default().iter().enumerate()
        {
            let port = port.get("hostPort").and_then(Value::as_int).filter(|port| *port != 0);
            if let Some(port) = port {
                let path = path.key("ports").index(index).key("hostPort");
                self.breach(Level::Baseline, path, format!("hostPort {port}"));
            }
        }
        self.hosts(path, container);
        let path = path.key("securityContext");
        let nothing = Value::from(Data::Map(Map::default()));
        let context = container.get("securityContext").unwrap_or(&nothing);
        self.context(&path, context);
        if is_on(context.get("privileged")) {
            self.breach(Level::Baseline, path.key("privileged"), "privileged: true".to_owned());
        }
        self.mount(&path, context);
        self.capabilities(&path.key("capabilities"), context);
        self.silence(&path, context);
    }

    /// Hosts that probes and handlers ask instead of the pod.
    fn hosts(&mut self, path: &FieldPath, container: &Value) {
        const HANDLERS: [&[&str]; 5] = [
            &["livenessProbe"],
            &["readinessProbe"],
            &["startupProbe"],
            &["lifecycle", "postStart"],
            &["lifecycle", "preStop"],
        ];
        for handler in HANDLERS {
            for way in ["httpGet", "tcpSocket"] {
                let keys = [handler, &[way, "host"]].concat();
                if let Some(host) = container.text_at(&keys).filter(|host| !host.is_empty()) {
                    let (path, message) =
                        (path.join(&FieldPath::of(&keys)), format!("host `{host}`"));
                    self.within(Level::Baseline, 34..u32::MAX, path, message);
                }
            }
        }
    }

    fn mount(&mut self, path: &FieldPath, context: &Value) {
        let kind = context.text_at(&["procMount"]).filter(|kind| !matches!(*kind, "" | "Default"));
        let Some(kind) = kind else { return };
        let (path, message) = (path.key("procMount"), format!("procMount `{kind}`"));
        let versions = self.unless_own_users();
        let from = versions.end;
        self.within(Level::Baseline, versions, path.clone(), message.clone());
        if from < u32::MAX {
            self.within(Level::Restricted, from..u32::MAX, path, message);
        }
    }

    fn capabilities(&mut self, path: &FieldPath, context: &Value) {
        const DEFAULT: [&str; 13] = [
            "AUDIT_WRITE",
            "CHOWN",
            "DAC_OVERRIDE",
            "FOWNER",
            "FSETID",
            "KILL",
            "MKNOD",
            "NET_BIND_SERVICE",
            "SETFCAP",
            "SETGID",
            "SETPCAP",
            "SETUID",
            "SYS_CHROOT",
        ];
        for name in words(context, &["capabilities", "add"]) {
            let level = match name {
                "NET_BIND_SERVICE" => continue,
                name if DEFAULT.contains(&name) => Level::Restricted,
                _ => Level::Baseline,
            };
            self.breach(level, path.key("add").key(name), format!("the capability {name}"));
        }
        if !words(context, &["capabilities", "drop"]).contains(&"ALL") {
            self.absence(path.key("drop"), "capabilities.drop lacks `ALL`", true);
        }
    }

    /// What `restricted` wants each container to say, where its pod does not say it for all.
    fn silence(&mut self, path: &FieldPath, context: &Value) {
        let escalation = context.get("allowPrivilegeEscalation");
        let at = path.key("allowPrivilegeEscalation");
        if is_on(escalation) {
            let message = "allowPrivilegeEscalation: true".to_owned();
            self.breach(Level::Restricted, at, message);
        } else if !is_off(escalation) {
            self.absence(at, "allowPrivilegeEscalation is not false", true);
        }
        let of_pod = |keys: &[&str]| self.spec.get("securityContext").and_then(|c| given(c, keys));
        let is_said = |keys: &[&str]| given(context, keys).is_some() || of_pod(keys).is_some();
        let has_profile = is_said(&["seccompProfile"]);
        if !is_said(&["runAsNonRoot"]) {
            let versions = self.unless_own_users();
            self.absence(path.key("runAsNonRoot"), "runAsNonRoot is not true", false);
            if let Some(last) = self.out.last_mut() {
                last.versions = versions;
            }
        }
        if !has_profile {
            self.absence(path.key("seccompProfile"), "there is no seccompProfile", true);
        }
    }
}
