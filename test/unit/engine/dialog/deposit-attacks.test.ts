import { describe, expect, it } from 'vitest';
import { encodeChain } from '../../../../electron/engine/certificates/chain';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { concat } from '../../../../electron/engine/wire/writer';
import { pad, unpad } from '../../../../electron/engine/crypto/padding';
import { openFrom, sealSigned, sealTo, selectorBytes, selectorOf } from '../../../../electron/engine/crypto/sealed-envelope';
import { encodeDeposit, maxDepositBytes } from '../../../../electron/engine/dialog/deposit';
import { peerIdToBytes } from '../../../../electron/engine/wire/ids';
import { Device, newPair, type Pair, person, testCrypto } from '../../../support/dialog-kit';
import { depositsFor, type Opening, take } from '../../../support/deposit-kit';
import { someOf } from '../../../support/exhaustive';

async function withMessage(): Promise<Pair & { deposit: Uint8Array; message: Uint8Array }> {
  const pair = await newPair();
  pair.alice.engine.open(pair.bob.peerId, { title: 'x' });
  const [deposit] = depositsFor(pair.alice, pair.bob);
  const [message] = pair.alice.pending(pair.bob);
  if (!deposit || !message) throw new Error('nothing to send');
  return { ...pair, deposit, message };
}

/** None of them is taken, and nothing durable or told has changed; the genuine one still opens afterwards. */
function refusesAll(bob: Device, bad: Iterable<Uint8Array>, genuine: Uint8Array | undefined, opening: Opening = {}): Set<string> {
  const before = bob.snapshot();
  const events = bob.sink.events.length;
  const outcomes = new Set<string>();
  for (const each of bad) for (const outcome of take(bob, [each], opening)) outcomes.add(outcome);
  expect([...outcomes].filter((each) => !/^(refused|rejected): /.test(each))).toEqual([]);
  expect(bob.snapshot()).toBe(before);
  expect(bob.sink.events.length).toBe(events);
  if (genuine) expect(take(bob, [genuine])).toEqual(['delivered']);
  return outcomes;
}

const recipientOf = ({ person: { local } }: Device) => {
  const { credential } = local.exchange.current;
  return { peerId: local.peerId, credentialHash: credential.hash, kemKey: credential.kemKey };
};
const contextOf = (device: Device): Uint8Array => concat(peerIdToBytes(device.peerId), recipientOf(device).credentialHash);
const addressed = (crypto: Crypto, to: Device, envelope: Uint8Array): Uint8Array => concat(selectorOf(crypto, recipientOf(to).credentialHash, envelope), envelope);

