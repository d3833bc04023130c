import { afterEach, expect, it } from 'vitest';
import { OwnWords } from '../../../electron/main/own-words';
import { dictionaryService } from '../../../electron/services/dictionary-service';
import { EventHub } from '../../../electron/services/event-hub';
import type { AppEvent } from '../../../shared/contract/contract';
import { KeyshiftError } from '../../../shared/errors';
import { mostOwnWords, ownWord } from '../../../shared/model/own-word';
import { openStores } from '../../../electron/storage/open-stores';
import type { OpenProfile } from '../../../electron/services/open-profile';
import { freshDatabase } from '../../support/fresh-database';

const db = freshDatabase();
const stores = openStores(db);
const events = new EventHub({ debug() {}, info() {}, warn() {}, error() {} });
let open = true;
const service = dictionaryService({
  events,
  profile: () => {
    if (!open) throw new KeyshiftError('vault.locked', 'locked');
    return { stores } as OpenProfile; // nothing else of it is asked
  },
});
const told: AppEvent[] = [];
events.on((event) => told.push(event));
afterEach(() => {
  open = true;
  db.exec('DELETE FROM own_words');
  told.splice(0);
});

it('words of one’s own are kept once, taken out again, and told of; behind a closed vault there are none', () => {
  service.add({ word: 'Hafenbericht' });
  service.add({ word: 'Hafenbericht' });
  service.add({ word: 'e\u0301clat' });
  expect(service.words(undefined)).toEqual(['Hafenbericht', 'éclat']);
  service.remove({ word: 'Hafenbericht' });
  service.remove({ word: 'Hafenbericht' });
  expect(service.words(undefined)).toEqual(['éclat']);
  expect(told.map(({ type }) => type)).toEqual(Array.from({ length: 4 }, () => 'dictionary.changed'));
  open = false;
  for (const act of [() => service.words(undefined), () => service.add({ word: 'x' }), () => service.remove({ word: 'x' })]) expect(act).toThrow('locked');
});

it('there is an end to them', () => {
  db.exec(`INSERT INTO own_words (word) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${mostOwnWords}) SELECT 'w' || i FROM n`);
  expect(() => service.add({ word: 'more' })).toThrow('no room');
});

it.each(['', ' ', 'two words', '-', 'a\u0000', '\u202ex', 'x'.repeat(65), '<b>'])('%j is no word', (word) => expect(ownWord.safeParse(word).success).toBe(false));
it.each(['don’t', 'Straßenbahn-Halt', 'naïve', '東京', 'v2', 'a'])('%j is one', (word) => expect(ownWord.safeParse(word).success).toBe(true));

it('they count while the vault is open, with the capitals of a beginning, and are gone with it', async () => {
  const own = new OwnWords(service, (error) => expect.unreachable(String(error)));
  events.on((event) => own.hear(event));
  expect(own.adding('keyshift')).toBeUndefined();
  own.hear({ type: 'vault.changed', state: 'open' });
  expect(own.adding('not a word')).toBeUndefined();
  await own.adding('keyshift')?.();
  expect(['keyshift', 'Keyshift', 'KEYSHIFT', 'keyshifts', ''].map((word) => own.knows(word))).toEqual([true, true, true, false, false]);
  own.hear({ type: 'vault.changed', state: 'locked' });
  expect(own.knows('keyshift')).toBe(false);
  own.hear({ type: 'vault.changed', state: 'open' });
  await expect.poll(() => own.knows('keyshift')).toBe(true);
  own.forget();
  expect(own.knows('keyshift')).toBe(false);
});
