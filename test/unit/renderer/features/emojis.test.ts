import { describe, expect, it } from 'vitest';
import { emojiGroups, loadEmojis, withTable } from '../../../../renderer/features/conversation/emoji-table';
import { emojis, findEmojis } from '../../../../renderer/features/conversation/emojis';
import { isEmoji } from '../../../../shared/model/emoji';

describe('emojis', () => {
  it('are all there, once, one emoji each by the rule both sides go by, with words in both languages', async () => {
    const table = await loadEmojis();
    expect(table.length).toBeGreaterThan(1_800);
    expect(table.filter(({ emoji }) => !isEmoji(emoji))).toEqual([]);
    expect(table.filter(({ en, de }) => en === '' || de === '')).toEqual([]);
    expect(new Set(table.map(({ group }) => group))).toEqual(new Set(emojiGroups));
    const all = withTable(table).map(({ emoji }) => emoji);
    expect(new Set(all).size).toBe(all.length);
    expect(all.slice(0, emojis.length)).toEqual(emojis.map(({ emoji }) => emoji));
  });

  it('are found by beginnings of words in either language, with and without what stands above letters', async () => {
    const all = withTable(await loadEmojis());
    const found = (query: string): readonly string[] => findEmojis(query, all).map(({ emoji }) => emoji);
    expect(found('RAKETE')[0]).toBe('🚀');
    expect(found('thumbs up')[0]).toBe('👍');
    expect(found('up thumbs')[0]).toBe('👍');
    expect(found('Frankreich')).toContain('🇫🇷');
    expect(found('france')).toContain('🇫🇷');
    expect(found('grun herz')).toContain('💚');
    expect(found('grün')).toEqual(found('grun'));
    expect(found('🦒')).toContain('🦒');
    expect(found('kein solches')).toEqual([]);
    expect(found('(.*)+$')).toEqual([]);
    expect(found('a').length).toBeLessThanOrEqual(160);
    expect(findEmojis('  ', all)).toBe(emojis);
  });
});
