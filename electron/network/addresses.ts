import { networkInterfaces } from 'node:os';
import { parseHost } from '../engine/identity/host';
import type { Address } from '../engine/ports';

/** One address of a network interface, as much of it as matters here. */
export interface InterfaceAddress {
  readonly interfaceName: string;
  readonly address: string;
  readonly internal: boolean;
  /** Leading bits that name the network; absent where the system does not say. */
  readonly prefix?: number;
}

/** A card holds at most eight addresses. */
const MAX_ADDRESSES = 8;
/**
 * Bridges of containers and virtual machines: nobody else can reach them. Linux names them by their kind, macOS counts those of virtual machines from 100 on, Windows gives whole names. Of Hyper-V's
 * only its own switches: one that a person made may be the way out, and then has the address of the card.
 */
const virtualInterface = /^(?:docker|br-|veth(?!ernet)|vethernet \((?:wsl|default switch|nat\)|docker)|virbr|vmnet|vmenet|bridge1\d\d|vmware network adapter|vboxnet|virtualbox|lxc|cni|podman)/i;

/**
 * Where others may reach a listener: the host itself when it is a concrete one; for 0.0.0.0 or :: the addresses of this
 * machine, best first, so that the first three suit a link; loopback when there is no other.
 */
export function localAddresses(listen: Address, interfaces: readonly InterfaceAddress[] = readInterfaces()): Address[] {
  const { port } = listen;
  const host = parseHost(listen.host);
  if (!host) return [];
  const any = host.text === '0.0.0.0' || host.text === '::';
  if (!any) return [{ host: host.text, port }];
  const usable = interfaces.filter(leadsAnywhere).map((entry) => entry.address);
  const ipv4 = ranked(usable, rankIpv4);
  const ipv6 = host.text === '::' ? ranked(usable, rankIpv6) : [];
  const hosts = interleave(ipv4, ipv6).slice(0, MAX_ADDRESSES);
  return (hosts.length > 0 ? hosts : ['127.0.0.1']).map((found) => ({ host: found, port }));
}

/** Whether others may be beyond this address: no loopback, no bridge of containers, not one that only holds on one cable. */
export function leadsAnywhere({ internal, interfaceName, address }: InterfaceAddress): boolean {
  return !internal && !virtualInterface.test(interfaceName) && (rankIpv4(address) ?? rankIpv6(address)) !== undefined;
}

/** Whether nobody else can be reached by that card. */
export function isVirtualInterface(name: string): boolean {
  return virtualInterface.test(name);
}

/** Whether whoever comes from this address is on this machine. */
export function isOwnAddress(text: string, interfaces: readonly InterfaceAddress[] = readInterfaces()): boolean {
  const host = parseHost(text);
  return host?.text === '::1' || (host?.kind === 'ipv4' && host.bytes[0] === 127) || interfaces.some(({ address }) => address === host?.text);
}

/** The networks this machine is in: its addresses with what names their network. */
export function localNetworks(interfaces: readonly InterfaceAddress[] = readInterfaces()): { readonly host: string; readonly prefix: number }[] {
  return interfaces.filter(leadsAnywhere).flatMap(({ address, prefix }) => {
    const host = parseHost(address);
    return host === undefined ? [] : [{ host: host.text, prefix: prefix ?? (host.kind === 'ipv4' ? 24 : 64) }];
  });
}

export function readInterfaces(): InterfaceAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([interfaceName, entries]) =>
    (entries ?? []).map(({ address, internal, cidr }) => {
      const prefix = Number(cidr?.split('/')[1] ?? Number.NaN);
      return { interfaceName, address, internal, ...(Number.isInteger(prefix) ? { prefix } : {}) };
    }),
  );
}

/**
 * Reads the interfaces, or gives what they were before: a system without a descriptor to spare (strangers may take them all)
 * does not tell, and that is no other network. `onFault` hears of it. Nothing known before: none.
 */
export function lastingInterfaces(read: () => readonly InterfaceAddress[], onFault: (error: unknown) => void): () => readonly InterfaceAddress[] {
  let known: readonly InterfaceAddress[] = [];
  return () => {
    try {
      known = read();
    } catch (error) {
      onFault(error);
    }
    return known;
  };
}

/** Keeps what `rank` accepts, lowest rank first, each once, otherwise in the given order. */
function ranked(texts: readonly string[], rank: (text: string) => number | undefined): string[] {
  const found = new Map<string, number>();
  for (const text of texts) {
    const value = rank(text);
    const host = value === undefined ? undefined : parseHost(text);
    if (value !== undefined && host && !found.has(host.text)) found.set(host.text, value);
  }
  return [...found].sort((a, b) => a[1] - b[1]).map(([text]) => text);
}

/** Private networks first (friends in one house), then public ones; no link-local, multicast or reserved address. */
function rankIpv4(text: string): number | undefined {
  const host = parseHost(text);
  if (host?.kind !== 'ipv4') return undefined;
  const [a = 0, b = 0] = host.bytes;
  if (a === 0 || a === 127 || a >= 224 || (a === 169 && b === 254)) return undefined;
  if (a === 192 && b === 168) return 0;
  if (a === 10) return 1;
  if (a === 172 && b >= 16 && b < 32) return 2;
  return 3;
}

/** Global addresses first, then unique local ones; no link-local (it needs a zone), multicast, loopback or mapped address. */
function rankIpv6(text: string): number | undefined {
  const host = parseHost(text);
  if (host?.kind !== 'ipv6') return undefined;
  const [a = 0] = host.bytes;
  if (a >= 0x20 && a < 0x40) return 0;
  if (a === 0xfc || a === 0xfd) return 1;
  return undefined;
}

/** First of each kind first, so that three addresses show both. */
function interleave(ipv4: readonly string[], ipv6: readonly string[]): string[] {
  const all: string[] = [];
  for (let index = 0; index < Math.max(ipv4.length, ipv6.length); index += 1) {
    for (const list of [ipv4, ipv6]) {
      const host = list[index];
      if (host !== undefined) all.push(host);
    }
  }
  return all;
}
