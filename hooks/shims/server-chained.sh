#!/bin/sh
# zij-hook 1 @HOOK@: written by `zij hook install`, removed by `zij hook uninstall`
zij=@BINARY@ old=${0%/*}/@HOOK@.zij-chained
input=$(mktemp) || exit 1
trap 'rm -f "$input"' EXIT; trap 'exit 130' HUP INT TERM
cat >"$input"
if [ -x "$old" ]; then "$old" "$@" <"$input" || exit; fi
if [ -f "$zij" ] && [ -x "$zij" ]; then "$zij" hook @HOOK@ "$@" <"$input"; exit; fi
printf 'zij: %s is missing on the server, @HOOK@ could not evaluate the push\n' "$zij" >&2; exit 3
