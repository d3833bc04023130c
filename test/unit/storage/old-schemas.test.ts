import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BackupChunks, backupKey, encodeBackupHead } from '../../../electron/engine/backup/container';
import { createCrypto } from '../../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import { parsePeerId } from '../../../electron/engine/wire/ids';
import { writeSnapshot } from '../../../electron/services/backup-writing';
import { backupFiles } from '../../../electron/storage/backup-files';
import { type Db, openDatabase, type Row } from '../../../electron/storage/database';
import { assertReadable, migrate, schemaVersion } from '../../../electron/storage/migrate';
import { migrations } from '../../../electron/storage/migrations/all';
import { encodeVault, parseVault, saltBytes } from '../../../electron/storage/vault-format';
import { createVaultFile, type VaultFileOnDisk } from '../../../electron/storage/vault-file';
import type { OpenVault } from '../../../electron/services/ports';
import { readSnapshot } from '../../../electron/storage/snapshot';
import { house, words } from '../../support/backup-kit';
import { someOf } from '../../support/exhaustive';
import { columnsOf, contentTables, fillEmptyTables } from '../../support/fill-tables';
import { keptVersions, oldPassphrase, type OldProfile, placeOldProfile } from '../../support/old-profile';
import { quickCrypto } from '../../support/quick-secrets';
import { fingerprint, folder } from './places';
import { unnoted } from '../../support/memory-files';

const crypto = await quickCrypto();
const shipped = await createCrypto({ random: kernelRandom });
const noProgress = { step: () => Promise.resolve(), agreed: () => Promise.resolve() };
const vaultOf = (directory: string): VaultFileOnDisk => createVaultFile({ directory, crypto });

/** Every schema there was, each with what holds a profile of it. No program was ever left at 1 or 7: those are made of the profile of the one beside. */
const schemas = migrations.slice(0, -1).map(({ version }) => version);

interface Placed extends OldProfile {
  readonly directory: string;
  /** Rows by table, as they stood. */
  readonly before: ReadonlyMap<string, readonly Row[]>;
}

function open({ directory, key }: Pick<Placed, 'directory' | 'key'>): Db {
  return openDatabase(join(directory, 'keyshift.db'), key);
}

/** A profile of that schema with no table empty; or as it was left, where its rows are read and not only kept. */
async function place(version: number, full = true): Promise<Placed> {
  const directory = join(folder(), 'profile');
  const kept = version === 1 ? 2 : version === 7 ? 6 : version;
  const old = await placeOldProfile(kept, directory);
  const db = open({ directory, key: old.key });
  try {
    if (version === 1) undo(db);
    if (version === 7) migrate(db, migrations.slice(0, 7));
    if (full) fillEmptyTables(db);
    expect(db.pragma('foreign_key_check')).toBeUndefined();
    expect(db.pragma('user_version')).toBe(version);
    return { ...old, directory, before: rowsOf(db) };
  } finally {
    db.close();
  }
}

/** Takes away what the second step brought. */
function undo(db: Db): void {
  const first = openDatabase(':memory:');
  migrate(first, migrations.slice(0, 1));
  const stays = new Set(contentTables(first));
  first.close();
  for (const table of contentTables(db)) if (!stays.has(table)) db.exec(`DROP TABLE "${table}"`);
  db.exec('PRAGMA user_version = 1');
}

/** Headers that nothing in the outbox names any more are cleared at each opening. */
const named: Readonly<Record<string, string>> = { outbox_headers: 'WHERE name IN (SELECT headers FROM outbox)' };

function rowsOf(db: Db): Map<string, readonly Row[]> {
  return new Map(contentTables(db).map((table) => [table, db.prepare(`SELECT * FROM "${table}" ${named[table] ?? ''}`).all()]));
}

/** What a step took away or changes on purpose: addresses moved to `peer_places`. */
const movedAway: ReadonlySet<string> = new Set(['peers.addresses']);
/** Tables in which a step says more of what was there. */
const addedTo: ReadonlySet<string> = new Set(['change_places']);

