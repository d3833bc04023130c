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
  /** The invitation behind an id (32 characters of hex), also a redeemed or expired one while its secret is kept. */
  readonly find: (invitationId: string) => OpenInvitation | undefined;
  /** Redeems once and durably; called only with a card whose holder proved to hold link and key on this channel. */
  readonly redeem: (invitationId: string, card: Card) => RedeemResult;
}

export type InviterState =
  | { readonly phase: 'hello' }
  | { readonly phase: 'proof'; readonly invitationId: string; readonly secret: Uint8Array }
  | { readonly phase: 'spent' };

/** The inviter's role (protocol.md §12): shows its card only to somebody who holds the link. Every other way ends in the same refusal. */
export function stepInviter(parts: InviterParts, channelHash: Uint8Array, state: InviterState, frame: ChannelFrame): MeetingStep<InviterState> {
  return refuseMalformed(() => {
    if (state.phase === 'hello') return frame.kind === channelKinds.inviteHello ? onHello(parts, channelHash, frame.payload) : refuse();
    if (frame.kind !== channelKinds.inviteProof) return refuse();
    return state.phase === 'spent' ? onProofOfSpent(parts, channelHash, frame.payload) : onProof(parts, channelHash, state, frame.payload);
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
  const invitation = parts.find(invitationId);
  // An unknown id costs what a known one costs, so that time tells nothing either.
  const known = invitation ?? { secret: crypto.random(16) };
  const expected = 'secret' in known ? helloTag(crypto, known.secret, channelHash, local.peerId) : helloTagUnder(crypto, known.helloKey, channelHash, local.peerId);
  if (!crypto.equal(expected, tag) || !invitation) return refuse();
  return {
    state: 'secret' in invitation ? { phase: 'proof', invitationId, secret: invitation.secret } : { phase: 'spent' },
    send: {
      kind: channelKinds.inviteAnswer,
      payload: encodeProvenCard(parts, 'invite-answer', channelHash, nameBytes({ peerId: local.peerId, spkiHash: local.identity.spkiHash })),
    },
  };
}

/** tag 32 ‖ LP(card) ‖ signature 64. */
function onProof(parts: InviterParts, channelHash: Uint8Array, state: InviterState & { phase: 'proof' }, payload: Uint8Array): MeetingStep<InviterState> {
  const { crypto, local } = parts;
  const inviter = { peerId: local.peerId, spkiHash: local.identity.spkiHash };
  const reader = new Reader(payload);
  const tag = reader.fixed(INVITATION_TAG_LENGTH);
  const { card, proven } = readProvenCard(parts, 'invite-proof', channelHash, (shown) => concat(nameBytes(shown.chain.identity), nameBytes(inviter)), reader);
  const expected = invitationTag(crypto, state.secret, channelHash, inviter, card.chain.identity);
  if (!crypto.equal(expected, tag) || !proven) return refuse();
  return { send: resultFrame(parts.redeem(state.invitationId, card)) };
}

/** The same layout. Without the secret its tag cannot be checked, nor does it matter: the hello showed the link, and nothing is given for it. */
function onProofOfSpent(parts: InviterParts, channelHash: Uint8Array, payload: Uint8Array): MeetingStep<InviterState> {
  const inviter = { peerId: parts.local.peerId, spkiHash: parts.local.identity.spkiHash };
  const reader = new Reader(payload);
  reader.fixed(INVITATION_TAG_LENGTH);
  const { proven } = readProvenCard(parts, 'invite-proof', channelHash, (shown) => concat(nameBytes(shown.chain.identity), nameBytes(inviter)), reader);
  return proven ? { send: resultFrame('used') } : refuse();
}

function resultFrame(result: RedeemResult): ChannelFrame {
  return { kind: channelKinds.inviteResult, payload: Uint8Array.of(redeemResults.indexOf(result)) };
}
