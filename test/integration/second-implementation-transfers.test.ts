import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countOf, Fetching, Giving, NO, offerOf, OVER, PIECE, word } from '../second/file-talk.mjs';
import { random } from '../second/crypto.mjs';
import { readLink } from '../second/link.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person } from '../second/person.mjs';
import { item } from '../second/session.mjs';
import { files } from '../second/words.mjs';
import type { HeadlessPeer } from '../support/headless-peer';
import { readyKeys } from '../support/rsa-keys';
import { newPerson, temporaryFolder } from '../support/two-peers';

// One real headless process, and two people who were written from docs/protocol.md alone: §15, pieces of files over live sessions.
type Word = Record<string, unknown> & { kind: string; index?: number; reason?: number; from?: number; upTo?: number };
// oxlint-disable-next-line typescript/no-explicit-any -- the second implementation is plain JavaScript
type Offer = any;

const folder = temporaryFolder();
let hedda: HeadlessPeer;
let second: InstanceType<typeof Peer>;
let other: InstanceType<typeof Peer>;
let conversationId = '';
// oxlint-disable-next-line typescript/no-explicit-any -- as above
let dialog: any;

/** The session in use is: of two that crossed, either may be the one that stays. */
const ready = (peer = second) => peer.until(() => peer.session?.isReady && !peer.session.ended);
async function contactOf(name: string, at: number): Promise<InstanceType<typeof Peer>> {
  const peer = new Peer(new Person({ name, key: identityKey(1, createPrivateKey(readyKeys(at + 1)[at] ?? '')) }));
  await peer.listen();
  await peer.accept(readLink((await hedda.call('contacts.createInvitation')).link));
  await peer.dial();
  await ready(peer);
  return peer;
}
beforeAll(async () => {
  hedda = (await newPerson(folder.path, 'hedda')).peer;
  await hedda.call('settings.set', { findOnNetwork: false });
  second = await contactOf('Second', 0);
  other = await contactOf('Other', 1);
  dialog = second.openDialog('Files');
  second.say(dialog, 'here come files');
  await second.until(() => dialog.out.unacknowledged.size === 0);
  conversationId = (await hedda.call('conversations.list')).find(({ title }) => title === 'Files')?.conversationId ?? '';
});
afterAll(async () => {
  second.close();
  other.close();
  await hedda.end();
  folder.release();
});

const say = (...words: Buffer[]) => second.session.sendPlain(Buffer.concat(words.map((each) => item(12, each))));
const transfer = async (transferId: string) => (await hedda.call('files.list', { transferIds: [transferId] }))[0];
const hexOf = (offer: Offer): string => offer.transfer.toString('hex');
/** The next session. */
async function again(): Promise<void> {
  await second.apart();
  await second.dial();
  await ready();
}
/** What was said before has been dealt with there. */
async function dealtWith(peer = second): Promise<void> {
  const before = peer.items.filter((type: number) => type === 5).length;
  peer.session.send({ type: 4, body: random(8) });
  await peer.until(() => peer.items.filter((type: number) => type === 5).length > before);
}
/** Words about this file that came, without what the transfer is taken by itself. */
function listens(transferId: Buffer): { readonly heard: Word[]; readonly end: () => void } {
  const { files: known } = second;
  const hear = known.hear.bind(known);
  const heard: Word[] = [];
  known.hear = (body: Buffer) => {
    const one = files(body);
    if (!one.transfer?.equals(transferId)) return hear(body);
    heard.push(one);
    return [];
  };
  return { heard, end: () => (known.hear = hear) };
}

/** The same, given to who asks. */
async function gives(bytes: Buffer, changed: Record<string, unknown> = {}): Promise<{ offer: Offer; giving: InstanceType<typeof Giving> }> {
  const found: InstanceType<typeof Giving>[] = [];
  const offer = await offers(bytes, changed, (one) => found.push(second.files.add(new Giving(one, bytes))));
  return { offer, giving: found[0] ?? expect.unreachable() };
}

/** Hedda offers a file; the content as it came. */
async function offered(bytes: Buffer, name = 'from-hedda.bin'): Promise<{ offer: Offer; transferId: string }> {
  const path = join(folder.path, name);
  writeFileSync(path, bytes);
  const { transferId } = await hedda.call('files.send', { conversationId, path });
  const offer = await second.until(() => second.talk.delivered.find((one: { type: string; transfer?: Buffer }) => one.type === 'file' && one.transfer?.toString('hex') === transferId));
  return { offer, transferId };
}
/** The second offers one. `before`: what is to be there when it is asked for, which may be at once. */
async function offers(bytes: Buffer, changed: Record<string, unknown> = {}, before: (offer: Offer) => void = () => undefined): Promise<Offer> {
  const offer = offerOf(bytes, changed);
  before(offer);
  second.sendAll(second.talk.send(dialog, offer));
  await second.until(() => dialog.out.unacknowledged.size === 0);
  return offer;
}
const accept = (offer: Offer) => hedda.call('files.accept', { transferId: hexOf(offer) });

