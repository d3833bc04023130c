import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromCardText, readCard } from '../second/card.mjs';
import { readInstanceCredential } from '../second/credentials.mjs';
import { hearLog, join as joinAsDevice, toSibling } from '../second/device.mjs';
import { readFact } from '../second/facts.mjs';
import { knock, ping, records, sayFirst, wrongChannels, wrongFirstFrames } from '../second/faults.mjs';
import { readLink, safetyNumber } from '../second/link.mjs';
import { dialTo } from '../second/live.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person } from '../second/person.mjs';
import { askForKeys } from '../second/rekey.mjs';
import { request } from '../second/request.mjs';
import type { HeadlessPeer } from '../support/headless-peer';
import { readyKeys } from '../support/rsa-keys';
import { newPerson, temporaryFolder, texts } from '../support/two-peers';

// One real headless process, and one peer that was written from docs/protocol.md alone (test/second), over loopback TCP. Tests go on where the one before ended.
const folder = temporaryFolder();
const pems = readyKeys(4);
const keyOf = (epoch: number) => identityKey(epoch, createPrivateKey(pems[epoch - 1] ?? ''));

let hedda: HeadlessPeer;
let second: InstanceType<typeof Peer>;
let contactId: string;
let conversationId: string;

beforeAll(async () => {
  hedda = (await newPerson(folder.path, 'hedda')).peer;
  second = new Peer(new Person({ name: 'Second', key: keyOf(1) }));
  await second.listen();
});
afterAll(async () => {
  second.close();
  await hedda.end();
  folder.release();
});

/** The one conversation, as it is called on either side. */
const dialog = () => [...second.talk.dialogs.values()][0];
const send = (text: string) => hedda.call('messages.send', { conversationId, text });
const incoming = (count: number) => hedda.until(`${count} messages`, async () => (await texts(hedda, conversationId, 'in')).length === count);
const acknowledged = () => second.until(() => second.talk.unacknowledged().length === 0);
const allDelivered = () => hedda.until('all delivered', async () => (await hedda.call('messages.list', { conversationId })).every(({ state }) => state === 'delivered'));

