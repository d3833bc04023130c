#!/bin/sh
# After removing, as root. Profiles of people are theirs and stay; what was enabled names a unit that is there no more.
set -e
case "$1" in
  remove)
    [ -d /run/systemd/system ] && systemctl daemon-reload >/dev/null 2>&1 || true
    ;;
  purge)
    rm -f /etc/systemd/system/*.wants/keyshift-headless@*.service /etc/systemd/user/*.wants/keyshift-headless.service
    ;;
esac
exit 0
