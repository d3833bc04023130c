import { afterEach, describe, expect, it } from 'vitest';
import { sayFile } from '../../../../electron/services/files/telling-devices';
import { calledOff } from '../../../../electron/services/replication/kinds/called-off';
import { isThere, severalWindows as content, type TalkOfTwo, talkOfTwo, transferOf } from '../../../support/file-talk';
import { createWorld, toldOf, type World } from '../../../support/services-kit';

describe('files of messages, on several own devices', () => {
  let world: World;
  afterEach(() => world.close());

  async function pair(): Promise<TalkOfTwo> {
    world = createWorld();
    return talkOfTwo(world);
  }

  it('another own device learns of a file and gets it from the one that has it, though the contact is away', async () => {
    const { ada, bo, conversationId } = await pair();
    ada.disk.files.set('/a.bin', content);
    const { transferId } = await ada.files.send({ conversationId, path: '/a.bin' });
    await world.until('the desk has it', () => isThere(bo) && transferOf(bo).state === 'done');
    bo.db.prepare('UPDATE transfers SET added_at = 1').run();
    const contact = bo.profile.stores.contacts.byPeer(ada.profile.local.peerId);
    if (contact === undefined) throw new Error('Bo knows Ada');
    bo.profile.stores.contacts.put({ ...contact, permissions: { ...contact.permissions, sendFile: false } });
    const refused = await ada.files.send({ conversationId, path: '/a.bin' });
    await world.until('the desk knows of both', () => bo.profile.files.list().length === 2);
    const pocket = await world.link(bo, 'pocket');
    await world.until('the pocket knows', () => pocket.profile.files.list().length === 2);
    await world.pass(2_000);
    // The line of the list says what came, as on the device that it came to.
    for (const device of [bo, pocket]) expect((await device.conversations.list(undefined)).map(({ preview }) => preview)).toEqual(['a.bin']);
    // Nothing old is fetched by itself, and nothing of somebody who may send no files, on no device.
    expect(pocket.profile.files.list()).toMatchObject([{ transferId: refused.transferId, state: 'offered' }, { transferId, state: 'offered', held: false }]);
    expect(pocket.disk.contents.size).toBe(0);
    ada.mute = true;
    ada.close();
    await pocket.files.accept({ transferId });
    await world.until('the pocket has it', () => pocket.profile.files.list().some(({ held }) => held));
    await pocket.files.save({ transferId, path: '/saved' });
    expect(Buffer.compare(pocket.disk.files.get('/saved') ?? Buffer.alloc(0), content)).toBe(0);
  });

  it('S4-32: an own device that was away shows whose doing it was that a file was called off, and so does one that is linked later', async () => {
    const { ada, bo, conversationId } = await pair();
    bo.settings = { ...bo.settings, acceptFilesUpTo: 0 };
    ada.disk.files.set('/a.txt', content);
    // From before there was another device, and so from before anything was said to one.
    const first = await ada.files.send({ conversationId, path: '/a.txt' });
    await world.until('the first offer', () => isThere(bo));
    await bo.files.cancel(first);
    await world.until('Ada knows', () => transferOf(ada).cancelledBy === 'them');
    const pocket = await world.link(ada, 'pocket');
    await world.until('the pocket knows of it', () => pocket.profile.files.list()[0]?.cancelledBy === 'them');
    const known = await ada.files.send({ conversationId, path: '/a.txt' });
    await world.until('the pocket knows of one more', () => pocket.profile.files.list().length === 2);
    pocket.mute = true;
    pocket.reopen();
    const declined = await ada.files.send({ conversationId, path: '/a.txt' });
    const withdrawn = await ada.files.send({ conversationId, path: '/a.txt' });
    await world.until('the offers', () => bo.profile.files.list().length === 4);
    for (const each of [known, declined]) await bo.files.cancel(each);
    await ada.files.cancel(withdrawn);
    const by = (device: typeof ada) => [known, declined, withdrawn].map(({ transferId }) => device.profile.files.ofAll([transferId]).map(({ state, cancelledBy }) => [state, cancelledBy])[0]);
    const all = [['cancelled', 'them'], ['cancelled', 'them'], ['cancelled', 'me']];
    await world.until('Ada has heard', () => JSON.stringify(by(ada)) === JSON.stringify(all));
    // Nobody else can tell it: the other person is gone.
    bo.mute = true;
    bo.close();
    pocket.mute = false;
    pocket.reopen();
    await world.until('the pocket has heard', () => JSON.stringify(by(pocket)) === JSON.stringify(all));
    expect(toldOf(pocket, 'transfer.progress').at(-1)?.cancelledBy).toBeDefined();
    const later = await world.link(ada, 'later');
    await world.until('the later one has heard', () => JSON.stringify(by(later)) === JSON.stringify(all));
    // What was erased is in no log: nothing of it is said any more.
    await ada.messages.delete({ messageId: declined.messageId });
    await world.until('gone everywhere', () => [pocket, later].every(({ profile }) => profile.files.ofAll([declined.transferId]).length === 0));
    const left = (device: typeof ada) => device.db.prepare("SELECT count(*) AS n FROM replica_facts WHERE kind = 'called-off' AND value IS NOT NULL").get()?.['n'];
    // Who said it reads it from the file, which is gone.
    expect([ada, pocket, later].map(left)).toEqual([0, 3, 3]);
    // With its conversation as well: not even that something was said of a place in it.
    await ada.conversations.remove({ conversationId });
    const places = (device: typeof ada) => device.db.prepare("SELECT count(*) AS n FROM replica_facts WHERE kind IN ('file', 'called-off')").get()?.['n'];
    await world.until('nothing is left of it', () => [ada, pocket, later].every((device) => places(device) === 0));
  });

  it('protocol.md §10.3: whose doing it was, heard before it is heard that the file is over, counts then; also where it is being fetched meanwhile', async () => {
    const { ada, bo, conversationId } = await pair();
    const pocket = await world.link(bo, 'pocket');
    for (const device of [bo, pocket]) device.settings = { ...device.settings, acceptFilesUpTo: 0 };
    ada.disk.files.set('/a.txt', content);
    const { transferId } = await ada.files.send({ conversationId, path: '/a.txt' });
    await world.until('the offer', () => [bo, pocket].every(isThere));
    ada.close();
    await pocket.files.accept({ transferId });
    const { stores, devices } = bo.profile;
    const says = (kind: 'file' | typeof calledOff): void => sayFile({ stores, devices }, stores.transfers.byId(transferId) ?? expect.unreachable('it came'), 'say', kind);
    const inStep = (): boolean => pocket.profile.devices.replica.behind(bo.profile.local.instanceId) === 0 && bo.profile.devices.replica.behind(pocket.profile.local.instanceId) === 0;
    // Another device told this one that it is over, and the pocket hears that one last.
    bo.profile.commit(() => {
      stores.transfers.set(transferId, { cancelledBy: 'them' });
      says(calledOff);
    });
    await world.pass(2_000, 100);
    await world.until('the pocket has heard the one word', inStep);
    expect(transferOf(pocket).state).toBe('waiting');
    bo.profile.commit(() => {
      stores.transfers.set(transferId, { ended: 'cancelled' });
      says('file');
    });
    await world.until('the pocket has heard the other', () => transferOf(pocket).state === 'cancelled');
    await world.until('and whose doing it was', () => transferOf(pocket).cancelledBy === 'them');
  });
});
