import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWordList, segmentsOf } from '../../../electron/storage/search-terms';
import { handle } from '../../contract/storage/rows';
import { opened } from './searched';

function never(): never {
  throw new Error('never');
}

describe('the index of words', () => {
  it('takes words up together at the end of their transaction, as one part of it, and not at all when it is undone', () => {
    const { db, stores, say, found } = opened();
    const parts = () => db.prepare('SELECT count(DISTINCT segid) AS n FROM search_idx').get()?.['n'];
    db.transaction(() => {
      for (let n = 1; n <= 50; n += 1) stores.transaction(() => say(n, `word${n} boat`));
      db.prepare('UPDATE messages SET text = ? WHERE message_id = ?').run(['harbour', handle(7)]);
      db.prepare('DELETE FROM messages WHERE message_id = ?').run([handle(8)]);
      expect(() => stores.transaction(() => (say(51, 'boat undone'), never()))).toThrow('never');
    });
    expect(parts()).toBe(1);
    expect(() => db.transaction(() => (say(52, 'boat undone'), never()))).toThrow('never');
    say(53, 'boat alone');
    expect(parts()).toBe(2);
    db.exec(`INSERT INTO search (search, rank) VALUES ('integrity-check', 1)`);
    expect([found('boat').length, found('undone'), found('harbour'), found('word7'), found('alone'), found('word50')]).toEqual([49, [], [7], [], [53], [50]]);
  });

  it('lists words from its pages as FTS5 itself lists them, whatever was joined or erased, and parts of it are joined until there are few', () => {
    const { db, say, stores } = opened();
    const parts = () => segmentsOf(db.prepare('SELECT block FROM search_data WHERE id = 10').get()?.['block'] as Uint8Array).length;
    const listed = createWordList(db);
    const same = () => {
      for (const beginning of ['w', 'word1', 'word12', 'odd', 'x', 'é', 'ж', '東', 'zz', 'rare77']) {
        const expected = db.prepare(`SELECT DISTINCT term FROM search_words WHERE term >= ? AND term < ? AND col = 'text'`).all([beginning, `${beginning}\u{10ffff}`]).map(({ term }) => String(term));
        expect([...(listed(beginning, 1e9) ?? [])].sort(), beginning).toEqual(expected.sort());
        expect(listed(beginning, expected.length - 1), beginning).toBeUndefined();
      }
    };
    for (let from = 0; from < 2_000; from += 40) {
      db.transaction(() => {
        for (let n = from; n < from + 40; n += 1) say(n, `word${n % 900} ${n % 2 === 0 ? 'even odd' : 'odd'} ${n === 77 ? 'rare77 жук' : 'Élan'} 東京${'x'.repeat(n % 50)}`);
      });
    }
    expect(parts()).toBeGreaterThan(20);
    same();
    let steps = 0;
    while (stores.search.tidy(4)) {
      steps += 1;
      if (steps % 4 === 0) same();
    }
    expect(parts()).toBeLessThan(8);
    same();
    db.transaction(() => {
      for (let n = 0; n < 2_000; n += 3) db.prepare('DELETE FROM messages WHERE message_id = ?').run([handle(n)]);
    });
    while (stores.search.erase(16) === 'more');
    same();
  });

  it('stays true through any changes', () => {
    const act = fc.oneof(
      fc.record({ do: fc.constant('add' as const), text: fc.constantFrom('ab', 'abc', 'abd x', 'x y', '') }),
      fc.record({ do: fc.constantFrom('edit' as const, 'remove' as const, 'move' as const, 'tidy' as const), n: fc.nat(40), text: fc.constantFrom('ab', 'abe', 'y', '') }),
    );
    // Hundreds of transactions, which a busy disk takes a minute for.
    const { db, say, stores, found } = opened(false);
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        db.exec('DELETE FROM messages');
        let last = 0;
        for (const each of acts) {
          if (each.do === 'add') say((last += 1), each.text);
          else if (each.do === 'edit') db.prepare('UPDATE messages SET text = ? WHERE message_id = ?').run([each.text, handle(each.n)]);
          else if (each.do === 'remove') db.prepare('DELETE FROM messages WHERE message_id = ?').run([handle(each.n)]);
          else if (each.do === 'move') db.prepare('UPDATE messages SET place = ? WHERE message_id = ?').run([each.n, handle(each.n)]);
          else stores.search.tidy(4);
        }
        const expected = db.prepare(`SELECT message_id FROM messages WHERE ' ' || text GLOB '* ab*' ORDER BY place DESC`).all().map((row) => Number.parseInt(String(row['message_id']), 16));
        expect(new Set(found('ab'))).toEqual(new Set(expected));
        db.exec(`INSERT INTO search (search, rank) VALUES ('integrity-check', 1)`);
      }),
      { numRuns: 40 },
    );
  });
});
