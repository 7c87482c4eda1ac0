//! The charts and manifests that applications are made of.

use crate::stream::Files;

/// The chart that only one application has.
pub(crate) const SOLO: &str = "solo";
/// The charts that many share.
pub(crate) const NAMES: [&str; 5] = ["web", "worker", "gateway", "batch", "cache"];

const HELPERS: &str = r#"{{- define "NAME.labels" -}}
app.kubernetes.io/name: NAME
app.kubernetes.io/instance: {{ .Release.Name }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- range $key, $value := .Values.labels }}
{{ $key }}: {{ $value | quote }}
{{- end }}
{{- end -}}
"#;

const VALUES: &str = "replicas: 1
image:
  repository: registry.example.org/NAME
  tag: latest
port: 8080
labels: {}
config: {}
resources:
  cpu: 100m
  memory: 128Mi
cluster:
  name: none
  region: none
";

const CONFIG: &str = r#"apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  labels: {{- include "NAME.labels" . | nindent 4 }}
data:
{{- range $key, $value := .Values.config }}
  {{ $key }}: {{ $value | quote }}
{{- end }}
  cluster: {{ .Values.cluster.name }}
"#;

const SERVICE: &str = r#"apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  labels: {{- include "NAME.labels" . | nindent 4 }}
spec:
  selector:
    app.kubernetes.io/instance: {{ .Release.Name }}
  ports:
  - port: {{ .Values.port }}
    targetPort: http
"#;

const DEPLOYMENT: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {{- include "NAME.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels:
      app.kubernetes.io/instance: {{ .Release.Name }}
  template:
    metadata:
      labels: {{- include "NAME.labels" . | nindent 8 }}
      annotations:
        example.org/revision: "VERSION"
        checksum/config: {{ include (print $.Template.BasePath "/config.yaml") . | sha256sum }}
    spec:
      containers:
      - name: NAME
        image: {{ .Values.image.repository }}:{{ .Values.image.tag }}
        ports:
        - name: http
          containerPort: {{ .Values.port }}
        env:
        - name: REGION
          value: {{ .Values.cluster.region }}
        resources:
          requests: {{- toYaml .Values.resources | nindent 12 }}
"#;

/// Adds every chart.
pub(crate) fn add(files: &mut Files) {
    for name in NAMES.into_iter().chain([SOLO]) {
        let mut put = |path: &str, text: &str| {
            files.insert(format!("charts/{name}/{path}"), text.replace("NAME", name));
        };
        put("Chart.yaml", "apiVersion: v2\nname: NAME\nversion: 1.4.0\n");
        put("values.yaml", VALUES);
        put("templates/_helpers.tpl", HELPERS);
        put("templates/config.yaml", CONFIG);
        put("templates/service.yaml", SERVICE);
        files.extend([deployment(name, 1)]);
    }
}

/// The template of a chart that its versions differ in.
pub(crate) fn deployment(name: &str, version: usize) -> (String, String) {
    let text = DEPLOYMENT.replace("NAME", name).replace("VERSION", &version.to_string());
    (format!("charts/{name}/templates/deployment.yaml"), text)
}

/// The Deployment of an application without a chart.
pub(crate) fn site_deployment(name: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  selector:
    matchLabels:
      app: {name}
  template:
    metadata:
      labels:
        app: {name}
    spec:
      containers:
      - name: site
        image: registry.example.org/{name}
        envFrom:
        - configMapRef:
            name: settings
"
    )
}

/// Its Service.
pub(crate) fn site_service(name: &str) -> String {
    format!(
        "apiVersion: v1
kind: Service
metadata:
  name: {name}
spec:
  selector:
    app: {name}
  ports:
  - port: 80
"
    )
}
