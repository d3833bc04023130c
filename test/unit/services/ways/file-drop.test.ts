import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorld, type Resident, toldOf, type World } from '../../../support/services-kit';

let world: World;
let ann: Resident;
let bo: Resident;
let stick: string;

beforeEach(async () => {
  stick = mkdtempSync(join(tmpdir(), 'keyshift-stick-'));
  world = createWorld();
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  for (const each of [ann, bo]) each.mute = true;
});
afterEach(() => {
  world.close();
  rmSync(stick, { recursive: true, force: true });
});

const files = (): string[] => readdirSync(stick).sort();
const contactOf = (resident: Resident): string => resident.profile.stores.contacts.list()[0]?.contactId ?? '';

async function writeTo(text: string): Promise<string> {
  const { contactId } = await ann.contacts.importKey({ text: (await bo.identity.exportPublic({ format: 'card' })).text });
  const { conversationId } = await ann.conversations.open({ contactId });
  await ann.messages.send({ conversationId, text });
  return conversationId;
}

describe('a folder that somebody carries', () => {
  test('S1-01: two people who never were online together become contacts and talk by files in one folder', async () => {
    const conversationId = await writeTo('hello');
    // Also before anybody has answered: that this is a way is said where the person looks for one.
    expect((await ann.networkCalls.reach({ contactId: contactOf(ann) })).advice).toContain('carry-by-file');
    expect(await ann.envelopes.save({ contactId: contactOf(ann), path: stick })).toMatchObject({ count: 3 });
    expect(files()).toEqual([expect.stringMatching(/^keyshift-\d+-[0-9a-f]{8}\.keyshift-envelopes$/)]);
    expect(readFileSync(join(stick, files()[0] ?? '')).includes('Ann')).toBe(false);
    expect((await ann.messages.list({ conversationId }))[0]).toMatchObject({ state: 'sent', way: 'file', waitingFor: 'acceptance' });

    expect(await bo.envelopes.open({ path: stick })).toEqual({ opened: 0, repeated: 0, refused: 0, waiting: 2, requests: 1 });
    expect(toldOf(bo, 'message.received')).toEqual([]);
    expect(await bo.envelopes.open({ path: stick })).toMatchObject({ opened: 0, waiting: 2 });
    const [request] = await bo.contacts.requests(undefined);
    expect(request).toMatchObject({ name: 'Ann', via: 'card' });
    await bo.contacts.answerRequest({ requestId: request?.requestId ?? '', accept: true });
    expect(toldOf(bo, 'message.received').map(({ message }) => message.text)).toEqual(['hello']);
    const [there] = await bo.conversations.list(undefined);
    await bo.messages.send({ conversationId: there?.conversationId ?? '', text: 'welcome' });
    await bo.envelopes.save({ contactId: contactOf(bo), path: stick });
    expect(files()).toHaveLength(2);

    // Ann's own file is in the folder, too: it is for somebody else.
    expect(await ann.envelopes.open({ path: stick })).toEqual({ opened: 3, repeated: 0, refused: 3 });
    expect(ann.profile.stores.contacts.list()[0]?.relation).toBe('mutual');
    expect((await ann.messages.list({ conversationId })).map(({ text, state }) => [text, state])).toEqual([['hello', 'delivered'], ['welcome', 'delivered']]);
  });

  test('S1-01: garbled, foreign and truncated files among them harm nobody; an empty folder is said to be one', async () => {
    await expect(bo.envelopes.open({ path: stick })).rejects.toMatchObject({ code: 'path.unusable' });
    await writeTo('hello');
    await ann.envelopes.save({ contactId: contactOf(ann), path: stick });
    const whole = readFileSync(join(stick, files()[0] ?? ''));
    writeFileSync(join(stick, 'a.keyshift-envelopes'), 'nothing of ours');
    writeFileSync(join(stick, 'b.keyshift-envelopes'), whole.subarray(0, whole.length - 40));
    writeFileSync(join(stick, 'c.keyshift-envelopes'), whole.map((byte, at) => (at === 3_000 ? byte ^ 1 : byte)));
    writeFileSync(join(stick, 'letter.txt'), 'dear Bo');
    expect(await bo.envelopes.open({ path: stick })).toEqual({ opened: 0, repeated: 0, refused: 3, waiting: 2, requests: 1 });
    expect(await ann.contacts.list(undefined)).toHaveLength(1);
    await expect(bo.envelopes.open({ path: join(stick, 'a.keyshift-envelopes') })).rejects.toMatchObject({ code: 'envelopes.garbled' });
  });

  test('S1-01: nothing is made for somebody whose card is not known', async () => {
    const { link } = await bo.contacts.createInvitation({});
    const { contactId } = await ann.contacts.acceptInvitation({ link });
    await expect(ann.envelopes.save({ contactId, path: stick })).rejects.toMatchObject({ code: 'contact.pending' });
    expect(files()).toEqual([]);
  });

  test('S1-01: nothing is made for somebody who will never open it, and no advice says so', async () => {
    await writeTo('hello');
    const contact = ann.profile.stores.contacts.list()[0] ?? expect.unreachable('Bo');
    ann.profile.stores.contacts.put({ ...contact, ended: 'invitation.refused' });
    await expect(ann.envelopes.save({ contactId: contactOf(ann), path: stick })).rejects.toMatchObject({ code: 'contact.pending' });
    expect((await ann.networkCalls.reach({ contactId: contactOf(ann) })).advice).not.toContain('carry-by-file');
    expect(files()).toEqual([]);
  });
});
