import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../../../electron/engine/certificates/roles';
import { validityTolerance } from '../../../../electron/engine/certificates/validity';
import type { InstanceId } from '../../../../electron/engine/ids';
import { readShownM1, moves } from '../../../../electron/engine/session/shown-m1';
import { openHint, ownerHintBytes, sealHint } from '../../../../electron/engine/sharing/owner-hint';
import { openShared, sealShared } from '../../../../electron/engine/sharing/session-state';
import { giveKeys, receiveKeys, sharingKey, type SharingKey } from '../../../../electron/engine/sharing/sharing-keys';
import { openRecord, sealRecord } from '../../../../electron/engine/session/records';
import { frameTypes, encodeFrame } from '../../../../electron/engine/wire/frame';
import { type DeskSide, dialFrom, entryOf, keep, type Keeper, keeperOf, listenAt, meetOnce, rewrite, runBoth } from '../../../support/resume-kit';
import { dialler, frameOf, listener, newDevices, newParty, type Party, targetOf, verifiedChainOf } from '../../../support/session-kit';

let carolParty: Party;
let deskParty: Party;
let laptopParty: Party;
let strangerParty: Party;
let carol: Keeper;
let desk: Keeper;
let laptop: Keeper;
let person: SharingKey;
let pair: SharingKey;

beforeAll(async () => {
  [carolParty, strangerParty, [deskParty, laptopParty]] = await Promise.all([newParty('Carol'), newParty('Stranger'), newDevices('Ada')]);
}, 60_000);

beforeEach(() => {
  const { crypto } = deskParty;
  carol = keeperOf(carolParty, [deskParty]);
  desk = keeperOf(deskParty, [carolParty]);
  laptop = keeperOf(laptopParty, [carolParty]);
  person = sharingKey(crypto, crypto.random(32), 2);
  pair = sharingKey(crypto, crypto.random(32), 2);
  meetOnce(carol, desk);
  const { keyId } = entryOf(carol, deskParty);
  carol.resumptions.hinted(keyId, sealHint(crypto, person, keyId, deskParty.local.instanceId));
});

const keyIdOf = (): Uint8Array => entryOf(carol, deskParty).keyId;

/** Carol dials the laptop, whose chain she knows from a card. */
function dialLaptop(known: Party = laptopParty, instanceId: InstanceId = laptopParty.local.instanceId): DeskSide {
  const desk = carol.resumptions.desk();
  return { desk, side: dialler(carolParty, { ...targetOf(laptopParty), instanceId, device: verifiedChainOf(known) }, carol.contacts, { resumption: desk }) };
}

/** What the desk gives the laptop, all conditions met. */
function handOver(): void {
  const entry = desk.resumptions.toLend(keyIdOf());
  if (!entry) throw new Error('the desk has it not');
  const body = sealShared(deskParty.crypto, entry, [pair]);
  const state = openShared(laptopParty.crypto, entry.keyId, body, [pair]);
  if (!state) throw new Error('it does not open');
  laptop.resumptions.takeOver(state, laptopParty.local);
  desk.store.remove(entry.keyId);
  desk.resumptions.surrendered(entry.keyId);
}

/** The first M1 that Carol sends, and whether it resumes. */
const modeOf = (m1: Uint8Array): number | undefined => frameOf(m1).payload[0];

