import { KeyshiftError } from '../../shared/errors';
import type { Card } from '../engine/certificates/card';
import { isLongInvitation, parseLongInvitation } from '../engine/certificates/long-invitation';
import { type Invitation, parseInvitation } from '../engine/identity/invitation-link';
import type { InvitationParts } from './invitations';
import type { ContactRow } from './ports';
import { refusePrivateKey } from './refuse-private-key';

/** What words around a link make of it: they are letters of its own alphabet where nothing but white space stands between. */
const unread: ReadonlySet<string> = new Set(['invitation.garbled', 'invitation.altered']);

export interface ReadInvitation {
  readonly invitation: Invitation;
  /** The short link. */
  readonly link: string;
  /** Of a long invitation. */
  readonly card: Card | undefined;
  /** Whoever invites, where known already. */
  readonly before: ContactRow | undefined;
}

/** The letters our own links are made of; before them stands none of these, or it is another word. */
const linkInWords = /(?<![A-Za-z0-9_-])keyshift:invite(?:-long)?\/[A-Za-z0-9_-]+/;

/**
 * What a pasted invitation says, and everything that can be judged of it without a packet. A link in the middle of other words, as people copy
 * whole messages, is found there. Errors: `key.private`, `invitation.*`, `contact.blocked` where whoever invites is blocked.
 */
export function readInvitation(parts: InvitationParts, text: string): ReadInvitation {
  refusePrivateKey(text);
  const read = parse(parts, text);
  try {
    return { ...read, before: assertAcceptable(parts, read.invitation) };
  } catch (error) {
    parts.crypto.wipe(read.invitation.secret);
    throw error;
  }
}

/** Gives whoever invites, where known already. */
function assertAcceptable(parts: InvitationParts, { peerId, expiresAt }: Invitation): ContactRow | undefined {
  const { local, stores } = parts.profile();
  if (peerId === local.peerId) throw new KeyshiftError('invitation.own', 'This invitation is your own. Send it to the person you want to talk to.');
  if (expiresAt <= parts.clock.now()) throw new KeyshiftError('invitation.expired', 'This invitation has expired. Ask for a new one.');
  const before = stores.contacts.byPeer(peerId);
  if (before?.blocked === true) throw new KeyshiftError('contact.blocked', 'You blocked whoever made this invitation.');
  if (before !== undefined && before.ended === undefined && before.relation !== 'requested') {
    throw new KeyshiftError('invitation.already-accepted', 'You already accepted an invitation of this person.');
  }
  return before;
}

function parse(parts: InvitationParts, text: string): Omit<ReadInvitation, 'before'> {
  try {
    return parseWhole(parts, text);
  } catch (error) {
    if (!(error instanceof KeyshiftError) || !unread.has(error.code)) throw error;
    const found = linkInWords.exec(text)?.[0];
    if (found === undefined || found === text) throw error;
    return parseFound(parts, found, error);
  }
}

function parseFound(parts: InvitationParts, found: string, ofWhole: KeyshiftError): Omit<ReadInvitation, 'before'> {
  try {
    return parseWhole(parts, found);
  } catch (error) {
    // A link in several lines that was changed: what stands in the first of them is no news.
    throw ofWhole.code === 'invitation.altered' ? ofWhole : error;
  }
}

function parseWhole({ crypto, clock }: InvitationParts, text: string): Omit<ReadInvitation, 'before'> {
  return isLongInvitation(text) ? parseLongInvitation(crypto, text, clock.now()) : { invitation: parseInvitation(crypto, text), link: text, card: undefined };
}
