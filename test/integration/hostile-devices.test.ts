import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cat, lp, u32, u8 } from '../second/bytes.mjs';
import { HKDF, random, seal, ZERO_NONCE } from '../second/crypto.mjs';
import { SharedKeys, takeSession } from '../second/handover.mjs';
import { readLink } from '../second/link.mjs';
import * as live from '../second/live.mjs';
import type { Peer } from '../second/peer.mjs';
import { makeResumeM1, targetOf, TYPES } from '../second/session.mjs';
import { Sibling } from '../second/sibling.mjs';
import type { HeadlessPeer } from '../support/headless-peer';
import { afterTheList, letIn, whoDials } from '../support/second-people';
import { newPerson, temporaryFolder } from '../support/two-peers';

// Hedda's first device is a real headless peer. Two more of hers, and Carol, were written from docs/protocol.md alone and keep to nothing. Over loopback TCP.
const folder = temporaryFolder();
type Device = Awaited<ReturnType<typeof letIn>>;
interface Own {
  readonly device: Device;
  readonly sibling: InstanceType<typeof Sibling>;
}
let hedda: HeadlessPeer;
let carol: InstanceType<typeof Peer>;
let own: readonly Own[] = [];
let asks = 0;

/** Everything flows under the list in force; `isBehind`: another device was let in since, so that it is heard first. */
async function inStep(device: Device, isBehind: boolean): Promise<Own> {
  const sibling = isBehind ? await afterTheList(device) : new Sibling(device, device.grant.devices[0], new SharedKeys(device));
  await sibling.meet();
  await sibling.until(() => sibling.keys.pairs.length > 0);
  return { device, sibling };
}

/** A session of Carol's with Hedda that is over on her side, and what she keeps of it. */
async function left({ close = true } = {}) {
  // An earlier one that she did not close would be used for want of this one.
  await carol.apart();
  const session = await carol.dial();
  await carol.until(() => session.isReady && session.hint);
  if (close) {
    session.close();
    await carol.until(() => carol.sessions.every(({ ended }: { ended?: boolean }) => ended));
  }
  return { session, entry: { ...session.entry(), hint: session.hint } };
}
type Entry = Awaited<ReturnType<typeof left>>['entry'];
const shownTo = ({ device }: Own, entry: Entry): Buffer => makeResumeM1(entry, { hint: entry.hint, target: targetOf(entry.keyId, device.chain.instance.hash) }).bytes;
const takes = (by: Own, entry: Entry): Promise<unknown> => takeSession(by.device, by.sibling.keys, shownTo(by, entry), by.sibling.handover, { ask: (asks += 1) });

/** Keeps to itself that it heard facts, which its first device writes down: `some` gives, once there is something to say, what says it. */
function heldBack({ sibling }: Own): { some(): Promise<() => void> } {
  const { log, session } = sibling;
  const take = log.take.bind(log);
  const words: Buffer[] = [];
  log.take = (bytes: Buffer) => {
    const word = take(bytes);
    if (word) words.push(word);
    return undefined;
  };
  const say = (): void => {
    log.take = take;
    for (const word of words) session.send({ type: 9, body: cat(u8(1), word) });
  };
  return { some: () => sibling.until(() => words.length > 0 && say) };
}

beforeAll(async () => {
  hedda = (await newPerson(folder.path, 'hedda')).peer;
  carol = await whoDials('Carol');
  const devices = [await letIn(hedda, 'pocket'), await letIn(hedda, 'attic')];
  own = [await inStep(devices[0], true), await inStep(devices[1], false)];
  await carol.accept(readLink((await hedda.call('contacts.createInvitation')).link));
}, 60_000);
afterAll(async () => {
  carol?.close();
  for (const { sibling } of own) sibling.session.close();
  await hedda?.end();
  folder.release();
});

