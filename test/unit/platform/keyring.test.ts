import { describe, expect, test } from 'vitest';
import { makeKeyring, type Surroundings } from '../../../electron/platform/electron-keyring';

const secret = Uint8Array.from({ length: 32 }, (_, index) => index);
const desktop: Surroundings = {
  platform: 'linux',
  env: { DBUS_SESSION_BUS_ADDRESS: 'unix:x', XDG_CURRENT_DESKTOP: 'GNOME' },
  passwordStore: '',
  secretServiceOpen: async () => true,
};

/** A safeStorage whose wrap is the text backwards; counts how often it was asked. */
function fake(kind: 'old' | 'new', facts: { available?: boolean | 'never' | 'throws'; backend?: string; mark?: string } = {}) {
  let asked = 0;
  const { available = true, mark = '' } = facts;
  const say = (): boolean => {
    asked += 1;
    if (available === 'throws') throw new Error('no bus');
    return available === true;
  };
  const reverse = (text: string): string => [...text].toReversed().join('');
  const old = {
    isEncryptionAvailable: say,
    encryptString: (text: string) => Buffer.from(mark + reverse(text)),
    decryptString: (bytes: Buffer) => reverse(bytes.toString().slice(mark.length)),
  };
  const newer = {
    ...old,
    isAsyncEncryptionAvailable: () => (available === 'never' ? new Promise<boolean>(() => undefined) : Promise.resolve().then(say)),
    encryptStringAsync: async (text: string) => old.encryptString(text),
    decryptStringAsync: async (bytes: Buffer) => ({ shouldReEncrypt: false, result: old.decryptString(bytes) }),
    getSelectedStorageBackend: () => facts.backend ?? 'gnome_libsecret',
  };
  return { safeStorage: (kind === 'old' ? old : newer) as unknown as Electron.SafeStorage, asked: () => asked }; // the calls that are used
}

describe('row 16: the system keyring', () => {
  test.each(['old', 'new'] as const)('%s calls: what was wrapped comes back, in an own buffer', async (kind) => {
    const keyring = makeKeyring(fake(kind).safeStorage, desktop);
    expect(await keyring.available()).toBe(true);
    const wrapped = await keyring.wrap(secret);
    expect(Buffer.from(wrapped).includes(Buffer.from(secret))).toBe(false);
    const back = await keyring.unwrap(wrapped);
    expect(back).toEqual(secret);
    expect(back.buffer.byteLength).toBe(32);
  });

  test.each(['basic_text', 'unknown'])('the backend %s counts as none', async (backend) => {
    const keyring = makeKeyring(fake('new', { backend }).safeStorage, desktop);
    expect(await keyring.available()).toBe(false);
    await expect(keyring.wrap(secret)).rejects.toMatchObject({ code: 'keyring.unavailable' });
  });

  test('the calls with promises say yes and lock with a key that everybody knows: that counts as none', async () => {
    const keyring = makeKeyring(fake('new', { mark: 'v10' }).safeStorage, desktop);
    expect(await keyring.available()).toBe(false);
    await expect(keyring.wrap(secret)).rejects.toMatchObject({ code: 'keyring.unavailable' });
    await expect(keyring.unwrap(Buffer.from(`v10${'A'.repeat(44)}`))).rejects.toMatchObject({ code: 'keyring.unavailable' });
  });

  test.each<readonly [NodeJS.Platform, string]>([
    ['linux', 'v11'],
    ['linux', 'v12'],
    ['darwin', 'v10'],
    ['win32', 'v10'],
  ])('on %s what begins with %s was locked by the keyring', async (platform, mark) => {
    const keyring = makeKeyring(fake('new', { mark }).safeStorage, { ...desktop, platform });
    expect(await keyring.available()).toBe(true);
    expect(await keyring.unwrap(await keyring.wrap(secret))).toEqual(secret);
  });

  test.each(['gnome_libsecret', 'kwallet', 'kwallet5', 'kwallet6'])('the backend %s counts', async (backend) => {
    expect(await makeKeyring(fake('new', { backend }).safeStorage, desktop).available()).toBe(true);
  });

  test.each<readonly [string, Surroundings, boolean]>([
    ['no bus', { ...desktop, env: { XDG_CURRENT_DESKTOP: 'GNOME' } }, false],
    ['no known desktop', { ...desktop, env: { DBUS_SESSION_BUS_ADDRESS: 'unix:x' } }, false],
    ['an unknown desktop', { ...desktop, env: { ...desktop.env, XDG_CURRENT_DESKTOP: 'sway' } }, false],
    ['asked for by switch', { ...desktop, env: { DBUS_SESSION_BUS_ADDRESS: 'unix:x' }, passwordStore: 'gnome-libsecret' }, true],
    ['locked, or none there', { ...desktop, secretServiceOpen: async () => false }, false],
    ['basic by switch', { ...desktop, passwordStore: 'basic' }, false],
    ['KDE, whose wallet cannot be asked whether it is open', { ...desktop, env: { ...desktop.env, XDG_CURRENT_DESKTOP: 'KDE' } }, false],
    ['Windows', { ...desktop, platform: 'win32', env: {} }, true],
    ['macOS', { ...desktop, platform: 'darwin', env: {} }, true],
  ])('old calls, %s', async (_what, around, expected) => {
    const { safeStorage, asked } = fake('old');
    expect(await makeKeyring(safeStorage, around).available()).toBe(expected);
    // The blocking question is not asked for a mere look.
    expect(asked()).toBe(0);
  });

  test.each<readonly ['old' | 'new', boolean | 'throws']>([
    ['old', false],
    ['old', 'throws'],
    ['new', false],
    ['new', 'throws'],
  ])('%s calls, keyring %s: wrap and unwrap say so in one code', async (kind, available) => {
    const keyring = makeKeyring(fake(kind, { available }).safeStorage, desktop);
    await expect(keyring.wrap(secret)).rejects.toMatchObject({ code: 'keyring.unavailable' });
    await expect(keyring.unwrap(new Uint8Array(8))).rejects.toMatchObject({ code: 'keyring.unavailable' });
    if (kind === 'new') expect(await keyring.available()).toBe(false);
  });

  test('a keyring that never answers is absent after two seconds', async () => {
    const started = performance.now();
    expect(await makeKeyring(fake('new', { available: 'never' }).safeStorage, desktop).available()).toBe(false);
    expect(performance.now() - started).toBeLessThan(4000);
  });
});
