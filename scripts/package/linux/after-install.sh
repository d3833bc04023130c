#!/bin/sh
# After unpacking, as root (deb and rpm). ${executable} and ${sanitizedProductName} are filled in by electron-builder.
set -e
app='/opt/${sanitizedProductName}'
profile='/etc/apparmor.d/${executable}'

setting() { cat "/proc/sys/$1" 2>/dev/null || echo unknown; }

# Ubuntu 24.04 and later let only programs with a profile make user namespaces. Where AppArmor is older it does not know such a profile, and needs none.
loaded=no
if command -v apparmor_parser >/dev/null 2>&1 && [ -d /etc/apparmor.d ] && apparmor_parser --skip-kernel-load --skip-cache "$app/resources/apparmor-profile" >/dev/null 2>&1; then
  cp -f "$app/resources/apparmor-profile" "$profile"
  # In a folder that becomes a system later there is no kernel to tell.
  if [ -e /sys/kernel/security/apparmor/profiles ] && ! { command -v ischroot >/dev/null 2>&1 && ischroot; }; then
    apparmor_parser --replace --write-cache --skip-read-cache "$profile" >/dev/null 2>&1 && loaded=yes
  fi
fi

# Chromium's sandbox takes user namespaces where programs may make them, and else a helper that is setuid root. It is never without one.
helper=0755
if [ ! -e /proc/self/ns/user ] || [ "$(setting user/max_user_namespaces)" = 0 ] || [ "$(setting kernel/unprivileged_userns_clone)" = 0 ]; then
  helper=4755
elif [ "$(setting kernel/apparmor_restrict_unprivileged_userns)" = 1 ] && [ "$loaded" = no ]; then
  helper=4755
fi
chown root:root "$app/chrome-sandbox"
chmod "$helper" "$app/chrome-sandbox"

command -v update-desktop-database >/dev/null 2>&1 && update-desktop-database -q /usr/share/applications || true
command -v gtk-update-icon-cache >/dev/null 2>&1 && gtk-update-icon-cache -q -f -t /usr/share/icons/hicolor || true
exit 0
