import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '../second/credentials.mjs';
import { join as joinAsDevice } from '../second/device.mjs';
import { SharedKeys } from '../second/handover.mjs';
import { readLink } from '../second/link.mjs';
import * as live from '../second/live.mjs';
import { Peer } from '../second/peer.mjs';
import { lineOf, Records, takeFromRepository } from '../second/repository.mjs';
import { makeResumeM1, targetOf } from '../second/session.mjs';
import { Sibling } from '../second/sibling.mjs';
import type { HeadlessPeer } from '../support/headless-peer';
import { afterTheList, letIn, whoDials } from '../support/second-people';
import { newPerson, temporaryFolder, texts } from '../support/two-peers';

// Hedda's first device is a real headless peer. Her archive, which keeps records of sessions for all, her third device, which takes one, and Carol were written from docs/protocol.md alone.
const folder = temporaryFolder();
const records = new Records();
let hedda: HeadlessPeer;
let carol: InstanceType<typeof Peer>;
let attic: Awaited<ReturnType<typeof joinAsDevice>>;
let pocket: Awaited<ReturnType<typeof joinAsDevice>>;
let keys: InstanceType<typeof SharedKeys>;
const siblings: InstanceType<typeof Sibling>[] = [];

beforeAll(async () => {
  hedda = (await newPerson(folder.path, 'hedda')).peer;
  carol = await whoDials('Carol');
  attic = await letIn(hedda, 'attic');
  pocket = await letIn(hedda, 'pocket');
  await hedda.call('devices.setArchive', { instanceId: attic.instanceId.toString('hex'), archive: true });
  await hedda.call('settings.set', { shareSessions: 'repository' });
  const archive = await afterTheList(attic);
  siblings.push(archive);
  archive.records = records;
  await archive.meet();
  const other = await afterTheList(pocket);
  siblings.push(other);
  await other.meet();
  ({ keys } = other);
  await other.until(() => keys.pairs.length > 0);
  await carol.accept(readLink((await hedda.call('contacts.createInvitation')).link));
}, 120_000);
afterAll(async () => {
  carol.close();
  for (const { session } of siblings) session.close();
  await hedda.end();
  folder.release();
});

describe('an archive that keeps records of sessions', () => {
  it('S4-08 S4-28 S4-29: has a session as held, with a body for who may take it and none for itself, before the first word to the contact', async () => {
    expect(attic.chain.list.entries.map(({ roles }: { roles: number }) => roles & ROLES.archive).filter(Boolean)).toEqual([ROLES.archive]);
    const session = await carol.dial();
    await carol.until(() => session.isReady && session.hint);
    const { keyId } = session.entry();
    const found = lineOf(records, keys.persons, keyId);
    expect(found?.line).toMatchObject({ phase: 'held', generation: 0, owner: siblings[1]?.otherId });
    const state = keys.openBody(found?.line.body, keyId);
    expect([state.keyId, state.peerId]).toEqual([keyId, carol.person.peerId]);
    expect(state.sent.counter).toBeGreaterThan(1);
    const writes = records.writes;
    carol.openDialog('At home');
    carol.say([...carol.talk.dialogs.values()][0], 'on the way');
    const conversationId = async () => (await hedda.call('conversations.list'))[0]?.conversationId ?? '';
    await hedda.until('a conversation', async () => (await conversationId()) !== '');
    await hedda.until('the message', async () => (await texts(hedda, await conversationId(), 'in')).includes('on the way'));
    await carol.until(() => carol.talk.unacknowledged().length === 0);
    expect(records.writes).toBeGreaterThan(writes);
    expect(keys.openBody(lineOf(records, keys.persons, keyId)?.line.body, keyId).sent.counter).toBeGreaterThan(state.sent.counter);
  });

  it('S4-15 S4-19 S4-35: who takes it there goes on with it; its owner finds out with the next write, says nothing more and has it no more', async () => {
    const { session } = carol;
    const { hint } = session;
    const entry = { ...session.entry(), hint };
    const target = targetOf(entry.keyId, pocket.chain.instance.hash);
    const shown = makeResumeM1(entry, { hint, target }).bytes;
    const taken = takeFromRepository(pocket, keys, shown, records);
    expect(taken?.keyId).toEqual(entry.keyId);
    expect(takeFromRepository(pocket, keys, shown, records)).toBeUndefined();
    // Its owner answers nothing from here on: the acknowledgement waits for the record, which is another device's.
    carol.say([...carol.talk.dialogs.values()][0], 'to nobody');
    await carol.until(() => session.ended);
    expect(carol.talk.unacknowledged()).toHaveLength(1);
    expect(lineOf(records, keys.persons, entry.keyId)?.line).toMatchObject({ phase: 'gone', taker: pocket.instanceId });

    const server = await live.listen(async (wire: InstanceType<typeof live.Wire>) => {
      const m1 = await wire.next();
      const there = await live.answerResumption(pocket, wire, m1, () => taken);
      there?.send({ type: 4, body: Buffer.from('at home!') });
    });
    const goesOn = await live.resume(carol.person, server.address, { ...entry, peerInstanceHash: pocket.chain.instance.hash, chain: pocket.chain });
    expect((await goesOn.next())[0].body.toString()).toBe('at home!');
    goesOn.close();
    server.close();
    expect(await carol.dial({ resume: entry })).toMatchObject({ afterRefusal: true });
    await carol.until(() => carol.talk.unacknowledged().length === 0);
  });

  it('S4-08: while it does not answer, records go to the contact after a second, and what it has is behind', async () => {
    await carol.until(() => carol.session?.isReady);
    records.isSilent = true;
    carol.say([...carol.talk.dialogs.values()][0], 'still there');
    await carol.until(() => carol.talk.unacknowledged().length === 0);
    const entry = { ...carol.session.entry(), hint: carol.session.hint };
    const shown = makeResumeM1(entry, { hint: entry.hint, target: targetOf(entry.keyId, pocket.chain.instance.hash) }).bytes;
    const line = lineOf(records, keys.persons, entry.keyId)?.line;
    expect(keys.openBody(line?.body, entry.keyId).sent.counter).toBeLessThan(entry.received.counter);
    const taken = takeFromRepository(pocket, keys, shown, records);
    const answer = new Promise((resolve) => {
      void live.listen(async (wire: InstanceType<typeof live.Wire>) => resolve(await live.answerResumption(pocket, wire, await wire.next(), () => taken))).then(async (server: { address: { host: string; port: number }; close(): void }) => {
        const refused = await live.resume(carol.person, server.address, { ...entry, peerInstanceHash: pocket.chain.instance.hash, chain: pocket.chain });
        expect(refused.refused).toBeDefined();
        refused.refused.close();
        server.close();
      });
    });
    expect(await answer).toBeUndefined();
  });
});
