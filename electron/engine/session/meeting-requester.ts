import type { Card } from '../certificates/card';
import { Reader, WireError } from '../wire/reader';
import { concat } from '../wire/writer';
import type { Channel } from './channel';
import { ChannelError, channelKinds, type ChannelFrame } from './channel-frames';
import { encodeProvenCard, isSame, type Named, nameBytes, readProvenCard } from './meeting-proof';
import { requestResults, type RequestResult } from './meeting-requestee';
import { type MeetingParts, type MeetingStep, runDialler } from './meeting-roles';

export interface RequesterParts extends MeetingParts {
  /** The person whose card was imported, by exactly the key that card shows. */
  readonly wanted: Named;
}

export interface RequestAnswer {
  readonly status: RequestResult;
  /** The other side's card as of now. */
  readonly card: Card;
}

export type RequesterState = { readonly phase: 'card' } | { readonly phase: 'status'; readonly card: Card };

type RequesterStep = MeetingStep<RequesterState, RequestAnswer>;

/** The first word names who is wanted, and not who asks. */
export function beginRequester({ wanted }: RequesterParts): RequesterStep {
  return { state: { phase: 'card' }, send: { kind: channelKinds.cardRequest, payload: nameBytes(wanted) } };
}

/** The role of whoever asks to be a contact: tells who it is only to the person of the card. Throws `ChannelError`. */
export function stepRequester(parts: RequesterParts, channelHash: Uint8Array, state: RequesterState, frame: ChannelFrame): RequesterStep {
  try {
    if (frame.kind === channelKinds.refused) throw new ChannelError('refused');
    if (state.phase === 'card' && frame.kind === channelKinds.cardAnswer) return onCard(parts, channelHash, frame.payload);
    if (state.phase === 'status' && frame.kind === channelKinds.requestStatus) return onStatus(state.card, frame.payload);
    throw new ChannelError('malformed');
  } catch (error) {
    throw error instanceof WireError ? new ChannelError('malformed') : error;
  }
}

/** Asks over a fresh channel of purpose `request`; the channel is closed afterwards. Rejects with `ChannelError`, also when somebody else answers. */
export function requestOverChannel(channel: Channel, parts: RequesterParts): Promise<RequestAnswer> {
  return runDialler(channel, beginRequester(parts), (state: RequesterState, frame) => stepRequester(parts, channel.hash, state, frame));
}

/** LP(card) ‖ signature 64. */
function onCard(parts: RequesterParts, channelHash: Uint8Array, payload: Uint8Array): RequesterStep {
  const { crypto, local, wanted } = parts;
  const { card, proven } = readProvenCard(parts, 'request-answer', channelHash, (shown) => nameBytes(shown.chain.identity), new Reader(payload));
  if (!proven || !isSame(crypto, card.chain.identity, wanted)) throw new ChannelError('refused');
  parts.beforeProof?.(card);
  const own = { peerId: local.peerId, spkiHash: local.identity.spkiHash };
  const proof = encodeProvenCard(parts, 'contact-request', channelHash, concat(nameBytes(own), nameBytes(wanted)));
  return { state: { phase: 'status', card }, send: { kind: channelKinds.requestProof, payload: proof } };
}

/** status u8. */
function onStatus(card: Card, payload: Uint8Array): RequesterStep {
  const reader = new Reader(payload);
  const status = requestResults[reader.u8()];
  reader.end();
  if (status === undefined) throw new ChannelError('malformed');
  return { result: { status, card } };
}
