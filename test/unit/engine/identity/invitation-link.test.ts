import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import { label } from '../../../../electron/engine/crypto/label';
import { encodeInvitation, type Invitation, invitationIdOf, MAX_LINK_LENGTH, parseInvitation } from '../../../../electron/engine/identity/invitation-link';
import type { Address } from '../../../../electron/engine/ports';
import { fromBase64url, toBase64url } from '../../../../electron/engine/wire/encoding';
import { instanceIdFromBytes, peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import { concat } from '../../../../electron/engine/wire/writer';
import { isErrorCode, KeyshiftError } from '../../../../shared/errors';

const onion = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion';
const prefix = 'keyshift:invite/';

let crypto: Crypto;
beforeAll(async () => {
  crypto = await createCrypto({ random: kernelRandom });
});

function invitation(addresses: readonly Address[] = [{ host: '192.168.1.20', port: 4711 }]): Invitation {
  return {
    peerId: peerIdFromBytes(crypto.random(32)),
    instanceId: instanceIdFromBytes(crypto.random(16)),
    secret: crypto.random(16),
    expiresAt: Date.UTC(2027, 0, 1),
    addresses,
  };
}

/** The code a text is refused with, or undefined when it was read. */
function refusal(text: string): string | undefined {
  try {
    parseInvitation(crypto, text);
    return undefined;
  } catch (error) {
    if (error instanceof KeyshiftError) return error.code;
    throw error;
  }
}

/** A link whose checksum is right, around bytes of an attacker's choice. */
function checksummed(body: Uint8Array): string {
  return prefix + toBase64url(concat(body, crypto.sha256(label('link-checksum'), body).subarray(0, 8)));
}

const hosts = fc.oneof(
  fc.ipV4(),
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Array.from({ length: 8 }, (_, at) => (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16)).join(':')),
  fc.domain(),
  fc.constant(onion),
);
const addressLists = fc.array(fc.record({ host: hosts, port: fc.integer({ min: 1, max: 65_535 }) }), { maxLength: 8 });

