import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Refused } from '../second/bytes.mjs';
import { HKDF } from '../second/crypto.mjs';
import { readLink } from '../second/link.mjs';
import type { Peer } from '../second/peer.mjs';
import { lineOf, Records } from '../second/repository.mjs';
import type { Sibling } from '../second/sibling.mjs';
import type { HeadlessPeer } from '../support/headless-peer';
import { afterTheList, letIn, whoDials } from '../support/second-people';
import { newPerson, temporaryFolder, texts } from '../support/two-peers';

// Hedda's first device is a real headless peer. Her archive, which keeps records of sessions and is in other hands, a third device of hers, and Carol were written from docs/protocol.md alone.
const folder = temporaryFolder();
const records = new Records();
/** Everything that was ever given to the archive. */
const given: Buffer[] = [];
const siblings: InstanceType<typeof Sibling>[] = [];
let hedda: HeadlessPeer;
let carol: InstanceType<typeof Peer>;
let archive: InstanceType<typeof Sibling>;
let pocket: InstanceType<typeof Sibling>;
/** Of the device that may take sessions. */
let pocketId: Buffer;

beforeAll(async () => {
  hedda = (await newPerson(folder.path, 'hedda')).peer;
  carol = await whoDials('Carol');
  const [attic, other] = [await letIn(hedda, 'attic'), await letIn(hedda, 'pocket')];
  await hedda.call('devices.setArchive', { instanceId: attic.instanceId.toString('hex'), archive: true });
  await hedda.call('settings.set', { shareSessions: 'repository' });
  archive = await afterTheList(attic);
  siblings.push(archive);
  const { write } = records;
  records.write = (name: Buffer, expected: number, record: Buffer) => {
    given.push(Buffer.from(name), Buffer.from(record));
    return write.call(records, name, expected, record);
  };
  archive.records = records;
  await archive.meet();
  pocket = await afterTheList(other);
  siblings.push(pocket);
  pocketId = other.instanceId;
  await pocket.meet();
  await pocket.until(() => pocket.keys.pairs.length > 0);
  await archive.until(() => archive.keys.persons.length > 1);
  await carol.accept(readLink((await hedda.call('contacts.createInvitation')).link));
  const session = await carol.dial();
  await carol.until(() => session.isReady && session.hint);
  carol.openDialog('With Carol');
  await carol.until(() => carol.talk.unacknowledged().length === 0);
}, 120_000);
afterAll(async () => {
  carol?.close();
  for (const { session } of siblings) session.close();
  await hedda?.end();
  folder.release();
});

async function said(text: string): Promise<void> {
  carol.say([...carol.talk.dialogs.values()][0], text);
  await carol.until(() => carol.talk.unacknowledged().length === 0);
}
const heard = async (): Promise<string[]> => texts(hedda, (await hedda.call('conversations.list'))[0]?.conversationId ?? '', 'in');
const line = (keyId: Buffer) => lineOf(records, pocket.keys.persons, keyId) ?? expect.unreachable();

describe('an archive that is in other hands', () => {
  it('A68 S4-28: sees nothing of keys, people or which session it is, and what it is given opens for other devices only', async () => {
    const { session, person } = carol;
    const { keyId, rs } = session.entry();
    await said('nothing of this');
    expect(given.length).toBeGreaterThan(2);
    const secrets = { keyId, rs, 'whose it is': person.peerId, 'her device': person.instanceId, 'her key': person.spkiHash, 'her name': Buffer.from('Carol'), 'its owner': archive.otherId, 'the text': Buffer.from('nothing of this') };
    for (const [what, secret] of Object.entries(secrets)) expect([what, given.filter((bytes) => bytes.includes(Buffer.from(secret))).length]).toEqual([what, 0]);
    const { body } = line(keyId).line;
    expect(pocket.keys.openBody(body, keyId).keyId).toEqual(keyId);
    expect(() => archive.keys.openBody(body, keyId)).toThrow(Refused);
  }, 60_000);

  it('A67 A62: puts a record back to before it was lent: its owner finds out, keeps nothing there any more, and the conversation goes on', async () => {
    const { keyId } = carol.session.entry();
    const before = line(keyId).line;
    const name = pocket.keys.persons.map(({ key }: { key: Buffer }) => HKDF(key, 'repository-name', keyId, 16)).find((each: Buffer) => records.read(each).revision > 0);
    const { record: earlier } = records.read(name);
    // Another device reserves it, and lets it be.
    expect(line(keyId).put({ ...before, phase: 'lent', taker: pocketId, generation: before.generation + 1, leaseEnd: Date.now() + 1 })).toBeGreaterThan(0);
    expect(line(keyId).put({ ...before, generation: before.generation + 1 })).toBeGreaterThan(0);
    await said('after it was lent');
    expect(line(keyId).line).toMatchObject({ phase: 'held', generation: before.generation + 1 });
    records.revision += 1_000;
    records.kept.set(name.toString('hex'), { revision: records.revision, record: earlier });
    await said('after it was put back');
    const written = given.length;
    for (const text of ['and', 'so', 'on']) await said(text);
    expect(given.length).toBe(written);
    expect(records.read(name).record).toEqual(earlier);
    expect((await heard()).slice(-5)).toEqual(['after it was lent', 'after it was put back', 'and', 'so', 'on']);
    expect(hedda.stderr.join('\n')).toContain('repository.rolled-back');
  }, 60_000);
});
