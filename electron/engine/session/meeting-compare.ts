import type { Crypto } from '../crypto/crypto';
import { Reader } from '../wire/reader';
import { concat } from '../wire/writer';
import { channelKinds, type ChannelFrame, type ChannelRole } from './channel-frames';
import { COMMITMENT_LENGTH, commitmentTo, encodeReveal, meetingDigits, parseReveal, type Reveal } from './meeting-code';
import { type Compared, ended, frameOf, MeetingOver, type NearbyEvent, type NearbyParts, type NearbyStep } from './meeting-nearby';
import { encodeProvenCard, isSame, readProvenCard } from './meeting-proof';

/** A fresh reveal of the person here; its nonce hides it in the commitment. */
export function ownReveal({ crypto, local }: NearbyParts): Reveal {
  return { nonce: crypto.random(32), peerId: local.peerId, spkiHash: local.identity.spkiHash };
}

/** The other side's commitment. One's own sent back commits to nothing of theirs. */
export function readCommitment({ crypto }: NearbyParts, payload: Uint8Array, own: Uint8Array): Uint8Array {
  const reader = new Reader(payload);
  const commitment = reader.fixed(COMMITMENT_LENGTH).slice();
  reader.end();
  if (crypto.equal(commitment, own)) throw new MeetingOver('failed');
  return commitment;
}

/** The other side's reveal, held against its commitment. Throws `MeetingOver` for anything but a stranger, or a fitting contact, who opens it as committed. */
export function openReveal(parts: NearbyParts, role: ChannelRole, channelHash: Uint8Array, commitment: Uint8Array, payload: Uint8Array): Reveal {
  const { crypto, local } = parts;
  const theirs = parseReveal(payload);
  const otherRole = role === 'client' ? 'server' : 'client';
  if (!crypto.equal(commitmentTo(crypto, otherRole, theirs, channelHash), commitment)) throw new MeetingOver('failed');
  if (theirs.peerId === local.peerId || crypto.equal(theirs.spkiHash, local.identity.spkiHash)) throw new MeetingOver('failed');
  const objection = parts.judge(theirs);
  if (objection !== undefined) throw new MeetingOver(objection);
  return theirs;
}

/** Both reveals are known: the digits, for both to look at. */
export function compare(crypto: Crypto, channelHash: Uint8Array, role: ChannelRole, own: Reveal, theirs: Reveal): NearbyStep<Compared> {
  return {
    state: { phase: 'compare', role, own, theirs, weSaid: false, theySaid: false },
    news: { kind: 'digits', digits: meetingDigits(crypto, own, theirs, channelHash) },
  };
}

/** From the digits on both roles are alike. */
export function stepCompared(parts: NearbyParts, channelHash: Uint8Array, state: Compared, event: NearbyEvent): NearbyStep<Compared> {
  return state.phase === 'compare' ? onWord(parts, channelHash, state, event) : onCard(parts, channelHash, state, event);
}

/** "Same" or "not same", from here or from there. */
function onWord(parts: NearbyParts, channelHash: Uint8Array, state: Compared, event: NearbyEvent): NearbyStep<Compared> {
  if (event.kind === 'frame') {
    onTheirWord(state, event.frame);
    return goOn(parts, channelHash, { ...state, theySaid: true });
  }
  if (event.kind === 'answer' || (event.same && state.weSaid)) return { state };
  const word = frameOf(channelKinds.meetConfirm, Uint8Array.of(event.same ? 1 : 0));
  return event.same ? goOn(parts, channelHash, { ...state, weSaid: true }, word) : ended('not-same', word);
}

/** said u8: 1 same, once; 0 not, also as second thoughts after a 1. */
function onTheirWord(state: Compared, { kind, payload }: ChannelFrame): void {
  if (kind !== channelKinds.meetConfirm) throw new MeetingOver('failed');
  const reader = new Reader(payload);
  const said = reader.u8();
  reader.end();
  if (said === 0) throw new MeetingOver('not-same');
  if (said !== 1 || state.theySaid) throw new MeetingOver('failed');
}

/** The card, which has the name in it, goes out when both said "same": LP(card) ‖ signature 64, bound to this channel and to both reveals. */
function goOn(parts: NearbyParts, channelHash: Uint8Array, state: Compared, ...send: readonly ChannelFrame[]): NearbyStep<Compared> {
  if (!state.weSaid || !state.theySaid) return { state, send };
  const card = encodeProvenCard(parts, 'meet-card', channelHash, cardContext(state.role, state.own, state.theirs));
  return { state: { ...state, phase: 'card' }, send: [...send, frameOf(channelKinds.meetCard, card)] };
}

/** The other side's card: of exactly the person and key that were revealed, shown by a device of theirs on this channel. */
function onCard(parts: NearbyParts, channelHash: Uint8Array, state: Compared, event: NearbyEvent): NearbyStep<Compared> {
  if (event.kind === 'confirm' && !event.same) return ended('not-same', frameOf(channelKinds.meetConfirm, Uint8Array.of(0)));
  if (event.kind !== 'frame') return { state };
  if (event.frame.kind === channelKinds.meetConfirm) onTheirWord(state, event.frame); // second thoughts; throws
  if (event.frame.kind !== channelKinds.meetCard) throw new MeetingOver('failed');
  const otherRole = state.role === 'client' ? 'server' : 'client';
  const context = cardContext(otherRole, state.theirs, state.own);
  const { card, proven } = readProvenCard(parts, 'meet-card', channelHash, () => context, new Reader(event.frame.payload));
  if (!proven || !isSame(parts.crypto, card.chain.identity, state.theirs)) throw new MeetingOver('failed');
  return { news: { kind: 'met', card } };
}

/** role u8 ‖ reveal of who shows the card 96 ‖ reveal of who sees it 96. */
function cardContext(role: ChannelRole, shows: Reveal, sees: Reveal): Uint8Array {
  return concat(Uint8Array.of(role === 'client' ? 1 : 2), encodeReveal(shows), encodeReveal(sees));
}
