import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createCard, parseCard } from '../../../electron/engine/certificates/card';
import { encodeChain, recallChain } from '../../../electron/engine/certificates/chain';
import { followKeyLinks, type KeyElement } from '../../../electron/engine/certificates/key-history';
import { createCrypto } from '../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import { createIdentityCertificate } from '../../../electron/engine/certificates/identity-certificate';
import { openLocalParty } from '../../../electron/engine/certificates/local-party';
import { recoverLocalRecord } from '../../../electron/engine/certificates/recovery';
import { rotateLocalRecord } from '../../../electron/engine/certificates/rotation';
import { issueKeyLink } from '../../../electron/engine/certificates/key-link';
import type { HeldKey, RekeyAnswer } from '../../../electron/engine/session/rekey-answer';
import { toHex } from '../../../electron/engine/wire/encoding';
import { clearShown, judge, type Judgement, noteShown } from '../../../electron/services/judging-keys';
import { forgedLink } from '../../support/forged-links';
import { keyLives, type KeyLife, type Turn } from '../../support/key-lives';
import { fixedKey, withFixedKeys } from '../../support/rsa-keys';
import { seeded } from '../../support/seeded';
import { acquaint, createWorld, remember, type Resident, toldOf, type World } from '../../support/services-kit';
import { testNow } from '../../support/session-kit';

type Lives = readonly [KeyLife, ...KeyLife[]];
const lives = new Map<string, Lives>();
let crypto: Crypto;
let world: World;
let ann: Resident;
let bo: Resident;
let annAtBo: string;

const turnsOf: Record<string, readonly Turn[]> = { Ann: ['routine', 'routine', 'routine'], Ada: ['recovery', 'recovery', 'routine'] };

beforeAll(async () => {
  crypto = await createCrypto({ random: kernelRandom });
  for (const [name, turns] of Object.entries(turnsOf)) {
    const lived = await keyLives(crypto, turns, { name, now: testNow - 3_600_000 });
    lives.set(name, lived);
    remember(name, lived[0].record);
  }
}, 30_000);
afterEach(() => world.close());

async function meet(name: string): Promise<void> {
  world = createWorld();
  [ann, bo] = [await world.move(name), await world.move('Bo')];
  ({ ofInviter: annAtBo } = await acquaint(world, bo, ann));
  await world.pass(10_000, 200);
}

const lived = (): Lives => lives.get(ann.name) ?? expect.unreachable();
const life = (epoch: number): KeyLife => lived()[epoch - 1] ?? expect.unreachable();
const peerId = () => ann.profile.local.peerId;
const keyOf = (epoch: number) => toHex(life(epoch).party.identity.spkiHash);
const chainOf = (epoch: number) => recallChain(bo.crypto, encodeChain(life(epoch).party.chain));
const successor = () => toHex(bo.profile.book.successorOf(peerId())?.spkiHash ?? new Uint8Array());
const pinned = () => toHex(bo.profile.book.find(peerId())?.record.pinnedSpkiHash ?? new Uint8Array());
const session = () => bo.profile.connections.session(peerId());
/** The step to each epoch, as Ann's device made it. */
const step = (epoch: number): KeyElement => life(epoch).party.history?.elements.find((element) => element.epoch === epoch) ?? expect.unreachable();
const held = (): HeldKey => {
  const { epoch, spki, spkiHash, recoveryKeyHash } = life(1).party.identity;
  return { peerId: peerId(), epoch, spki, spkiHash, recovered: 0, ...(recoveryKeyHash && { recoveryKeyHash }) };
};

/** What anybody can say who once heard these steps; with a `device` it is that one's own word of now. */
function answerOf(elements: readonly KeyElement[], device?: number): RekeyAnswer {
  const start = held();
  const { epoch, spki, recovered, purpose, revoked } = followKeyLinks(bo.crypto, start.peerId, start, elements, start.recoveryKeyHash);
  const head = { epoch, spki, ...(recovered !== undefined && { recovered }) };
  return { peerId: start.peerId, head, elements, revoked, purpose, ...(device !== undefined && { chain: chainOf(device) }) };
}
function told(elements: readonly KeyElement[], device?: number): Judgement {
  const { book, stores } = bo.profile;
  return bo.profile.commit(() => judge({ crypto: bo.crypto, clock: world.clock, book, store: stores.peerKeys }, held(), answerOf(elements, device)));
}

