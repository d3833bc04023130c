import type { Card } from '../certificates/card';
import { toHex } from '../wire/encoding';
import { Reader } from '../wire/reader';
import { concat } from '../wire/writer';
import type { Channel } from './channel';
import { channelKinds, type ChannelFrame } from './channel-frames';
import { helloTag, helloTagUnder, INVITATION_ID_LENGTH, INVITATION_TAG_LENGTH, invitationTag, type OpenInvitation, type RedeemResult, redeemResults } from '../identity/invitation-proof';
import { encodeProvenCard, nameBytes, readProvenCard, refuse, refuseMalformed } from './meeting-proof';
import { type MeetingParts, type MeetingStep, runListener } from './meeting-roles';

export interface InviterParts extends MeetingParts {
  /** The invitation behind an id (32 characters of hex), also a redeemed or expired one while its secret is kept: a copy, which is wiped here. */
  readonly find: (invitationId: string) => OpenInvitation | undefined;
  /** Redeems once and durably; called only with a card whose holder proved to hold link and key on this channel. */
  readonly redeem: (invitationId: string, card: Card) => RedeemResult;
}

export type InviterState =
  | { readonly phase: 'hello' }
  /** Which one, and not its secret: whoever opens a channel and says no more would keep that in memory. It is looked up again. */
  | { readonly phase: 'proof'; readonly invitationId: string };

/** The inviter's role (protocol.md §12): shows its card only to somebody who holds the link. Every other way ends in the same refusal. */
export function stepInviter(parts: InviterParts, channelHash: Uint8Array, state: InviterState, frame: ChannelFrame): MeetingStep<InviterState> {
  return refuseMalformed(() => {
    if (state.phase === 'hello') return frame.kind === channelKinds.inviteHello ? onHello(parts, channelHash, frame.payload) : refuse();
    return frame.kind === channelKinds.inviteProof ? onProof(parts, channelHash, state.invitationId, frame.payload) : refuse();
  });
}

/** Answers one channel of purpose `invite`; the channel closes itself. What `redeem` throws reaches the link's owner. */
export function answerInvitations(channel: Channel, parts: InviterParts): void {
  runListener<InviterState>(channel, { phase: 'hello' }, (state, frame) => stepInviter(parts, channel.hash, state, frame));
}

/** invitation id 16 ‖ tag 32. */
function onHello(parts: InviterParts, channelHash: Uint8Array, payload: Uint8Array): MeetingStep<InviterState> {
  const { crypto, local } = parts;
  const reader = new Reader(payload);
  const invitationId = toHex(reader.fixed(INVITATION_ID_LENGTH));
  const tag = reader.fixed(INVITATION_TAG_LENGTH);
  reader.end();
  // An unknown id costs what a known one costs, so that time tells nothing either.
  const invitation = parts.find(invitationId);
  const known = invitation ?? { secret: crypto.random(16) };
  const expected = 'secret' in known ? helloTag(crypto, known.secret, channelHash, local.peerId) : helloTagUnder(crypto, known.helloKey, channelHash, local.peerId);
  crypto.wipe('secret' in known ? known.secret : known.helloKey);
  if (!crypto.equal(expected, tag) || !invitation) return refuse();
  return {
    state: { phase: 'proof', invitationId },
    send: {
      kind: channelKinds.inviteAnswer,
      payload: encodeProvenCard(parts, 'invite-answer', channelHash, nameBytes({ peerId: local.peerId, spkiHash: local.identity.spkiHash })),
    },
  };
}

/**
 * tag 32 ‖ LP(card) ‖ signature 64. Where the secret is gone, the tag cannot be checked, nor does it matter: the hello showed the link, and nothing is
 * given for it.
 */
function onProof(parts: InviterParts, channelHash: Uint8Array, invitationId: string, payload: Uint8Array): MeetingStep<InviterState> {
  const { crypto, local } = parts;
  const inviter = { peerId: local.peerId, spkiHash: local.identity.spkiHash };
  const reader = new Reader(payload);
  const tag = reader.fixed(INVITATION_TAG_LENGTH);
  const { card, proven } = readProvenCard(parts, 'invite-proof', channelHash, (shown) => concat(nameBytes(shown.chain.identity), nameBytes(inviter)), reader);
  const invitation = parts.find(invitationId);
  if (invitation === undefined) return refuse();
  if (!('secret' in invitation)) {
    crypto.wipe(invitation.helloKey);
    return proven ? { send: resultFrame('used') } : refuse();
  }
  const expected = invitationTag(crypto, invitation.secret, channelHash, inviter, card.chain.identity);
  crypto.wipe(invitation.secret);
  if (!crypto.equal(expected, tag) || !proven) return refuse();
  return { send: resultFrame(parts.redeem(invitationId, card)) };
}

function resultFrame(result: RedeemResult): ChannelFrame {
  return { kind: channelKinds.inviteResult, payload: Uint8Array.of(redeemResults.indexOf(result)) };
}
