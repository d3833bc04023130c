import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../electron/storage/database';
import { openStores } from '../../electron/storage/open-stores';
import { parseVault } from '../../electron/storage/vault-format';
import { openDatabaseKey } from '../../electron/storage/vault-key';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { systemRandom } from '../../electron/platform/random';
import { createWords } from './words';

const [directory = '', cache = '', roundsText = '100', only = ''] = process.argv.slice(2);
const reads = () => Number(/syscr: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
void (async () => {
  const crypto = await createCrypto({ random: systemRandom });
  const key = await openDatabaseKey(crypto, parseVault(crypto, new Uint8Array(readFileSync(join(directory, 'vault')))), 'harbour lantern seven tides');
  const db = openDatabase(join(directory, 'keyshift.db'), key.bytes);
  if (cache !== '') db.exec(`PRAGMA cache_size=${cache}`);
  const stores = openStores(db);
  console.log('version', db.pragma('user_version'), 'page', db.pragma('page_size'), 'pages', db.pragma('page_count'), 'cache', db.pragma('cache_size'), 'cipher', db.pragma('cipher_version'), db.pragma('cipher_provider'), db.pragma('cipher_hmac_algorithm'));
  const words = createWords(7);
  for (let i = 0; i < 1000; i += 1) words.random();
  const list = db.prepare('SELECT conversation_id FROM conversations').all().map((row) => String(row['conversation_id']));
  const pick = () => list[Math.floor(list.length * words.random())] ?? '';
  const rounds = Number(roundsText);
  const q = (a: number[], s: number) => [...a].sort((x, y) => x - y)[Math.min(a.length - 1, Math.floor(a.length * s))] ?? 0;
  const measure = (work: string, call: (round: number) => unknown) => {
    if (only !== '' && !work.includes(only)) return;
    const cpu: number[] = [], pages: number[] = [], sizes: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const [r0, u0] = [reads(), process.cpuUsage()];
      const got = call(round);
      const { user, system } = process.cpuUsage(u0);
      const r1 = reads();
      cpu.push((user + system) / 1000); pages.push(r1 - r0 - 1);
      sizes.push(Array.isArray(got) ? got.length : -1);
    }
    console.log(work.padEnd(40), 'cpu', q(cpu, 0.5).toFixed(2).padStart(6), q(cpu, 0.95).toFixed(2).padStart(6), 'reads', String(q(pages, 0.5)).padStart(5), String(q(pages, 0.95)).padStart(5), 'rows', q(sizes, 0.5));
  };
  const page = (o: object) => { const { conversationId } = o as { conversationId: string }; return stores.messages.page(conversationId, undefined, 50); };
  const search = (text: string, conversationId?: string) => stores.search.find({ text, limit: 30, ...(conversationId !== undefined && { conversationId }) });
  while (stores.search.takeUp(64));
  for (const turn of ['cold', 'warm']) {
    console.log(turn);
    measure('open', () => page({ conversationId: pick() }));
    measure('search: a common word', (r) => search(words.frequent(r % 50)));
    measure('search: a rare word', (r) => search(words.rare(r)));
    measure('search: two words', (r) => search(`${words.frequent(r % 50)} harbour`));
    measure('search: two letters', (r) => search(words.frequent(r).slice(0, 2)));
    measure('search: three letters', (r) => search(words.frequent(r).slice(0, 3)));
    measure('search: four letters', (r) => search(words.frequent(r).slice(0, 4)));
    measure('search: a word and two letters', (r) => search(`${words.rare(r)} th`));
    measure('search: an emoji', () => search('🎉'));
    measure('search: common word, rare emoji', (r) => search(`🦉 ${words.frequent(r % 50)}`));
    measure('search: nothing', (r) => search(`qq${r}zz`));
    measure('in one: a common word', (r) => search(words.frequent(r % 50), pick()));
    measure('in one: a rare word', (r) => search(words.rare(r), pick()));
    measure('in one: two letters', (r) => search(words.frequent(r).slice(0, 2), pick()));
    measure('in one: four letters', (r) => search(words.frequent(r).slice(0, 4), pick()));
    measure('in one: three letters', (r) => search(words.frequent(r).slice(0, 3), pick()));
  }
  void writeFileSync;
  db.close();
})();
