import { createPrivateKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cat, lp, u64, u8 } from '../second/bytes.mjs';
import { makeChain, readChain } from '../second/credentials.mjs';
import { edSign, H, random, xAgree } from '../second/crypto.mjs';
import { sealPayload, selectorOf } from '../second/envelope.mjs';
import { knock, ping } from '../second/faults.mjs';
import { Forger } from '../second/forging.mjs';
import { readLink } from '../second/link.mjs';
import * as live from '../second/live.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, namesOf, Person, toOf } from '../second/person.mjs';
import * as session from '../second/session.mjs';
import type { HeadlessPeer } from '../support/headless-peer';
import { readyKeys } from '../support/rsa-keys';
import { newPerson, temporaryFolder, texts, type Person as Somebody } from '../support/two-peers';

// One real headless process, and two contacts of hers written from docs/protocol.md alone, who cannot be dialled: what comes, comes from them. Over loopback TCP.
const folder = temporaryFolder();
const pems = readyKeys(2);
let person: Somebody;
let mallory: InstanceType<typeof Peer>;
let eve: InstanceType<typeof Peer>;
// oxlint-disable-next-line typescript/no-explicit-any -- the second implementation is plain JavaScript
let dialog: any;

const { m2: typeM2, record: typeRecord, retry: typeRetry } = session.TYPES;
const hedda = (): HeadlessPeer => person.peer;
const address = () => mallory.contact.addresses[0];
const heddaChain = () => mallory.contact.chain;

async function meets(name: string, pem: string | undefined): Promise<InstanceType<typeof Peer>> {
  const peer = new Peer(new Person({ name, key: identityKey(1, createPrivateKey(pem ?? '')) }));
  const { link } = await hedda().call('contacts.createInvitation');
  await peer.accept(readLink(link));
  await peer.dial();
  await peer.until(() => peer.session?.isReady);
  return peer;
}

/** All that a person can see. */
async function everything(): Promise<string> {
  const all: unknown[] = [await hedda().call('contacts.requests')];
  for (const contact of await hedda().call('contacts.list')) all.push({ ...contact, reach: undefined }); // comes and goes by itself
  for (const { conversationId } of await hedda().call('conversations.list')) all.push(await hedda().call('keys.status', { conversationId }), await hedda().call('messages.list', { conversationId, limit: 500 }));
  return JSON.stringify(all, undefined, 1);
}

/** M1 of any parts; what is not given is Mallory's own and right. */
function m1({ chain = mallory.person.own.chain, share = random(32), seed = mallory.person.signingSeed, listVersion = mallory.person.listVersion, cn = random(32), time = Date.now(), signedFor = undefined as Buffer | undefined } = {}): Buffer {
  const to = toOf(heddaChain());
  const statement = cat(u64(time), u64(listVersion));
  const envelope = sealPayload('m1-content', to.exchangeKey, (ciphertext: Buffer) => cat(lp(chain), share, lp(statement), edSign(seed, 'm1', cat(signedFor ?? to.peerId, to.exchangeHash, H(ciphertext), share, H(chain), statement))), { contentKey: cn });
  return session.frame(session.TYPES.m1, cat(u8(1), selectorOf(to.exchangeHash, envelope), envelope));
}

/** What kind of frame comes first, and then nothing is waited for; undefined: the connection closed. */
async function firstAnswer(bytes: Buffer): Promise<number | undefined> {
  const wire = await live.Wire.dial(address());
  wire.send(bytes);
  const answer = await wire.next();
  wire.close();
  return answer?.[0];
}

/** Until the other side closes: how many frames of records came. */
// oxlint-disable-next-line typescript/no-explicit-any -- as above
async function recordsUntilClosed(wire: any): Promise<number> {
  let count = 0;
  for (let bytes = await wire.next(); bytes; bytes = await wire.next()) count += bytes[0] === typeRecord ? 1 : 0;
  return count;
}

async function goesOn(said: string): Promise<void> {
  if (!mallory.session || mallory.session.ended) await mallory.dial();
  await mallory.until(() => mallory.session?.isReady && !mallory.session.ended);
  mallory.say(dialog, said);
  await mallory.until(() => dialog.out.unacknowledged.size === 0);
  const [first] = await hedda().call('conversations.list');
  expect((await texts(hedda(), first?.conversationId ?? '', 'in')).at(-1)).toBe(said);
}

