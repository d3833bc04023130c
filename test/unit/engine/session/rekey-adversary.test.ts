import { beforeAll, describe, expect, it } from 'vitest';
import { encodeChain } from '../../../../electron/engine/certificates/chain';
import { encodeKeyElements, type KeyElement } from '../../../../electron/engine/certificates/key-history';
import { issueKeyLink } from '../../../../electron/engine/certificates/key-link';
import { rotateLocalRecord } from '../../../../electron/engine/certificates/rotation';
import { issueRecovery } from '../../../../electron/engine/certificates/recovery-statement';
import type { RsaKeyPair } from '../../../../electron/engine/crypto/crypto';
import type { ChannelFrame } from '../../../../electron/engine/session/channel-frames';
import { channelKinds, channelPayload } from '../../../../electron/engine/session/channel-frames';
import type { AskerParts, HeldKey, RekeyAnswer } from '../../../../electron/engine/session/rekey-answer';
import { askedBackTag, contactTag } from '../../../../electron/engine/session/contact-tag';
import { appeal } from '../../../../electron/engine/session/rekey-appeal';
import { askForKeys } from '../../../../electron/engine/session/rekey-asker';
import { answerRekey } from '../../../../electron/engine/session/rekey-answerer';
import { answerStatement, type AnswerParts, encodeAnswer, encodeRequest, parseAnswer, parseRequest, piecesOf, type RekeyRequest, type SignedAnswer } from '../../../../electron/engine/session/rekey-frames';
import { lookUp, writeReply } from '../../../../electron/engine/session/rekey-reply';
import { encodeFrame, frameTypes } from '../../../../electron/engine/wire/frame';
import { concat } from '../../../../electron/engine/wire/writer';
import { ManualClock } from '../../../support/manual-clock';
import { channelBetween, overhear } from '../../../support/meeting-kit';
import { askerOf, Desk, heldOf, type Lives, livesOf, openLife, runUntil, ScriptedChannel } from '../../../support/rekey-kit';
import { fixedKey, withFixedKeys } from '../../../support/rsa-keys';
import { type Party, testNow } from '../../../support/session-kit';

let ada: Lives;
let ben: Lives;
/** Sits in between; a contact of Ada's, too. */
let mal: Lives;
let elements: readonly KeyElement[];
let secrets: { readonly ben: Uint8Array; readonly mal: Uint8Array };

beforeAll(async () => {
  [ada, ben, mal] = await Promise.all([livesOf('Ada', 0, ['routine', 'routine', 'routine']), livesOf('Ben', 10, ['routine']), livesOf('Mal', 20, ['routine'])]);
  elements = ada.newest.local.history?.elements ?? [];
  secrets = { ben: ada.newest.crypto.random(32), mal: ada.newest.crypto.random(32) };
}, 60_000);

function nth({ lives }: Lives, epoch: number): Party {
  const life = lives[epoch - 1];
  if (!life) throw new Error('no such key');
  return life;
}

interface Question {
  readonly channel: ScriptedChannel;
  readonly request: RekeyRequest;
  readonly answer: Promise<RekeyAnswer>;
}

/** Ben asks about Ada, whom he knows by her first key, on a channel with whoever the test is. */
function ask(held: HeldKey = heldOf(nth(ada, 1)), changes: Partial<AskerParts> = {}): Question {
  const channel = new ScriptedChannel('client', ada.newest.crypto.random(32));
  const answer = askForKeys(channel, askerOf(ben.newest, held, { pairSecret: secrets.ben, ...changes }));
  const [first] = channel.said;
  if (!first) throw new Error('no question');
  return { channel, request: parseRequest(first.payload), answer };
}

/** What Ada's device says to a contact who asks this on this channel. */
async function genuine({ crypto, local }: Party, request: RekeyRequest, hash: Uint8Array): Promise<SignedAnswer> {
  const reply = lookUp({ local }, request, true);
  if (typeof reply === 'string') throw new Error(reply);
  const bytes = await writeReply({ crypto, local, now: () => testNow }, hash, reply);
  if (!bytes) throw new Error('nothing to say');
  return parseAnswer(bytes);
}

