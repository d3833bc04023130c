import { KeyshiftError } from '../../../shared/errors';
import type { Card } from '../certificates/card';
import { type Invitation, invitationIdOf } from '../identity/invitation-link';
import { fromHex } from '../wire/encoding';
import { Reader, WireError } from '../wire/reader';
import { concat } from '../wire/writer';
import type { Channel } from './channel';
import { ChannelError, channelKinds, type ChannelFrame } from './channel-frames';
import { helloTag, invitationTag } from '../identity/invitation-proof';
import { redeemResults } from '../identity/invitation-proof';
import { encodeProvenCard, nameBytes, readProvenCard } from './meeting-proof';
import { type MeetingParts, MeetingRefusal, type MeetingResult, type MeetingStep, runDialler } from './meeting-roles';

export interface InviteeParts extends MeetingParts {
  readonly invitation: Invitation;
}

export type InviteeState = { readonly phase: 'answer' } | { readonly phase: 'result'; readonly card: Card };

type InviteeStep = MeetingStep<InviteeState, MeetingResult>;

/** The first word: which link, and that one holds it. */
export function beginInvitee({ crypto, invitation }: InviteeParts, channelHash: Uint8Array): InviteeStep {
  const id = fromHex(invitationIdOf(crypto, invitation.secret));
  const tag = helloTag(crypto, invitation.secret, channelHash, invitation.peerId);
  return { state: { phase: 'answer' }, send: { kind: channelKinds.inviteHello, payload: concat(id, tag) } };
}

/**
 * The invitee's role (protocol.md §12): tells who it is only to the person of the link. Throws `MeetingRefusal` with
 * invitation.wrong-person, .used, .expired or .refused, and `ChannelError` for what is no answer at all.
 */
export function stepInvitee(parts: InviteeParts, channelHash: Uint8Array, state: InviteeState, frame: ChannelFrame): InviteeStep {
  try {
    if (frame.kind === channelKinds.refused) throw refusedBy(state.phase === 'result');
    if (state.phase === 'answer' && frame.kind === channelKinds.inviteAnswer) return onAnswer(parts, channelHash, frame.payload);
    if (state.phase === 'result' && frame.kind === channelKinds.inviteResult) return onResult(state.card, frame.payload);
    throw new ChannelError('malformed');
  } catch (error) {
    throw error instanceof WireError ? new ChannelError('malformed') : error;
  }
}

/**
 * Redeems a link over a fresh channel of purpose `invite`; the channel is closed afterwards. Rejects with
 * `MeetingRefusal` (a `KeyshiftError`: invitation.wrong-person, .used, .expired, .refused), `KeyshiftError`
 * invitation.own, or `ChannelError`, after which another try is worth it.
 */
export async function inviteOverChannel(channel: Channel, parts: InviteeParts): Promise<MeetingResult> {
  if (parts.invitation.peerId === parts.local.peerId) {
    channel.close();
    throw new KeyshiftError('invitation.own', 'This invitation is your own.');
  }
  return runDialler(channel, beginInvitee(parts, channel.hash), (state: InviteeState, frame) => stepInvitee(parts, channel.hash, state, frame));
}

/** LP(card) ‖ signature 64. */
function onAnswer(parts: InviteeParts, channelHash: Uint8Array, payload: Uint8Array): InviteeStep {
  const { crypto, local, invitation } = parts;
  const { card, proven } = readProvenCard(parts, 'invite-answer', channelHash, (shown) => nameBytes(shown.chain.identity), new Reader(payload));
  const inviter = card.chain.identity;
  if (inviter.peerId !== invitation.peerId || !proven) {
    throw new MeetingRefusal('invitation.wrong-person', 'Whoever answered is not the person who made this invitation.', false);
  }
  if (card.chain.instance.instanceId !== invitation.instanceId) {
    throw new MeetingRefusal('invitation.refused', 'Another device answered than the one that made this invitation.', true);
  }
  parts.beforeProof?.(card);
  const own = { peerId: local.peerId, spkiHash: local.identity.spkiHash };
  const tag = invitationTag(crypto, invitation.secret, channelHash, inviter, own);
  const proof = encodeProvenCard(parts, 'invite-proof', channelHash, concat(nameBytes(own), nameBytes(inviter)));
  return { state: { phase: 'result', card }, send: { kind: channelKinds.inviteProof, payload: concat(tag, proof) } };
}

/** result u8. */
function onResult(card: Card, payload: Uint8Array): InviteeStep {
  const reader = new Reader(payload);
  const result = redeemResults[reader.u8()];
  reader.end();
  switch (result) {
    case 'accepted':
      return { result: { card } };
    case 'used':
      throw new MeetingRefusal('invitation.used', 'Somebody already used this invitation.', true);
    case 'expired':
      throw new MeetingRefusal('invitation.expired', 'This invitation has expired.', true);
    case 'refused':
      throw refusedBy(true);
    default:
      throw new ChannelError('malformed');
  }
}

function refusedBy(proven: boolean): MeetingRefusal {
  return new MeetingRefusal('invitation.refused', 'The invitation was not accepted.', proven);
}