/** Everything that stood there stands there still, in the same columns, whatever was added. */
function expectKept(db: Db, before: Placed['before']): void {
  expect(db.pragma('user_version')).toBe(schemaVersion());
  expect(db.pragma('integrity_check')).toBe('ok');
  expect(db.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
  for (const [table, rows] of before) {
    const known = new Set(columnsOf(db, table).map(({ name }) => String(name)));
    const names = Object.keys(rows[0] ?? {}).filter((name) => !movedAway.has(`${table}.${name}`));
    expect(names.filter((name) => !known.has(name)), `columns of ${table}`).toEqual([]);
    const now = db.prepare(`SELECT ${names.map((name) => `"${name}"`).join(', ')} FROM "${table}"`).all();
    const only = (row: Row): string => JSON.stringify(names.map((name) => shown(row[name] ?? null)));
    const [there, then] = [now.map(only).sort(), rows.map(only).sort()];
    expect(addedTo.has(table) ? there.filter((row) => then.includes(row)) : there, table).toEqual(then);
  }
}

function shown(value: Row[string]): unknown {
  return typeof value === 'object' && value !== null ? createHash('sha256').update(value).digest('hex').slice(0, 12) : value;
}

/** What the person saw then is what the stores of today give. */
function expectSeen({ stores }: OpenVault, { seen }: OldProfile): void {
  expect(stores.local.load()?.peerId).toBe(seen.peerId);
  for (const { contactId, name, checked } of seen.contacts) {
    const row = stores.contacts.byId(contactId);
    expect({ name: row?.alias ?? row?.name, checked: row?.checked }).toEqual({ name, checked });
  }
  for (const { conversationId, title, state, messages } of seen.conversations) {
    expect(stores.conversations.byId(conversationId)).toMatchObject({ title, state });
    expect(stores.messages.page(conversationId, undefined, 200).map(({ messageId, direction, text }) => ({ messageId, direction, text }))).toEqual(
      messages.map(({ messageId, direction, text }) => ({ messageId, direction, text })),
    );
  }
  expect(seen.contacts.length).toBeGreaterThan(2);
  expect(seen.conversations.flatMap(({ messages }) => messages).length).toBeGreaterThan(12);
}

describe('profiles of earlier programs', () => {
  it('A89: there is one of every schema that a program ever had', () => {
    expect(schemas.filter((version) => version !== 1 && version !== 7 && !keptVersions.includes(version))).toEqual([]);
  });

  it.each(someOf(schemas, 12, [...schemas.slice(0, 2), ...schemas.slice(-3)]))('A89: schema %i, and every one by npm run exhaustive, every table full: unlocked as what it is now, with everything that stood in it', async (version) => {
    const old = await place(version);
    const vault = await vaultOf(old.directory).unlock(oldPassphrase);
    try {
      expectSeen(vault, old);
    } finally {
      vault.close();
    }
    const db = open(old);
    try {
      expectKept(db, old.before);
    } finally {
      db.close();
    }
    // From now on the programs of that time keep away, and say why.
    const { schema } = parseVault(crypto, new Uint8Array(readFileSync(join(old.directory, 'vault'))));
    expect(schema).toBe(schemaVersion());
    expect(() => assertReadable(schema, migrations.slice(0, version))).toThrow(expect.objectContaining({ code: 'vault.newer', message: expect.stringMatching(/Update this one; nothing was changed/) }));
  });

  it('A89: killed before, between and after any two steps of the longest way up, it is opened the next time as if nothing had been', async () => {
    const old = await place(2);
    const states: string[] = [];
    const keep = (): void => {
      const copy = join(folder(), 'profile');
      cpSync(old.directory, copy, { recursive: true });
      states.push(copy);
    };
    const db = open(old);
    try {
      // Small, so that pages reach the log long before the end.
      db.exec('PRAGMA cache_size = 5');
      const watched: Db = {
        exec: (sql) => (keep(), db.exec(sql)), execTemporary: (sql) => db.execTemporary(sql), transactionBehind: (work) => db.transactionBehind(work), copyLog: () => db.copyLog(), emptyLog: () => db.emptyLog(), flushed: db.flushed, pragma: (source) => db.pragma(source), transaction: (work) => db.transaction(work), prepare: (sql) => db.prepare(sql), advance: () => db.advance(), beforeCommit: (work) => db.beforeCommit(work), afterCommit: (work) => db.afterCommit(work),
        generation: 0, undone: 0, inTransaction: false, closed: false, words: (text) => db.words(text), close: () => db.close(),
      };
      expect(migrate(watched)).toBe(schemaVersion() - 2);
      keep();
    } finally {
      db.close();
    }
    expect(states.length).toBe(schemaVersion());
    const logs = states.map((directory) => readFileSync(join(directory, 'keyshift.db-wal')).length);
    expect(new Set(logs).size).toBeGreaterThan(5);
    for (const directory of states.filter((_, at) => at % 7 === 0 || at > states.length - 3)) {
      const vault = await vaultOf(directory).unlock(oldPassphrase);
      try {
        expectSeen(vault, old);
      } finally {
        vault.close();
      }
      const upgraded = open({ directory, key: old.key });
      try {
        expectKept(upgraded, old.before);
      } finally {
        upgraded.close();
      }
    }
  });

  it('A89: a profile that a newer program has used is refused with words, and not a byte of it changes', async () => {
    const old = await place(Math.max(...keptVersions));
    const file = join(old.directory, 'vault');
    const content = parseVault(crypto, new Uint8Array(readFileSync(file)));
    const newer = { code: 'vault.newer', message: expect.stringMatching(/newer version of Keyshift.*nothing was changed/) };
    const untouched = async (): Promise<void> => {
      const before = fingerprint(old.directory);
      await expect(vaultOf(old.directory).unlock(oldPassphrase)).rejects.toMatchObject(newer);
      expect(fingerprint(old.directory)).toEqual(before);
    };
    writeFileSync(file, encodeVault(crypto, { ...content, schema: schemaVersion() + 1 }));
    await untouched();
    // The newer one was cut off before it had said so in the vault file.
    writeFileSync(file, encodeVault(crypto, content));
    const db = open(old);
    db.exec(`PRAGMA user_version = ${schemaVersion() + 1}`);
    db.close();
    await untouched();
  });

  it.each([6, 36])('A89: a backup of schema %i comes back as what it is now', async (version) => {
    const old = await place(version, false);
    const home = await house(join(folder(), 'restored'));
    try {
      await expect(home.app.handlers.backup.restore({ path: await backUp(old), passphrase: words })).resolves.toEqual({ peerId: old.seen.peerId, madeAt: 1 });
      expect((await home.app.handlers.contacts.list(undefined)).map(({ contactId }) => contactId)).toEqual(expect.arrayContaining(old.seen.contacts.map(({ contactId }) => contactId)));
      for (const { conversationId, messages } of old.seen.conversations) {
        const now = await home.app.handlers.messages.list({ conversationId, limit: 200 });
        expect(now.map(({ messageId, text }) => ({ messageId, text }))).toEqual(messages.map(({ messageId, text }) => ({ messageId, text })));
      }
    } finally {
      await home.app.stop();
    }
  });
});

/** As the backup service does it, of a database that nothing raised. */
async function backUp(old: Placed): Promise<string> {
  const path = join(folder(), 'ada.keyshift-backup');
  const head = { cost: { memoryBytes: 64 * 1024 * 1024, passes: 2 }, salt: crypto.random(saltBytes) };
  const key = await backupKey(shipped, words, head);
  const snapshot = readSnapshot(open(old));
  const target = await backupFiles.begin(path, unnoted);
  try {
    await target.write(encodeBackupHead(head));
    const manifest = { peerId: parsePeerId(old.seen.peerId), madeAt: 1, schema: snapshot.schema, settings: '{}' };
    await writeSnapshot({ crypto: shipped, chunks: new BackupChunks(shipped, key, encodeBackupHead(head)), target, run: noProgress }, manifest, snapshot);
    return await target.finish();
  } finally {
    snapshot.close();
    key.wipe();
  }
}
