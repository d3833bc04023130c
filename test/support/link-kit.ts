import { admitDevice } from '../../electron/engine/certificates/admission';
import { createLocalRecord, type LocalParty, openLocalParty } from '../../electron/engine/certificates/local-party';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import type { DeviceLink } from '../../electron/engine/identity/device-link';
import type { LocalRecord } from '../../electron/engine/ports';
import type { ChannelFrame } from '../../electron/engine/session/channel-frames';
import { encodeLinkGrant, type LinkGrant, sealLinkGrant } from '../../electron/engine/session/link-grant';
import { type AgreedDevice, type LinkHostEvent, type LinkHostNews, type LinkHostParts, type LinkHostState, stepLinkHost } from '../../electron/engine/session/link-host';
import { beginLinkJoiner, type LinkJoinerEvent, type LinkJoinerNews, type LinkJoinerParts, type LinkJoinerState, stepLinkJoiner } from '../../electron/engine/session/link-joiner';
import { withSpareKeys } from './rsa-keys';
import { testNow } from './session-kit';

/** A person with one device, and a link of it. */
export interface Owner {
  readonly crypto: Crypto;
  readonly record: LocalRecord;
  readonly local: LocalParty;
  readonly link: DeviceLink;
}

export async function newOwner(name: string): Promise<Owner> {
  const crypto = withSpareKeys(await createCrypto({ random: kernelRandom }));
  const record = await createLocalRecord(crypto, { name, deviceName: 'desk', now: testNow - 3_600_000 });
  return ownerOf(crypto, record);
}

export function ownerOf(crypto: Crypto, record: LocalRecord): Owner {
  const local = openLocalParty(crypto, record);
  return { crypto, record, local, link: { peerId: local.peerId, instanceId: local.instanceId, secret: crypto.random(16), expiresAt: testNow + 600_000, addresses: [] } };
}

/** One role with what it said and told; `over` once it has no state. */
interface Role<E, N> {
  readonly said: ChannelFrame[];
  readonly told: N[];
  readonly over: boolean;
  on(event: E): void;
  /** Takes the frames of the other side that it has not taken yet. */
  hear(frames: readonly ChannelFrame[]): void;
}

export type HostRole = Role<LinkHostEvent, LinkHostNews>;
export type JoinerRole = Role<LinkJoinerEvent, LinkJoinerNews>;

interface Step<S, N> {
  readonly state?: S;
  readonly send?: readonly ChannelFrame[];
  readonly news?: N;
}

function role<S, E, N>(begin: Step<S, N>, step: (state: S, event: E | { readonly kind: 'frame'; readonly frame: ChannelFrame }) => Step<S, N>): Role<E, N> {
  let state = begin.state;
  let heard = 0;
  const said = [...(begin.send ?? [])];
  const told: N[] = [];
  const on = (event: E | { readonly kind: 'frame'; readonly frame: ChannelFrame }): void => {
    if (state === undefined) return;
    const next = step(state, event);
    state = next.state;
    said.push(...(next.send ?? []));
    if (next.news !== undefined) told.push(next.news);
  };
  return {
    said,
    told,
    get over() {
      return state === undefined;
    },
    on,
    hear(frames) {
      for (const frame of frames.slice(heard)) on({ kind: 'frame', frame });
      heard = frames.length;
    },
  };
}

export function hostRole(owner: Owner, channelHash: Uint8Array, changes: Partial<LinkHostParts> = {}): HostRole {
  const parts: LinkHostParts = { crypto: owner.crypto, local: owner.local, now: () => testNow, secret: owner.link.secret, myAddresses: [{ host: '192.0.2.9', port: 4711 }], isName: (name) => name.length > 0, mayCompare: () => true, ...changes };
  return role<LinkHostState, LinkHostEvent, LinkHostNews>({ state: { phase: 'hello' } }, (state, event) => stepLinkHost(parts, channelHash, state, event));
}

export function joinerParts(crypto: Crypto, link: DeviceLink, changes: Partial<LinkJoinerParts> = {}): LinkJoinerParts {
  return { crypto, link, now: () => testNow, keys: { signing: crypto.generateSigning(), kem: crypto.generateKem('instance-kem') }, deviceName: 'pocket', mayReveal: () => true, ...changes };
}

export function joinerRole(parts: LinkJoinerParts, channelHash: Uint8Array): JoinerRole {
  return role<LinkJoinerState, LinkJoinerEvent, LinkJoinerNews>(beginLinkJoiner(parts, channelHash), (state, event) => stepLinkJoiner(parts, channelHash, state, event));
}

/** Both hear each other until nobody has anything to say. */
export function exchange(host: HostRole, joiner: JoinerRole): void {
  for (let before = -1; before !== host.said.length + joiner.said.length; ) {
    before = host.said.length + joiner.said.length;
    host.hear(joiner.said);
    joiner.hear(host.said);
  }
}

export function digitsOf({ told }: { readonly told: readonly (LinkHostNews | LinkJoinerNews)[] }): string | undefined {
  return told.flatMap((news) => (news.kind === 'digits' ? [news.digits] : []))[0];
}

export function agreedOf({ told }: HostRole): AgreedDevice | undefined {
  return told.flatMap((news) => (news.kind === 'agreed' ? [news.device] : []))[0];
}

/** What the owner's services do once both people said "same": certify, then seal everything; `change` spoils it. */
export async function issue(owner: Owner, device: AgreedDevice, channelHash: Uint8Array, change: (grant: LinkGrant) => LinkGrant = (grant) => grant): Promise<ChannelFrame[]> {
  const { crypto, local } = owner;
  const { record, credential } = await admitDevice(crypto, owner.record, device, testNow);
  const grant: LinkGrant = {
    name: record.name,
    createdAt: record.createdAt,
    identityKeys: record.identityKeys.map(({ privateKey: _stays, ...rest }) => rest),
    ...(record.recovery && { recoveryKey: record.recovery.publicKey }),
    endorsements: [],
    exchanges: record.exchanges,
    instanceList: record.instanceList,
    credential: credential.bytes,
    devices: [{ credential: local.instance.credential.bytes, addresses: [{ host: '192.0.2.9', port: 4711 }] }],
    settings: new TextEncoder().encode('{}'),
  };
  return sealLinkGrant(crypto, local.instance.signing.secret, local.peerId, device, channelHash, encodeLinkGrant(change(grant)));
}
