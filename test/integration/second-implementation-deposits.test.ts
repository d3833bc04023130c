import { createPrivateKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCard } from '../second/card.mjs';
import { cat, lp, pad, u16, u32, u8 } from '../second/bytes.mjs';
import { H, random } from '../second/crypto.mjs';
import { makeCardDeposit, makeDeposit, makeFile } from '../second/deposit.mjs';
import { sealSigned, selectorOf } from '../second/envelope.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person, toOf } from '../second/person.mjs';
import { readyKeys } from '../support/rsa-keys';
import { codeOf, SetClockPeople } from '../support/set-clock-people';
import { temporaryFolder, texts } from '../support/two-peers';

// One real headless process and one peer that was written from docs/protocol.md alone: §11, deposits, files of them and cards, at each bound and beside it.
const folder = temporaryFolder();
const pems = readyKeys(6);
let people: SetClockPeople;
let files = 0;
beforeAll(async () => {
  people = await SetClockPeople.meet();
});
afterAll(async () => {
  await people.end();
  folder.release();
});

type Opened = { opened: number; repeated: number; refused: number; waiting?: number; requests?: number };
async function open(bytes: Buffer): Promise<Opened> {
  files += 1;
  const path = join(folder.path, `${files}.keyshift-envelopes`);
  writeFileSync(path, bytes);
  return people.hedda.call('envelopes.open', { path });
}
/** With the right hash behind whatever stands before it. */
const hashed = (head: Buffer): Buffer => cat(head, H(head));
const fileOf = (deposits: readonly Buffer[], { version = 1, count = deposits.length } = {}): Buffer => hashed(cat('keyshift-envelopes', u16(version), u32(count), ...deposits.map((one) => lp(one))));
const contextOf = (to: { peerId: Buffer; exchangeHash: Buffer }): Buffer => cat(to.peerId, to.exchangeHash);
interface Sealing {
  purpose?: string;
  context?: Buffer;
  signingSeed?: Buffer;
  selector?: string | undefined;
}
/** An envelope of any statement, to the other side. */
function sealed(statement: Buffer, { purpose = 'deposit', context, signingSeed, selector }: Sealing = {}): Buffer {
  const to = toOf(people.second.contact.chain);
  const envelope = sealSigned(purpose, { signingSeed: signingSeed ?? people.second.person.signingSeed, recipientKey: to.exchangeKey, context: context ?? contextOf(to), statement, contentKey: undefined, coins: undefined });
  return cat(selectorOf(to.exchangeHash, envelope, selector), envelope);
}

