#!/bin/sh
# zij-hook 1 @HOOK@: written by `zij hook install`, removed by `zij hook uninstall`
zij=@BINARY@
if [ -f "$zij" ] && [ -x "$zij" ]; then exec "$zij" hook @HOOK@ "$@"; fi
printf 'zij: %s is missing on the server, @HOOK@ could not evaluate the push\n' "$zij" >&2; exit 3