/** A key was shown that nothing speaks for, and then a device under this one says that it is the newest: what comes of both. */
function nothingAfter(epoch: number): readonly unknown[] {
  const { book, stores } = bo.profile;
  const parts = { crypto: bo.crypto, clock: world.clock, book, store: stores.peerKeys };
  const { spki, spkiHash } = life(epoch).party.identity;
  const answer = { peerId: peerId(), head: { epoch, spki }, elements: [], revoked: [], purpose: 'routine', chain: chainOf(epoch) } as const;
  bo.profile.commit(() => noteShown(parts, [{ peerId: peerId(), spkiHash: new Uint8Array(32), epoch: 5, spki: new Uint8Array(1) }]));
  return [bo.profile.commit(() => judge(parts, { ...held(), epoch, spki, spkiHash }, answer)), book.held(peerId())];
}
/** The newest list of Ann's devices that Bo knows is this one, as far as its number goes. */
function knowsList(listVersion: number): void {
  const { book, stores } = bo.profile;
  stores.peers.put({ ...(stores.peers.find(peerId()) ?? expect.unreachable()), listVersion });
  book.dropCache();
}

/** Whoever holds this key can make another certificate for it, which names a recovery key of their own. */
async function recertified(epoch: number) {
  const { record, party } = life(epoch);
  const { name, notBefore, notAfter } = party.identity;
  const keyPair = fixedKey(epoch - 1);
  const { der } = await createIdentityCertificate(crypto, { name, keyPair, peerId: party.peerId, epoch, recoveryKeyHash: crypto.sha256(Uint8Array.of(7)), notBefore, notAfter });
  return openLocalParty(crypto, { ...record, identityKeys: record.identityKeys.map((key) => (key.epoch === epoch ? { ...key, certificate: der } : key)) });
}

