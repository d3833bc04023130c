import type { Message } from '../../shared/model/message';
import type { Settings } from '../../shared/model/settings';
import type { DesktopWords } from './desktop-words';
import type { NoticeContent } from './notices';

/** Letters of a message that a notification shows. */
const longestBody = 200;

/** What a notification says, no more than the person chose. `count`: messages since it was last read; where the newest one is shown it stands beside the name. */
export function noticeText(choice: Settings['notifications'], words: DesktopWords, { name, message, count }: { readonly name: string; readonly message: Message; readonly count: number }): NoticeContent {
  const several = count > 1 ? words.messages(count) : words.message;
  if (choice === 'nothing' || choice === 'off') return { title: 'Keyshift', body: several };
  const title = plainText(name, 64) || 'Keyshift';
  if (choice === 'name') return { title, body: several };
  const text = plainText(message.text, longestBody);
  const file = message.file === undefined ? '' : words.file(plainText(message.file.name, 80));
  return { title: count > 1 ? `${title} (${count})` : title, body: text || file || several };
}

/**
 * Text of strangers for a desktop that may read it as markup (the freedesktop notification server does: links, pictures): no control
 * or direction characters, and nothing that begins a tag or an entity. The letters that look the same are put in their place,
 * since no server says reliably whether it would decode an escaped one.
 */
export function plainText(text: string, longest: number): string {
  const plain = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    // All formatting characters but the two that emoji and scripts are joined with.
    .replace(/[^\P{Cf}\u200c\u200d]/gu, '')
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll('&', '＆')
    .replace(/ {2,}/g, ' ')
    .trim();
  const letters = [...plain];
  return letters.length > longest ? `${letters.slice(0, longest - 1).join('')}…` : plain;
}