describe('a deposit that somebody touched', () => {
  it('S1-14 A05: one bit changed in a few hundred bytes, in each byte by npm run exhaustive', { timeout: 60_000 }, async () => {
    const { bob, deposit } = await withMessage();
    bob.crypto.meter.reset();
    const flipped = function* () {
      for (const at of someOf(Array.from(deposit.keys()), 400, [0, deposit.length - 1])) {
        const copy = deposit.slice();
        copy[at] = (copy[at] ?? 0) ^ (1 << (at & 7));
        yield copy;
      }
    };
    expect(refusesAll(bob, flipped(), deposit)).toEqual(new Set(['refused: not-for-us', 'refused: envelope']));
    // A changed selector or KEM ciphertext names no key: no private-key work for those, nor for a signature that never shows.
    expect(bob.crypto.meter.read().verify).toBeLessThanOrEqual(4);
  });

  it('A01 A02: cut, prolonged, empty, or larger than any', async () => {
    const { bob, deposit } = await withMessage();
    const lengths = Array.from({ length: 200 }, (_, index) => Math.floor((index * deposit.length) / 200));
    const bad = [...lengths.map((length) => deposit.subarray(0, length)), ...[1, 16, 70_000].map((more) => Buffer.concat([deposit, new Uint8Array(more)])), new Uint8Array(maxDepositBytes + 1)];
    refusesAll(bob, bad, deposit);
    // Named as for Bob: within the cap it costs him a private-key operation, beyond it nothing.
    const padded = (length: number) => Buffer.concat([deposit, new Uint8Array(length - deposit.length)]);
    for (const [length, spent] of [[maxDepositBytes, 1], [maxDepositBytes + 1, 0]] as const) {
      bob.crypto.meter.reset();
      refusesAll(bob, [padded(length)], undefined);
      expect(bob.crypto.meter.read().kemDecaps).toBe(spent);
    }
  });

  it('S3-18 A05: parts of two deposits never go together', async () => {
    const { alice, bob, deposit } = await withMessage();
    const other = depositsFor(alice, bob)[0] ?? new Uint8Array();
    expect(other).toHaveLength(deposit.length);
    const cuts = [0, selectorBytes, selectorBytes + 1_120, selectorBytes + 1_168, deposit.length];
    const bad = Array.from({ length: 14 }, (_, mask) =>
      Buffer.concat(cuts.slice(1).map((end, part) => (((mask + 1) >> part) & 1 ? other : deposit).subarray(cuts[part], end))),
    );
    refusesAll(bob, bad, deposit);
  });

  it('S1-34 A02 A03: a statement that is not laid out canonically, though sealed and signed', async () => {
    const { alice, bob, crypto, message, deposit } = await withMessage();
    const chain = encodeChain(alice.person.local.chain);
    const lp = (bytes: Uint8Array, claimed = bytes.length) => Buffer.concat([Buffer.from([claimed >>> 24, (claimed >>> 16) & 255, (claimed >>> 8) & 255, claimed & 255]), bytes]);
    const whole = Buffer.concat([lp(chain), lp(message)]);
    const statements = [
      whole,
      Buffer.concat([pad(whole), new Uint8Array(64)]),
      pad(Buffer.concat([whole, Buffer.of(0)])),
      pad(Buffer.concat([lp(chain, chain.length + 1), lp(message)])),
      pad(Buffer.concat([lp(chain), lp(message, 0xffff_ffff)])),
      pad(lp(chain)),
      pad(Buffer.concat([lp(message), lp(chain)])),
      new Uint8Array(0),
    ];
    const bad = statements.map((statement) =>
      addressed(crypto, bob, sealSigned(crypto, 'deposit', { signing: alice.person.local.instance.signing.secret, recipientKem: recipientOf(bob).kemKey, recipientContext: contextOf(bob), statement })),
    );
    refusesAll(bob, bad, deposit);
  });
});