describe('steps that are told again', () => {
  beforeEach(() => meet('Ann'), 30_000);

  test('A72 A73: the first steps of the way that is known are neither a fork nor a way back; a fork still is one', async () => {
    expect(told([step(2), step(3)], 3)).toBe('adopted');
    expect(told([step(2)])).toBe('stale');
    expect(told([step(2)], 2)).toBe('stale');
    expect([successor(), bo.profile.book.held(peerId())]).toEqual([keyOf(3), undefined]);
    // The device it is dialled by is not forgotten because somebody repeats the steps without one.
    expect(told([step(2), step(3)])).toBe('adopted');
    expect(bo.profile.book.successorOf(peerId())?.device?.instance.instanceId).toBe(life(3).party.instanceId);
    const other = await forgedLink(crypto, { peerId: peerId(), old: { epoch: 1, keyPair: fixedKey(0) }, next: { epoch: 2, keyPair: fixedKey(9) } });
    expect(told([other])).toBe('fork');
    expect(bo.profile.book.held(peerId())).toBe('frozen');
  });

  test('A71 A73: a step over several keys counts from a device that says so now, not from somebody who took the steps between away', async () => {
    const old = { epoch: 1, keyPair: fixedKey(0) };
    const atOnce = await issueKeyLink(crypto, { peerId: peerId(), old, next: { epoch: 4, keyPair: fixedKey(3) }, time: testNow, purpose: 'routine' });
    expect(told([step(2), step(3)], 3)).toBe('adopted');
    expect(told([atOnce])).toBe('stale');
    expect([successor(), bo.profile.book.held(peerId())]).toEqual([keyOf(3), undefined]);
    expect(told([step(2), step(3), step(4)])).toBe('adopted');
    // What a thief of the first key can do is still seen.
    expect(told([await forgedLink(crypto, { peerId: peerId(), old, next: { epoch: 2, keyPair: fixedKey(9) } })])).toBe('fork');
  });

  test('A70 A74: nobody but who holds the key that is waited for moves the pin there: no device under the pinned one, nor under one after it', () => {
    expect(told([step(2)])).toBe('adopted');
    const moved = (epoch: number): string[] => {
      bo.profile.commit(() => bo.profile.rekeying.moved(chainOf(epoch)));
      return [pinned(), successor()];
    };
    expect([1, 3].map(moved)).toEqual([[keyOf(1), keyOf(2)], [keyOf(1), keyOf(2)]]);
    expect(moved(2)).toEqual([keyOf(2), '']);
  });

  test('A65: that nothing came after it counts of a device that the newest known list does not name where its own is as new, and not where that is older', () => {
    bo.profile.book.isActive = () => false;
    expect(nothingAfter(1)).toEqual(['current', undefined]);
    knowsList(90);
    expect(nothingAfter(1)).toEqual(['stale', 'unknown-key']);
  });

  test('A73: which of two the person took stands also where no device was seen under it yet: the other one, told again, freezes nothing', async () => {
    const other = await forgedLink(crypto, { peerId: peerId(), old: { epoch: 1, keyPair: fixedKey(0) }, next: { epoch: 2, keyPair: fixedKey(9) } });
    expect([told([step(2)]), told([other]), bo.profile.book.held(peerId())]).toEqual(['adopted', 'fork', 'frozen']);
    await bo.keys.acceptKey({ contactId: annAtBo, fingerprint: keyOf(2) });
    expect([bo.profile.book.successorOf(peerId())?.vouched, pinned(), bo.profile.book.held(peerId())]).toEqual(['person', keyOf(1), undefined]);
    expect(told([other])).toBe('stale');
    expect([successor(), bo.profile.book.held(peerId())]).toEqual([keyOf(2), undefined]);
  });

  describe('under a key that was left', () => {
    const judgedAs = (answer: RekeyAnswer): Judgement => bo.profile.commit(() => judge({ crypto: bo.crypto, clock: world.clock, book: bo.profile.book, store: bo.profile.stores.peerKeys }, held(), answer));
    const old = { epoch: 1, keyPair: fixedKey(0) };
    const linkTo = (epoch: number, key: number) => forgedLink(crypto, { peerId: peerId(), old, next: { epoch, keyPair: fixedKey(key) } });
    const moveTo = (epoch: number): void => {
      expect(told(Array.from({ length: epoch - 1 }, (_, at) => step(at + 2)), epoch)).toBe('adopted');
      bo.profile.commit(() => bo.profile.rekeying.moved(chainOf(epoch)));
      expect(pinned()).toBe(keyOf(epoch));
    };
    const nothingIsDifferent = (epoch: number): void => expect([pinned(), bo.profile.book.held(peerId()), bo.profile.stores.peerKeys.candidates(peerId())]).toEqual([keyOf(epoch), undefined, []]);

    test('A71 A73: a second next one freezes, whoever shows it and however late: the signature of the old key is the proof; a decision ends it for good', async () => {
      moveTo(3);
      const other = answerOf([await linkTo(2, 9)]);
      expect([judgedAs(other), bo.profile.book.held(peerId()), pinned()]).toEqual(['fork', 'frozen', keyOf(3)]);
      // Said again, and by a device under it: nothing new.
      expect([judgedAs(other), judgedAs({ ...other, chain: chainOf(2) })]).toEqual(['stale', 'stale']);
      bo.reopen();
      await bo.keys.acceptKey({ contactId: annAtBo, fingerprint: keyOf(3) });
      expect([judgedAs(other), judgedAs({ ...other, chain: chainOf(2) })]).toEqual(['stale', 'stale']);
      nothingIsDifferent(3);
    });

    test('A72 A77 S5-07: nothing else is said by one: the way that was gone, further on, over several keys, without the signature of that key, or of a key that was none of theirs', async () => {
      moveTo(3);
      const overThree = await issueKeyLink(crypto, { peerId: peerId(), old, next: { epoch: 4, keyPair: fixedKey(3) }, time: testNow, purpose: 'routine' });
      for (const steps of [[step(2)], [step(2), step(3)], [step(2), step(3), step(4)], [overThree]]) {
        expect([judgedAs(answerOf(steps)), judgedAs(answerOf(steps, steps.length + 1))]).toEqual(['stale', 'stale']);
      }
      const other = answerOf([await linkTo(2, 9)]);
      const never = { ...held(), spki: fixedKey(8).spki, spkiHash: bo.crypto.sha256(fixedKey(8).spki) };
      const { book, stores } = bo.profile;
      expect(bo.profile.commit(() => judge({ crypto: bo.crypto, clock: world.clock, book, store: stores.peerKeys }, never, other))).toBe('stale');
      nothingIsDifferent(3);
    });

    test('A72: where a step passed others over, one of those is no second one when somebody repeats it, but from a device that knows none later', async () => {
      const atOnce = await issueKeyLink(crypto, { peerId: peerId(), old, next: { epoch: 4, keyPair: fixedKey(3) }, time: testNow, purpose: 'routine' });
      expect(told([atOnce], 4)).toBe('adopted');
      bo.profile.commit(() => bo.profile.rekeying.moved(chainOf(4)));
      expect(judgedAs(answerOf([step(2), step(3)]))).toBe('stale');
      nothingIsDifferent(4);
      // Nor is another step that passed some over, whoever shows it.
      const overTwo = await issueKeyLink(crypto, { peerId: peerId(), old, next: { epoch: 3, keyPair: fixedKey(2) }, time: testNow, purpose: 'routine' });
      expect([judgedAs(answerOf([overTwo])), judgedAs(answerOf([overTwo], 3))]).toEqual(['stale', 'stale']);
      nothingIsDifferent(4);
      expect(judgedAs(answerOf([step(2), step(3)], 3))).toBe('fork');
    });

    test('A71: the word of the recovery key counts wherever it begins, and from then on a second next one of a key before says nothing', async () => {
      moveTo(3);
      const { record } = life(3);
      const back = openLocalParty(crypto, await recoverLocalRecord(withFixedKeys(crypto, 45), record, record.recovery?.seed ?? expect.unreachable(), testNow - 1_000));
      const recovery = back.history?.elements.at(-1) ?? expect.unreachable();
      expect([judgedAs(answerOf([recovery])), successor()]).toEqual(['adopted', toHex(recovery.spkiHash)]);
      expect([judgedAs(answerOf([await linkTo(2, 9)])), bo.profile.book.held(peerId()), successor()]).toEqual(['stale', undefined, toHex(recovery.spkiHash)]);
    });

    test('A77: making keys without end makes nobody forget the ones that were left, and fills no disk', () => {
      moveTo(3);
      const { peerKeys } = bo.profile.stores;
      for (let epoch = 1000; epoch < 1400; epoch += 1) peerKeys.putKey({ peerId: peerId(), spkiHash: bo.crypto.random(32), epoch, since: testNow, origin: 'old-key', checked: false, spki: fixedKey(9).spki });
      peerKeys.trimKeys(peerId());
      const kept = peerKeys.history(peerId());
      expect([kept.length, kept.some(({ epoch, spki }) => epoch === 1 && spki !== undefined)]).toEqual([256 + 64, true]);
    });
  });

  test.each(Array.from({ length: 16 }, (_, at) => at + 1))('A71 A72 A73: whatever parts of the ways of two who hold one key are heard, in any order and time and again: one alone never freezes, both do, and nothing heard ends it (seed %i)', async (seed) => {
    const next = seeded(seed);
    const below = (count: number): number => Math.floor(next() * count);
    let stolen = life(1).record;
    const thiefs = [];
    for (let turn = 0; turn < 2; turn += 1) {
      stolen = await rotateLocalRecord(withFixedKeys(crypto, 40 + turn), stolen, testNow - 1_000 + turn, 'routine');
      thiefs.push(openLocalParty(crypto, stolen));
    }
    const ways = [[life(2), life(3), life(4)].map(({ party }) => party), thiefs].map((parties) => ({ parties, steps: parties.at(-1)?.history?.elements ?? [] }));
    const { rekeying, book } = bo.profile;
    const isFrozen = (): boolean => book.held(peerId()) === 'frozen';
    const hear = ({ steps }: (typeof ways)[number], from: number, to: number): void => {
      bo.profile.commit(() => rekeying.hear(peerId(), steps.slice(from, to), undefined));
      const successor = book.successorOf(peerId())?.spkiHash;
      const proven = ways.flatMap(({ parties }) => parties).find(({ identity }) => successor && Buffer.compare(identity.spkiHash, successor) === 0);
      if (proven && below(2) === 0) bo.profile.commit(() => rekeying.moved(recallChain(bo.crypto, encodeChain(proven.chain))));
    };
    const hearSome = (way: (typeof ways)[number]): void => {
      const from = below(way.steps.length);
      hear(way, from, from + 1 + below(way.steps.length - from));
    };
    const [first, second] = below(2) === 0 ? ways : [...ways].reverse();
    if (first === undefined || second === undefined) return expect.unreachable();
    for (let turn = 0; turn < 8; turn += 1) hearSome(first);
    expect(isFrozen()).toBe(false);
    for (let turn = 0; turn < 8; turn += 1) {
      const before = isFrozen();
      hearSome(below(2) === 0 ? first : second);
      expect(isFrozen() || !before).toBe(true);
    }
    for (const way of [first, second]) hear(way, 0, way.steps.length);
    expect(isFrozen()).toBe(true);
    const pin = pinned();
    for (let turn = 0; turn < 8; turn += 1) hearSome(below(2) === 0 ? first : second);
    expect([isFrozen(), pinned()]).toEqual([true, pin]);
  });

  test('A72: an answer counts for the key that was asked about, whatever happened since', () => {
    const { desk } = bo.profile.rekeying;
    const asked = desk.askBack(peerId(), life(4).party.identity.spkiHash)[0] ?? expect.unreachable();
    expect(told([step(2), step(3)], 3)).toBe('adopted');
    desk.onAnswer(answerOf([step(2)]), asked);
    expect(successor()).toBe(keyOf(3));
    bo.profile.commit(() => bo.profile.rekeying.moved(chainOf(3)));
    desk.onAnswer(answerOf([step(2)]), asked);
    expect([pinned(), bo.profile.book.successorOf(peerId())]).toEqual([keyOf(3), undefined]);
  });

  test('A71 A79: who stole the identity key names no other recovery key: neither to who knows the first certificate nor with a history', async () => {
    const { recoveryKeyHash } = life(1).party.identity;
    const { book, rekeying } = bo.profile;
    const asked = () => rekeying.desk.askBack(peerId(), life(4).party.identity.spkiHash)[0]?.recoveryKeyHash;
    const { chain } = await recertified(1);
    expect(toHex(chain.identity.recoveryKeyHash ?? new Uint8Array())).not.toBe(toHex(recoveryKeyHash ?? new Uint8Array()));
    bo.profile.commit(() => book.learnChain(recallChain(bo.crypto, encodeChain(chain))));
    expect(asked()).toEqual(recoveryKeyHash);
    const later = await recertified(4);
    expect(parseCard(bo.crypto, createCard(crypto, life(4).party, [], testNow), testNow).chain.identity.epoch).toBe(4);
    expect(() => parseCard(bo.crypto, createCard(crypto, later, [], testNow), testNow)).toThrow(expect.objectContaining({ code: 'key.unacceptable' }));
  });

  test('S5-09 S5-33: that one key vouches for the next ends nothing before somebody shows to hold that one, who is looked for at once', () => {
    let isOver = false;
    session()?.onClose(() => (isOver = true));
    const learned = vi.spyOn(bo.profile.connections, 'learned');
    const { rekeying } = bo.profile;
    expect([rekeying.hear(peerId(), [step(2)], undefined), isOver, pinned(), learned.mock.calls]).toEqual(['adopted', false, keyOf(1), [[peerId()]]]);
    expect([rekeying.hear(peerId(), [], undefined), learned.mock.calls.length]).toEqual(['stale', 1]);
  });

  test('S5-33: a pin that a message moved ends what was open under the key before', async () => {
    let isOver = false;
    session()?.onClose(() => (isOver = true));
    expect(told([step(2)])).toBe('adopted');
    bo.profile.commit(() => bo.profile.rekeying.moved(chainOf(2)));
    expect([pinned(), isOver]).toEqual([keyOf(2), true]);
  });
});

