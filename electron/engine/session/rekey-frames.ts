import { maxChainBytes } from '../certificates/chain';
import { encodeKeyElements, type KeyElement, parseKeyElements } from '../certificates/key-history';
import { maxKeyLinkBytes } from '../certificates/key-link';
import type { Crypto } from '../crypto/crypto';
import type { PeerId } from '../ids';
import { peerIdFromBytes, peerIdToBytes } from '../wire/ids';
import { Reader, WireError } from '../wire/reader';
import { concat, Writer } from '../wire/writer';
import { channelKinds, type ChannelFrame, channelPayload } from './channel-frames';

/** An answer with all its pieces joined, bytes: 256 steps have about 350 KiB. */
export const maxAnswerBytes = 512 * 1024;
const signatureBytes = 64;

/** Peer id asked for 32 ‖ H(SPKI held) 32 ‖ nonce 32 ‖ contact tag 32, random where there is none: nobody can tell the two apart. */
export interface RekeyRequest {
  readonly peerId: PeerId;
  readonly heldHash: Uint8Array;
  readonly nonce: Uint8Array;
  readonly tag: Uint8Array;
}

/** 128 bytes (protocol.md §9). */
export function encodeRequest({ peerId, heldHash, nonce, tag }: RekeyRequest): ChannelFrame {
  return { kind: channelKinds.rekeyRequest, payload: concat(peerIdToBytes(peerId), heldHash, nonce, tag) };
}

/** Throws `WireError`: a hash of any other length, too (S5-06). */
export function parseRequest(payload: Uint8Array): RekeyRequest {
  const reader = new Reader(payload);
  const request = { peerId: peerIdFromBytes(reader.fixed(32)), heldHash: reader.fixed(32), nonce: reader.fixed(32), tag: reader.fixed(32) };
  reader.end();
  return request;
}

/** Own peer id 32 ‖ H(SPKI) of the own newest key 32. */
export interface RekeyOffer {
  readonly peerId: PeerId;
  readonly headHash: Uint8Array;
}

/** 64 bytes (protocol.md §9). */
export function encodeOffer({ peerId, headHash }: RekeyOffer): ChannelFrame {
  return { kind: channelKinds.rekeyOffer, payload: concat(peerIdToBytes(peerId), headHash) };
}

/** Throws `WireError`. */
export function parseOffer(payload: Uint8Array): RekeyOffer {
  const reader = new Reader(payload);
  const offer = { peerId: peerIdFromBytes(reader.fixed(32)), headHash: reader.fixed(32) };
  reader.end();
  return offer;
}

/** The parts of an answer as they stand on the wire; each may be empty. Nothing is verified. */
export interface AnswerParts {
  /** From the held key to the newest, as `KeyHistory` has them. */
  readonly elements: Uint8Array;
  /** The held key vouches for the newest at once, signed for this question (seed 004, 960–970). */
  readonly direct: Uint8Array;
  /** Of the device that answers. */
  readonly chain: Uint8Array;
  /** Its clock, Unix milliseconds; proves nothing. */
  readonly time: number;
}

export interface SignedAnswer extends AnswerParts {
  /** Ed25519 by that device; empty where there is no chain. */
  readonly signature: Uint8Array;
}

/** elements LP ‖ direct LP ‖ chain LP ‖ time u64 ‖ signature LP. */
export function encodeAnswer({ elements, direct, chain, time, signature }: SignedAnswer): Uint8Array {
  return new Writer(elements.length + direct.length + chain.length + 128).lp(elements).lp(direct).lp(chain).u64(time).lp(signature).finish();
}

/** Throws `WireError`. */
export function parseAnswer(bytes: Uint8Array): SignedAnswer {
  const reader = new Reader(bytes);
  const answer = {
    elements: reader.lp(maxAnswerBytes),
    direct: reader.lp(maxKeyLinkBytes),
    chain: reader.lp(maxChainBytes),
    time: reader.u64(),
    signature: reader.lp(signatureBytes),
  };
  reader.end();
  if (answer.signature.length !== (answer.chain.length > 0 ? signatureBytes : 0)) throw new WireError('a chain and its signature go together');
  return answer;
}

/** What the device signs: nonce ‖ channel hash ‖ requested hash ‖ H(elements) ‖ H(direct) ‖ H(chain) ‖ time u64. Good for this question on this channel alone (A72). */
export function answerStatement(crypto: Crypto, channelHash: Uint8Array, { nonce, heldHash }: Pick<RekeyRequest, 'nonce' | 'heldHash'>, { elements, direct, chain, time }: AnswerParts): Uint8Array {
  const hashes = [elements, direct, chain].map((part) => crypto.sha256(part));
  return new Writer(256).fixed(concat(nonce, channelHash, heldHash, ...hashes)).u64(time).finish();
}

/** Steps told in one go to somebody who knows only where they begin. */
const maxTold = 16;

/** An answer that nobody asked for and nobody signs, in one frame: steps from a key of whoever hears it, the first ones. */
export function encodeTold(elements: readonly KeyElement[], time: number): ChannelFrame {
  const nothing = new Uint8Array(0);
  const bytes = encodeAnswer({ elements: encodeKeyElements(elements.slice(0, maxTold)), direct: nothing, chain: nothing, time, signature: nothing });
  return { kind: channelKinds.rekeyAnswer, payload: concat(Uint8Array.of(1), bytes) };
}

/** Structure only. Throws `WireError`, `key.unacceptable`. */
export function parseTold(crypto: Crypto, payload: Uint8Array): readonly KeyElement[] {
  const { isLast, piece } = parsePiece(payload);
  if (!isLast) throw new WireError('more than is told');
  return parseKeyElements(crypto, parseAnswer(piece).elements);
}

/** Frames of one answer: last u8 (1 on the last, else 0) ‖ piece. */
export function piecesOf(answer: Uint8Array): readonly ChannelFrame[] {
  const room = channelPayload - 1;
  const count = Math.max(1, Math.ceil(answer.length / room));
  return Array.from({ length: count }, (_, at) => {
    const isLast = at === count - 1 ? 1 : 0;
    return { kind: channelKinds.rekeyAnswer, payload: concat(Uint8Array.of(isLast), answer.subarray(at * room, (at + 1) * room)) };
  });
}

/** One piece. Throws `WireError`: an empty one too. */
export function parsePiece(payload: Uint8Array): { readonly isLast: boolean; readonly piece: Uint8Array } {
  const reader = new Reader(payload);
  const last = reader.u8();
  if (last > 1 || reader.remaining === 0) throw new WireError('not a piece of an answer');
  return { isLast: last === 1, piece: reader.fixed(reader.remaining) };
}
