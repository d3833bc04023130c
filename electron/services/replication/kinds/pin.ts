import { encodeChain } from '../../../engine/certificates/chain';
import { encodeKeyElements, type KeyElement, parseKeyElements } from '../../../engine/certificates/key-history';
import { spkiHash as hashOf } from '../../../engine/identity/peer-id';
import type { PeerId } from '../../../engine/ids';
import type { PeerRecord } from '../../../engine/ports';
import { toHex } from '../../../engine/wire/encoding';
import { noteShown } from '../../judging-keys';
import type { PeerKeyRow } from '../../ports/peer-keys';
import type { FactKind } from '../replica';
import { type KindParts, tellContact } from './kind-parts';
import { chainOf, encodePin, parsePin, type PinTold } from './pin-value';
import { parsePeerKey } from './values';

/**
 * Which key each person is known by, with what led to it, and which devices they have (protocol.md §9, §10). Of somebody who is not known here the
 * other device's word is taken, as everything about them comes from it. A key that is pinned here moves by nothing but what moves it
 * otherwise: the steps are judged like an answer, and then this device waits for somebody to prove the later key.
 */
export function pinKind(parts: KindParts): FactKind {
  const { crypto, stores, onPinned } = parts;
  return {
    kind: 'pin',
    rank: 12,
    merges: true,
    apply({ key, value }) {
      const peerId = parsePeerKey(key);
      const told = parsePin(crypto, peerId, value);
      const before = stores.peers.find(peerId);
      if (before === undefined) pinFirst(parts, peerId, told);
      else if (crypto.equal(before.pinnedSpkiHash, told.record.pinnedSpkiHash)) joinRecords(parts, before, told);
      else followTo(parts, peerId, told);
      for (const secret of [...told.secrets].reverse()) if (!isKnownSecret(parts, peerId, secret)) stores.peerKeys.addPairSecret(peerId, secret);
      for (const { elements, vouched } of told.candidates) if (vouched && elements.length > 0) hearOf(parts, peerId, told.path, elements);
      if (told.inDoubt) doubt(parts, peerId, told);
      tellContact(parts, peerId);
      onPinned(peerId);
      return true;
    },
    read: (key) => encodedPin(parts, parsePeerKey(key)),
    *all() {
      for (const { peerId } of stores.peers.list()) {
        const value = encodedPin(parts, peerId);
        if (value) yield { key: peerId, value };
      }
    },
  };
}

function encodedPin({ crypto, stores }: Pick<KindParts, 'crypto' | 'stores'>, peerId: PeerId): Uint8Array | undefined {
  const { peers, peerKeys } = stores;
  const record = peers.find(peerId);
  if (record === undefined) return undefined;
  const keys = peerKeys.history(peerId);
  const path = [...keys].reverse().reduce<readonly KeyElement[]>((steps, { origin, steps: more }) => {
    if (origin === 'person') return [];
    return more ? [...steps, ...parseKeyElements(crypto, more)] : steps;
  }, []);
  const trouble = peerKeys.troubles().find((row) => row.peerId === peerId);
  const inQuestion = peerKeys.candidates(peerId).map(({ elements, vouched, spki, epoch }) => ({ elements: elements.length > 0 ? parseKeyElements(crypto, elements) : [], vouched: vouched === 'old-key' || vouched === 'recovery', spki, epoch }));
  const candidates = [...inQuestion, ...leftOf(keys, inQuestion)];
  return withSecrets({ crypto, stores }, peerId, (secrets) => encodePin({ record, keys, path, recovery: peerKeys.recovery(peerId), secrets, candidates, inDoubt: trouble?.kind === 'unknown-key' }));
}

/** Keys that were left, as candidates that nothing leads to: under them it is judged whether one vouched for two. Those that a key in question follows on come first. */
function leftOf(keys: readonly PeerKeyRow[], inQuestion: PinTold['candidates']): PinTold['candidates'] {
  const isFollowed = ({ spkiHash }: PeerKeyRow): number => (inQuestion.some(({ elements: [first] }) => first?.kind === 'link' && toHex(first.oldSpkiHash) === toHex(spkiHash)) ? 1 : 0);
  const left = [...keys].sort((a, b) => isFollowed(b) - isFollowed(a) || b.epoch - a.epoch);
  return left.flatMap(({ spki, epoch }) => (spki === undefined ? [] : [{ elements: [], vouched: true, spki, epoch }]));
}

/** How the pinned key, or one before it, leads to a key that is waited for or in question there. */
function hearOf({ profile }: KindParts, peerId: PeerId, path: readonly KeyElement[], elements: readonly KeyElement[]): void {
  if (profile.rekeying.hear(peerId, [...path, ...elements], undefined) === 'stale') profile.rekeying.hear(peerId, elements, undefined);
}

