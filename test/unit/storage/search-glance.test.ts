import fc from 'fast-check';
import { expect, it } from 'vitest';
import { glance } from '../../../electron/storage/search-glance';
import { holds, readings } from '../../../electron/storage/search-words';
import { freshDatabase } from '../../support/fresh-database';
import { afterwards } from './places';

const said = fc.oneof(
  fc.array(fc.constantFrom('boat', 'Boats', 'bo', 'harbour', 'don’t', 'x1', 'x1.zip', 'bo_at', 'bö', '“boat”', '—', '🎉', '☂', 'İs', '\u212am', '①', 'Ａ', '会', '👩‍❤️‍👩', 'bo\ufe0fat'), { maxLength: 5 }).chain((words) =>
    fc.constantFrom(' ', '', '\n', '-', '.', '’', '🎉').map((between) => words.join(between))),
  fc.string({ unit: fc.constantFrom('a', 'b', 'B', '1', '_', '.', ' ', ' ', '-', '\'', '\u0308', '\u200d', '\ufe0f', '🎉', '🏽', 'é', 'İ', '\u212a', '…', '会'), maxLength: 14 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const asked = fc.oneof(fc.constantFrom('bo', 'boat', 'boat ha', 'harbour boat', 'x1', 'x1 zip', 'is', 'k', 'km', 'don', '1', 'a'), fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', 'k', 'i'), minLength: 1, maxLength: 4 }));

it('what shows at a glance is what the words of the text say', () => {
  const db = freshDatabase();
  afterwards(() => db.close());
  let seen = 0;
  fc.assert(
    fc.property(said, asked, (line, query) => {
      for (const wanted of readings(db, query)) {
        const shows = glance(line, wanted);
        if (shows === undefined) continue;
        seen += 1;
        expect(shows, JSON.stringify([line, query, db.words(line)])).toBe(holds(db.words(line), wanted));
      }
    }),
    { numRuns: 8_000 },
  );
  expect(seen).toBeGreaterThan(1_000);
});

it('of a text of ASCII or emoji all shows at a glance, of another one only what stands there', () => {
  const one = (query: string) => ({ phrases: [], last: { words: [], beginning: query }, signs: [] });
  expect(glance('to the Harbour 🎉', one('harb'))).toBe(true);
  expect(glance('to the harbour 🎉', one('boat'))).toBe(false);
  expect(glance('zum Häfen', one('zum'))).toBe(true);
  expect(glance('zum Häfen', one('hafe'))).toBeUndefined();
  expect(glance('unharboured', one('harb'))).toBeUndefined();
  expect(glance('the harbours', { phrases: [['harbour']], last: undefined, signs: [] })).toBeUndefined();
  expect(glance('the harbour', { phrases: [['the', 'harbour']], last: undefined, signs: [] })).toBeUndefined();
});

it('signs that are taken for no letters stay themselves without marks and case', () => {
  const db = freshDatabase();
  afterwards(() => db.close());
  const isPlain = (sign: string) => glance(sign, { phrases: [], last: { words: [], beginning: 'qqq' }, signs: [] }) === false;
  let seen = 0;
  for (let code = 0x80; code < 0x20000; code += 1) {
    const sign = String.fromCodePoint(code);
    if ((code >= 0xd800 && code < 0xe000) || !isPlain(sign)) continue;
    seen += 1;
    expect(sign.normalize('NFKD').toLowerCase(), code.toString(16)).toBe(sign);
    // Neither gone from the middle of a word nor a letter of another one.
    expect(['ab', 'a', 'b'].filter((word) => db.words(`a${sign}b`).includes(word)), code.toString(16)).not.toContain('ab');
  }
  expect(seen).toBeGreaterThan(1_000);
});
