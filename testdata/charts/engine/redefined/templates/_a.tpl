{{ define "x" }}a{{ end }}
{{ define "y" }}a{{ end }}