describe('a peer written from the document talks to this one', () => {
  it('S3-01 S3-02 S3-08 S5-04: an invitation, the four messages, cards, and the same safety number', async () => {
    const { link } = await hedda.call('contacts.createInvitation');
    await second.accept(readLink(link));
    const session = await second.dial();
    await hedda.until('connected', async () => (await hedda.call('contacts.list'))[0]?.reach === 'direct');
    const [contact] = await hedda.call('contacts.list');
    contactId = contact?.contactId ?? '';
    expect(contact).toMatchObject({ name: 'Second', pending: false, keyEpoch: 1 });
    const { digits } = await hedda.call('contacts.safetyNumber', { contactId });
    const theirs = { peerId: session.chain.peerIdBytes, spkiHash: session.chain.identity.spkiHash };
    expect(safetyNumber(second.person, theirs)).toBe(digits);
    await second.until(() => second.items.includes(3) && second.items.includes(8));
  });

  it('S1-21 S1-27 S2-14: a title and messages each way, acknowledged by both, the later ones in the short form', async () => {
    second.talk.short = true;
    second.openDialog('From the document');
    second.say(dialog(), 'Good day');
    await hedda.until('a conversation', async () => (await hedda.call('conversations.list')).length === 1);
    const [conversation] = await hedda.call('conversations.list');
    conversationId = conversation?.conversationId ?? '';
    expect(conversation?.title).toBe('From the document');
    await incoming(1);
    await acknowledged();
    await send('And to you');
    await send('Twice');
    expect((await second.heard('Twice')).dialog).toBe(dialog());
    await allDelivered();
    expect(second.items.filter((type) => type === 6).length).toBeGreaterThan(0);
    expect(second.refused).toEqual([]);
  });

  it('S1-47: headers that one of the two does not have are asked for and come, whoever lacks them', async () => {
    const before = second.items.length;
    second.talk.headers.clear();
    await send('What was that');
    await second.heard('What was that');
    // Short, asked about, and in full.
    const came = second.items.slice(before).filter((type) => type === 6 || type === 2);
    expect([came[0], came.includes(2)]).toEqual([6, true]);
    await allDelivered();

    // A new session key, as if its header had gone already.
    second.talk.shiftDsk(dialog());
    second.talk.sentHeaders = { has: () => true, add: () => undefined };
    const asked = second.items.length;
    second.say(dialog(), 'As I said');
    await incoming(2);
    await acknowledged();
    expect(second.items.slice(asked)).toContain(7);
    second.talk.sentHeaders = new Set();
    second.talk.short = true;
    expect(second.refused).toEqual([]);
  });

  it('S2-14 S2-17 S1-18: new session keys and new key exchange keys, routinely, from either side', async () => {
    second.talk.shiftDsk(dialog());
    second.say(dialog(), 'under my second session key');
    await hedda.call('keys.shift', { conversationId });
    await send('under mine');
    expect((await second.heard('under mine')).dskEpoch).toBeGreaterThan(1);
    second.talk.shiftKek();
    second.say(dialog(), 'under my second exchange key');
    await incoming(4);
    await acknowledged();
    await send('under yours');
    expect(await second.heard('under yours')).toMatchObject({ kekEpoch: 2, kekBy: second.person.instanceId });
    await hedda.call('keys.shiftPair', { conversationId });
    await send('under whose');
    expect((await second.heard('under whose')).kekEpoch).toBeGreaterThan(0);
    await allDelivered();
    expect(second.refused).toEqual([]);
  });

  it('S2-14 A17: after a compromise, said by either side, both go on under keys that are new', async () => {
    await hedda.call('keys.shiftPair', { conversationId, compromised: true });
    await send('nothing from before is taken');
    const heard = await second.heard('nothing from before is taken');
    expect(heard.kekBy).toEqual(second.contact.chain.instanceId);
    second.say(dialog(), 'heard');
    await incoming(5);
    await acknowledged();
    second.talk.compromised();
    second.say(dialog(), 'and mine');
    second.flush();
    await incoming(6);
    await acknowledged();
    await send('all right');
    expect((await second.heard('all right')).kekBy).toEqual(second.person.instanceId);
    await allDelivered();
    expect(second.refused).toEqual([]);
  });

  it('S3-08 S4-11 S4-17: the session closes, the next one is resumed from it, whoever dials; an entry is good once', async () => {
    const before = second.sessions.length;
    for (const session of second.sessions) session.close();
    await second.until(() => second.sessions.every(({ ended }) => ended));
    await send('resumed');
    const dialled = await second.until(() => second.sessions[before]);
    expect(dialled).toMatchObject({ resumed: true, dialledByThem: true });
    await second.heard('resumed');

    second.isDeaf = true;
    dialled.close();
    await second.until(() => dialled.ended);
    const used = second.entry;
    expect(await second.dial({ resume: used })).toMatchObject({ resumed: true });
    second.say(dialog(), 'resumed as well');
    await incoming(7);
    await acknowledged();
    const full = await second.dial({ resume: used });
    expect(full).toMatchObject({ afterRefusal: true });
    await second.until(() => full.isReady);
    await send('in full');
    await second.heard('in full');
    await allDelivered();
    expect(second.refused).toEqual([]);
  });

  it('S5-01 S5-02 S5-03 S5-32 S5-33: a new identity key of the second is asked for, followed and pinned; messages go on', async () => {
    second.isDeaf = false;
    second.rotate(keyOf(2));
    // Refused with `retry`, unless the other side dialled meanwhile and has asked already.
    await second.dial().catch(() => undefined);
    await second.until(() => second.questions > 0 && second.sessions.some((each) => each.isReady && !each.ended));
    await hedda.until('the pin moved', async () => (await hedda.call('contacts.keyHistory', { contactId })).length === 2);
    const keys = await hedda.call('contacts.keyHistory', { contactId });
    expect(keys.map(({ epoch }) => epoch).toSorted()).toEqual([1, 2]);
    second.say(dialog(), 'under my second identity key');
    await incoming(8);
    await acknowledged();
    await send('taken');
    await second.heard('taken');
    await allDelivered();
    expect(second.refused).toEqual([]);
  });

  it('S5-01 S5-05 A72: a new identity key of the other side: a stranger is told steps alone, a contact all; then it is pinned here', async () => {
    second.isDeaf = true;
    const pinned = second.contact.chain.identity;
    await hedda.call('identity.rotate');
    const asStranger = await askForKeys(second.contact.addresses[0], { pin: { ...pinned, recoveryEpoch: 0 } });
    expect(asStranger.head?.epoch).toBe(2);
    expect(asStranger.chain).toBeUndefined();
    const answer = await second.ask();
    expect(answer.chain.identity.name).toBe('hedda');
    expect(answer.head).toMatchObject({ epoch: 2, spki: asStranger.head?.spki });
    expect(await askForKeys(second.contact.addresses[0], { pin: { ...pinned, ...answer.head } })).toEqual({ refused: true });
    const session = await second.dial();
    expect(session.chain.identity.epoch).toBe(2);
    await second.until(() => session.isReady);
    second.say(dialog(), 'I know you');
    await incoming(9);
    await acknowledged();
    await send('And I you');
    await second.heard('And I you');
    await allDelivered();
    expect(second.refused).toEqual([]);
  });

  it('S1-48 A22: apart from each other a file goes each way; what comes twice counts once', async () => {
    for (const session of second.sessions) session.close();
    await second.until(() => second.sessions.every(({ ended }) => ended));
    await send('by file');
    const path = join(folder.path, 'from-hedda.keyshift-envelopes');
    await hedda.call('envelopes.save', { contactId, path });
    const opened = second.openFile(readFileSync(path));
    expect(opened.map(({ outcome }) => outcome)).toContain('delivered');
    await second.heard('by file');
    expect(second.openFile(readFileSync(path)).map(({ outcome }) => outcome)).not.toContain('delivered');
    second.say(dialog(), 'by file, too');
    const back = join(folder.path, 'to-hedda.keyshift-envelopes');
    writeFileSync(back, second.makeFile(dialog()));
    expect(await hedda.call('envelopes.open', { path: back })).toEqual({ opened: 2, repeated: 0, refused: 0 });
    await incoming(10);
    await allDelivered();
  });

  it('S1-08 A24 A25: what nobody knows yet keeps its place; what overtakes waits; what was lost here comes again, the same', async () => {
    const session = await second.dial();
    await second.until(() => session.isReady);
    second.sayRaw(dialog(), Buffer.from([1, 77, 1, 2, 3]));
    const [early, late] = ['six', 'seven'].map((text) => second.talk.send(dialog(), { type: 'text', text }));
    second.sendAll(late);
    await second.until(() => second.talk.controls.at(-1)?.bitmap?.equals(Buffer.from([1])));
    second.sendAll(early);
    await acknowledged();
    const all = await hedda.call('messages.list', { conversationId });
    expect(all.filter(({ direction }) => direction === 'in').slice(-3).map(({ kind, text }) => [kind, text])).toEqual([['unsupported', ''], ['text', 'six'], ['text', 'seven']]);

    const stream = second.streamOf(dialog());
    const { cumulative, digest } = stream;
    for (const each of second.sessions) each.close();
    await second.until(() => second.sessions.every(({ ended }) => ended));
    second.forget(dialog());
    const next = await second.dial();
    await second.until(() => next.isReady && stream.cumulative === cumulative);
    expect(stream.digest).toEqual(digest);
  });

  it('A29: two session keys under one epoch end the dialog, and that is said', async () => {
    const session = await second.dial();
    await second.until(() => session.isReady);
    second.contradict(dialog());
    await second.until(() => second.talk.controls.at(-1)?.type === 'failed');
    expect(second.talk.controls.at(-1).reason).toBe('key-conflict');
    expect(await hedda.call('conversations.get', { conversationId })).toMatchObject({ state: 'failed' });
  });

  it('S1-48: strangers ask to be contacts, over a channel and by a file alone, and are answered both ways', async () => {
    const { text } = await hedda.call('identity.exportPublic', { format: 'card' });
    const card = readCard(fromCardText(text), { now: Date.now() });
    const asks = new Person({ name: 'Asks', key: identityKey(1, createPrivateKey(pems[2] ?? '')) });
    const answer = async (name: string) => {
      const found = (await hedda.call('contacts.requests')).find((each) => each.name === name);
      await hedda.call('contacts.answerRequest', { requestId: found?.requestId ?? '', accept: true });
    };
    expect((await request(asks, card, { addresses: second.addresses })).status).toBe('pending');
    await answer('Asks');
    expect((await request(asks, card, { addresses: second.addresses })).status).toBe('accepted');

    const apart = new Peer(new Person({ name: 'Apart', key: identityKey(1, createPrivateKey(pems[3] ?? '')) }));
    const [there, back] = ['there', 'back'].map((name) => join(folder.path, `${name}.keyshift-envelopes`));
    writeFileSync(there ?? '', apart.firstFile(card.chain, 'By file', 'Shall we?'));
    expect(await hedda.call('envelopes.open', { path: there })).toEqual({ opened: 0, repeated: 0, refused: 0, waiting: 2, requests: 1 });
    await answer('Apart');
    await hedda.until('opened', async () => (await hedda.call('conversations.list')).some(({ preview }) => preview === 'Shall we?'));
    const [conversation] = (await hedda.call('conversations.list')).filter(({ title }) => title === 'By file');
    await hedda.call('messages.send', { conversationId: conversation?.conversationId ?? '', text: 'We shall' });
    await hedda.call('envelopes.save', { contactId: conversation?.contactId ?? '', path: back });
    apart.openFile(readFileSync(back ?? ''));
    expect(apart.cards.map(({ chain }) => chain.peerId)).toEqual([card.chain.peerId]);
    expect(apart.talk.delivered.map(({ text: said }: { text: string }) => said)).toEqual(['We shall']);
    expect(apart.talk.unacknowledged()).toEqual([]);
  });

  it('S4-26 S4-32: a device of the other person, let in by six digits, is told everything and can read it', async () => {
    const { conversationId: next } = await hedda.call('conversations.open', { contactId, title: 'Next' });
    const { messageId } = await hedda.call('messages.send', { conversationId: next, text: 'first' });
    await hedda.call('messages.send', { conversationId: next, text: 'second', replyTo: messageId });
    await hedda.call('messages.edit', { messageId, text: 'First' });
    await hedda.call('messages.react', { messageId, emoji: '👍' });
    await hedda.call('conversations.update', { conversationId: next, title: 'Another', pinned: true, disappearAfter: 3600, draft: { text: 'not yet', replyTo: messageId } });
    await hedda.call('contacts.rename', { contactId, name: 'The second' });
    await hedda.call('contacts.setChecked', { contactId, checked: true });
    await hedda.call('keys.setPolicy', { conversationId: next, policy: 'frequent' });

    const { link } = await hedda.call('devices.link');
    const device = await joinAsDevice(readLink(link, 'device'), {
      name: 'Second device',
      compare: async (digits: string) => {
        await hedda.until('digits', async () => (await hedda.call('devices.linking')).digits === digits);
        await hedda.call('devices.confirm', { same: true });
        return true;
      },
    });
    const [host] = device.grant.devices;
    const session = await dialTo(device, host.addresses[0], toSibling(readInstanceCredential(host.credential), device.peerId));
    const told = ['block', 'ended', 'erased', 'failed', 'file', 'gone'];
    const acts = async () => {
      const path = join(folder.path, 'a-file.txt');
      writeFileSync(path, 'hello');
      await hedda.call('files.send', { conversationId: next, path });
      await hedda.call('messages.delete', { messageId });
      const asks = (await hedda.call('contacts.list')).find(({ name }) => name === 'Asks');
      await hedda.call('contacts.block', { contactId: asks?.contactId ?? '', blocked: true });
      await hedda.call('contacts.remove', { contactId: asks?.contactId ?? '' });
    };
    let acting: Promise<void> | undefined;
    const log = await hearLog(device, session, (heard: { isComplete: boolean; facts: { kind: string }[] }) => {
      if (heard.isComplete) acting ??= acts();
      return told.every((kind) => heard.facts.some((fact) => fact.kind === kind));
    });
    await acting;
    for (const fact of log.facts) expect(readFact(fact), fact.kind).toBeDefined();
    const kinds = new Set(log.facts.map(({ kind }: { kind: string }) => kind));
    for (const kind of ['alias', 'change', 'check', 'conversation', 'dialog', 'message', 'person', 'pin', 'policy', 'sent', 'setting', 'shelf', 'start', 'stream', 'timer', 'title', ...told]) expect(kinds, kind).toContain(kind);
    const other = (await hedda.call('devices.list')).find(({ current }) => !current);
    expect(other).toMatchObject({ name: 'Second device', state: 'active', connected: true });
    session.close();
  });

  it('S3-07 A78: what is wrong is seen outside as the document says, and nothing more', async () => {
    const [address] = second.contact.addresses;
    const wrong = wrongFirstFrames(second.person, second.contact.chain, new Person({ name: 'Stranger', key: identityKey(1, createPrivateKey(pems[2] ?? '')) }));
    const refused = async ([name, bytes]: [string, Buffer]) => {
      const { seen, first } = await knock(address, bytes);
      expect([name, seen]).toEqual([name, [4]]);
      expect(first, name).toBeGreaterThanOrEqual(49);
    };
    await Promise.all(Object.entries(wrong.retry).map(refused));
    for (const [name, bytes] of Object.entries(wrong.closed)) expect([name, (await knock(address, bytes)).seen]).toEqual([name, []]);
    for (const [name, [purpose, kind, body, seen]] of Object.entries(wrongChannels(second.person))) expect([name, await sayFirst(address, purpose, kind, body)]).toEqual([name, seen]);
    const { closed, open } = records();
    const session = await second.dial();
    await second.until(() => session.isReady);
    const before = second.items.filter((type) => type === 5).length;
    for (const plaintext of Object.values(open)) session.sendPlain(plaintext);
    session.sendPlain(ping());
    await second.until(() => second.items.filter((type) => type === 5).length > before);
    expect(session.ended).toBeUndefined();
    for (const [name, plaintext] of Object.entries(closed)) {
      // Resumed where that is taken: of whole handshakes one address is given few at once (§8, limits).
      const each = await second.dial({ resume: second.entry });
      each.sendPlain(plaintext);
      await second.until(() => each.ended);
      expect(each.ended, name).toBe(true);
    }
  });
});
