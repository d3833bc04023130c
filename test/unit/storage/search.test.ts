import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openDatabase, type Db } from '../../../electron/storage/database';
import { migrate } from '../../../electron/storage/migrate';
import { migrations } from '../../../electron/storage/migrations/all';
import { openStores } from '../../../electron/storage/open-stores';
import { createWordList, segmentsOf } from '../../../electron/storage/search-terms';
import { conversation, handle, instance, message } from '../../contract/storage/rows';
import { decryptedPages } from '../../support/decrypted-pages';
import { afterwards, folder } from './places';

function opened(inFile = true) {
  const key = randomBytes(32);
  const file = inFile ? join(folder(), 'a.db') : ':memory:';
  const db = openDatabase(file, inFile ? key : undefined);
  afterwards(() => db.close());
  const stores = openStores(db);
  for (const n of [1, 2, 3]) stores.conversations.put(conversation(n));
  const say = (n: number, text: string, where = 1, change: Parameters<typeof message>[1] = {}) => stores.messages.add(message(n, { conversationId: handle(where), text, ...change }));
  const found = (text: string, change: { conversationId?: string; before?: string; limit?: number } = {}) =>
    stores.search.find({ text, limit: 50, ...change }).map(({ messageId }) => Number.parseInt(messageId, 16));
  return { db, stores, say, found, file, key };
}

function never(): never {
  throw new Error('never');
}

/** A file of that message. */
function named(db: Db, n: number, where: number, name: string): void {
  db.prepare(`
    INSERT INTO transfers (transfer_id, message_id, conversation_id, peer_id, direction, name, size, hash, media_type, key, shown, have, given, wanted, paused, settled, added_at)
    VALUES (?, ?, ?, 'p', 0, ?, 1, x'', 'm', x'', '[]', 0, 0, 0, 0, 0, ?)`).run([`${n} ${name}`, handle(n), handle(where), name, n]);
}

