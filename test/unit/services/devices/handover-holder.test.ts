import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { InstanceId } from '../../../../electron/engine/ids';
import { held, leaseMs } from '../../../../electron/engine/sharing/ledger';
import { openShared } from '../../../../electron/engine/sharing/session-state';
import { sharingKey, type SharingKey } from '../../../../electron/engine/sharing/sharing-keys';
import { sealHint } from '../../../../electron/engine/sharing/owner-hint';
import { Resumptions } from '../../../../electron/engine/session/resumptions';
import { HandoverHolder, type HolderParts } from '../../../../electron/services/devices/handover-holder';
import type { PeerBook } from '../../../../electron/services/peer-book';
import type { SharingStore } from '../../../../electron/services/ports/sharing';
import { createSharingStore } from '../../../../electron/storage/sharing-store';
import { freshDatabase } from '../../../support/fresh-database';
import { whenTestEnds } from '../../../support/per-file';
import { entryOf, type Keeper, keeperOf, meetOnce } from '../../../support/resume-kit';
import { devicesOf, dialler, newParty, type Party, peersOf, recordingLogger, targetOf, testNow, verifiedChainOf } from '../../../support/session-kit';

let parties: { readonly carol: Party; readonly desk: Party; readonly laptop: Party; readonly tablet: Party };
let carol: Keeper;
let desk: Keeper;
let pair: SharingKey;
let sharing: SharingStore;
let now: number;
let fenced: number;
let refusals: string[];

beforeAll(async () => {
  const [ofCarol, [first, second, third]] = await Promise.all([newParty('Carol'), devicesOf('Ada', ['laptop', 'tablet'])]);
  if (!first || !second || !third) throw new Error('three devices');
  parties = { carol: ofCarol, desk: first, laptop: second, tablet: third };
}, 60_000);

beforeEach(() => {
  const { crypto } = parties.desk;
  carol = keeperOf(parties.carol, [parties.desk]);
  desk = keeperOf(parties.desk, [parties.carol]);
  pair = sharingKey(crypto, crypto.random(32), 2);
  meetOnce(carol, desk);
  const { keyId } = entryOf(carol, parties.desk);
  carol.resumptions.hinted(keyId, sealHint(crypto, sharingKey(crypto, crypto.random(32), 2), keyId, parties.desk.local.instanceId));
  const db = freshDatabase();
  whenTestEnds(() => db.close());
  sharing = createSharingStore(db);
  now = testNow;
  fenced = 0;
  refusals = [];
});

const idOf = ({ local }: Party): InstanceId => local.instanceId;
const keyId = (): Uint8Array => entryOf(carol, parties.desk).keyId;
const line = () => sharing.ledger(keyId())?.line;
const isHere = (): boolean => desk.store.byKeyId(keyId()) !== undefined;

function holder(change: Partial<HolderParts> = {}): HandoverHolder {
  const { crypto, local } = parties.desk;
  const clock = { now: () => now, monotonic: () => now, setTimer: () => () => {} };
  // As an open profile puts them together: what is lent is not found.
  const resumptions = new Resumptions({ crypto, clock, logger: recordingLogger(), store: desk.store, isLent: (id) => made.isLent(id) });
  const made: HandoverHolder = new HandoverHolder({
    crypto,
    clock,
    logger: { ...recordingLogger(), debug: (event, facts) => void refusals.push(`${event} ${String(facts?.['reason'])}`), warn: (event) => void refusals.push(event) },
    local,
    book: peersOf([parties.carol]) as PeerBook,
    keys: { to: () => pair },
    sharing,
    entries: desk.store,
    resumptions,
    commit: (work) => work(),
    isActive: () => true,
    isArchive: () => false,
    fence: () => void (fenced += 1),
    settleElsewhere: () => Promise.resolve(true),
    ...change,
  });
  return made;
}

/** A message of Carol's, new each time, that moves the session to this device. */
function shownTo(device: Party): Uint8Array {
  const leases = carol.resumptions.desk();
  const m1 = dialler(parties.carol, { ...targetOf(device), instanceId: idOf(device), device: verifiedChainOf(device) }, carol.contacts, { resumption: leases }).next();
  leases.release();
  return m1;
}
const ask = (from: HandoverHolder, device: Party, m1 = shownTo(device)) => from.ask(idOf(device), { kind: 'ask', ask: 1, m1 });
const take = (from: HandoverHolder, device: Party, generation: number) => from.take(idOf(device), { kind: 'take', ask: 2, keyId: keyId(), generation });
const spare = (from: HandoverHolder, device: Party, generation: number) => from.spare(idOf(device), { kind: 'spare', ask: 3, keyId: keyId(), generation });
const refused = { kind: 'refused', ask: 1 };

