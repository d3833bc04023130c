import type { NetworkStatus, ReachAdvice, TryOutcome, Via } from '../../shared/model/network';
import { isLoopback, isPrivate } from './local-networks';

/** What advice on one person is made of. */
export interface ReachFacts {
  readonly connected: boolean;
  /** There is a key to seal messages for them: they are a contact, or their card says one. */
  readonly sealable: boolean;
  readonly blocked: boolean;
  /** Sending is paused for their key: whether it is they who answer is for the person to find out, and nothing is sealed for them. */
  readonly held: boolean;
  /** Somebody else renewed the identity key used here: whoever followed that one, or heard of both, takes none of ours. */
  readonly renewedElsewhere: boolean;
  /** Milliseconds this clock is ahead of this person's, where that is known. */
  readonly clockAhead: number | undefined;
  /** Where this person would be tried now, with the newest result of each. */
  readonly places: readonly { readonly host: string; readonly via: Via; readonly outcome?: TryOutcome }[];
  /** This machine has an address that leads beyond itself. */
  readonly hasNetwork: boolean;
  readonly proxy: NonNullable<NetworkStatus['proxy']>['state'];
  readonly portMapping: NonNullable<NetworkStatus['portMapping']>['state'];
  /** The setting: finding contacts on the local network. */
  readonly findOnNetwork: boolean;
  /** Hosts that contacts are told. */
  readonly announced: readonly string[];
}

const silent: ReadonlySet<TryOutcome> = new Set(['refused', 'timeout', 'unreachable', 'name-unknown', 'address-invalid']);
/** From here on devices refuse each other, in one direction or in both (protocol.md §8). */
const apartMs = 12 * 3_600_000;
const somebodyElse: ReadonlySet<TryOutcome> = new Set(['no-answer', 'not-accepted', 'other-identity']);

/** What can be done about not being connected, the most helpful first. Pure. */
export function reachAdviceFor(facts: ReachFacts): ReachAdvice[] {
  const { places, sealable, proxy, held } = facts;
  if (facts.connected || facts.blocked) return [];
  const advice: ReachAdvice[] = [];
  const add = (one: ReachAdvice, holds: boolean): void => {
    if (holds) advice.push(one);
  };
  const proxied = proxy !== 'off';
  const beyond = places.some(({ host }) => !isLoopback(host));
  const noNetwork = !facts.hasNetwork && (beyond || places.length === 0);
  const proxyFails = proxy === 'failed' || places.some(({ outcome }) => outcome === 'proxy-failed');
  // What was never tried, or did not need to be, says nothing.
  const told = places.flatMap(({ outcome }) => (outcome === undefined || outcome === 'trying' || outcome === 'not-needed' ? [] : [outcome]));
  add('no-network', noNetwork);
  add('no-address', places.length === 0);
  add('check-proxy', proxied && proxyFails);
  add('set-proxy', !proxied && places.length > 0 && places.every(({ via }) => via === 'onion'));
  const reasonsElsewhere = noNetwork || (proxied && proxyFails);
  add('ask-to-open', !reasonsElsewhere && told.length > 0 && told.every((outcome) => silent.has(outcome)));
  const keyRefused = facts.renewedElsewhere && !held && told.includes('not-accepted');
  add('own-key', keyRefused);
  const isRefusedForTime = !held && Math.abs(facts.clockAhead ?? 0) > apartMs && told.some((outcome) => outcome === 'not-accepted' || outcome === 'no-answer');
  add('clock', isRefusedForTime);
  add('moved', !reasonsElsewhere && !held && !keyRefused && !isRefusedForTime && told.some((outcome) => somebodyElse.has(outcome)));
  // Behind a router: known by private addresses only. Who listens on this machine alone does so on purpose.
  const inside = facts.announced.some(isPrivate) && facts.announced.every((host) => isPrivate(host) || isLoopback(host));
  add('try-port-mapping', !noNetwork && !proxied && facts.portMapping === 'off' && inside);
  add('try-lan', !noNetwork && !proxied && !facts.findOnNetwork);
  add('carry-by-file', sealable && !held);
  return advice;
}
