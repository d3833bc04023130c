import { describe, expect, it, vi } from 'vitest';
import { emojiGroups, emojiTable, withTable } from '../../../../renderer/features/conversation/emoji-table';
import { emojis, findEmojis } from '../../../../renderer/features/conversation/emojis';
import { inOneForm, isEmoji } from '../../../../shared/model/emoji';

describe('emojis', () => {
  it('are all there, once, one emoji each by the rule both sides go by, with words in both languages', async () => {
    const table = await emojiTable.load();
    expect(table.length).toBeGreaterThan(1_800);
    expect(table.filter(({ emoji }) => !isEmoji(emoji))).toEqual([]);
    expect(table.filter(({ en, de }) => en === '' || de === '')).toEqual([]);
    expect(new Set(table.map(({ group }) => group))).toEqual(new Set(emojiGroups));
    const all = withTable(table).map(({ emoji }) => emoji);
    expect(new Set(all).size).toBe(all.length);
    // However a keyboard writes them.
    expect(all.filter((emoji) => inOneForm(emoji) !== emoji || inOneForm(emoji.replaceAll('\ufe0f', '')) !== emoji)).toEqual([]);
    expect(all.slice(0, emojis.length)).toEqual(emojis.map(({ emoji }) => emoji));
  });

  it('are found by beginnings of words in either language, with and without what stands above letters', async () => {
    const all = withTable(await emojiTable.load());
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
    expect([found('\u2764'), found('\u{1f44d}\ufe0f')]).toEqual([['\u2764\ufe0f'], ['\u{1f44d}']]);
    expect(found('(.*)+$')).toEqual([]);
    expect(found('a').length).toBeLessThanOrEqual(160);
    expect(findEmojis('  ', all)).toBe(emojis);
  });

  it('whose table could not be read are asked for again', async () => {
    const table = '../../../../renderer/features/conversation/emoji-words/table.json';
    vi.resetModules();
    vi.doMock(table, () => {
      throw new Error('gone');
    });
    const { emojiTable: readAnew } = await import('../../../../renderer/features/conversation/emoji-table');
    await expect(readAnew.load()).rejects.toThrow();
    vi.doUnmock(table);
    expect((await readAnew.load()).length).toBeGreaterThan(1_800);
  });
});
