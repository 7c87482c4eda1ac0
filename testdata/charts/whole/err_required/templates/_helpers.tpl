{{- define "outer" -}}{{ required "a password is needed" .Values.password }}{{- end -}}