function signedBy({ crypto, local }: Party, { request, channel }: Pick<Question, 'request' | 'channel'>, said: AnswerParts): SignedAnswer {
  return { ...said, signature: crypto.sign('rekey-answer', local.instance.signing.secret, answerStatement(crypto, channel.hash, request, said)) };
}

async function reactionTo({ channel, answer }: Question, frames: readonly ChannelFrame[]): Promise<RekeyAnswer | string> {
  for (const frame of frames) channel.hear(frame);
  const reaction = await answer.catch((error: { reason?: string }) => error.reason ?? 'a defect');
  expect(channel.closed).toBe(true);
  // Whatever was answered, nothing more was said.
  expect(channel.said).toHaveLength(1);
  return reaction;
}

const nothing = new Uint8Array(0);
const bare = (list: readonly KeyElement[]): SignedAnswer => ({ elements: encodeKeyElements(list), direct: nothing, chain: nothing, time: testNow, signature: nothing });
const reactionToAnswer = (question: Question, answer: SignedAnswer): Promise<RekeyAnswer | string> => reactionTo(question, piecesOf(encodeAnswer(answer)));

/** A link whose signatures are made with keys of our choosing. */
function forged(claims: { readonly peer?: Party; readonly old: { readonly epoch: number; readonly spki: Uint8Array; readonly by: RsaKeyPair }; readonly next: { readonly epoch: number; readonly spki: Uint8Array; readonly by: RsaKeyPair } }): Promise<KeyElement> {
  const { peer = ada.newest, old, next } = claims;
  return issueKeyLink(ada.newest.crypto, {
    peerId: peer.local.peerId,
    old: { epoch: old.epoch, keyPair: { privateKey: old.by.privateKey, spki: old.spki } },
    next: { epoch: next.epoch, keyPair: { privateKey: next.by.privateKey, spki: next.spki } },
    time: testNow,
    purpose: 'routine',
  });
}

describe('a man in the middle with one channel to each side', () => {
  async function relayed(pairSecret: Uint8Array | undefined): Promise<{ readonly answer: RekeyAnswer; readonly refusals: number; readonly fromBen: readonly ChannelFrame[] }> {
    const clock = new ManualClock(testNow);
    const left = await channelBetween(clock, ben.newest, mal.newest, 'rekey');
    const right = await channelBetween(clock, mal.newest, ada.newest, 'rekey');
    const desk = new Desk(ada.newest, clock, [[ben.newest.local.peerId, secrets.ben]], [heldOf(nth(ben, 1))]);
    const fromBen: ChannelFrame[] = [];
    left.server.onFrame((frame) => {
      fromBen.push({ ...frame, payload: Uint8Array.from(frame.payload) });
      right.client.send(frame);
    });
    right.client.onFrame((frame) => left.server.send(frame));
    answerRekey(right.server, desk.parts);
    const answer = askForKeys(left.client, askerOf(ben.newest, heldOf(nth(ada, 1)), { offer: true, ...(pairSecret && { pairSecret }) }));
    await runUntil(clock, answer);
    expect(desk.answers).toEqual([]);
    return { answer: await answer, refusals: desk.refusals.length, fromBen };
  }

  it('S5-04 S5-32: who only relays is a stranger to Ada and nobody to Ben: what arrives is Ada’s own chain, by nobody', async () => {
    const { answer, fromBen } = await relayed(secrets.ben);
    // The tag names the other channel: Ada sees a stranger, so she signs nothing, and Ben does not say who he is.
    expect([answer.head.epoch, answer.chain, fromBen.map(({ kind }) => kind)]).toEqual([4, undefined, [channelKinds.rekeyRequest]]);
    expect(Buffer.from(fromBen[0]?.payload ?? []).includes(Buffer.from(ben.newest.local.identity.spkiHash))).toBe(false);
  });

  it('A72 S5-32: what Ada signs for him on his own channel counts on no other', async () => {
    const question = ask();
    const his = new ScriptedChannel('client', ada.newest.crypto.random(32));
    // He asks in Ben’s very words.
    expect(await reactionToAnswer(question, await genuine(ada.newest, question.request, his.hash))).toBe('malformed');
  });

  it('A78: words of a conversation on this channel end it on either side, and nobody hears of them', async () => {
    const clock = new ManualClock(testNow);
    for (const by of ['dialler', 'listener'] as const) {
      const { pair, client, server } = await channelBetween(clock, ben.newest, ada.newest, 'rekey');
      const desk = new Desk(ada.newest, clock, [[ben.newest.local.peerId, secrets.ben]], [heldOf(nth(ben, 1))]);
      const before = pair.listener.sent.length;
      answerRekey(server, desk.parts);
      const answer = by === 'listener' ? askForKeys(client, askerOf(ben.newest, heldOf(nth(ada, 1)), { pairSecret: secrets.ben })) : Promise.reject(new Error('never asked'));
      pair[by].send(encodeFrame(frameTypes.record, new Uint8Array(64)));
      await Promise.all([expect(answer).rejects.toMatchObject(by === 'listener' ? { reason: 'malformed' } : {}), clock.advance(500)]);
      expect([pair.dialler.closed, pair.listener.closed, desk.answers, desk.refusals]).toEqual([true, true, [], []]);
      expect(pair.listener.sent.length - before).toBe(by === 'listener' ? 1 : 0);
    }
  });
});

