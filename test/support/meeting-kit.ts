import type { Card } from '../../electron/engine/certificates/card';
import { type Invitation, invitationIdOf } from '../../electron/engine/identity/invitation-link';
import { acceptChannel, type Channel, openChannel } from '../../electron/engine/session/channel';
import type { ChannelFrame, ChannelPurpose } from '../../electron/engine/session/channel-frames';
import type { RedeemResult } from '../../electron/engine/identity/invitation-proof';
import type { InviterParts } from '../../electron/engine/session/meeting-inviter';
import type { MeetingParts } from '../../electron/engine/session/meeting-roles';
import { type Frame, FrameReader } from '../../electron/engine/wire/frame';
import { createLinkPair, type LinkPair, type TestLink } from './link-pair';
import type { ManualClock } from './manual-clock';
import { type Party, testNow } from './session-kit';

export const day = 86_400_000;

export function partsOf(party: Party, now: () => number = () => testNow): MeetingParts {
  return { crypto: party.crypto, local: party.local, now, myAddresses: [{ host: '192.0.2.9', port: 4711 }] };
}

export function invitationOf(party: Party, changes: Partial<Invitation> = {}): Invitation {
  return {
    peerId: party.local.peerId,
    instanceId: party.local.instanceId,
    secret: party.crypto.random(16),
    expiresAt: testNow + day,
    addresses: [],
    ...changes,
  };
}

/** The inviter's books, with the rules a service keeps: once, in time, the same person again. */
export class InvitationBook {
  readonly redeemed: { readonly invitationId: string; readonly card: Card }[] = [];
  readonly #party: Party;
  readonly #rows = new Map<string, { readonly invitation: Invitation; by?: string }>();
  now = testNow;

  constructor(party: Party, ...invitations: readonly Invitation[]) {
    this.#party = party;
    for (const invitation of invitations) this.#rows.set(invitationIdOf(party.crypto, invitation.secret), { invitation });
  }

  parts(changes: Partial<InviterParts> = {}): InviterParts {
    return {
      ...partsOf(this.#party, () => this.now),
      find: (invitationId) => {
        const invitation = this.#rows.get(invitationId)?.invitation;
        return invitation && { secret: invitation.secret.slice() };
      },
      redeem: (invitationId, card) => this.#redeem(invitationId, card),
      ...changes,
    };
  }

  #redeem(invitationId: string, card: Card): RedeemResult {
    this.redeemed.push({ invitationId, card });
    const row = this.#rows.get(invitationId);
    if (!row) return 'refused';
    const who = card.chain.identity.peerId;
    if (row.by !== undefined) return row.by === who ? 'accepted' : 'used';
    if (this.now >= row.invitation.expiresAt) return 'expired';
    row.by = who;
    return 'accepted';
  }
}

/** Accepts a channel on a link as the session host does: it reads the first frame itself, then hands over. */
function acceptOn(link: TestLink, party: Party, clock: ManualClock, onChannel: (channel: Channel | undefined) => void): void {
  const reader = new FrameReader();
  link.onData((bytes) => {
    let first: Frame | undefined;
    try {
      reader.push(bytes);
      first = reader.next();
    } catch {
      return link.destroy();
    }
    if (first) onChannel(acceptChannel(party.crypto, clock, link, first));
  });
}

export interface ChannelEnds {
  readonly pair: LinkPair;
  readonly client: Channel;
  readonly server: Channel;
}

export async function channelBetween(clock: ManualClock, from: Party, to: Party, purpose: ChannelPurpose): Promise<ChannelEnds> {
  const pair = createLinkPair({ clock });
  let server: Channel | undefined;
  acceptOn(pair.listener, to, clock, (channel) => {
    server = channel;
  });
  const opening = openChannel(from.crypto, clock, pair.dialler, purpose);
  await clock.advance(5);
  const client = await opening;
  if (!server) throw new Error('no channel');
  return { pair, client, server };
}

/** The same channel, keeping what is said on it in clear. */
export function overhear(channel: Channel, said: ChannelFrame[]): Channel {
  return {
    purpose: channel.purpose,
    role: channel.role,
    source: channel.source,
    hash: channel.hash,
    send: (frame) => {
      said.push({ kind: frame.kind, payload: Uint8Array.from(frame.payload) });
      channel.send(frame);
    },
    onFrame: (handler) => channel.onFrame(handler),
    onClose: (handler) => channel.onClose(handler),
    close: () => channel.close(),
  };
}

export function has(haystack: Uint8Array, needle: Uint8Array): boolean {
  return Buffer.from(haystack).includes(Buffer.from(needle));
}
