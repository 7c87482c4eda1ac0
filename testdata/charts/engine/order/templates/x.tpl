{{- $_ := set .Values "order" (append (.Values.order | default list) "x.tpl") }}
x: {{ .Values.order | toJson }}