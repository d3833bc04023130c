import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeKeyElements, type KeyElement } from '../../../../electron/engine/certificates/key-history';
import { issueKeyLink, type LinkPurpose, parseKeyLink } from '../../../../electron/engine/certificates/key-link';
import { recoverLocalRecord } from '../../../../electron/engine/certificates/recovery';
import { channelKinds, type ChannelFrame } from '../../../../electron/engine/session/channel-frames';
import { OwnKeys } from '../../../../electron/engine/session/own-keys';
import type { AskerParts, HeldKey, RekeyAnswer } from '../../../../electron/engine/session/rekey-answer';
import { askForKeys, stepAsker } from '../../../../electron/engine/session/rekey-asker';
import { answerRekey, stepAnswerer } from '../../../../electron/engine/session/rekey-answerer';
import { RekeyBudget } from '../../../../electron/engine/session/rekey-budget';
import { encodeAnswer, encodeOffer, encodeRequest, encodeTold, parseAnswer, parseOffer, parsePiece, parseRequest, parseTold } from '../../../../electron/engine/session/rekey-frames';
import { beginInquiry, takePiece } from '../../../../electron/engine/session/rekey-inquiry';
import { concat } from '../../../../electron/engine/wire/writer';
import { ManualClock } from '../../../support/manual-clock';
import { channelBetween, overhear } from '../../../support/meeting-kit';
import { askerOf, Desk, heldOf, type Lives, livesOf, openLife, runUntil, siblingOf } from '../../../support/rekey-kit';
import { fixedKey } from '../../../support/rsa-keys';
import { type Party, testNow } from '../../../support/session-kit';

let ada: Lives;
let ben: Lives;
let clock: ManualClock;
let secret: Uint8Array;

beforeAll(async () => {
  [ada, ben] = await Promise.all([livesOf('Ada', 0, ['routine', 'compromise', 'routine']), livesOf('Ben', 10, ['routine', 'routine'])]);
  secret = ada.newest.crypto.random(32);
}, 60_000);

beforeEach(() => {
  clock = new ManualClock(testNow);
});

function never(): never {
  throw new Error('never');
}

function nth({ lives }: Lives, epoch: number): Party {
  const life = lives[epoch - 1];
  if (!life) throw new Error('no such key');
  return life;
}

const adasDesk = (changes: Partial<Desk['parts']> = {}, holds: readonly HeldKey[] = []): Desk => new Desk(ada.newest, clock, [[ben.newest.local.peerId, secret]], holds, changes);

interface Talk {
  readonly answer: Promise<RekeyAnswer>;
  readonly byClient: readonly ChannelFrame[];
  readonly byServer: readonly ChannelFrame[];
  /** What the server's end of the link carried, sealed. */
  readonly sealed: readonly Uint8Array[];
}

/** One whole conversation; the clock goes on while RSA works elsewhere. */
async function converse(asker: Party, desk: Desk, held: HeldKey, changes: Partial<AskerParts> = {}, disturb?: (frame: ChannelFrame) => ChannelFrame): Promise<Talk> {
  const { pair, client, server } = await channelBetween(clock, asker, { ...asker, crypto: desk.parts.crypto, local: desk.parts.local }, 'rekey');
  const byClient: ChannelFrame[] = [];
  const byServer: ChannelFrame[] = [];
  answerRekey(overhear(server, byServer), desk.parts);
  const heard = overhear(client, byClient);
  const answer = askForKeys(disturb ? { ...heard, send: (frame) => heard.send(disturb(frame)) } : heard, askerOf(asker, held, changes));
  await runUntil(clock, answer);
  await clock.advance(10);
  expect([pair.dialler.closed, pair.listener.closed]).toEqual([true, true]);
  return { answer, byClient, byServer, sealed: pair.listener.sent };
}

