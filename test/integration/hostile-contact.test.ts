import { createPrivateKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../second/crypto.mjs';
import { certName, issued } from '../second/message.mjs';
import { writeContent, writeControl } from '../second/content.mjs';
import { Forger, misshapen, stretches, text } from '../second/forging.mjs';
import { readLink } from '../second/link.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person } from '../second/person.mjs';
import { item } from '../second/session.mjs';
import type { HeadlessPeer } from '../support/headless-peer';
import { readyKeys } from '../support/rsa-keys';
import { newPerson, temporaryFolder, texts, type Person as Somebody } from '../support/two-peers';

// One real headless process and two contacts of hers, written from docs/protocol.md alone, one of whom keeps to nothing. All over loopback TCP.
const folder = temporaryFolder();
const pems = readyKeys(2);
let person: Somebody;
let mallory: InstanceType<typeof Peer>;
let eve: InstanceType<typeof Peer>;
let forger: InstanceType<typeof Forger>;
/** Where Mallory says what is right, to hear that what came before it was dealt with. */
// oxlint-disable-next-line typescript/no-explicit-any -- the second implementation is plain JavaScript
let lawful: any;
let dialogs = 0;

const hedda = (): HeadlessPeer => person.peer;
const connected = (peer: InstanceType<typeof Peer>) => peer.until(() => peer.session?.isReady && !peer.session.ended);

async function meets(name: string, pem: string | undefined): Promise<InstanceType<typeof Peer>> {
  const peer = new Peer(new Person({ name, key: identityKey(1, createPrivateKey(pem ?? '')) }));
  await peer.listen();
  const { link } = await hedda().call('contacts.createInvitation');
  await peer.accept(readLink(link));
  if (!peer.session) await peer.dial();
  await connected(peer);
  return peer;
}

async function dialled(): Promise<void> {
  // Where the other side dials at the same moment, one of the two stays.
  if (!mallory.session || mallory.session.ended) await mallory.dial().catch(() => undefined);
  await connected(mallory);
}

/** Killed at once, and there again. */
async function restarted({ connect = true } = {}): Promise<void> {
  await person.peer.kill();
  await person.restart();
  if (connect) await dialled();
}

/** Another dialog with two messages in it, which have arrived. */
async function begun() {
  dialogs += 1;
  const dialog = mallory.openDialog(`Talk ${dialogs}`);
  for (const said of ['one', 'two']) mallory.say(dialog, said);
  await mallory.until(() => mallory.talk.unacknowledged().length === 0);
  return { dialog, title: `Talk ${dialogs}` };
}

async function seen(title: string): Promise<readonly [string, string | undefined, readonly string[]]> {
  const found = (await hedda().call('conversations.list')).find((each) => each.title === title);
  if (!found) throw new Error(`no conversation “${title}”`);
  return [found.state, found.failure, await texts(hedda(), found.conversationId, 'in')];
}

/** All that a person can see of everything but the lawful dialog, keys included. */
async function everything(): Promise<string> {
  // How somebody is reached comes and goes by itself: another contact may just be dialling again.
  const contacts = (await hedda().call('contacts.list')).map((contact) => ({ ...contact, reach: undefined }));
  const all: unknown[] = [contacts, await hedda().call('contacts.requests')];
  for (const conversation of await hedda().call('conversations.list')) {
    const { conversationId, title } = conversation;
    if (title === 'Lawful') continue;
    const { generations } = await hedda().call('keys.timeline', { conversationId });
    all.push(conversation, generations, await hedda().call('keys.status', { conversationId }), await hedda().call('messages.list', { conversationId, limit: 500 }));
  }
  return JSON.stringify(all, undefined, 1);
}

beforeAll(async () => {
  person = await newPerson(folder.path, 'hedda');
  mallory = await meets('Mallory', pems[0]);
  eve = await meets('Eve', pems[1]);
  forger = new Forger(mallory);
  lawful = mallory.openDialog('Lawful');
}, 60_000);
afterAll(async () => {
  mallory?.close();
  eve?.close();
  await person?.peer.end();
  folder.release();
});

describe('a contact that keeps to nothing, over a real session', () => {
  it('S1-08 S1-09 S1-34 S1-46 A02 A04 A05: what is laid out or signed wrongly changes nothing a person can see', async () => {
    const { dialog } = await begun();
    const good = forger.message(dialog);
    const flips = Array.from({ length: Math.ceil(good.length / 23) }, (_, at) => {
      const flipped = Buffer.from(good);
      flipped[at * 23] = (flipped[at * 23] ?? 0) ^ (1 << (at % 8));
      return flipped;
    });
    const before = await everything();
    await forger.put(lawful, ...Object.values<Buffer>(misshapen(good)), ...flips);
    expect(await everything()).toBe(before);
    await forger.put(lawful, good);
    expect(await everything()).not.toBe(before);
  });

  it('S1-05 S1-21 S1-24 A28: of two messages of two dialogs every mixture of their stretches is nothing', async () => {
    const [one, two] = [await begun(), await begun()];
    const [a, b] = [stretches(forger.message(one.dialog)), stretches(forger.message(two.dialog))];
    // The header block is the same in both: 2 to the power of the other four, without the two whole ones.
    const others = [0, 2, 3, 4];
    const mixed = Array.from({ length: 14 }, (_, at) => Buffer.concat(a.map((part, place) => (others.includes(place) && ((at + 1) >> others.indexOf(place)) & 1 ? (b[place] ?? part) : part))));
    const before = await everything();
    await forger.put(lawful, ...mixed);
    expect(await everything()).toBe(before);
  });

  it('S1-02 S1-13 S1-14 S1-16 A10 A12 A13 A27 A40: what names, or is of, somebody else is nothing; a handle of somebody else is another dialog', async () => {
    const { dialog, title } = await begun();
    const [theirs, hers] = [eve.person.chain, mallory.contact.chain];
    const asEve = { initiatorCert: certName(theirs.identity.subject, theirs.instance), initiatorIssued: issued(theirs.instance.notBefore) };
    const toEve = { targetCert: certName(theirs.identity.subject, theirs.exchange), targetIssued: issued(theirs.exchange.notBefore) };
    const wrong = [{ names: asEve }, { names: toEve }, { names: { targetIssued: issued(hers.exchange.notBefore + 1000) } }, { signingSeed: eve.person.signingSeed }, { exchangeKey: theirs.exchange.kemKey }];
    const forged = wrong.map((of, at) => {
      const kek = forger.newKek({ kekEpoch: 50 + at });
      return forger.message(dialog, { kek, block: forger.block(kek, of) });
    });
    const evesDialog = eve.openDialog('Hers');
    await eve.until(() => eve.talk.unacknowledged().length === 0);
    const ofEve = new Forger(eve).message(evesDialog);
    // Hedda's own words to Mallory, thrown back.
    const conversation = (await hedda().call('conversations.list')).find((each) => each.title === title);
    const own: Buffer[] = [];
    const { receive } = mallory.talk;
    mallory.talk.receive = (bytes: Buffer) => (own.push(Buffer.from(bytes)), receive.call(mallory.talk, bytes));
    await hedda().call('messages.send', { conversationId: conversation?.conversationId ?? '', text: 'from me' });
    await mallory.heard('from me');
    mallory.talk.receive = receive;
    await hedda().until('it is delivered', async () => (await hedda().call('messages.list', { conversationId: conversation?.conversationId ?? '' })).every(({ direction, state }) => direction === 'in' || state === 'delivered'));
    const before = await everything();
    await forger.put(lawful, ...forged, ofEve, forger.message(dialog, { senderInstance: eve.person.instanceId }), ...own);
    expect(await everything()).toBe(before);
    // A handle that Eve uses is free to be Mallory's, too, and nothing of hers.
    await forger.put(lawful, forger.message(dialog, { dialogId: evesDialog.dialogId, sequence: 1, dsk: forger.newDsk(), content: writeContent({ type: 'title', title: 'Squatted' }) }));
    expect((await hedda().call('conversations.list')).map((each) => each.title).filter((each) => ['Hers', 'Squatted'].includes(each)).toSorted()).toEqual(['Hers', 'Squatted']);
  });

  it('S1-04 S1-41 A22 A24 A25: places without end, places that are taken, a thousand that come backwards', async () => {
    const { dialog, title } = await begun();
    const { next } = dialog.out;
    const before = await everything();
    await forger.put(lawful, ...[next + 1024, next + 1e9, 2 ** 53 - 1].map((sequence) => forger.message(dialog, { sequence })), forger.message(dialog, { sequence: 1, content: writeContent({ type: 'title', title: 'Another' }) }), forger.message(dialog, { sequence: 2 }));
    expect(await everything()).toBe(before);
    const backwards = Array.from({ length: 1024 }, (_, at) => forger.message(dialog, { sequence: next + 1023 - at, content: text(`${1023 - at}`) }));
    await forger.put(lawful, ...backwards.slice(0, -1));
    expect((await seen(title))[2]).toEqual(['one', 'two']);
    await forger.put(lawful, ...backwards.slice(-1));
    expect((await seen(title))[2]).toEqual(['one', 'two', ...Array.from({ length: 1024 }, (_, at) => `${at}`)]);
    const after = await everything();
    await forger.put(lawful, ...backwards);
    expect(await everything()).toBe(after);
  }, 60_000);

  it('S1-11 A07: any time is shown as the sender’s claim, and neither stops nor reorders anything', async () => {
    const { dialog, title } = await begun();
    const times = [0, 1, 2 ** 31 * 1000, 2 ** 32 * 1000, 8.64e15, 2 ** 53 - 1];
    await forger.put(lawful, ...times.map((time, at) => forger.message(dialog, { sequence: dialog.out.next + at, time, content: text(`at ${time}`) })));
    expect((await seen(title))[2]).toEqual(['one', 'two', ...times.map((time) => `at ${time}`)]);
  });

  it('S1-36 S2-10 S2-19 A11 A16 A26 A29 A35 A36: keys that contradict what was said end that dialog alone, each with its reason; what was delivered stays', async () => {
    const other = await begun();
    const first = mallory.talk.own;
    // oxlint-disable-next-line typescript/no-explicit-any -- the second implementation is plain JavaScript
    const contradictions: readonly [string, (dialog: any) => readonly Buffer[]][] = [
      ['key-conflict', (dialog) => [forger.message(dialog, { dsk: { ...dialog.out.dsk, dskId: random(16) } })]],
      ['key-conflict', (dialog) => [forger.message(dialog, { dsk: { ...dialog.out.dsk, key: random(32) } })]],
      ['key-conflict', (dialog) => [forger.message(dialog, { dsk: { ...dialog.out.dsk, dskEpoch: 2, firstSequence: dialog.out.next } })]],
      ['key-conflict', (dialog) => [forger.message(dialog, { dsk: forger.newDsk({ dskEpoch: 2, firstSequence: dialog.out.next + 1 }) })]],
      ['key-reused', (dialog) => [forger.message(dialog, { dsk: forger.newDsk({ key: other.dialog.out.dsk.key, dskEpoch: 2, firstSequence: dialog.out.next }) })]],
      ['key-rollback', (dialog) => [forger.message(dialog, { dsk: forger.newDsk({ dskEpoch: 2, firstSequence: 1 }) })]],
      ['key-rollback', (dialog) => [5, 4].map((dskEpoch, at) => forger.message(dialog, { sequence: dialog.out.next + at, dsk: forger.newDsk({ dskEpoch, firstSequence: dialog.out.next + at }), content: text(`epoch ${dskEpoch}`) }))],
      ['worn-out', (dialog) => [forger.message(dialog, { dsk: forger.newDsk({ dskEpoch: 2 ** 31 + 1, firstSequence: dialog.out.next }) })]],
      ['worn-out', (dialog) => [forger.message(dialog, { kek: forger.newKek({ kekEpoch: 2 ** 31 + 1 }) })]],
      ['kek-conflict', (dialog) => [forger.message(dialog, { kek: { ...first, key: random(32) } })]],
      ['kek-conflict', (dialog) => [forger.message(dialog, { kek: { ...first, kekEpoch: 7 } })]],
      ['kek-conflict', (dialog) => [forger.message(dialog, { kek: forger.newKek() })]],
      ['kek-conflict', (dialog) => [forger.message(dialog, { kek: forger.newKek({ creatingInstance: mallory.contact.chain.instanceId, kekEpoch: 77 }) })]],
      ['kek-rollback', (dialog) => [forger.message(dialog, { kek: forger.adopted({ kekEpoch: 9 }), content: text('epoch 5') }), forger.message(dialog, { kek: first, sequence: dialog.out.next + 1 })]],
    ];
    const ended: [string, string][] = [];
    for (const [reason, said] of contradictions) {
      const { dialog, title } = await begun();
      await forger.put(lawful, ...said(dialog));
      const [state, failure, kept] = await seen(title);
      expect([reason, state, failure, kept.filter((each) => each !== 'epoch 5')]).toEqual([reason, 'failed', reason, ['one', 'two']]);
      // Nothing revives it.
      await forger.put(lawful, forger.message(dialog, { dsk: forger.newDsk({ dskEpoch: 20, firstSequence: dialog.out.next + 3 }), sequence: dialog.out.next + 3 }));
      expect(await seen(title)).toEqual([state, failure, kept]);
      ended.push([title, reason]);
    }
    expect((await seen(other.title))[0]).toBe('open');
    await restarted();
    for (const [title, reason] of ended) expect((await seen(title)).slice(0, 2)).toEqual(['failed', reason]);
  }, 60_000);

  it('S1-41 S1-44 A22 A37 A41: what was removed, or may not be begun, does not come to be, also after a restart; allowed, it comes', async () => {
    const { dialog, title } = await begun();
    const again = [forger.message(dialog, { sequence: 1, content: writeContent({ type: 'title', title }) }), forger.message(dialog, { sequence: 2, content: text('one') }), forger.message(dialog)];
    const { conversationId, contactId } = (await hedda().call('conversations.list')).find((each) => each.title === title) ?? { conversationId: '', contactId: '' };
    await hedda().call('conversations.remove', { conversationId });
    const before = await everything();
    const control = forger.message(dialog, { control: true, sequence: dialog.out.control + 1, content: writeControl({ type: 'failed', reason: 'worn-out' }) });
    await forger.put(lawful, ...again, control);
    expect(await everything()).toBe(before);
    await restarted();
    await forger.put(lawful, ...again);
    expect((await hedda().call('conversations.list')).filter((each) => each.title === title)).toEqual([]);

    await hedda().call('contacts.setPermissions', { contactId, permissions: { openConversation: false } });
    const begins = mallory.openDialog('May I?');
    await forger.put(lawful);
    expect((await hedda().call('conversations.list')).filter((each) => each.title === 'May I?')).toEqual([]);
    expect(begins.out.unacknowledged.size).toBe(1);
    await hedda().call('contacts.setPermissions', { contactId, permissions: { openConversation: true } });
    // Hedda ends the connection, so that what waited is said again on the next one.
    await mallory.until(() => !mallory.session || mallory.session.ended);
    await dialled();
    await mallory.until(() => begins.out.unacknowledged.size === 0);
    expect((await seen('May I?'))[0]).toBe('open');
  });

  it('S1-44 S1-45 A19 A41: blocked in the middle nothing more comes in, by no door; unblocked, all that waited comes once and in order', async () => {
    const { dialog, title } = await begun();
    const found = (await hedda().call('conversations.list')).find((each) => each.title === title);
    const [contactId, conversationId] = [found?.contactId ?? '', found?.conversationId ?? ''];
    const said = Array.from({ length: 20 }, (_, at) => `while ${at}`);
    for (const each of said.slice(0, 10)) mallory.say(dialog, each);
    await hedda().call('contacts.block', { contactId });
    for (const each of said.slice(10)) mallory.say(dialog, each);
    const then = await texts(hedda(), conversationId, 'in');
    await mallory.until(() => !mallory.session || mallory.session.ended);
    await mallory.dial().then(() => expect.unreachable(), () => undefined);
    for (const [call, more] of [['messages.send', { text: 'no' }], ['keys.shift', {}], ['keys.shiftPair', {}]] as const) expect((await hedda().ask(call, { conversationId, ...more })).error?.data.code).toBe('contact.blocked');
    await restarted({ connect: false });
    await mallory.dial().then(() => expect.unreachable(), () => undefined);
    expect(await texts(hedda(), conversationId, 'in')).toEqual(then);
    await hedda().call('contacts.block', { contactId, blocked: false });
    mallory.talk.renew();
    await dialled();
    await mallory.until(() => dialog.out.unacknowledged.size === 0);
    expect((await seen(title))[2]).toEqual(['one', 'two', ...said]);
  });

  it('A29 A30 S2-10: messages that break the rules of keys in conversations that do not exist leave next to nothing, and nothing to be seen in the list', async () => {
    const { dialog, title } = await begun();
    const { conversationId } = (await hedda().call('conversations.list')).find((each) => each.title === title) ?? { conversationId: '' };
    // One that is taken, so that the block of the others is known and costs nothing more.
    await forger.put(lawful, forger.message(dialog));
    const before = (await hedda().call('conversations.list')).length;
    const lines = hedda().stderr.join('').split('\n').length;
    const reused = Array.from({ length: 200 }, () => forger.message(dialog, { dialogId: random(16), sequence: 1, dsk: forger.newDsk({ key: dialog.out.dsk.key }) }));
    await forger.put(lawful, ...reused);
    expect((await hedda().call('conversations.list')).length).toBe(before);
    expect(hedda().stderr.join('').split('\n').length - lines).toBeLessThanOrEqual(20);
    expect((await hedda().call('keys.status', { conversationId })).problems).toEqual([]);
    expect((await seen(title)).slice(0, 2)).toEqual(['open', undefined]);
  });

  it('S1-18 A16 A26: with the last epoch a KEK may have, one that is declared known to others is refused, and both go on', async () => {
    const { dialog, title } = await begun();
    const { own } = mallory.talk;
    const last = forger.adopted({ kekEpoch: 2 ** 31 });
    // The next one is below the floor, and not used.
    mallory.talk.own = own;
    await forger.put(lawful, forger.message(dialog, { kek: last, content: text('three') }));
    const conversationId = (await hedda().call('conversations.list')).find((each) => each.title === title)?.conversationId ?? '';
    await hedda().call('keys.shiftPair', { conversationId, compromised: true });
    const before = await seen(title);
    const { session } = mallory;
    session.sendPlain(item(2, forger.message(dialog, { kek: last })));
    // What was refused is answered by the floors, one above that epoch among them.
    await mallory.until(() => mallory.talk.controls.some((word: { type: string; floors?: { floor: number }[] }) => word.floors?.some(({ floor }) => floor === 2 ** 31 + 1)));
    expect(session.ended).toBeUndefined();
    expect(await seen(title)).toEqual(before);
    await hedda().call('messages.send', { conversationId, text: 'still here' });
    await mallory.heard('still here');
  });
});