/** A session of Mallory's. From one place so many first messages are opened a second (docs/protocol.md §10.2): beyond that the line ends, and is tried again. */
async function dialled(): Promise<Awaited<ReturnType<typeof live.dial>>> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await live.dial(mallory.person, address(), heddaChain());
    } catch (error) {
      if (tries === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

async function ends(): Promise<void> {
  mallory.session.close();
  await mallory.until(() => !mallory.session || mallory.session.ended);
}

beforeAll(async () => {
  person = await newPerson(folder.path, 'hedda');
  mallory = await meets('Mallory', pems[0]);
  eve = await meets('Eve', pems[1]);
  dialog = mallory.openDialog('Talk');
  await goesOn('before');
}, 60_000);
afterAll(async () => {
  mallory?.close();
  eve?.close();
  await person?.peer.end();
  folder.release();
});

describe('handshakes of a contact that keeps to nothing, at the real door', () => {
  it('A46 A49 A50 S3-01 S3-15 S3-29: chains of two people, a chain without its key, dead shares, dates and another addressee get no M2 and change nothing', async () => {
    const { identity } = eve.person.chainParts;
    const { list, instance, exchange } = mallory.person.chainParts;
    const before = await everything();
    const wrong: Readonly<Record<string, Buffer>> = {
      'Eve’s certificate over Mallory’s device': m1({ chain: makeChain({ identity, list, instance, exchange }) }),
      'Eve’s exchange key': m1({ chain: makeChain({ ...mallory.person.chainParts, exchange: eve.person.chainParts.exchange }) }),
      'Eve’s list': m1({ chain: makeChain({ ...mallory.person.chainParts, list: eve.person.chainParts.list }) }),
      'Eve’s chain, signed by Mallory': m1({ chain: eve.person.own.chain, listVersion: eve.person.listVersion }),
      'a share of zeros': m1({ share: Buffer.alloc(32) }),
      'a share of order eight': m1({ share: Buffer.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', 'hex') }),
      'a nonce of zeros': m1({ cn: Buffer.alloc(32) }),
      'of the day before yesterday': m1({ time: Date.now() - 2 * 86_400_000 }),
      'signed for somebody else': m1({ signedFor: eve.person.peerId }),
    };
    for (const [name, bytes] of Object.entries(wrong)) expect([name, (await knock(address(), bytes)).seen.filter((type) => type !== typeRetry)]).toEqual([name, []]);
    expect(await everything()).toBe(before);
    // The same with nothing wrong in it is answered, once: said again it is not.
    const good = m1();
    expect(await firstAnswer(good)).toBe(typeM2);
    expect(await firstAnswer(good)).not.toBe(typeM2);
    await goesOn('after wrong first messages');
  }, 60_000);

  it('A43 A47 A53 S3-04 S3-07: nothing is heard before the confirmation, which cannot be that of the other side or of other bytes', async () => {
    const before = await everything();
    const handshake = async (third: (keys: ReturnType<typeof live.directions>, m4: Buffer) => readonly Buffer[]): Promise<number> => {
      const { own } = mallory.person;
      const wire = await live.Wire.dial(address());
      const first = session.makeM1(own, toOf(heddaChain()), { time: Date.now(), coins: undefined });
      wire.send(first.bytes);
      const second = (await wire.next()) ?? Buffer.alloc(0);
      const m2 = session.readM2(second, own, first.cn);
      const theirs = readChain(m2.chain, Date.now());
      const mk = session.masterKey(m2.nonce, first.cn, xAgree(first.shareSecret, m2.share), xAgree(first.shareSecret, m2.staticShare), first.bytes, second);
      const keys = live.directions(mk, 'client', own.names, namesOf(theirs), { cn: first.cn, sn: m2.nonce }, first.bytes, second);
      const m4 = (await wire.next()) ?? Buffer.alloc(0);
      wire.send(...third(keys, m4));
      return recordsUntilClosed(wire);
    };
    const message = session.item(2, new Forger(mallory).message(dialog));
    expect(await handshake((keys) => [session.sealRecord(keys.out, message)])).toBe(0);
    expect(await handshake((keys) => [session.sealRecord(keys.out, cat(session.item(1, keys.confirm), message))])).toBe(0);
    expect(await handshake((_keys, m4) => [m4])).toBe(0);
    expect(await handshake((keys) => [session.sealRecord(keys.out, session.item(1, keys.expected))])).toBe(0);
    expect(await handshake((keys) => [session.sealRecord(keys.out, session.item(1, random(32)))])).toBe(0);
    expect(await everything()).toBe(before);
    await goesOn('after wrong confirmations');
  }, 60_000);

  it('A52 S3-08: a record repeated, dropped, out of order or changed ends the session; what came before it stands, and the next session goes on', async () => {
    const before = await everything();
    const attempts: readonly (readonly [number, (one: Buffer, two: Buffer) => readonly Buffer[]])[] = [
      [1, (one) => [one, one]],
      [0, (_one, two) => [two]],
      [0, (one, two) => [two, one]],
      [0, (one) => [cat(one.subarray(0, -1), u8((one.at(-1) ?? 0) ^ 1))]],
      [0, (one) => [cat(one.subarray(0, 2), u8(1), one.subarray(3))]],
    ];
    for (const [pongs, sends] of attempts) {
      const over = await dialled();
      const [one, two] = [session.sealRecord(over.out, ping()), session.sealRecord(over.out, ping())];
      over.wire.send(...sends(one, two));
      let heard = 0;
      for (let items = await over.next(); items; items = await over.next()) heard += items.filter(({ type }: { type: number }) => type === 5).length;
      expect(heard).toBe(pongs);
    }
    expect(await everything()).toBe(before);
    await goesOn('after wrong records');
  }, 60_000);

  it('A47 A63 A64 S3-10 S3-12: claims of an earlier session, changed anywhere or shown for another device, get what unknown ones get, and cost it nothing', async () => {
    await ends();
    const { entry } = mallory;
    const before = await everything();
    const claim = () => session.makeResumeM1(entry).bytes;
    const { length } = claim();
    for (let at = 7; at < length; at += 9) {
      const bytes = Buffer.from(claim());
      bytes[at] = (bytes[at] ?? 0) ^ 0x10;
      expect([at, await firstAnswer(bytes)]).not.toEqual([at, typeM2]);
    }
    const unknown = () => session.makeResumeM1({ ...entry, keyId: random(32), rs: random(32) }).bytes;
    for (let at = 0; at < 5; at += 1) expect(await firstAnswer(unknown())).toBe(typeRetry);
    expect(await firstAnswer(session.makeResumeM1(entry, { target: random(16) }).bytes)).toBe(typeRetry);
    expect(await firstAnswer(session.makeResumeM1({ ...entry, rs: random(32) }).bytes)).toBe(typeRetry);
    expect(await everything()).toBe(before);
    const next = await mallory.dial({ resume: entry });
    expect(next.resumed).toBe(true);
    await goesOn('resumed all the same');
    // Used up by that: the same claim is none any more.
    await ends();
    expect(await firstAnswer(claim())).toBe(typeRetry);
  }, 60_000);

  it('A57 A65: of somebody blocked neither an earlier session nor a new one is taken up; unblocked, a new one is', async () => {
    await mallory.dial();
    await goesOn('before the block');
    await ends();
    const { entry } = mallory;
    const contactId = (await hedda().call('contacts.list')).find(({ name }) => name === 'Mallory')?.contactId ?? '';
    await hedda().call('contacts.block', { contactId });
    const before = await everything();
    expect(await firstAnswer(session.makeResumeM1(entry).bytes)).toBe(typeRetry);
    expect(await firstAnswer(m1())).toBe(typeRetry);
    expect(await everything()).toBe(before);
    await hedda().call('contacts.block', { contactId, blocked: false });
    expect(await firstAnswer(session.makeResumeM1(entry).bytes)).toBe(typeRetry);
    mallory.talk.renew();
    await goesOn('unblocked');
  }, 60_000);

  it('S3-02 A49: first messages with one and the same nonce and share get a nonce of their own each, which nothing of them tells', async () => {
    const { own } = mallory.person;
    const [cn, shareSecret] = [random(32), random(32)];
    const nonces = new Set<string>([cn.toString('hex')]);
    for (let tries = 0; nonces.size < 13; tries += 1) {
      expect(tries).toBeLessThan(200);
      const wire = await live.Wire.dial(address());
      wire.send(session.makeM1(own, toOf(heddaChain()), { cn, shareSecret, time: Date.now(), coins: undefined }).bytes);
      const second = await wire.next();
      wire.close();
      // Beyond what one place may ask in a second the line closes without an answer.
      if (!second) await new Promise((resolve) => setTimeout(resolve, 100));
      else {
        const before = nonces.size;
        nonces.add(session.readM2(second, own, cn).nonce.toString('hex'));
        expect(nonces.size).toBe(before + 1);
      }
    }
  }, 60_000);
});
