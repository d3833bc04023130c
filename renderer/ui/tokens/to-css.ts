/** Tokens in the W3C community format, as far as Keyshift uses it: groups, `$type`, `$value`. */
export interface TokenGroup {
  readonly [name: string]: TokenGroup | string;
}

/** `contrast`: dark with high contrast. */
export type Theme = 'light' | 'dark' | 'contrast-light' | 'contrast';
export const themes: readonly Theme[] = ['light', 'dark', 'contrast-light', 'contrast'];

/** Every token below a group as `name-part → value`, `default` left out of the name. */
function flatten(group: TokenGroup, prefix: readonly string[] = []): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, member] of Object.entries(group)) {
    if (name === '$value' && typeof member === 'string') found.set(prefix.filter((part) => part !== 'default').join('-'), member);
    if (name.startsWith('$') || typeof member === 'string') continue;
    for (const [inner, value] of flatten(member, [...prefix, name])) found.set(inner, value);
  }
  return found;
}

export function themeColours(tokens: TokenGroup, theme: Theme): Map<string, string> {
  return flatten(groupAt(groupAt(tokens, 'color'), theme));
}

/** What asks for a theme. `data-theme` and `data-contrast` are what was chosen by hand; without them the system is asked. Later ones win. */
const asked: readonly (readonly [Theme, media: string, selector: string])[] = [
  ['light', '', ':root'],
  ['dark', '(prefers-color-scheme: dark)', ':root:not([data-theme])'],
  ['dark', '', ":root[data-theme='dark']"],
  ['contrast-light', '(prefers-contrast: more)', ':root:not([data-contrast])'],
  ['contrast-light', '', ":root[data-contrast='high']"],
  ['contrast', '(prefers-contrast: more) and (prefers-color-scheme: dark)', ':root:not([data-contrast]):not([data-theme])'],
  ['contrast', '(prefers-contrast: more)', ":root:not([data-contrast])[data-theme='dark']"],
  ['contrast', '(prefers-color-scheme: dark)', ":root[data-contrast='high']:not([data-theme])"],
  ['contrast', '', ":root[data-contrast='high'][data-theme='dark']"],
];

/** The whole variables file. */
export function toCss(tokens: TokenGroup): string {
  const fixed = Object.keys(tokens)
    .filter((name) => name !== 'color')
    .flatMap((name) => [...flatten(groupAt(tokens, name), [name])]);
  const theme = (name: Theme): string => {
    const scheme = name === 'light' || name === 'contrast-light' ? 'light' : 'dark';
    return `color-scheme: ${scheme};\n${declarations(themeColours(tokens, name))}`;
  };
  return [
    '/* Made from tokens.json; `UPDATE_TOKENS=1 npx vitest run test/unit/renderer/ui/tokens.test.ts` writes it again. */',
    block(':root', declarations(fixed)),
    ...asked.map(([name, media, selector]) => (media === '' ? block(selector, theme(name)) : block(`@media ${media}`, block(selector, theme(name))))),
    '',
  ].join('\n\n');
}

function groupAt(group: TokenGroup, name: string): TokenGroup {
  const member = group[name];
  if (member === undefined || typeof member === 'string') throw new Error(`no token group ${name}`);
  return member;
}

function declarations(entries: Iterable<readonly [string, string]>): string {
  return [...entries].map(([name, value]) => `--${name}: ${value};`).join('\n');
}

function block(selector: string, body: string): string {
  return `${selector} {\n${body.replace(/^/gm, '  ')}\n}`;
}
