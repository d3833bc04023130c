import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../electron/storage/database';
import { parseVault } from '../../electron/storage/vault-format';
import { openDatabaseKey } from '../../electron/storage/vault-key';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { systemRandom } from '../../electron/platform/random';
const [directory = ''] = process.argv.slice(2);
const reads = () => Number(/syscr: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
void (async () => {
  const crypto = await createCrypto({ random: systemRandom });
  const key = await openDatabaseKey(crypto, parseVault(crypto, new Uint8Array(readFileSync(join(directory, 'vault')))), 'harbour lantern seven tides');
  const db = openDatabase(join(directory, 'keyshift.db'), key.bytes);
  console.log(db.pragma('user_version'), db.pragma('cache_size'), db.pragma('cipher_memory_security'));
  for (let i = 0; i < 3; i += 1) {
    const [r, u] = [reads(), process.cpuUsage()];
    const n = db.prepare('SELECT count(*) AS n, sum(length(text)) FROM messages').get();
    const { user, system } = process.cpuUsage(u);
    const count = reads() - r;
    console.log(n, count, 'pages', ((user + system) / count).toFixed(1), 'us per page', system / count);
  }
  const t = process.cpuUsage();
  const lines = db.prepare('SELECT text FROM messages LIMIT 10000').all().map((r) => String(r['text']));
  const t1 = process.cpuUsage(t); console.log('fetch', (t1.user + t1.system) / 10000);
  const t2 = process.cpuUsage(); for (const l of lines) db.words(l); const t3 = process.cpuUsage(t2); console.log('words', (t3.user + t3.system) / 10000);
  db.exec(`CREATE TEMP TABLE r(at INTEGER PRIMARY KEY, line TEXT)`);
  const ins = db.prepare('INSERT INTO r(line) VALUES (?)'); db.transaction(() => { for (const l of lines) ins.run([l]); });
  const sel = db.prepare(`SELECT count(*) FROM r WHERE instr(lower(line), 'zzqz') > 0 OR line GLOB '*[^' || char(1) || '-~]*'`);
  const t4 = process.cpuUsage(); sel.get(); const t5 = process.cpuUsage(t4); console.log('filter', (t5.user + t5.system) / 10000);
  const t6 = process.cpuUsage(); let c = 0; for (const l of lines) if (/(^|[^a-z0-9])zzqz/i.test(l)) c += 1; const t7 = process.cpuUsage(t6); console.log('js regex', (t7.user + t7.system) / 10000, c);
})();
