import { createServer, type AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppEvent } from '../../../shared/contract/contract';
import { startApp } from '../../../electron/compose';
import { createCrypto } from '../../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import { openChannel } from '../../../electron/engine/session/channel';
import { createTcpTransport } from '../../../electron/network/tcp-transport';
import { systemClock } from '../../../electron/platform/clock';
import type { App } from '../../../electron/services/app';
import { createMemoryLan } from '../../support/memory-lan';
import { quietPorts } from '../../support/quiet-app';
import { socksServer } from '../../support/socks-server';

interface Person {
  readonly app: App;
  readonly heard: AppEvent[];
}

const passphrase = 'a passphrase for tests only';

/** Whole applications in one process: real vaults, real TCP on loopback; only the local network is in memory. */
describe('two whole applications that meet nearby', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-nearby-'));
  const lan = createMemoryLan();
  const people: Person[] = [];

  const start = async (name: string): Promise<Person> => {
    const app = await startApp({
      ...quietPorts(join(folder, name)),
      lan: lan.join('127.0.0.1'),
    });
    const person: Person = { app, heard: [] };
    app.onEvent((event) => void person.heard.push(event));
    people.push(person);
    await app.handlers.vault.create({ passphrase, name });
    return person;
  };

  /** Asked again after every event. */
  const until = async (person: Person, holds: () => boolean | Promise<boolean>): Promise<void> => {
    if (await holds()) return;
    await new Promise<void>((resolve, reject) => {
      const stop = person.app.onEvent(() => {
        Promise.resolve(holds()).then((done) => {
          if (!done) return;
          stop();
          resolve();
        }, reject);
      });
    });
  };
  const status = async ({ app }: Person) => app.handlers.discovery.status(undefined);
  const step = async (person: Person, wanted: string) => (await status(person)).meeting?.step === wanted;

  let ann: Person;
  let bo: Person;
  beforeAll(async () => {
    [ann, bo] = await Promise.all([start('Ann'), start('Bo')]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(people.map(({ app }) => app.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  test('who comes to meet before anybody was ever looked for is let go of without an answer', async () => {
    const { listening } = await ann.app.handlers.network.status(undefined);
    const port = Number(listening[0]?.split(':').at(-1));
    const link = await createTcpTransport().dial({ host: '127.0.0.1', port }, 1_000);
    const opening = openChannel(await createCrypto({ random: kernelRandom }), systemClock, link, 'meet');
    await expect(opening).rejects.toMatchObject({ reason: 'closed' });
  });

  test('S5-04: from nothing to a delivered message, checked on both sides', async () => {
    for (const { app } of [ann, bo]) await app.handlers.discovery.start(undefined);
    const { name } = await status(bo);
    await until(ann, async () => (await status(ann)).people.some((person) => person.name === name));
    const nearbyId = (await status(ann)).people.find((person) => person.name === name)?.nearbyId ?? '';
    await ann.app.handlers.discovery.meet({ nearbyId });
    await until(bo, () => step(bo, 'asked'));
    await bo.app.handlers.discovery.answer({ accept: true });
    await Promise.all([until(ann, () => step(ann, 'compare')), until(bo, () => step(bo, 'compare'))]);
    expect((await status(ann)).meeting?.digits).toBe((await status(bo)).meeting?.digits);
    await ann.app.handlers.discovery.confirm({ same: true });
    await bo.app.handlers.discovery.confirm({ same: true });
    await Promise.all([until(ann, () => step(ann, 'met')), until(bo, () => step(bo, 'met'))]);
    const contactId = (await status(ann)).meeting?.contactId ?? '';
    const { conversationId } = await ann.app.handlers.conversations.open({ contactId });
    const { messageId } = await ann.app.handlers.messages.send({ conversationId, text: 'There you are' });
    await until(ann, () => ann.heard.some((event) => event.type === 'message.state' && event.messageId === messageId && event.state === 'delivered'));
    for (const [who, other] of [
      [ann, 'Bo'],
      [bo, 'Ann'],
    ] as const) {
      expect(await who.app.handlers.contacts.list(undefined)).toMatchObject([{ name: other, checked: true, pending: false }]);
    }
  }, 30_000);

  test('a proxy, set now or before, hides this device: nobody is looked for', async () => {
    expect((await status(ann)).running).toBe(true);
    await ann.app.handlers.settings.set({ proxy: 'socks5://127.0.0.1:9' });
    expect([(await status(ann)).running, lan.announced.filter(({ kind }) => kind === 'near').length]).toEqual([false, 1]);
    await expect(Promise.resolve().then(() => ann.app.handlers.discovery.start(undefined))).rejects.toMatchObject({ code: 'discovery.not-possible' });
    await ann.app.handlers.settings.set({ proxy: '' });
    expect(await ann.app.handlers.discovery.start(undefined)).toMatchObject({ running: true });
  });

  test('a proxy, set while somebody is being asked: the question ends, and the proxy is not asked for neighbours', async () => {
    const silent = createServer((socket) => void socket.on('error', () => undefined));
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve);
    });
    const proxy = await socksServer();
    try {
      // He does not come to her then: she looks for him, again and again.
      await bo.app.handlers.vault.lock(undefined);
      const { port } = silent.address() as AddressInfo;
      const reached = new Promise((resolve) => {
        silent.once('connection', resolve);
      });
      lan.forge({ kind: 'near', name: 'blue-otter-42', gone: false, addresses: ['127.0.0.1', '127.0.0.2', '127.0.0.3'].map((host) => ({ host, port })), facts: { v: '2' } });
      const nearbyId = (await status(ann)).people.find(({ name }) => name === 'blue-otter-42')?.nearbyId ?? '';
      await ann.app.handlers.discovery.meet({ nearbyId });
      await reached;
      await ann.app.handlers.settings.set({ proxy: proxy.setting });
      await until(ann, async () => !(await step(ann, 'asking')));
      expect((await status(ann)).meeting).toMatchObject({ step: 'ended', reason: 'gone' });
      // That he is looked for through the proxy shows that the race of before had its turn.
      await until(ann, () => proxy.requests.length > 0);
      expect(proxy.requests.map((request) => request.port)).not.toContain(port);
    } finally {
      await ann.app.handlers.settings.set({ proxy: '' });
      await proxy.close();
      silent.close();
    }
  }, 30_000);

  test('locking ends it and leaves nothing to ask for', async () => {
    await ann.app.handlers.vault.lock(undefined);
    await expect(Promise.resolve().then(() => ann.app.handlers.discovery.status(undefined))).rejects.toMatchObject({ code: 'vault.locked' });
    await ann.app.handlers.vault.unlock({ passphrase });
    expect(await status(ann)).toEqual({ running: false, people: [] });
  }, 30_000);
});
