{{/* Requests and limits: the application's own, else the platform's small size. */}}
{{- define "platform.resources" -}}
{{- if .Values.resources -}}
{{ toYaml .Values.resources }}
{{- else -}}
requests:
  cpu: 50m
  memory: 64Mi
limits:
  memory: 128Mi
{{- end -}}
{{- end -}}

{{/* An image with its tag, which is the chart's version of the application by default. */}}
{{- define "platform.image" -}}
{{- $image := .Values.image -}}
{{ printf "%s/%s:%s" (default "registry.example.com" $image.registry) $image.repository (default .Chart.AppVersion $image.tag | toString) }}
{{- end -}}
