import { createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../second/crypto.mjs';
import { readLink } from '../second/link.mjs';
import * as live from '../second/live.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person } from '../second/person.mjs';
import { makeResumeM1, TYPES } from '../second/session.mjs';
import type { HeadlessPeer } from '../support/headless-peer';
import { readyKeys } from '../support/rsa-keys';
import { newPerson, temporaryFolder, texts } from '../support/two-peers';

// One real headless process, and contacts of hers written from docs/protocol.md alone, who open sessions as they like, or whose entry was stolen. Over loopback TCP.
const folder = temporaryFolder();
const peers: InstanceType<typeof Peer>[] = [];
const pems = readyKeys(4);
let hedda: HeadlessPeer;
let carol: InstanceType<typeof Peer>;
let conversationId: string;

async function meets(name: string): Promise<InstanceType<typeof Peer>> {
  const peer = new Peer(new Person({ name, key: identityKey(1, createPrivateKey(pems[peers.length] ?? '')) }));
  peers.push(peer);
  await peer.listen();
  await peer.accept(readLink((await hedda.call('contacts.createInvitation')).link));
  if (!peer.session) await peer.dial();
  await peer.until(() => peer.session?.isReady && !peer.session.ended);
  return peer;
}

/** Ends what stands, and gives what the last session left behind at the contact. From here on she can be dialled by nobody, until she hears again. */
async function left() {
  await carol.until(() => carol.session?.isReady && !carol.session.ended);
  const { session } = carol;
  await carol.apart();
  carol.isDeaf = true;
  return { ...session.entry(), hint: session.hint };
}
type Entry = Awaited<ReturnType<typeof left>>;

/** What an attack must leave as it was. */
async function everything(): Promise<string> {
  const contacts = (await hedda.call('contacts.list')).map(({ contactId, name, keyEpoch, pending, permissions }) => [contactId, name, keyEpoch, pending, permissions] as const);
  const histories = await Promise.all(contacts.map(([contactId]) => hedda.call('contacts.keyHistory', { contactId })));
  const conversations = (await hedda.call('conversations.list')).map(({ title, state, failure }) => [title, state, failure]);
  return JSON.stringify({ contacts, histories, conversations, identity: await hedda.call('identity.get'), devices: (await hedda.call('devices.list')).map(({ instanceId, state }) => [instanceId, state]) });
}
const dialog = () => [...carol.talk.dialogs.values()][0];
const say = (text: string) => hedda.call('messages.send', { conversationId, text });
const heardByHedda = async (text: string) => (await texts(hedda, conversationId, 'in')).filter((each) => each === text).length;
const heardByCarol = (text: string): number => carol.talk.delivered.filter((each: { text?: string }) => each.text === text).length;

/** What the first frame of a resumption gets: a type of frame. */
async function answerTo(entry: Entry): Promise<number | undefined> {
  const wire = await live.Wire.dial(carol.contact.addresses[0]);
  wire.send(makeResumeM1(entry, { hint: entry.hint }).bytes);
  const answer = await wire.next();
  wire.close();
  return answer?.[0];
}

beforeAll(async () => {
  hedda = (await newPerson(folder.path, 'hedda', { nodeOptions: ['--require', join(__dirname, '../support/people-names.cjs')] })).peer;
  await hedda.call('settings.set', { findOnNetwork: false });
  carol = await meets('Carol');
  carol.openDialog('With Carol');
  await carol.until(() => carol.talk.unacknowledged().length === 0);
  conversationId = (await hedda.call('conversations.list'))[0]?.conversationId ?? '';
}, 60_000);
afterAll(async () => {
  for (const peer of peers) peer.close();
  await hedda?.end();
  folder.release();
});

describe('a contact who opens sessions as they like', () => {
  it('A55 S3-31: four in full and four from one entry at once, while it is dialled: one is left, one at the most was resumed, everything said comes once', async () => {
    const entry = await left();
    const before = await everything();
    carol.isDeaf = false;
    const dials = await Promise.allSettled(Array.from({ length: 8 }, (_, at) => carol.dial(at % 2 ? { resume: entry } : {})));
    const opened = dials.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    // Else there was no race.
    expect(opened.length).toBeGreaterThan(1);
    expect(opened.filter(({ resumed }) => resumed).length).toBeLessThanOrEqual(1);
    carol.say(dialog(), 'said in the race');
    await say('and back');
    await carol.heard('and back');
    await carol.until(() => carol.talk.unacknowledged().length === 0);
    await hedda.until('one is left', async () => (await hedda.call('network.status')).sessions.length === 1);
    await carol.until(() => carol.sessions.filter(({ ended }: { ended?: boolean }) => !ended).length === 1);
    // The one that is left works both ways.
    carol.say(dialog(), 'after the race');
    await carol.until(() => carol.talk.unacknowledged().length === 0);
    await say('and on');
    await carol.heard('and on');
    expect([await heardByHedda('said in the race'), await heardByHedda('after the race'), heardByCarol('and back'), heardByCarol('and on')]).toEqual([1, 1, 1, 1]);
    expect(await everything()).toBe(before);
  }, 60_000);

  it('A67 S4-14: an entry whose positions are ahead of what was sent, or of another history, is refused; a full handshake follows, and nothing is lost or doubled', async () => {
    const before = await everything();
    const changes: readonly [boolean, (received: Entry['received']) => Entry['received']][] = [
      [true, (received) => received],
      [false, ({ counter, digest }) => ({ counter: counter + 1, digest })],
      [false, ({ counter }) => ({ counter, digest: random(32) })],
    ];
    for (const [at, [isTaken, change]] of changes.entries()) {
      const entry = await left();
      carol.say(dialog(), `held ${at}`);
      const session = await carol.dial({ resume: { ...entry, received: change(entry.received) } });
      expect([at, session.resumed, session.afterRefusal]).toEqual([at, isTaken || undefined, isTaken ? undefined : true]);
      carol.isDeaf = false;
      await carol.until(() => carol.talk.unacknowledged().length === 0);
      expect(await heardByHedda(`held ${at}`)).toBe(1);
    }
    expect(await everything()).toBe(before);
  }, 60_000);

  it.each([
    ['at the same address and another port', 'Mallory', (): string => '127.0.0.1'],
    ['at a name beside hers and the same address', 'Molly', (name: string): string => `${name}.people.test`],
  ])('A66 S4-21: another contact %s is shown no session of hers', async (_where, name, hostOf) => {
    const mallory = await meets(name);
    await carol.until(() => carol.session?.isReady && !carol.session.ended);
    carol.addresses = [{ ...carol.server.address, host: hostOf('carol') }];
    carol.session.send({ type: 3, body: carol.person.card({ addresses: carol.addresses, forContact: true }) });
    await left();
    const known = [...carol.entries.keys()];
    // From here on nothing of Mallory's is taken up, so that she is dialled by whatever there is for her.
    mallory.entries.clear();
    const frames = new Promise<Buffer>((resolve) => {
      mallory.isDeaf = true;
      mallory.server.close();
      void live.listen(async (wire: InstanceType<typeof live.Wire>) => {
        const first = await wire.next();
        wire.close();
        if (first) resolve(first);
      }).then(async (server: { address: { host: string; port: number }; close(): void }) => {
        mallory.server = server;
        mallory.addresses = [{ ...server.address, host: hostOf('mallory') }];
        mallory.session.send({ type: 3, body: mallory.person.card({ addresses: mallory.addresses, forContact: true }) });
        mallory.session.close();
      });
    });
    const frame = await frames;
    // An entry of Mallory's own may be shown; of Carol's nothing.
    expect(known.length).toBeGreaterThan(0);
    for (const keyId of known) expect(frame.includes(Buffer.from(keyId, 'hex'))).toBe(false);
    carol.isDeaf = false;
    await carol.dial();
  }, 60_000);
});

describe('an entry that was stolen from a contact', () => {
  it('A56: opens one session for its thief, in which nothing can be read; the owner is refused, is back by a full handshake, and has everything once', async () => {
    const entry = await left();
    const before = await everything();
    // What a thief sends: an entry is all that is used here, and names that certificates show to everybody.
    const stolen = await live.resume(carol.person, carol.contact.addresses[0], entry);
    expect(stolen.refused).toBeUndefined();
    stolen.send({ type: 8, body: carol.talk.standing() });
    await say('for Carol alone');
    const types: number[] = [];
    while (!types.some((type) => type === 2 || type === 6)) {
      for (const { type, body } of (await stolen.next()) ?? expect.unreachable()) {
        types.push(type);
        expect(body.includes(Buffer.from('for Carol alone'))).toBe(false);
      }
    }
    // A message that no key of hers sealed is nothing.
    stolen.send({ type: 2, body: random(3_000) });
    // It was good for one.
    expect(await answerTo(entry)).toBe(TYPES.retry);
    expect(await carol.dial({ resume: entry })).toMatchObject({ afterRefusal: true });
    carol.isDeaf = false;
    await carol.heard('for Carol alone');
    stolen.close();
    await hedda.until('Carol has it', async () => (await hedda.call('messages.list', { conversationId })).every(({ direction, state }) => direction === 'in' || state === 'delivered'));
    expect(heardByCarol('for Carol alone')).toBe(1);
    expect(await everything()).toBe(before);
  }, 60_000);

  it('A56: used up by somebody else, the owner finds it out: what she shows is refused, she is back by a full handshake, and it is said with the contact', async () => {
    await left();
    const contactId = (await hedda.call('contacts.list')).find(({ name }) => name === 'Carol')?.contactId ?? '';
    const since = (await hedda.call('network.reach', { contactId })).resumeRefusedAt ?? 0;
    const before = await everything();
    const sessions = carol.sessions.length;
    // Whoever came first took every entry there was.
    carol.entries.clear();
    carol.isDeaf = false;
    await hedda.call('network.tryNow', { contactId });
    expect((await carol.dialledAfter(sessions)).resumed).toBeUndefined();
    await hedda.until('it is said', async () => ((await hedda.call('network.reach', { contactId })).resumeRefusedAt ?? 0) > since);
    expect(await everything()).toBe(before);
  }, 60_000);
});