describe('§15, from outside: files that are fetched from it', () => {
  it('a file comes whole, piece by piece in turn, none twice; that it is whole is noted, and it is over there', async () => {
    const bytes = random(40 * PIECE + 321);
    const { offer, transferId } = await offered(bytes);
    expect([offer.name, offer.size, offer.text]).toEqual(['from-hedda.bin', bytes.length, '']);
    const fetching = second.files.add(new Fetching(offer));
    for (const each of fetching.begin()) say(each);
    await second.until(() => fetching.isNoted);
    expect(fetching.bytes.equals(bytes)).toBe(true);
    expect(fetching.heard.filter(({ kind }: Word) => kind === 'chunk').map(({ index }: Word) => index)).toEqual(Array.from({ length: 41 }, (_, at) => at));
    expect(await transfer(transferId)).toMatchObject({ state: 'done', done: bytes.length });
    // Said again it is noted again; and what is over is over.
    fetching.isNoted = false;
    say(word.over(offer.transfer, OVER.calledOff));
    await second.until(() => fetching.isNoted);
    expect(await transfer(transferId)).toMatchObject({ state: 'done' });
  });

  it('S1-44: who asks for nothing known, or for somebody else’s file, hears that it is not here; who wants nothing more hears nothing', async () => {
    const { offer } = await offered(random(3 * PIECE), 'for-one.bin');
    const unknown = random(16);
    say(word.want(unknown, 0, 0), word.ready(unknown), word.no(unknown, NO.paused), word.want(unknown, 0, 2));
    await second.until(() => second.files.unknown.some((one: Word) => one.kind === 'no'));
    expect(second.files.unknown.map(({ kind, reason }: Word) => [kind, reason])).toEqual([['no', NO.notHere]]);
    other.session.sendPlain(item(12, word.want(offer.transfer, 0, 2)));
    await other.until(() => other.files.unknown.length > 0);
    expect(other.files.unknown.map(({ kind, reason }: Word) => [kind, reason])).toEqual([['no', NO.notHere]]);
    // And what somebody else says of it changes nothing.
    other.session.sendPlain(item(12, word.over(offer.transfer, OVER.whole)));
    await other.until(() => other.files.unknown.length > 1);
    expect(other.files.unknown[1].kind).toBe('noted');
    expect(await transfer(hexOf(offer))).toMatchObject({ state: 'offered', done: 0 });
  });

  it('S4-31: what was sent is not sent again unless it is asked for anew, and never more than was asked for; a pause and an end are said', async () => {
    const bytes = random(9 * PIECE);
    const { offer, transferId } = await offered(bytes, 'in-parts.bin');
    const { heard, end } = listens(offer.transfer);
    const indexes = () => heard.filter(({ kind }) => kind === 'chunk').map(({ index }) => index);
    const last = (kind: string) => second.until(() => heard.at(-1)?.kind === kind);
    say(word.want(offer.transfer, 0, 2));
    await second.until(() => indexes().length === 2);
    say(word.want(offer.transfer, 0, 2), word.want(offer.transfer, 1, 4));
    await second.until(() => indexes().length === 4);
    await dealtWith();
    expect(indexes()).toEqual([0, 1, 2, 3]);
    // Beyond its end there is nothing.
    say(word.want(offer.transfer, 3, 3), word.want(offer.transfer, 3, 2 ** 20));
    await second.until(() => indexes().length === 10);
    await dealtWith();
    expect(indexes()).toEqual([0, 1, 2, 3, 3, 4, 5, 6, 7, 8]);

    await hedda.call('files.pause', { transferId });
    say(word.want(offer.transfer, 0, 0), word.want(offer.transfer, 0, 2));
    await last('no');
    expect(heard.at(-1)?.reason).toBe(NO.paused);
    await hedda.call('files.resume', { transferId });
    await last('ready');
    await hedda.call('files.cancel', { transferId });
    await second.until(() => heard.some(({ kind }) => kind === 'over'));
    expect(heard.findLast(({ kind }) => kind === 'over')?.reason).toBe(OVER.calledOff);
    say(word.want(offer.transfer, 0, 2));
    await second.until(() => heard.some(({ kind, reason }) => kind === 'no' && reason === NO.calledOff));
    // In each session until it was noted.
    const before = heard.length;
    await again();
    await second.until(() => heard.slice(before).some(({ kind }) => kind === 'over'));
    say(word.noted(offer.transfer));
    await dealtWith();
    const noted = heard.length;
    await again();
    await dealtWith();
    expect(heard.slice(noted).map(({ kind }) => kind)).toEqual([]);
    end();
  });
});