describe('own devices that keep to nothing, and a session with a contact', () => {
  it('A58 S4-17: asked for fifty times at once by two devices it goes to one of them, however often that one asks; its first device has it no more', async () => {
    const { entry } = await left();
    const outcomes = await Promise.all(Array.from({ length: 50 }, async (_, at) => {
      const by = own[at % 2] ?? expect.unreachable();
      return (await takes(by, entry)) ? at % 2 : undefined;
    }));
    const takers = new Set(outcomes.filter((each) => each !== undefined));
    expect(takers.size).toBe(1);
    for (const by of own) expect(await takes(by, entry)).toBeUndefined();
    expect(await carol.dial({ resume: entry })).toMatchObject({ afterRefusal: true });
  }, 60_000);

  it('A59 S4-17: lent and not taken it is nobody’s until the lease is over, then another’s; who was late gets nothing', async () => {
    const [pocket, attic] = own;
    if (!pocket || !attic) return expect.unreachable();
    const { entry } = await left();
    const ask = (asks += 1);
    const { handover } = pocket.sibling;
    const answer = handover.hear((word: { ask?: number }) => word.ask === ask);
    handover.say(cat(u8(3), u32(ask), lp(shownTo(pocket, entry))));
    const lent = await answer;
    expect(lent.kind).toBe('lent');
    expect(await takes(attic, entry)).toBeUndefined();
    // While it is lent it is not used by its owner either.
    const wire = await live.Wire.dial(carol.contact.addresses[0]);
    wire.send(makeResumeM1(entry).bytes);
    expect((await wire.next())?.[0]).toBe(TYPES.retry);
    wire.close();
    let taken: unknown;
    for (let tries = 0; !taken && tries < 60; tries += 1) {
      await sleep(500);
      taken = await takes(attic, entry);
    }
    expect(taken).toMatchObject({ keyId: entry.keyId });
    const late = handover.hear((word: { ask?: number }) => word.ask === ask);
    handover.say(cat(u8(5), u32(ask), entry.keyId, u32(lent.generation)));
    expect((await late).kind).toBe('refused');
  }, 60_000);

  // A limit on the length of files: each write to one fails, as on a disk that is full or broken, for this process alone and for as long as it is set.
  it.skipIf(!existsSync('/usr/bin/prlimit'))('A60: while nothing can be written it lends nothing and gives nothing away; once it can, the session goes to who asks, and to nobody else', async () => {
    const [pocket, attic] = own;
    if (!pocket || !attic) return expect.unreachable();
    const letGo = own.map(heldBack);
    const { entry } = await left();
    await hedda.until('nothing of it is to be written any more', async () => (await hedda.call('network.status')).sessions.length === 0);
    const words = await Promise.all(letGo.map(({ some }) => some()));
    const answer = ({ sibling: { handover } }: Own, kind: number, word: Buffer): Promise<{ kind: string; generation: number }> => {
      const ask = (asks += 1);
      const heard = handover.hear((one: { ask?: number }) => one.ask === ask);
      handover.say(cat(u8(kind), u32(ask), word));
      return heard;
    };
    const asksFor = (by: Own): ReturnType<typeof answer> => answer(by, 3, lp(shownTo(by, entry)));
    const longest = (bytes: string): Buffer => execFileSync('/usr/bin/prlimit', ['--pid', `${hedda.pid}`, `--fsize=${bytes}:unlimited`]);
    longest('0');
    for (const by of own) expect((await asksFor(by)).kind).toBe('refused');
    longest('unlimited');
    const lent = await asksFor(attic);
    expect(lent.kind).toBe('lent');
    longest('0');
    expect((await answer(attic, 5, cat(entry.keyId, u32(lent.generation)))).kind).toBe('refused');
    // What is said on that session and cannot be written down ends it, so that it is said once more.
    for (const say of words) say();
    for (const { sibling } of own) await sibling.ended();
    longest('unlimited');
    for (const { sibling } of own) await sibling.meet();
    expect(await takes(attic, entry)).toMatchObject({ keyId: entry.keyId });
    expect(await takes(pocket, entry)).toBeUndefined();
    expect(await carol.dial({ resume: entry })).toMatchObject({ afterRefusal: true });
  }, 60_000);

  it('A61 S4-18: taken while its first device is connected, that one ends it, and what it says then comes by the next session alone', async () => {
    const [pocket] = own;
    if (!pocket) return expect.unreachable();
    const { session, entry } = await left({ close: false });
    const heard = carol.items.length;
    expect(await takes(pocket, entry)).toMatchObject({ keyId: entry.keyId });
    await carol.until(() => session.ended);
    const { conversationId } = await hedda.call('conversations.open', { contactId: (await hedda.call('contacts.list'))[0]?.contactId ?? '', title: 'Afterwards' });
    await hedda.call('messages.send', { conversationId, text: 'not over what was taken' });
    expect(carol.items.slice(heard).filter((type: number) => type === 2 || type === 6)).toEqual([]);
    expect(await carol.dial({ resume: entry })).toMatchObject({ afterRefusal: true });
    await carol.heard('not over what was taken');
  }, 60_000);

  it('A66 A69 S4-07: a hint that is made up, or names a device that is on no list, makes nobody be asked and nobody be dialled', async () => {
    const [pocket] = own;
    if (!pocket) return expect.unreachable();
    let dials = 0;
    const server = await live.listen((wire: InstanceType<typeof live.Wire>) => (dials += 1, wire.close()));
    const before = own.map(({ sibling }) => sibling.handovers.length);
    const [{ key }] = pocket.sibling.keys.persons;
    const named = (keyId: Buffer, instanceId: Buffer): Buffer => seal('handover-hint', HKDF(key, 'handover-hint', Buffer.from(keyId)), ZERO_NONCE, Buffer.alloc(0), instanceId);
    const address = Buffer.from(`127.0.0.1:${server.address.port}`.padEnd(16).slice(0, 16));
    const hints = [(): Buffer => random(32), (keyId: Buffer) => named(keyId, random(16)), (keyId: Buffer) => named(keyId, address), (keyId: Buffer) => named(keyId, carol.person.instanceId), (): Buffer => random(64), (): Buffer => address];
    for (const [at, hintOf] of hints.entries()) {
      const keyId = random(32);
      const wire = await live.Wire.dial(carol.contact.addresses[0]);
      wire.send(makeResumeM1({ keyId, rs: random(32), peerInstanceHash: carol.contact.chain.instance.hash, received: { counter: 1, digest: random(32) } }, { hint: Buffer.from(hintOf(keyId)) }).bytes);
      expect([at, (await wire.next())?.[0]]).toEqual([at, TYPES.retry]);
      wire.close();
    }
    for (const { sibling } of own) await sibling.heardOut();
    expect(own.map(({ sibling }) => sibling.handovers.length)).toEqual(before);
    expect(dials).toBe(0);
    server.close();
  }, 60_000);
});
