import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import type { PeerId } from '../ids';
import { helloTag, helloTagUnder, INVITATION_ID_LENGTH, INVITATION_TAG_LENGTH, invitationTag, type OpenInvitation, type RedeemResult, redeemResults } from '../identity/invitation-proof';
import { fromHex, toHex } from '../wire/encoding';
import { type Reader, WireError } from '../wire/reader';
import { concat, Writer } from '../wire/writer';
import { contextOf } from './deposit';

/**
 * What stands behind a card that accepts an invitation, or answers that, without a connection (protocol.md §12).
 *
 * ```
 * proof    invitation id[16] | hello tag[32] | proof tag[32]
 * verdict  invitation id[16] | result u8, as INVITE_RESULT: used or expired
 * ```
 *
 * The tags are those of a channel; in the place of its hash stands H(label("invite-mail") | inviter's peer id | hash of the exchange credential
 * it is sealed to | H(card)), and in the place of the inviter's SPKI hash that credential's: the deposit's own signature shows whose card it is.
 */
export interface InvitationProof {
  readonly invitationId: string;
  readonly hello: Uint8Array;
  readonly tag: Uint8Array;
}

/** Who is told anything else hears it on another way: a card without a verdict, or nothing. */
type Verdict = Extract<RedeemResult, 'used' | 'expired'>;

export interface InvitationVerdict {
  readonly invitationId: string;
  readonly result: Verdict;
}

/** Who invites, and the exchange credential the proof is sealed to. */
export interface Inviter {
  readonly peerId: PeerId;
  readonly exchangeHash: Uint8Array;
}

/** Who accepts it. */
export interface Invitee {
  readonly peerId: PeerId;
  readonly spkiHash: Uint8Array;
}

/** What shows, without a connection, that whoever sends this card holds the invitation (protocol.md §12). */
export function proveInvitation(crypto: Crypto, { secret, invitationId }: { readonly secret: Uint8Array; readonly invitationId: string }, inviter: Inviter, invitee: Invitee, card: Uint8Array): InvitationProof {
  const hash = mailHash(crypto, inviter, card);
  return { invitationId, hello: helloTag(crypto, secret, hash, inviter.peerId), tag: invitationTag(crypto, secret, hash, named(inviter), invitee) };
}

/** `holder`: it comes from whoever holds the invitation, with this very card; `once`: from somebody who held it, all that can be said once its secret is gone. */
export function judgeInvitation(crypto: Crypto, known: OpenInvitation, proof: InvitationProof, inviter: Inviter, invitee: Invitee, card: Uint8Array): 'holder' | 'once' | 'nobody' {
  const hash = mailHash(crypto, inviter, card);
  const hello = 'secret' in known ? helloTag(crypto, known.secret, hash, inviter.peerId) : helloTagUnder(crypto, known.helloKey, hash, inviter.peerId);
  if (!crypto.equal(hello, proof.hello)) return 'nobody';
  if (!('secret' in known)) return 'once';
  return crypto.equal(invitationTag(crypto, known.secret, hash, named(inviter), invitee), proof.tag) ? 'holder' : 'nobody';
}

/** Id of the invitation and two tags, all of fixed length. */
export function encodeProof({ invitationId, hello, tag }: InvitationProof): Uint8Array {
  return concat(fromHex(invitationId), hello, tag);
}

/** Copies. Throws `WireError`. */
export function readProof(reader: Reader): InvitationProof {
  return { invitationId: toHex(reader.fixed(INVITATION_ID_LENGTH)), hello: reader.fixed(INVITATION_TAG_LENGTH).slice(), tag: reader.fixed(INVITATION_TAG_LENGTH).slice() };
}

/** Id of the invitation, and one byte for what became of it. */
export function encodeVerdict({ invitationId, result }: InvitationVerdict): Uint8Array {
  return new Writer(INVITATION_ID_LENGTH + 1).fixed(fromHex(invitationId)).u8(redeemResults.indexOf(result)).finish();
}

/** Throws `WireError`. */
export function readVerdict(reader: Reader): InvitationVerdict {
  const invitationId = toHex(reader.fixed(INVITATION_ID_LENGTH));
  const result = redeemResults[reader.u8()];
  if (result !== 'used' && result !== 'expired') throw new WireError('no verdict');
  return { invitationId, result };
}

function mailHash(crypto: Crypto, { peerId, exchangeHash }: Inviter, card: Uint8Array): Uint8Array {
  return crypto.sha256(label('invite-mail'), contextOf(peerId, exchangeHash), crypto.sha256(card));
}

function named({ peerId, exchangeHash }: Inviter): Invitee {
  return { peerId, spkiHash: exchangeHash };
}