describe('a deposit that somebody else made or opens', () => {
  it('A13: the wrong person, with no key work at all; a deposit handed on is not the sender’s any more', async () => {
    const { alice, bob, crypto, deposit } = await withMessage();
    const carol = new Device(await testCrypto(), await person('Carol')).knows(alice);
    carol.crypto.meter.reset();
    expect(refusesAll(carol, [deposit], undefined)).toEqual(new Set(['refused: not-for-us']));
    expect(carol.crypto.meter.read()).toMatchObject({ kemDecaps: 0, verify: 0, open: 0 });

    // Bob opens it and seals what he found, signature and all, for Carol.
    const opened = openFrom(crypto, 'deposit', bob.person.local.exchange.current.kem, deposit.subarray(selectorBytes));
    if (!opened) throw new Error('Bob cannot open it');
    const handedOn = sealTo(crypto, 'deposit', recipientOf(carol).kemKey, opened.contentKey, () => opened.payload);
    expect(refusesAll(carol, [addressed(crypto, carol, handedOn)], undefined)).toEqual(new Set(['refused: envelope']));
    // Nor does he get it past himself again.
    const again = sealTo(crypto, 'deposit', recipientOf(bob).kemKey, opened.contentKey, () => opened.payload);
    refusesAll(bob, [addressed(crypto, bob, again)], deposit);
  });

  it('A10 A14: a chain with another signature, a message with another chain', async () => {
    const { alice, bob, crypto, message, deposit } = await withMessage();
    const carol = new Device(await testCrypto(), await person('Carol'));
    bob.knows(carol);
    const forge = (chainOf: Device, signedBy: Device) =>
      encodeDeposit(crypto, { chain: encodeChain(chainOf.person.local.chain), message, signing: signedBy.person.local.instance.signing.secret, recipient: recipientOf(bob) });
    expect(refusesAll(bob, [forge(alice, carol)], undefined)).toEqual(new Set(['refused: envelope']));
    // Carol may send deposits; Alice's words in hers are not hers.
    expect(refusesAll(bob, [forge(carol, carol)], undefined)).toEqual(new Set(['rejected: names']));
    // Alice's certificate beside Carol's device.
    const mixed = { ...alice.person.local.chain, instance: carol.person.local.chain.instance };
    const bad = encodeDeposit(crypto, { chain: encodeChain(mixed), message, signing: carol.person.local.instance.signing.secret, recipient: recipientOf(bob) });
    expect(refusesAll(bob, [bad], deposit)).toEqual(new Set(['refused: chain']));
  });

  it('A08: an envelope of another purpose is none', async () => {
    const { alice, bob, crypto, message, deposit } = await withMessage();
    const chain = encodeChain(alice.person.local.chain);
    const opened = openFrom(crypto, 'deposit', bob.person.local.exchange.current.kem, deposit.subarray(selectorBytes));
    const statement = unpad(opened?.payload.subarray(64) ?? new Uint8Array());
    expect(statement).toEqual(concat(Buffer.from([0, 0, chain.length >> 8, chain.length & 255]), chain, Buffer.from([0, 0, message.length >> 8, message.length & 255]), message));
    const bad = (['m1-content', 'card'] as const).map((purpose) =>
      addressed(crypto, bob, sealSigned(crypto, purpose, { signing: alice.person.local.instance.signing.secret, recipientKem: recipientOf(bob).kemKey, recipientContext: contextOf(bob), statement: pad(statement ?? new Uint8Array()) })),
    );
    expect(refusesAll(bob, bad, deposit)).toEqual(new Set(['refused: envelope']));
  });

  it('A43 A46: strangers, the blocked, a key that is not the pinned one, an older list, one’s own', async () => {
    const { alice, bob, deposit, message, crypto } = await withMessage();
    const stranger = new Device(await testCrypto(), await person('Bob'));
    expect(refusesAll(stranger, [deposit], undefined)).toEqual(new Set(['refused: not-a-contact']));
    expect(refusesAll(bob, [deposit], undefined, { pin: () => ({ blocked: true }) })).toEqual(new Set(['refused: blocked']));
    expect(refusesAll(bob, [deposit], undefined, { pin: () => ({ spkiHash: new Uint8Array(32) }) })).toEqual(new Set(['refused: contact.key-mismatch']));
    expect(refusesAll(bob, [deposit], undefined, { pin: () => ({ listVersion: 2 }) })).toEqual(new Set(['refused: list-version']));
    const reflected = encodeDeposit(crypto, { chain: encodeChain(bob.person.local.chain), message, signing: bob.person.local.instance.signing.secret, recipient: recipientOf(bob) });
    expect(refusesAll(bob, [reflected], undefined)).toEqual(new Set(['refused: own-instance']));
    // A contact that is blocked here, whatever the pin says: the receiving path looks again.
    const blocking = new Device(await testCrypto(), await person('Bob')).knows(alice, { blocked: true });
    expect(refusesAll(blocking, [deposit], undefined, { pin: () => ({ blocked: false }) })).toEqual(new Set(['rejected: blocked']));
    bob.clock.pass(400 * 86_400_000);
    expect(refusesAll(bob, [deposit], undefined)).toEqual(new Set(['refused: chain']));
  });

  it('A15 A17: without budget no private-key operation is made', async () => {
    const { bob, deposit } = await withMessage();
    bob.crypto.meter.reset();
    expect(refusesAll(bob, [deposit], undefined, { mayDecapsulate: () => false })).toEqual(new Set(['refused: throttled']));
    expect(bob.crypto.meter.read().kemDecaps).toBe(0);
    expect(take(bob, [deposit])).toEqual(['delivered']);
    // One for the deposit, one for the message.
    expect(bob.crypto.meter.read().kemDecaps).toBe(2);
  });
});
