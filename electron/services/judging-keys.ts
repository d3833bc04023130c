import { encodeChain } from '../engine/certificates/chain';
import { encodeKeyElements, type KeyElement, maxKeyElements, parseKeyElements } from '../engine/certificates/key-history';
import type { Crypto } from '../engine/crypto/crypto';
import { spkiHash as hashOf } from '../engine/identity/peer-id';
import type { PeerId } from '../engine/ids';
import type { Clock } from '../engine/ports';
import type { HeldKey, RekeyAnswer } from '../engine/session/rekey-answer';
import { isTheirs } from './held-keys';
import { isSame } from './moving-pins';
import type { PeerBook } from './peer-book';
import type { KeyCandidateRow, PeerKeyRow, PeerKeyStore } from './ports/peer-keys';
import { answerOf } from './told-keys';

/** Keys kept of those that were only shown: the newest sights. */
const maxShown = 3;

export interface JudgingParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly book: PeerBook;
  readonly store: PeerKeyStore;
}

/**
 * What an answer means here. `current`: the key held is the newest. `adopted`: a later one is waited for. `fork`: the pinned key vouches for two.
 * `stale`: it says nothing that counts, because something else holds by now.
 */
export type Judgement = 'current' | 'adopted' | 'fork' | 'stale';

/** Writes down what a verified answer says, in the caller's transaction. `held`: the key that was asked under. */
export function judge(parts: JudgingParts, held: HeldKey, answer: RekeyAnswer): Judgement {
  const { book } = parts;
  const { keys } = book;
  const { peerId } = held;
  const pinned = book.find(peerId)?.record.pinnedSpkiHash;
  if (keys === undefined || pinned === undefined) return 'stale';
  const frozen = keys.trouble(peerId)?.kind === 'frozen';
  const successor = keys.successor(peerId);
  const underPin = isSame(held.spkiHash, pinned);
  const underSuccessor = successor !== undefined && isSame(held.spkiHash, successor.spkiHash);
  if (!underPin && !underSuccessor) return judgeLeft(parts, held, answer);
  const candidate = candidateOf(parts, held, answer);
  if (isSame(candidate.spkiHash, held.spkiHash)) {
    // Anybody may say that again and again, and whoever has a device that was removed.
    if (answer.chain === undefined || !isTheirs(parts, held, answer.chain)) return 'stale';
    if (!frozen) clearShown(parts, peerId);
    return 'current';
  }
  // Steps in between can be taken away by whoever repeats an answer; from a device that says it now nothing is missing.
  if (answer.chain === undefined && answer.elements.some(isJump)) return 'stale';
  if (frozen && !outranks(candidate, parts.store.candidates(peerId))) return goOn(parts, candidate, answer.elements, held);
  let kept = candidate;
  if (successor !== undefined) {
    const relation = underPin ? relationOf(parts.crypto, successor, candidate, answer.elements) : 'later';
    if (relation === 'earlier') return 'stale';
    if (relation === 'other') return successor.vouched === 'person' ? 'stale' : fork(parts, candidate);
    if (relation === 'same' && candidate.chain === undefined) kept = { ...candidate, ...(successor.chain && { chain: successor.chain }) };
    if (underSuccessor) kept = joined(parts.crypto, successor, candidate, answer.elements);
  }
  keys.removeCandidates(peerId);
  keys.setTrouble(peerId, undefined);
  keys.putCandidate(kept);
  return 'adopted';
}

/**
 * An answer under a key before the pinned one (A71, A73). The recovery key counts wherever its word begins. Beyond that it says something only where
 * that key vouched for two, which its own signature proves whoever shows it: then the pinned one may be a thief's, or this one. Everything else is
 * said under the pinned key, or is of a question that the pin outran.
 */