describe('a question in the clear', () => {
  it('S5-05 S5-28: is no question, nor is an answer: this channel knows nobody, and still nobody else reads it', async () => {
    const clock = new ManualClock(testNow);
    const { crypto } = ada.newest;
    const words = encodeRequest({ peerId: ada.newest.local.peerId, heldHash: nth(ada, 1).local.identity.spkiHash, nonce: crypto.random(32), tag: crypto.random(32) });
    const plain = encodeFrame(frameTypes.channelData, concat(Uint8Array.of(words.kind), words.payload));
    const desk = new Desk(ada.newest, clock, [[ben.newest.local.peerId, secrets.ben]]);
    const opened = await channelBetween(clock, ben.newest, ada.newest, 'rekey');
    answerRekey(opened.server, desk.parts);
    const before = opened.pair.listener.sent.length;
    opened.pair.dialler.send(plain);
    const asked = await channelBetween(clock, ben.newest, ada.newest, 'rekey');
    const answer = askForKeys(asked.client, askerOf(ben.newest, heldOf(nth(ada, 1))));
    asked.pair.listener.send(encodeFrame(frameTypes.channelData, concat(Uint8Array.of(channelKinds.rekeyAnswer, 1), encodeAnswer(bare(elements)))));
    await Promise.all([expect(answer).rejects.toMatchObject({ reason: 'malformed' }), clock.advance(500)]);
    expect([opened.pair.listener.sent.length - before, opened.pair.dialler.closed, desk.refusals]).toEqual([0, true, []]);
    // The same question, sealed, over the same kind of channel, is answered.
    const sealed = await channelBetween(clock, ben.newest, ada.newest, 'rekey');
    answerRekey(sealed.server, desk.parts);
    const good = askForKeys(sealed.client, askerOf(ben.newest, heldOf(nth(ada, 1))));
    await runUntil(clock, good);
    expect((await good).head.epoch).toBe(4);
    const wire = Buffer.concat(sealed.pair.dialler.sent);
    expect([wire.length > 1_217, wire.includes(Buffer.from(words.payload.subarray(0, 32)))]).toEqual([true, false]);
  });
});