describe('somebody who makes keys without end', () => {
  test('A77: of the keys that are only shown in somebody’s name the newest three are kept, and none of those that something speaks for goes', async () => {
    await meet('Ann');
    const { book, stores } = bo.profile;
    expect(told([step(2)])).toBe('adopted');
    const vouchedFor = stores.peerKeys.candidates(peerId()).length;
    const hashes = Array.from({ length: 5 }, (_, at) => new Uint8Array(32).fill(at + 1));
    for (const [at, spkiHash] of hashes.entries()) {
      world.clock.wall += 1_000;
      bo.profile.commit(() => noteShown({ clock: world.clock, book, store: stores.peerKeys }, [{ peerId: peerId(), spkiHash, epoch: at + 5, spki: new Uint8Array(1) }]));
    }
    // Nor does one that the pinned key speaks for become one that nothing speaks for by being shown.
    const { spki, spkiHash } = life(2).party.identity;
    bo.profile.commit(() => noteShown({ clock: world.clock, book, store: stores.peerKeys }, [{ peerId: peerId(), spkiHash, epoch: 2, spki }]));
    expect(stores.peerKeys.candidates(peerId()).filter((each) => toHex(each.spkiHash) === keyOf(2)).map(({ vouched }) => vouched)).toEqual(['old-key']);
    const kept = stores.peerKeys.candidates(peerId());
    expect(kept.filter(({ vouched }) => vouched === 'nothing').map(({ spkiHash }) => spkiHash[0]).toSorted()).toEqual([3, 4, 5]);
    expect(kept.filter(({ vouched }) => vouched !== 'nothing')).toHaveLength(vouchedFor);
  });

  test('A77: fills no disk: the last 256 keys are remembered', async () => {
    await meet('Ann');
    const { peerKeys } = bo.profile.stores;
    for (let epoch = 1000; epoch < 1300; epoch += 1) {
      peerKeys.putKey({ peerId: peerId(), spkiHash: bo.crypto.random(32), epoch, since: testNow, origin: 'old-key', checked: false });
    }
    peerKeys.trimKeys(peerId());
    const kept = peerKeys.history(peerId()).map(({ epoch }) => epoch);
    expect([kept.length, Math.min(...kept)]).toEqual([256, 1044]);
  });
});

