{{ define "x" }}z{{ end }}
{{ define "sub" }}parent{{ end }}