import { mkdirSync } from 'node:fs';
import type { App } from '../../electron/services/app';
import { startApp } from '../../electron/compose';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { peerIdFromBytes } from '../../electron/engine/wire/ids';
import { systemClock } from '../../electron/platform/clock';
import { FilePreferences } from '../../electron/platform/file-preferences';
import { systemRandom } from '../../electron/platform/random';
import { orderedHandles } from '../../electron/services/local-handle';
import type { MessageRow, Stores } from '../../electron/services/ports';
import { createVaultFile } from '../../electron/storage/vault-file';
import type { LargeSize } from './large-report';
import { createWords } from './words';

export const largePassphrase = 'harbour lantern seven tides';
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const cost = { memoryBytes: 8 * 1024 * 1024, passes: 1 };
const atOnce = 2_000;
/** Between two messages of the whole profile: a million of them are four years. */
const everyMs = 126_000;

export function startLarge(directory: string): Promise<App> {
  return startApp({
    profileDirectory: directory, listen: { host: '127.0.0.1', port: 0 }, clock: systemClock, random: systemRandom, logger: silent, kdf: 'test',
    preferences: new FilePreferences(directory, () => undefined), appVersion: '0.0.0', runtime: `Node ${process.versions.node}`, trial: false,
  });
}

/**
 * A profile of many people who never answered, so that nobody is looked for, and of a history that stands in the database as if it had come and gone
 * by itself: through the stores the product writes through, with its index of words. Some conversations are much longer than others.
 */
export async function makeLargeProfile(directory: string, { contacts, conversations, messages }: LargeSize, told: (done: number) => void): Promise<void> {
  mkdirSync(directory, { recursive: true });
  await withApp(directory, (app) => app.handlers.vault.create({ passphrase: largePassphrase, name: 'Ada Marsh' }));
  const words = createWords(7);
  const contactIds = Array.from({ length: contacts }, (_, at) => at.toString(16).padStart(32, 'c'));
  await withStores(directory, (stores) => {
    stores.transaction(() => {
      for (const [at, contactId] of contactIds.entries()) {
        stores.contacts.put({
          contactId, peerId: peerIdFromBytes(systemRandom.bytes(32)), name: `${words.name()} ${words.name()}`, createdAt: systemClock.now() - at, relation: 'requested', checked: false, blocked: false,
          permissions: { message: true, openConversation: true, sendFile: true }, hints: [],
        });
      }
    });
  });
  const ids: string[] = [];
  await withApp(directory, async (app) => {
    await app.handlers.vault.unlock({ passphrase: largePassphrase });
    for (let at = 0; at < conversations; at += 1) {
      const contactId = contactIds[at % contacts] ?? '';
      ids.push((await app.handlers.conversations.open(at < contacts ? { contactId } : { contactId, title: words.line(2) })).conversationId);
    }
  });
  await withStores(directory, (stores) => addMessages(stores, ids, messages, words, told));
  await withStores(directory, finish);
}

/** What the app does by itself between everything else. A history that grew in four years has that behind it; left to do, it would be part of whatever is measured first. */
function finish({ search, purge }: Stores): void {
  for (;;) {
    const erased = search.erase(256);
    if (erased === 'done') purge();
    if (erased === undefined && !search.tidy(256) && !search.takeUp(256)) return;
  }
}

/** `more`: what each has beside. */
export function addMessages(stores: Stores, ids: readonly string[], messages: number, words: ReturnType<typeof createWords>, told: (done: number) => void, more: Pick<MessageRow, 'disappearAfter' | 'disappearsAt'> = {}): void {
  const newMessageId = orderedHandles(systemRandom, systemClock);
  const record = stores.local.load();
  const own = record === undefined ? '' : record.peerId;
  const sequences = new Map<string, number>();
  const start = systemClock.now() - messages * everyMs;
  const last = new Map<string, { at: number; text: string; own: boolean }>();
  for (let first = 0; first < messages; first += atOnce) {
    stores.transaction(() => {
      for (let done = first; done < Math.min(messages, first + atOnce); done += 1) {
        const conversationId = ids[Math.floor(ids.length * words.random() ** 2.5)] ?? '';
        const out = words.random() < 0.5;
        const device = out ? deviceOf(own) : deviceOf(conversationId);
        const sequence = (sequences.get(`${conversationId} ${device}`) ?? 10) + 1;
        sequences.set(`${conversationId} ${device}`, sequence);
        const at = start + done * everyMs;
        const text = `${words.line(1 + Math.floor(words.random() ** 2 * 40))}${done % 20 === 0 ? ' 🎉' : ''}${done % 2_000 === 1 ? ' 🦉' : ''}`;
        last.set(conversationId, { at, text, own: out });
        stores.messages.add({
          messageId: newMessageId(), conversationId, direction: out ? 'out' : 'in', instanceId: device, sequence, kind: 'text', text, sentAt: at, ...(!out && { receivedAt: at }),
          state: out ? 'delivered' : 'read', keyEpoch: 1 + Math.floor(sequence / 500), ...more,
        });
      }
      while (stores.search.tidy(256));
    });
    told(Math.min(messages, first + atOnce));
  }
  stores.transaction(() => {
    for (const [conversationId, { at, text, own: isOwn }] of last) stores.conversations.noteMessage(conversationId, { at, preview: text.slice(0, 160), own: isOwn, unread: 0 });
  });
}

/** Told apart from others, and nothing more. */
function deviceOf(text: string): ReturnType<Stores['messages']['page']>[number]['instanceId'] {
  // The brand of an id exists in types only.
  return Buffer.from(text.padEnd(16, 'x').slice(-16)).toString('hex') as ReturnType<Stores['messages']['page']>[number]['instanceId'];
}

async function withApp(directory: string, work: (app: App) => unknown): Promise<void> {
  const app = await startLarge(directory);
  try {
    await work(app);
  } finally {
    await app.stop();
  }
}

export async function withStores(directory: string, work: (stores: Stores) => void): Promise<void> {
  const crypto = await createCrypto({ random: systemRandom });
  const vault = await createVaultFile({ directory, crypto, cost }).unlock(largePassphrase);
  try {
    work(vault.stores);
    vault.emptyLog();
  } finally {
    vault.close();
  }
}