describe('words of messages', () => {
  it('are found in any order, without regard to case and marks, the last one as a beginning, newest first', () => {
    const { say, found } = opened();
    say(1, 'The Müller report is in Århus');
    say(2, 'a report about MULLERS, nothing else', 2);
    say(3, 'reporting from the harbour');
    say(4, '明日の会議は東京で');
    say(5, 'Привет, ёлка! don’t 🎉');
    say(6, 'کتاب و 한국어 검색은');
    expect(found('report')).toEqual([3, 2, 1]);
    expect(found('report mull')).toEqual([2, 1]);
    expect(found('aarhus')).toEqual([]);
    expect(found('arhus MÜLLER')).toEqual([1]);
    expect(found('mulle report')).toEqual([]); // only the last one may be a beginning
    expect(found('会議')).toEqual([4]);
    expect(found('議会')).toEqual([]);
    expect(found('東')).toEqual([4]);
    expect(found('елка')).toEqual([5]);
    expect(found('검색')).toEqual([6]);
    for (const nothing of ['', '  ', '"', '*', 'text:report', '(', 'report AND', 'report NEAR', 'talk : report']) expect(found(nothing), nothing).toEqual([]);
    expect(found('report', { conversationId: handle(2) })).toEqual([2]);
    expect(found('report', { conversationId: handle(9) })).toEqual([]);
    expect(found('report', { before: handle(3), limit: 1 })).toEqual([2]);
    expect(found('report', { before: handle(2), conversationId: handle(1) })).toEqual([1]);
  });

  it('enter the index together at the end of their transaction, as one part of it, and not at all when it is undone', () => {
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

  it('are found by one letter, and emoji and names of files beside them', () => {
    const { db, stores, say, found } = opened();
    say(1, 'a tea at ten 🎉', 1);
    say(2, '東京タワー', 2);
    say(3, 'no words: 👍🏽❤️ 👩‍❤️‍👩 🇩🇪', 2);
    say(4, 'tea again', 1);
    say(5, '', 1, { kind: 'file' });
    named(db, 5, 1, 'Harbour_report-2024.pdf');
    named(db, 2, 2, 'Tee im Hafen.txt');
    expect(found('t')).toEqual([4, 2, 1]);
    expect(found('T', { conversationId: handle(1) })).toEqual([4, 1]);
    expect(found('x')).toEqual([]);
    expect([found('東'), found('京'), found('タ')]).toEqual([[2], [2], [2]]);
    expect(found('🎉')).toEqual([1]);
    expect(found('tea 🎉')).toEqual([1]);
    expect(found('🎉 te')).toEqual([1]);
    expect(found('again 🎉')).toEqual([]);
    // Whatever colour, joined or not, and flags as a whole.
    expect([found('👍'), found('❤'), found('👩‍❤️‍👩'), found('🇩🇪'), found('🇩🇪👍🏿'), found('🇪🇩'), found('👎')]).toEqual([[3], [3], [3], [3], [3], [], []]);
    expect(found('👍', { conversationId: handle(2) })).toEqual([3]);
    expect(found('👍', { conversationId: handle(1) })).toEqual([]);
    expect(found('🎉', { before: handle(1) })).toEqual([]);
    expect(found('🎉', { before: handle(4), conversationId: handle(1) })).toEqual([1]);
    expect([found('harb'), found('report pdf'), found('2024'), found('hafen'), found('te')]).toEqual([[5], [5], [5], [2], [4, 2, 1]]);
    expect(found('harbour', { before: handle(5) })).toEqual([]);
    expect(found('harbour', { conversationId: handle(2) })).toEqual([]);
    expect(stores.search.find({ text: 'harbour', limit: 5 })).toMatchObject([{ fileName: 'Harbour_report-2024.pdf' }]);
  });

  it('what a person types of a name of a file finds it, though the words of a name depend on what stands behind them', () => {
    const { db, say, found } = opened();
    for (const n of [1, 2, 3]) say(n, '', n, { kind: 'file' });
    named(db, 1, 1, 'Report_148-notes.pdf');
    named(db, 2, 2, 'report_149.pdf');
    named(db, 3, 3, 'IMG_2024-01-02_1.jpg');
    const whole = 'Report_148-notes.pdf';
    for (let length = 1; length <= whole.length; length += 1) expect(found(whole.slice(0, length)), whole.slice(0, length)).toContain(1);
    expect([found('Report_148'), found('report_14'), found('148-notes'), found('notes.pdf'), found('REPORT_'), found('img_2024-01-0'), found('02_1')]).toEqual([[1], [2, 1], [1], [1], [2, 1], [3], [3]]);
    expect([found('Report_148', { conversationId: handle(1) }), found('Report_148', { conversationId: handle(2) }), found('Report_148', { before: handle(2) }), found('Report_48')]).toEqual([[1], [], [1], []]);
  });

  it('names of files in what was written are found wherever it stands, though FTS5 takes them apart where they are asked for', () => {
    const { db, say, found } = opened();
    say(1, 'the songs are in mp3.zip, the notes in Report_148-notes.pdf 🎉');
    say(2, 'mp3 and zip, 148 notes');
    say(3, 'mp3.zip again', 2);
    const asked = ['mp3.zip', 'songs mp3.zip', 'mp3.zip song', 'mp3.zip 🎉', '148-notes.pdf', 'Report_148-notes.pdf', 'report_148-notes.pdf song', '148', '148-notes.txt'];
    const expected = [[3, 1], [1], [1], [1], [1], [1], [1], [2, 1], []];
    expect(asked.map((each) => found(each))).toEqual(expected);
    // Within a transaction memory is not looked through: the index is asked, as it is for older ones.
    db.transaction(() => expect(asked.map((each) => found(each))).toEqual(expected));
    // Letter by letter: until the last but one is there, some are two words.
    const begun = ['mp3.z', 'mp3.zi', 'songs mp3.z', '148-notes.p', 'mp3.x', '148-n', '148-notes', 'Report_148-n', '148-x'];
    const expectedOfBegun = [[3, 1], [3, 1], [1], [1], [], [2, 1], [2, 1], [1], []];
    expect(begun.map((each) => found(each))).toEqual(expectedOfBegun);
    db.transaction(() => expect(begun.map((each) => found(each))).toEqual(expectedOfBegun));
    db.transaction(() => expect([found('mp3.zip', { conversationId: handle(2) }), found('mp3.zip', { before: handle(3) }), found('mp3.zip', { limit: 1 })]).toEqual([[3], [1], [3]]));
  });

  it('every beginning of a name of a file in what was written finds it, with digits, dots, lines and dashes in it, and in Chinese', () => {
    const names = ['IMG_1234.JPG', 'my_long-name.v2.tar.gz', '2024-11-27_report.odt', '会议记录-2024.pdf', 'v1.2.3-beta.zip', '報告_3.pdf'];
    const { db, say, found } = opened();
    for (const [at, name] of names.entries()) say(at + 1, `see ${name} there`);
    say(50, 'nothing of it');
    const missed = (): string[] =>
      names.flatMap((name, at) => Array.from(name, (_, end) => Array.from(name).slice(0, end + 1).join('')).filter((typed) => !found(typed).includes(at + 1)));
    expect(missed()).toEqual([]);
    db.transaction(() => expect(missed()).toEqual([]));
    expect(found('会议纪')).toEqual([]);
  });

  it('a query is words, whatever stands in it: nothing it holds is an error, or asks for anything else', () => {
    const { say, found } = opened();
    say(1, 'plain words');
    const hostile = [
      '"plain', 'plain"', "plain' OR 1=1 --", '(plain', 'plain)))', 'plain AND', 'NOT plain', 'plain NEAR(words, 2)', 'plain*', '^plain', '{text} : plain', 'talk:plain', '-plain', 'plain\u0000words', '\u0000',
      '\ud800 plain', 'plain \udc00', '\u202eplain', '%', '_', '\\', '"'.repeat(5), '*'.repeat(500), 'plain '.repeat(2_000), '🎉'.repeat(2_000), 'a '.repeat(5_000), '\u0301'.repeat(1_000), '東'.repeat(1_000), 'x'.repeat(10_000), '\ufffe\uffff',
    ];
    for (const text of hostile) {
      expect(() => found(text), text.slice(0, 40)).not.toThrow();
      expect(() => found(text, { conversationId: handle(1), before: handle(1) }), text.slice(0, 40)).not.toThrow();
    }
    expect([found('"plain" (wor'), found('plain'), found('PLAIN words')]).toEqual([[1], [1], [1]]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 }), (units) => {
        found(String.fromCharCode(...units));
      }),
      { numRuns: 200 },
    );
  });

  it('are found whatever of them begins alike: many words, common and rare ones', () => {
    const { db, say, found } = opened();
    db.transaction(() => {
      for (let n = 1; n <= 1_500; n += 1) say(n, `word${n} ${n % 2 === 0 ? 'even' : 'odd'} ${n === 7 ? 'needle' : ''} wo-rd${n}`, 1 + (n % 3));
    });
    const down = (from: number, take: (n: number) => boolean = () => true, limit = 50) => Array.from({ length: from }, (_, at) => from - at).filter(take).slice(0, limit);
    expect(found('word')).toEqual(down(1_500));
    expect(found('needle word')).toEqual([7]);
    expect(found('odd wo')).toEqual(down(1_500, (n) => n % 2 === 1));
    expect(found('word12')).toEqual(down(1_500, (n) => String(n).startsWith('12')));
    expect(found('wo-rd1', { conversationId: handle(2), limit: 5 })).toEqual(down(1_500, (n) => n % 3 === 1 && String(n).startsWith('1'), 5));
    expect(found('word', { before: handle(20), conversationId: handle(3) })).toEqual(down(19, (n) => n % 3 === 2));
    expect(found('needle', { conversationId: handle(2) })).toEqual([7]);
    for (const n of [40, 900, 1_400]) named(db, n, 1 + (n % 3), `rarely_word${n}.pdf`);
    expect(found('rarely wo')).toEqual([1_400, 900, 40]);
    expect(found('word', { limit: 101 })).toEqual(down(1_500, () => true, 101));
    expect(found('pdf wo', { conversationId: handle(1 + (40 % 3)), before: handle(1_000) })).toEqual([40]);
    db.exec('DELETE FROM transfers');
    expect(found('rarely')).toEqual([]);
  });

  it('are listed from the pages of the index as FTS5 itself lists them, whatever was joined or erased, and parts of it are joined until there are few', () => {
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

  it('stand where a message stands on screen, also one that came from another own device later', () => {
    const { stores, say, found } = opened();
    say(1, 'boat', 1, { sentAt: 1_000 });
    say(2, 'boat', 1, { sentAt: 3_000 });
    stores.messages.addShown(message(3, { text: 'boat', instanceId: instance(2), sentAt: 2_000 }), 2_000 * 4_096);
    expect(found('boat')).toEqual([2, 3, 1]);
    stores.messages.merge(handle(2), { shown: 500 * 4_096, state: 'sent', keyEpoch: 1 });
    expect(found('boat')).toEqual([3, 1, 2]);
  });

  it('are found the same among the newest, which are kept in memory, behind them, and across, whatever is changed, undone or taken back', () => {
    const { db, stores, say, found } = opened();
    const add = (from: number, to: number) => db.transaction(() => {
      for (let n = from; n <= to; n += 1) say(n, `word${n} ${n % 2 === 0 ? 'even' : 'odd'} ${n % 500 === 0 ? 'needle Ёлка 🦉' : ''}`, 1 + (n % 3));
    });
    const down = (from: number, take: (n: number) => boolean, limit = 50) => Array.from({ length: from }, (_, at) => from - at).filter(take).slice(0, limit);
    const gone = new Set<number>();
    const same = (last: number) => {
      const is = (take: (n: number) => boolean) => (n: number) => !gone.has(n) && take(n);
      expect(found('wor')).toEqual(down(last, is(() => true)));
      expect(found('odd wo', { limit: 700 })).toEqual(down(last, is((n) => n % 2 === 1), 700));
      expect(found('needle')).toEqual(down(last, is((n) => n % 500 === 0)));
      expect(found('🦉 елк')).toEqual(down(last, is((n) => n % 500 === 0)));
      expect(found('even', { conversationId: handle(2) })).toEqual(down(last, is((n) => n % 6 === 4)));
      expect(found('wo', { before: handle(150), limit: 120 })).toEqual(down(149, is(() => true), 120));
      expect(found('even wo', { before: handle(1_200), conversationId: handle(1) })).toEqual(down(1_199, is((n) => n % 6 === 0)));
    };
    add(1, 1_400);
    same(1_400);
    while (stores.search.remember(300));
    same(1_400);
    add(1_401, 1_500);
    for (const n of [3, 1_000, 1_499]) {
      db.prepare('DELETE FROM messages WHERE message_id = ?').run([handle(n)]);
      gone.add(n);
    }
    same(1_500);
    expect(() => db.transaction(() => {
      say(9_999, 'wor needle');
      found('wor');
      throw new Error('undone');
    })).toThrow('undone');
    same(1_500);
    // More than are looked at while somebody waits, with older ones gone among them.
    add(1_501, 2_600);
    db.prepare('DELETE FROM messages WHERE message_id = ?').run([handle(1_400)]);
    gone.add(1_400);
    same(2_600);
    while (stores.search.remember(300));
    same(2_600);
  });

  it('are found by the next way where one was gone far enough in vain', () => {
    const { db, stores, say, found } = opened(false);
    const add = (from: number, to: number, text: string, where: number) => db.transaction(() => {
      for (let n = from; n <= to; n += 1) say(n, text, where);
    });
    const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, at) => from - at);
    // What the newest say so often that the other word is looked through for it, none of whose newest has it.
    add(1, 20, 'anchor zebra', 1);
    add(21, 500, 'anchor', 1);
    add(501, 720, 'zebra', 2);
    while (stores.search.remember(300));
    expect(found('anchor ze')).toEqual(down(20, 1));
    // Inside a transaction the index is asked, and not the memory.
    expect(db.transaction(() => found('anchor ze'))).toEqual(down(20, 1));
    // More that has to be taken apart to words, in the middle of a conversation, than it is looked through for as a whole.
    add(800, 1_450, 'ёлка', 3);
    add(1_451, 1_460, 'needle', 3);
    add(1_461, 1_600, 'hay', 3);
    expect(found('needle', { conversationId: handle(3) })).toEqual(down(1_460, 1_451));
    expect(found('елк', { conversationId: handle(3), before: handle(1_000), limit: 20 })).toEqual(down(999, 980));
    expect(found('hay', { conversationId: handle(3), before: handle(1_470) })).toEqual(down(1_469, 1_461));
  });

  it('lie side by side in the file, conversation by conversation, in the order they came, also those of before the step "side-by-side"', () => {
    const db = openDatabase(':memory:');
    afterwards(() => db.close());
    migrate(db, migrations.slice(0, migrations.findIndex(({ name }) => name === 'side-by-side')));
    for (const n of [1, 2]) db.exec(`INSERT INTO conversations (conversation_id, contact_id, peer_id, dialog_id, title, state, created_at, unread) VALUES ('${handle(n)}', 'c', 'p', 'd${n}', '', 'open', 1, 0)`);
    const insert = db.prepare(`INSERT INTO messages (conversation, message_id, direction, instance_id, sequence, kind, text, sent_at, state, key_epoch, place) VALUES (?, ?, 1, 'i', ?, 'text', ?, ?, 0, 0, ?)`);
    for (let n = 1; n <= 40; n += 1) insert.run([1 + (n % 2), handle(n), n, `boat ${n} ${n === 7 ? '🎉' : ''}`, n, n * 4_096]);
    const search = () => openStores(db).search;
    openStores(db).messages.add(message(100, { conversationId: handle(1), text: 'boat after' }));
    // Interrupted again and again, as by a restart; nothing is lost or stands twice meanwhile.
    while (search().takeUp(7)) expect(search().find({ text: 'boat', limit: 99 })).toHaveLength(41);
    expect(search().find({ text: '🎉', limit: 9 })).toMatchObject([{ messageId: handle(7) }]);
    expect(search().find({ text: 'boat', conversationId: handle(1), limit: 99 }).map(({ messageId }) => Number.parseInt(messageId, 16))).toEqual([100, ...Array.from({ length: 20 }, (_, at) => 40 - 2 * at)]);
    const keys = db.prepare('SELECT conversation, key / 268435456 AS range, message_id FROM messages ORDER BY key').all();
    expect(keys.every((row) => row['range'] === row['conversation'])).toBe(true);
    expect(keys.map((row) => Number.parseInt(String(row['message_id']), 16))).toEqual([...Array.from({ length: 20 }, (_, at) => 2 + 2 * at), 100, ...Array.from({ length: 20 }, (_, at) => 1 + 2 * at)]);
    expect(db.prepare('SELECT (SELECT count(*) FROM search_places WHERE message NOT IN (SELECT key FROM messages)) + (SELECT count(*) FROM search_signs WHERE message NOT IN (SELECT key FROM messages)) AS lost').get()).toEqual({ lost: 0 });
    db.prepare('DELETE FROM messages WHERE message_id = ?').run([handle(7)]);
    expect(search().find({ text: '🎉', limit: 9 })).toEqual([]);
    db.exec(`INSERT INTO search (search, rank) VALUES ('integrity-check', 1)`);
  });

  it.each(['search', 'search-whole'])('of before the step "%s" are taken up in slices, newest first, whatever changes meanwhile, and however often it is interrupted', (step) => {
    const db = openDatabase(':memory:');
    afterwards(() => db.close());
    migrate(db, migrations.slice(0, migrations.findIndex(({ name }) => name === step)));
    db.exec(`INSERT INTO conversations (conversation_id, contact_id, peer_id, dialog_id, title, state, created_at, unread) VALUES ('${handle(1)}', 'c', 'p', 'd', '', 'open', 1, 0)`);
    const insert = db.prepare(`INSERT INTO messages (conversation, message_id, direction, instance_id, sequence, kind, text, sent_at, state, key_epoch, place) VALUES (1, ?, 1, 'i', ?, 'text', ?, ?, 0, 0, ?)`);
    for (let n = 1; n <= 10; n += 1) insert.run([handle(n), n, `old boat ${n} ${n === 5 ? '🎉' : ''}`, n, n * 4_096]);
    if (step === 'search-whole') {
      named(db, 6, 1, 'Boat_house.pdf');
      named(db, 4, 1, 'Anchor.pdf');
      for (let n = 100; n < 700; n += 1) insert.run([handle(n), n, `more of word${n}`, n, n * 4_096]);
    }
    openStores(db);
    // Each time as after a start.
    const search = () => openStores(db).search;
    openStores(db).messages.add(message(1_000, { text: 'new boat' }));
    const found = (query = 'boat') => search().find({ text: query, limit: 50 }).map(({ messageId }) => Number.parseInt(messageId, 16));
    expect(found()).toEqual([1_000]);
    db.prepare('DELETE FROM messages WHERE message_id = ?').run([handle(2)]);
    db.prepare('UPDATE messages SET text = ? WHERE message_id = ?').run(['ship', handle(3)]);
    const isThere = () => db.prepare(`SELECT 1 FROM sqlite_schema WHERE name IN ('search_before', 'search_places_before')`).get() !== undefined;
    for (let left = 200; isThere() && left > 0; left -= 1) expect(search().takeUp(4)).toBe(true);
    expect(isThere()).toBe(false);
    db.exec(`DELETE FROM messages WHERE text LIKE 'more of%' AND sequence <> 699`);
    expect(search().takeUp(4)).toBe(true);
    if (step === 'search') expect(found()).toEqual([1_000, 10, 9, 8, 7]);
    db.prepare('UPDATE messages SET text = ? WHERE message_id = ?').run(['ship', handle(9)]);
    if (step === 'search-whole') named(db, 1, 1, 'Late harbour.txt');
    while (search().takeUp(4));
    expect(found()).toEqual([1_000, 10, 8, 7, 6, 5, 4, 1]);
    expect(found('🎉 boat')).toEqual([5]);
    if (step === 'search-whole') expect([found('house'), found('anch'), found('harbour'), found('word699')]).toEqual([[6], [4], [1], [699]]);
    while (search().tidy(16));
    while (search().erase(16) === 'more');
    expect(found()).toEqual([1_000, 10, 8, 7, 6, 5, 4, 1]);
    db.exec(`INSERT INTO search (search, rank) VALUES ('integrity-check', 1)`);
  });

  it('stay true through any changes', () => {
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

it('which spans of time have messages, by where they stand on screen', () => {
  const { stores, say } = opened();
  say(1, 'a', 1, { sentAt: 1_000 });
  say(2, 'b', 2, { sentAt: 5_000 });
  const between = (start: number, end: number, where = 1) => stores.messages.hasBetween(handle(where), start, end);
  expect([between(0, 1_000), between(1_000, 1_001), between(1_001, 9_000), between(5_000, 5_001), between(5_000, 5_001, 2), between(1_000, 1_000)]).toEqual([false, true, false, false, true, false]);
});

describe('words that were erased', () => {
  /** Every piece of four letters: the index keeps words without what they share with the one before. */
  const pieces = (word: string) => Array.from({ length: word.length - 3 }, (_, at) => word.slice(at, at + 4));
  const traces = (db: Db, file: string, key: Uint8Array, words: readonly string[]): string[] => {
    db.pragma('wal_checkpoint(TRUNCATE)');
    const clear = decryptedPages(file, key).toString('latin1').toLowerCase();
    return words.flatMap(pieces).filter((piece) => clear.includes(piece));
  };

  it('A79: are nowhere in the decrypted file, whether a message was deleted, edited, or went with its conversation', () => {
    const { db, say, file, key, stores } = opened();
    const secret = ['qzxvkwjpf', 'wvxqzjkhb', 'jxqkzvwyd'] as const;
    db.transaction(() => {
      for (let n = 1; n <= 400; n += 1) say(n, `usual words of number ${n} qa jx wv`);
    });
    secret.forEach((word, at) => say(500 + at, `there was ${word} here`, at === 2 ? 2 : 1));
    db.transaction(() => {
      for (let n = 600; n <= 900; n += 1) say(n, `more usual words ${n}`);
    });
    while (stores.search.tidy(64));
    expect(new Set(traces(db, file, key, secret))).toEqual(new Set(secret.flatMap(pieces)));

    db.prepare('DELETE FROM messages WHERE message_id = ?').run([handle(500)]);
    db.prepare(`UPDATE messages SET kind = 'deleted', text = '' WHERE message_id = ?`).run([handle(501)]);
    db.prepare('DELETE FROM conversations WHERE conversation_id = ?').run([handle(2)]);
    expect(traces(db, file, key, secret)).toEqual([]);
    expect(stores.search.find({ text: 'usual', limit: 1 })).toHaveLength(1);
  });

  it('A79: also of an index of many pages, where they stood at the beginning of pages', () => {
    const { db, say, file, key, stores, found } = opened();
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    let seed = 7;
    const word = () => Array.from({ length: 9 }, () => letters[(seed = (seed * 48_271) % 2_147_483_647) % 26]).join('');
    const kept = Array.from({ length: 3_000 }, word);
    const secret = Array.from({ length: 300 }, () => `7${word()}`.split('').join('7'));
    db.transaction(() => kept.forEach((each, at) => say(1 + at, `${each} ${at % 10 === 0 ? secret[at / 10] : ''}`)));
    while (stores.search.tidy(1_000));
    db.transaction(() => kept.forEach((_, at) => at % 10 === 0 && db.prepare('DELETE FROM messages WHERE message_id = ?').run([handle(1 + at)])));
    while (stores.search.erase(16) === 'more');
    expect(traces(db, file, key, secret)).toEqual([]);
    expect(stores.search.erase(16)).toBeUndefined();
    db.exec(`INSERT INTO search (search, rank) VALUES ('integrity-check', 1)`);
    for (const [at, each] of kept.entries()) if (at % 10 !== 0) expect(found(each)).toEqual([1 + at]);
  });
});