describe('a recovery', () => {
  beforeEach(() => meet('Ada'), 30_000);

  test('A72: an earlier one that is told again takes nothing back, not even out of a freeze', async () => {
    expect(told([step(3)], 3)).toBe('adopted');
    expect(told([step(2)])).toBe('stale');
    expect(successor()).toBe(keyOf(3));
    expect(told([step(3), step(4)])).toBe('adopted');
    expect(told([step(3)])).toBe('stale');
    expect(successor()).toBe(keyOf(4));
    const other = await forgedLink(crypto, { peerId: peerId(), old: { epoch: 3, keyPair: fixedKey(2) }, next: { epoch: 4, keyPair: fixedKey(9) } });
    expect(told([step(3), other])).toBe('fork');
    expect(told([step(3)])).toBe('stale');
    expect(told([step(2)])).toBe('stale');
    expect(bo.profile.book.held(peerId())).toBe('frozen');
    // That the pinned key is in use ends what was only shown, and no freeze (A73).
    const { book, stores } = bo.profile;
    bo.profile.commit(() => clearShown({ book, store: stores.peerKeys }, peerId()));
    expect(book.held(peerId())).toBe('frozen');
  });

  test('A71 A72: the word of the recovery key ends what is open under the key before, though nobody was met under the next yet; once that is pinned, what the recovery key said before says nothing', () => {
    let isOver = false;
    session()?.onClose(() => (isOver = true));
    const { rekeying, stores } = bo.profile;
    expect([rekeying.hear(peerId(), [step(3)], undefined), isOver, session(), pinned()]).toEqual(['adopted', true, undefined, keyOf(1)]);
    bo.profile.commit(() => rekeying.moved(chainOf(3)));
    expect([pinned(), stores.peerKeys.recovery(peerId()).epoch]).toEqual([keyOf(3), 3]);
    expect([rekeying.hear(peerId(), [step(2)], undefined), successor()]).toEqual(['stale', '']);
  });

  test('A65 A71: that nothing came after it counts of no device under the key that the recovery took out of use, and under its own also where the list began anew', () => {
    expect(told([step(3)], 3)).toBe('adopted');
    expect(nothingAfter(1)).toEqual(['stale', 'unknown-key']);
    knowsList(90);
    // The list of before does not say who counts now.
    bo.profile.book.isActive = () => false;
    expect(nothingAfter(3)).toEqual(['current', undefined]);
  });

  test('A71 S5-34: from the word of the recovery key on nothing goes to the key before or comes from it, and the list of devices may begin anew', async () => {
    expect(told([step(3)])).toBe('adopted');
    session()?.close();
    const { conversationId } = await bo.conversations.open({ contactId: annAtBo });
    await bo.messages.send({ conversationId, text: 'for Ada alone' });
    for (const { profile } of [ann, bo]) profile.networkChanged();
    await world.pass(60_000, 500);
    expect([session() === undefined, pinned(), toldOf(ann, 'message.received').length]).toEqual([true, keyOf(1), 0]);
    expect(bo.profile.engine.pending(peerId(), { limit: 10 })).toEqual([]);

    const record = bo.profile.stores.peers.find(peerId()) ?? expect.unreachable();
    bo.profile.stores.peers.put({ ...record, listVersion: 90 });
    bo.profile.book.dropCache();
    ann.become(life(3).record);
    await world.until('it arrives', () => toldOf(ann, 'message.received').length > 0);
    expect(pinned()).toBe(keyOf(3));
  }, 30_000);
});
