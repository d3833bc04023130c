import { expect, it } from 'vitest';
import { previewOf } from '../../../electron/services/message-preview';

it('the preview is the first line, whole characters, at most 160 of them, whatever they are made of', () => {
  const slow = (text: string): string => Array.from(text.trimStart().split('\n', 1)[0] ?? '').slice(0, 160).join('');
  const texts = ['', '  \n', 'short', ' first\nsecond', 'x'.repeat(160), 'x'.repeat(161), '👩‍👩‍👧'.repeat(100), `${'x'.repeat(159)}😀y`, `${'x'.repeat(160)}😀`, '\ud83d'.repeat(200), `a${'é'.repeat(400)}`];
  for (const text of texts) expect(previewOf(text)).toBe(slow(text));
});