describe('answers that are not what they say', () => {
  it('A70 S5-07 S5-08: the middle’s own key, vouched for by anybody but the key held', async () => {
    const [k1, k2, his] = [nth(ada, 1).local.identity, nth(ada, 2).local.identity, fixedKey(50)];
    const next = { epoch: 2, spki: his.spki, by: his };
    const byKey2 = ada.newest.local.oldKey(k2.spkiHash)?.keyPair;
    if (!byKey2) throw new Error('a key of Ada’s');
    const tries = {
      'signed by itself': await forged({ old: { epoch: 1, spki: k1.spki, by: his }, next }),
      'signed by another key of hers': await forged({ old: { epoch: 1, spki: k1.spki, by: byKey2 }, next }),
      'from a key that is not held': await forged({ old: { epoch: 1, spki: k2.spki, by: byKey2 }, next: { ...next, epoch: 3 } }),
    };
    for (const [which, link] of Object.entries(tries)) expect([which, await reactionToAnswer(ask(), bare([link]))]).toEqual([which, 'malformed']);
    const unsigned = ask();
    expect(await reactionToAnswer(unsigned, { ...bare([]), elements: nothing })).toBe('malformed');
    const itself = ask();
    // Chain and signature of his own, for no step at all.
    expect(await reactionToAnswer(itself, signedBy(mal.newest, itself, { ...bare([]), chain: encodeChain(mal.newest.local.chain) }))).toBe('malformed');
  });

  it('A74: a key that nobody shows to hold, vouched for by the key held', async () => {
    const k1 = nth(ada, 1).local.identity;
    const byKey1 = ada.newest.local.oldKey(k1.spkiHash)?.keyPair;
    if (!byKey1) throw new Error('a key of Ada’s');
    const old = { epoch: 1, spki: k1.spki, by: byKey1 };
    const stolen = await forged({ old, next: { epoch: 2, spki: fixedKey(51).spki, by: fixedKey(50) } });
    expect(await reactionToAnswer(ask(), bare([stolen]))).toBe('malformed');
    // The same with a key that agrees is taken, so it is this that is missing.
    const agreed = await forged({ old, next: { epoch: 2, spki: fixedKey(51).spki, by: fixedKey(51) } });
    expect(await reactionToAnswer(ask(), bare([agreed]))).toMatchObject({ head: { epoch: 2 } });
  });

  it('A75: what was said of somebody else, also by the very key held', async () => {
    const k1 = nth(ada, 1).local.identity;
    const byKey1 = ada.newest.local.oldKey(k1.spkiHash)?.keyPair;
    if (!byKey1) throw new Error('a key of Ada’s');
    const ofMal = await forged({ peer: mal.newest, old: { epoch: 1, spki: k1.spki, by: byKey1 }, next: { epoch: 2, spki: fixedKey(51).spki, by: fixedKey(51) } });
    const [his] = mal.newest.local.history?.elements ?? [];
    for (const link of [ofMal, his]) expect(await reactionToAnswer(ask(), bare(link ? [link] : []))).toBe('malformed');
    const question = ask();
    const { elements: path, direct } = await genuine(ada.newest, question.request, question.channel.hash);
    const hisChain = { elements: path, direct, chain: encodeChain(mal.newest.local.chain), time: testNow };
    expect(await reactionToAnswer(question, signedBy(mal.newest, question, hisChain))).toBe('malformed');
    // Mal goes on with a key that is Ada's as well, which she agreed to: her device is no device of his for that.
    const keyOf = ({ local }: Party): RsaKeyPair => ({ privateKey: local.certifierKey(), spki: local.identity.spki });
    const [his2, hers] = [keyOf(mal.newest), keyOf(ada.newest)];
    const shared = await forged({ peer: mal.newest, old: { epoch: 2, spki: his2.spki, by: his2 }, next: { epoch: 4, spki: hers.spki, by: hers } });
    const ofHers = ask(heldOf(mal.newest));
    expect(await reactionToAnswer(ofHers, signedBy(ada.newest, ofHers, { ...bare([shared]), chain: encodeChain(ada.newest.local.chain) }))).toBe('malformed');
  });

  it('A72 S5-32: an answer to an earlier question, or to one about another key', async () => {
    const first = ask();
    const recorded = await genuine(nth(ada, 2), first.request, first.channel.hash);
    expect(await reactionToAnswer(first, recorded)).toMatchObject({ head: { epoch: 2 }, chain: { identity: { epoch: 2 } } });
    expect(await reactionToAnswer(ask(), recorded)).toBe('malformed');
    // On the same channel, had it been possible, with another nonce or about another key.
    for (const change of [{ nonce: ada.newest.crypto.random(32) }, { heldHash: ada.newest.crypto.random(32) }]) {
      const question = ask();
      const { elements: path, direct, chain } = await genuine(ada.newest, question.request, question.channel.hash);
      const other = { ...question, request: { ...question.request, ...change } };
      expect(await reactionToAnswer(question, signedBy(ada.newest, other, { elements: path, direct, chain, time: testNow }))).toBe('malformed');
    }
    // Without what made it fresh it cannot be told from a stranger's answer: it leads to a key, it pins none.
    const stripped = await reactionToAnswer(ask(), { ...recorded, chain: nothing, signature: nothing });
    expect(stripped).toMatchObject({ head: { epoch: 2 } });
    expect(stripped).not.toHaveProperty('chain');
  });

  it('A72: steps swapped, doubled, left out, or leading elsewhere than the key that answers', async () => {
    const [one, two, three] = elements;
    if (!one || !two || !three) throw new Error('three steps');
    for (const list of [[two, one, three], [one, one], [one, three], [two, three], [one, two, three, one]]) expect(await reactionToAnswer(ask(), bare(list))).toBe('malformed');
    // One left out at the end, so that the chain shown is of a key that nobody vouched for; and a chain of before.
    for (const [list, by] of [[[one, two], ada.newest], [[one, two, three], nth(ada, 3)]] as const) {
      const question = ask();
      expect(await reactionToAnswer(question, signedBy(by, question, { ...bare(list), chain: encodeChain(by.local.chain) }))).toBe('malformed');
    }
  });

  it('A73 A43: a device under another key of the same person and number, the right key under another number, and the asker itself', async () => {
    const { crypto } = ada.newest;
    const third = ada.records[2];
    if (!third) throw new Error('three keys');
    const fork = openLife('Ada', await rotateLocalRecord(withFixedKeys(crypto, 45), third, testNow), crypto);
    expect([fork.local.identity.epoch, fork.local.peerId]).toEqual([4, ada.newest.local.peerId]);
    const question = ask();
    expect(await reactionToAnswer(question, signedBy(fork, question, { ...bare(elements), chain: encodeChain(fork.local.chain) }))).toBe('malformed');

    const k1 = nth(ada, 1).local.identity;
    const byKey1 = ada.newest.local.oldKey(k1.spkiHash)?.keyPair;
    if (!byKey1) throw new Error('a key of Ada’s');
    const ninth = await forged({ old: { epoch: 1, spki: k1.spki, by: byKey1 }, next: { epoch: 9, spki: ada.newest.local.identity.spki, by: { privateKey: ada.newest.local.certifierKey(), spki: ada.newest.local.identity.spki } } });
    const other = ask();
    expect(await reactionToAnswer(other, signedBy(ada.newest, other, { ...bare([ninth]), chain: encodeChain(ada.newest.local.chain) }))).toBe('malformed');

    const mirror = ask(heldOf(nth(ada, 1)), { local: ada.newest.local });
    expect(await reactionToAnswer(mirror, await genuine(ada.newest, mirror.request, mirror.channel.hash))).toBe('malformed');
  });

  it('S5-32: parts of two answers, or one touched on the way', async () => {
    const spoil: Record<string, (answer: SignedAnswer) => SignedAnswer> = {
      'another time': (answer) => ({ ...answer, time: answer.time + 1 }),
      'no word of the old key': (answer) => ({ ...answer, direct: nothing }),
      'only its word': (answer) => ({ ...answer, elements: nothing }),
      'signed by the middle': (answer) => ({ ...answer, signature: mal.newest.crypto.sign('rekey-answer', mal.newest.local.instance.signing.secret, nothing) }),
    };
    for (const [which, change] of Object.entries(spoil)) {
      const question = ask();
      expect([which, await reactionToAnswer(question, change(await genuine(ada.newest, question.request, question.channel.hash)))]).toEqual([which, 'malformed']);
    }
    const question = ask();
    const { elements: path, chain } = await genuine(ada.newest, question.request, question.channel.hash);
    const other = await genuine(nth(ada, 3), question.request, question.channel.hash);
    // Both ways are genuine, and they lead to two keys.
    expect(await reactionToAnswer(question, signedBy(ada.newest, question, { elements: path, direct: other.direct, chain, time: testNow }))).toBe('malformed');
  });

  it('A71: a recovery by a key the person never committed to', async () => {
    const signing = ada.newest.crypto.generateSigning();
    const { crypto, local } = nth(ada, 1);
    const statement = await issueRecovery(crypto, { peerId: local.peerId, recovery: signing, epoch: 9, keyPair: fixedKey(50), revoked: [local.identity.spkiHash], time: testNow });
    expect(await reactionToAnswer(ask(), bare([statement]))).toBe('malformed');
  });

  it('A85 S5-18: too much, too many pieces, pieces that are none, and half an answer', async () => {
    const piece = (last: number, length: number): ChannelFrame => ({ kind: channelKinds.rekeyAnswer, payload: concat(Uint8Array.of(last), new Uint8Array(length)) });
    const whole = channelPayload - 1;
    expect(await reactionTo(ask(), Array.from({ length: 9 }, () => piece(0, whole)))).toBe('malformed');
    for (const frames of [[piece(0, 0)], [piece(1, 0)], [piece(2, 8)], [piece(1, 16)], [{ kind: channelKinds.rekeyRequest, payload: new Uint8Array(128) }]]) expect(await reactionTo(ask(), frames)).toBe('malformed');
    const question = ask();
    const bytes = encodeAnswer(await genuine(ada.newest, question.request, question.channel.hash));
    expect(await reactionTo(question, [piece(1, 0), ...piecesOf(bytes)])).toBe('malformed');
    for (const wrong of [bytes.subarray(0, -1), concat(bytes, Uint8Array.of(0))]) expect(await reactionTo(ask(), piecesOf(wrong))).toBe('malformed');
  });

  it('S5-18: in as many pieces as it takes', async () => {
    const question = ask();
    const bytes = encodeAnswer(await genuine(ada.newest, question.request, question.channel.hash));
    const [only] = piecesOf(bytes);
    const half = Math.floor(bytes.length / 2);
    const pieces = [concat(Uint8Array.of(0), bytes.subarray(0, half)), concat(Uint8Array.of(1), bytes.subarray(half))].map((payload) => ({ kind: channelKinds.rekeyAnswer, payload }));
    expect(only?.payload.length).toBe(bytes.length + 1);
    expect(await reactionTo(question, pieces)).toMatchObject({ head: { epoch: 4 }, chain: { identity: { epoch: 4 } } });
    const long = new Uint8Array(3 * channelPayload).map((_, at) => at % 251);
    const joined = concat(...piecesOf(long).map(({ payload }) => payload.subarray(1)));
    expect([piecesOf(long).map(({ payload }) => payload[0]), Buffer.compare(joined, long)]).toEqual([[0, 0, 0, 1], 0]);
  });
});


