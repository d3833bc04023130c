import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifyChain } from '../../../electron/engine/certificates/chain';
import { followKeyLinks } from '../../../electron/engine/certificates/key-history';
import { openLocalParty } from '../../../electron/engine/certificates/local-party';
import { eraseOldKeys, rotateLocalRecord } from '../../../electron/engine/certificates/rotation';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import type { LocalRecord } from '../../../electron/engine/ports';
import { type Db, openDatabase, type Parameters, type Row, type Statement } from '../../../electron/storage/database';
import { createLocalStore } from '../../../electron/storage/local-store';
import { openStores } from '../../../electron/storage/open-stores';
import { createPeerKeyStore } from '../../../electron/storage/peer-key-store';
import { testCrypto } from '../../support/dialog-kit';
import { type KeyLife, keyLives, type Turn } from '../../support/key-lives';
import { withFixedKeys } from '../../support/rsa-keys';

const now = 1_800_000_000_000;

let crypto: Crypto;
let lives: Record<'routine' | 'compromise' | 'recovery', readonly KeyLife[]>;
let folder: string;

beforeAll(async () => {
  crypto = await testCrypto();
  const after = (turn: Turn) => keyLives(crypto, ['routine', turn], { now });
  lives = { routine: await after('routine'), compromise: await after('compromise'), recovery: await after('recovery') };
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyshift-identity-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const record = (turn: keyof typeof lives, life: number): LocalRecord => {
  const found = lives[turn][life];
  if (!found) throw new Error('three lives each');
  return found.record;
};

describe('a key that is replaced while the power fails', () => {
  // Without a key: the encryption is not what is looked at here.
  it.each(['routine', 'compromise', 'recovery'] as const)('S5-13: at any write of a %s rotation there is exactly one current key, and it works', async (turn) => {
    const file = join(folder, 'live.db');
    const live = openDatabase(file);
    openStores(live).local.save(record(turn, 1));
    let writes = 0;
    const states = new Map<number, LocalRecord | undefined>();
    const cut = (): void => void states.set(writes, asItLies(file, join(folder, `${writes}`)));
    const atEachWrite = createLocalStore(watched(live, () => ((writes += 1), cut())));
    atEachWrite.save(record(turn, 2));
    writes += 1;
    cut();
    live.close();
    expect([...states.values()].map((state) => current(state))).toEqual([...Array.from({ length: states.size - 1 }, () => [2]), [3]]);
    // Record, three identity keys, exchange keys, and what removes those before.
    expect(states.size).toBeGreaterThan(6);
    // At none of them anything of the later key, nor is anything of the one before gone.
    for (const [at, state] of states) expect(state).toEqual(states.get(at === writes ? writes : 1));
    for (const state of [states.get(1), states.get(writes)]) {
      if (!state) throw new Error('there is a record');
      const party = openLocalParty(crypto, state);
      verifyChain(crypto, party.chain, { now, pinnedSpkiHash: party.identity.spkiHash });
      const next = await rotateLocalRecord(withFixedKeys(crypto, 20), state, now + 9);
      const elements = openLocalParty(crypto, next).history?.elements.slice(-1) ?? [];
      expect(followKeyLinks(crypto, party.peerId, party.identity, elements).epoch).toBe(party.identity.epoch + 1);
    }
  });

  it('S5-13: a write that fails leaves the key before, and the next attempt succeeds', () => {
    const db = openDatabase(join(folder, 'live.db'));
    openStores(db).local.save(record('routine', 1));
    let left = 0;
    const store = createLocalStore(
      watched(db, () => {
        if ((left -= 1) === 0) throw new Error('disk full');
      }),
    );
    let failed = 0;
    for (let at = 1; ; at += 1) {
      left = at;
      try {
        store.save(record('routine', 2));
        break;
      } catch {
        failed += 1;
        expect(current(store.load())).toEqual([2]);
      }
    }
    expect([failed > 6, current(store.load())]).toEqual([true, [3]]);
    db.close();
  });
});

describe('an old private half', () => {
  it.each(['erased', 'recovery'] as const)('S5-20 A79: that was let go (%s) is in no file of the profile', (way) => {
    const file = join(folder, 'plain.db');
    const db = openDatabase(file);
    const { local } = openStores(db);
    const save = (next: LocalRecord): void => {
      local.save(next);
      expect(db.emptyLog()).toBe(true);
    };
    save(record('routine', 0));
    save(record('routine', 1));
    save(record('routine', 2));
    const [first = [], second = [], third = []] = record('routine', 2).identityKeys.map(({ privateKey }) => pieces(privateKey));
    expect([found(first), found(second), found(third)]).toEqual([true, true, true]);
    if (way === 'erased') save(eraseOldKeys(record('routine', 2), ({ epoch }) => epoch === 2));
    else save(record('recovery', 2));
    expect([found(first), found(second), found(third)]).toEqual(way === 'erased' ? [false, true, true] : [false, false, true]);
    save(eraseOldKeys(local.load() ?? record('routine', 2)));
    expect([found(first), found(second), found(third)]).toEqual([false, false, true]);
    const party = openLocalParty(crypto, local.load() ?? record('routine', 2));
    expect([party.identity.epoch, party.history?.elements.length]).toEqual([3, 2]);
    // The certificates of all three, and what they vouched for, are still there.
    expect(local.load()?.identityKeys).toHaveLength(3);
    db.close();
  });

  /** Whether any piece of the key is in any file of the folder: a key may lie across two pages. */
  function found(wanted: readonly Buffer[]): boolean {
    return readdirSync(folder).some((name) => {
      const content = readFileSync(join(folder, name));
      return wanted.some((piece) => content.includes(piece));
    });
  }
});

it('A88: of the secrets of a pair nothing stays in memory but what was asked for: not the row, nor what was written', () => {
  const live = openDatabase(join(folder, 'live.db'));
  openStores(live);
  const { peerId } = record('routine', 0);
  live.prepare(`INSERT INTO peers (peer_id, pinned_spki_hash, identity_epoch, identity_certificate, instance_list, list_version, instances, exchanges, blocked, updated_at)
    VALUES (?, zeroblob(32), 1, x'', x'', 1, x'', x'', 0, 0)`).run([peerId]);
  const seen: Uint8Array[] = [];
  const store = createPeerKeyStore(watched(live, () => undefined, (values) => seen.push(...Object.values(values).filter((value) => value instanceof Uint8Array))));
  const secrets = [1, 2, 3, 4].map((byte) => new Uint8Array(32).fill(byte));
  for (const secret of secrets) store.addPairSecret(peerId, secret);
  const given = [store.pairSecret(peerId) ?? expect.unreachable('a secret'), ...store.pairSecrets().map(([, secret]) => secret)];
  expect([secrets, given].map((all) => all.map(([first]) => first))).toEqual([[1, 2, 3, 4], [4, 4, 3, 2]]);
  for (const secret of given) crypto.wipe(secret);
  live.close();
  // Four written, three read to write the next ones, and both questions.
  expect([seen.length, seen.filter((bytes) => bytes.some((byte) => byte !== 0)).length]).toEqual([9, 0]);
});

/** The private exponent and the primes, in pieces of 32 bytes: modulus and prefix are public or alike in all keys. */
function pieces(key: Uint8Array | undefined): readonly Buffer[] {
  if (!key) throw new Error('it is there');
  const secret = Buffer.from(key).subarray(440);
  return Array.from({ length: Math.floor(secret.length / 32) }, (_, index) => secret.subarray(32 * index, 32 * index + 32));
}

function current(state: LocalRecord | undefined): readonly number[] {
  return (state?.identityKeys ?? []).filter(({ retiredAt, privateKey }) => retiredAt === undefined && privateKey !== undefined).map(({ epoch }) => epoch);
}

/** What a machine finds that lost its power now: the files as they lie, opened anew. */
function asItLies(file: string, copy: string): LocalRecord | undefined {
  for (const end of ['', '-wal']) if (existsSync(`${file}${end}`)) copyFileSync(`${file}${end}`, `${copy}${end}`);
  const db = openDatabase(copy);
  const state = openStores(db).local.load();
  db.close();
  return state;
}

/** The database, with a look before every write of the store. */
function watched(db: Db, before: () => void, sees: (values: Row | Parameters) => void = () => undefined): Db {
  const prepare = (sql: string): Statement => {
    const statement = db.prepare(sql);
    const seen = <T extends Row | undefined>(row: T): T => (sees(row ?? []), row);
    return { get: (params) => seen(statement.get(params)), all: (params) => statement.all(params).map(seen), run: (params) => (before(), sees(params ?? []), statement.run(params)) };
  };
  const exec = (sql: string): void => (before(), db.exec(sql));
  return new Proxy(db, {
    get(target, name) {
      if (name === 'prepare') return prepare;
      if (name === 'exec') return exec;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