describe('§15, from outside: how many at once', () => {
  it('eight are given to one device, and one more is put off', async () => {
    const all = [];
    for (let count = 0; count < 9; count += 1) all.push((await offered(random(3 * PIECE), `many-${count}.bin`)).offer);
    const ears = all.map(({ transfer: transferId }) => listens(transferId));
    // In one record: each is judged before a piece of any has left.
    say(...all.map(({ transfer: transferId }) => word.want(transferId, 0, 3)));
    await second.until(() => ears.every(({ heard }) => heard.length === 3 || heard.at(-1)?.kind === 'ready'));
    expect(ears.map(({ heard }) => heard.filter(({ kind }) => kind === 'chunk').length)).toEqual([3, 3, 3, 3, 3, 3, 3, 3, 0]);
    expect(ears[8]?.heard.map(({ kind, reason }) => [kind, reason])).toEqual([['no', NO.paused], ['ready', undefined]]);
    // Places that are free are given away.
    say(word.want(all[8].transfer, 0, 3));
    await second.until(() => ears[8]?.heard.filter(({ kind }) => kind === 'chunk').length === 3);
    for (const { end } of ears.toReversed()) end();
  });

  it('three of one person are fetched, and who has it not is asked again once it says to be ready', async () => {
    const bytes = random(2 * PIECE);
    const all: Offer[] = [];
    const ears: ReturnType<typeof listens>[] = [];
    for (let count = 0; count < 4; count += 1) all.push(await offers(bytes, {}, (one) => ears.push(listens(one.transfer))));
    const asked = () => ears.map(({ heard }) => heard.filter(({ kind, from, upTo }) => kind === 'want' && from !== upTo).length);
    for (const offer of all) await accept(offer);
    await second.until(() => asked().filter((count) => count > 0).length === 3);
    await dealtWith();
    expect(asked()).toEqual([1, 1, 1, 0]);
    say(word.no(all[0].transfer, NO.notHere));
    await second.until(() => asked()[3] === 1);
    say(word.ready(all[0].transfer));
    await dealtWith();
    expect(asked()).toEqual([1, 1, 1, 1]);
    const giving = new Giving(all[1], bytes);
    // Two do not fit into one record.
    for (const at of [0, 1]) say(giving.piece(at));
    await second.until(() => asked()[0] === 2);
    // Their places are free again.
    for (const { transfer: transferId } of all) say(word.over(transferId, OVER.calledOff));
    await dealtWith();
    for (const { end } of ears.toReversed()) end();
  });
});

