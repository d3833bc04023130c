import { type Host, parseHost } from '../engine/identity/host';

/** One address of this machine and how many leading bits of it name its network. */
export interface LocalNetwork {
  readonly host: string;
  readonly prefix: number;
}

/** Below this an IPv6 prefix is no single network. */
const leastIpv6Prefix = 64;

/** Addresses that mean something else in every network: private, unique local, link-local. */
export function isPrivate(text: string): boolean {
  const host = parseHost(text);
  if (host?.kind !== 'ipv4' && host?.kind !== 'ipv6') return false;
  const [a = 0, b = 0] = host.bytes;
  if (host.kind === 'ipv6') return (a & 0xfe) === 0xfc || (a === 0xfe && (b & 0xc0) === 0x80);
  return a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254);
}

export function isLoopback(text: string): boolean {
  const host = parseHost(text);
  return host?.kind === 'ipv4' ? host.bytes[0] === 127 : host?.text === '::1';
}

/**
 * Whether a host is in one local network with this machine: within the prefix of one of its interfaces, and private or,
 * over IPv6, within a /64. A public IPv4 neighbour is not: providers put strangers next to each other.
 */
export function isInLocalNetwork(text: string, networks: readonly LocalNetwork[]): boolean {
  const host = parseHost(text);
  if (host?.kind !== 'ipv4' && host?.kind !== 'ipv6') return false;
  if (isLoopback(host.text) || (host.kind === 'ipv4' && !isPrivate(host.text))) return false;
  return networks.some((network) => {
    const own = parseHost(network.host);
    if (own?.kind !== host.kind || (host.kind === 'ipv6' && network.prefix < leastIpv6Prefix)) return false;
    return samePrefix(host, own, network.prefix);
  });
}

function samePrefix(a: Host & { readonly bytes: Uint8Array }, b: Host & { readonly bytes: Uint8Array }, bits: number): boolean {
  for (let bit = 0; bit < Math.min(bits, 8 * a.bytes.length); bit += 8) {
    const mask = (0xff << Math.max(0, 8 - (bits - bit))) & 0xff;
    if (((a.bytes[bit / 8] ?? 0) & mask) !== ((b.bytes[bit / 8] ?? 0) & mask)) return false;
  }
  return true;
}