describe('the device that has a session', () => {
  it('S4-17 A58: lends it to one at a time, to the same one again as it was, and after the lease to the next; a message that was shown counts once', () => {
    const here = holder();
    const m1 = shownTo(parties.laptop);
    const first = ask(here, parties.laptop, m1);
    expect(first).toMatchObject({ kind: 'lent', generation: 1 });
    expect(first.kind === 'lent' && openShared(parties.laptop.crypto, keyId(), first.body, [pair])?.secret).toEqual(entryOf(carol, parties.desk).secret);
    now += leaseMs - 1;
    expect([here.isLent(keyId()), ask(here, parties.tablet)]).toEqual([true, refused]);
    expect([ask(here, parties.laptop, m1), line()]).toMatchObject([{ kind: 'lent', generation: 1 }, { taker: idOf(parties.laptop), until: testNow + leaseMs }]);
    now += 1;
    // Its own lease over, the laptop has nothing new to show.
    expect(ask(here, parties.laptop, m1)).toEqual(refused);
    expect(ask(here, parties.tablet)).toMatchObject({ kind: 'lent', generation: 2 });
    expect(refusals).toEqual(['handover.refused not-here', 'handover.refused no-proof']);
  });

  it('S4-17 A58: does not lend it while a handshake of its own uses it, as dialler or as listener, nor once it used it up', () => {
    const { resumptions } = desk;
    const here = holder({ resumptions });
    const pinnedSpkiHash = parties.carol.local.identity.spkiHash;
    for (const part of ['dialler', 'listener'] as const) {
      const leases = resumptions.desk();
      if (part === 'dialler') expect(leases.toDial({ ...targetOf(parties.carol), pinnedSpkiHash })).toBeDefined();
      else expect(leases.lease(entryOf(desk, parties.carol))).toBe(true);
      expect([part, ask(here, parties.laptop)]).toEqual([part, refused]);
      leases.release();
    }
    const leases = resumptions.desk();
    leases.spend(entryOf(desk, parties.carol));
    expect(ask(here, parties.laptop)).toEqual(refused);
    expect([refusals, line()]).toEqual([Array.from({ length: 3 }, () => 'handover.refused not-here'), undefined]);
  });

  it('S4-17 A59: uses it itself again once the lease is over, and has that written down', () => {
    const here = holder();
    expect(here.isLent(keyId())).toBe(false);
    ask(here, parties.laptop);
    now += leaseMs - 1;
    expect([here.isLent(keyId()), line()?.phase]).toEqual([true, 'lent']);
    now += 1;
    expect([here.isLent(keyId()), line()]).toMatchObject([false, { phase: 'held', generation: 1, taker: undefined }]);
    const before = line();
    expect([here.isLent(keyId()), line()]).toEqual([false, before]);
  });

  it('S4-27 A65: tells whoever may not have it what it tells of one that is not here, and writes nothing', async () => {
    const [good, other] = [shownTo(parties.laptop), parties.carol.local.instanceId];
    const cases: Record<string, () => unknown> = {
      'handover.asked-by-no-device': () => holder().ask(other, { kind: 'ask', ask: 1, m1: good }),
      'handover.refused archive': () => ask(holder({ isArchive: () => true }), parties.laptop),
      'handover.refused no-key': () => ask(holder({ keys: { to: () => undefined } }), parties.laptop),
      'handover.refused not-usable': () => ask(holder({ book: peersOf([]) as PeerBook }), parties.laptop),
      'handover.refused no-proof': () => ask(holder(), parties.laptop, shownTo(parties.tablet)),
    };
    for (const [why, asked] of Object.entries(cases)) {
      refusals = [];
      expect([why, asked(), line(), isHere()]).toEqual([why, refused, undefined, true]);
      expect(refusals).toContain(why);
    }
    refusals = [];
    expect(ask(holder({ isActive: () => false }), parties.laptop)).toEqual(refused);
    expect(refusals).toContain('handover.asked-by-no-device');
    refusals = [];
    for (const m1 of [new Uint8Array(0), good.subarray(0, 40)]) expect(holder().ask(idOf(parties.laptop), { kind: 'ask', ask: 1, m1 })).toEqual(refused);
    expect(refusals).toEqual(['handover.refused no-key', 'handover.refused no-key']);
    const shown = shownTo(parties.laptop);
    desk.store.remove(keyId());
    refusals = [];
    expect([ask(holder(), parties.laptop, shown), refusals]).toEqual([refused, ['handover.refused not-here']]);
  });

  it('S4-17 A58: is rid of it when its taker takes it, under the generation it was lent, and for nobody else', async () => {
    const here = holder();
    expect(await take(here, parties.laptop, 1)).toMatchObject({ kind: 'refused' });
    ask(here, parties.laptop);
    for (const [device, generation] of [[parties.tablet, 1], [parties.laptop, 0], [parties.laptop, 2]] as const) expect(await take(here, device, generation)).toMatchObject({ kind: 'refused' });
    for (const change of [{ isActive: () => false }, { isArchive: () => true }, { settleElsewhere: () => Promise.resolve(false) }]) expect(await take(holder(change), parties.laptop, 1)).toMatchObject({ kind: 'refused' });
    expect([isHere(), line()?.phase, fenced]).toEqual([true, 'lent', 0]);
    expect(await take(here, parties.laptop, 1)).toMatchObject({ kind: 'taken' });
    expect([isHere(), line(), fenced]).toMatchObject([false, { phase: 'gone', taker: idOf(parties.laptop) }, 1]);
    expect([here.isLent(keyId()), ask(here, parties.tablet)]).toEqual([true, refused]);
  });

  it('S4-19 A62: what came to be another’s while the repository was asked is not taken any more', async () => {
    const settled: { done?: (is: boolean) => void } = {};
    const here = holder({ settleElsewhere: () => new Promise((resolve) => (settled.done = resolve)) });
    ask(here, parties.laptop);
    const taken = take(here, parties.laptop, 1);
    now += leaseMs;
    expect(ask(here, parties.tablet)).toMatchObject({ kind: 'lent', generation: 2 });
    settled.done?.(true);
    expect(await taken).toMatchObject({ kind: 'refused' });
    expect([isHere(), line(), fenced, refusals]).toMatchObject([true, { phase: 'lent', taker: idOf(parties.tablet) }, 0, []]);
  });

  it('S4-17 A58: given back by who was lent it, under that generation, it is free at once; nobody else’s word for it counts', async () => {
    const here = holder();
    ask(here, parties.laptop);
    const lent = line();
    for (const [device, generation] of [[parties.tablet, 1], [parties.laptop, 0], [parties.laptop, 2]] as const) spare(here, device, generation);
    expect(line()).toEqual(lent);
    expect(refusals).toEqual([]);
    spare(here, parties.laptop, 1);
    expect([line(), here.isLent(keyId())]).toMatchObject([{ phase: 'held', generation: 1, taker: undefined }, false]);
    expect(await take(here, parties.laptop, 1)).toMatchObject({ kind: 'refused' });
    expect(ask(here, parties.tablet)).toMatchObject({ kind: 'lent', generation: 2 });
  });

  it('S4-17 A59: whoever took it hears so again; what is about to come to this device itself is nobody’s to take or to give back', async () => {
    const here = holder();
    const coming = { keyId: keyId(), part: 'from-owner' as const, line: { ...held(idOf(parties.tablet), testNow + leaseMs), phase: 'lent' as const, taker: idOf(parties.laptop), generation: 1, until: testNow + leaseMs } };
    sharing.putLedger(coming);
    spare(here, parties.laptop, 1);
    expect([await take(here, parties.laptop, 1), sharing.ledger(keyId())]).toMatchObject([{ kind: 'refused' }, coming]);
    sharing.removeLedger(keyId());
    ask(here, parties.laptop);
    for (let time = 0; time < 2; time += 1) expect(await take(here, parties.laptop, 1)).toMatchObject({ kind: 'taken' });
  });

  it('S4-32: what was erased here since it was lent is nobody’s, and the repository is asked only for what may be taken', async () => {
    let asked = 0;
    const here = holder({ settleElsewhere: () => Promise.resolve((asked += 1) > 0) });
    expect(await take(here, parties.laptop, 1)).toMatchObject({ kind: 'refused' });
    ask(here, parties.laptop);
    desk.store.remove(keyId());
    expect([await take(here, parties.laptop, 1), line()?.phase, fenced, asked]).toMatchObject([{ kind: 'refused' }, 'lent', 0, 0]);
  });

  it('S4-14 A67: a contact that had more of the session than there is here gets it nowhere', () => {
    const { keyId: id, sent, received } = entryOf(carol, parties.desk);
    carol.store.setPositions(id, sent, { counter: received.counter + 1, digest: new Uint8Array(32).fill(1) });
    expect([ask(holder(), parties.laptop), refusals, line()]).toEqual([refused, ['handover.refused not-usable'], undefined]);
  });

  it('S4-28: leaves no secret of what was lent or refused behind', () => {
    const made: { wiped: boolean }[] = [];
    const given: Uint8Array[] = [];
    const { crypto } = parties.desk;
    const here = holder({
      crypto: { ...crypto, secret: (kind, bytes) => {
        const secret = crypto.secret(kind, bytes);
        if (kind === 'resumption') made.push(secret);
        return secret;
      } },
      resumptions: Object.assign(Object.create(desk.resumptions) as typeof desk.resumptions, { toLend: (id: Uint8Array) => {
        const entry = desk.resumptions.toLend(id);
        if (entry) given.push(entry.secret);
        return entry;
      } }),
    });
    ask(here, parties.tablet, shownTo(parties.laptop));
    ask(here, parties.laptop);
    expect([made.length > 1, made.filter(({ wiped }) => !wiped), given]).toEqual([true, [], [new Uint8Array(32), new Uint8Array(32)]]);
  });
});
