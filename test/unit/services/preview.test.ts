import { expect, it } from 'vitest';
import { previewOf, previewOfName } from '../../../electron/services/message-preview';

it('the preview is the first line, whole characters, at most 160 of them, whatever they are made of', () => {
  const slow = (text: string): string => Array.from(text.trimStart().split('\n', 1)[0] ?? '').slice(0, 160).join('');
  const texts = ['', '  \n', 'short', ' first\nsecond', 'x'.repeat(160), 'x'.repeat(161), '👩‍👩‍👧'.repeat(100), `${'x'.repeat(159)}😀y`, `${'x'.repeat(160)}😀`, '\ud83d'.repeat(200), `a${'é'.repeat(400)}`];
  for (const text of texts) expect(previewOf(text)).toBe(slow(text));
});

it('of a file’s name what kind it says it is stays: it is cut in its middle', () => {
  expect(previewOfName('photo.jpg')).toBe('photo.jpg');
  const long = previewOfName(`holiday ${'😀'.repeat(200)} picture.jpg.exe`);
  expect(long).toMatch(/^holiday 😀+… picture\.jpg\.exe$/u);
  expect(Array.from(long)).toHaveLength(160);
});
