import type { Via } from '../../shared/model/network';
import type { InstanceId } from '../engine/ids';
import type { Address, DevicePlaces } from '../engine/ports';
import { addressText } from './address-text';
import { isPrivate } from './local-networks';
import type { NetworkFacts } from './network-facts';

/** Addresses tried in one round, at most: sixteen devices with eight addresses each would keep a round going for minutes. */
const maxCandidates = 24;

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
  const ordered = [...sighted.map((address) => ({ address, sighted: true })), ...before, ...said.filter((one) => !isFar(one)), ...said.filter(isFar)];
  const found = new Map<string, Candidate>();
  const ownTexts = new Set(own.map(addressText));
  for (const one of ordered) {
    const text = addressText(one.address);
    if (found.size >= maxCandidates || found.has(text) || ownTexts.has(text) || network.isOwn(one.address)) continue;
    const instanceId = 'instanceId' in one ? one.instanceId : said.find(({ address }) => addressText(address) === text)?.instanceId;
    const via = 'sighted' in one ? 'lan' : viaOf(one.address.host, network);
    found.set(text, { address: one.address, text, via, ...(instanceId === undefined ? {} : { instanceId }) });
  }
  return [...found.values()];
}

/** What kind of way leads to a host. */
export function viaOf(host: string, network: Pick<NetworkFacts, 'isNear'>): Via {
  if (host.endsWith('.onion')) return 'onion';
  return network.isNear(host) ? 'lan' : 'direct';
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