describe('§15, from outside: files that it fetches', () => {
  it('asks for two pieces first and for no more than it took and 32; it is kept as it was, and said to be whole until that is noted', async () => {
    const bytes = random(100 * PIECE + 1);
    const { offer, giving } = await gives(bytes, { name: '../../-rf\u202e .txt', mediaType: 'text/plain' });
    await accept(offer);
    await second.until(() => giving.over !== undefined);
    expect(giving.over).toBe(OVER.whole);
    const wants = giving.heard.filter(({ kind }: Word) => kind === 'want') as { from: number; upTo: number }[];
    expect(wants.find(({ from, upTo }) => from !== upTo)).toMatchObject({ from: 0, upTo: 2 });
    let asked = 0;
    for (const { from, upTo } of wants) {
      expect(from).toBeLessThanOrEqual(upTo);
      expect(upTo).toBeLessThanOrEqual(Math.min(101, from + 32 + 16));
      expect(upTo).toBeGreaterThanOrEqual(asked);
      asked = upTo;
    }
    expect(wants.at(-1)).toMatchObject({ from: 101, upTo: 101 });
    const got = await transfer(hexOf(offer));
    expect(got).toMatchObject({ state: 'done', name: '_rf .txt', held: true });
    const path = join(folder.path, 'saved.bin');
    await hedda.call('files.save', { transferId: hexOf(offer), path });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('pieces out of turn, not asked for, or of another place or file are nothing; one that does not open is asked for again in the next session', async () => {
    const bytes = random(4 * PIECE);
    const ears: ReturnType<typeof listens>[] = [];
    const offer = await offers(bytes, {}, (one) => ears.push(listens(one.transfer)));
    const { heard, end } = ears[0] ?? expect.unreachable();
    const giving = new Giving(offer, bytes);
    const strange = new Giving({ ...offer, transfer: random(16) }, bytes);
    await accept(offer);
    await second.until(() => heard.some(({ kind, upTo }) => kind === 'want' && upTo === 2));
    const { count, dropped } = { count: heard.length, dropped: [giving.piece(1), giving.piece(3), strange.piece(0)] };
    say(...dropped.slice(0, 1));
    for (const each of dropped.slice(1)) say(each);
    await dealtWith();
    expect(heard.slice(count)).toEqual([]);
    // The right place in the wrong words: sealed as another one, and as the last.
    say(word.chunk(offer.transfer, 0, files(giving.piece(1)).sealed));
    await second.until(() => heard.length > count);
    expect(heard.at(-1)).toMatchObject({ kind: 'want', from: 0, upTo: 0 });
    expect((await transfer(hexOf(offer)))?.state).not.toBe('done');
    end();
    const proper = second.files.add(giving);
    await again();
    await second.until(() => proper.over !== undefined);
    expect(proper.over).toBe(OVER.whole);
  });

  it('S1-44: another hash than was promised, a size beyond all, and one that is declined are over, each with its reason, until that is noted', async () => {
    const bytes = random(2 * PIECE + 7);
    const { offer: wrong, giving } = await gives(bytes, { hash: random(32) });
    await accept(wrong);
    await second.until(() => giving.over !== undefined);
    expect(giving.over).toBe(OVER.notAsPromised);
    expect(await transfer(hexOf(wrong))).toMatchObject({ state: 'failed', held: false });

    const large = offerOf(bytes, { size: 2 ** 36 + 1 });
    const ofLarge = second.files.add(new Giving(large, bytes));
    second.sendAll(second.talk.send(dialog, large));
    await second.until(() => ofLarge.over !== undefined);
    expect(ofLarge.over).toBe(OVER.tooLarge);
    expect(countOf(2 ** 36)).toBe(2 ** 20);

    const ears: ReturnType<typeof listens>[] = [];
    const declined = await offers(bytes, {}, (one) => ears.push(listens(one.transfer)));
    await hedda.call('files.cancel', { transferId: hexOf(declined) });
    await second.until(() => ears[0]?.heard.some(({ kind, reason }) => kind === 'over' && reason === OVER.calledOff));
    ears[0]?.end();
  });

  it('S1-08: nothing of no bytes, and a number that is known of another file, are shown as unsupported; the same file again is the same', async () => {
    const bytes = random(PIECE);
    const offer = await offers(bytes);
    const kinds = async (from: number) => (await hedda.call('messages.list', { conversationId })).filter(({ direction }) => direction === 'in').slice(from).map(({ kind }) => kind);
    const before = (await kinds(0)).length;
    await offers(bytes, { size: 0 });
    for (const changed of [{ size: PIECE - 1 }, { hash: random(32) }, { key: random(32) }]) await offers(bytes, { ...offer, ...changed });
    await offers(bytes, { ...offer, name: 'under another name' });
    await hedda.until('all shown', async () => (await kinds(before)).length === 5);
    expect(await kinds(before)).toEqual(['unsupported', 'unsupported', 'unsupported', 'unsupported', 'file']);
    expect((await hedda.call('files.list', { conversationId })).filter(({ transferId }) => transferId === hexOf(offer)).length).toBe(1);
  });

  it('a word of another layout ends the session; one of a later version does not', async () => {
    const good = word.want(random(16), 0, 2);
    const goesOn = async (body: Buffer) => {
      if (!second.session || second.session.ended) await second.dial({ resume: second.entry });
      await ready();
      const { session } = second;
      const before = second.items.filter((type: number) => type === 5).length;
      session.sendPlain(item(12, body));
      session.sendPlain(item(4, random(8)));
      await second.until(() => session.ended || second.items.filter((type: number) => type === 5).length > before);
      return !session.ended;
    };
    expect(await goesOn(Buffer.concat([Buffer.of(7), random(40)]))).toBe(true);
    const transferId = random(16);
    for (const wrong of [
      good.subarray(0, -1),
      Buffer.concat([good, Buffer.of(0)]),
      word.want(transferId, 3, 2),
      word.want(transferId, 0, 2 ** 20 + 1),
      word.chunk(transferId, 2 ** 20, random(17)),
      word.chunk(transferId, 0, random(16)),
      word.chunk(transferId, 0, random(65_553)),
      word.no(transferId, 0),
      word.no(transferId, 4),
      word.over(transferId, 0),
      word.over(transferId, 6),
      Buffer.concat([word.ready(transferId), Buffer.of(0)]),
      word.noted(transferId).subarray(0, -1),
    ]) expect([wrong.subarray(0, 1).toString('hex'), wrong.length, await goesOn(wrong)]).toEqual([wrong.subarray(0, 1).toString('hex'), wrong.length, false]);
    expect(await goesOn(word.chunk(transferId, 2 ** 20 - 1, random(65_552)))).toBe(true);
  });
});
