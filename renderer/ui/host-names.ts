/** What a person has to know of where a link leads, before it is opened. */
export interface LinkTarget {
  /** As people write it. */
  readonly host: string;
  /** As machines write it, where that is another: every letter that is not a to z shows in it. */
  readonly plainHost: string | undefined;
  /** Letters of several alphabets in one part of the name: what imitates another name mostly has them. */
  readonly mixed: boolean;
  /** Something stands before the host that only looks like one. */
  readonly hasUser: boolean;
  /** Anybody on the way can read and change what it brings. */
  readonly isOpen: boolean;
}

export function linkTarget(url: string): LinkTarget {
  const { hostname, port, protocol, username, password } = new URL(url);
  const labels = hostname.split('.').map(decodeLabel);
  const shown = labels.join('.');
  const tail = port === '' ? '' : `:${port}`;
  return {
    host: `${shown}${tail}`,
    plainHost: shown === hostname ? undefined : `${hostname}${tail}`,
    mixed: labels.some(isMixed),
    hasUser: username !== '' || password !== '',
    isOpen: protocol !== 'https:',
  };
}

const scripts = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u, /\p{Script=Hebrew}/u, /\p{Script=Arabic}/u, /\p{Script=Cherokee}/u, /\p{Script=Georgian}/u, /\p{Script=Thai}/u, /\p{Script=Han}/u];

function isMixed(label: string): boolean {
  return scripts.filter((script) => script.test(label)).length > 1;
}

/** One part of a host by RFC 3492; as it stands where it is no such part, or holds anything but letters and digits: what is not seen, or looks like the end of a host. */
function decodeLabel(label: string): string {
  if (!label.startsWith('xn--')) return label;
  const decoded = decodePunycode(label.slice(4));
  return decoded === undefined || !/^[\p{L}\p{M}\p{N}-]+$/u.test(decoded) ? label : decoded;
}

function decodePunycode(input: string): string | undefined {
  const cut = input.lastIndexOf('-');
  const output = Array.from(input.slice(0, Math.max(cut, 0)), (character) => character.codePointAt(0) ?? 0);
  let n = 128;
  let i = 0;
  let bias = 72;
  for (let at = cut > 0 ? cut + 1 : 0; at < input.length; ) {
    const before = i;
    for (let weight = 1, k = 36; ; k += 36) {
      const code = input.charCodeAt(at);
      at += 1;
      const digit = code >= 97 && code <= 122 ? code - 97 : code >= 48 && code <= 57 ? code - 22 : 36;
      if (digit >= 36 || at > input.length) return undefined;
      i += digit * weight;
      const threshold = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
      if (digit < threshold) break;
      weight *= 36 - threshold;
      if (i > 0x7fff_ffff || weight > 0x7fff_ffff) return undefined;
    }
    const length = output.length + 1;
    bias = adapted(i - before, length, before === 0);
    n += Math.floor(i / length);
    i %= length;
    if (n > 0x10_ffff || (n >= 0xd800 && n <= 0xdfff)) return undefined;
    output.splice(i, 0, n);
    i += 1;
  }
  return String.fromCodePoint(...output);
}

function adapted(delta: number, length: number, first: boolean): number {
  let rest = first ? Math.floor(delta / 700) : delta >> 1;
  rest += Math.floor(rest / length);
  let k = 0;
  for (; rest > 455; k += 36) rest = Math.floor(rest / 35);
  return k + Math.floor((36 * rest) / (rest + 38));
}
