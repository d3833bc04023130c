import { type KeyElement, parseKeyElements } from '../engine/certificates/key-history';
import type { Crypto } from '../engine/crypto/crypto';
import type { PeerId } from '../engine/ids';
import type { HeldKeysParts } from './held-keys';
import { isSame } from './moving-pins';

/**
 * What whoever has this key of a contact (H(SPKI), 32 bytes) may not know, though it is said in their name: the steps to the other key in question, or from a
 * key that was left to the pinned one. Only the owner of the key they begin at can have made them, or who has a copy of it (A71). Nothing once that was decided.
 */
export function toTell(crypto: Crypto, parts: HeldKeysParts, peerId: PeerId, headHash: Uint8Array): readonly KeyElement[] {
  const { book, stores } = parts;
  if (book.held(peerId) !== 'frozen') return ledFrom(crypto, parts, peerId, headHash);
  const inQuestion = waysInQuestion(crypto, stores, peerId);
  const other = inQuestion.find(({ spkiHash }) => !isSame(spkiHash, headHash));
  if (other !== undefined) return other.steps;
  const [first] = inQuestion.flatMap(({ steps }) => steps);
  return first?.kind === 'link' ? ledFrom(crypto, parts, peerId, first.oldSpkiHash) : [];
}

/** Keys of a contact in question that something speaks for, each with the steps that lead there; the pinned one need not be among them. */
export function waysInQuestion(crypto: Crypto, { peerKeys }: HeldKeysParts['stores'], peerId: PeerId): readonly { readonly spkiHash: Uint8Array; readonly steps: readonly KeyElement[] }[] {
  const inQuestion = peerKeys.candidates(peerId).filter(({ vouched, elements }) => vouched !== 'nothing' && elements.length > 0);
  return inQuestion.map(({ spkiHash, elements }) => ({ spkiHash, steps: parseKeyElements(crypto, elements) }));
}

/** From a key that was left because it vouched for the next one, where nobody decided since, to the pinned one. */
function ledFrom(crypto: Crypto, { book, stores }: HeldKeysParts, peerId: PeerId, keyHash: Uint8Array): readonly KeyElement[] {
  const rows = [...stores.peerKeys.history(peerId)].sort((a, b) => a.epoch - b.epoch);
  const isLeft = rows.some(({ spki, spkiHash }) => spki !== undefined && isSame(spkiHash, keyHash));
  const pinned = book.find(peerId)?.record.pinnedSpkiHash;
  if (!isLeft || pinned === undefined || isSame(keyHash, pinned)) return [];
  const steps = rows.flatMap(({ steps: more }) => (more ? parseKeyElements(crypto, more) : []));
  return steps.slice(steps.findIndex(({ spkiHash }) => isSame(spkiHash, keyHash)) + 1);
}
