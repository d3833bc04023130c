import type { Card } from '../certificates/card';
import { peerIdFromBytes } from '../wire/ids';
import { Reader } from '../wire/reader';
import { concat } from '../wire/writer';
import type { Channel } from './channel';
import { channelKinds, type ChannelFrame } from './channel-frames';
import { encodeProvenCard, isSame, nameBytes, readProvenCard, refuse, refuseMalformed } from './meeting-proof';
import { type MeetingParts, type MeetingStep, runListener } from './meeting-roles';

/** `accepted` also for a contact that is mutual already, so that a lost answer heals. */
export type RequestResult = 'pending' | 'accepted' | 'declined';

/** On the wire. */
export const requestResults: readonly RequestResult[] = ['pending', 'accepted', 'declined'];

export interface RequesteeParts extends MeetingParts {
  /** Called only with a card whose holder proved to hold its key on this channel and who holds the own card. */
  readonly onRequest: (card: Card) => RequestResult;
}

export type RequesteeState = { readonly phase: 'request' } | { readonly phase: 'proof' };

/** The role of whoever is asked to be a contact: shows its card only to somebody who named exactly this person and key. */
export function stepRequestee(parts: RequesteeParts, channelHash: Uint8Array, state: RequesteeState, frame: ChannelFrame): MeetingStep<RequesteeState> {
  return refuseMalformed(() => {
    if (state.phase === 'request') return frame.kind === channelKinds.cardRequest ? onCardRequest(parts, channelHash, frame.payload) : refuse();
    return frame.kind === channelKinds.requestProof ? onProof(parts, channelHash, frame.payload) : refuse();
  });
}

/** Answers one channel of purpose `request`; the channel closes itself. What `onRequest` throws reaches the link's owner. */
export function answerRequests(channel: Channel, parts: RequesteeParts): void {
  runListener<RequesteeState>(channel, { phase: 'request' }, (state, frame) => stepRequestee(parts, channel.hash, state, frame));
}

/** wanted peer id 32 ‖ SPKI hash held 32. */
function onCardRequest(parts: RequesteeParts, channelHash: Uint8Array, payload: Uint8Array): MeetingStep<RequesteeState> {
  const reader = new Reader(payload);
  const wanted = { peerId: peerIdFromBytes(reader.fixed(32)), spkiHash: reader.fixed(32) };
  reader.end();
  const own = { peerId: parts.local.peerId, spkiHash: parts.local.identity.spkiHash };
  if (!isSame(parts.crypto, wanted, own)) return refuse();
  return {
    state: { phase: 'proof' },
    send: { kind: channelKinds.cardAnswer, payload: encodeProvenCard(parts, 'request-answer', channelHash, nameBytes(own)) },
  };
}

/** LP(card) ‖ signature 64. */
function onProof(parts: RequesteeParts, channelHash: Uint8Array, payload: Uint8Array): MeetingStep<RequesteeState> {
  const own = { peerId: parts.local.peerId, spkiHash: parts.local.identity.spkiHash };
  const { card, proven } = readProvenCard(parts, 'contact-request', channelHash, (shown) => concat(nameBytes(shown.chain.identity), nameBytes(own)), new Reader(payload));
  if (!proven) return refuse();
  const status = requestResults.indexOf(parts.onRequest(card));
  return { send: { kind: channelKinds.requestStatus, payload: Uint8Array.of(status) } };
}
