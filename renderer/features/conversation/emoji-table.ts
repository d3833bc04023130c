import { inOneForm } from '../../../shared/model/emoji';
import { type Emoji, emojis } from './emojis';

/** By the numbers of Unicode's groups; 2 are parts that stand for nothing by themselves. */
export const emojiGroups = [0, 1, 3, 4, 5, 6, 7, 8, 9] as const;
export type EmojiGroup = (typeof emojiGroups)[number];

export interface TableEmoji extends Emoji {
  readonly group: EmojiGroup;
}

let loaded: Promise<readonly TableEmoji[]> | undefined;

/**
 * Every emoji that systems have, with its words in both languages; 200 KB, fetched when somebody looks for one. Rejects where the file cannot be read, as one that an
 * update took away; asked again it is tried again, which Chromium answers out of its memory until the app is started anew.
 */
export const emojiTable = {
  load(): Promise<readonly TableEmoji[]> {
    loaded ??= readTable();
    return loaded;
  },
};

async function readTable(): Promise<readonly TableEmoji[]> {
  try {
    const { default: lines } = await import('./emoji-words/table.json');
    return lines.flatMap((line): TableEmoji[] => {
      const [emoji = '', number = '', en = '', de = ''] = line.split('|');
      const group = emojiGroups.find((each) => String(each) === number);
      // Of some the table says that they are pictures though nothing else does: the same as those that are used most would be two.
      return group === undefined ? [] : [{ emoji: inOneForm(emoji), group, en, de }];
    });
  } catch (error) {
    loaded = undefined;
    throw error;
  }
}

/** What people use most first, with the words given to it here; then all others. */
export function withTable(table: readonly TableEmoji[]): readonly Emoji[] {
  const known = new Map(emojis.map((each) => [each.emoji, each]));
  const more = new Map(table.map((each) => [each.emoji, each]));
  const join = (one: string, other: string | undefined): string => (other === undefined ? one : `${one},${other}`);
  return [
    ...emojis.map((each) => ({ emoji: each.emoji, en: join(each.en, more.get(each.emoji)?.en), de: join(each.de, more.get(each.emoji)?.de) })),
    ...table.filter(({ emoji }) => !known.has(emoji)),
  ];
}
