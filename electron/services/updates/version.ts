/** A version as semver.org 2.0.0 has it, without build metadata: nothing is ordered by that, so nothing carries it. */
export interface Version {
  readonly numbers: readonly [number, number, number];
  /** Empty: a release. */
  readonly pre: readonly string[];
}

const longest = 64;
const form = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;
const isNumber = (part: string): boolean => /^\d+$/.test(part);

/** Undefined for any other text; a number has no leading zeros and at most nine digits. */
export function parseVersion(text: string): Version | undefined {
  if (text.length > longest) return undefined;
  const [, major, minor, patch, pre] = form.exec(text) ?? [];
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  const parts = pre?.split('.') ?? [];
  if (parts.some((part) => isNumber(part) && (part.length > 9 || (part.length > 1 && part.startsWith('0'))))) return undefined;
  return { numbers: [Number(major), Number(minor), Number(patch)], pre: parts };
}

/** Below 0: `a` is the earlier one; 0: neither is. */
export function compareVersions(a: Version, b: Version): number {
  for (const at of [0, 1, 2] as const) {
    const difference = a.numbers[at] - b.numbers[at];
    if (difference !== 0) return difference;
  }
  // A release comes after everything that was tried before it.
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length;
  for (const [at, one] of a.pre.entries()) {
    const other = b.pre[at];
    if (other === undefined) return 1;
    const order = comparePart(one, other);
    if (order !== 0) return order;
  }
  return a.pre.length - b.pre.length;
}

/** Numbers by size and before words, words by their characters. */
function comparePart(a: string, b: string): number {
  if (isNumber(a) && isNumber(b)) return Number(a) - Number(b);
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
