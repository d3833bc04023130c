import type { SafeStorage } from 'electron';
import { KeyshiftError } from '../../shared/errors';
import type { Keyring } from '../services/ports';
import { safeStorageCalls, type SafeStorageCalls } from './electron-features';

/** Milliseconds the keyring gets to say whether it is there. */
const longestWait = 2000;

/** What Linux writes before what was locked with a key that stands in Chromium's source. Elsewhere the same letters stand before what the system's own store locked. */
const openToAll = 'v10';

/** What decides, beside Electron itself, whether a keyring can be there. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Value of `--password-store`, empty without it. */
  readonly passwordStore: string;
  /** Whether the Secret Service would answer without asking its user first (secret-service.ts). */
  readonly secretServiceOpen: () => Promise<boolean>;
}

/**
 * The system keyring behind Electron's safeStorage: a convenience, never the only way in (hardening row 16).
 * `basic_text` and `unknown` are no keyring: they would keep the key in clear beside the data.
 * Where only the blocking calls exist, a keyring that is locked or missing would stop the whole process until its own prompt is
 * answered. So there only the Secret Service counts, and only while it would answer at once; nothing else is asked before the
 * user wants it.
 * The calls with promises always say yes on Linux: where no Secret Service answers, or its prompt is refused, they lock with a key that everybody knows. So what
 * they lock is looked at, and counts as not locked at all.
 */
export function makeKeyring(safeStorage: SafeStorage, around: Surroundings): Keyring {
  const calls = safeStorageCalls(safeStorage);
  const refuse = (): KeyshiftError => new KeyshiftError('keyring.unavailable', 'The system keyring cannot be used right now.');

  const isOpenToAll = (wrapped: Uint8Array): boolean => around.platform === 'linux' && Buffer.from(wrapped.subarray(0, openToAll.length)).toString('latin1') === openToAll;
  const isThere = async (): Promise<boolean> => (await calls.isAvailable()) && (around.platform !== 'linux' || !isOpenToAll(await calls.encrypt('any')));

  const available = async (): Promise<boolean> => {
    if (around.platform === 'linux' && !isLinuxKeyring(calls, around)) return false;
    try {
      if (calls.blocking) return around.platform !== 'linux' || (await around.secretServiceOpen());
      return await inTime(isThere());
    } catch {
      return false;
    }
  };
  const ready = async (): Promise<void> => {
    if (!(await available())) throw refuse();
    // The user wants it now, so now it may be asked for.
    if (calls.blocking && !(await calls.isAvailable())) throw refuse();
  };
  return {
    available,
    async wrap(secret) {
      try {
        await ready();
        // safeStorage takes text only. The string cannot be wiped; it holds the wrapped database key's input for a moment.
        const wrapped = new Uint8Array(await calls.encrypt(Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength).toString('base64')));
        if (isOpenToAll(wrapped)) throw refuse();
        return wrapped;
      } catch {
        throw refuse();
      }
    },
    async unwrap(wrapped) {
      try {
        if (isOpenToAll(wrapped)) throw refuse();
        await ready();
        const clear = Buffer.from(await calls.decrypt(Buffer.from(wrapped)), 'base64');
        const secret = Uint8Array.from(clear);
        clear.fill(0);
        return secret;
      } catch {
        throw refuse();
      }
    },
  };
}

/** A keyring that waits for its password counts as absent: nobody's question hangs on it. */
async function inTime(answer: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), longestWait);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isLinuxKeyring(calls: SafeStorageCalls, around: Surroundings): boolean {
  const backend = calls.backend();
  if (backend !== undefined) return backend !== 'basic_text' && backend !== 'unknown';
  // An old runtime does not tell. Without a bus there is no keyring; without a known desktop it would keep the key in clear.
  if (!around.env['DBUS_SESSION_BUS_ADDRESS']) return false;
  // Nor can KWallet be asked whether it would block.
  if (around.passwordStore !== '') return around.passwordStore.startsWith('gnome');
  return /gnome|unity|cinnamon|xfce|deepin|pantheon|ukui/i.test(around.env['XDG_CURRENT_DESKTOP'] ?? '');
}
