#!/bin/sh
# After removing, as root (deb and rpm). Profiles of people are theirs and stay.
set -e
profile='/etc/apparmor.d/${executable}'
# What a newer version has put there stays.
case "$1" in upgrade | failed-upgrade | 1) exit 0 ;; esac
if [ -f "$profile" ]; then
  [ -e /sys/kernel/security/apparmor/profiles ] && command -v apparmor_parser >/dev/null 2>&1 && apparmor_parser --remove "$profile" >/dev/null 2>&1 || true
  rm -f "$profile"
fi
command -v update-desktop-database >/dev/null 2>&1 && update-desktop-database -q /usr/share/applications || true
command -v gtk-update-icon-cache >/dev/null 2>&1 && gtk-update-icon-cache -q -f -t /usr/share/icons/hicolor || true
exit 0
