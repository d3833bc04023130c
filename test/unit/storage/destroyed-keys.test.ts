import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLocalRecord } from '../../../electron/engine/certificates/local-party';
import { renewLocalRecord } from '../../../electron/engine/certificates/renewal';
import { openDatabase } from '../../../electron/storage/database';
import { openStores } from '../../../electron/storage/open-stores';
import { testCrypto } from '../../support/dialog-kit';

const day = 24 * 3600 * 1000;

describe('a destroyed key', () => {
  it('S1-48: is in no page of the database and not in its log', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyshift-destroyed-'));
    const file = join(folder, 'plain.db');
    // Without a key, so that the test sees what the encryption would only cover.
    const db = openDatabase(file);
    try {
      const { local } = openStores(db);
      const crypto = await testCrypto();
      const start = Date.UTC(2026, 0, 1);
      let record = await createLocalRecord(crypto, { name: 'Ann', deviceName: 'desk', now: start });
      local.save(record);
      const [first] = record.exchanges;
      if (!first) throw new Error('a person has an exchange key');
      const lies = (): boolean[] => [file, `${file}-wal`].map((path) => existsSync(path) && readFileSync(path).includes(Buffer.from(first.kemSecret)));
      const renew = async (at: number): Promise<void> => {
        record = (await renewLocalRecord(crypto, record, start + at)) ?? record;
        local.save(record);
        expect(db.emptyLog()).toBe(true);
      };
      await renew(6 * day);
      expect(lies()).toEqual([true, false]);
      await renew(37 * day);
      expect(local.load()?.exchanges.length).toBe(3);
      expect(lies()[0]).toBe(true);
      record = (await renewLocalRecord(crypto, record, start + 37 * day + 1)) ?? record;
      local.save(record);
      // The log still has the page as it was: hence it is emptied.
      expect(db.emptyLog()).toBe(true);
      expect(lies()).toEqual([false, false]);
      expect(readFileSync(`${file}-wal`)).toHaveLength(0);
    } finally {
      db.close();
      rmSync(folder, { recursive: true });
    }
  });
});