const kindsOf = (frames: readonly ChannelFrame[]): number[] => frames.map(({ kind }) => kind);
const epochsOf = (elements: readonly KeyElement[]): number[] => elements.map(({ epoch }) => epoch);
const answerIn = (frames: readonly ChannelFrame[]) => parseAnswer(concat(...frames.filter(({ kind }) => kind === channelKinds.rekeyAnswer).map(({ payload }) => parsePiece(payload).piece)));

describe('asking for keys', () => {
  it('S5-12 S5-14 S5-17: contacts who stopped at K1, K2 and K3 each get to K4 under their own pin, told by whom', async () => {
    const said: Record<number, unknown> = {};
    for (const epoch of [1, 2, 3]) {
      const { answer, byServer } = await converse(ben.newest, adasDesk(), heldOf(nth(ada, epoch)), { pairSecret: secret });
      const { head, elements, purpose, chain, revoked } = await answer;
      expect(ada.newest.crypto.equal(head.spki, ada.newest.local.identity.spki)).toBe(true);
      expect([chain?.instance.instanceId, chain?.identity.epoch, revoked]).toEqual([ada.newest.local.instanceId, 4, []]);
      said[epoch] = [head.epoch, epochsOf(elements), purpose, answerIn(byServer).direct.length > 0];
    }
    // The held key vouched at once where that is shorter; K2 → K3 was a compromise.
    expect(said).toEqual({ 1: [4, [2, 3, 4], 'compromise', true], 2: [4, [3, 4], 'compromise', true], 3: [4, [4], 'routine', false] });
  });

  it('S5-14: the old key vouches once, however often somebody asks', async () => {
    const fresh = openLife('Ada', ada.records.at(-1) ?? never(), ada.newest.crypto);
    const desk = new Desk(fresh, clock, [[ben.newest.local.peerId, secret]]);
    const { meter } = fresh.crypto;
    const counts: number[] = [];
    for (const _ of [1, 2, 3]) {
      const before = meter.read().rsaSign;
      await (await converse(ben.newest, desk, heldOf(nth(ada, 1)), { pairSecret: secret })).answer;
      counts.push(meter.read().rsaSign - before);
    }
    expect(counts).toEqual([2, 0, 0]);
  });

  it('S5-06: a contact who holds the newest key is told so, by the device itself', async () => {
    const { answer } = await converse(ben.newest, adasDesk(), heldOf(ada.newest), { pairSecret: secret });
    const { head, elements, chain } = await answer;
    expect([head.epoch, elements, chain?.exchange.hash]).toEqual([4, [], ada.newest.local.exchange.current.credential.hash]);
  });

  it('S5-10 A76: a stranger with the exact hash of an old key is told the later ones and not who answers', async () => {
    const { answer, byServer } = await converse(ben.newest, adasDesk(), heldOf(nth(ada, 2)));
    const { head, chain } = await answer;
    expect([head.epoch, chain]).toEqual([4, undefined]);
    const { signature, chain: shown } = answerIn(byServer);
    expect([signature.length, shown.length]).toEqual([0, 0]);
  });

  it('S5-06 S5-14: steps stand in an answer where there are any, and the key held vouches at once as after a compromise where a step on the way was one', async () => {
    const parts = async (owner: Lives, asker: Party, epoch: number) => answerIn((await converse(asker, new Desk(owner.newest, clock, [[asker.local.peerId, secret]]), heldOf(nth(owner, epoch)), { pairSecret: secret })).byServer);
    expect((await parts(ada, ben.newest, 4)).elements).toHaveLength(0);
    const purpose = async (owner: Lives, asker: Party) => parseKeyLink(owner.newest.crypto, (await parts(owner, asker, 1)).direct).purpose;
    expect([await purpose(ada, ben.newest), await purpose(ben, ada.newest)]).toEqual(['compromise', 'routine']);
  });

  it('S5-20 A79: with all old private halves erased the signed chain still leads on', async () => {
    const record = ada.records.at(-1) ?? never();
    const erased = { ...record, identityKeys: record.identityKeys.map(({ privateKey, ...key }) => (key.epoch < 4 ? key : { ...key, ...(privateKey && { privateKey }) })) };
    const { answer, byServer } = await converse(ben.newest, new Desk(openLife('Ada', erased, ada.newest.crypto), clock), heldOf(nth(ada, 1)));
    expect((await answer).head.epoch).toBe(4);
    expect(answerIn(byServer).direct).toHaveLength(0);
  });

  it('S5-03: another device of hers, without the identity key, answers as well', async () => {
    const sibling = await siblingOf(ada.newest, ada.records.at(-1) ?? never());
    expect(() => sibling.local.certifierKey()).toThrow();
    const { answer, byServer } = await converse(ben.newest, new Desk(sibling, clock, [[ben.newest.local.peerId, secret]]), heldOf(nth(ada, 1)), { pairSecret: secret });
    const { head, chain } = await answer;
    expect([head.epoch, chain?.instance.instanceId, answerIn(byServer).direct.length]).toEqual([4, sibling.local.instanceId, 0]);
    expect(sibling.local.instanceId).not.toBe(ada.newest.local.instanceId);
  });

  it('S5-26: where a key came without those before it, the old key at hand vouches for it alone', async () => {
    const record = ada.records.at(-1) ?? never();
    const bare = { ...record, identityKeys: record.identityKeys.filter(({ epoch }) => epoch > 2).map(({ link: _link, ...key }) => key) };
    const life = openLife('Ada', bare, ada.newest.crypto);
    expect(life.local.history).toBeUndefined();
    const { answer } = await converse(ben.newest, new Desk(life, clock), heldOf(nth(ada, 3)));
    const { head, elements } = await answer;
    expect([head.epoch, elements.map((element) => element.kind === 'link' && [element.oldEpoch, element.epoch])]).toEqual([4, [[3, 4]]]);
    await expect((await converse(ben.newest, new Desk(life, clock), heldOf(nth(ada, 1)))).answer).rejects.toMatchObject({ reason: 'refused' });
  });

  it('A71 A73: a recovery leads on from every key, also from one a thief planted', async () => {
    const { crypto } = ada.newest;
    const record = ada.records.at(-1) ?? never();
    const recovered = await recoverLocalRecord(crypto, record, record.recovery?.seed ?? never(), testNow);
    const desk = new Desk(openLife('Ada', recovered, crypto), clock, [[ben.newest.local.peerId, secret]]);
    const planted = { ...heldOf(nth(ada, 2)), spki: fixedKey(40).spki, spkiHash: crypto.sha256(fixedKey(40).spki), recovered: 0 };
    for (const held of [heldOf(nth(ada, 1)), planted]) {
      const { head, purpose, revoked, elements } = await (await converse(ben.newest, desk, held, { pairSecret: secret })).answer;
      expect([head.epoch, purpose, revoked.length, elements.map(({ kind }) => kind)]).toEqual([5, 'compromise', 4, ['recovery']]);
    }
    // Who was never told the commitment believes no recovery, and a stranger is not helped with a key that was never ours.
    const { recoveryKeyHash: _committed, ...uncommitted } = heldOf(nth(ada, 1));
    await expect((await converse(ben.newest, desk, uncommitted, { pairSecret: secret })).answer).rejects.toMatchObject({ reason: 'malformed' });
    await expect((await converse(ben.newest, desk, planted)).answer).rejects.toMatchObject({ reason: 'refused' });
  });
});

