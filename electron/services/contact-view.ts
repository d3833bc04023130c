import type { Contact, ContactRequest } from '../../shared/model/contact';
import { lapseOf } from './lapses';
import type { OpenProfile } from './open-profile';
import type { ContactRow, Stores } from './ports';
import type { Voucher } from './vouching';
import { whoOf } from './who';

/** What of an open profile is looked at to show a contact. */
export interface ContactSources extends Pick<OpenProfile, 'book'> {
  readonly vouching: Pick<OpenProfile['vouching'], 'saidOf'>;
  readonly connections: Pick<OpenProfile['connections'], 'session' | 'via'>;
  readonly ways: Pick<OpenProfile['ways'], 'reaches'>;
}

/** How a message would reach them. `lan`: both are in one local network, as far as the addresses tell; `direct`: by any other way, an onion service too. */
export function reachOf(profile: ContactSources, row: ContactRow): Contact['reach'] {
  if (row.blocked) return 'blocked';
  const session = profile.connections.session(row.peerId);
  if (session === undefined) return row.ended === undefined && profile.ways.reaches(row.peerId) ? 'mailbox' : 'waiting';
  return profile.connections.via(session) === 'lan' ? 'lan' : 'direct';
}

/** A contact as a door may see it. `now`: Unix milliseconds. */
export function contactView(profile: ContactSources, row: ContactRow, now: number): Contact {
  const { vouchers, takenBackBy } = profile.vouching.saidOf(row.peerId);
  const known = profile.book.find(row.peerId);
  const lapsed = row.relation === 'mutual' ? lapseOf(profile.book, row.peerId, now) : undefined;
  return {
    contactId: row.contactId,
    peerId: row.peerId,
    ...namesOf(row),
    pending: row.relation !== 'mutual',
    ...(row.ended === undefined ? {} : { ended: row.ended }),
    who: whoOf(profile.book, row, vouchers.length > 0),
    checked: row.checked,
    ...(lapsed && { lapsed }),
    ...vouchedFor(vouchers),
    ...(takenBackBy.length > 0 && { takenBackBy: [...takenBackBy] }),
    reach: reachOf(profile, row),
    keyEpoch: row.relation === 'mutual' ? (known?.record.identityEpoch ?? 0) : 0,
    permissions: row.permissions,
  };
}

/** What this person calls them comes first. */
function namesOf({ name, alias }: Pick<ContactRow, 'name' | 'alias'>): Pick<Contact, 'name' | 'ownName'> {
  return alias === undefined ? { name } : { name: alias, ownName: name };
}

/** Names of organisations, each once, and what each says. */
function vouchedFor(vouchers: readonly Voucher[]): Pick<Contact, 'vouchedBy' | 'vouchers'> {
  const vouchedBy = [...new Set(vouchers.map(({ issuer }) => issuer))];
  if (vouchers.length === 0) return { vouchedBy };
  return { vouchedBy, vouchers: vouchers.map(({ rootId, issuer, name, until }) => ({ authorityId: rootId, issuer, name, notAfter: until })) };
}

/** Who asks to be let in and was not told no. */
export function requestViews({ requests }: Pick<Stores, 'requests'>): ContactRequest[] {
  return requests
    .list()
    .filter((row) => !row.declined)
    .map(({ requestId, peerId, name, via }) => ({ requestId, peerId, name, via }));
}
