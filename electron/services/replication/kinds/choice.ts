import { encodeChain, maxChainBytes, parseChain, verifyChain, type VerifiedChain } from '../../../engine/certificates/chain';
import { spkiHash as hashOf } from '../../../engine/identity/peer-id';
import type { InstanceId, PeerId } from '../../../engine/ids';
import type { PeerRecord } from '../../../engine/ports';
import { toHex } from '../../../engine/wire/encoding';
import { noteShown } from '../../judging-keys';
import { isCheckOf, isSame, movePin } from '../../moving-pins';
import type { ContactRow } from '../../ports';
import type { KeyCandidateRow } from '../../ports/peer-keys';
import type { FactKind } from '../replica';
import { type Choice, encodeChoice, maxAgainst, maxSettled, parseChoice } from './choice-value';
import { type KindParts, tellContact } from './kind-parts';
import { chainOf } from './pin-value';
import { parsePeerKey } from './values';

type Standing = Choice & { readonly author: InstanceId };

/**
 * Which key of a person was decided for by hand, with what that was decided on (protocol.md §10). It counts on every own device, for that very key and
 * against those it names; over a key that was compared here, and against another decision, it is asked about instead.
 */
export function choiceKind(parts: KindParts): FactKind {
  const { crypto, stores, profile, onPinned } = parts;
  return {
    kind: 'choice',
    rank: 16,
    merges: true,
    apply({ author, key, value }) {
      const peerId = parsePeerKey(key);
      const said = { ...parseChoice(value), author };
      const record = profile.book.find(peerId)?.record;
      const contact = stores.contacts.byPeer(peerId);
      if (record === undefined || contact === undefined) return false;
      const standing = standingOf([said, ...saidOf(stores.replica, peerId).filter((each) => each.author !== author)]);
      const [first] = standing;
      if (first === undefined || isOvertaken(parts, record, standing)) return true;
      if (standing.some(({ spki }) => !isSame(hashOf(crypto, spki), hashOf(crypto, first.spki)))) disagree(parts, record, standing);
      else follow(parts, record, contact, first);
      tellContact(parts, peerId);
      onPinned(peerId);
      return true;
    },
    // Who comes later takes the pins over as they are.
    all: () => [],
  };
}

/** What to say of a decision that was just made: before it `record` was pinned and `candidates` were in question. */
export function choiceMade(parts: Pick<KindParts, 'crypto' | 'clock' | 'stores' | 'local'>, record: PeerRecord, candidates: readonly KeyCandidateRow[], chosen: Uint8Array): Uint8Array | undefined {
  const { crypto, clock, stores, local } = parts;
  const { peerId } = record;
  const candidate = candidates.find(({ spkiHash }) => isSame(spkiHash, chosen));
  const pinned = candidate ? undefined : chainOf(crypto, record);
  const spki = candidate?.spki ?? pinned?.identity.spki;
  if (spki === undefined) return undefined;
  const chain = candidate ? candidate.chain : pinned && encodeChain(pinned);
  const left = [record.pinnedSpkiHash, ...candidates.map(({ spkiHash }) => spkiHash), ...stores.peerKeys.history(peerId).map(({ spkiHash }) => spkiHash)];
  const against = [...new Map(left.map((hash) => [toHex(hash), hash])).values()].filter((hash) => !isSame(hash, chosen));
  const said = saidOf(stores.replica, peerId);
  const own = said.find(({ author }) => author === local.instanceId);
  const settled = [...said.filter(({ author }) => author !== local.instanceId).map(({ name }) => name), ...(own ? [own.name, ...own.settled] : [])];
  return encodeChoice({
    name: crypto.random(16),
    time: Math.max(0, Math.trunc(clock.now())),
    epoch: candidate?.epoch ?? record.identityEpoch,
    spki,
    ...(chain && { chain }),
    against: against.slice(0, maxAgainst),
    settled: settled.slice(0, maxSettled),
  });
}

function saidOf(replica: KindParts['stores']['replica'], peerId: PeerId): readonly Standing[] {
  return replica.of('choice', peerId).flatMap(({ author, value }) => (value === undefined ? [] : [{ ...parseChoice(value), author }]));
}

