import { fromBase32, toBase32 } from '../wire/encoding';
import { WireError } from '../wire/wire-error';

/** What a host text may be; everything else is refused before any name service sees it. */
export type Host =
  | { readonly kind: 'ipv4'; readonly text: string; readonly bytes: Uint8Array }
  | { readonly kind: 'ipv6'; readonly text: string; readonly bytes: Uint8Array }
  /** Onion service, version 3: 35 bytes (key 32 ‖ checksum 2 ‖ version 1) behind 56 base32 characters. */
  | { readonly kind: 'onion'; readonly text: string; readonly bytes: Uint8Array }
  | { readonly kind: 'name'; readonly text: string };

const MAX_NAME = 253;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const decimalByte = /^(?:0|[1-9][0-9]{0,2})$/;
const hexGroup = /^[0-9a-f]{1,4}$/;
/** A last label that looks like a number makes resolvers read the whole name as an IPv4 address ("127.1", "0x7f.1"). */
const numericLabel = /^(?:[0-9]+|0x[0-9a-f]*)$/;

/** Undefined unless `text` is an IPv4 or IPv6 literal (no zone, no brackets), an onion v3 name or a DNS name. `text` of the result is canonical. */
export function parseHost(text: string): Host | undefined {
  if (text.length === 0 || text.length > MAX_NAME) return undefined;
  const host = text.toLowerCase();
  if (host.includes(':')) {
    const bytes = parseIpv6(host);
    return bytes && { kind: 'ipv6', text: formatIpv6(bytes), bytes };
  }
  const labels = host.split('.');
  const last = labels[labels.length - 1] ?? '';
  if (numericLabel.test(last)) {
    const bytes = parseIpv4(labels);
    return bytes && { kind: 'ipv4', text: formatIpv4(bytes), bytes };
  }
  if (!labels.every((part) => label.test(part))) return undefined;
  if (last !== 'onion') return { kind: 'name', text: host };
  const bytes = labels.length === 2 ? onionBytes(labels[0] ?? '') : undefined;
  return bytes && { kind: 'onion', text: host, bytes };
}

export function formatIpv4(bytes: Uint8Array): string {
  return Array.from(bytes).join('.');
}

/** RFC 5952: lower case, the first longest run of two or more zero groups shortened. */
export function formatIpv6(bytes: Uint8Array): string {
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) groups.push((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  let start = -1;
  let longest = 1;
  for (let from = 0; from < 8; from += 1) {
    let to = from;
    while (to < 8 && groups[to] === '0') to += 1;
    if (to - from > longest) {
      start = from;
      longest = to - from;
    }
  }
  if (start < 0) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + longest).join(':')}`;
}

export function formatOnion(bytes: Uint8Array): string {
  return `${toBase32(bytes)}.onion`;
}

function parseIpv4(labels: readonly string[]): Uint8Array | undefined {
  if (labels.length !== 4 || !labels.every((part) => decimalByte.test(part) && Number(part) <= 255)) return undefined;
  return Uint8Array.from(labels, Number);
}

function parseIpv6(host: string): Uint8Array | undefined {
  const halves = host.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '', true) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  // "::" stands for at least one group.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  const bytes = new Uint8Array(16);
  groups.forEach((group, index) => {
    bytes[2 * index] = group >> 8;
    bytes[2 * index + 1] = group & 0xff;
  });
  return bytes;
}

/** The 16-bit groups of one side of "::"; the last two may be written as an IPv4 address where `ends`. */
function groupsOf(text: string, ends: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const bytes = ends && index === parts.length - 1 ? parseIpv4(part.split('.')) : undefined;
      if (!bytes) return undefined;
      groups.push(((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0), ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0));
    } else if (hexGroup.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

function onionBytes(text: string): Uint8Array | undefined {
  if (text.length !== 56) return undefined;
  try {
    const bytes = fromBase32(text);
    return bytes[34] === 3 ? bytes : undefined;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