describe('invitation link', () => {
  test('comes back as it was', () => {
    const given = invitation([
      { host: '203.0.113.7', port: 1 },
      { host: '2001:db8::7', port: 65_535 },
      { host: 'home.example.org', port: 4711 },
    ]);
    expect(parseInvitation(crypto, encodeInvitation(crypto, given))).toEqual(given);
  });

  test('holds an onion name beside two literals, and three IPv6 addresses', () => {
    const mixed = invitation([{ host: '203.0.113.7', port: 1 }, { host: '2001:db8::7', port: 2 }, { host: onion, port: 3 }]);
    expect(parseInvitation(crypto, encodeInvitation(crypto, mixed)).addresses).toEqual(mixed.addresses);
    const six = invitation(['1', '2', '3'].map((end) => ({ host: `2001:db8:1:2:3:4:5:${end}`, port: 40_000 })));
    expect(parseInvitation(crypto, encodeInvitation(crypto, six)).addresses).toEqual(six.addresses);
  });

  test('is at most 250 characters whatever the addresses, keeps the first that fit, in order', () => {
    fc.assert(
      fc.property(addressLists, (addresses) => {
        const link = encodeInvitation(crypto, invitation(addresses));
        expect(link.length).toBeLessThanOrEqual(MAX_LINK_LENGTH);
        const kept = parseInvitation(crypto, link).addresses;
        expect(kept.length).toBeLessThanOrEqual(3);
        if (addresses.length > 0 && kept.length === 0) expect(addresses.every(({ host }) => host.length > 80)).toBe(true);
        let from = 0;
        for (const { port } of kept) {
          from = addresses.findIndex((address, at) => at >= from && address.port === port) + 1;
          expect(from).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('leaves out what is no address', () => {
    const given = invitation([{ host: 'not a host', port: 1 }, { host: '1.2.3.4', port: 0 }, { host: '1.2.3.4', port: 70_000 }, { host: '::1', port: 9 }]);
    expect(parseInvitation(crypto, encodeInvitation(crypto, given)).addresses).toEqual([{ host: '::1', port: 9 }]);
  });

  test('every single changed, missing or doubled character is noticed', () => {
    const link = encodeInvitation(crypto, invitation([{ host: 'home.example.org', port: 4711 }]));
    const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/:.<> \n%é';
    const seen = new Set<string | undefined>();
    for (let at = 0; at < link.length; at += 1) {
      const variants = [link.slice(0, at) + link.slice(at + 1), link.slice(0, at) + link.charAt(at) + link.slice(at)];
      for (const character of characters) {
        if (character !== link.charAt(at)) variants.push(link.slice(0, at) + character + link.slice(at + 1));
      }
      for (const variant of variants) {
        const code = refusal(variant);
        seen.add(code);
        if (code !== 'invitation.garbled' && code !== 'invitation.altered') throw new Error(`accepted with a change at ${at}: ${variant}`);
      }
    }
    expect([...seen].sort()).toEqual(['invitation.altered', 'invitation.garbled']);
  });

  test('two swapped neighbours and every truncation are noticed', () => {
    const link = encodeInvitation(crypto, invitation());
    for (let at = 1; at < link.length; at += 1) {
      expect(refusal(link.slice(0, at))).toMatch(/^invitation\.(garbled|altered)$/);
      const swapped = link.slice(0, at - 1) + link.charAt(at) + link.charAt(at - 1) + link.slice(at + 1);
      if (swapped !== link) expect(refusal(swapped)).toMatch(/^invitation\.(garbled|altered)$/);
    }
  });

  test('forgives what mail programs do: white space, line breaks, angle brackets', () => {
    const given = invitation();
    const link = encodeInvitation(crypto, given);
    const broken = link.replace(/.{20}/g, '$&\r\n ');
    for (const text of [`  ${link}\n`, `<${link}>`, ` <\n${broken}\t> `, broken, `${link.slice(0, 30)}\u200b${link.slice(30)}`, `${link.slice(0, 9)} ${link.slice(9)}`]) {
      expect(parseInvitation(crypto, text)).toEqual(given);
    }
  });

  test('accepts no other scheme, case or wrapping', () => {
    const link = encodeInvitation(crypto, invitation());
    const rest = link.slice(prefix.length);
    for (const text of [`https://invite/${rest}`, `KEYSHIFT:INVITE/${rest}`, `keyshift://invite/${rest}`, rest, `<${link}`, `${link}>`, `<<${link}>>`, `${link}=`, `x${link}`, `${link}${link}`]) {
      expect(refusal(text)).toBe('invitation.garbled');
    }
  });

  test('hostile text is garbled or altered and nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 400 }),
          fc.uint8Array({ maxLength: 400 }).map((bytes) => prefix + toBase64url(bytes)),
          fc.string({ unit: fc.constantFrom(...'abcdefgXYZ0189-_'), maxLength: 240 }).map((text) => prefix + text),
        ),
        (text) => {
          expect(refusal(text)).toMatch(/^invitation\.(garbled|altered)$/);
        },
      ),
      { numRuns: 1_000 },
    );
    expect(refusal(prefix + 'A'.repeat(5_000_000))).toBe('invitation.garbled');
    expect(refusal(' '.repeat(3_000_000))).toBe('invitation.garbled');
  });

  test('bytes with a right checksum still have to follow the layout', () => {
    const body = fromBase64url(encodeInvitation(crypto, invitation([])).slice(prefix.length)).slice(0, -8);
    expect(refusal(checksummed(body))).toBeUndefined();
    const withAddress = (...bytes: readonly number[]): Uint8Array => {
      const changed = concat(body, Uint8Array.from(bytes));
      changed[69] = 1;
      return changed;
    };
    const name = (text: string): Uint8Array => withAddress(3, 0, 80, text.length, ...new TextEncoder().encode(text));
    expect(refusal(checksummed(withAddress(1, 0, 80, 1, 2, 3, 4)))).toBeUndefined();
    expect(refusal(checksummed(name('example.org')))).toBeUndefined();
    const wrong = [
      Uint8Array.from([2, ...body.subarray(1)]), // a later version
      Uint8Array.from([...body.subarray(0, 69), 4]), // more addresses than a link has
      concat(body, Uint8Array.of(0)), // trailing byte
      withAddress(1, 0, 0, 1, 2, 3, 4), // port 0
      withAddress(1, 0, 80, 1, 2, 3), // short
      withAddress(9, 0, 80, 1, 2, 3, 4), // unknown kind
      withAddress(4, 0, 80, ...new Uint8Array(35)), // no onion address of version 3
      name('Example.org'), name('127.1'), name('1.2.3.4'), name('a b'), name('::1'), name(''), name(onion), name('a/../b'), name('x\u0000y'),
    ];
    for (const bytes of wrong) expect(refusal(checksummed(bytes))).toBe('invitation.garbled');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 70, maxLength: 167 }), (bytes) => {
        bytes[0] = 1;
        bytes[69] = (bytes[69] ?? 0) % 4;
        const code = refusal(checksummed(bytes));
        expect(code === undefined || isErrorCode(code)).toBe(true);
        // What is read would be written again as the same text: one link per invitation.
        if (code === undefined) expect(encodeInvitation(crypto, parseInvitation(crypto, checksummed(bytes)))).toBe(checksummed(bytes));
      }),
      { numRuns: 500 },
    );
  });

  test('the id tells nothing of the secret and is the same every time', () => {
    const secret = crypto.random(16);
    const id = invitationIdOf(crypto, secret);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(invitationIdOf(crypto, Uint8Array.from(secret))).toBe(id);
    expect(invitationIdOf(crypto, crypto.random(16))).not.toBe(id);
    expect(id).not.toBe(Buffer.from(secret).toString('hex'));
  });

  test('a fixed link keeps its bytes', () => {
    const fixed: Invitation = {
      peerId: peerIdFromBytes(new Uint8Array(32).fill(1)),
      instanceId: instanceIdFromBytes(new Uint8Array(16).fill(2)),
      secret: new Uint8Array(16).fill(3),
      expiresAt: 1_800_000_000_000,
      addresses: [{ host: '127.0.0.1', port: 4711 }],
    };
    const link = encodeInvitation(crypto, fixed);
    const hex = `01${'01'.repeat(32)}${'02'.repeat(16)}${'03'.repeat(16)}6b49d200010112677f000001`;
    expect(Buffer.from(fromBase64url(link.slice(prefix.length))).toString('hex').slice(0, -16)).toBe(hex);
    expect(link).toBe('keyshift:invite/AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAgICAgICAgICAgICAgICAgMDAwMDAwMDAwMDAwMDAwNrSdIAAQESZ38AAAHjFg1SMTRTCg');
    expect(invitationIdOf(crypto, fixed.secret)).toBe('2453992ebc6937f5e7429a0fd01fd637');
  });
});
