// One of a few processes, each with many people in it: told what to do, and telling what came of it, by messages of its parent.
import { AsyncLocalStorage } from 'node:async_hooks';
import net from 'node:net';
import { join } from 'node:path';
import { startApp } from '../../electron/compose';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { systemClock } from '../../electron/platform/clock';
import type { App } from '../../electron/services/app';
import type { Preferences } from '../../electron/services/ports';
import { defaultSettings } from '../../shared/model/settings';
import { createMemoryLan } from '../support/memory-lan';
import { passphrase } from './device';

export type Order =
  | { readonly kind: 'people'; readonly folder: string; readonly first: number; readonly links: readonly string[] }
  | { readonly kind: 'say'; readonly each: number; readonly round: number }
  | { readonly kind: 'read' }
  | { readonly kind: 'end' };

export interface Report {
  readonly met: number;
  readonly heard: number;
  readonly delivered: number;
  readonly connected: number;
  /** Contacts who follow a new identity key of the peer; each time counts. */
  readonly rotated: number;
  readonly done?: Order['kind'];
  /** By the person's name: all texts, oldest first, with their direction. */
  readonly texts?: Readonly<Record<string, readonly string[]>>;
  readonly failure?: string;
}

interface Person {
  readonly name: string;
  readonly app: App;
}

/** Whoever dials does so from an address of their own, as people do. */
const place = new AsyncLocalStorage<string>();
const { connect } = net;
const placed: typeof net.connect = (...[options, ...more]: unknown[]): net.Socket => Reflect.apply(connect, net, [typeof options === 'object' ? { ...options, localAddress: place.getStore() } : options, ...more]);
Object.assign(net, { connect: placed });

const people: Person[] = [];
const counts = { met: 0, heard: 0, delivered: 0, rotated: 0 };
const lan = createMemoryLan();

const addressOf = (number: number): string => `127.2.${Math.floor(number / 250)}.${(number % 250) + 1}`;

async function settle(name: string, host: string, folder: string): Promise<Person> {
  let preferences: Preferences = { settings: { ...defaultSettings, findOnNetwork: false } };
  const quiet = (): void => undefined;
  const app = await startApp({
    profileDirectory: join(folder, name), listen: { host, port: 0 }, clock: systemClock, random: kernelRandom, logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    preferences: { get: () => preferences, set: (change) => void (preferences = { ...preferences, ...change }) }, lan: lan.join(host), interfaces: () => [], appVersion: '0', runtime: 'soak', trial: false, kdf: 'test',
  });
  app.onEvent((event) => {
    if (event.type === 'message.received') counts.heard += 1;
    else if (event.type === 'message.state' && event.state === 'delivered') counts.delivered += 1;
    else if (event.type === 'contact.changed') void met();
    else if (event.type === 'key.rotated' && event.contactId !== undefined) counts.rotated += 1;
  });
  await app.handlers.vault.create({ passphrase, name });
  return { name, app };
}

async function met(): Promise<void> {
  const all = await Promise.all(people.map(async ({ app }) => app.handlers.contacts.list(undefined)));
  counts.met = all.filter(([contact]) => contact?.pending === false).length;
}

async function conversationOf({ app }: Person): Promise<string> {
  const [conversation] = await app.handlers.conversations.list(undefined);
  if (conversation === undefined) throw new Error('nobody has spoken yet');
  return conversation.conversationId;
}

async function obey(order: Order): Promise<Partial<Report>> {
  switch (order.kind) {
    case 'people':
      for (const [at, link] of order.links.entries()) {
        const number = order.first + at;
        await place.run(addressOf(number), async () => {
          const person = await settle(`contact ${number}`, addressOf(number), order.folder);
          people.push(person);
          await person.app.handlers.contacts.acceptInvitation({ link });
        });
      }
      await met();
      return {};
    case 'say':
      await Promise.all(people.map(async (person) => {
        const conversationId = await conversationOf(person);
        for (let n = 0; n < order.each; n += 1) await person.app.handlers.messages.send({ conversationId, text: `${person.name} says ${order.round}.${n}` });
      }));
      return {};
    case 'read': {
      const texts: Record<string, string[]> = {};
      for (const person of people) {
        const messages = await person.app.handlers.messages.list({ conversationId: await conversationOf(person), limit: 500 });
        texts[person.name] = messages.map(({ direction, text }) => `${direction === 'in' ? 'peer' : 'contact'}: ${text}`);
      }
      return { texts };
    }
    case 'end':
      await Promise.all(people.map(({ app }) => app.stop()));
      return {};
  }
}

async function report(more: Partial<Report> = {}): Promise<void> {
  const statuses = await Promise.all(people.map(async ({ app }) => app.handlers.network.status(undefined)));
  process.send?.({ ...counts, connected: statuses.filter(({ sessions }) => sessions.length > 0).length, ...more });
}

process.on('message', (order: Order) => {
  void obey(order)
    .then((more) => report({ ...more, done: order.kind }))
    .catch((error: unknown) => report({ done: order.kind, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }))
    .then(() => {
      if (order.kind === 'end') process.exit(0);
    });
});
process.once('disconnect', () => process.exit(1));
setInterval(() => void report().catch(() => undefined), 500);
