import { encodeMailboxPlaces, type MailboxPlace, readMailboxPlaces } from '../../../engine/certificates/mailbox-place';
import type { InstanceId, PeerId } from '../../../engine/ids';
import { Writer } from '../../../engine/wire/writer';
import type { Stores } from '../../ports';
import { mostMailboxWords, type PlaceWord } from '../../ports/ways';
import type { FactKind, Replica } from '../replica';
import { wasOfGone } from './gone';
import type { KindParts } from './kind-parts';
import { instanceOf, parsePeerKey, readTime, readWhole } from './values';

/** Three places with authorities and the longest tokens. */
const maxPlacesBytes = 24 * 1024;
/** A word from further ahead would keep later ones of that device from being heard. */
const aheadMs = 60 * 60 * 1000;

export function placeKey(peerId: PeerId, instanceId: InstanceId): string {
  return `${peerId}/${instanceId}`;
}

export function encodePlaces({ time, places }: Pick<PlaceWord, 'time' | 'places'>): Uint8Array {
  return new Writer(2_048).u64(time).lp(encodeMailboxPlaces(places)).finish();
}

/**
 * Where contacts can be left something. A contact gives a person one slot, whichever device of theirs meets it (protocol.md §11), so
 * all of them may use it: what the slot takes, it takes of all together. The later word of a device holds, whoever heard it.
 */
export function placeKind(parts: KindParts): FactKind {
  const { clock, stores, profile } = parts;
  return {
    kind: 'place',
    rank: 14,
    merges: true,
    apply({ key, value, stamp }) {
      const [peerText = '', instanceText = '', ...more] = key.split('/');
      const peerId = parsePeerKey(more.length === 0 ? peerText : '');
      const instanceId = instanceOf(instanceText);
      const { time, places } = readWhole(value, (reader) => ({ time: readTime(reader), places: readMailboxPlaces(reader.lp(maxPlacesBytes)) }));
      if (time <= clock.now() + aheadMs && !wasOfGone(parts, peerId, stamp)) profile.ways.toldPlaces(peerId, { instanceId, time, places });
      return true;
    },
    forgets({ key, stamp }) {
      const [peerText = '', instanceText = ''] = key.split('/');
      const peerId = parsePeerKey(peerText);
      if (wasOfGone(parts, peerId, stamp)) return true;
      // Of so many devices that this word is not kept.
      const words = stores.ways.mailboxWordsOf(peerId);
      return words.length >= mostMailboxWords && !words.some(({ instanceId }) => instanceId === instanceText);
    },
    *all() {
      for (const peerId of stores.ways.peopleWithWord()) {
        for (const word of stores.ways.mailboxWordsOf(peerId)) yield { key: placeKey(peerId, word.instanceId), value: encodePlaces(word) };
      }
    },
  };
}

/** Says what contacts said, where it is another place than before: a card with a later time alone is no news. */
export function sharedPlaces({ ways, replica: store }: Pick<Stores, 'ways' | 'replica'>, replica: () => Replica): Stores['ways'] {
  return {
    ...ways,
    putMailboxesOf(peerId, instanceId, time, places) {
      if (!replica().isOn) return ways.putMailboxesOf(peerId, instanceId, time, places);
      const known = ways.mailboxWordsOf(peerId);
      const before = known.find((word) => word.instanceId === instanceId);
      if (!ways.putMailboxesOf(peerId, instanceId, time, places)) {
        // Another device has heard an earlier word of a card than this one, and takes it for the latest.
        if (replica().isApplying && before !== undefined && !isSame(before.places, places)) replica().sayAfter('place', placeKey(peerId, instanceId), encodePlaces(before));
        return false;
      }
      // What made room is not kept in the log, either.
      const kept = known.length < mostMailboxWords ? undefined : new Set(ways.mailboxWordsOf(peerId).map((word) => word.instanceId));
      for (const other of known) if (kept?.has(other.instanceId) === false) store.forget(['place'], placeKey(peerId, other.instanceId));
      if (kept?.has(instanceId) !== false && (before === undefined || !isSame(before.places, places))) replica().say('place', placeKey(peerId, instanceId), encodePlaces({ time, places }));
      return true;
    },
  };
}

function isSame(one: readonly MailboxPlace[], other: readonly MailboxPlace[]): boolean {
  return Buffer.compare(encodeMailboxPlaces(one), encodeMailboxPlaces(other)) === 0;
}
