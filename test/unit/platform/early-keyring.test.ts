import { describe, expect, it } from 'vitest';
import { askedEarly } from '../../../electron/platform/early-keyring';
import type { Keyring } from '../../../electron/services/ports';
import { KeyshiftError } from '../../../shared/errors';

const wrapped = Uint8Array.of(1, 2, 3);
const text = Buffer.from(wrapped).toString('base64');

/** Each answer is a key of its own, and is kept to be looked at. */
function counting(fails = false, there = true) {
  const given: Uint8Array[] = [];
  let asked = 0;
  const keyring: Keyring = {
    available: async () => there,
    wrap: async (secret) => secret,
    unwrap: async () => {
      asked += 1;
      if (fails) throw new KeyshiftError('keyring.unavailable', 'No.');
      given.push(new Uint8Array(32).fill(given.length + 1));
      return given.at(-1) ?? new Uint8Array();
    },
  };
  return { keyring, given, asked: () => asked };
}

describe('row 16: a keyring asked before anybody can use its answer', () => {
  it('gives the answer once, to whoever wants this one, and asks anew for any other', async () => {
    const { keyring, asked } = counting();
    const early = askedEarly(keyring);
    early.ask(text);
    expect(await early.unwrap(Uint8Array.of(9))).toEqual(new Uint8Array(32).fill(2));
    expect(await early.available()).toBe(true);
    expect(await early.unwrap(wrapped)).toEqual(new Uint8Array(32).fill(1));
    expect(asked()).toBe(2);
    expect(await early.unwrap(wrapped)).toEqual(new Uint8Array(32).fill(3));
  });

  it('asks nothing where nothing is kept in it', async () => {
    const { keyring, asked } = counting();
    askedEarly(keyring).ask(undefined);
    expect(asked()).toBe(0);
  });

  it('does not answer for one that refused: that is asked whether it is there', async () => {
    const early = askedEarly(counting(true, false).keyring);
    early.ask(text);
    expect(await early.available()).toBe(false);
    await expect(early.unwrap(wrapped)).rejects.toMatchObject({ code: 'keyring.unavailable' });
  });

  it('wipes a key nobody will take, whether it has come or is to come', async () => {
    const { keyring, given } = counting();
    const early = askedEarly(keyring);
    early.ask(text);
    early.ask(text);
    early.forget();
    await Promise.resolve();
    await Promise.resolve();
    expect(given.map((key) => key.every((byte) => byte === 0))).toEqual([true, true]);
  });

  it('gives the answer early to whoever does not wait for it longer, and keeps it for the vault otherwise', async () => {
    const { keyring, asked } = counting();
    const early = askedEarly(keyring);
    const never = new Promise<void>(() => undefined);
    expect(await early.answered(text, never)).toBeUndefined();
    early.ask(text);
    expect(await early.answered('another', never)).toBeUndefined();
    expect(await early.answered(text, never)).toEqual(new Uint8Array(32).fill(1));
    expect(await early.answered(text, never)).toBeUndefined();
    let answer: (key: Uint8Array) => void = () => undefined;
    const slow = askedEarly({ ...keyring, unwrap: () => new Promise((resolve) => (answer = resolve)) });
    slow.ask(text);
    expect(await slow.answered(text, Promise.resolve())).toBeUndefined();
    const waiting = slow.unwrap(wrapped);
    answer(Uint8Array.of(7));
    expect(await waiting).toEqual(Uint8Array.of(7));
    const refusing = askedEarly({ ...keyring, unwrap: () => Promise.reject(new KeyshiftError('keyring.unavailable', 'No.')) });
    refusing.ask(text);
    expect(await refusing.answered(text, never)).toBeUndefined();
    await expect(refusing.unwrap(wrapped)).rejects.toThrow('No.');
    expect(asked()).toBe(1);
  });
});