describe('a session shown to another device of the same person', () => {
  it('S4-01 S4-04 S4-10 S4-33: goes on there: four messages, and no RSA, KEM or signature at the laptop, the desk or Carol', () => {
    const meters = [carolParty, deskParty, laptopParty].map(({ crypto }) => crypto.meter);
    const from = dialLaptop();
    for (const meter of meters) meter.reset();
    handOver();
    const to = listenAt(laptop);
    runBoth(from, to);
    const spent = meters.map((meter) => meter.read());
    for (const counts of spent) expect(counts).toMatchObject({ rsaKeygen: 0, rsaSign: 0, rsaVerify: 0, sign: 0, verify: 0, kemKeygen: 0, kemEncaps: 0, kemDecaps: 0 });
    expect(from.side.opened.peer.instance.instanceId).toBe(laptopParty.local.instanceId);
    expect([from, to].map(({ side }) => side.opened.resumes?.keyId)).toEqual([expect.any(Uint8Array), expect.any(Uint8Array)]);
    // The first record opens with what was transferred.
    const [a, b] = [from.side.opened, to.side.opened];
    const { frame } = sealRecord(carolParty.crypto, a.keys.tx, a.sent, Uint8Array.of(5, 0, 0, 0, 0));
    expect(openRecord(laptopParty.crypto, b.keys.rx, b.received, frameOf(frame))?.plaintext).toEqual(Uint8Array.of(5, 0, 0, 0, 0));
  });

  it('S4-02 S4-11: the key id is used once: the session that goes on has another, kept on both sides in its place, with the end of the first', () => {
    const { keyId, expiresAt } = entryOf(carol, deskParty);
    handOver();
    const [from, to] = [dialLaptop(), listenAt(laptop)];
    runBoth(from, to);
    keep(carol, from.side.opened);
    keep(laptop, to.side.opened);
    const entries = [...carol.store.ofPeer(deskParty.local.peerId), ...laptop.store.ofPeer(carolParty.local.peerId)];
    expect(entries).toHaveLength(2);
    for (const entry of entries) {
      expect(Buffer.compare(entry.keyId, keyId)).not.toBe(0);
      expect([entry.expiresAt, entry.taken, entry.hint]).toEqual([expiresAt, undefined, undefined]);
    }
  });

  it('S4-12 S4-21 S4-22 A66: is not shown to a device the signed list does not name, whatever the address', () => {
    // An entry in use would be shown to nobody: each dial gives it back.
    const isShown = (): void => {
      const { side, desk: leases } = dialLaptop();
      expect(modeOf(side.next())).toBe(2);
      leases.release();
    };
    isShown();
    const others = [
      // Another person's device at the same address.
      dialLaptop(strangerParty, strangerParty.local.instanceId),
      // No chain of it is known: an address is all there is.
      dialFrom(carol, laptopParty, laptopParty.local.instanceId),
      // The chain of another device than the one dialled.
      dialLaptop(laptopParty, strangerParty.local.instanceId),
    ];
    const { keyId } = entryOf(carol, deskParty);
    for (const { side, desk: leases } of others) {
      const m1 = side.next();
      expect(modeOf(m1)).toBe(1);
      expect(Buffer.from(m1).includes(Buffer.from(keyId))).toBe(false);
      leases.release();
    }
    // What is known of the device comes from another one of that person, from a list without the device that has the session, from an older list, or from under another key.
    const known = verifiedChainOf(laptopParty);
    const { list, identity } = known;
    carol.contacts = [{ party: deskParty, pin: { listVersion: list.version } }];
    const withoutDesk = list.instances.map((each) => (each.instanceId === deskParty.local.instanceId ? { ...each, state: 'retired' as const } : each));
    for (const device of [verifiedChainOf(deskParty), { ...known, list: { ...list, instances: withoutDesk } }, { ...known, list: { ...list, version: list.version - 1 } }, { ...known, identity: { ...identity, spkiHash: strangerParty.local.identity.spkiHash } }]) {
      const leases = carol.resumptions.desk();
      const side = dialler(carolParty, { ...targetOf(laptopParty), instanceId: laptopParty.local.instanceId, device }, carol.contacts, { resumption: leases });
      expect(modeOf(side.next())).toBe(1);
      leases.release();
    }
    isShown();
    // A newer list without the device: nothing is shown to it either.
    carol.contacts = [{ party: deskParty, pin: { listVersion: 3 } }];
    expect(modeOf(dialLaptop().side.next())).toBe(1);
  });

  it('A66: is not shown to a device whose exchange key has ended, from the first millisecond on', () => {
    const known = verifiedChainOf(laptopParty);
    // Before that of the device which has the session: its end would keep anything from being shown.
    const notAfter = known.exchange.notAfter - 86_400_000;
    const device = { ...known, exchange: { ...known.exchange, notAfter } };
    const modeAt = (now: number): number | undefined => {
      rewrite(carol, deskParty, { madeAt: now - 1_000, expiresAt: now + 1_000 });
      const leases = carol.resumptions.desk();
      const side = dialler(carolParty, { ...targetOf(laptopParty), instanceId: laptopParty.local.instanceId, device }, carol.contacts, { resumption: leases }, now);
      const mode = modeOf(side.next());
      leases.release();
      return mode;
    };
    expect([modeAt(notAfter + validityTolerance), modeAt(notAfter + validityTolerance + 1)]).toEqual([2, 1]);
  });

  it('S4-30: is not shown to a device that the signed list calls an archive', () => {
    const device = verifiedChainOf(laptopParty);
    const listed = (roles: readonly Role[]) => ({ ...device, list: { ...device.list, instances: device.list.instances.map((each) => (each.instanceId === laptopParty.local.instanceId ? { ...each, roles } : each)) } });
    const modeFor = (roles: readonly Role[]): number | undefined => {
      const leases = carol.resumptions.desk();
      const side = dialler(carolParty, { ...targetOf(laptopParty), instanceId: laptopParty.local.instanceId, device: listed(roles) }, carol.contacts, { resumption: leases });
      const mode = modeOf(side.next());
      leases.release();
      return mode;
    };
    expect([modeFor(['exchange', 'archive']), modeFor(['archive']), modeFor(['exchange'])]).toEqual([1, 1, 2]);
  });

  it('S4-12: without a hint it is shown to nobody but its own device', () => {
    meetOnce(carol, desk);
    expect(modeOf(dialLaptop().side.next())).toBe(1);
    expect(modeOf(dialFrom(carol, deskParty, deskParty.local.instanceId).side.next())).toBe(2);
  });

  it('S4-05 S4-23: a refusal, forged or not, costs one full handshake: the session stays good for the device that has it, and is not shown to another again', () => {
    const { keyId } = entryOf(carol, deskParty);
    const from = dialLaptop();
    from.side.next();
    from.side.receive(encodeFrame(frameTypes.retry, new Uint8Array(0)));
    expect(modeOf(from.side.next())).toBe(1);
    from.desk.release();
    expect(modeOf(dialLaptop().side.next())).toBe(1);
    const [again, to] = [dialFrom(carol, deskParty, deskParty.local.instanceId), listenAt(desk)];
    runBoth(again, to);
    expect(to.side.opened.resumes?.keyId).toEqual(keyId);
  });

  it('S4-23: a forged acceptance ends at the first record; the next try is a full handshake, the session stays good where it is', () => {
    const from = dialLaptop();
    const m1 = frameOf(from.side.next());
    const shown = readShownM1(m1.frame);
    // Whoever sits at the laptop's address has no RS: keys of its own choosing are as good as any.
    meetOnce(carol, keeperOf(strangerParty, [carolParty]));
    const cheat = Buffer.concat([Uint8Array.of(2), shown?.message.keyId ?? Buffer.alloc(0), shown?.message.cn ?? Buffer.alloc(0), strangerParty.crypto.random(32), strangerParty.crypto.generateDh().publicKey]);
    from.side.receive(encodeFrame(frameTypes.m2, cheat));
    from.side.next();
    from.side.receive(encodeFrame(frameTypes.record, strangerParty.crypto.random(53)));
    expect(from.side.result).toBe('confirmation');
    from.desk.release();
    expect(modeOf(dialLaptop().side.next())).toBe(1);
    expect(entryOf(carol, deskParty).keyId).toEqual(shown?.message.keyId);
  });

  it('S4-17 A59: taken over late it takes the place of what there was for that pair, unless that is newer; in time, always', () => {
    const entry = desk.resumptions.toLend(keyIdOf()) ?? expect.unreachable('the desk has it');
    const body = sealShared(deskParty.crypto, entry, [pair]);
    const state = openShared(laptopParty.crypto, entry.keyId, body, [pair]) ?? expect.unreachable('it opens');
    const own = laptopParty.crypto.random(32);
    const takenOver = (madeAt: number, late: boolean): boolean => {
      for (const each of laptop.store.ofPeer(carolParty.local.peerId)) laptop.store.remove(each.keyId);
      laptop.store.put({ ...entry, keyId: own, madeAt });
      laptop.resumptions.takeOver({ ...state, secret: state.secret.slice() }, laptopParty.local, late);
      return laptop.store.byKeyId(entry.keyId) !== undefined;
    };
    expect([takenOver(state.madeAt + 1, true), takenOver(state.madeAt, true), takenOver(state.madeAt + 1, false)]).toEqual([false, true, true]);
  });

  it('S4-25 S4-04: a device that has the session itself, or had it, goes on without asking anybody; one that never had it asks once', () => {
    /** How often another device would be asked about this M1 by the device that hears it. */
    const asks = (at: Keeper, m1: Uint8Array): number => {
      let asked = 0;
      const leases = at.resumptions.desk(() => {}, () => {
        asked += 1;
        return false;
      });
      const side = listener(at.party, at.contacts, { resumption: leases });
      side.receive(m1);
      leases.release();
      return asked;
    };
    const mine = dialFrom(carol, deskParty, deskParty.local.instanceId);
    const m1 = mine.side.next();
    const forged = m1.map((byte, at) => (at === m1.length - 1 ? byte ^ 1 : byte));
    expect([asks(desk, forged), asks(desk, m1)]).toEqual([0, 0]);
    mine.desk.release();
    expect(asks(laptop, dialLaptop().side.next())).toBe(1);
    desk.resumptions.surrendered(keyIdOf());
    desk.store.remove(keyIdOf());
    expect(asks(desk, m1)).toBe(0);
  });

  it('S4-34 A63: moves only by a message made with its secret, for this device, which was changed nowhere', () => {
    const entry = entryOf(desk, carolParty);
    const secret = deskParty.crypto.secret('resumption', entry.secret.slice());
    const verdict = (frame: Uint8Array, target = laptopParty): string | undefined => {
      const shown = readShownM1(frame);
      return shown && moves(deskParty.crypto, entry, secret, shown, target.local.instance.credential.hash);
    };
    const m1 = dialLaptop().side.next();
    expect(verdict(m1)).toBe('yes');
    expect(verdict(m1, deskParty)).toBe('no');
    for (let at = 8; at < m1.length; at += 1) {
      const changed = m1.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(verdict(changed) ?? 'no').toBe('no');
    }
    secret.wipe();
  });

  it('S4-14 A67: a state behind what Carol received, or with another digest at that point, is stale', () => {
    const entry = entryOf(desk, carolParty);
    const secret = deskParty.crypto.secret('resumption', entry.secret.slice());
    carol.store.setPositions(entry.keyId, entry.received, { counter: 5, digest: new Uint8Array(32).fill(5) });
    const shown = readShownM1(dialLaptop().side.next());
    if (!shown) throw new Error('no M1');
    const verdict = (counter: number, fill: number): string => moves(deskParty.crypto, { sent: { counter, digest: new Uint8Array(32).fill(fill) } }, secret, shown, laptopParty.local.instance.credential.hash);
    expect([verdict(4, 5), verdict(5, 4), verdict(5, 5), verdict(6, 9)]).toEqual(['stale', 'stale', 'yes', 'yes']);
    secret.wipe();
  });
});

