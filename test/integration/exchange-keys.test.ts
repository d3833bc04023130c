import { setTimeout as sleep } from 'node:timers/promises';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp } from '../../electron/compose';
import { systemClock } from '../../electron/platform/clock';
import type { App } from '../../electron/services/app';
import { quietPorts } from '../support/quiet-app';
import { temporaryFolder } from '../support/two-peers';

const day = 86_400_000;
const hour = 3_600_000;
/** How long after opening, and then how often, a profile looks at what is due for renewal. */
const looksAfter = [10_000, 6 * hour];

/** A profile that stays open; its look at what is due for renewal is made when the test says so. */
interface Running {
  readonly app: App;
  readonly directory: string;
  look(): void;
}

describe('exchange keys of profiles that stay open', () => {
  const folder = temporaryFolder();
  const running: Running[] = [];
  let ahead = 0;
  let ann: Running;
  let bo: Running;
  let conversationId: string;
  let mirrored: string;

  const start = async (name: string): Promise<Running> => {
    const looks: (() => void)[] = [];
    const directory = join(folder.path, name);
    const app = await startApp({
      ...quietPorts(directory),
      clock: {
        ...systemClock,
        now: () => systemClock.now() + ahead,
        setTimer: (milliseconds, run) => {
          if (!looksAfter.includes(milliseconds)) return systemClock.setTimer(milliseconds, run);
          looks.push(run);
          return () => void looks.splice(looks.indexOf(run), 1);
        },
      },
    });
    await app.handlers.vault.create({ passphrase: 'a passphrase for tests only', name });
    const one = { app, directory, look: () => looks.splice(0).forEach((run) => run()) };
    running.push(one);
    return one;
  };

  const received = ({ app }: Running, text: string) =>
    new Promise<string>((resolve) => {
      app.onEvent((event) => {
        if (event.type === 'message.received' && event.message.text === text) resolve(event.conversationId);
      });
    });

  const say = async (from: Running, to: Running, id: string, text: string): Promise<string> => {
    const heard = received(to, text);
    await from.app.handlers.messages.send({ conversationId: id, text });
    return heard;
  };

  const delivered = async ({ app }: Running, id: string): Promise<void> => {
    const isDone = async () => (await app.handlers.messages.list({ conversationId: id })).every((each) => each.state === 'delivered' || each.state === 'read');
    await new Promise<void>((resolve, reject) => {
      const stop = app.onEvent(() => void check());
      const check = async () => {
        if (!(await isDone())) return;
        stop();
        resolve();
      };
      check().catch(reject);
    });
  };

  const kek = async ({ app }: Running, id: string) => (await app.handlers.keys.status({ conversationId: id })).kek;
  const serial = async ({ app }: Running) => (await app.handlers.identity.get(undefined)).exchange.serial;

  /** The other side has a new session: by it, it knows the new credential. It is asked for, as tries by themselves come later with each session that was short. */
  const connected = ({ app }: Running) =>
    new Promise<void>((resolve, reject) => {
      const stop = app.onEvent((event) => {
        if (event.type !== 'session.changed') return;
        if (!event.connected) {
          Promise.resolve(app.handlers.network.tryNow({ contactId: event.contactId })).catch(reject);
          return;
        }
        stop();
        resolve();
      });
    });

  /** The look renews behind the scenes; done when the session came back. */
  const renewed = async (one: Running): Promise<void> => {
    const before = await serial(one);
    const again = connected(one === ann ? bo : ann);
    one.look();
    await again;
    expect(await serial(one)).not.toBe(before);
  };

  beforeAll(async () => {
    ann = await start('Ann');
    bo = await start('Bo');
    const { link } = await ann.app.handlers.contacts.createInvitation({});
    const { contactId } = await bo.app.handlers.contacts.acceptInvitation({ link });
    conversationId = (await bo.app.handlers.conversations.open({ contactId })).conversationId;
    mirrored = await say(bo, ann, conversationId, 'first');
  }, 60_000);

  afterAll(async () => {
    await Promise.all(running.map(({ app }) => app.stop()));
    folder.release();
  });

  it('S1-18 S1-48: renewed while open: the contact learns it by the session, the key exchange key follows, nothing is lost', async () => {
    for (const days of [6, 12, 18]) {
      const before = await kek(bo, conversationId);
      ahead = days * day;
      const lost = say(bo, ann, conversationId, `on the way ${days}`);
      await renewed(ann);
      await lost;
      await say(bo, ann, conversationId, `to the new key ${days}`);
      const after = await kek(bo, conversationId);
      expect(after?.epoch).toBe((before?.epoch ?? 0) + 1);
      await renewed(bo);
      await say(ann, bo, mirrored, `back ${days}`);
      await say(bo, ann, conversationId, `and again ${days}`);
      await delivered(bo, conversationId);
      expect((await kek(ann, mirrored))?.id).toBe((await kek(bo, conversationId))?.id);
    }
  }, 60_000);

  it('S1-48 A20: when a grace is over the private half is gone, and the write-ahead log with it', async () => {
    const before = [await serial(ann), await serial(bo)];
    const log = (): number => statSync(join(ann.directory, 'keyshift.db-wal')).size;
    const long = 'much to be written '.repeat(1_000);
    for (let count = 0; count < 20; count += 1) await say(bo, ann, conversationId, `${count} ${long}`);
    // The index of words is tidied some time after the last message.
    for (let last = -1; last !== log(); await sleep(2_500)) last = log();
    const written = log();
    expect(written).toBeGreaterThan(400_000);
    // Where nobody looks sooner, it is the clock that was set which makes both look. The log never becomes shorter but by being emptied.
    ahead = 60 * day;
    for (const each of [ann, bo]) each.look();
    await expect.poll(async () => [await serial(ann), await serial(bo)].some((each) => before.includes(each)), { timeout: 15_000 }).toBe(false);
    await expect.poll(log).toBeLessThan(written / 2);
    await say(ann, bo, mirrored, 'after the grace');
    await say(bo, ann, conversationId, 'still here');
  }, 60_000);

  it('S1-18: keys.shiftPair renews the pair’s key in a live conversation, and after a compromise every session key', async () => {
    const before = await kek(bo, conversationId);
    const { epoch } = await bo.app.handlers.keys.shiftPair({ conversationId });
    expect(epoch).toBe((before?.epoch ?? 0) + 1);
    await say(bo, ann, conversationId, 'under the new one');
    expect((await kek(bo, conversationId))?.epoch).toBe(epoch);
    const [ours, theirs] = [await bo.app.handlers.keys.status({ conversationId }), await ann.app.handlers.keys.status({ conversationId: mirrored })];
    await bo.app.handlers.keys.shiftPair({ conversationId, compromised: true });
    await say(bo, ann, conversationId, 'trusted again');
    await say(ann, bo, mirrored, 'here as well');
    expect((await bo.app.handlers.keys.status({ conversationId })).sending?.epoch).toBe((ours.sending?.epoch ?? 0) + 1);
    expect((await ann.app.handlers.keys.status({ conversationId: mirrored })).sending?.epoch).toBe((theirs.sending?.epoch ?? 0) + 1);
    expect((await bo.app.handlers.keys.status({ conversationId })).history.map((each) => each.reason)).toContain('compromise');
    expect((await ann.app.handlers.keys.status({ conversationId: mirrored })).history.filter((each) => each.reason === 'compromise').map((each) => each.who).sort()).toEqual(['peer', 'you']);
    for (let count = 2; count < 10; count += 1) await bo.app.handlers.keys.shiftPair({ conversationId });
    await expect(async () => bo.app.handlers.keys.shiftPair({ conversationId })).rejects.toMatchObject({ code: 'keys.too-often' });
    await say(bo, ann, conversationId, 'and on');
  }, 60_000);

  it('keys.shiftPair says who has no keys to renew', async () => {
    const { link } = await ann.app.handlers.contacts.createInvitation({});
    await ann.app.stop();
    running.splice(running.indexOf(ann), 1);
    const cy = await start('Cy');
    const { contactId } = await cy.app.handlers.contacts.acceptInvitation({ link });
    const open = await cy.app.handlers.conversations.open({ contactId });
    await expect(async () => cy.app.handlers.keys.shiftPair(open)).rejects.toMatchObject({ code: 'contact.pending' });
    const [contact] = await bo.app.handlers.contacts.list(undefined);
    await bo.app.handlers.contacts.block({ contactId: contact?.contactId ?? '' });
    await expect(async () => bo.app.handlers.keys.shiftPair({ conversationId })).rejects.toMatchObject({ code: 'contact.blocked' });
    await expect(async () => bo.app.handlers.keys.shiftPair({ conversationId: '0'.repeat(32) })).rejects.toMatchObject({ code: 'conversation.unknown' });
  }, 60_000);
});
