{{ define "needs" }}{{ required "a password is needed" .Values.password }}{{ end }}
{{ define "needs-deep" }}{{ include "needs" . }}{{ end }}
{{ define "fails" }}
  {{- fail "deep down" -}}
{{ end }}
{{ define "fails-deep" }}{{ include "fails" . | nindent 2 }}{{ end }}
{{ define "nil" }}x {{ .Values.a.b.c }}{{ end }}
{{ define "nil-two" }}{{ include "nil" . }}{{ end }}
{{ define "nil-three" }}
  {{ include "nil-two" . | indent 4 }}
{{ end }}
{{ define "index" }}{{ index .Values.list 5 }}{{ end }}
{{ define "missing" }}{{ include "gone" . }}{{ end }}
{{ define "tpls" }}{{ tpl "{{ .Values.a.b }}" . }}{{ end }}
{{ define "same" }}{{ if .n }}{{ include "same" (dict "n" (sub .n 1)) }}{{ else }}{{ .x.y }}{{ end }}{{ end }}