/** Those that nobody who knew them decided again. */
function standingOf(said: readonly Standing[]): readonly Standing[] {
  const settled = new Set(said.flatMap((each) => each.settled.map(toHex)));
  return said.filter(({ name }) => !settled.has(toHex(name)));
}

/** The person has another key by now that no such decision is about, or one that was proven later. */
function isOvertaken({ crypto, stores }: KindParts, { peerId, pinnedSpkiHash: pinned }: PeerRecord, standing: readonly Standing[]): boolean {
  const keys = standing.flatMap(({ spki, against }) => [hashOf(crypto, spki), ...against]);
  if (!keys.some((key) => isSame(key, pinned))) return true;
  const row = stores.peerKeys.history(peerId).find(({ spkiHash }) => isSame(spkiHash, pinned));
  return (row?.origin === 'old-key' || row?.origin === 'recovery') && standing.every(({ time }) => row.since > time);
}

/** Nothing more goes under either key until the person decides, having seen both. */
function disagree(parts: KindParts, { peerId, pinnedSpkiHash: pinned }: PeerRecord, standing: readonly Standing[]): void {
  const { crypto, clock, stores, profile } = parts;
  const others = standing.filter(({ spki }) => !isSame(hashOf(crypto, spki), pinned));
  noteShown({ clock, book: profile.book, store: stores.peerKeys }, others.map((each) => shownOf(parts, peerId, each)));
  profile.book.keys?.setTrouble(peerId, { kind: 'frozen', since: Math.max(0, Math.trunc(clock.now())) });
  profile.connections.drop(peerId);
}

/** One decision, or several for the same key. */
function follow(parts: KindParts, record: PeerRecord, contact: ContactRow, choice: Choice): void {
  const { crypto, clock, stores, events, profile } = parts;
  const { book, engine, connections } = profile;
  const { peerId, pinnedSpkiHash: pinned } = record;
  const { against, spki, epoch } = choice;
  const spkiHash = hashOf(crypto, spki);
  const isAgainst = (key: Uint8Array): boolean => against.some((each) => isSame(each, key));
  if (isSame(pinned, spkiHash)) {
    const inQuestion = stores.peerKeys.candidates(peerId);
    for (const candidate of inQuestion) if (isAgainst(candidate.spkiHash)) book.keys?.removeCandidate(peerId, candidate.spkiHash);
    if (inQuestion.some((candidate) => !isAgainst(candidate.spkiHash))) return;
    book.keys?.setTrouble(peerId, undefined);
    stores.peerKeys.settleKeys(peerId);
    return;
  }
  if (!isAgainst(pinned)) return;
  const shown = shownOf(parts, peerId, choice);
  if (isCheckOf(contact, pinned)) return noteShown({ clock, book, store: stores.peerKeys }, [shown]);
  const chain = verified(parts, peerId, choice);
  if (chain) return movePin({ clock, stores, book, engine, events, connections, keepCheck: () => true }, { chain, origin: 'person', purpose: 'compromise' });
  // Nobody was seen under it: pinned once somebody is.
  stores.peerKeys.settleKeys(peerId);
  book.keys?.removeCandidates(peerId);
  book.keys?.putCandidate({ peerId, spkiHash, spki, epoch, vouched: 'person', purpose: 'compromise', elements: new Uint8Array(0), seenAt: Math.max(0, Math.trunc(clock.now())) });
  book.keys?.setTrouble(peerId, undefined);
}

function shownOf(parts: KindParts, peerId: PeerId, choice: Choice): Parameters<typeof noteShown>[1][number] {
  const chain = verified(parts, peerId, choice);
  return { peerId, spki: choice.spki, spkiHash: hashOf(parts.crypto, choice.spki), epoch: choice.epoch, ...(chain && { chain: encodeChain(chain) }) };
}

/** All signatures under the key that was decided for are checked here as well; one that is out of force by now is none. */
function verified({ crypto, clock }: Pick<KindParts, 'crypto' | 'clock'>, peerId: PeerId, { spki, chain }: Choice): VerifiedChain | undefined {
  if (chain === undefined || chain.length > maxChainBytes) return undefined;
  try {
    return verifyChain(crypto, parseChain(crypto, chain), { now: clock.now(), pinnedSpkiHash: hashOf(crypto, spki), expectedPeerId: peerId });
  } catch {
    return undefined;
  }
}