describe('§11, from outside: a file of envelopes', () => {
  it('S1-48 A81: holds 1 to 4,096 of 1 to 70,000 bytes each, in 64 MiB, with the hash behind; anything else is none, and nothing of it is used', async () => {
    const refused = (count: number): Opened => ({ opened: 0, repeated: 0, refused: count });
    const garbled = (bytes: Buffer): Promise<string> => codeOf(open(bytes));
    const one = random(3000);
    expect(await open(fileOf([one]))).toEqual(refused(1));
    expect(await garbled(fileOf([]))).toBe('envelopes.garbled');
    expect(await open(fileOf(Array.from({ length: 4096 }, () => u8(1))))).toEqual(refused(4096));
    expect(await garbled(fileOf(Array.from({ length: 4097 }, () => u8(1))))).toBe('envelopes.garbled');
    expect(await garbled(fileOf([Buffer.alloc(0)]))).toBe('envelopes.garbled');
    expect(await open(fileOf([random(70_000)]))).toEqual(refused(1));
    expect(await garbled(fileOf([random(70_001)]))).toBe('envelopes.garbled');
    expect(await garbled(fileOf([one], { count: 2 }))).toBe('envelopes.garbled');
    expect(await garbled(fileOf([one, one], { count: 1 }))).toBe('envelopes.garbled');
    expect(await garbled(cat(fileOf([one]), u8(0)))).toBe('envelopes.garbled');
    const [good, flipped] = [fileOf([one]), fileOf([one])];
    flipped[good.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    expect(await garbled(flipped)).toBe('envelopes.garbled');
    // As large as one may be, and a byte more: 958 of the largest, and what is left.
    const large = Array.from({ length: 958 }, () => Buffer.alloc(70_000, 1));
    const left = 64 * 1024 * 1024 - 56 - 958 * 70_004 - 4;
    expect(await open(fileOf([...large, Buffer.alloc(left, 1)]))).toEqual(refused(959));
    expect(await garbled(fileOf([...large, Buffer.alloc(left + 1, 1)]))).toBe('envelopes.garbled');
  });

  it('S1-48 S1-50 A02 A22: a deposit is for one key of one person, of one purpose, signed by the device it names, and laid out in one way; it counts once', async () => {
    const { second } = people;
    await people.begun();
    const { dialog } = await people.begun();
    await second.apart();
    second.isDeaf = true;
    const { chainBytes } = second.person;
    const message = second.talk.send(dialog, { type: 'text', text: 'in a file' });
    const statement = cat(lp(chainBytes), lp(message));
    const to = toOf(second.contact.chain);
    const wrong: Record<string, Buffer> = {
      'another selector': cat(random(8), sealed(pad(statement)).subarray(8)),
      'the selector of cards': sealed(pad(statement), { selector: 'card-selector' }),
      'another purpose': sealed(pad(statement), { purpose: 'card-deposit' }),
      'made for another key': sealed(pad(statement), { context: cat(to.peerId, random(32)) }),
      'made for another person': sealed(pad(statement), { context: cat(random(32), to.exchangeHash) }),
      'signed by another device': sealed(pad(statement), { signingSeed: random(32) }),
      'no padding': sealed(statement),
      'padding without end': sealed(cat(pad(statement), Buffer.alloc(32))),
      'a byte more': sealed(pad(cat(statement, u8(0)))),
      'a byte less': sealed(pad(statement.subarray(0, -1))),
      'the chain alone': sealed(pad(lp(chainBytes))),
      'the largest chain and a byte': sealed(pad(cat(lp(random(12 * 1024 + 1)), lp(message)))),
    };
    for (const [name, bytes] of Object.entries(wrong)) expect([name, await open(makeFile([bytes]))]).toEqual([name, { opened: 0, repeated: 0, refused: 1 }]);
    const good = sealed(pad(statement));
    expect(await open(makeFile([...Object.values(wrong), good, good]))).toEqual({ opened: 1, repeated: 1, refused: Object.keys(wrong).length });
    expect(await open(makeFile([makeDeposit({ chain: chainBytes, message, signingSeed: second.person.signingSeed, to, contentKey: undefined, coins: undefined })]))).toEqual({ opened: 0, repeated: 1, refused: 0 });
    second.isDeaf = false;
  });
});

describe('§11, from outside: somebody who was never met', () => {
  /** Knows the other side by its card alone, and begins a dialog with as many messages behind the title as are said. */
  function stranger(name: string, at: number, said: readonly string[]) {
    const { chain } = people.second.contact;
    const peer = new Peer(new Person({ name, key: identityKey(1, createPrivateKey(pems[at] ?? '')) }));
    peer.now = () => people.clock.wall();
    peer.firstFile(chain, name, said[0] ?? '');
    const [dialog] = peer.talk.dialogs.values();
    for (const text of said.slice(1)) peer.talk.send(dialog, { type: 'text', text });
    const to = toOf(chain);
    const letters: Buffer[] = peer.talk.unacknowledged().map((message: Buffer) => makeDeposit({ chain: peer.person.chainBytes, message, signingSeed: peer.person.signingSeed, to, contentKey: undefined, coins: undefined }));
    const card = peer.person.card({ addresses: [], now: people.clock.wall() });
    const asks = makeCardDeposit({ card, wantsAnswer: true, proof: undefined, verdict: undefined, signingSeed: peer.person.signingSeed, to, contentKey: undefined, coins: undefined });
    return { peer, letters, card, asks };
  }
  async function accepted(name: string): Promise<string> {
    const found = (await people.hedda.call('contacts.requests')).find((each) => each.name === name);
    await people.hedda.call('contacts.answerRequest', { requestId: found?.requestId ?? '', accept: true });
    await people.hedda.until('a conversation', async () => (await people.hedda.call('conversations.list')).some(({ title }) => title === name));
    return (await people.hedda.call('conversations.list')).find(({ title }) => title === name)?.conversationId ?? '';
  }

  it('S1-48 A65: a card deposit says in its flags what stands behind the card, and nothing else does', async () => {
    const { peer, card, asks } = stranger('Flags', 0, ['hello']);
    const of = (flags: number, more: Buffer): Buffer => sealed(pad(cat(u8(flags), lp(card), more)), { purpose: 'card-deposit', selector: 'card-selector', signingSeed: peer.person.signingSeed });
    const verdict = cat(random(16), u8(1));
    const none = Buffer.alloc(0);
    const wrong = [of(6, cat(random(80), verdict)), of(8, none), of(0, u8(0)), of(2, none), of(2, random(79)), of(4, none), of(4, cat(random(16), u8(3))), of(4, cat(random(16), u8(0)))];
    for (const [at, bytes] of wrong.entries()) expect([at, await open(makeFile([bytes]))]).toEqual([at, { opened: 0, repeated: 0, refused: 1 }]);
    expect((await people.hedda.call('contacts.requests')).map(({ name }) => name)).toEqual([]);
    expect(await open(makeFile([asks]))).toMatchObject({ refused: 0, requests: 1 });
    expect((await people.hedda.call('contacts.requests')).map(({ name }) => name)).toEqual(['Flags']);
  });

  it('S1-48 A65 A25: of what is written before the answer 20 messages wait, and one more does not', async () => {
    const said = Array.from({ length: 20 }, (_, at) => `line ${at}`);
    const { letters, asks } = stranger('Twenty', 1, said);
    // A title and 20 messages.
    expect(letters).toHaveLength(21);
    expect(await open(makeFile([asks, ...letters]))).toMatchObject({ opened: 0, waiting: 20, requests: 1 });
    const conversationId = await accepted('Twenty');
    await people.hedda.until('19 texts', async () => (await texts(people.hedda, conversationId, 'in')).length === 19);
    expect(await open(makeFile(letters))).toEqual({ opened: 1, repeated: 20, refused: 0 });
    expect(await texts(people.hedda, conversationId, 'in')).toEqual(said);
  });

  it('S1-48 A65 A25: and 256 KiB of deposits, and not one that would be more', async () => {
    const said = Array.from({ length: 8 }, (_, at) => `${at}`.repeat(40_960));
    const { letters, asks } = stranger('Large', 2, said);
    let [size, fitting] = [0, 0];
    while (size + (letters[fitting]?.length ?? 0) <= 256 * 1024) size += letters[fitting++]?.length ?? 0;
    expect(await open(makeFile([asks, ...letters]))).toMatchObject({ opened: 0, waiting: fitting, requests: 1 });
  });
});

describe('§11, from outside: which card of a device counts', () => {
  /** A card of the second's on its own session, and the addresses that the other side would try then. */
  async function shown(time: number, port: number): Promise<readonly string[]> {
    const { second, hedda } = people;
    await people.connected();
    const before = second.items.length;
    const body = second.person.card({ addresses: [{ host: '127.0.0.1', port }], now: time, forContact: true });
    expect(readCard(body, { now: people.clock.wall(), pinned: true }).time).toBe(time);
    second.session.send({ type: 3, body }, { type: 4, body: random(8) });
    await second.until(() => second.items.slice(before).includes(5));
    const contactId = await people.contactId();
    return (await hedda.call('network.reach', { contactId })).tries.map(({ address }) => address.replace('127.0.0.1:', ''));
  }

  it('S1-08 A07: the one with the later time; the same or an earlier one changes nothing, unless the one known is more than an hour ahead', async () => {
    await people.connected();
    const base = people.clock.wall() + 1000;
    expect(await shown(base, 4001)).toEqual(['4001']);
    expect(await shown(base, 4002)).toEqual(['4001']);
    expect(await shown(base - 1, 4003)).toEqual(['4001']);
    expect(await shown(base + 1, 4004)).toEqual(['4004']);
    const hour = 3_600_000;
    expect(await shown(people.clock.wall() + hour, 4005)).toEqual(['4005']);
    expect(await shown(base, 4006)).toEqual(['4005']);
    expect(await shown(people.clock.wall() + hour + 1, 4007)).toEqual(['4007']);
    expect(await shown(base, 4008)).toEqual(['4008']);
  });
});
