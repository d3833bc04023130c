import type { Address } from '../ports';

/**
 * Whom limits count: an IPv4 address, or the /64 of an IPv6 address, because whoever has one address of it has all.
 * Names and onion names stand for themselves.
 */
export function sourceOf(remote: Address): string {
  const host = remote.host.toLowerCase();
  if (!host.includes(':')) return host;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(host);
  if (mapped?.[1]) return mapped[1];
  const [head = '', tail] = host.replace(/%.*$/, '').split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
