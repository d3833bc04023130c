import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startApp } from '../../electron/compose';
import { systemClock } from '../../electron/platform/clock';
import type { App } from '../../electron/services/app';
import { quietPorts } from '../support/quiet-app';
import { temporaryFolder } from '../support/two-peers';

const day = 86_400_000;
const passphrase = 'a passphrase for tests only';

describe('a profile that lives for weeks', () => {
  const folder = temporaryFolder();
  const apps: App[] = [];
  let ahead = 0;

  const start = async (name: string): Promise<App> => {
    const app = await startApp({
      ...quietPorts(join(folder.path, name)),
      clock: { ...systemClock, now: () => systemClock.now() + ahead },
    });
    await app.handlers.vault.create({ passphrase, name });
    apps.push(app);
    return app;
  };

  const received = (app: App, text: string) =>
    new Promise<void>((resolve) => {
      app.onEvent((event) => {
        if (event.type === 'message.received' && event.message.text === text) resolve();
      });
    });

  afterAll(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    folder.release();
  });

  it('S1-48: has a new exchange key after a week, and the conversation goes on', async () => {
    const ann = await start('Ann');
    const bo = await start('Bo');
    const { link } = await ann.handlers.contacts.createInvitation({});
    const { contactId } = await bo.handlers.contacts.acceptInvitation({ link });
    const { conversationId } = await bo.handlers.conversations.open({ contactId });
    const before = received(ann, 'before');
    await bo.handlers.messages.send({ conversationId, text: 'before' });
    await before;
    const old = await ann.handlers.identity.get(undefined);

    for (const weeks of [1, 2, 6]) {
      ahead = weeks * 7 * day;
      const again = received(ann, `after ${weeks}`);
      for (const app of [ann, bo]) {
        await app.handlers.vault.lock(undefined);
        await app.handlers.vault.unlock({ passphrase });
      }
      await bo.handlers.messages.send({ conversationId, text: `after ${weeks}` });
      await again;
      const now = await ann.handlers.identity.get(undefined);
      expect(now.peerId).toBe(old.peerId);
      expect(now.exchange.serial).not.toBe(old.exchange.serial);
      expect(now.exchange.notAfter).toBeGreaterThan(systemClock.now() + ahead);
    }
  }, 60_000);
});
