import type { Via } from '../../shared/model/network';
import { parseHost } from '../engine/identity/host';
import type { InstanceId } from '../engine/ids';
import type { Address, DevicePlaces } from '../engine/ports';
import type { Session } from '../engine/session/session';
import { addressText } from './address-text';
import { isLoopback, isPrivate } from './local-networks';
import type { NetworkFacts } from './network-facts';

/** Addresses tried in one round, at most: sixteen devices with eight addresses each would keep a round going for minutes. */
const maxCandidates = 24;
/** Of these, heard on the local network: whoever makes that up keeps no room from what a card says. */
const maxSighted = 8;

/** One place to try, and what kind of place it is. */
export interface Candidate {
  readonly address: Address;
  /** `host:port`: names the place in records and reports. */
  readonly text: string;
  readonly via: Via;
  /** Whose place it is, when a card said so. */
  readonly instanceId?: InstanceId;
}

export interface CandidateParts {
  /** Heard on the local network just now. */
  readonly sighted: readonly Address[];
  /** By device, newest card first. */
  readonly places: readonly DevicePlaces[];
  /** Text of the address that worked last. */
  readonly lastGood: string | undefined;
  readonly network: Pick<NetworkFacts, 'isOwn' | 'isNear'>;
  /** What this device tells others; never dialled. */
  readonly own: readonly Address[];
}

/**
 * Where to try a person, best first, each place once (protocol.md §11): what was heard on the local network, what worked
 * last, then the devices in turn, newest card first, each in the order of its card. Private addresses of another network
 * than ours come last: they may be behind a route of their own, but most likely lead nowhere from here.
 */
export function candidatesOf({ sighted, places, lastGood, network, own }: CandidateParts): Candidate[] {
  const said = inTurn(places);
  const isFar = ({ address }: Pick<Candidate, 'address'>): boolean => isPrivate(address.host) && !network.isNear(address.host);
  const before = said.filter(({ address }) => addressText(address) === lastGood);
  const ordered = [...sighted.slice(0, maxSighted).flatMap(sightedPlace), ...before, ...said.filter((one) => !isFar(one)), ...said.filter(isFar)];
  const found = new Map<string, Candidate>();
  const ownTexts = new Set(own.map(addressText));
  for (const one of ordered) {
    const text = addressText(one.address);
    if (found.size >= maxCandidates || found.has(text) || ownTexts.has(text) || network.isOwn(one.address)) continue;
    const instanceId = 'instanceId' in one ? one.instanceId : said.find(({ address }) => addressText(address) === text)?.instanceId;
    const via = 'sighted' in one && !isLoopback(one.address.host) ? 'lan' : viaOf(one.address.host, network);
    found.set(text, { address: one.address, text, via, ...(instanceId === undefined ? {} : { instanceId }) });
  }
  return [...found.values()];
}

/** What kind of way leads to a host. */
export function viaOf(host: string, network: Pick<NetworkFacts, 'isNear'>): Via {
  if (host.endsWith('.onion')) return 'onion';
  return network.isNear(host) ? 'lan' : 'direct';
}

/** What kind of way a session goes, as far as its other end shows. */
export function viaOfSession({ remote, role }: Pick<Session, 'remote' | 'role'>, sighted: readonly Address[], network: Pick<NetworkFacts, 'isNear' | 'get'>, own: readonly Address[]): Via {
  // Within this machine there is no network between the two, whichever of them heard the other announced: both ends say the same.
  if (!isLoopback(remote.host) && sighted.some(({ host }) => host === remote.host)) return 'lan';
  // Behind a proxy who comes in from this very machine comes through the onion service, if there is one that leads here.
  const hasOnion = own.some(({ host }) => host.endsWith('.onion'));
  if (role === 'listener' && hasOnion && network.get('proxy').state !== 'off' && isLoopback(remote.host)) return 'onion';
  return viaOf(remote.host, network);
}

/** Only literals: what is heard nearby is not worth asking a name service. */
function sightedPlace({ host, port }: Address): { readonly address: Address; readonly sighted: true }[] {
  const parsed = parseHost(host);
  return parsed?.kind === 'ipv4' || parsed?.kind === 'ipv6' ? [{ address: { host: parsed.text, port }, sighted: true }] : [];
}

/** First addresses first, so that no device waits for all of another's. */
function inTurn(places: readonly DevicePlaces[]): { readonly address: Address; readonly instanceId?: InstanceId }[] {
  const longest = Math.max(0, ...places.map(({ addresses }) => addresses.length));
  return Array.from({ length: longest }, (_, at) => at).flatMap((at) =>
    places.flatMap(({ instanceId, addresses }) => {
      const address = addresses[at];
      if (address === undefined) return [];
      return [{ address, ...(instanceId === undefined ? {} : { instanceId }) }];
    }),
  );
}
