import { type Emoji, emojis } from './emojis';

/** By the numbers of Unicode's groups; 2 are parts that stand for nothing by themselves. */
export const emojiGroups = [0, 1, 3, 4, 5, 6, 7, 8, 9] as const;
export type EmojiGroup = (typeof emojiGroups)[number];

export interface TableEmoji extends Emoji {
  readonly group: EmojiGroup;
}

let loaded: Promise<readonly TableEmoji[]> | undefined;

/** Every emoji that systems have, with its words in both languages; 200 KB, fetched when somebody looks for one. */
export function loadEmojis(): Promise<readonly TableEmoji[]> {
  loaded ??= import('./emoji-words/table.json').then(({ default: lines }) =>
    lines.flatMap((line): TableEmoji[] => {
      const [emoji = '', number = '', en = '', de = ''] = line.split('|');
      const group = emojiGroups.find((each) => String(each) === number);
      return group === undefined ? [] : [{ emoji, group, en, de }];
    }),
  );
  return loaded;
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
