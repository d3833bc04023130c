// Linux: can Chromium sandbox its processes here? Either through user namespaces, or through its helper owned by root and setuid.
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isRoot } from './process.mjs';
import { PlainError } from './say.mjs';

/** Throws the command to type where the sandbox could not work. The app is never started without it for an ordinary user. */
export function assertSandbox({ executable }) {
  if (process.platform !== 'linux' || isRoot || namespacesAllowed()) return;
  const helper = join(dirname(executable), 'chrome-sandbox');
  const { uid, mode } = statSync(helper, { throwIfNoEntry: false }) ?? { uid: -1, mode: 0 };
  if (uid === 0 && (mode & 0o4000) !== 0) return;
  throw new PlainError(
    'This system does not let ordinary programs make user namespaces, so Chromium’s sandbox needs its helper set up once. Please type this, ' +
      `then run the command again:\n\n  sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'\n`,
  );
}

function namespacesAllowed() {
  return setting('user/max_user_namespaces') !== '0'
    && setting('kernel/unprivileged_userns_clone') !== '0'
    && setting('kernel/apparmor_restrict_unprivileged_userns') !== '1';
}

function setting(name) {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim();
  } catch {
    return undefined;
  }
}
