import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../support/services-kit';

/** Several windows of pieces, and a last one that is not full. */
const content = randomBytes(12 * 65_536 + 321);

describe('files of messages', () => {
  let world: World;
  afterEach(() => world.close());

  async function pair(): Promise<{ ada: Resident; bo: Resident; conversationId: string }> {
    world = createWorld();
    const [ada, bo] = [await world.move('Ada'), await world.move('Bo')];
    const { ofInviter } = await acquaint(world, ada, bo);
    const { conversationId } = await ada.conversations.open({ contactId: ofInviter });
    return { ada, bo, conversationId };
  }
  const transferOf = (resident: Resident) => {
    const [one] = resident.profile.files.list();
    if (one === undefined) throw new Error(`${resident.name} has no file`);
    return one;
  };
  const isThere = (resident: Resident) => resident.profile.files.list().length > 0;

  it('S1-34: a file arrives whole, with what was written beside it, lies sealed on both disks, and is saved as it was', async () => {
    const { ada, bo, conversationId } = await pair();
    ada.disk.files.set('/home/ada/../report\u202e.pdf', content);
    const sent = await ada.files.send({ conversationId, path: '/home/ada/../report\u202e.pdf', text: 'Look at this' });
    expect(await ada.files.list({})).toMatchObject([{ transferId: sent.transferId, messageId: sent.messageId, direction: 'out', name: 'report.pdf', size: content.length, held: true, shown: 'file' }]);
    await world.until('it is there', () => isThere(bo) && transferOf(bo).state === 'done');
    await world.until('Ada knows', () => transferOf(ada).state === 'done');
    expect(transferOf(bo)).toMatchObject({ transferId: sent.transferId, direction: 'in', name: 'report.pdf', mediaType: 'application/pdf', done: content.length, held: true });
    const [conversation] = await bo.conversations.list(undefined);
    const [message] = await bo.messages.list({ conversationId: conversation?.conversationId ?? '' });
    expect(message).toMatchObject({ kind: 'file', text: 'Look at this', file: { transferId: sent.transferId, name: 'report.pdf', size: content.length } });
    expect(toldOf(bo, 'message.received')[0]?.message.file).toEqual(message?.file);
    expect(await bo.files.save({ transferId: sent.transferId, path: '/saved' })).toEqual({ path: '/saved' });
    expect(Buffer.compare(bo.disk.files.get('/saved') ?? Buffer.alloc(0), content)).toBe(0);
    const [sealed] = bo.disk.contents.values();
    expect(sealed?.length).toBe(content.length + 13 * 16);
    expect(Buffer.from(sealed ?? []).includes(content.subarray(0, 32))).toBe(false);
    expect(Math.max(ada.disk.largest, bo.disk.largest)).toBeLessThanOrEqual(4 * (65_536 + 16));
    const held = await bo.profile.files.open(sent.transferId);
    expect(Buffer.compare(await held.read(65_530, 20), content.subarray(65_530, 65_550))).toBe(0);
    await held.close();
  });
});