describe('a key that somebody else has a copy of', () => {
  /** Ada's second key, stolen, and the next one the thief made of it. */
  async function stolen(): Promise<Party> {
    const second = ada.records[1];
    if (!second) throw new Error('two keys');
    return openLife('Ada', await rotateLocalRecord(withFixedKeys(ada.newest.crypto, 55), second, testNow, 'routine'), ada.newest.crypto);
  }

  /** Ada asks Ben, who was led to the thief's key; he holds the keys given here of her, newest first. */
  async function offered(holds: readonly HeldKey[], changes: Partial<Desk['parts']> = {}) {
    const clock = new ManualClock(testNow);
    const { client, server } = await channelBetween(clock, ada.newest, ben.newest, 'rekey');
    const desk = new Desk(ben.newest, clock, [[ada.newest.local.peerId, secrets.ben]], holds, changes);
    const told: (readonly KeyElement[])[] = [];
    answerRekey(server, desk.parts);
    const byAda: ChannelFrame[] = [];
    const answer = askForKeys(overhear(client, byAda), askerOf(ada.newest, heldOf(ben.newest), { offer: true, pairSecret: secrets.ben, onTold: (steps) => told.push(steps) }));
    await runUntil(clock, answer);
    await clock.advance(200);
    return { desk, told, kinds: byAda.map(({ kind }) => kind) };
  }

  it('A71 A73: its owner says under which of the keys held she goes on, whatever came after it there, and hears of the other one', async () => {
    const thief = await stolen();
    const step = thief.local.history?.elements.at(-1);
    if (!step) throw new Error('a step');
    const { desk, told, kinds } = await offered([heldOf(thief), heldOf(nth(ada, 2)), heldOf(nth(ada, 1))], { toTell: () => [step] });
    expect(kinds).toEqual([channelKinds.rekeyRequest, channelKinds.rekeyOffer, channelKinds.refused, channelKinds.rekeyAnswer]);
    const [said] = desk.answers;
    // Two next ones of the second key, both signed by it.
    expect([said?.elements.map(({ epoch }) => epoch), said?.chain?.instance.instanceId]).toEqual([[3, 4], ada.newest.local.instanceId]);
    expect(said?.elements[0]).toMatchObject({ oldEpoch: 2, oldSpkiHash: nth(ada, 2).local.identity.spkiHash });
    expect(told.map((steps) => steps.map(({ spkiHash }) => spkiHash))).toEqual([[thief.local.identity.spkiHash]]);
  });

  it('A77: is asked about six keys at the most, and nothing comes of keys that are none of hers', async () => {
    const foreign = Array.from({ length: 9 }, () => ({ ...heldOf(nth(ada, 1)), spkiHash: ada.newest.crypto.random(32) }));
    const { desk, told, kinds } = await offered(foreign);
    expect(kinds.filter((kind) => kind === channelKinds.refused)).toHaveLength(6);
    expect([desk.answers, told]).toEqual([[], []]);
  });

  it('A70 A71 A76: a refused M1 shows who asks to whoever opened it, and to nobody else; whoever cannot show to have opened it is told nothing', async () => {
    const clock = new ManualClock(testNow);
    const { crypto } = ada.newest;
    const secret = crypto.random(32);
    const shown = { peerId: ada.newest.local.peerId, headHash: ada.newest.local.identity.spkiHash };
    const asked = async (known: Uint8Array) => {
      const { client, server } = await channelBetween(clock, ada.newest, ben.newest, 'rekey');
      const desk = new Desk(ben.newest, clock, [], [heldOf(nth(ada, 1))], {
        shownOfTag: (tag, hash, nonce) => (crypto.equal(tag, contactTag(crypto, secret, hash)) ? { ...shown, answer: askedBackTag(crypto, known, hash, nonce) } : undefined),
      });
      answerRekey(server, desk.parts);
      const over = appeal(client, { crypto, local: ada.newest.local, now: () => testNow, held: heldOf(ben.newest), secret });
      await runUntil(clock, over);
      return desk;
    };
    expect((await asked(secret)).answers.map(({ head }) => head.epoch)).toEqual([4]);
    expect((await asked(crypto.random(32))).answers).toEqual([]);
    // To who does not know the M1 it is a stranger's question about the key in use.
    const { client, server } = await channelBetween(clock, ada.newest, ben.newest, 'rekey');
    const desk = new Desk(ben.newest, clock, [], [heldOf(nth(ada, 1))]);
    answerRekey(server, desk.parts);
    const over = appeal(client, { crypto, local: ada.newest.local, now: () => testNow, held: heldOf(ben.newest), secret });
    await runUntil(clock, over);
    expect([desk.answers, desk.refusals]).toEqual([[], ['newest-key']]);
  });
});
