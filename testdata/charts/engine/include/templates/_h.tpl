{{ define "plain" }}plain{{ end }}
{{ define "arg" }}{{ .Values.name | default "nobody" }}-{{ .Chart.Name }}{{ end }}
{{ define "dict" }}{{ .a }}/{{ .b.c }}{{ end }}
{{ define "nil" }}[{{ . }}]{{ end }}
{{ define "lines" }}
one: 1
two: 2
{{ end }}