import { networkInterfaces } from 'node:os';
import { parseHost } from '../../engine/identity/host';
import { isVirtualInterface } from '../addresses';

/** An IPv4 address of a network card; IPv6 is not used to find each other. */
export interface LanInterface {
  readonly address: string;
  readonly netmask: string;
}

export interface CardAddress extends LanInterface {
  readonly interfaceName: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly internal: boolean;
}

const loopback: LanInterface = { address: '127.0.0.1', netmask: '255.0.0.0' };
/** More than a desktop has; each costs a socket. */
const maxInterfaces = 8;

/**
 * Where a listener at `host` can be found by neighbours: loopback alone when it listens there alone; every real card when it
 * listens everywhere; else the card with its address. None for an IPv6 address: found is who listens on IPv4.
 */
export function lanInterfaces(host: string, cards: readonly CardAddress[] = readCards()): LanInterface[] {
  const listen = parseHost(host);
  if (listen === undefined) return [];
  if (listen.kind === 'ipv4' && listen.bytes[0] === 127) return [{ ...loopback, address: listen.text }];
  const everywhere = listen.text === '0.0.0.0' || listen.text === '::';
  return cards
    .filter(({ family, internal, netmask }) => family === 'IPv4' && !internal && netmask !== '255.255.255.255')
    .filter(({ address, interfaceName }) => (everywhere ? !isVirtualInterface(interfaceName) : address === listen.text))
    .map(({ address, netmask }) => ({ address, netmask }))
    .slice(0, maxInterfaces);
}

/** Whether `other` is a neighbour's address, or this machine's own, on that card; never one that means everybody. */
export function isNeighbour({ address, netmask }: LanInterface, other: string): boolean {
  const [own, mask, their] = [address, netmask, other].map(ipv4Number);
  if (own === undefined || mask === undefined || their === undefined) return false;
  const isUnicast = their >>> 28 < 0xe && their >>> 24 !== 0;
  const hostPart = (their & ~mask) >>> 0;
  const isWholeNetwork = hostPart === 0 || hostPart === (~mask >>> 0);
  return isUnicast && (own & mask) === (their & mask) && (!isWholeNetwork || their === own || mask === 0xff_ff_ff_fe);
}

function ipv4Number(text: string): number | undefined {
  const host = parseHost(text);
  return host?.kind === 'ipv4' ? new DataView(Uint8Array.from(host.bytes).buffer).getUint32(0) : undefined;
}

function readCards(): CardAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([interfaceName, entries]) =>
    (entries ?? []).map(({ address, netmask, family, internal }) => ({ interfaceName, address, netmask, family, internal })),
  );
}