function judgeLeft(parts: JudgingParts, held: HeldKey, answer: RekeyAnswer): Judgement {
  const { crypto, clock, book, store } = parts;
  const { peerId } = held;
  const { elements, chain } = answer;
  const gone = store.history(peerId);
  const pinned = book.find(peerId)?.identity;
  if (pinned === undefined || !gone.some(({ spki, spkiHash }) => spki !== undefined && isSame(spkiHash, held.spkiHash))) return 'stale';
  const recovery = elements.map(isRecovery).lastIndexOf(true);
  if (recovery >= 0) {
    const underPin = { ...held, epoch: pinned.epoch, spki: pinned.spki, spkiHash: pinned.spkiHash };
    const onwards = answerOf(crypto, clock.now(), underPin, elements.slice(recovery), chain);
    return onwards ? judge(parts, underPin, onwards) : 'stale';
  }
  const vouched = book.successorOf(peerId)?.vouched;
  if (book.held(peerId) === 'frozen') return goOn(parts, candidateOf(parts, held, answer), elements);
  if (vouched === 'recovery' || vouched === 'person') return 'stale';
  return elements.some((element) => isApart(element, gone, pinned.epoch, chain !== undefined)) ? fork(parts, candidateOf(parts, held, answer)) : 'stale';
}

/**
 * Whether a step that begins on the way that was gone here leads off it: nobody has two keys of one epoch. Where a jump passed that epoch over it may be
 * a step that the jump took together with others: that counts only from a device which shows that it knows no later one.
 */
function isApart(element: KeyElement, gone: readonly PeerKeyRow[], pinnedEpoch: number, isFresh: boolean): boolean {
  const row = gone.find(({ epoch }) => epoch === element.epoch);
  if (row !== undefined) return !isSame(row.spkiHash, element.spkiHash);
  return isFresh && element.epoch < pinnedEpoch && !isJump(element);
}

/**
 * How a key that the pinned one leads to stands to the one that is waited for. Whoever sits in the middle may repeat what was true once (A72): the
 * first steps of the way that is known, and a recovery before the newest one, are `earlier`.
 */
function relationOf(crypto: Crypto, successor: KeyCandidateRow, candidate: KeyCandidateRow, elements: readonly KeyElement[]): 'same' | 'later' | 'earlier' | 'other' {
  if (isSame(successor.spkiHash, candidate.spkiHash)) return 'same';
  if (passes(elements, successor.spkiHash)) return 'later';
  const known = successor.elements.length > 0 ? parseKeyElements(crypto, successor.elements) : [];
  if (passes(known, candidate.spkiHash)) return 'earlier';
  const [before, now] = [successor.recovered ?? 0, candidate.recovered ?? 0];
  if (before === now) return 'other';
  return now > before ? 'later' : 'earlier';
}

/** A freeze ends with a recovery later than any that the keys in question come from. */
function outranks({ vouched, recovered = 0 }: KeyCandidateRow, others: readonly KeyCandidateRow[]): boolean {
  return vouched === 'recovery' && others.every((other) => other.vouched === 'nothing' || recovered > (other.recovered ?? 0));
}

/** The pinned key is in use: whatever else was shown in this person's name was nothing. In the caller's transaction. */
export function clearShown({ book, store }: Pick<JudgingParts, 'book' | 'store'>, peerId: PeerId): void {
  const { keys } = book;
  if (keys?.trouble(peerId)?.kind !== 'unknown-key') return;
  for (const { spkiHash, vouched } of store.candidates(peerId)) if (vouched === 'nothing') keys.removeCandidate(peerId, spkiHash);
  keys.setTrouble(peerId, undefined);
}