describe('what leads nowhere', () => {
  it('A76 S5-10 S5-16: one refusal for every reason: the same bytes, frames and time, and nothing signed', async () => {
    const { crypto } = ada.newest;
    const stranger = { ...heldOf(nth(ada, 1)), spkiHash: crypto.random(32) };
    const truncated = (frame: ChannelFrame): ChannelFrame => ({ ...frame, payload: frame.payload.subarray(0, 127) });
    const shortHash = (frame: ChannelFrame): ChannelFrame => ({ ...frame, payload: concat(frame.payload.subarray(0, 52), frame.payload.subarray(64)) });
    const cases: readonly (readonly [string, HeldKey, Partial<AskerParts>, Partial<Desk['parts']>, ((frame: ChannelFrame) => ChannelFrame)?])[] = [
      ['other-person', { ...heldOf(nth(ben, 1)) }, {}, {}],
      ['other-person', { ...heldOf(nth(ada, 1)), peerId: ben.newest.local.peerId }, {}, {}],
      ['unknown-key', stranger, {}, {}],
      ['unknown-key', stranger, { pairSecret: secret }, {}],
      ['newest-key', heldOf(ada.newest), {}, {}],
      // A tag of a secret nobody shares, as of a blocked contact.
      ['newest-key', heldOf(ada.newest), { pairSecret: crypto.random(32) }, {}],
      ['busy', heldOf(nth(ada, 1)), { pairSecret: secret }, { mayAnswer: () => false }],
      ['malformed', heldOf(nth(ada, 1)), { pairSecret: secret }, {}, truncated],
      ['malformed', heldOf(nth(ada, 1)), {}, {}, shortHash],
    ];
    const seen = new Set<string>();
    const signed = crypto.meter.read();
    for (const [reason, held, changes, parts, disturb] of cases) {
      const desk = adasDesk(parts);
      const began = clock.monotonic();
      const { answer, byServer, sealed } = await converse(ben.newest, desk, held, changes, disturb);
      await expect(answer).rejects.toMatchObject({ reason: 'refused' });
      expect(desk.refusals).toEqual([reason]);
      seen.add(JSON.stringify([byServer.map(({ kind, payload }) => [kind, [...payload]]), sealed.map(({ length }) => length), clock.monotonic() - began]));
    }
    expect([...seen].map((each) => (JSON.parse(each) as unknown[]).slice(0, 2))).toEqual([[[[channelKinds.refused, []]], [7 + 1120, 7 + 1 + 16]]]);
    const after = crypto.meter.read();
    expect([after.rsaSign - signed.rsaSign, after.sign - signed.sign]).toEqual([0, 0]);
  });

  it('S5-31 A77: a source is listened to six times, then every other second; a contact next door all the same', () => {
    const budget = new RekeyBudget(0);
    const asked = Array.from({ length: 100 }, () => budget.take('203.0.113.9', undefined, 0));
    expect(asked.filter(Boolean)).toHaveLength(6);
    expect(budget.take('203.0.113.9', ben.newest.local.peerId, 0)).toBe(true);
    expect([budget.take('203.0.113.9', undefined, 1_900), budget.take('203.0.113.9', undefined, 2_000)]).toEqual([false, true]);
    const many = Array.from({ length: 1_000 }, (_, at) => budget.take(`198.51.100.${at}`, undefined, 2_000));
    expect(many.filter(Boolean).length).toBeLessThanOrEqual(40);
    expect(budget.take('203.0.113.9', ada.newest.local.peerId, 2_000)).toBe(true);
    // Strangers count by their source, contacts by who they are, wherever both ask from.
    const other = new RekeyBudget(0);
    const six = (source: string, contact: Party | undefined) => Array.from({ length: 7 }, () => other.take(source, contact?.local.peerId, 0)).filter(Boolean).length;
    expect([six('198.51.100.1', undefined), six('198.51.100.2', undefined), six('198.51.100.1', ada.newest), six('198.51.100.1', ben.newest), six('198.51.100.2', ben.newest)]).toEqual([6, 6, 6, 6, 0]);
  });

  it('S5-15: one of 10,000 keys is found by its hash, without comparing any', () => {
    const [template] = ada.newest.local.history?.elements ?? [];
    if (template?.kind !== 'link') throw new Error('a link');
    const hashes = Array.from({ length: 10_000 }, (_, at) => ada.newest.crypto.sha256(Uint8Array.of(at >> 8, at)));
    let compared = 0;
    const steps = hashes.slice(1).map((spkiHash, at) => ({
      ...template,
      epoch: at + 2,
      get spkiHash() {
        compared += 1;
        return spkiHash;
      },
    }));
    const keys = new OwnKeys(hashes[0] ?? never(), steps);
    compared = 0;
    expect([keys.after(hashes[0] ?? never(), false)?.elements.length, keys.after(hashes[9_990] ?? never(), false)?.elements.length]).toEqual([9_999, 9]);
    expect(keys.after(hashes.at(-1) ?? never(), false)).toEqual({ elements: [], isHead: true });
    expect(keys.after(ada.newest.crypto.random(32), true)).toBeUndefined();
    expect(compared).toBe(0);
  });

  it('S5-04: a second question on one channel, and an offer before any, are not listened to', async () => {
    const { client, server } = await channelBetween(clock, ben.newest, ada.newest, 'rekey');
    const said: ChannelFrame[] = [];
    const desk = adasDesk();
    answerRekey(overhear(server, said), desk.parts);
    let ended = false;
    client.onClose(() => (ended = true));
    client.onFrame(() => {});
    const question = encodeRequest({ peerId: ada.newest.local.peerId, heldHash: ada.newest.crypto.random(32), nonce: ada.newest.crypto.random(32), tag: ada.newest.crypto.random(32) });
    client.send(question);
    client.send(question);
    await clock.advance(200);
    expect([ended, said]).toEqual([true, []]);
    const again = await channelBetween(clock, ben.newest, ada.newest, 'rekey');
    answerRekey(overhear(again.server, said), desk.parts);
    again.client.onFrame(() => {});
    again.client.send({ kind: channelKinds.rekeyOffer, payload: new Uint8Array(64) });
    await clock.advance(200);
    expect([again.pair.listener.closed, said, desk.answers]).toEqual([true, [], []]);
  });
});

