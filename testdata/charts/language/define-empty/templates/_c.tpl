{{ define "d" }}

{{ end }}