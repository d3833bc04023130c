import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readings } from '../../../electron/storage/search-words';
import { handle, instance, message } from '../../contract/storage/rows';
import { named, opened } from './searched';

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

  it('are found in several conversations at once in the order in which they stand, which is not what clocks of others say', () => {
    const { say, found } = opened();
    for (const n of [1, 2, 3, 4]) say(n, `report ${n}`, 1 + (n % 2), n % 2 === 0 ? {} : { direction: 'in', sentAt: 50 - n, receivedAt: 10_000 + n });
    const both = [handle(2), handle(1)];
    expect([found('report', { conversationId: both }), found('report', { conversationId: both, limit: 3 }), found('report', { conversationId: both, before: handle(3), limit: 1 })]).toEqual([[4, 3, 2, 1], [4, 3, 2], [2]]);
    expect([found('report 3', { conversationId: both }), found('report', { conversationId: [] })]).toEqual([[3], []]);
  });

  it('are found however their apostrophe and their ß are written', () => {
    const { say, found } = opened();
    say(1, 'Die Straße am Fußballplatz; I can’t');
    say(2, "Die Strasse zum Wasser; I can't", 2);
    say(3, 'DIE STRASSE');
    expect([found('strasse'), found('Straße'), found('STRASSE'), found('fussball'), found('fuß'), found('STRAẞE')]).toEqual([[3, 2, 1], [3, 2, 1], [3, 2, 1], [1], [1], [3, 2, 1]]);
    expect([found("can't"), found('can’t'), found("can't strasse"), found('straße wasser'), found('strasse wass')]).toEqual([[2, 1], [2, 1], [2, 1], [2], [2]]);
    expect([found('strasse', { conversationId: handle(1) }), found('strasse', { before: handle(2) }), found('strasse', { limit: 2 }), found('fuss 🎉'), found('masse')]).toEqual([[3, 1], [1], [3, 2], [], []]);
  });

  it('are found where only some of several ß are written as ss, and each word of a query by itself', () => {
    const { db, say, found } = opened();
    say(1, 'Treffpunkt Wasserstraße');
    say(2, 'Schlossstraße, nahe der Messestraße', 2);
    say(3, 'Straße, Größe, Fuß');
    say(4, 'Wasserstrasse');
    say(5, '', 2, { kind: 'file' });
    named(db, 5, 2, 'Flussgröße_2-Passstraße.pdf');
    const where = (query: string) => [found(query), found(query, { conversationId: handle(1) })];
    for (const query of ['Wasserstrasse', 'wasserstrass', 'WASSERSTRASS', 'Wasserstraße', 'waßerstraße', 'treffpunkt wasserstr', 'Wasserstra']) expect(where(query), query).toEqual(query.startsWith('t') ? [[1], [1]] : [[4, 1], [4, 1]]);
    expect([found('Schlossstrasse'), found('schloßstrass'), found('Messestrasse'), found('messestrasse schlossstrasse')]).toEqual([[2], [2], [2], [2]]);
    for (const query of ['strasse grösse fuss', 'Straße Größe Fuss', 'fuss grosse strass', 'fuß größe straße']) expect(where(query), query).toEqual([[3], [3]]);
    expect([found('flussgrösse'), found('passstrass'), found('2-passstrasse.pdf'), found('Flussgrösse_2-Passstrasse.pdf')]).toEqual([[5], [5], [5], [5]]);
    // With what is not there, and in what comes later.
    expect([found('wasserstrasse fluss'), found('wassergasse')]).toEqual([[], []]);
    say(6, 'wassergaße');
    expect(found('wassergasse')).toEqual([6]);
  });

  it('are found where they have letters that no mark makes of others, by whoever has none of these, and the other way round', () => {
    const { db, stores, say, found } = opened();
    say(1, 'Z Łodzi do ŁÓDŹ, i łódka');
    say(2, 'Lodz, smorrebrod', 2);
    say(3, 'Søren: smørrebrød på Ærø');
    say(4, 'Đorđe, Đà Nẵng; Ħamrun; Þórður; cœur; ılık');
    say(5, 'Soren and Dorde in Thord, coeur; Aeroe; hamrun; ilik', 2);
    say(6, '', 2, { kind: 'file' });
    named(db, 6, 2, 'Łódź_2024-Sørensen.pdf');
    const both = (...queries: readonly string[]) => queries.map((query) => found(query));
    expect(both('Lodz', 'łódź', 'lódź', 'ŁODZ', 'lodzi', 'lodka')).toEqual([[6, 2, 1], [6, 2, 1], [6, 2, 1], [6, 2, 1], [1], [1]]);
    expect(both('soren', 'Søren', 'SØREN', 'smorrebrod', 'smørrebrød', 'smörrebröd', 'smorreb', 'smørreb')).toEqual([[6, 5, 3], [6, 5, 3], [6, 5, 3], [3, 2], [3, 2], [3, 2], [3, 2], [3, 2]]);
    expect(both('aero', 'ærø', 'aeroe', 'dorde', 'đorđe', 'da nang', 'hamrun', 'ħamrun', 'thord', 'þord', 'coeur', 'cœur', 'ilik', 'ılık')).toEqual(
      [[5, 3], [5, 3], [5], [5, 4], [5, 4], [4], [5, 4], [5, 4], [5, 4], [5, 4], [5, 4], [5, 4], [5, 4], [5, 4]],
    );
    expect([found('sorensen lodz'), found('lodz soren'), found('lodz soren', { conversationId: handle(2) }), found('sorensen.pdf'), found('lodz_2024-s'), found('sodz'), found('soren lodka')]).toEqual([[6], [6], [6], [6], [6], [], []]);
    // Within a transaction the index is asked, as it is for older ones.
    db.transaction(() => expect(both('lodz', 'łódź', 'smorrebrod', 'dorde')).toEqual([[6, 2, 1], [6, 2, 1], [3, 2], [5, 4]]));
    // One that begins otherwise later is found by the letters that are typed so far.
    say(7, 'przykład');
    expect([found('przykl'), found('przyklad'), stores.search.find({ text: 'przyklad', limit: 5 }).length]).toEqual([[7], [7], 1]);
  });

  it('are asked for in so many spellings and no more', () => {
    const { db } = opened();
    const asked = (query: string, stands = true) => readings(db, query, () => stands).length;
    expect([asked('hello', false), asked('lo'), asked('thol'), asked('lodzie'.repeat(90))]).toEqual([1, 4, 12, 16]);
    expect([asked('Wasserstrasse'), asked('strasse grüsse fuss'), asked('strasse', false)]).toEqual([4, 8, 1]);
    expect([asked('strasse '.repeat(5)), asked('strasse '.repeat(9)), asked('a-ss'.repeat(200)), asked('ss'.repeat(500), false), asked(`${"d'ass ".repeat(40)}x`)].filter((count) => count > 16)).toEqual([]);
    let looks = 0;
    readings(db, 'sstrasse '.repeat(110), () => (looks += 1) > 0);
    readings(db, 'holiday in philadelphia '.repeat(110), () => (looks += 1) > 0);
    expect(looks).toBeLessThan(600);
    // Where nothing is written otherwise, a word costs a look at each of these places.
    looks = 0;
    readings(db, 'hello', () => (looks += 1) < 0);
    expect(looks).toBe(4);
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

  it('a mark without its letter is no word: looking for it ends and finds nothing, and it hides nothing that stands behind it', () => {
    const marks = Array.from({ length: 0x70 }, (_, at) => String.fromCharCode(0x300 + at));
    const empty = opened();
    for (const mark of marks) expect([mark, empty.found(mark)]).toEqual([mark, []]);
    const { db, say, found } = opened();
    say(1, 'boat');
    say(2, `${marks[0x63]}boat ${marks[0x45]}`);
    const asked = (): unknown => marks.map((mark) => [found(mark), found(`${mark}bo`), found(`boat ${mark}`)]);
    const expected = marks.map(() => [[], [2, 1], [2, 1]]);
    expect(asked()).toEqual(expected);
    db.transaction(() => expect(asked()).toEqual(expected));
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

  it('stand where a message stands on screen, also one that came from another own device later', () => {
    const { stores, say, found } = opened();
    say(1, 'boat', 1, { sentAt: 1_000 });
    say(2, 'boat', 1, { sentAt: 3_000 });
    stores.messages.addShown(message(3, { text: 'boat', instanceId: instance(2), sentAt: 2_000 }), 2_000 * 4_096);
    expect(found('boat')).toEqual([2, 3, 1]);
    stores.messages.merge(handle(2), { shown: 500 * 4_096, state: 'sent', keyEpoch: 1 });
    expect(found('boat')).toEqual([3, 1, 2]);
  });

});

it('which spans of time have messages, by where they stand on screen', () => {
  const { stores, say } = opened();
  say(1, 'a', 1, { sentAt: 1_000 });
  say(2, 'b', 2, { sentAt: 5_000 });
  const between = (start: number, end: number, where = 1) => stores.messages.hasBetween(handle(where), start, end);
  expect([between(0, 1_000), between(1_000, 1_001), between(1_001, 9_000), between(5_000, 5_001), between(5_000, 5_001, 2), between(1_000, 1_000)]).toEqual([false, true, false, false, true, false]);
});
