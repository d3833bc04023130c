import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const [, ranges = ''] = /unicode-range:([^;]*);/.exec(readFileSync('renderer/styles/base.css', 'utf8')) ?? [];
const covered = new Set(
  [...ranges.matchAll(/U\+([0-9A-F]+)(?:-([0-9A-F]+))?/g)].flatMap(([, first = '', last = first]) => {
    const from = Number.parseInt(first, 16);
    return Array.from({ length: Number.parseInt(last, 16) - from + 1 }, (_, at) => from + at);
  }),
);
const allSigns = Array.from({ length: 0x1_ffff }, (_, code) => code).filter((code) => code < 0xd800 || code > 0xdfff);

it('the font of pictures has every sign that is always a picture, and no letter, digit or mark of a text', () => {
  const missing = allSigns.filter((code) => /^\p{Emoji_Presentation}$/u.test(String.fromCodePoint(code)) && !covered.has(code));
  expect(missing.map((code) => code.toString(16))).toEqual([]);
  expect([...covered].filter((code) => /^[\p{L}\p{N}\p{P}\p{Sc}]$/u.test(String.fromCodePoint(code)))).toEqual([]);
});

it('and all that spells the flags of parts of a country', () => {
  for (const flag of ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🏴󠁧󠁢󠁷󠁬󠁳󠁿']) expect(Array.from(flag).filter((each) => !covered.has(each.codePointAt(0) ?? 0))).toEqual([]);
});
