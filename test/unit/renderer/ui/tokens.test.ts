// @vitest-environment node
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import tokens from '../../../../renderer/ui/tokens/tokens.json';
import { themeColours, themes, toCss } from '../../../../renderer/ui/tokens/to-css';

const cssFile = resolve('renderer/ui/tokens/tokens.css');

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].sort((x, y) => y - x);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

const surfaces = ['surface-1', 'surface-2', 'surface-3', 'surface-hover', 'surface-selected'];
/** Facts stand on the panes and, hovered, on the hover surface. */
const factSurfaces = ['surface-1', 'surface-2', 'surface-3', 'surface-hover'];
const facts = [
  'who-unchecked', 'who-checked', 'who-vouched', 'who-changed',
  'keys-none', 'keys-fresh', 'keys-due', 'keys-renewing', 'keys-needs',
  'reach-direct', 'reach-lan', 'reach-onion', 'reach-mailbox', 'reach-waiting', 'reach-blocked',
];

/** WCAG 1.4.3: text on what it stands on, 4.5 : 1. */
const textPairs: readonly (readonly [string, string])[] = [
  ...surfaces.flatMap((surface) => [['text', surface], ['text-muted', surface]] as const),
  ...['surface-1', 'surface-2', 'surface-3', 'surface-hover'].flatMap((surface) => [['accent-text', surface]] as const),
  ...['surface-1', 'surface-2', 'surface-3', 'danger-soft'].map((surface) => ['danger-text', surface] as const),
  ...factSurfaces.flatMap((surface) => facts.map((fact) => [fact, surface] as const)),
  ['text-on-accent', 'accent-fill'],
  ['text-on-accent', 'accent-fill-hover'],
  ['text-on-danger', 'danger-fill'],
  ['text', 'accent-soft'],
  ['accent-text', 'accent-soft'],
  ['notice-text', 'notice-soft'],
  ['bubble-out-text', 'bubble-out'],
  ['bubble-out-muted', 'bubble-out'],
  ['bubble-in-text', 'bubble-in'],
  ['text-muted', 'bubble-in'],
  ['surface-1', 'text'],
  ['surface-1', 'brass'],
  ['lane-text', 'lane-block'],
  ['lane-text', 'lane-forgotten'],
  ['lane-current-text', 'lane-current'],
  ['danger-text', 'lane-forgotten'],
  ...Array.from({ length: 8 }, (_, index) => ['avatar-text', `avatar-${index}`] as const),
];

/** WCAG 1.4.11: edges of controls, focus and glyphs, 3 : 1. */
const shapePairs: readonly (readonly [string, string])[] = ['surface-1', 'surface-2', 'surface-3'].flatMap((surface) => [
  ['border-control', surface],
  ['focus', surface],
  ['brass', surface],
  ['accent-fill', surface],
  ['lane-edge', surface],
  ['lane-current', surface],
]);

/** Hatching on the block it lies on, and the block of the key in use beside the others. */
const lanePairs: readonly (readonly [string, string])[] = [
  ['lane-hatch', 'lane-block'],
  ['lane-hatch', 'lane-forgotten'],
  ['lane-edge', 'lane-forgotten'],
];

describe('design tokens', () => {
  it('the variables file is made from tokens.json', () => {
    const css = toCss(tokens);
    if (process.env['UPDATE_TOKENS'] === '1') writeFileSync(cssFile, css);
    expect(readFileSync(cssFile, 'utf8')).toBe(css);
  });

  it.each(themes)('%s: every theme has the same names', (theme) => {
    expect([...themeColours(tokens, theme).keys()]).toEqual([...themeColours(tokens, 'light').keys()]);
  });

  it.each(themes)('%s: every text has 4.5 : 1 and every shape 3 : 1 against what it stands on; with high contrast text has 7 : 1', (theme) => {
    const colours = themeColours(tokens, theme);
    const colour = (name: string): string => {
      const value = colours.get(name);
      if (value === undefined) throw new Error(`no token ${name}`);
      return value;
    };
    const tooWeak = [
      ...textPairs.map(([text, surface]) => ({ text, surface, least: theme.startsWith('contrast') ? 7 : 4.5 })),
      ...[...shapePairs, ...lanePairs].map(([text, surface]) => ({ text, surface, least: 3 })),
    ]
      .map((pair) => ({ ...pair, ratio: contrast(colour(pair.text), colour(pair.surface)) }))
      .filter((pair) => pair.ratio < pair.least)
      .map((pair) => `${pair.text} on ${pair.surface}: ${pair.ratio.toFixed(2)} < ${pair.least}`);
    expect(tooWeak).toEqual([]);
  });
});

it('no style asks the whole page what is in it: Chromium goes through all messages for it with each that comes', () => {
  const styles = readdirSync(resolve('renderer/styles')).map((name) => readFileSync(resolve('renderer/styles', name), 'utf8')).join('\n');
  expect(styles.match(/(?<![\w.-])(?:body|html|:root)[^\s{},]*:has\([^\n]*/gu) ?? []).toEqual([]);
});
