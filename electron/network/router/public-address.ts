import { parseHost } from '../../engine/identity/host';

/** IPv4 networks that are nobody's address on the Internet: first byte(s) and prefix length (IANA special-purpose registry). */
const NOT_PUBLIC: readonly (readonly [base: number, bits: number])[] = [
  [0x00000000, 8], // this network
  [0x0a000000, 8], // private
  [0x64400000, 10], // carriers' own NAT
  [0x7f000000, 8], // loopback
  [0xa9fe0000, 16], // link-local
  [0xac100000, 12], // private
  [0xc0000000, 24], // protocol assignments
  [0xc0000200, 24], // documentation
  [0xc0586300, 24], // 6to4 relays
  [0xc0a80000, 16], // private
  [0xc6120000, 15], // benchmarks
  [0xc6336400, 24], // documentation
  [0xcb007100, 24], // documentation
  [0xe0000000, 3], // multicast and reserved
];

/** The canonical text of an IPv4 address that others on the Internet may reach; undefined for any other text. */
export function publicIpv4(text: string): string | undefined {
  const host = parseHost(text);
  if (host?.kind !== 'ipv4') return undefined;
  const value = ipv4Number(host.bytes);
  return NOT_PUBLIC.some(([base, bits]) => sameNetwork(value, base, bits)) ? undefined : host.text;
}

/** As an unsigned number, most significant byte first. */
export function ipv4Number(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
}

function sameNetwork(one: number, other: number, bits: number): boolean {
  return one >>> (32 - bits) === other >>> (32 - bits);
}
