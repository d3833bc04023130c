import { Writer } from '../../../engine/wire/writer';
import { yesMs } from '../../lapses';
import type { KeyLapseRow } from '../../ports/peer-keys';
import type { FactKind } from '../replica';
import { type KindParts, tellContact } from './kind-parts';
import { parsePeerKey, readTime, readWhole } from './values';

/** spkiHash[32] | until u64. */
export function encodeLapse({ spkiHash, until }: Required<Pick<KeyLapseRow, 'spkiHash' | 'until'>>): Uint8Array {
  return new Writer().fixed(spkiHash).u64(until).finish();
}

/** Whose certificate the user lets count past its end: that of the very key named, and never longer than a yes given now would hold. */
export function lapseKind(parts: KindParts): FactKind {
  const { stores, profile, crypto, clock, onPinned } = parts;
  return {
    kind: 'lapse',
    rank: 15,
    apply({ key, value }) {
      const peerId = parsePeerKey(key);
      const { spkiHash, until } = readWhole(value, (reader) => ({ spkiHash: reader.fixed(32).slice(), until: readTime(reader) }));
      const pin = profile.book.find(peerId)?.record.pinnedSpkiHash;
      if (stores.contacts.byPeer(peerId) === undefined || pin === undefined || !crypto.equal(pin, spkiHash)) return false;
      profile.book.keys?.putLapse({ peerId, spkiHash, until: Math.min(until, Math.max(0, Math.trunc(clock.now())) + yesMs) });
      tellContact(parts, peerId);
      onPinned(peerId);
      return true;
    },
    *all() {
      for (const { peerId, spkiHash, until } of stores.peerKeys.lapses()) if (until !== undefined) yield { key: peerId, value: encodeLapse({ spkiHash, until }) };
    },
  };
}