/** Somebody authenticated under this key in the person's name, and nothing speaks for it. In the caller's transaction. */
export function noteShown({ clock, book, store }: Pick<JudgingParts, 'clock' | 'book' | 'store'>, shown: readonly Omit<KeyCandidateRow, 'vouched' | 'purpose' | 'elements' | 'seenAt'>[]): void {
  const [first] = shown;
  const { keys } = book;
  if (first === undefined || keys === undefined) return;
  const { peerId } = first;
  const now = Math.max(0, Math.trunc(clock.now()));
  for (const key of shown) {
    const kept = store.candidates(peerId).find((row) => isSame(row.spkiHash, key.spkiHash));
    if (kept !== undefined && kept.vouched !== 'nothing') continue;
    keys.putCandidate({ ...key, vouched: 'nothing', purpose: 'compromise', elements: new Uint8Array(0), seenAt: now });
  }
  const unvouched = store.candidates(peerId).filter(({ vouched }) => vouched === 'nothing');
  for (const { spkiHash } of unvouched.slice(maxShown)) keys.removeCandidate(peerId, spkiHash);
  if (keys.trouble(peerId) === undefined) keys.setTrouble(peerId, { kind: 'unknown-key', since: now });
}

/**
 * A key in question may be renewed like any other: the latest one is shown, or nobody would find on the other screen what they are to compare. It takes the
 * place of the one before, so that there are no more than before; where it follows on the pinned key it stands for that one. `pin`: where it was asked under it.
 */
function goOn({ crypto, book, store }: JudgingParts, candidate: KeyCandidateRow, elements: readonly KeyElement[], pin?: HeldKey): 'stale' {
  const { keys } = book;
  const inQuestion = store.candidates(candidate.peerId).filter(({ vouched }) => vouched === 'old-key');
  const before = inQuestion.find(({ spkiHash }) => passes(elements.slice(0, -1), spkiHash));
  const begins = inQuestion.map((row) => parseKeyElements(crypto, row.elements)[0]);
  const isOfPin = pin !== undefined && !begins.some((first) => first?.kind === 'link' && isSame(first.oldSpkiHash, pin.spkiHash));
  if (before === undefined && !isOfPin) return 'stale';
  if (before) keys?.removeCandidate(before.peerId, before.spkiHash);
  keys?.putCandidate(candidate);
  return 'stale';
}

/** Both are kept as evidence; neither is taken until the recovery key or the person decides (A73). */
function fork({ clock, book }: JudgingParts, candidate: KeyCandidateRow): 'fork' {
  book.keys?.putCandidate(candidate);
  book.keys?.setTrouble(candidate.peerId, { kind: 'frozen', since: Math.max(0, Math.trunc(clock.now())) });
  return 'fork';
}

function candidateOf({ crypto, clock }: JudgingParts, held: HeldKey, answer: RekeyAnswer): KeyCandidateRow {
  const { head, elements, chain, purpose } = answer;
  return {
    peerId: held.peerId,
    spkiHash: hashOf(crypto, head.spki),
    epoch: head.epoch,
    spki: head.spki,
    vouched: elements.some(isRecovery) ? 'recovery' : 'old-key',
    purpose,
    ...(head.recovered === undefined ? {} : { recovered: head.recovered }),
    elements: encodeKeyElements(elements),
    ...(chain && { chain: encodeChain(chain) }),
    seenAt: Math.max(0, Math.trunc(clock.now())),
  };
}

/** Named by the recovery key, which outranks every key before it. */
function isRecovery({ kind }: KeyElement): boolean {
  return kind === 'recovery';
}

/** From the pin over the successor that was waited for to its own successor. */
function joined(crypto: Crypto, successor: KeyCandidateRow, next: KeyCandidateRow, elements: readonly KeyElement[]): KeyCandidateRow {
  return {
    ...next,
    elements: encodeKeyElements([...parseKeyElements(crypto, successor.elements), ...elements].slice(-maxKeyElements)),
    vouched: successor.vouched === 'recovery' ? 'recovery' : next.vouched,
    purpose: successor.purpose === 'compromise' ? 'compromise' : next.purpose,
  };
}

function passes(elements: readonly KeyElement[], spkiHash: Uint8Array): boolean {
  return elements.some((element) => isSame(element.spkiHash, spkiHash));
}

/** An old key vouches for a much later one at once (seed 004, 960–970). */
function isJump(element: KeyElement): boolean {
  return element.kind === 'link' && element.epoch > element.oldEpoch + 1;
}