describe('what is read of a conversation about keys', () => {
  const crypto = () => ada.newest.crypto;
  const nothing = new Uint8Array(0);
  const more = (bytes: Uint8Array): Uint8Array => concat(bytes, new Uint8Array(1));

  it('S5-06 A85: questions, offers and answers are of one length, and a chain stands there with its signature or not at all', () => {
    const request = encodeRequest({ peerId: ada.newest.local.peerId, heldHash: crypto().random(32), nonce: crypto().random(32), tag: crypto().random(32) }).payload;
    const offer = encodeOffer({ peerId: ada.newest.local.peerId, headHash: crypto().random(32) }).payload;
    const parts = { elements: nothing, direct: nothing, chain: nothing, time: 1, signature: nothing };
    const readers: readonly [(bytes: Uint8Array) => unknown, Uint8Array][] = [[parseRequest, request], [parseOffer, offer], [parseAnswer, encodeAnswer(parts)]];
    for (const [read, bytes] of readers) {
      expect(read(bytes)).toBeDefined();
      for (const wrong of [more(bytes), bytes.subarray(0, -1)]) expect(() => read(wrong)).toThrow();
    }
    const [chain, signature] = [crypto().random(9), crypto().random(64)];
    expect(parseAnswer(encodeAnswer({ ...parts, chain, signature })).chain).toEqual(chain);
    for (const wrong of [{ chain }, { signature }, { chain, signature: signature.subarray(1) }]) expect(() => parseAnswer(encodeAnswer({ ...parts, ...wrong }))).toThrow('go together');
  });

  it('S5-04 A76: whoever answers before a question, or says no to none, is not listened to; a stranger is done with once answered', () => {
    const desk = adasDesk();
    const channel = { hash: secret, source: '203.0.113.9' };
    for (const kind of [channelKinds.rekeyAnswer, channelKinds.refused, channelKinds.rekeyOffer]) {
      expect(stepAnswerer(desk.parts, channel, { phase: 'open' }, { kind: 'frame', frame: { kind, payload: concat(Uint8Array.of(1), secret) } })).toEqual({});
    }
    const written = { kind: 'written', reply: secret } as const;
    expect(stepAnswerer(desk.parts, channel, { phase: 'replying', contact: undefined }, written)).not.toHaveProperty('state');
    expect(stepAnswerer(desk.parts, channel, { phase: 'replying', contact: ben.newest.local.peerId }, written)).toHaveProperty('state.phase', 'answered');
  });

  it('A77 S5-29: whoever offered says no six times, and then no more', async () => {
    const { answer } = await converse(ben.newest, adasDesk(), heldOf(ada.newest), { pairSecret: secret });
    const parts = askerOf(ben.newest, heldOf(ada.newest), { offer: true });
    const question = encodeRequest({ peerId: ada.newest.local.peerId, heldHash: crypto().random(32), nonce: crypto().random(32), tag: crypto().random(32) });
    const said = { kind: 'frame', frame: question } as const;
    const said1 = stepAsker(parts, secret, { phase: 'offered', answer: await answer, more: 2 }, said);
    expect([said1.state, said1.send?.map(({ kind }) => kind), said1.answer]).toEqual([{ phase: 'offered', answer: await answer, more: 1 }, [channelKinds.refused], undefined]);
    const said0 = stepAsker(parts, secret, said1.state ?? never(), said);
    expect([said0.state, said0.answer]).toEqual([undefined, await answer]);
  });

  it('A77 S5-29: of however many keys that are held of whoever offers six are asked about, and then it is over', () => {
    const held = Array.from({ length: 10 }, () => ({ ...heldOf(nth(ben, 1)), spkiHash: crypto().random(32) }));
    const { parts } = new Desk(ada.newest, new ManualClock(testNow), [], [], { askBack: () => held });
    const channel = { hash: secret, source: '203.0.113.9' };
    const { peerId, identity } = ben.newest.local;
    let step = stepAnswerer(parts, channel, { phase: 'answered', contact: peerId }, { kind: 'frame', frame: encodeOffer({ peerId, headHash: identity.spkiHash }) });
    const asked: Uint8Array[] = [];
    for (let frame = step.send?.[0]; step.state && frame; frame = step.send?.[0]) {
      asked.push(parseRequest(frame.payload).heldHash);
      step = stepAnswerer(parts, channel, step.state, { kind: 'frame', frame: { kind: channelKinds.refused, payload: nothing } });
    }
    expect(asked).toEqual(held.slice(0, 6).map(({ spkiHash }) => spkiHash));
    expect(step).toEqual({});
  });

  it('S5-29: what is told without having been asked stands in one frame', () => {
    const steps = OwnKeys.of(ada.newest.local).after(nth(ada, 1).local.identity.spkiHash, true)?.elements ?? never();
    const { payload } = encodeTold(steps, 1);
    expect(epochsOf(parseTold(crypto(), payload))).toEqual([2, 3, 4]);
    expect(() => parseTold(crypto(), concat(Uint8Array.of(0), payload.subarray(1)))).toThrow('more than is told');
  });

  it('A72 A73 S5-14: two ways that lead to two keys lead nowhere; that the held key vouches for it as after a compromise makes it one', async () => {
    const peerId = ada.newest.local.peerId;
    const pairOf = (epoch: number) => ({ privateKey: nth(ada, epoch).local.certifierKey(), spki: nth(ada, epoch).local.identity.spki });
    const read = (from: number, to: number, direct: KeyElement) => {
      const steps = (OwnKeys.of(ada.newest.local).after(nth(ada, from).local.identity.spkiHash, true)?.elements ?? never()).filter(({ epoch }) => epoch <= to);
      const bytes = encodeAnswer({ elements: encodeKeyElements(steps), direct: direct.bytes, chain: nothing, time: 1, signature: nothing });
      const parts = askerOf(ben.newest, heldOf(nth(ada, from)));
      return takePiece(parts, crypto().random(32), beginInquiry(parts, parts.held, crypto().random(32)).inquiry, concat(Uint8Array.of(1), bytes));
    };
    const vouch = (from: number, key: number, epoch: number, purpose: LinkPurpose) =>
      issueKeyLink(crypto(), { peerId, old: { epoch: from, keyPair: pairOf(from) }, next: { epoch, keyPair: pairOf(key) }, time: testNow, purpose });
    expect(read(3, 4, await vouch(3, 4, 4, 'routine'))).toMatchObject({ answer: { head: { epoch: 4 }, purpose: 'routine' } });
    expect(read(3, 4, await vouch(3, 4, 4, 'compromise'))).toMatchObject({ answer: { head: { epoch: 4 }, purpose: 'compromise' } });
    // Another key under the same number, the same key under another one, and both.
    for (const [key, epoch] of [[3, 4], [4, 5], [3, 3]] as const) {
      const direct = await vouch(1, key, epoch, 'routine');
      expect(() => read(1, 4, direct)).toThrow();
    }
  });
});

