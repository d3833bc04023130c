import { KeyshiftError } from '../../../shared/errors';
import { type Card, createCard, maxCardBytes, parseCard } from '../certificates/card';
import type { Crypto } from '../crypto/crypto';
import type { Purpose } from '../crypto/purpose';
import type { PeerId } from '../ids';
import { peerIdToBytes } from '../wire/ids';
import { Reader, WireError } from '../wire/reader';
import { concat, Writer } from '../wire/writer';
import { channelKinds, type ChannelFrame } from './channel-frames';
import type { MeetingParts, MeetingStep } from './meeting-roles';

const SIGNATURE_LENGTH = 64;

/** A person as the proofs name them: 32 ‖ 32 bytes. */
export interface Named {
  readonly peerId: PeerId;
  readonly spkiHash: Uint8Array;
}

export type CardPurpose = Extract<Purpose, 'invite-answer' | 'invite-proof' | 'request-answer' | 'contact-request' | 'meet-card'>;

/** Peer id 32 ‖ SPKI hash 32. */
export function nameBytes({ peerId, spkiHash }: Named): Uint8Array {
  return concat(peerIdToBytes(peerId), spkiHash);
}

/**
 * LP(own card) ‖ signature 64 by the own device over channel hash ‖ `context`: the card cannot be shown on any other
 * channel, so whoever relays it gains nothing. `context` has a fixed length for each purpose.
 */
export function encodeProvenCard(parts: MeetingParts, purpose: CardPurpose, channelHash: Uint8Array, context: Uint8Array): Uint8Array {
  const { crypto, local } = parts;
  const card = createCard(crypto, local, parts.myAddresses, parts.now());
  const signature = crypto.sign(purpose, local.instance.signing.secret, concat(channelHash, context));
  return new Writer(card.length + SIGNATURE_LENGTH + 4).lp(card).fixed(signature).finish();
}

/** `proven` is false when the card is sound but its device did not sign for this channel. Throws `WireError` for anything that is no sound card. */
export function readProvenCard(
  parts: MeetingParts,
  purpose: CardPurpose,
  channelHash: Uint8Array,
  context: (card: Card) => Uint8Array,
  reader: Reader,
): { readonly card: Card; readonly proven: boolean } {
  const bytes = reader.lp(maxCardBytes);
  const signature = reader.fixed(SIGNATURE_LENGTH);
  reader.end();
  const card = soundCard(parts, Uint8Array.from(bytes));
  const proven = parts.crypto.verify(purpose, card.chain.instance.signingKey, concat(channelHash, context(card)), signature);
  return { card, proven };
}

/** The same person under the same identity key. */
export function isSame(crypto: Crypto, a: Named, b: Named): boolean {
  return a.peerId === b.peerId && crypto.equal(a.spkiHash, b.spkiHash);
}

/** The uniform refusal: the same bytes for every reason. */
export function refuse<S>(): MeetingStep<S> {
  const send: ChannelFrame = { kind: channelKinds.refused, payload: new Uint8Array(0) };
  return { send };
}

/** Turns bytes that do not follow the layout into the uniform refusal. */
export function refuseMalformed<S>(step: () => MeetingStep<S>): MeetingStep<S> {
  try {
    return step();
  } catch (error) {
    if (error instanceof WireError) return refuse();
    throw error;
  }
}

function soundCard({ crypto, now }: MeetingParts, bytes: Uint8Array): Card {
  try {
    return parseCard(crypto, bytes, now());
  } catch (error) {
    if (error instanceof KeyshiftError) throw new WireError('not an acceptable card');
    throw error;
  }
}
