import { describe, expect, it } from 'vitest';
import { searchMarks, snippetOf, standsIn } from '../../../shared/search-marks';

const marked = (text: string, query: string): string[] => searchMarks(text, query).map(([from, to]) => text.slice(from, to));

describe('marks of a search', () => {
  it('are whole words, the last one also a beginning, without regard to case and marks above letters', () => {
    expect(marked('A report, reported: REPORT', 'report')).toEqual(['report', 'report', 'REPORT']);
    expect(marked('A report, reported: REPORT', 'report a')).toEqual(['A', 'report', 'REPORT']);
    expect(marked('Zu Mu\u0308ller und MÜLLERS', 'muller')).toEqual(['Mu\u0308ller', 'MÜLLER']);
    expect(marked('明日の会議は', '会議')).toEqual(['会議']);
    expect(marked('Straße, STRASSE und Fußweg', 'strasse')).toEqual(['Straße', 'STRASSE']);
    expect([marked('Zum Fuß', 'fuss'), marked('Strasse', 'straße'), marked('Großmaß', 'gros'), marked("I can’t, you can't", 'can’t')]).toEqual([['Fuß'], ['Strasse'], ['Gro'], ['can’t', "can't"]]);
    expect(marked('Łódź, LODZ, Søren, Soren, Smørrebrød', 'soren smorre')).toEqual(['Søren', 'Soren', 'Smørre']);
    expect([marked('Łódź, LODZ', 'łódź'), marked('Ǿ Ærø, cœur: İZMİR ılık', 'aero coeur izmir o ilik')]).toEqual([['Łódź', 'LODZ'], ['Ǿ', 'Ærø', 'cœur', 'İZMİR', 'ılık']]);
    expect(marked('subreport', 'report')).toEqual([]);
    expect(marked('see (report).', '"report"')).toEqual(['report']);
    expect(marked('anything', ' 🎉 ')).toEqual([]);
    expect(marked('𝒳 boat 🎉boat', 'boa')).toEqual(['boa', 'boa']);
  });

  it('come with a piece of the text around the first, never with half a letter', () => {
    const text = `${'🎉'.repeat(300)} the boat ${'🎉'.repeat(300)}`;
    const { snippet, marks } = snippetOf(text, searchMarks(text, 'boat'));
    expect(snippet.length).toBeLessThanOrEqual(200);
    expect(marks.map(([from, to]) => snippet.slice(from, to))).toEqual(['boat']);
    expect(() => encodeURIComponent(snippet)).not.toThrow(); // half letters would
    expect(snippetOf('short', [[0, 5]])).toEqual({ snippet: 'short', marks: [[0, 5]] });
    expect(snippetOf('x'.repeat(300), []).snippet).toMatch(/^x{198}…$/);
  });

  it('the piece is of whole words, and says where the text goes on', () => {
    const words = (count: number): string => Array.from({ length: count }, (_, at) => `word${at}`).join(' ');
    const pieceOf = (text: string, query: string): string => snippetOf(text, searchMarks(text, query)).snippet;
    const start = pieceOf(words(100), 'word0');
    expect(start).toMatch(/^word0 .* word\d+…$/);
    expect(words(100).split(' ')).toContain(start.slice(0, -1).split(' ').at(-1));
    const middle = pieceOf(`${words(60)} boat ${words(60)}`, 'boat');
    expect(middle).toMatch(/^…word\d+ .* boat .* word\d+…$/);
    expect(middle.length).toBeLessThanOrEqual(200);
    expect(words(60).split(' ')).toContain(middle.slice(1, -1).split(' ').at(-1));
    expect(pieceOf(`${words(60)} boat`, 'boat')).toMatch(/^…word\d+ .* boat$/);
    // Where it would end within what was found, the words around that give way and not that.
    const long = `${'a'.repeat(90)} ${'b'.repeat(107)} ${'c'.repeat(90)}`;
    expect(snippetOf(long, searchMarks(long, 'b'.repeat(107)))).toEqual({ snippet: `${'a'.repeat(90)} ${'b'.repeat(107)}…`, marks: [[91, 198]] });
  });

  it('are pieces of what was typed, as names of files are taken apart, only where nothing stands as it was typed', () => {
    const name = 'Report_148-notes.pdf';
    // As it was typed: one mark, and none of the pieces that stand elsewhere.
    expect(marked(name, name)).toEqual([name]);
    expect(marked('148 notes, 148-notes', '148-notes')).toEqual(['148-notes']);
    // What divides is another than in the text: each piece by itself, the last one as a beginning, too.
    expect(marked('Report of 148 notes', 'report_148-no')).toEqual(['Report', '148', 'no']);
    expect(marked('reports of 1480 notes', 'report_148-no')).toEqual(['no']);
    expect(searchMarks('a b a b a b', 'a_b', 3)).toHaveLength(3);
    expect(marked('nothing of it', 'report_148')).toEqual([]);
  });

  it('tells whether all of what was looked for still stands there, in the text or in the name of the file', () => {
    expect(standsIn(['the old boat', ''], 'boat old')).toBe(true);
    expect(standsIn(['the boat', ''], 'boat old')).toBe(false);
    expect(standsIn(['the boat', 'Ölder_plan.pdf'], 'boat old')).toBe(true);
    expect(standsIn(['the boats', 'Ölder_plan.pdf'], 'boat old')).toBe(false);
    // Nothing of it is marked, and yet the index finds it: its words stand there.
    expect(standsIn(['either or'], 'either/or')).toBe(true);
    expect(standsIn(['well 👍🏽 done'], '👍 done')).toBe(true);
    expect(standsIn(['well done'], '👍 done')).toBe(false);
    expect(standsIn(['明日の会議は'], '会議')).toBe(true);
  });

  it('marks one letter as a beginning, and emoji whatever their colour', () => {
    expect(searchMarks('a tea at ten', 't')).toEqual([[2, 3], [9, 10]]);
    expect(searchMarks('well 👍🏽 done 👩‍❤️‍👩', 'do 👍')).toEqual([[10, 12], [5, 9]].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0)));
    expect(searchMarks('🇩🇪 🇪🇸', '🇪🇸')).toEqual([[5, 9]]);
  });
});