function pinFirst({ crypto, stores, clock, profile }: KindParts, peerId: PeerId, { record, keys, path, recovery, candidates }: PinTold): void {
  const { peers, peerKeys, contacts } = stores;
  peers.put({ ...record, blocked: contacts.byPeer(peerId)?.blocked ?? false, updatedAt: Math.max(0, Math.trunc(clock.now())) });
  const pinned = toHex(record.pinnedSpkiHash);
  const left = new Map(candidates.filter(({ elements, vouched }) => vouched && elements.length === 0).map(({ spki }) => [toHex(hashOf(crypto, spki)), spki]));
  for (const row of keys) {
    const spki = left.get(toHex(row.spkiHash));
    peerKeys.putKey({ ...row, ...(spki && { spki }), ...(toHex(row.spkiHash) === pinned && path.length > 0 && { steps: encodeKeyElements(path) }) });
  }
  peerKeys.setRecovery(peerId, recovery);
  profile.book.dropCache();
}

/** Under one pin: the newer list, and what both know of devices. */
function joinRecords({ stores, clock, profile }: KindParts, before: PeerRecord, { record, recovery }: PinTold): void {
  const { peerId } = before;
  profile.book.join({ ...record, blocked: before.blocked, updatedAt: Math.max(0, Math.trunc(clock.now())) });
  const known = stores.peerKeys.recovery(peerId);
  const epoch = Math.max(known.epoch ?? -1, recovery.epoch ?? -1);
  const keyHash = known.keyHash ?? recovery.keyHash;
  if (epoch > (known.epoch ?? -1) || keyHash !== known.keyHash) stores.peerKeys.setRecovery(peerId, { ...(keyHash && { keyHash }), ...(epoch >= 0 && { epoch }) });
}

/** The other device is at another key: a later one, if its steps lead there from here; one that was left, if it is behind; else one that nothing speaks for. */
function followTo({ crypto, clock, stores, profile }: KindParts, peerId: PeerId, { record, path, keys, identity }: ReturnType<typeof parsePin>): void {
  const { pinnedSpkiHash: spkiHash, identityEpoch: epoch } = record;
  const hex = toHex(spkiHash);
  if (stores.peerKeys.history(peerId).some((row) => toHex(row.spkiHash) === hex)) return;
  const chain = chainOf(crypto, record);
  const judgement = profile.rekeying.hear(peerId, path, chain);
  if (judgement !== 'stale' || profile.book.successorOf(peerId) !== undefined) return;
  const held = profile.book.find(peerId)?.record.pinnedSpkiHash;
  // What that device left by a person's decision, or by steps that do not begin here, is no more than shown.
  const left = held !== undefined && keys.some((row) => crypto.equal(row.spkiHash, held));
  if (left || epoch >= (profile.book.find(peerId)?.record.identityEpoch ?? 0)) {
    noteShown({ clock, book: profile.book, store: stores.peerKeys }, [{ peerId, spkiHash, epoch, spki: identity.spki, ...(chain && { chain: encodeChain(chain) }) }]);
  }
}

/** Somebody showed a key there that nothing speaks for: it is asked about here as well. */
function doubt({ crypto, clock, stores, profile }: KindParts, peerId: PeerId, { candidates }: PinTold): void {
  if (profile.book.held(peerId) !== undefined) return;
  const pinned = stores.peers.find(peerId)?.pinnedSpkiHash;
  const shown = candidates.filter(({ vouched }) => !vouched).map(({ spki, epoch }) => ({ peerId, spkiHash: hashOf(crypto, spki), epoch, spki }));
  noteShown({ clock, book: profile.book, store: stores.peerKeys }, shown.filter(({ spkiHash }) => pinned === undefined || !crypto.equal(pinned, spkiHash)));
}

function isKnownSecret({ crypto, stores }: KindParts, peerId: PeerId, secret: Uint8Array): boolean {
  return withSecrets({ crypto, stores }, peerId, (secrets) => secrets.some((known) => crypto.equal(known, secret)));
}

/** Those of everybody are read for it, and wiped with it. */
function withSecrets<T>({ crypto, stores }: Pick<KindParts, 'crypto' | 'stores'>, peerId: PeerId, work: (secrets: readonly Uint8Array[]) => T): T {
  const all = stores.peerKeys.pairSecrets();
  try {
    return work(all.flatMap(([of, secret]) => (of === peerId ? [secret] : [])));
  } finally {
    for (const [, secret] of all) crypto.wipe(secret);
  }
}