describe('what is sealed', () => {
  it('S4-13 S4-28 A68: the state opens for the device it is wrapped to, for no other, and holds no key in clear', () => {
    const { crypto } = deskParty;
    const entry = entryOf(desk, carolParty);
    const other = sharingKey(crypto, crypto.random(32), 2);
    const body = sealShared(crypto, entry, [pair]);
    expect(openShared(crypto, entry.keyId, body, [other, pair])).toMatchObject({ peerId: entry.peerId, secret: entry.secret, sent: entry.sent, received: entry.received, expiresAt: entry.expiresAt });
    expect(openShared(crypto, entry.keyId, body, [other])).toBeUndefined();
    expect(openShared(crypto, new Uint8Array(32), body, [pair])).toBeUndefined();
    for (const secret of [entry.secret, entry.sent.digest, entry.peerChain.subarray(0, 32)]) expect(Buffer.from(body).includes(Buffer.from(secret))).toBe(false);
    for (let at = 0; at < body.length; at += 37) {
      const changed = body.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(openShared(crypto, entry.keyId, changed, [pair])).toBeUndefined();
    }
  });

  it('S4-07 A69: a hint names its owner to the person’s devices, for one key id; changed, moved or made up it names nobody', () => {
    const { crypto } = deskParty;
    const keyId = keyIdOf();
    const hint = sealHint(crypto, person, keyId, deskParty.local.instanceId);
    expect(hint).toHaveLength(ownerHintBytes);
    expect(openHint(crypto, [pair, person], keyId, hint)?.owner).toBe(deskParty.local.instanceId);
    expect(openHint(crypto, [pair], keyId, hint)).toBeUndefined();
    expect(openHint(crypto, [person], crypto.random(32), hint)).toBeUndefined();
    expect(Buffer.from(hint).includes(Buffer.from(deskParty.local.instanceId, 'hex'))).toBe(false);
    for (let at = 0; at < hint.length; at += 1) {
      const changed = hint.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(openHint(crypto, [person], keyId, changed)).toBeUndefined();
    }
  });

  it('S4-28: shared keys are given to one device’s own key, and read by no other device, not even of the same person', () => {
    const { crypto, local } = deskParty;
    const receiver = (party: Party) => ({ peerId: party.local.peerId, kemKey: party.local.instance.credential.kemKey, credentialHash: party.local.instance.credential.hash });
    const sealed = giveKeys(crypto, local.instance.signing.secret, receiver(laptopParty), { person: [person], pair });
    const read = (party: Party, giver = deskParty, bytes = sealed) => receiveKeys(party.crypto, party.local.instance.kem, receiver(party), giver.local.instance.credential.signingKey, bytes);
    expect(read(laptopParty)).toEqual({ person: [person], pair });
    expect(read(deskParty)).toBeUndefined();
    expect(read(laptopParty, laptopParty)).toBeUndefined();
    expect(read(laptopParty, deskParty, sealed.subarray(1))).toBeUndefined();
  });
});