describe('telling that the own key is another one', () => {
  it('S5-29 A82: both have new keys: one channel tells both, each under its own pin', async () => {
    const desk = adasDesk({}, [heldOf(nth(ben, 1))]);
    const { answer, byClient, byServer } = await converse(ben.newest, desk, heldOf(nth(ada, 1)), { pairSecret: secret, offer: true });
    expect((await answer).head.epoch).toBe(4);
    expect(desk.answers.map(({ peerId, head, chain }) => [peerId, head.epoch, chain?.instance.instanceId])).toEqual([[ben.newest.local.peerId, 3, ben.newest.local.instanceId]]);
    expect(kindsOf(byClient)).toEqual([channelKinds.rekeyRequest, channelKinds.rekeyOffer, channelKinds.rekeyAnswer]);
    expect(kindsOf(byServer)).toEqual([channelKinds.rekeyAnswer, channelKinds.rekeyRequest]);
    expect(desk.refusals).toEqual([]);
  });

  it('S5-29: who holds the newest key does not care, and the answer stands', async () => {
    const desk = adasDesk({}, [heldOf(ben.newest)]);
    const { answer, byServer } = await converse(ben.newest, desk, heldOf(nth(ada, 1)), { pairSecret: secret, offer: true });
    expect((await answer).chain).toBeDefined();
    expect([kindsOf(byServer).at(-1), desk.answers]).toEqual([channelKinds.refused, []]);
  });

  it('A45: an offer in the name of somebody else is not asked about', async () => {
    const desk = adasDesk({}, [heldOf(nth(ada, 2))]);
    const inAdasName = (frame: ChannelFrame): ChannelFrame => (frame.kind === channelKinds.rekeyOffer ? { ...frame, payload: concat(ada.newest.crypto.sha256(nth(ada, 1).local.identity.spki), frame.payload.subarray(32)) } : frame);
    const { answer, byServer } = await converse(ben.newest, desk, heldOf(nth(ada, 1)), { pairSecret: secret, offer: true }, inAdasName);
    expect((await answer).head.epoch).toBe(4);
    expect([kindsOf(byServer).at(-1), desk.answers]).toEqual([channelKinds.refused, []]);
  });

  it('A76: nobody says who it is to somebody who has not shown who they are', async () => {
    const { answer, byClient } = await converse(ben.newest, adasDesk(), heldOf(nth(ada, 1)), { offer: true });
    expect((await answer).chain).toBeUndefined();
    expect(kindsOf(byClient)).toEqual([channelKinds.rekeyRequest]);
  });

  it('S5-29: the question asked back about a key that is none of ours ends it, and the answer stands', async () => {
    const desk = adasDesk({}, [{ ...heldOf(nth(ben, 1)), spkiHash: ben.newest.crypto.random(32) }]);
    const { answer } = await converse(ben.newest, desk, heldOf(nth(ada, 1)), { pairSecret: secret, offer: true });
    expect((await answer).head.epoch).toBe(4);
    expect(desk.answers).toEqual([]);
  });
});
