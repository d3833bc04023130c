/** Tokens in the W3C community format, as far as Keyshift uses it: groups, `$type`, `$value`. */
export interface TokenGroup {
  readonly [name: string]: TokenGroup | string;
}

export type Theme = 'light' | 'dark' | 'contrast';
export const themes: readonly Theme[] = ['light', 'dark', 'contrast'];

/** Every token below a group as `name-part → value`, `default` left out of the name. */
export function flatten(group: TokenGroup, prefix: readonly string[] = []): Map<string, string> {
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

/** The whole variables file. A theme set by hand wins over what the system asks for. */
export function toCss(tokens: TokenGroup): string {
  const fixed = Object.keys(tokens)
    .filter((name) => name !== 'color')
    .flatMap((name) => [...flatten(groupAt(tokens, name), [name])]);
  const theme = (name: Theme): string => {
    const scheme = name === 'light' ? 'light' : 'dark';
    return `color-scheme: ${scheme};\n${declarations(themeColours(tokens, name))}`;
  };
  return [
    '/* Made from tokens.json; `UPDATE_TOKENS=1 npx vitest run test/unit/renderer/ui/tokens.test.ts` writes it again. */',
    block(':root', declarations(fixed)),
    block(":root, :root[data-theme='light']", theme('light')),
    `@media (prefers-color-scheme: dark) {\n${block(':root:not([data-theme])', theme('dark'))}\n}`,
    block(":root[data-theme='dark']", theme('dark')),
    `@media (prefers-contrast: more) {\n${block(':root:not([data-theme])', theme('contrast'))}\n}`,
    block(":root[data-theme='contrast']", theme('contrast')),
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
