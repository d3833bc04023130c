import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { contactChangesService } from '../../../../electron/services/contact-changes-service';
import { EventHub } from '../../../../electron/services/event-hub';
import { setDisappearing } from '../../../../electron/services/talk/of-profile';
import { privateFiles } from '../../../../electron/storage/private-files';
import { acquaint, createWorld, type Resident, type World } from '../../../support/services-kit';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const content = randomBytes(120 * 65_536);

describe('a file in the middle of its way', () => {
  let world: World;
  afterEach(() => world.close());

  /** Ada sends, Bo has taken some of it. `seconds`: after which it disappears once it was read. */
  async function underWay(seconds = 0): Promise<{ ada: Resident; bo: Resident }> {
    world = createWorld();
    const [ada, bo] = [await world.move('Ada'), await world.move('Bo')];
    const { ofInviter } = await acquaint(world, ada, bo);
    const { conversationId } = await ada.conversations.open({ contactId: ofInviter });
    if (seconds > 0) ada.profile.commit(() => setDisappearing(ada.profile, ada.profile.stores.conversations.byId(conversationId) ?? expect.unreachable('a conversation'), seconds));
    bo.settings = { ...bo.settings, acceptFilesUpTo: 0 };
    ada.disk.files.set('/large.bin', content);
    const { transferId } = await ada.files.send({ conversationId, path: '/large.bin' });
    await world.until('the offer', () => bo.profile.files.list().length > 0);
    await bo.files.accept({ transferId });
    await world.until('some of it', () => (bo.profile.files.list()[0]?.done ?? 0) > 10 * 65_536);
    return { ada, bo };
  }
  const changes = (at: Resident) => contactChangesService({ profile: () => at.profile, crypto: at.crypto, events: new EventHub(quiet), files: privateFiles, chooser: undefined, qrPicture: () => new Uint8Array() });
  const contactOf = (at: Resident): string => at.profile.stores.contacts.list()[0]?.contactId ?? '';
  const state = ({ profile, disk }: Resident) => [profile.files.list().map(({ state: is, failure, held }) => [is, failure, held]), disk.contents.size];

  const waits = ['waiting', undefined, false];
  const waitsThere = ['waiting', undefined, true];
  const done = async (...people: readonly Resident[]): Promise<void> => world.until('all of it', () => people.every(({ profile }) => profile.files.list()[0]?.state === 'done'));

  it('how much of it the other person has is shown to whoever sends it also while it stops, and not what was written down of it first', async () => {
    const { ada, bo } = await underWay();
    bo.profile.files.pause(bo.profile.files.list()[0]?.transferId ?? '');
    await world.pass(500, 100);
    const [there, here] = [bo, ada].map(({ profile }) => profile.files.list()[0] ?? expect.unreachable('a file'));
    expect(here).toMatchObject({ state: 'waiting' });
    // A window may be on its way.
    expect((there?.done ?? 0) - (here?.done ?? 0)).toBeLessThanOrEqual(32 * 65_536);
    expect(here?.done ?? 0).toBeGreaterThan(2 * 65_536);
  });

  it('disappears on both sides, though its clock began while it was on its way', async () => {
    const { ada, bo } = await underWay(5);
    bo.conversations.markRead({ conversationId: bo.profile.stores.conversations.list()[0]?.conversationId ?? '' });
    ada.profile.files.pause(ada.profile.files.list()[0]?.transferId ?? '');
    await world.pass(12_000, 200);
    expect([ada, bo].map(state)).toEqual([[[], 0], [[], 0]]);
  });

  it('S4-32: a person who is removed: here nothing is left of it; there it waits, as they are not told, until it is called off', async () => {
    const first = await underWay();
    changes(first.ada).remove({ contactId: contactOf(first.ada) });
    await world.pass(3_000, 100);
    expect([first.ada, first.bo].map(state)).toEqual([[[], 0], [[waits], 1]]);
    await first.bo.files.cancel({ transferId: first.bo.profile.files.list()[0]?.transferId ?? '' });
    await world.until('nothing half stays', () => first.bo.disk.contents.size === 0);
    world.close();
    const { ada, bo } = await underWay();
    changes(bo).remove({ contactId: contactOf(bo) });
    await world.pass(3_000, 100);
    expect([ada, bo].map(state)).toEqual([[[waitsThere], 1], [[], 0]]);
  });

  it('S1-44: a person who is blocked: nothing half of what they send stays, and it can be asked for again; what is sent to them waits and goes on', async () => {
    const { ada, bo } = await underWay();
    await bo.contacts.block({ contactId: contactOf(bo), blocked: true });
    await world.pass(3_000, 100);
    expect([ada, bo].map(state)).toEqual([[[waitsThere], 1], [[['failed', 'contact.blocked', false]], 0]]);
    await bo.contacts.block({ contactId: contactOf(bo), blocked: false });
    await world.pass(3_000, 100);
    expect(state(bo)).toEqual([[['failed', 'contact.blocked', false]], 0]);
    await bo.files.resume({ transferId: bo.profile.files.list()[0]?.transferId ?? '' });
    await world.until('some of it again', () => (bo.profile.files.list()[0]?.done ?? 0) > 10 * 65_536);
    await ada.contacts.block({ contactId: contactOf(ada), blocked: true });
    await world.pass(3_000, 100);
    expect([ada, bo].map(state)).toEqual([[[waitsThere], 1], [[waits], 1]]);
    await ada.contacts.block({ contactId: contactOf(ada), blocked: false });
    await done(ada, bo);
  });
});
