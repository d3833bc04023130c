import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { agree, confirmOf, directionOf, item, keyIdOf, openAll, ready, sealAll, type TwinDirection, type TwinRole } from '../../../reference/session-twin';
import { readResume, resumedMasterOf, resumeM1, resumptionSecretOf } from '../../../reference/resume-twin';
import type { ResumptionEntry } from '../../../../electron/engine/session/resumption-entry';
import { peerIdToBytes } from '../../../../electron/engine/wire/ids';
import { dialFrom, entryOf, keep, type Keeper, keeperOf, listenAt, meetOnce } from '../../../support/resume-kit';
import { newParty, type Party } from '../../../support/session-kit';

let alice: Party;
let bob: Party;
let a: Keeper;
let b: Keeper;

beforeAll(async () => {
  await ready;
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

beforeEach(() => {
  a = keeperOf(alice, [bob]);
  b = keeperOf(bob, [alice]);
});

const ownerOf = ({ local }: Party) => ({ subject: local.identity.subject, fingerprint: local.identity.fingerprint, instanceHash: local.instance.credential.hash });

/** One resumption with everything that passed over the wire, and what the two have at its end. */
function recorded() {
  const [from, to] = [dialFrom(a, bob), listenAt(b)];
  const wire: Record<'m1' | 'm2' | 'm3' | 'm4', Uint8Array> = { m1: from.side.next(), m2: new Uint8Array(), m3: new Uint8Array(), m4: new Uint8Array() };
  const { state } = from.side;
  if (state.phase !== 'awaiting-m2-resume') throw new Error('not a resumption');
  const clientSecret = Uint8Array.from(state.ephemeral.secret.bytes);
  to.side.receive(wire.m1);
  [wire.m2, wire.m4] = [to.side.next(), to.side.next()];
  from.side.receive(wire.m2);
  wire.m3 = from.side.next();
  from.side.receive(wire.m4);
  to.side.receive(wire.m3);
  for (const { desk } of [from, to]) desk.release();
  return { wire, clientSecret, from: from.side, to: to.side, keyId: Buffer.from(from.side.opened.keys.keyId) };
}

type Recorded = ReturnType<typeof recorded>;

/** MK' as whoever has this RS and this agreement computes it. */
function masterFrom({ wire: { m1, m2 } }: Recorded, secret: Uint8Array, dh: Uint8Array): Buffer {
  const { sn, cn } = readResume(m1, m2);
  return resumedMasterOf({ secret, dh, sn, cn, m1, m2 });
}

const opens = (of: Recorded, master: Uint8Array): boolean => {
  try {
    openAll(directionOf(master, 'client', ownerOf(alice), of.wire), [of.wire.m3]);
    return true;
  } catch {
    return false;
  }
};

describe('A48: who recorded a resumption and both nonces', () => {
  it('A48 S3-24: the computation is right with the secret and the agreement, and without either it opens nothing', () => {
    meetOnce(a, b);
    const { secret } = entryOf(a, bob);
    const seen = recorded();
    const { sn, cn, serverShare, clientShare, keyId } = readResume(seen.wire.m1, seen.wire.m2);
    const dh = agree(seen.clientSecret, serverShare);
    const right = masterFrom(seen, secret, dh);
    expect(keyIdOf(right)).toEqual(seen.keyId);
    expect(opens(seen, right)).toBe(true);

    // All that a recorder has: what passed by. The literal formula of the text would give it MK here.
    const zero = new Uint8Array(32);
    const guesses = [keyId, sn, cn, serverShare, clientShare, zero, keyIdOf(keyId)];
    for (const guess of guesses) {
      for (const other of guesses) {
        const master = masterFrom(seen, guess, other);
        expect([keyIdOf(master).equals(seen.keyId), opens(seen, master)]).toEqual([false, false]);
      }
      expect(opens(seen, masterFrom(seen, secret, guess))).toBe(false);
      expect(opens(seen, masterFrom(seen, guess, dh))).toBe(false);
    }
  });

  it('S3-30: recorded, with the entry stolen later and all private keys of both: opens nothing', () => {
    meetOnce(a, b);
    const { secret } = entryOf(a, bob);
    const seen = recorded();
    const { serverShare, clientShare } = readResume(seen.wire.m1, seen.wire.m2);
    const held = [alice, bob].flatMap(({ local, semiStatic }) => [local.exchange.current.kem.bytes, local.instance.kem.bytes, local.instance.signing.secret.bytes, semiStatic.pair.secret.bytes]);
    const shares = [serverShare, clientShare];
    expect(opens(seen, masterFrom(seen, secret, agree(seen.clientSecret, serverShare)))).toBe(true);
    // Also as if there were no agreement in it.
    const guesses = [new Uint8Array(32), new Uint8Array(0), ...shares, ...held.flatMap((key) => shares.map((share) => agree(key, share)))];
    for (const guess of guesses) expect(opens(seen, masterFrom(seen, secret, guess))).toBe(false);
  });

  it('two recordings cannot be tied to each other, to a device or to a person', () => {
    meetOnce(a, b);
    const first = recorded();
    keep(a, first.from.opened);
    keep(b, first.to.opened);
    const second = recorded();
    const parts = [first, second].map(({ wire }) => readResume(wire.m1, wire.m2));
    for (const part of ['keyId', 'cn', 'clientShare', 'target', 'state', 'proof', 'sn', 'serverShare'] as const) expect(parts[0]?.[part]).not.toEqual(parts[1]?.[part]);
    const whole = Buffer.concat([first, second].flatMap(({ wire }) => [wire.m1, wire.m2]));
    for (const { local } of [alice, bob]) {
      for (const trace of [peerIdToBytes(local.peerId), local.instance.credential.hash, Buffer.from(local.instanceId, 'hex'), local.identity.fingerprint]) expect(whole.includes(Buffer.from(trace))).toBe(false);
    }
    // Nor to the session before: its digests pass sealed.
    for (const { digest } of [first.from.opened.sent, first.from.opened.received]) expect(Buffer.from(second.wire.m1).includes(Buffer.from(digest.subarray(0, 16)))).toBe(false);
  });
});

describe('A56: who stole an entry from a disk, and no keys', () => {
  it('A56: opens neither the session that made it nor one that was resumed from it', () => {
    const [from, to] = [dialFrom(a, bob), listenAt(b)];
    const [m1] = from.side.out;
    to.side.receive(from.side.next());
    const [m2] = to.side.out;
    from.side.receive(to.side.next());
    const [m3] = from.side.out;
    to.side.receive(from.side.next());
    from.side.receive(to.side.next());
    keep(a, from.side.opened);
    keep(b, to.side.opened);
    const entry = entryOf(a, bob);
    expect(resumptionSecretOf(from.side.opened.keys.master.bytes)).toEqual(Buffer.from(entry.secret));
    const record = { m1: m1 ?? new Uint8Array(), m2: m2 ?? new Uint8Array() };
    for (const guess of [entry.secret, entry.keyId, resumptionSecretOf(entry.secret)]) {
      expect(() => openAll(directionOf(guess, 'client', ownerOf(alice), record), [m3 ?? new Uint8Array()])).toThrow();
    }
    const seen = recorded();
    for (const guess of [entry.secret, entry.keyId, new Uint8Array(32)]) expect(opens(seen, masterFrom(seen, entry.secret, guess))).toBe(false);
  });

  it('A56: has one session in the owner’s name, once, if it comes first; the owner is refused, noted, and back by a full handshake', () => {
    meetOnce(a, b);
    const stolen = entryOf(a, bob);
    const thief = playAlice(stolen);
    // No private key of Alice's was in it: certificates and the entry are all it took.
    const there = listenAt(b);
    there.side.receive(thief.m1);
    thief.answer(there.side.next(), there.side.next());
    there.side.receive(thief.m3());
    expect([there.side.result, there.side.opened.resumes !== undefined]).toEqual(['open', true]);
    there.desk.release();
    keep(b, there.side.opened);

    // Once: the entry is used up, for the thief as for everybody.
    const twice = listenAt(b);
    twice.side.receive(playAlice(stolen).m1);
    expect(twice.side.state).toMatchObject({ phase: 'awaiting-m1', refused: 'resume-unknown' });

    const [owner, again] = [dialFrom(a, bob), listenAt(b)];
    again.side.receive(owner.side.next());
    owner.side.receive(again.side.next());
    again.side.receive(owner.side.next());
    owner.side.receive(again.side.next());
    again.side.receive(owner.side.next());
    owner.side.receive(again.side.next());
    expect([owner.side.result, again.side.opened.resumes]).toEqual(['open', undefined]);
    owner.desk.opened(owner.side.opened.peer);
    expect(a.resumptions.refusedAt(bob.local.peerId)).toBeDefined();
    keep(b, again.side.opened);
    // And with the full handshake the thief's own next entry is gone.
    const last = listenAt(b);
    last.side.receive(playAlice({ ...stolen, keyId: there.side.opened.keys.keyId, secret: resumptionSecretOf(there.side.opened.keys.master.bytes) }).m1);
    expect(last.side.state).toMatchObject({ refused: 'resume-unknown' });
  });

  it('A56: a full handshake is out of its reach: M2 is sealed to a key that no entry holds', () => {
    meetOnce(a, b);
    const entry = entryOf(a, bob);
    const secrets = [alice.local.exchange.current.kem.bytes, alice.local.instance.signing.secret.bytes, alice.local.instance.kem.bytes].map((bytes) => Buffer.from(bytes));
    const kept = Buffer.concat([entry.keyId, entry.secret, entry.peerInstanceHash, entry.ownInstanceHash, entry.pinnedSpkiHash, entry.ownChainHash, entry.peerChain, entry.sent.digest, entry.received.digest]);
    for (const secret of secrets) expect(kept.includes(secret)).toBe(false);
  });

  it('A56: an owner who comes first leaves the thief nothing', () => {
    meetOnce(a, b);
    const stolen = entryOf(a, bob);
    recorded();
    const there = listenAt(b);
    there.side.receive(playAlice(stolen).m1);
    expect(there.side.state).toMatchObject({ phase: 'awaiting-m1', refused: 'resume-unknown' });
    expect(there.side.out).toHaveLength(1);
  });

  it('A56: an old copy is told by what the other side received since', () => {
    meetOnce(a, b);
    const { keyId, received } = entryOf(b, alice);
    // Bob's device is the copy: Alice heard more from it than it knows of.
    a.store.setPositions(keyId, entryOf(a, bob).sent, { counter: received.counter + 5, digest: alice.crypto.random(32) });
    const [from, to] = [dialFrom(a, bob), listenAt(b)];
    to.side.receive(from.side.next());
    expect(to.side.state).toMatchObject({ refused: 'resume-stale' });
  });
});

/** Alice by a thief who has her entry and her public certificates, and computes by the paper. */
function playAlice(entry: ResumptionEntry) {
  const ephemeral = alice.crypto.generateDh();
  const cn = alice.crypto.random(32);
  const m1 = resumeM1({ keyId: entry.keyId, secret: entry.secret, cn, share: ephemeral.publicKey, targetCredentialHash: entry.peerInstanceHash, counter: entry.received.counter, digest: entry.received.digest });
  let client: TwinDirection | undefined;
  let confirm = new Uint8Array();
  return {
    m1: new Uint8Array(m1),
    answer: (m2: Uint8Array, m4: Uint8Array): void => {
      const { sn, serverShare } = readResume(m1, m2);
      const dh = agree(ephemeral.secret.bytes, serverShare);
      const master = resumedMasterOf({ secret: entry.secret, dh, sn, cn, m1, m2 });
      const of = { sn, cn, dhEphemeral: dh, dhSemiStatic: dh, m1, m2 };
      const role: TwinRole = 'client';
      client = directionOf(master, role, ownerOf(alice), of);
      confirm = new Uint8Array(confirmOf(client, role, of));
      const server = directionOf(master, 'server', ownerOf(bob), of);
      expect(openAll(server, [m4])[0]?.subarray(5)).toEqual(confirmOf(server, 'server', of));
    },
    m3: (): Uint8Array => {
      if (!client) throw new Error('answer first');
      return new Uint8Array(sealFirst(client, confirm));
    },
  };
}

function sealFirst(direction: TwinDirection, confirm: Uint8Array): Buffer {
  const [first = Buffer.alloc(0)] = sealAll(direction, [item(1, confirm)]).frames;
  return first;
}
