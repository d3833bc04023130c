import { KeyshiftError } from '../../../shared/errors';
import { IdentityLapsed, parseChain, type VerifiedChain, verifyChain } from '../certificates/chain';
import { type FollowedKeys, followKeyLinks, type KeyElement, type KnownKey, parseKeyElements } from '../certificates/key-history';
import { parseKeyLink } from '../certificates/key-link';
import { spkiHash } from '../identity/peer-id';
import { WireError } from '../wire/reader';
import { concat } from '../wire/writer';
import { ChannelError, type ChannelFrame } from './channel-frames';
import type { HeldKey, RekeyAnswer, RekeyParts } from './rekey-answer';
import { clockToleranceMs } from './m1';
import { answerStatement, encodeRequest, maxAnswerBytes, parseAnswer, parsePiece, type SignedAnswer } from './rekey-frames';

/** An answer that comes later says nothing of the time: a channel lasts for less, unless the machine sleeps. Milliseconds. */
const promptMs = 60_000;

/** One question under way, whichever side asks it. */
export interface Inquiry {
  readonly held: HeldKey;
  readonly nonce: Uint8Array;
  /** Unix milliseconds. */
  readonly askedAt: number;
  readonly pieces: readonly Uint8Array[];
}

/** `tag`: 32 bytes, random where there is nothing to show. */
export function beginInquiry({ crypto, now }: RekeyParts, held: HeldKey, tag: Uint8Array): { readonly inquiry: Inquiry; readonly frame: ChannelFrame } {
  const nonce = crypto.random(32);
  return { inquiry: { held, nonce, askedAt: now(), pieces: [] }, frame: encodeRequest({ peerId: held.peerId, heldHash: held.spkiHash, nonce, tag }) };
}

/** One more piece: the inquiry with it, or what the whole says. Throws `ChannelError` for whatever is not exactly right, one reason for all; but `IdentityLapsed` for an answer that is right in all but the end of its certificate. */
export function takePiece(parts: RekeyParts, channelHash: Uint8Array, inquiry: Inquiry, payload: Uint8Array): { readonly inquiry: Inquiry } | { readonly answer: RekeyAnswer } {
  try {
    const { isLast, piece } = parsePiece(payload);
    const pieces = [...inquiry.pieces, piece];
    if (pieces.reduce((sum, { length }) => sum + length, 0) > maxAnswerBytes) throw new WireError('longer than its cap');
    if (!isLast) return { inquiry: { ...inquiry, pieces } };
    return { answer: verifyAnswer(parts, channelHash, inquiry, parseAnswer(concat(...pieces))) };
  } catch (error) {
    // Whoever sits at that address may say anything: it tells nothing about the person.
    if (error instanceof IdentityLapsed) throw error;
    throw error instanceof WireError || error instanceof KeyshiftError ? new ChannelError('malformed') : error;
  }
}

function verifyAnswer(parts: RekeyParts, channelHash: Uint8Array, inquiry: Inquiry, signed: SignedAnswer): RekeyAnswer {
  const { held } = inquiry;
  const { elements, purpose, revoked, ...head } = verifyPath(parts, held, signed);
  const { peerId } = held;
  const answer = { peerId, head, elements, revoked, purpose };
  if (signed.chain.length > 0) return { ...answer, chain: verifyAnswering(parts, channelHash, inquiry, head, signed) };
  if (elements.length === 0) throw new WireError('an answer that says nothing');
  return answer;
}

/** Both ways to the newest key must lead to the same one; it is enough that there is one. */
function verifyPath({ crypto }: RekeyParts, held: HeldKey, signed: SignedAnswer): FollowedKeys & { readonly elements: readonly KeyElement[] } {
  const elements = signed.elements.length > 0 ? parseKeyElements(crypto, signed.elements) : [];
  const start = knownKeyOf(held);
  const followed = followKeyLinks(crypto, held.peerId, start, elements, held.recoveryKeyHash);
  if (signed.direct.length === 0) return { ...followed, elements };
  const direct = [parseKeyLink(crypto, signed.direct)];
  const atOnce = followKeyLinks(crypto, held.peerId, start, direct);
  if (elements.length === 0) return { ...atOnce, elements: direct };
  if (followed.epoch !== atOnce.epoch || !crypto.equal(followed.spki, atOnce.spki)) throw new WireError('two ways to two keys');
  return { ...followed, elements, purpose: atOnce.purpose === 'compromise' ? 'compromise' : followed.purpose };
}

/** Without what else is known of the person. */
function knownKeyOf({ epoch, spki, recovered }: HeldKey): KnownKey {
  return { epoch, spki, ...(recovered !== undefined && { recovered }) };
}

/** The device that answers: its chain under the head, and its signature for this question on this channel. */
function verifyAnswering(parts: RekeyParts, channelHash: Uint8Array, { held, nonce, askedAt }: Inquiry, head: KnownKey, signed: SignedAnswer): VerifiedChain {
  const { crypto, local, now, verified } = parts;
  const { peerId } = held;
  const claimed = parseChain(crypto, signed.chain);
  // Before its dates are judged: what is said of those is believed of a device that was asked just now.
  if (!crypto.verify('rekey-answer', claimed.instance.signingKey, answerStatement(crypto, channelHash, { nonce, heldHash: held.spkiHash }, signed), signed.signature)) throw new WireError('it was not signed for this question');
  const headHash = spkiHash(crypto, head.spki);
  const at = now();
  const judgedAt = (time: number): VerifiedChain =>
    verifyChain(crypto, claimed, {
      now: time,
      pinnedSpkiHash: headHash,
      expectedPeerId: peerId,
      mayLapse: held.mayLapse === true && crypto.equal(headHash, held.spkiHash),
      ...(verified && { verified }),
    });
  const isHeard = held.isHeard?.(claimed) === true;
  const tellTime = (): void => {
    // What came late was held up on the way, or this machine slept, or its clock was set meanwhile.
    if (isHeard && Math.abs(at - askedAt) <= promptMs) parts.onTime?.(signed.time);
  };
  let chain: VerifiedChain;
  try {
    chain = judgedAt(at);
  } catch (error) {
    if (error instanceof IdentityLapsed && !isHeard) throw new WireError('it may be a device that does not count any more');
    // By its own clock all of it counts: then the dates are not what is wrong, and nobody is to be asked whether they count past their end.
    if (Math.abs(signed.time - at) <= clockToleranceMs || !isGood(() => judgedAt(signed.time))) throw error;
    tellTime();
    throw new WireError('the two clocks are too far apart');
  }
  if (chain.identity.epoch !== head.epoch) throw new WireError('the key has another epoch');
  if (chain.instance.instanceId === local.instanceId) throw new WireError('this very device');
  tellTime();
  return chain;
}

function isGood(judge: () => unknown): boolean {
  try {
    judge();
    return true;
  } catch (error) {
    if (error instanceof KeyshiftError) return false;
    throw error;
  }
}
