{{/* The label by which the mesh groups pods for its traffic rules. */}}
{{- define "web.traffic" -}}
{{ .Values.cluster }}-{{ include "platform.name" . }}
{{- end -}}
