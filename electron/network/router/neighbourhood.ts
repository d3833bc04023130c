import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { parseHost } from '../../engine/identity/host';
import { isVirtualInterface } from '../addresses';
import { ipv4Number } from './public-address';

/** One IPv4 network this machine is in, and who in it may be asked. */
export interface Neighbourhood {
  /** This machine's own address in it. */
  readonly local: string;
  /** The default gateway, where the system tells it (Linux): then nobody else is asked. */
  readonly gateway?: string;
  /** Whether a host of this network may be asked for a mapping. */
  mayAsk(host: string): boolean;
}

export interface Ipv4Interface {
  readonly name: string;
  readonly address: string;
  readonly netmask: string;
}

/** Where a router could be: the network of the default route on Linux, every real network elsewhere. At most four. */
export function neighbourhoods(interfaces: readonly Ipv4Interface[] = ipv4Interfaces(), routes: string | undefined = routeTable()): Neighbourhood[] {
  if (routes !== undefined) {
    const route = defaultRoute(routes);
    if (!route) return [];
    const own = interfaces.find(({ name, address, netmask }) => name === route.name && inNetwork(route.gateway, address, netmask));
    return own ? [{ local: own.address, gateway: route.gateway, mayAsk: (host) => host === route.gateway }] : [];
  }
  return interfaces
    .filter(({ name }) => !isVirtualInterface(name))
    .slice(0, 4)
    .map(({ address, netmask }) => ({ local: address, mayAsk: (host) => host !== address && inNetwork(host, address, netmask) }));
}

function ipv4Interfaces(): Ipv4Interface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, entries]) =>
    (entries ?? []).filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address, netmask }) => ({ name, address, netmask })),
  );
}

function routeTable(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return readFileSync('/proc/net/route', 'utf8');
  } catch {
    return '';
  }
}

/** The default route with the lowest metric, by the kernel's table: name, destination and gateway (hex, bytes reversed), flags, …, metric. */
function defaultRoute(table: string): { readonly name: string; readonly gateway: string } | undefined {
  const gatewayFlag = 2;
  const found = table
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t').map((field) => field.trim()))
    .filter(([, destination, gateway = '', flags = '0']) => destination === '00000000' && /^[0-9A-F]{8}$/i.test(gateway) && (Number.parseInt(flags, 16) & gatewayFlag) !== 0)
    .sort((a, b) => Number(a[6]) - Number(b[6]))[0];
  const [name, , gateway] = found ?? [];
  if (name === undefined || gateway === undefined) return undefined;
  return { name, gateway: [...Buffer.from(gateway, 'hex')].reverse().join('.') };
}

function inNetwork(host: string, address: string, netmask: string): boolean {
  const [one, other, mask] = [host, address, netmask].map((text) => {
    const parsed = parseHost(text);
    return parsed?.kind === 'ipv4' ? ipv4Number(parsed.bytes) : undefined;
  });
  if (one === undefined || other === undefined || mask === undefined || mask === 0) return false;
  return (one & mask) === (other & mask);
}
