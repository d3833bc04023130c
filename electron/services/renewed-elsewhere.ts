import { KeyshiftError } from '../../shared/errors';
import { followKeyLinks, type KeyElement, type KnownKey } from '../engine/certificates/key-history';
import type { LocalParty } from '../engine/certificates/local-party';
import type { Crypto } from '../engine/crypto/crypto';
import { spkiHash as hashOf } from '../engine/identity/peer-id';
import type { PeerId } from '../engine/ids';
import { peerIdFromBytes, peerIdToBytes } from '../engine/wire/ids';
import { Reader } from '../engine/wire/reader';
import { Writer } from '../engine/wire/writer';
import type { EventHub } from './event-hub';
import { isSame } from './moving-pins';
import { holdsKey } from './own-keys';
import type { Stores } from './ports';
import { upkeepNotes } from './ports/upkeep';

/** An identity key of the own person that an own key vouched for and that this device, which holds the identity key, did not make. */
export interface ForeignKey {
  readonly epoch: number;
  /** H(SPKI), 32 bytes. */
  readonly spkiHash: Uint8Array;
}

export interface RenewedElsewhere extends ForeignKey {
  /** The contact who knows the own person by it. */
  readonly toldBy: PeerId;
  /** Unix milliseconds. */
  readonly seenAt: number;
}

/**
 * Where these steps lead, if they begin at an own key, are good, and no such key was ever made here: then somebody else has the private half of the one they
 * begin at (A71, A79). The signatures are the proof, whoever tells it. Before the newest own recovery nothing counts any more, and a device that does not
 * hold the identity key hears of new ones by its own devices alone.
 */
export function foreignKeyOf(crypto: Crypto, local: Pick<LocalParty, 'peerId' | 'identity' | 'history' | 'certifierKey'>, elements: readonly KeyElement[]): ForeignKey | undefined {
  const [first] = elements;
  const { peerId, identity, history } = local;
  const own = ownKeysSince(local);
  const start = first?.kind === 'recovery' ? identity : own.find(({ spkiHash }) => first !== undefined && isSame(spkiHash, first.oldSpkiHash));
  if (!holdsKey(local) || start === undefined) return undefined;
  try {
    const { epoch, spki } = followKeyLinks(crypto, peerId, { epoch: start.epoch, spki: start.spki }, elements, (history?.first ?? identity).recoveryKeyHash);
    const spkiHash = hashOf(crypto, spki);
    return own.some((key) => isSame(key.spkiHash, spkiHash)) ? undefined : { epoch, spkiHash };
  } catch (error) {
    if (error instanceof KeyshiftError) return undefined;
    throw error;
  }
}

/** From the newest own recovery on, where there was one: it settled what was before. */
function ownKeysSince({ identity, history }: Pick<LocalParty, 'identity' | 'history'>): readonly (KnownKey & { readonly spkiHash: Uint8Array })[] {
  if (history === undefined) return [identity];
  const recovery = history.elements.map(({ kind }) => kind).lastIndexOf('recovery');
  return recovery < 0 ? [history.first, ...history.elements] : history.elements.slice(recovery);
}

interface Parts {
  readonly stores: Pick<Stores, 'upkeep'>;
  readonly events: Pick<EventHub, 'emit'>;
}

/** Written down, and told: gives whether it is news. Of several contacts the latest is kept, as one that is in step again says nothing of the others. */
export function noteRenewed(said: RenewedElsewhere, { stores, events, commit }: Parts & { readonly commit: (work: () => void) => void }): boolean {
  const before = renewedElsewhere(stores);
  if (before && before.toldBy === said.toldBy && isSame(before.spkiHash, said.spkiHash)) return false;
  commit(() => {
    stores.upkeep.put(upkeepNotes.renewed, new Writer(128).u32(said.epoch).fixed(said.spkiHash).fixed(peerIdToBytes(said.toldBy)).u64(said.seenAt).finish());
    events.emit({ type: 'identity.changed' });
  });
  return true;
}

/** What was told last and is not settled. */
export function renewedElsewhere(stores: Pick<Stores, 'upkeep'>): RenewedElsewhere | undefined {
  const bytes = stores.upkeep.get(upkeepNotes.renewed);
  if (bytes === undefined) return undefined;
  const reader = new Reader(bytes);
  const said = { epoch: reader.u32(), spkiHash: reader.fixed(32).slice(), toldBy: peerIdFromBytes(reader.fixed(32)), seenAt: reader.u64() };
  reader.end();
  return said;
}

/** This contact takes the key in use here: in the caller's transaction. */
export function settleRenewed({ stores, events }: Parts, peerId: PeerId): void {
  if (renewedElsewhere(stores)?.toldBy !== peerId) return;
  stores.upkeep.remove(upkeepNotes.renewed);
  events.emit({ type: 'identity.changed' });
}
