import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { packItems } from '../../../../electron/engine/session/items';
import { sealRecord } from '../../../../electron/engine/session/records';
import { peerIdToBytes } from '../../../../electron/engine/wire/ids';
import { agree, confirmOf, directionOf, isSignedBy, item, keyIdOf, label, masterOf, openAll, openHandshake, ready, sha256, type TwinSecrets } from '../../../reference/session-twin';
import { dialler, listener, newParty, type Party, targetOf, testNow } from '../../../support/session-kit';

let alice: Party;
let bob: Party;

beforeAll(async () => {
  await ready;
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

/** The same primitives, telling what each X25519 agreement gave. */
function telling(crypto: Crypto): { readonly crypto: Crypto; readonly agreed: Uint8Array[] } {
  const agreed: Uint8Array[] = [];
  return {
    agreed,
    crypto: {
      ...crypto,
      dh: (secret, share) => {
        const shared = crypto.dh(secret, share);
        if (shared) agreed.push(Uint8Array.from(shared.bytes));
        return shared;
      },
    },
  };
}

function runWatched() {
  const { crypto, agreed } = telling(bob.crypto);
  const a = dialler(alice, targetOf(bob), [bob]);
  const b = listener(bob, [alice], { crypto });
  const m1 = a.next();
  b.receive(m1);
  const m2 = b.next();
  const m4 = b.next();
  a.receive(m2);
  const m3 = a.next();
  a.receive(m4);
  b.receive(m3);
  return { a, b, m1, m2, m3, m4, agreed };
}

const ownerOf = (party: Party) => ({ subject: party.local.identity.subject, fingerprint: party.local.identity.fingerprint, instanceHash: party.local.instance.credential.hash });

describe('a whole handshake, read by the twin with everybody’s long-term keys', () => {
  it('S3-17 S3-19 S3-24 S3-25: layouts, signatures, MK, directions, M3, M4 and later records agree', () => {
    const { a, b, m1, m2, m3, m4, agreed } = runWatched();
    const first = openHandshake('m1', m1, bob.local.exchange.current.kem.bytes);
    const second = openHandshake('m2', m2, alice.local.exchange.current.kem.bytes);
    const bobCredential = bob.local.exchange.current.credential;
    expect(first.selector).toEqual(sha256(label('selector'), bobCredential.hash, Buffer.from(m1.subarray(16, 16 + 1_120))).subarray(0, 8));
    expect(first.statement).toEqual(Buffer.concat([u64(testNow), u64(alice.local.list.version)]));
    const signed = Buffer.concat([peerIdToBytes(bob.local.peerId), bobCredential.hash, first.kemCiphertextHash, first.share, sha256(first.chain), first.statement]);
    expect(isSignedBy(alice.local.instance.credential.signingKey, 'm1', signed, first.signature)).toBe(true);
    expect(second.statement.subarray(0, 32)).toEqual(sha256(label('cn'), first.nonce));
    const part = Buffer.concat([peerIdToBytes(bob.local.peerId), bob.local.instance.credential.hash, second.statement.subarray(32)]);
    expect(isSignedBy(bob.local.instance.credential.signingKey, 'm2-static', part, second.signature)).toBe(true);

    const [dhEphemeral = new Uint8Array(), dhSemiStatic = new Uint8Array()] = agreed;
    const secrets: TwinSecrets = { sn: second.nonce, cn: first.nonce, dhEphemeral, dhSemiStatic, m1, m2 };
    const master = masterOf(secrets);
    expect(Buffer.from(a.opened.keys.keyId)).toEqual(keyIdOf(master));
    expect(b.opened.keys.keyId).toEqual(a.opened.keys.keyId);
    const client = directionOf(master, 'client', ownerOf(alice), secrets);
    const server = directionOf(master, 'server', ownerOf(bob), secrets);
    const { frame } = sealRecord(alice.crypto, a.opened.keys.tx, a.opened.sent, packItems([{ kind: 'message', bytes: Buffer.from('hello') }])[0] ?? new Uint8Array());
    expect(openAll(client, [m3, frame])).toEqual([item(1, confirmOf(client, 'client', secrets)), item(2, Buffer.from('hello'))]);
    expect(openAll(server, [m4])).toEqual([item(1, confirmOf(server, 'server', secrets))]);
  });

  it('S3-30: a recorder who later has every private key of both, the reusable share’s too, opens M1 and M2 but not the session', () => {
    const { m1, m2, m3, m4, a, agreed } = runWatched();
    const first = openHandshake('m1', m1, bob.local.exchange.current.kem.bytes);
    const second = openHandshake('m2', m2, alice.local.exchange.current.kem.bytes);
    const opens = (dhEphemeral: Uint8Array, dhSemiStatic: Uint8Array): boolean => {
      const guess: TwinSecrets = { sn: second.nonce, cn: first.nonce, dhEphemeral, dhSemiStatic, m1, m2 };
      const master = masterOf(guess);
      return keyIdOf(master).equals(a.opened.keys.keyId) || [['client', alice, m3] as const, ['server', bob, m4] as const].some(([role, party, record]) => {
        try {
          return openAll(directionOf(master, role, ownerOf(party), guess), [record]).length > 0;
        } catch {
          return false;
        }
      });
    };
    const [dhEphemeral = new Uint8Array(), dhSemiStatic = new Uint8Array()] = agreed;
    expect(opens(dhEphemeral, dhSemiStatic)).toBe(true);
    const shares = [first.share, second.share, bob.semiStatic.part.share];
    const held = [alice, bob].flatMap(({ local, semiStatic }) => [local.exchange.current.kem.bytes, local.instance.kem.bytes, local.instance.signing.secret.bytes, semiStatic.pair.secret.bytes]);
    const guesses = [new Uint8Array(32), ...held.flatMap((key) => shares.map((share) => agree(key, share)))];
    // The thief of the reusable share has the second agreement: the first one is nobody's any more.
    expect(guesses.some((guess) => Buffer.compare(guess, dhSemiStatic) === 0)).toBe(true);
    for (const guess of guesses) expect([opens(guess, dhSemiStatic), opens(guess, guess)]).toEqual([false, false]);
  });

  it('S3-02: with the dialler’s exchange key alone, M2 gives SN and no CN', () => {
    const { m1, m2 } = runWatched();
    const cn = openHandshake('m1', m1, bob.local.exchange.current.kem.bytes).nonce;
    const second = openHandshake('m2', m2, alice.local.exchange.current.kem.bytes);
    const inside = Buffer.concat([second.nonce, second.chain, second.share, second.statement, second.signature]);
    expect(inside.includes(cn)).toBe(false);
    expect(() => openHandshake('m1', m1, alice.local.exchange.current.kem.bytes)).toThrow();
  });

  it('S3-17: a recorder sees no certificate, name or peer id of either side', () => {
    const { m1, m2 } = runWatched();
    for (const party of [alice, bob]) {
      for (const trace of [party.local.identity.der.subarray(0, 40), Buffer.from(party.name), peerIdToBytes(party.local.peerId), party.local.instance.credential.signingKey, party.local.exchange.current.credential.hash]) {
        for (const whole of [m1, m2]) expect(Buffer.from(whole).includes(Buffer.from(trace))).toBe(false);
      }
    }
  });
});

function u64(value: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64BE(BigInt(value));
  return out;
}
