import { describe, expect, it } from 'vitest';
import type { Keyring, Preferences, PreferencesStore } from '../../../electron/services/ports';
import { VaultKeyring } from '../../../electron/services/vault-keyring';
import { ManualClock } from '../../support/manual-clock';

const keyOf = (): Uint8Array => new Uint8Array(32).fill(7);
const wipe = (key: Uint8Array): void => void key.fill(0);

/** A keyring of a desktop, which notes what it is asked. */
function keyringOf(available: boolean) {
  const asked: string[] = [];
  const keyring: Keyring = {
    available: async () => available,
    wrap: async (key) => (asked.push('wrap'), Uint8Array.from(key, (byte) => byte ^ 0xff)),
    unwrap: async (wrapped) => (asked.push('unwrap'), Uint8Array.from(wrapped, (byte) => byte ^ 0xff)),
  };
  return { keyring, asked };
}

function preferencesOf(keyringWrap?: string) {
  let kept: Partial<Preferences> = { ...(keyringWrap !== undefined && { keyringWrap }) };
  const preferences = { get: () => kept, set: (change: Partial<Preferences>) => void (kept = { ...kept, ...change }) } as unknown as PreferencesStore;
  return { preferences, wrapped: () => kept.keyringWrap };
}

const wrapped = Buffer.from(keyOf().map((byte) => byte ^ 0xff)).toString('base64');

describe('the key of the vault in a keyring', () => {
  it('A88: is what the keyring wraps, never the key itself, and the key that was handed over is wiped', async () => {
    const { keyring, asked } = keyringOf(true);
    const { preferences, wrapped: stored } = preferencesOf();
    const vault = new VaultKeyring(keyring, preferences, new ManualClock());
    expect([await vault.state(), vault.isOn]).toEqual(['off', false]);
    const key = keyOf();
    await vault.keep({ exportKey: () => key }, wipe);
    expect([stored(), key, asked, await vault.state(), vault.isOn]).toEqual([wrapped, new Uint8Array(32), ['wrap'], 'on', true]);
    expect(await vault.unwrap()).toEqual(keyOf());
    vault.helped(false);
    expect(await vault.state()).toBe('silent');
    vault.forget();
    expect([stored(), await vault.state()]).toEqual([undefined, 'off']);
  });

  it.each(['there is none', 'it does not answer'])('A88: where %s nothing is asked of it, nothing is written, and the key is wiped all the same', async (how) => {
    const { keyring, asked } = keyringOf(false);
    for (const before of [undefined, wrapped]) {
      const { preferences, wrapped: stored } = preferencesOf(before);
      const vault = new VaultKeyring(how === 'there is none' ? undefined : keyring, preferences, new ManualClock());
      const key = keyOf();
      await expect(vault.keep({ exportKey: () => key }, wipe)).rejects.toMatchObject({ code: 'keyring.unavailable' });
      await expect(vault.unwrap()).rejects.toMatchObject({ code: 'keyring.unavailable' });
      expect([stored(), key, await vault.state()]).toEqual([before, new Uint8Array(32), before === undefined ? 'unavailable' : 'on']);
    }
    expect(asked).toEqual([]);
  });

  it('A88: that was never given to one is not there to be unwrapped', async () => {
    const { keyring, asked } = keyringOf(true);
    const vault = new VaultKeyring(keyring, preferencesOf().preferences, new ManualClock());
    await expect(vault.unwrap()).rejects.toMatchObject({ code: 'keyring.unavailable' });
    expect(asked).toEqual([]);
  });

  it('A88: a wrap that fails leaves what was there, and no key', async () => {
    const { keyring } = keyringOf(true);
    const { preferences, wrapped: stored } = preferencesOf();
    const vault = new VaultKeyring({ ...keyring, wrap: () => Promise.reject(new Error('locked')) }, preferences, new ManualClock());
    const key = keyOf();
    await expect(vault.keep({ exportKey: () => key }, wipe)).rejects.toThrow('locked');
    expect([stored(), key]).toEqual([undefined, new Uint8Array(32)]);
  });

  it('A88: what a person wanted last counts, however late the keyring answers to what was wanted before', async () => {
    const { keyring } = keyringOf(true);
    const { preferences, wrapped: stored } = preferencesOf();
    const answers: (() => void)[] = [];
    const vault = new VaultKeyring({ ...keyring, wrap: (key) => new Promise((resolve) => answers.push(() => resolve(key.slice()))) }, preferences, new ManualClock());
    const asked = async (count: number): Promise<void> => {
      while (answers.length < count) await Promise.resolve();
    };
    const first = vault.keep({ exportKey: keyOf }, wipe);
    await asked(1);
    expect([vault.isOn, vault.isWanted]).toEqual([false, true]);
    vault.forget();
    answers[0]?.();
    await first;
    expect([stored(), vault.isWanted]).toEqual([undefined, false]);
    // Of a key that was replaced meanwhile.
    const [former, now] = [vault.keep({ exportKey: keyOf }, wipe), vault.keep({ exportKey: () => new Uint8Array(32).fill(8) }, wipe)];
    await asked(3);
    answers[2]?.();
    await now;
    answers[1]?.();
    await former;
    expect(stored()).toBe(Buffer.alloc(32, 8).toString('base64'));
  });

  it('is opened by one attempt at a time, which everybody waits for, but no longer than a moment', async () => {
    const clock = new ManualClock();
    const vault = new VaultKeyring(keyringOf(true).keyring, preferencesOf().preferences, clock);
    let begun = 0;
    let over: (yes: boolean) => void = () => undefined;
    const open = (): Promise<boolean> => {
      begun += 1;
      return new Promise((resolve) => (over = resolve));
    };
    const [first, second] = [vault.opening(open), vault.opening(open)];
    let told = 0;
    void vault.settledState().then(() => (told += 1));
    await clock.advance(299);
    expect([begun, told]).toEqual([1, 0]);
    await clock.advance(1);
    expect(told).toBe(1);
    over(true);
    expect([await first, await second]).toEqual([true, true]);
    void vault.opening(open);
    expect(begun).toBe(2);
  });
});
