#!/bin/sh
# zij-hook 1 @HOOK@: written by `zij hook install`, removed by `zij hook uninstall`
zij=@BINARY@
if [ -f "$zij" ] && [ -x "$zij" ]; then exec "$zij" hook @HOOK@ "$@"; fi
printf 'zij: warning: %s is missing, @HOOK@ checked nothing; run zij hook doctor\n' "$zij" >&2
