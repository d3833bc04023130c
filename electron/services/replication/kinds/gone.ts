import { Writer } from '../../../engine/wire/writer';
import type { InstanceId, PeerId } from '../../../engine/ids';
import { removePerson } from '../../removing';
import type { FactKind } from '../replica';
import type { KindParts } from './kind-parts';
import { parsePeerKey, readTime, readWhole } from './values';

/** When this person was removed, Unix milliseconds: no earlier than they were added, whatever the clock said. */
export function encodeGone(at: number): Uint8Array {
  return new Writer(8).u64(at).finish();
}

/** Somebody who was in the list until then. Who is added again later is somebody new. */
export function goneKind(parts: KindParts): FactKind {
  const { stores, local, onBlocked } = parts;
  return {
    kind: 'gone',
    rank: 9,
    merges: true,
    stays: true,
    awaited: true,
    apply({ author, key, value }) {
      const peerId = parsePeerKey(key);
      const at = readWhole(value, readTime);
      const contact = stores.contacts.byPeer(peerId);
      if (contact === undefined || contact.createdAt > at || isStopped(local, author)) return true;
      removePerson(parts, contact);
      onBlocked(peerId, true);
      return true;
    },
    all: () => [],
  };
}

/** Of somebody who is not in the list any more, whether a fact was said before they were removed: it is not kept, either. */
export function wasOfGone({ stores, local }: Pick<KindParts, 'stores' | 'local'>, peerId: PeerId, stamp: number): boolean {
  return stores.contacts.byPeer(peerId) === undefined && stores.replica.of('gone', peerId).some((gone) => !isStopped(local, gone.author) && gone.stamp > stamp);
}

/** Whether what is told of somebody added then is of before they were removed. */
export function isGone({ stores, local }: Pick<KindParts, 'stores' | 'local'>, peerId: PeerId, createdAt: number): boolean {
  return stores.replica.of('gone', peerId).some(({ author, value }) => !isStopped(local, author) && value !== undefined && readWhole(value, readTime) >= createdAt);
}

/** Nothing on the word of a device that is stopped. */
function isStopped({ list }: Pick<KindParts['local'], 'list'>, author: InstanceId): boolean {
  return list.instances.some(({ instanceId, state }) => instanceId === author && state === 'suspended');
}
