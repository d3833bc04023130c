import { describe, expect, it } from 'vitest';
import { searchMarks, snippetOf } from '../../../shared/search-marks';

const marked = (text: string, query: string): string[] => searchMarks(text, query).map(([from, to]) => text.slice(from, to));

describe('marks of a search', () => {
  it('are whole words, the last one also a beginning, without regard to case and marks above letters', () => {
    expect(marked('A report, reported: REPORT', 'report')).toEqual(['report', 'report', 'REPORT']);
    expect(marked('A report, reported: REPORT', 'report a')).toEqual(['A', 'report', 'REPORT']);
    expect(marked('Zu Mu\u0308ller und MÜLLERS', 'muller')).toEqual(['Mu\u0308ller', 'MÜLLER']);
    expect(marked('明日の会議は', '会議')).toEqual(['会議']);
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
    expect(snippetOf('x'.repeat(300), []).snippet).toHaveLength(200);
  });

  it('marks one letter as a beginning, and emoji whatever their colour', () => {
    expect(searchMarks('a tea at ten', 't')).toEqual([[2, 3], [9, 10]]);
    expect(searchMarks('well 👍🏽 done 👩‍❤️‍👩', 'do 👍')).toEqual([[10, 12], [5, 9]].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0)));
    expect(searchMarks('🇩🇪 🇪🇸', '🇪🇸')).toEqual([[5, 9]]);
  });
});
