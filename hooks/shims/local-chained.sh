#!/bin/sh
# zij-hook 1 @HOOK@: written by `zij hook install`, removed by `zij hook uninstall`
zij=@BINARY@ old=${0%/*}/@HOOK@.zij-chained
input=$(mktemp) || exit 1
trap 'rm -f "$input"' EXIT; trap 'exit 130' HUP INT TERM
cat >"$input"
if [ -x "$old" ]; then "$old" "$@" <"$input" || exit; fi
if [ -f "$zij" ] && [ -x "$zij" ]; then "$zij" hook @HOOK@ "$@" <"$input"; exit; fi
printf 'zij: warning: %s is missing, @HOOK@ checked nothing; run zij hook doctor\n' "$zij" >&2
